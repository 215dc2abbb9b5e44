"""People read, answer and pass on requests: every answer of §5.6 of the reference, and of the portal's own routes."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from tests.doors.rest.requests.conftest import ALL, REQUESTS, SIV, Desk, told
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    ASK,
    FACIL,
    KARI,
    OLA,
    OTHER,
    OWNDATA,
    OWNDATA_UUID,
    PARTY_ID,
    PER,
    READ,
    package,
    right,
)

VAT: dict[str, Any] = {"accessPackages": [package("merverdiavgift")]}
PORTAL = "/accessmanagement/api/v1/systemuser"
KINDS = ["", "/agent"]


def at(owner: str) -> str:
    """The party's numeric id, as paths name it."""
    return str(PARTY_ID[owner])


# -- approving and rejecting ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "action", "code"),
    [
        ("skd-bare-rolle", None, "AUTH-00016"),
        ("skd-utloept", None, "AUTH-00018"),
        ("skd-bare-mva", None, "AUTH-00068"),
        ("skd-med-liste", None, "AUTH-00069"),
        ("skd-fast", None, "AUTH-00070"),
        ("skd-skjema-scope", None, "AUTH-00071"),
        ("skd-eksempel-mva", "fly", "AUTH-00014"),
    ],
)
def test_a_right_that_may_not_be_given_says_why(desk: Desk, resource: str, action: str | None, code: str) -> None:
    name = desk.asked(OWNDATA, rights=[{**right(resource), "action": action}])
    assert told(desk.vendor.answer(OLA, OWNDATA, name)) == (403, code)
    assert desk.read(f"{REQUESTS}/vendor/{name}").json()["status"] == "New"


def test_a_package_that_may_not_be_given_says_so(desk: Desk) -> None:
    name = desk.asked(OWNDATA, **VAT)
    assert told(desk.vendor.answer(OLA, OWNDATA, name)) == (400, "AUTH-00053")


@pytest.mark.parametrize("what", ["approve", "reject"])
@pytest.mark.parametrize(("kind", "unknown", "other"), [("", "00010", "00041"), ("/agent", "00030", "00042")])
def test_answers_are_checked_in_order(desk: Desk, what: str, kind: str, unknown: str, other: str) -> None:
    owner, boss = (OWNDATA, PER) if not kind else (FACIL, KARI)
    stranger = KARI if not kind else PER
    name = desk.asked(owner, kind, **VAT)
    path = f"{REQUESTS}{kind}/99999999/{name}/{what}"
    assert told(desk.vendor.call("POST", path, desk.vendor.personal_token(boss))) == (400, "AUTH-00000")
    assert told(desk.vendor.answer(stranger, owner, name, what, kind)) == (403, "")
    assert told(desk.vendor.answer(boss, owner, str(uuid.uuid4()), what, kind)) == (404, f"AUTH-{unknown}")
    assert told(desk.vendor.answer(boss, owner, name, what, KINDS[not kind])) == (404, f"AUTH-000{10 if kind else 30}")
    elsewhere = FACIL if not kind else OWNDATA
    assert told(desk.vendor.answer(stranger, elsewhere, name, what, kind)) == (403, f"AUTH-{other}")
    assert desk.vendor.answer(boss, owner, name, what, kind).json() is True
    for again in ("approve", "reject"):
        assert told(desk.vendor.answer(boss, owner, name, again, kind)) == (409, "AUTH-00013")


def test_an_approval_asks_the_register_again(own_desk: Desk) -> None:
    desk = own_desk
    names = [desk.asked(OWNDATA, **VAT), desk.asked(FACIL, "/agent", accessPackages=[package(ACCOUNTANT)])]
    second = desk.asked(OWNDATA, rights=[right("skd-bare-mva")])
    system = desk.house.store.snapshot().systems.get(ALL)
    assert system is not None
    less = replace(system, rights=(), packages=())
    desk.house.store.import_facts("test", [less])
    assert told(desk.vendor.answer(PER, OWNDATA, names[0])) == (400, "AUTH-00063")
    assert told(desk.vendor.answer(KARI, FACIL, names[1], kind="/agent")) == (400, "AUTH-00063")
    assert told(desk.vendor.answer(PER, OWNDATA, second)) == (400, "AUTH-00001")
    gone = replace(system, deleted=True)
    desk.house.store.import_facts("test", [gone])
    assert told(desk.vendor.answer(PER, OWNDATA, names[0])) == (404, "AUTH-00011")


def test_a_reference_that_was_taken_since_is_told_at_approval(own_desk: Desk) -> None:
    desk = own_desk
    name = desk.approved(PER, OWNDATA, externalRef="opptatt", **VAT)
    desk.vendor.call("DELETE", f"{REQUESTS}/vendor/{name}", desk.vendor.token(ASK))
    late = replace(desk.stored(desk.asked(OWNDATA, **VAT)), external_ref="opptatt")
    desk.house.store.import_facts("test", [late])
    assert told(desk.vendor.answer(PER, OWNDATA, late.id)) == (400, "AUTH-00004")


# -- passing on -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_anybody_at_the_party_passes_a_request_on(desk: Desk, kind: str) -> None:
    name = desk.asked(OWNDATA, kind, **VAT)
    assert desk.vendor.answer(KARI, OWNDATA, name, "escalate", kind).json() is False
    assert desk.vendor.answer(SIV, FACIL, name, "escalate", kind).json() is False
    assert desk.vendor.answer(SIV, OWNDATA, name, "escalate", KINDS[not kind]).json() is False
    assert desk.vendor.answer(SIV, OWNDATA, str(uuid.uuid4()), "escalate", kind).json() is False
    nowhere = f"{REQUESTS}{kind}/99999999/{name}/escalate"
    assert desk.vendor.call("POST", nowhere, desk.vendor.personal_token(SIV)).json() is False
    read = f"{REQUESTS}/vendor{kind}/{name}"
    assert desk.read(read).json()["escalated"] is False
    for _ in range(2):
        assert desk.vendor.answer(SIV, OWNDATA, name, "escalate", kind).json() is True
    assert desk.read(read).json()["escalated"] is True
    assert desk.vendor.answer(PER, OWNDATA, name, "reject", kind).json() is True
    assert desk.vendor.answer(SIV, OWNDATA, name, "escalate", kind).json() is False


# -- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("base", [REQUESTS, PORTAL])
def test_a_person_sees_what_there_is_to_do(desk: Desk, kind: str, base: str) -> None:
    name = desk.asked(OWNDATA, kind, redirectUrl="https://fjellregnskap.example/retur?x=1", **VAT)
    path = f"{base}{kind}/{name}" if base == REQUESTS else f"{base}/{kind.strip('/')}request/{name}"
    shown = desk.see(PER, path).json()
    assert (shown["partyId"], shown["partyUuid"], shown["partyOrgNo"]) == (PARTY_ID[OWNDATA], OWNDATA_UUID, OWNDATA)
    assert (shown["userMayEscalateButNotApprove"], shown["systemUserType"]) == (False, kind.strip("/") or "standard")
    assert "confirmUrl" not in shown
    assert desk.see(SIV, path).json()["userMayEscalateButNotApprove"] is True
    assert told(desk.see(KARI, path)) == (403, "AUTH-00066")
    assert told(desk.see(PER, path.replace(name, str(uuid.uuid4())))) == (404, "AUTH-00010")
    assert told(desk.see(PER, path.replace(name, "no-uuid"))) == (400, "")


def test_the_door_that_keeps_to_the_platform_tells_no_more_than_it(strict_desk: Desk) -> None:
    desk = strict_desk
    shown = [desk.see(PER, f"{REQUESTS}{kind}/{desk.asked(OWNDATA, kind, **VAT)}").json() for kind in KINDS]
    assert ["integrationTitle" in each for each in shown] == [False, False]
    assert [each.get("systemUserType") for each in shown] == [None, "Standard"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_party_reads_its_own_requests(desk: Desk, kind: str) -> None:
    name = desk.asked(OWNDATA, kind, **VAT)
    mine = desk.see(PER, f"{REQUESTS}{kind}/{at(OWNDATA)}/{name}").json()
    assert (mine["id"], mine["status"], "confirmUrl" in mine) == (name, "New", False)
    assert told(desk.see(KARI, f"{REQUESTS}{kind}/{at(FACIL)}/{name}")) == (404, "AUTH-00010")
    assert told(desk.see(PER, f"{REQUESTS}{KINDS[not kind]}/{at(OWNDATA)}/{name}")) == (404, "AUTH-00010")
    assert told(desk.see(PER, f"{REQUESTS}{kind}/99999999/{name}")) == (400, "AUTH-00000")
    assert told(desk.see(PER, f"{REQUESTS}{kind}/nobody/{name}")) == (400, "")
    assert told(desk.see(SIV, f"{REQUESTS}{kind}/{at(OWNDATA)}/{name}")) == (403, "")


def test_what_waits_is_listed_for_the_party_alone(own_desk: Desk) -> None:
    desk = own_desk
    plain, agent, passed_on = desk.asked(OWNDATA, **VAT), desk.asked(OWNDATA, "/agent", **VAT), ""
    passed_on = desk.asked(OWNDATA, "/agent", **VAT)
    desk.vendor.answer(SIV, OWNDATA, passed_on, "escalate", "/agent")
    answered = desk.asked(OWNDATA, **VAT)
    desk.vendor.answer(PER, OWNDATA, answered, "reject")
    desk.asked(OTHER, **VAT)

    def ids(path: str) -> list[str]:
        return [each["id"] for each in desk.see(PER, path).json()]

    assert ids(f"{REQUESTS}/{at(OWNDATA)}/{OWNDATA}/pending") == [plain]
    assert ids(f"{REQUESTS}/agent/{at(OWNDATA)}/{OWNDATA}/pending") == [passed_on]
    assert ids(f"{REQUESTS}/{at(OWNDATA)}/{OTHER}/pending") == []
    assert ids(f"{PORTAL}/{OWNDATA_UUID}/pending") == [plain, passed_on]
    assert agent not in ids(f"{PORTAL}/{OWNDATA_UUID}/pending")
    for path in (f"{REQUESTS}/{at(OWNDATA)}/{OWNDATA}/pending", f"{PORTAL}/{OWNDATA_UUID}/pending"):
        assert told(desk.see(SIV, path)) == (403, "")
    assert told(desk.see(PER, f"{REQUESTS}/99999999/{OWNDATA}/pending")) == (400, "AUTH-00000")
    assert told(desk.see(PER, f"{PORTAL}/{uuid.uuid4()}/pending")) == (400, "AUTH-00000")
    desk.vendor.call("DELETE", f"{REQUESTS}/vendor/{plain}", desk.vendor.token(ASK))
    assert ids(f"{PORTAL}/{OWNDATA_UUID}/pending") == [passed_on]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ["approve", "reject", "escalate"])
def test_the_portals_own_routes_do_the_same(desk: Desk, kind: str, what: str) -> None:
    name = desk.asked(OWNDATA, kind, **VAT)
    path = f"{PORTAL}/{kind.strip('/')}request/{at(OWNDATA)}/{name}/{what}"
    assert desk.vendor.call("POST", path, desk.vendor.personal_token(PER)).json() is True
    status = desk.read(f"{REQUESTS}/vendor{kind}/{name}").json()
    expected = {"approve": "Accepted", "reject": "Rejected", "escalate": "New"}[what]
    assert (status["status"], status["escalated"]) == (expected, what == "escalate")


def test_a_vendor_cannot_answer(desk: Desk) -> None:
    name = desk.asked(OWNDATA, **VAT)
    token = desk.vendor.token(ASK, READ)
    for what in ("approve", "reject", "escalate"):
        refused = desk.vendor.call("POST", f"{REQUESTS}/{at(OWNDATA)}/{name}/{what}", token)
        assert (refused.status_code, refused.content) == (403, b"")
