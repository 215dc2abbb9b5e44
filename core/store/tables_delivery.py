"""The table of deliveries: how each element of the outbox has come on its way to its service owner."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from core.store.columns import UtcTime
from core.store.tables import metadata

delivery = Table(
    "delivery",
    metadata,
    Column("element", BigInteger, ForeignKey("outbox.element"), primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("made", UtcTime, nullable=False),
    Column("due", UtcTime),
    Column("lease", Text),
    Column("attempts", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("since", UtcTime),
    Column("tried", UtcTime),
    Column("system_user", Text),
    Column("external_ref", Text),
    Column("status", Integer),
    Column("cause", Text),
    Column("words", Text, nullable=False),
    Column("delivered", UtcTime),
    Column("reference", Text),
    UniqueConstraint("key"),
)
Index("ix_delivery_due", delivery.c.due)
Index("ix_delivery_state", delivery.c.state, delivery.c.element)
