"""Tables of dialogs, and of who has seen them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from core.domain.dialog import DialogStatus, SystemLabel
from core.store.columns import PlainText, UtcTime
from core.store.tables import metadata

dialog = Table(
    "dialog",
    metadata,
    Column("id", Text, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("owner_code", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("status", PlainText(DialogStatus), nullable=False),
    Column("content", Text, nullable=False),
    Column("searched", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("updated", UtcTime, nullable=False),
    Column("content_updated", UtcTime, nullable=False),
    Column("idempotency_key", Text),
    Column("extended_status", Text),
    Column("external_reference", Text),
    Column("process", Text),
    Column("preceding_process", Text),
    Column("progress", Integer),
    Column("label", PlainText(SystemLabel), nullable=False),
    Column("api_only", Boolean, nullable=False),
    Column("due", UtcTime),
    Column("visible", UtcTime),
    Column("expires", UtcTime),
    Column("deleted", UtcTime),
    Column("seen", UtcTime),
    Column("actions", Text, nullable=False),
    UniqueConstraint("organisation", "idempotency_key"),
)
Index(None, dialog.c.party, dialog.c.service, dialog.c.content_updated, dialog.c.id)
Index(None, dialog.c.service, dialog.c.party)

dialog_seen = Table(
    "dialog_seen",
    metadata,
    Column("id", Text, primary_key=True),
    Column("dialog", Text, ForeignKey("dialog.id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("name", Text, nullable=False),
)
Index(None, dialog_seen.c.dialog, dialog_seen.c.at)
