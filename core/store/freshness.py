"""Making sure, before a question is answered, that no commit anywhere has been missed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection, Engine


class Freshness(Protocol):
    """How a store learns of commits by others."""

    def ensure(self) -> None:
        """Return when everything committed before the call has been taken in."""

    def close(self) -> None:
        """Let go of the connection."""


def make_freshness(engine: Engine, refresh: Callable[[Connection], None]) -> Freshness:
    """The way that suits the database. ``refresh`` takes in what a connection sees."""
    if engine.dialect.name == "sqlite":
        return _DataVersion(engine, refresh)
    return _SharedRead(engine, refresh)


class _DataVersion:
    """SQLite: a counter that moves when any other connection commits; reading it takes microseconds."""

    def __init__(self, engine: Engine, refresh: Callable[[Connection], None]) -> None:
        self._engine = engine
        self._refresh = refresh
        self._lock = threading.Lock()
        self._raw = engine.raw_connection()
        self._seen: int | None = None

    def ensure(self) -> None:
        with self._lock:
            driver = self._raw.driver_connection
            version = driver.execute("PRAGMA data_version").fetchone()[0]  # type: ignore[union-attr]
            if version != self._seen:
                with self._engine.connect() as connection:
                    self._refresh(connection)
                self._seen = version

    def close(self) -> None:
        self._raw.close()


class _SharedRead:
    """PostgreSQL: one read in flight answers every question that arrived before it was sent."""

    def __init__(self, engine: Engine, refresh: Callable[[Connection], None]) -> None:
        self._engine = engine
        self._refresh = refresh
        self._lock = threading.Lock()
        self._sent = 0
        self._answered = 0

    def ensure(self) -> None:
        arrived_after = self._sent
        with self._lock:
            if self._answered > arrived_after:
                return
            self._sent += 1
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                self._refresh(connection)
            self._answered = self._sent

    def close(self) -> None:
        """Nothing is held between reads."""
