"""With the setting on, a service owner asks about its own resources and no others. Source: pdp-and-tokens §9.1."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import Client

from core import OPERATOR, ServiceOwner, register_service_owner
from rest import RestOptions, TokenTrust, create_rest_app
from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import AUTHORIZE, FACIL, OTHER, OWNDATA, question

USER = "00000000-0000-4000-8000-00000000dead"
PATH = "/authorization/api/v1/authorize"
ADMIN = f"{AUTHORIZE}.admin"


@pytest.fixture
def door(house: House) -> Client:
    """The same house behind a stricter door."""
    register_service_owner(house.store, OPERATOR, ServiceOwner("skd", FACIL, "Skatteetaten", 4711))
    base = str(house.vendor.http.base_url).rstrip("/")
    options = RestOptions(base, base, demo=True, issuer=house.issuer, own_resources_only=True)
    return Client(create_rest_app(house.store, TokenTrust(house.issuer.trusted_issuers()), options))


def ask(house: House, door: Client, number: str, scope: str, body: dict[str, Any]) -> int:
    """The status of the answer to a service owner's question."""
    parameters = {"env": "tt02", "scopes": scope, "orgNo": number}
    token = house.vendor.http.get("/api/GetEnterpriseToken", params=parameters, auth=("a", "b")).text
    return door.post(PATH, json=body, headers={"Authorization": f"Bearer {token}"}).status_code


def test_the_owner_may_ask_and_others_only_with_the_wider_scope(house: House, door: Client) -> None:
    body = question(USER, OWNDATA, "write", "skd-eksempel-mva")
    assert ask(house, door, FACIL, AUTHORIZE, body) == 200
    assert ask(house, door, OTHER, AUTHORIZE, body) == 403
    assert ask(house, door, OTHER, ADMIN, body) == 200


def test_one_resource_of_somebody_else_is_one_too_many(house: House, door: Client) -> None:
    body = question(USER, OWNDATA, "write", "finnes-ikke")
    assert ask(house, door, OTHER, AUTHORIZE, body) == 200, "what does not exist is nobody's"
    resource = dict(question(USER, OWNDATA, "write", "skd-eksempel-mva")["Request"]["Resource"][0], Id="r2")
    request = body["Request"]
    for name, number in (("AccessSubject", "s"), ("Action", "a"), ("Resource", "r1")):
        request[name][0]["Id"] = number
    request["Resource"].append(resource)
    request["MultiRequests"] = {"RequestReference": [{"ReferenceId": ["s", "a", each]} for each in ("r1", "r2")]}
    assert ask(house, door, OTHER, AUTHORIZE, body) == 403


def test_a_request_that_cannot_be_answered_is_told_as_ever(house: House, door: Client) -> None:
    body = question(USER, OWNDATA, "write", "skd-eksempel-mva")
    body["Request"]["Resource"] = []
    assert ask(house, door, OTHER, AUTHORIZE, body) == 200


def test_it_is_off_unless_asked_for(house: House) -> None:
    parameters = {"env": "tt02", "scopes": AUTHORIZE, "orgNo": OTHER}
    token = house.vendor.http.get("/api/GetEnterpriseToken", params=parameters, auth=("a", "b")).text
    answer = house.vendor.call("POST", PATH, token, json=question(USER, OWNDATA, "write", "skd-eksempel-mva"))
    assert answer.status_code == 200
