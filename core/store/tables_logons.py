"""Tables of log-ons: wrong tries and locks, one-time codes and their sessions, nonces, the stand-in's box."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from core.store.columns import UtcTime
from core.store.tables import metadata

wrong_try = Table(
    "wrong_try",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
)
Index(None, wrong_try.c.subject)
Index(None, wrong_try.c.at)

logon_lock = Table(
    "logon_lock",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("until", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
)

letter_code = Table(
    "letter_code",
    metadata,
    Column("party", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("dated", UtcTime, nullable=False),
    Column("used", UtcTime),
)

code_session = Table(
    "code_session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("number", Integer),
    Column("digest", Text, nullable=False),
    Column("expires", UtcTime, nullable=False),
    Column("first_used", UtcTime),
)
Index(None, code_session.c.party)

used_nonce = Table(
    "used_nonce",
    metadata,
    Column("key", Text, primary_key=True),
    Column("expires", UtcTime, nullable=False),
)
Index(None, used_nonce.c.expires)

stand_in_message = Table(
    "stand_in_message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("channel", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("text", Text, nullable=False),
)
