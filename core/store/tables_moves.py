"""The table of the journal of moves."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from core.domain.move import MoveState
from core.store.columns import PlainText, UtcTime
from core.store.tables import metadata

move = Table(
    "migration_move",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("plan", Text, nullable=False),
    Column("wave", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("state", PlainText(MoveState), nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("touched", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
)
"""Lines are only ever added. They are written in fact transactions, so ``number`` rises in the order of commits."""

Index("ix_migration_move_plan", move.c.plan, move.c.number)
