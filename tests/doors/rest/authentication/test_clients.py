"""Clients of agents by the facade for client administrators: what every one of its calls asks of its parameters."""

from __future__ import annotations

import pytest

from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import CLIENT_R_UUID, FACIL, KARI, package

BASE = "/enduser/systemuser/clients"
CALLS = [("GET", "/available"), ("GET", ""), ("POST", ""), ("DELETE", "")]
NOBODY = "3f6d1f86-0f1f-4f67-9b0d-6a2d9f6f7b01"


@pytest.fixture
def standard(house: House) -> str:
    """A system user of the firm that works for itself."""
    assert house.vendor.register().status_code == 200
    request = house.vendor.request(partyOrgNo=FACIL, accessPackages=[package("merverdiavgift")]).json()["id"]
    assert house.vendor.answer(KARI, FACIL, request).status_code == 200
    return str(request)


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_system_user_that_has_no_clients(house: House, standard: str, method: str, path: str) -> None:
    where = {"agent": standard, "client": CLIENT_R_UUID}
    answer = house.vendor.call(method, BASE + path, house.vendor.personal_token(KARI), params=where)
    assert answer.status_code == 400
    (violation,) = answer.json()["validationErrors"]
    assert (violation["code"], violation["paths"]) == ("AUTH.VLD-00015", ["?agent"])


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_system_user_that_nobody_knows(house: House, method: str, path: str) -> None:
    where = {"agent": NOBODY, "client": CLIENT_R_UUID}
    answer = house.vendor.call(method, BASE + path, house.vendor.personal_token(KARI), params=where)
    (violation,) = answer.json()["validationErrors"]
    assert (violation["code"], violation["title"]) == ("AUTH.VLD-00014", "System user not found")


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_parameters_that_are_missing_are_told_together(house: House, method: str, path: str) -> None:
    answer = house.vendor.call(method, BASE + path, house.vendor.personal_token(KARI))
    told = [each["code"] for each in answer.json()["validationErrors"]]
    assert told == ["AUTH.VLD-00014", "AUTH.VLD-00016"][: 1 if method == "GET" else 2]
