"""The table of contents on their way in: stored in pieces, and not yet part of anything."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from core.store.columns import UtcTime
from core.store.tables import metadata

unclaimed_content = Table(
    "unclaimed_content",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started", UtcTime, nullable=False, index=True),
)
"""A content has a row here from its first piece until something claims it, in the transaction that refers to it.

So what nobody claims can be swept by its age, whichever tables refer to contents; and what is stored whole, in
the transaction that refers to it, needs no row at all.
"""
