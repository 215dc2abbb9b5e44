"""Tables of tokens: those taken back, the keys that sign, and what scopes are to the stand-in issuer."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from core.store.columns import UtcTime
from core.store.tables import metadata

token_epoch = Table(
    "token_epoch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", Integer, nullable=False),
)
"""One row. Its value rises when tokens are taken back or keys change: what was remembered is looked at anew then."""

NEWEST_EPOCH = "SELECT value FROM token_epoch WHERE id = 1"
"""The value of that row, as it is asked for with every token: straight to the driver."""

revoked_token = Table(
    "revoked_token",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("jti", Text, primary_key=True),
    Column("expires", UtcTime, nullable=False),
    Column("revoked", UtcTime, nullable=False),
    Column("by", Text, nullable=False),
)
Index(None, revoked_token.c.expires)

signing_key = Table(
    "signing_key",
    metadata,
    Column("name", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("pem", Text, nullable=False),
    Column("since", UtcTime, nullable=False),
)

issuer_scope = Table(
    "issuer_scope",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("longest_seconds", Integer),
    Column("integration_types", Text, nullable=False),
)

issuer_scope_access = Table(
    "issuer_scope_access",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("consumer", Text, primary_key=True),
    Column("supplier", Text, primary_key=True),
)
