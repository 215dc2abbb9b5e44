"""The door with clients, sub-units and system users to list, and a service owner that asks about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from core import OPERATOR, ServiceOwner, register_service_owner
from tests.doors.rest.conftest import House, running
from tests.doors.rest.vendor import CLIENT, OTHER, SCOPES, VENDOR, jwk, system_user_detail

HERE = Path(__file__).parent
OWN_SCOPE = "altinn:accessmanagement/authorizedparties"
OWNER_SCOPE = "altinn:accessmanagement/authorizedparties.resourceowner"
STANDARD, AGENT = "5a5e0000-0000-4000-8000-000000000001", "5a5e0000-0000-4000-8000-000000000002"
WITH_BRANCH, BRANCH, ONLY_MAIN, ONLY_BRANCH, DELETED, NOT_DELEGATED = (
    f"aa100000-0000-4000-8000-00000000000{n}" for n in range(1, 7)
)


class Lists:
    """Asks for authorised parties, as a service owner and as an end user."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.vendor = house.vendor

    def of(self, kind: str, value: str, scope: str = OWNER_SCOPE, owner: str = "resourceowner", **more: Any) -> Any:
        """What a service owner is told of a subject: the answer itself where it is not 200."""
        body = {"type": kind, "value": value, **more.pop("body", {})}
        response = self.post(self.enterprise(scope), body, owner, **more)
        return response.json() if response.status_code == 200 else response

    def post(self, token: str, body: Any, owner: str = "resourceowner", **query: Any) -> httpx.Response:
        """A service owner's call."""
        path = f"/accessmanagement/api/v1/{owner}/authorizedparties"
        return self.vendor.call("POST", path, token, json=body, params=query)

    def enterprise(self, scope: str, number: str = OTHER) -> str:
        """A service owner's own token."""
        parameters = {"env": "tt02", "scopes": scope, "orgNo": number}
        response = self.vendor.http.get("/api/GetEnterpriseToken", params=parameters, auth=("a", "b"))
        assert response.status_code == 200, response.text
        return response.text

    def own(self, token: str, **query: Any) -> httpx.Response:
        """An end user's call."""
        return self.vendor.call("GET", "/accessmanagement/api/v1/enduser/authorizedparties", token, params=query)

    def raw(self, owner: str, reference: str) -> str:
        """A system user's token straight from the issuer, not exchanged."""
        detail = system_user_detail(owner, reference)
        return self.vendor.token(OWN_SCOPE, authorization_details=[detail])


@pytest.fixture(scope="module")
def lists(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lists]:
    """A door for tests that change nothing."""
    path = tmp_path_factory.mktemp("parties") / "brobygger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with opened(f"sqlite:///{path}") as found:
        yield found


@pytest.fixture
def changing(sqlite_url: str) -> Iterator[Lists]:
    """A door for one test."""
    with opened(sqlite_url) as found:
        yield found


@contextmanager
def opened(url: str, *, strict: bool = False) -> Iterator[Lists]:
    """The door with the service owner registered, and the vendor's client allowed to ask for its own parties."""
    with running(url, HERE / "world.json", strict=strict) as house:
        register_service_owner(house.store, OPERATOR, ServiceOwner("skd", OTHER, "Skatteetaten", 4799))
        house.issuer.register_client(CLIENT, VENDOR, (*SCOPES, OWN_SCOPE), {"keys": [jwk("vendor", "fjell-1")]})
        yield Lists(house)
