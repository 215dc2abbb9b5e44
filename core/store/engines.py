"""Opening a database by its URL: SQLite in one file, or PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from core.errors import ErrorCode, Unavailable

_BUSY_MILLISECONDS = 30_000
_SUPPORTED = ("sqlite", "postgresql")


def normal_url(url: str) -> str:
    """The URL with the driver we use filled in. Raises Unavailable for another kind of database."""
    parsed = make_url(url)
    if parsed.get_backend_name() not in _SUPPORTED:
        raise Unavailable(
            ErrorCode.STORE_UNAVAILABLE,
            f"`{parsed.get_backend_name()}` is not a database this runs on: sqlite:///FILE or postgresql://…",
        )
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def open_engine(url: str, *, writing: bool) -> Engine:
    """An engine for reading, or for writing (one connection; its transactions take the write lock at once)."""
    if not url.startswith("sqlite"):
        engine = create_engine(url, pool_size=1 if writing else 8, max_overflow=0 if writing else 8, pool_pre_ping=True)
        # A keyword since PostgreSQL 16, which SQLAlchemy does not quote of itself yet.
        quoting = engine.dialect.identifier_preparer
        quoting.reserved_words = quoting.reserved_words | {"system_user"}
        return engine
    engine = create_engine(
        url,
        pool_size=1 if writing else 8,
        max_overflow=0 if writing else 24,
        connect_args={"check_same_thread": False, "isolation_level": None},
    )
    begin = "BEGIN IMMEDIATE" if writing else "BEGIN"
    event.listen(engine, "connect", _prepare_sqlite)
    # Straight to the driver: an execution by SQLAlchemy would cost more than the rest of a small transaction.
    event.listen(engine, "begin", lambda connection: connection.connection.driver_connection.execute(begin))
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={_BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@contextmanager
def outage() -> Iterator[None]:
    """A database that cannot be asked becomes Unavailable: not a refusal, and never a stale answer."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error) as error:
        raise Unavailable(
            ErrorCode.STORE_UNAVAILABLE,
            "the database could not be asked, or could not answer with certainty; nothing was stored",
        ) from error
