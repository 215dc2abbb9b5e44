"""The table of the change feed: what a change cannot tell by itself."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from core.store.tables import metadata

change_note = Table(
    "change_note",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("before", Text),
    Column("cause", BigInteger),
)
"""Only for changes that took the place of a fact, which is ``before``, or that came along with the change ``cause``."""
