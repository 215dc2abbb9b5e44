"""The door with a system that lists every sort of right, another vendor, and a colleague who manages nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from core import SystemUserRequest
from tests.doors.rest.conftest import House, running
from tests.doors.rest.vendor import ASK, PARTY_ID, READ, SCOPES, Vendor, jwk

HERE = Path(__file__).parent
WORLD = HERE / "world.json"
ALL, BARE = "310000108_alt", "310000108_uten"
STRANGER, STRANGER_CLIENT = "310000884", "0c11e000-0000-4000-8000-000000000099"
SIV, RUT = "05819010058", "11849010052"
CLIENT_Q_UUID = "c11e0000-0000-4000-8000-000000000876"
REQUESTS, CHANGES = "/systemuser/request", "/systemuser/changerequest"


@dataclass(frozen=True)
class Desk:
    """Shorthand for what these tests do again and again."""

    house: House
    stranger: Vendor

    @property
    def vendor(self) -> Vendor:
        """The vendor."""
        return self.house.vendor

    def ask(self, owner: str, kind: str = "", system: str = ALL, **members: Any) -> httpx.Response:
        """Ask for a system user, under a reference of its own unless told."""
        body = {"systemId": system, "partyOrgNo": owner, "externalRef": str(uuid.uuid4()), **members}
        return self.vendor.request(kind, **body)

    def asked(self, owner: str, kind: str = "", **members: Any) -> str:
        """The id of a new request."""
        response = self.ask(owner, kind, **members)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def approved(self, person: str, owner: str, kind: str = "", **members: Any) -> str:
        """The id of a new system user."""
        name = self.asked(owner, kind, **members)
        answer = self.vendor.answer(person, owner, name, kind=kind)
        assert answer.status_code == 200, answer.text
        return name

    def stored(self, name: str) -> SystemUserRequest:
        """The request as it is kept."""
        found = self.house.store.snapshot().requests.get(name)
        assert found is not None
        return found

    def change(self, user: str, name: str | None = None, by: Vendor | None = None, **members: Any) -> httpx.Response:
        """Ask for a change of a system user."""
        caller = by or self.vendor
        parameters = {"correlation-id": name or str(uuid.uuid4()), "system-user-id": user}
        return caller.call("POST", f"{CHANGES}/vendor", caller.token(ASK), params=parameters, json=members)

    def changed(self, user: str, **members: Any) -> str:
        """The id of a new change request."""
        response = self.change(user, **members)
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def answer_change(self, person: str, owner: str, name: str, what: str = "approve") -> httpx.Response:
        """Approve or reject a change request on the customer's behalf."""
        path = f"{CHANGES}/{PARTY_ID[owner]}/{name}/{what}"
        return self.vendor.call("POST", path, self.vendor.personal_token(person))

    def read(self, path: str, by: Vendor | None = None, **more: Any) -> httpx.Response:
        """What a vendor reads."""
        caller = by or self.vendor
        return caller.call("GET", path, caller.token(READ), **more)

    def see(self, person: str, path: str, **more: Any) -> httpx.Response:
        """What a person reads."""
        return self.vendor.call("GET", path, self.vendor.personal_token(person), **more)


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The door for the tests of one module: each asks under references of its own."""
    yield from _shared(sqlite_template, tmp_path_factory, strict=False)


@pytest.fixture(scope="module")
def strict_desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The same, strictly as the platform."""
    yield from _shared(sqlite_template, tmp_path_factory, strict=True)


@pytest.fixture
def own_desk(sqlite_url: str) -> Iterator[Desk]:
    """The door for one test that counts what there is, or moves the clock."""
    with running(sqlite_url, WORLD) as house:
        yield open_desk(house)


def _shared(template: Path, folders: pytest.TempPathFactory, *, strict: bool) -> Iterator[Desk]:
    path = folders.mktemp("desk") / "brobygger.db"
    path.write_bytes(template.read_bytes())
    with running(f"sqlite:///{path}", WORLD, strict=strict) as house:
        yield open_desk(house)


def open_desk(house: House) -> Desk:
    """The house with another vendor's client."""
    house.issuer.register_client(STRANGER_CLIENT, STRANGER, SCOPES, {"keys": [jwk("vendor", "fjell-1")]})
    return Desk(house, Vendor(house.vendor.http, house.clock, STRANGER_CLIENT))


def told(response: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal; no code where the body is empty."""
    return response.status_code, str(response.json().get("code", "")) if response.content else ""
