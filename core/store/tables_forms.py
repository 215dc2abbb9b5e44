"""Tables of submissions' life after they are taken in: receipts, elements, forms, signatures, the outbox."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from core.store.columns import UtcTime
from core.store.tables import metadata

STARTS = {"archive": 100_001, "attachment": 1, "element": 900_200, "form": 1, "receipt": 700_100}
"""The first number of each series that clients see."""

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("parent", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("sender", Text),
    Column("reference", Text),
    Column("submission", Text, ForeignKey("submission.id")),
    Column("element", BigInteger),
    Column("owner", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("history", Text, nullable=False),
    Column("changed", UtcTime, nullable=False),
    UniqueConstraint("sender", "reference"),
)
Index("ix_receipt_parent", receipt.c.parent, receipt.c.position)
Index("ix_receipt_element", receipt.c.element)
Index("ix_receipt_owner_type_changed", receipt.c.owner, receipt.c.type, receipt.c.changed)

receipt_reference = Table(
    "receipt_reference",
    metadata,
    Column("receipt", BigInteger, ForeignKey("receipt.id"), primary_key=True, autoincrement=False),
    Column("type", Text, primary_key=True),
    Column("value", Text, primary_key=True),
)
Index("ix_receipt_reference_type_value", receipt_reference.c.type, receipt_reference.c.value)

element = Table(
    "element",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("reportee", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("task", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("person", Text),
    Column("enterprise_system", BigInteger),
    Column("submission", Text, ForeignKey("submission.id")),
    Column("archive_reference", Text),
    Column("created", UtcTime, nullable=False),
    Column("changed", UtcTime, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("change_type", Text, nullable=False),
    Column("archived", UtcTime),
    Column("due", UtcTime),
    Column("deleted", UtcTime),
    Column("case_id", BigInteger),
    Column("signatures_required", Integer, nullable=False),
    Column("delegation_locked", Boolean, nullable=False),
    Column("delegated_users", Text),
    Column("encrypted_key", Text),
)
Index("ix_element_reportee_changed", element.c.reportee, element.c.changed)
Index("ix_element_archive_reference", element.c.archive_reference)
_WAITS = (element.c.task == "Archive") & element.c.archived.is_(None)
Index("ix_element_waiting", element.c.id, sqlite_where=_WAITS, postgresql_where=_WAITS)

element_form = Table(
    "element_form",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("element", BigInteger, ForeignKey("element.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("format_id", Text, nullable=False),
    Column("format_version", BigInteger, nullable=False),
    Column("reference", Text, nullable=False),
    Column("parent_reference", Text, nullable=False),
    Column("completed", Boolean, nullable=False),
    Column("validation", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("receipt", BigInteger),
)
Index("ix_element_form_element", element_form.c.element, element_form.c.position)

element_attachment = Table(
    "element_attachment",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("element", BigInteger, ForeignKey("element.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("parent_reference", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("type_name", Text, nullable=False),
    Column("encrypted", Boolean, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("added_later", Boolean, nullable=False),
    Column("receipt", BigInteger),
)
Index("ix_element_attachment_element", element_attachment.c.element, element_attachment.c.position)

element_signature = Table(
    "element_signature",
    metadata,
    Column("element", BigInteger, ForeignKey("element.id"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("person", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("level", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("forms", Text, nullable=False),
    Column("attachments", Text, nullable=False),
    Column("told", Text, nullable=False),
    UniqueConstraint("element", "person"),
)

process_step = Table(
    "process_step",
    metadata,
    Column("element", BigInteger, ForeignKey("element.id"), primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("activity", Text, nullable=False),
    Column("person", Text),
    Column("enterprise_system", BigInteger),
    Column("at", UtcTime, nullable=False),
)

service_form = Table(
    "service_form",
    metadata,
    Column("service", Text, primary_key=True),
    Column("format_id", Text, primary_key=True),
    Column("format_version", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("mandatory", Boolean, nullable=False),
)

attachment_rule = Table(
    "attachment_rule",
    metadata,
    Column("service", Text, primary_key=True),
    Column("most_bytes", BigInteger, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("element", BigInteger, ForeignKey("element.id"), primary_key=True, autoincrement=False),
    Column("submission", Text, ForeignKey("submission.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)
Index("ix_outbox_state", outbox.c.state, outbox.c.at)
