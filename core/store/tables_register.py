"""The tables of the system register's change log, and of the order that system users came in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from core.domain.system_change import SystemChangeKind
from core.domain.vocabulary import Right
from core.store.columns import PlainText, UtcTime
from core.store.tables import metadata

system_change = Table(
    "system_change",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("system", Text, nullable=False),
    Column("kind", PlainText(SystemChangeKind), nullable=False),
    Column("by", Text, nullable=False),
    Column("client", Text),
    Column("at", UtcTime, nullable=False),
    Column("whole", Text),
    Column("rights", PlainText(tuple[Right, ...])),
    Column("packages", PlainText(tuple[str, ...])),
)
"""``sequence`` is that of the change to the system, which is written in the same transaction."""

Index("ix_system_change_log", system_change.c.system, system_change.c.sequence)

system_user_order = Table(
    "system_user_order",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ordinal", BigInteger, nullable=False),
    Column("latest", BigInteger, nullable=False, unique=True),
    Column("system", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("removed", Boolean, nullable=False),
)
"""Every system user there ever was. ``ordinal`` is the sequence of the change it came with and stays, whatever
happens to it; ``latest`` that of the newest change to it. It follows the table `change` and is written with it.
"""

_order = system_user_order.c
Index("ix_system_user_order_system", _order.system, _order.removed, _order.ordinal)
Index("ix_system_user_order_owner", _order.owner, _order.removed, _order.ordinal)
