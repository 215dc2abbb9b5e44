"""Tables of brokered files in the new world: how resources broker, and how far each transfer has come.

The transfers themselves, their recipients and their contents are where those of the old world are.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from core.domain.file_transfer import TransferState
from core.store.columns import PlainText, UtcTime
from core.store.tables import metadata

broker_resource = Table(
    "broker_resource",
    metadata,
    Column("service", Text, primary_key=True),
    Column("most_bytes", BigInteger),
    Column("lifetime", BigInteger, nullable=False),
    Column("purge_confirmed", Boolean, nullable=False),
    Column("grace", BigInteger, nullable=False),
    Column("owner_required", Boolean, nullable=False),
)

transfer_progress = Table(
    "transfer_progress",
    metadata,
    Column("transfer", Text, ForeignKey("transfer.id"), primary_key=True),
    Column("service", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("state", PlainText(TransferState), nullable=False),
    Column("text", Text, nullable=False),
    Column("changed", UtcTime, nullable=False),
    Column("expires", UtcTime, nullable=False),
    Column("checksum", Text),
)
Index(None, transfer_progress.c.sender, transfer_progress.c.service)
Index(None, transfer_progress.c.expires)

transfer_event = Table(
    "transfer_event",
    metadata,
    Column("transfer", Text, ForeignKey("transfer.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("party", Text),
    Column("state", Text, nullable=False),
    Column("text", Text, nullable=False),
)
