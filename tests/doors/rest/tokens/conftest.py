"""The tokens' room by itself: a front without a socket, for set-ups that the usual house does not have."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from core import Store
from rest import Exchange, RestOptions, StandInIssuer, TokenTrust, TrustedIssuer, create_rest_app, create_stand_in
from tests.doors.rest.conftest import CONFIRM, Clock, facts
from tests.doors.rest.contract import Contract
from tests.doors.rest.vendor import CLIENT, SCOPES, VENDOR, Vendor, jwk

BASE = "https://brobygger.example"


@dataclass(frozen=True)
class Room:
    """A door without a socket."""

    store: Store
    clock: Clock
    issuer: StandInIssuer | None
    vendor: Vendor
    contract: Contract

    def check(self) -> None:
        """Every answer was as it is described."""
        if os.environ.get("CONTRACT"):
            assert not self.contract.broken, "\n".join(dict.fromkeys(self.contract.broken))


def opened(
    store: Store,
    clock: Clock,
    *,
    authorities: bytes | None = b"",
    issuers: tuple[TrustedIssuer, ...] = (),
    **options: Any,
) -> Room:
    """A door on the store, with the stand-in where there are ``authorities``, and with these issuers too."""
    issuer = None
    if authorities is not None:
        issuer = create_stand_in(store, BASE, authorities=authorities)
        issuer.register_client(CLIENT, VENDOR, SCOPES, {"keys": [jwk("vendor", "fjell-1")]})
        issuers += issuer.trusted_issuers()
    made = RestOptions(BASE, CONFIRM, demo=issuer is not None, issuer=issuer, **options)
    app = create_rest_app(store, TokenTrust(issuers), made)
    checked = Contract()
    http = httpx.Client(transport=httpx.WSGITransport(app=checked.around(app)), base_url=f"{BASE}/")
    return Room(store, clock, issuer, Vendor(http, clock), checked)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is moved."""
    return Clock()


@pytest.fixture
def stored(sqlite_url: str, clock: Clock) -> Iterator[Store]:
    """A store with the small world."""
    store = Store(sqlite_url, clock=clock)
    store.import_facts("test", facts())
    yield store
    store.close()


@pytest.fixture
def open_room(stored: Store, sqlite_url: str, clock: Clock) -> Iterator[Callable[..., Room]]:
    """Opens a door on the database, each with a store of its own, as each process has one.

    Each must answer as it is described.
    """
    rooms: list[Room] = []

    def open_another(**options: Any) -> Room:
        store = Store(sqlite_url, clock=clock) if rooms else stored
        rooms.append(opened(store, clock, **options))
        return rooms[-1]

    yield open_another
    for room in rooms[1:]:
        room.store.close()
    for room in rooms:
        room.check()


def exchange_of(issuer: StandInIssuer, **changes: Any) -> Exchange:
    """The exchange of the stand-in, changed as told."""
    return Exchange(issuer.altinn, **changes)
