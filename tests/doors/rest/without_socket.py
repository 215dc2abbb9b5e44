"""The door without a socket, quick to call, and everything as it was at the beginning when a test wants it so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from core import Kept, Store
from rest import RestOptions, TokenTrust, create_rest_app, create_stand_in
from tests.doors.rest.conftest import CONFIRM, Clock, facts
from tests.doors.rest.vendor import CLIENT, KARI, REGISTER, SCOPES, VENDOR, Vendor, jwk


class Door:
    """An application on a store of its own, and the vendor who calls it."""

    def __init__(self, url: str, *worlds: Path) -> None:
        clock = Clock()
        self.store = Store(url, clock=clock)
        self.store.import_facts("test", facts(*worlds))
        base = "http://gateway.test"
        issuer = create_stand_in(self.store, base)
        issuer.register_client(CLIENT, VENDOR, SCOPES, {"keys": [jwk("vendor", "fjell-1")]})
        options = RestOptions(base, CONFIRM, demo=True, issuer=issuer)
        self.app: Any = create_rest_app(self.store, TokenTrust(issuer.trusted_issuers()), options)
        self.http = httpx.Client(transport=httpx.WSGITransport(app=self.app), base_url=base + "/")
        self.vendor = Remembering(self.http, clock)
        # The issuer makes its keys when they are first asked for: tokens are to outlive a return.
        self.http.get("/jwk")
        self.vendor.token(REGISTER)
        self.vendor.personal_token(KARI)
        self.start: Kept = self.store.keep()
        self.known: Mapping[str, list[Any]] = {}

    def close(self) -> None:
        self.http.close()
        self.store.close()


class Remembering(Vendor):
    """The vendor, asking for each token once: the clock stands still."""

    def __init__(self, http: httpx.Client, clock: Callable[[], Any]) -> None:
        super().__init__(http, clock)
        self._tokens: dict[tuple[str, ...], str] = {}

    def token(self, *scopes: str, **changes: Any) -> str:
        if scopes not in self._tokens or changes:
            self._tokens[scopes] = super().token(*scopes, **changes)
        return self._tokens[scopes]

    def personal_token(self, person: str, *scopes: str) -> str:
        if (person, *scopes) not in self._tokens:
            self._tokens[person, *scopes] = super().personal_token(person, *scopes)
        return self._tokens[person, *scopes]


@contextmanager
def opened(url: str, *worlds: Path) -> Iterator[Door]:
    door = Door(url, *worlds)
    try:
        yield door
    finally:
        door.close()
