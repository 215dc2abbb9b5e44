"""Tables of the census: how many old calls of each kind there were on each day, and who has written what."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Table, Text

from core.domain.census import CallOutcome
from core.store.columns import PlainText, UtcTime
from core.store.tables import metadata

old_call = Table(
    "old_call",
    metadata,
    Column("day", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("binding", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("caller", Text, primary_key=True),
    Column("proven", Boolean, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("outcome", PlainText(CallOutcome), primary_key=True),
    Column("brown_out", Text, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    Column("first", UtcTime, nullable=False),
    Column("last", UtcTime, nullable=False),
)

census_writer = Table(
    "census_writer",
    metadata,
    Column("process", Text, primary_key=True),
    Column("batch", BigInteger, nullable=False),
    Column("at", UtcTime, nullable=False),
)
"""The last batch of counts that each process has written: one that is sent again, after a commit of which nobody
heard, is not counted twice."""
