"""Keeping the whole of an embedded database as it is, and going back to it: for tests of what stands on the gateway."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from core.domain.snapshot import Snapshot
from core.errors import ErrorCode, Unavailable


@dataclass(frozen=True, slots=True)
class Kept:
    """An embedded database at one moment, in memory."""

    snapshot: Snapshot = field(repr=False)
    pages: sqlite3.Connection = field(repr=False)


def pages_of(engine: Engine) -> sqlite3.Connection:
    """A copy in memory of everything in the database. Raises Unavailable where it is not an embedded one."""
    pages = sqlite3.connect(":memory:", check_same_thread=False)
    connection = engine.raw_connection()
    try:
        _embedded(engine, connection.driver_connection).backup(pages)
    finally:
        connection.close()
    return pages


def put_back(pages: sqlite3.Connection, engine: Engine) -> None:
    """Put a copy back in place of everything that is there now. Raises Unavailable."""
    connection = engine.raw_connection()
    try:
        pages.backup(_embedded(engine, connection.driver_connection))
    finally:
        connection.close()


def _embedded(engine: Engine, driver: Any) -> sqlite3.Connection:
    if not isinstance(driver, sqlite3.Connection):
        raise Unavailable(
            ErrorCode.STORE_UNAVAILABLE,
            f"only an embedded database can be kept, not {engine.dialect.name}",
        )
    return driver
