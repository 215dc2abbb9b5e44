"""Every table: one for each kind of fact, made from its record, and those of the ledger."""

from __future__ import annotations

from dataclasses import fields
from typing import get_type_hints

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from core.domain.change import FACT_KINDS, FactKind, Operation
from core.store.columns import PlainText, UtcTime, column_type

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_UNIQUE: dict[str, tuple[tuple[str, ...], ...]] = {
    "party": (("number",), ("altinn_id",)),
    "system_user": (("system", "owner", "external_ref"),),
    "system_user_request": (("system", "owner", "external_ref"),),
}


def _fact_table(kind: FactKind) -> Table:
    hints = get_type_hints(kind.record)
    columns = []
    for each in fields(kind.record):
        type_, nullable = column_type(hints[each.name])
        is_key = each.name in kind.key_fields
        columns.append(
            Column(each.name, type_, primary_key=is_key, nullable=nullable and not is_key, autoincrement=False)
        )
    unique = [UniqueConstraint(*names) for names in _UNIQUE.get(kind.name, ())]
    return Table(kind.name, metadata, *columns, *unique)


FACT_TABLES: dict[str, Table] = {kind.name: _fact_table(kind) for kind in FACT_KINDS}

# -- facts: the numbers ---------------------------------------------------------------------------

fact_sequence = Table(
    "fact_sequence",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
)

NEWEST_CHANGE = "SELECT value FROM fact_sequence"
"""The number of the newest change, for asking the driver straight."""

change = Table(
    "change",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("operation", PlainText(Operation), nullable=False),
    Column("kind", Text, nullable=False),
    Column("fact", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", Text, nullable=False),
)

# -- ledger ---------------------------------------------------------------------------------------

submission = Table(
    "submission",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("batch_id", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("enterprise_system", BigInteger),
    Column("person", Text),
    Column("reportee", Text),
    Column("service", Text),
    Column("reason", Text),
    Column("received", UtcTime, nullable=False),
    Column("authorised_at", BigInteger, nullable=False),
    Column("schema_version", Text),
    Column("receipt_type", Text),
    Column("receipt_url", Text),
    Column("signature", Text),
    UniqueConstraint("sender", "batch_id"),
)

data_unit = Table(
    "data_unit",
    metadata,
    Column("submission", Text, ForeignKey("submission.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("participant", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("parent_reference", Text),
    Column("form", Text, nullable=False),
    Column("completed", Integer, nullable=False),
    Column("locked", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("workflow_reference", Text),
    Column("archive_reference", Text),
)
Index("ix_data_unit_waiting", data_unit.c.submission, sqlite_where=data_unit.c.workflow_reference.is_(None),
      postgresql_where=data_unit.c.workflow_reference.is_(None))  # fmt: skip

attachment = Table(
    "attachment",
    metadata,
    Column("submission", Text, ForeignKey("submission.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("reference", Text, nullable=False),
    Column("parent_reference", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("content", Text, nullable=False),
)

content_chunk = Table(
    "content_chunk",
    metadata,
    Column("content", Text, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)

shadow_difference = Table(
    "shadow_difference",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("enterprise_system", BigInteger, nullable=False),
    Column("party", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("old_outcome", Text, nullable=False),
    Column("old_reason", Text, nullable=False),
    Column("new_outcome", Text, nullable=False),
    Column("new_reason", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

form_schema = Table(
    "form_schema",
    metadata,
    Column("form", Text, primary_key=True),
    Column("text", Text, nullable=False),
)

failed_attempt = Table(
    "failed_attempt",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("latest", UtcTime, nullable=False),
)

used_assertion = Table(
    "used_assertion",
    metadata,
    Column("client", Text, primary_key=True),
    Column("jti", Text, primary_key=True),
    Column("expires", UtcTime, nullable=False),
)

issuer_client = Table(
    "issuer_client",
    metadata,
    Column("client", Text, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("keys", Text, nullable=False),
)

secret = Table(
    "secret",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
