"""A broker: the mapping authority's resources, a sender, a recipient, a stranger, and an agent of a client."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.doors.rest.conftest import House, running
from tests.doors.rest.service_owner import KV, give_scopes, service_owner, token_for
from tests.doors.rest.vendor import CLIENT_U, FACIL, OTHER, OWNDATA, Vendor

HERE = Path(__file__).parent
READ, WRITE, OWNS = "altinn:broker.read", "altinn:broker.write", "altinn:serviceowner"
TINGLYSING = "kv-eksempel-tinglysing"
USERS = {
    "sender": (OWNDATA, "sender"),
    "recipient": (KV, "mottaker"),
    "stranger": (OTHER, "tredje"),
    "agent": (FACIL, "agent"),
    "without": (FACIL, "uten"),
}
BYTES = b"<pantedokument>bl\xc3\xa5b\xc3\xa6r</pantedokument>"


def md5(data: bytes) -> str:
    """The checksum of a file, as senders state it."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@dataclass
class Broker:
    """Everybody's calls about files; each names who calls, by its part in the story."""

    house: House
    owner: Vendor

    def token(self, who: str, *scopes: str) -> str:
        """The token of a system user."""
        return token_for(self.house.vendor, *USERS[who], *(scopes or (READ, WRITE)))

    def configure(self, resource: str = TINGLYSING, **settings: Any) -> httpx.Response:
        """Set how a resource brokers files."""
        return self.owner.call("PUT", f"/broker/api/v1/resource/{resource}", self.owner.token(OWNS), json=settings)

    def call(self, who: str, method: str, path: str = "", *scopes: str, **more: Any) -> httpx.Response:
        """Any call about files."""
        where = f"/broker/api/v1/filetransfer{path}"
        return self.house.vendor.call(method, where, self.token(who, *scopes), **more)

    def announce(self, who: str = "sender", **changes: Any) -> httpx.Response:
        """Announce a file."""
        return self.call(who, "POST", json=announcement(**changes))

    def announced(self, **changes: Any) -> str:
        """The id of a file that was announced."""
        response = self.announce(**changes)
        assert response.status_code == 200, response.text
        return str(response.json()["fileTransferId"])

    def upload(self, transfer: str, data: bytes = BYTES, who: str = "sender") -> httpx.Response:
        """Upload a file."""
        return self.call(who, "POST", f"/{transfer}/upload", content=data)

    def published(self, data: bytes = BYTES, **changes: Any) -> str:
        """The id of a file that was announced and uploaded."""
        transfer = self.announced(**changes)
        response = self.upload(transfer, data)
        assert response.status_code == 200, response.text
        return transfer

    def state(self, transfer: str, who: str = "sender") -> str:
        """How far a transfer has come."""
        return str(self.call(who, "GET", f"/{transfer}").json()["fileTransferStatus"])

    def found(self, who: str, **filters: Any) -> list[str]:
        """What a search finds."""
        response = self.call(who, "GET", params={"resourceId": TINGLYSING, **filters})
        assert response.status_code == 200, response.text
        return list(response.json())


def announcement(**changes: Any) -> dict[str, Any]:
    """The body that announces a file from the sender to the recipient, changed as told; None takes a member away."""
    body = {
        "fileName": "tinglysing-2026-05.xml",
        "resourceId": TINGLYSING,
        "sendersFileTransferReference": "sak-42",
        "sender": f"0192:{OWNDATA}",
        "recipients": [f"0192:{KV}"],
        "propertyList": {"dokumenttype": "pantedokument"},
        "checksum": md5(BYTES),
        "disableVirusScan": False,
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


TO_THE_CLIENT = [f"0192:{CLIENT_U}"]


@pytest.fixture
def broker(sqlite_url: str) -> Iterator[Broker]:
    """A broker for one test, with one resource configured."""
    with running(sqlite_url, HERE / "world.json") as house:
        give_scopes(house, READ, WRITE)
        made = Broker(house, service_owner(house, "kv", KV, OWNS))
        assert made.configure().status_code == 200
        yield made
