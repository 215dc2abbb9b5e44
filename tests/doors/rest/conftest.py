"""A door on a real socket, before a real store with a small synthetic world, and a clock that tests can move."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import httpx
import pytest

from core import FACT_KINDS, Fact, Kept, Store, from_plain
from rest import RestOptions, StandInIssuer, TokenTrust, create_rest_app, create_stand_in
from tests.doors.rest.contract import Contract
from tests.doors.rest.vendor import CLIENT, SCOPES, VENDOR, Vendor, jwk

HERE = Path(__file__).parent
CONFIRM = "https://am.ui.brobygger.example"
_SOURCED = {"source": "synthetic", "dated": "2026-01-01", "confidence": "ours"}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 2, 8, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Move the clock."""
        self.now += timedelta(**by)


@dataclass(frozen=True)
class House:
    """Everything of one running door."""

    store: Store
    clock: Clock
    issuer: StandInIssuer
    vendor: Vendor


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name is the library's
        """Say nothing: the tests read answers, not logs."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


def facts(*files: Path) -> list[Fact]:
    """The world of these tests, and what more these files have, kind by kind."""
    worlds = [json.loads(file.read_text("utf-8")) for file in (HERE / "world.json", *files)]
    return [
        from_plain(kind.record, {**{k: v for k, v in _SOURCED.items() if k in kind.record.__slots__}, **row})
        for kind in FACT_KINDS
        for world in worlds
        for row in world.get(kind.name, ())
    ]


@cache
def _with_world(database: bytes, more: tuple[Path, ...]) -> bytes:
    """The empty database with the world in it, and with the issuer's keys: what would be made anew for every test."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "world.db"
        file.write_bytes(database)
        store = Store(f"sqlite:///{file}", clock=Clock())
        store.import_facts("test", facts(*more))
        for issuer in create_stand_in(store, "http://127.0.0.1").trusted_issuers():
            assert issuer.jwks() if callable(issuer.jwks) else issuer.jwks
        store.close()
        return file.read_bytes()


@dataclass(frozen=True)
class _Standing:
    """A door that stays open between tests, and everything as it was when it was opened."""

    house: House
    checked: Contract
    kept: Kept
    close: Callable[[], None]

    def reset(self) -> None:
        """Undo everything that was done at it."""
        self.house.clock.now = Clock().now
        self.house.store.return_to(self.kept)
        self.checked.broken.clear()


_IDLE: dict[tuple[tuple[Path, ...], bool, bool], list[_Standing]] = {}
"""Open doors that nobody uses now, by their world. To open one takes fifty times as long as to put it back."""


@pytest.fixture(scope="session", autouse=True)
def _doors_are_closed() -> Iterator[None]:
    """Close what stayed open."""
    yield
    for standing in [each for some in _IDLE.values() for each in some]:
        standing.close()
    _IDLE.clear()


@contextmanager
def running(url: str, *more: Path, strict: bool = False, own_only: bool = False) -> Iterator[House]:
    """A door in a thread, with the vendor's client registered. ``url`` is an empty database, to be copied.

    ``own_only``: service owners ask about their own resources only.
    """
    idle = _IDLE.setdefault((more, strict, own_only), [])
    if idle:
        standing = idle.pop()
    else:
        database = Path(url.removeprefix("sqlite:///")).read_bytes()
        standing = _opened(database, more, strict=strict, own_only=own_only)
    try:
        yield standing.house
    except BaseException:
        standing.close()
        raise
    broken = list(dict.fromkeys(standing.checked.broken))
    standing.reset()
    idle.append(standing)
    assert not broken, "\n".join(broken)


def _opened(database: bytes, more: tuple[Path, ...], *, strict: bool, own_only: bool) -> _Standing:
    folder = tempfile.TemporaryDirectory(prefix="brobygger-door-")
    file = Path(folder.name) / "brobygger.db"
    file.write_bytes(_with_world(database, more))
    clock = Clock()
    store = Store(f"sqlite:///{file}", clock=clock)
    server = _Server(("127.0.0.1", 0), _Quiet)
    base = f"http://127.0.0.1:{server.server_port}"
    issuer = create_stand_in(store, base)
    issuer.register_client(CLIENT, VENDOR, SCOPES, {"keys": [jwk("vendor", "fjell-1")]})
    options = RestOptions(base, CONFIRM, demo=True, issuer=issuer, strict_upstream=strict, own_resources_only=own_only)
    checked = Contract()
    server.set_app(checked.around(create_rest_app(store, TokenTrust(issuer.trusted_issuers()), options)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    http = httpx.Client(base_url=base + "/")

    def close() -> None:
        http.close()
        server.shutdown()
        thread.join()
        server.server_close()
        store.close()
        folder.cleanup()

    return _Standing(House(store, clock, issuer, Vendor(http, clock)), checked, store.keep(), close)


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    """A door for one test."""
    with running(sqlite_url) as opened:
        yield opened


@pytest.fixture
def vendor(house: House) -> Vendor:
    """The vendor, and everybody else, calling the door."""
    return house.vendor


@pytest.fixture(scope="module")
def shared(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A door for the tests of one module that change nothing that others see."""
    path = tmp_path_factory.mktemp("shared") / "brobygger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with running(f"sqlite:///{path}") as opened:
        yield opened
