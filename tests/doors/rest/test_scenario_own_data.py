"""Scenario 5 over HTTP: a firm's system user reports the firm's own data. Source: pdp-and-tokens §17.7."""

from __future__ import annotations

from typing import Any

import pytest

from core import OPERATOR, remove_system_user
from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    OLA,
    OTHER,
    OWNDATA,
    OWNDATA_SUB,
    OWNDATA_UUID,
    PER,
    READ,
    Vendor,
    decision,
    package,
    right,
)

BY_RIGHT: dict[str, Any] = {"rights": [right("skd-eksempel-mva")]}
BY_PACKAGE: dict[str, Any] = {"accessPackages": [package("merverdiavgift")]}


def approved(vendor: Vendor, **wanted: Any) -> str:
    """Register, ask and approve; the system user's id."""
    assert vendor.register().status_code == 200
    asked = vendor.request(partyOrgNo=OWNDATA, **wanted)
    assert asked.status_code == 201, asked.text
    user = str(asked.json()["id"])
    assert vendor.answer(PER, OWNDATA, user).json() is True
    return user


@pytest.mark.parametrize(
    ("wanted", "reason"), [(BY_RIGHT, "right-access"), (BY_PACKAGE, "package-access")], ids=["a", "b"]
)
def test_the_firms_system_user_reports_its_own_data(vendor: Vendor, wanted: dict[str, Any], reason: str) -> None:
    user = approved(vendor, **wanted)
    token = vendor.system_user_token(OWNDATA)
    assert token.status_code == 200
    answer = vendor.decide(user, OWNDATA)
    assert (decision(answer), answer.headers["Brobygger-Reason"]) == ("Permit", reason)
    assert decision(vendor.decide(user, OWNDATA_SUB)) == "Permit"
    for other in (OTHER, "310000019"):
        no = vendor.decide(user, other)
        assert (decision(no), no.headers["Brobygger-Reason"]) == ("NotApplicable", "missing-access")


@pytest.mark.parametrize(
    ("wanted", "status", "code"), [(BY_RIGHT, 403, "AUTH-00068"), (BY_PACKAGE, 400, "AUTH-00053")], ids=["a", "b"]
)
def test_nobody_approves_what_they_may_not_give(vendor: Vendor, wanted: dict[str, Any], status: int, code: str) -> None:
    vendor.register()
    request = vendor.request(partyOrgNo=OWNDATA, **wanted).json()["id"]
    refused = vendor.answer(OLA, OWNDATA, request)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert OWNDATA in refused.json()["detail"]
    still = vendor.call("GET", f"/systemuser/request/vendor/{request}", vendor.token(READ))
    assert still.json()["status"] == "New"
    assert "MP-303" in vendor.system_user_token(OWNDATA).json()["error_description"]
    assert decision(vendor.decide(request, OWNDATA)) == "NotApplicable"


def test_a_removed_system_user_is_dead_at_once(house: House) -> None:
    vendor = house.vendor
    user = approved(vendor, **BY_PACKAGE)
    assert decision(vendor.decide(user, OWNDATA)) == "Permit"
    owner = house.store.snapshot().party(OWNDATA_UUID)
    assert owner is not None
    remove_system_user(house.store, OPERATOR, owner.id, user)
    after = vendor.decide(user, OWNDATA)
    assert (decision(after), after.headers["Brobygger-Reason"]) == ("NotApplicable", "system-user-not-active")
    assert "MP-303" in vendor.system_user_token(OWNDATA).json()["error_description"]


def test_a_request_beyond_the_registration_or_for_client_packages_is_refused(vendor: Vendor) -> None:
    vendor.register(accessPackages=[package("merverdiavgift"), package(ACCOUNTANT)])
    beyond = vendor.request(partyOrgNo=OWNDATA, accessPackages=[package("skattegrunnlag")])
    assert (beyond.status_code, beyond.json()["code"]) == (400, "AUTH-00063")
    assert beyond.json()["NotFoundPackages"] == "urn:altinn:accesspackage:skattegrunnlag"
    unfit = vendor.request(partyOrgNo=OWNDATA, accessPackages=[package(ACCOUNTANT)])
    assert (unfit.status_code, unfit.json()["code"]) == (400, "AUTH-00064")


def test_a_rejected_request_gives_nothing(vendor: Vendor) -> None:
    vendor.register()
    request = vendor.request(partyOrgNo=OWNDATA, **BY_PACKAGE).json()["id"]
    assert vendor.answer(PER, OWNDATA, request, "reject").json() is True
    again = vendor.answer(PER, OWNDATA, request)
    assert (again.status_code, again.json()["code"]) == (409, "AUTH-00013")
    assert vendor.request(partyOrgNo=OWNDATA, **BY_PACKAGE).json()["status"] == "Rejected"
    assert "MP-303" in vendor.system_user_token(OWNDATA).json()["error_description"]


def test_another_partys_manager_cannot_answer(vendor: Vendor) -> None:
    vendor.register()
    request = vendor.request(partyOrgNo=OTHER, **BY_PACKAGE).json()["id"]
    no_manager = vendor.answer(PER, OTHER, request)
    assert (no_manager.status_code, no_manager.content) == (403, b"")
    not_theirs = vendor.answer(PER, OWNDATA, request)
    assert (not_theirs.status_code, not_theirs.json()["code"]) == (403, "AUTH-00041")
