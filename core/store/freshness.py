"""Making sure, before a question is answered, that no commit anywhere has been missed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine, PoolProxiedConnection

from core.store.tables import NEWEST_CHANGE
from core.store.tables_tokens import NEWEST_EPOCH

T = TypeVar("T")


class Freshness(Protocol):
    """How a store learns of commits by others."""

    def ensure(self) -> None:
        """Return when everything committed before the call has been taken in."""

    def token_epoch(self) -> int:
        """How often tokens were taken back or keys changed, as new as the newest commit at the moment of the call."""

    def reading(self) -> AbstractContextManager[PoolProxiedConnection]:
        """A connection for one small question outside any transaction: cheaper than one from the pool."""

    def close(self) -> None:
        """Let go of the connection."""


def make_freshness(engine: Engine, refresh: Callable[[Connection], None], known: Callable[[], int]) -> Freshness:
    """The way that suits the database.

    ``refresh`` takes in what a connection sees; ``known`` is the newest change that has been taken in.
    """
    if engine.dialect.name == "sqlite":
        return _DataVersion(engine, refresh, known)
    return _SharedRead(engine, refresh)


class _DataVersion:
    """SQLite: a counter that moves when any other connection commits; reading it takes microseconds.

    It moves with every commit to the ledger too, so the numbers of the newest fact and of the newest word on
    tokens are looked at next, on the same connection: only where the fact's has moved is anything taken in.
    """

    def __init__(self, engine: Engine, refresh: Callable[[Connection], None], known: Callable[[], int]) -> None:
        self._engine = engine
        self._refresh = refresh
        self._known = known
        self._lock = threading.Lock()
        self._raw = engine.raw_connection()
        self._seen: int | None = None
        self._epoch = 0

    def ensure(self) -> None:
        with self._lock:
            self._look()

    def token_epoch(self) -> int:
        with self._lock:
            self._look()
            return self._epoch

    def _look(self) -> None:
        driver = self._raw.driver_connection
        (version,) = driver.execute("PRAGMA data_version").fetchone()  # type: ignore[union-attr]
        if version == self._seen:
            return
        (newest,) = driver.execute(NEWEST_CHANGE).fetchone()  # type: ignore[union-attr]
        if newest != self._known():
            with self._engine.connect() as connection:
                self._refresh(connection)
        self._epoch = _epoch_of(self._raw)
        self._seen = version

    @contextmanager
    def reading(self) -> Iterator[PoolProxiedConnection]:
        with self._lock:
            yield self._raw

    def close(self) -> None:
        self._raw.close()


class _Shared(Generic[T]):
    """One read in flight answers every question that arrived before it was sent."""

    def __init__(self, engine: Engine, read: Callable[[Connection], T]) -> None:
        self._engine = engine
        self._read = read
        self._lock = threading.Lock()
        self._sent = 0
        self._answer: tuple[int, T] | None = None

    def ask(self) -> T:
        """What a read that was sent after this call says."""
        arrived_after = self._sent
        with self._lock:
            if self._answer is not None and self._answer[0] > arrived_after:
                return self._answer[1]
            self._sent += 1
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                self._answer = (self._sent, self._read(connection))
            return self._answer[1]


class _SharedRead:
    """PostgreSQL: reads are shared by those who wait for one."""

    def __init__(self, engine: Engine, refresh: Callable[[Connection], None]) -> None:
        self._engine = engine
        self._facts = _Shared(engine, refresh)
        self._epoch = _Shared(engine, lambda connection: _epoch_of(connection.connection))

    def ensure(self) -> None:
        self._facts.ask()

    def token_epoch(self) -> int:
        return self._epoch.ask()

    @contextmanager
    def reading(self) -> Iterator[PoolProxiedConnection]:
        with self._engine.connect() as connection:
            yield connection.connection

    def close(self) -> None:
        """Nothing is held between reads."""


def _epoch_of(connection: PoolProxiedConnection) -> int:
    driver: Any = connection.driver_connection
    found = driver.execute(NEWEST_EPOCH).fetchone()
    return 0 if found is None else int(found[0])
