"""Tables of messages, brokered files, prefill, code lists, and the service owners behind them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from core.domain.message import Removal
from core.store.columns import PlainText, UtcTime
from core.store.tables import metadata

service_owner = Table(
    "service_owner",
    metadata,
    Column("code", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("enterprise_system", BigInteger, nullable=False),
)
Index(None, service_owner.c.organisation)

message = Table(
    "message",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("organisation", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("reportee", Text, nullable=False),
    Column("language", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("header", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("custom_data", Text, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("sent", UtcTime, nullable=False),
    Column("visible", UtcTime, nullable=False),
    Column("due", UtcTime),
    Column("confirmation_needed", Boolean, nullable=False),
    Column("allow_forwarding", Boolean, nullable=False),
    Column("archive_reference", Text),
    Column("links", Text, nullable=False),
    Column("notifications", Text, nullable=False),
    Column("read", UtcTime),
    Column("confirmed", UtcTime),
    Column("confirmed_by", Text),
    Column("archived", UtcTime),
    Column("removal", PlainText(Removal)),
    UniqueConstraint("organisation", "service", "reference", "reportee"),
)
Index(None, message.c.reportee, message.c.sent)
Index(None, message.c.reportee, message.c.archive_reference)

message_attachment = Table(
    "message_attachment",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("message", BigInteger, ForeignKey("message.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("function", Text, nullable=False),
    Column("content", Text, nullable=False),
)
Index(None, message_attachment.c.message)

prefill = Table(
    "prefill",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("owner_code", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("reportee", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("shipment", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("identity_code", Text, nullable=False),
    Column("valid_from", UtcTime),
    Column("valid_to", UtcTime),
    Column("kept", UtcTime, nullable=False),
    Column("element", BigInteger),
    UniqueConstraint("organisation", "service", "reportee", "reference"),
)
Index(None, prefill.c.reportee, prefill.c.service)

prefill_part = Table(
    "prefill_part",
    metadata,
    Column("prefill", Text, ForeignKey("prefill.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("format_id", Text, nullable=False),
    Column("format_version", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("content", Text, nullable=False),
)

code_list = Table(
    "code_list",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("language", Integer, nullable=False),
    Column("entries", Text, nullable=False),
    UniqueConstraint("name", "version", "language"),
)

transfer = Table(
    "transfer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("service", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("file_list", Text, nullable=False),
    Column("properties", Text, nullable=False),
    Column("begun", UtcTime, nullable=False),
    Column("sent", UtcTime),
    Column("file_name", Text),
    Column("content", Text),
    Column("size", BigInteger),
    Column("receipt", BigInteger),
)

transfer_recipient = Table(
    "transfer_recipient",
    metadata,
    Column("transfer", Text, ForeignKey("transfer.id"), primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("receipt", BigInteger),
    Column("downloaded", UtcTime),
    Column("confirmed", UtcTime),
)
Index(None, transfer_recipient.c.recipient)
