"""Change requests over HTTP: every answer of §6 of the reference, and what an approval comes to at the PDP."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from core import Written, remove
from tests.doors.rest.requests.conftest import ALL, BARE, CHANGES, SIV, STRANGER, Desk, told
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    ASK,
    CLIENT_R,
    FACIL,
    KARI,
    OLA,
    OWNDATA,
    OWNDATA_UUID,
    PARTY_ID,
    PER,
    READ,
    decision,
    package,
    right,
)

VAT: dict[str, Any] = {"accessPackages": [package("merverdiavgift")]}
TAX = [package("skattegrunnlag")]
MVA = [right("skd-eksempel-mva")]
PORTAL = "/accessmanagement/api/v1/systemuser/changerequest"
LISTS = ("requiredRights", "unwantedRights", "requiredAccessPackages", "unwantedAccessPackages")


def test_a_change_is_asked_approved_and_acted_on_at_once(desk: Desk) -> None:
    user = desk.approved(PER, OWNDATA, rights=MVA)
    assert decision(desk.vendor.decide(user, OWNDATA, "sign")) == "Permit"
    asked = desk.change(user, unwantedRights=MVA, requiredAccessPackages=VAT["accessPackages"])
    shown = asked.json()
    assert asked.status_code == 201
    assert asked.headers["Location"].endswith(f"/authentication/api/v1{CHANGES}/{shown['id']}")
    assert (shown["status"], shown["systemUserId"], shown["partyOrgNo"]) == ("New", user, OWNDATA)
    assert shown["confirmUrl"].endswith(f"/systemuser/changerequest?id={shown['id']}&DONTCHOOSEREPORTEE=true")
    assert decision(desk.vendor.decide(user, OWNDATA, "sign")) == "Permit", "nothing changes before it is approved"
    assert desk.answer_change(PER, OWNDATA, shown["id"]).json() is True
    assert decision(desk.vendor.decide(user, OWNDATA, "sign")) == "NotApplicable"
    assert decision(desk.vendor.decide(user, OWNDATA, "write")) == "Permit"
    assert desk.read(f"{CHANGES}/vendor/{shown['id']}").json()["status"] == "Accepted"
    for again in ("approve", "reject"):
        assert told(desk.answer_change(PER, OWNDATA, shown["id"], again)) == (409, "AUTH-00013")


def test_the_same_correlation_id_gives_what_is_there(desk: Desk) -> None:
    user = desk.approved(PER, OWNDATA, **VAT)
    name = desk.changed(user, requiredAccessPackages=TAX)
    again = desk.change(user, name, requiredRights=MVA)
    assert (again.status_code, again.json()["requiredRights"], again.json()["status"]) == (200, [], "New")
    assert desk.answer_change(PER, OWNDATA, name, "reject").json() is True
    assert desk.change(user, name, requiredAccessPackages=TAX).json()["status"] == "Rejected"


def test_nothing_asked_is_nothing_stored(desk: Desk) -> None:
    user, name = desk.approved(PER, OWNDATA, **VAT), str(uuid.uuid4())
    bodies: list[dict[str, Any]] = [{}, {member: [] for member in LISTS}]
    for body in bodies:
        answer = desk.change(user, name, **body)
        shown = answer.json()
        assert (answer.status_code, shown["status"], shown["confirmUrl"]) == (200, "NoChangeNeeded", "")
        assert shown["created"].startswith("2026-05-02T")
    assert told(desk.read(f"{CHANGES}/vendor/{name}")) == (404, "AUTH-00010")


def test_what_identifies_a_change_is_checked_first(desk: Desk) -> None:
    user, token = desk.approved(PER, OWNDATA, **VAT), desk.vendor.token(ASK)

    def ask(by: str = token, **parameters: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in parameters.items()}
        return desk.vendor.call("POST", f"{CHANGES}/vendor", by, params=named, json={})

    for parameters in ({}, {"correlation_id": str(uuid.UUID(int=0))}):
        refused = ask(**parameters, system_user_id=user)
        assert (refused.status_code, refused.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert refused.text.startswith("Missing or invalid QueryParameter: correlation-id.")
    assert ask(correlation_id="x", system_user_id=user).json()["errors"] == {
        "correlation-id": ["The value 'x' is not valid."]
    }
    nobody = desk.vendor.personal_token(KARI, ASK)
    assert told(ask(nobody, correlation_id=str(uuid.uuid4()), system_user_id=user)) == (401, "")
    assert told(ask(correlation_id=str(uuid.uuid4()))) == (404, "AUTH-00015")
    assert told(ask(correlation_id=str(uuid.uuid4()), system_user_id=str(uuid.uuid4()))) == (404, "AUTH-00015")
    same = ask(correlation_id=user, system_user_id=user)
    assert same.text.startswith("The correlation-id should not be the same as the system-user-id.")
    assert told(desk.change(user, by=desk.stranger)) == (401, "")


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"requiredRights": [right("no-such")]}, (400, "AUTH-00001")),
        ({"requiredAccessPackages": [package("no-such")]}, (400, "AUTH-00063")),
        ({"requiredAccessPackages": [package(ACCOUNTANT)]}, (400, "AUTH-00064")),
        ({"redirectUrl": "https://evil.example/", "requiredRights": MVA}, (400, "AUTH-00021")),
        *(({name: None}, (400, "")) for name in LISTS),
        ({"requiredRights": "x"}, (400, "")),
    ],
    ids=lambda value: None if isinstance(value, dict) else value[1] or "fields",
)
def test_a_change_is_refused_with_the_platforms_code(
    desk: Desk, members: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert told(desk.change(desk.approved(PER, OWNDATA, **VAT), **members)) == expected


def test_a_system_without_addresses_takes_none(desk: Desk) -> None:
    user = desk.approved(PER, OWNDATA, system=BARE, **VAT)
    refused = desk.change(user, unwantedAccessPackages=TAX, redirectUrl="https://fjellregnskap.example/retur")
    assert told(refused) == (400, "AUTH-00026")


def test_a_deleted_system_is_not_changed(own_desk: Desk) -> None:
    desk = own_desk
    user = desk.approved(PER, OWNDATA, **VAT)
    name = desk.changed(user, requiredAccessPackages=TAX)
    system = desk.house.store.snapshot().systems.get(ALL)
    assert system is not None
    desk.house.store.import_facts("test", [replace(system, deleted=True)])
    assert told(desk.change(user, requiredAccessPackages=TAX)) == (404, "AUTH-00011")
    assert told(desk.answer_change(PER, OWNDATA, name)) == (404, "AUTH-00011")
    assert desk.answer_change(PER, OWNDATA, name, "reject").json() is True


def test_an_id_of_another_vendors_change_is_taken(own_desk: Desk) -> None:
    desk = own_desk
    name = desk.changed(desk.approved(PER, OWNDATA, **VAT), requiredAccessPackages=TAX)
    system = desk.house.store.snapshot().systems.get(ALL)
    assert system is not None
    theirs = replace(system, id=f"{STRANGER}_vårt", vendor=STRANGER, client_ids=())
    desk.house.store.import_facts("test", [theirs])
    body = {"systemId": theirs.id, "partyOrgNo": OWNDATA, **VAT}
    path = "/systemuser/request/vendor"
    user = desk.stranger.call("POST", path, desk.stranger.token(ASK), json=body).json()["id"]
    assert desk.vendor.answer(PER, OWNDATA, user).json() is True
    again = {"user": user, "name": name, "by": desk.stranger, "requiredAccessPackages": TAX}
    assert told(desk.change(**again)) == (400, "AUTH-00007")
    assert told(desk.change(**{**again, "user": str(uuid.uuid4())})) == (404, "AUTH-00015")
    assert desk.answer_change(PER, OWNDATA, name, "reject").json() is True
    assert told(desk.change(**again)) == (409, "AUTH-00061")


# -- answering ------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["approve", "reject"])
def test_answers_are_checked_in_order(desk: Desk, what: str) -> None:
    name = desk.changed(desk.approved(PER, OWNDATA, **VAT), requiredAccessPackages=TAX)
    nowhere = f"{CHANGES}/99999999/{name}/{what}"
    assert told(desk.vendor.call("POST", nowhere, desk.vendor.personal_token(PER))) == (400, "AUTH-00000")
    assert told(desk.answer_change(SIV, OWNDATA, name, what)) == (403, "")
    assert told(desk.answer_change(PER, OWNDATA, str(uuid.uuid4()), what)) == (404, "AUTH-00010")
    assert told(desk.answer_change(KARI, FACIL, name, what)) == (403, "AUTH-00041")
    assert desk.answer_change(PER, OWNDATA, name, what).json() is True


def test_nobody_gives_by_a_change_what_they_may_not_give(desk: Desk) -> None:
    user = desk.approved(PER, OWNDATA, **VAT)
    packages = desk.changed(user, requiredAccessPackages=TAX)
    assert told(desk.answer_change(OLA, OWNDATA, packages)) == (400, "AUTH-00053")
    rights = desk.changed(user, requiredRights=[right("skd-bare-mva")])
    assert told(desk.answer_change(OLA, OWNDATA, rights)) == (400, "AUTH-00001")
    assert decision(desk.vendor.decide(user, OWNDATA, "sign")) == "NotApplicable"
    both = desk.changed(user, unwantedAccessPackages=[package("merverdiavgift")])
    assert desk.answer_change(OLA, OWNDATA, both).json() is True
    assert decision(desk.vendor.decide(user, OWNDATA)) == "NotApplicable"


def test_a_package_that_is_no_more_is_told(own_desk: Desk) -> None:
    desk = own_desk
    name = desk.changed(desk.approved(PER, OWNDATA, **VAT), requiredAccessPackages=TAX)
    gone = desk.house.store.snapshot().catalogue.packages["skattegrunnlag"]
    desk.house.store.import_facts("test", [replace(gone, assignable=False)])
    assert told(desk.answer_change(PER, OWNDATA, name)) == (400, "AUTH-00064")
    assert told(desk.see(PER, f"{CHANGES}/{name}")) == (400, "AUTH-00053")
    desk.house.store.change("test", lambda _: Written((remove(gone),), None))
    assert told(desk.answer_change(PER, OWNDATA, name)) == (400, "AUTH-00064")
    assert told(desk.see(PER, f"{CHANGES}/{name}")) == (400, "AUTH-00052")


# -- reading --------------------------------------------------------------------------------------


def test_a_vendor_reads_its_own(own_desk: Desk) -> None:
    desk = own_desk
    user = desk.approved(PER, OWNDATA, externalRef="r-1", **VAT)
    old = desk.changed(user, requiredAccessPackages=TAX)
    desk.house.clock.move(minutes=1)
    new = desk.changed(user, unwantedAccessPackages=TAX)
    by_reference = f"{CHANGES}/vendor/byexternalref/{ALL}/{OWNDATA}"
    shown = desk.read(f"{by_reference}/r-1").json()
    assert (shown["id"], shown["unwantedAccessPackages"]) == (new, TAX)
    assert shown["confirmUrl"]
    assert desk.read(f"{CHANGES}/vendor/{old}").json()["confirmUrl"]
    page = desk.read(f"{CHANGES}/vendor/bysystem/{ALL}").json()
    assert page["links"] == {}
    assert [each["id"] for each in page["data"]] == sorted([old, new])
    assert all("confirmUrl" not in each for each in page["data"])
    assert told(desk.read(f"{by_reference}/r-2")) == (404, "AUTH-00010")
    for path in (f"{CHANGES}/vendor/{old}", f"{by_reference}/r-1", f"{CHANGES}/vendor/bysystem/{ALL}"):
        assert told(desk.read(path, desk.stranger)) == (404, "AUTH-00011")
        person = desk.vendor.personal_token(PER, READ)
        assert told(desk.vendor.call("GET", path, person)) == (401, "")
    assert told(desk.read(f"{CHANGES}/vendor/{uuid.uuid4()}")) == (404, "AUTH-00010")
    assert told(desk.read(f"{CHANGES}/vendor/x")) == (400, "")
    desk.house.clock.move(days=180)
    assert desk.read(f"{CHANGES}/vendor/{old}").json()["timedOut"] is True


def test_pages_of_changes_follow_one_another(own_desk: Desk) -> None:
    desk = own_desk
    first = desk.house.store.snapshot()
    name = desk.changed(desk.approved(PER, OWNDATA, **VAT), requiredAccessPackages=TAX)
    assert len(first.change_requests) == 0
    stored = desk.house.store.snapshot().change_requests.get(name)
    assert stored is not None
    copies = [replace(stored, id=str(uuid.UUID(int=number))) for number in range(2**60, 2**60 + 119)]
    desk.house.store.import_facts("test", copies)
    seen: list[str] = []
    path: str | None = f"{CHANGES}/vendor/bysystem/{ALL}"
    while path is not None:
        page = desk.read(path).json()
        seen += [each["id"] for each in page["data"]]
        path = page["links"].get("next")
        path = path and path.removeprefix(str(desk.vendor.http.base_url).rstrip("/"))
    assert seen == sorted({name, *(each.id for each in copies)})


def test_a_change_is_taken_back_whatever_its_status(desk: Desk) -> None:
    user = desk.approved(PER, OWNDATA, **VAT)
    name = desk.changed(user, requiredAccessPackages=TAX)
    assert desk.answer_change(PER, OWNDATA, name).json() is True
    path = f"{CHANGES}/vendor/{name}"
    assert told(desk.stranger.call("DELETE", path, desk.stranger.token(ASK))) == (404, "AUTH-00010")
    gone = desk.vendor.call("DELETE", path, desk.vendor.token(ASK))
    assert (gone.status_code, gone.content) == (202, b"")
    assert told(desk.vendor.call("DELETE", path, desk.vendor.token(ASK))) == (404, "AUTH-00010")
    assert decision(desk.vendor.decide(user, OWNDATA, "sign")) == "Permit", "what was changed stays changed"
    assert desk.change(user, name, requiredAccessPackages=TAX).status_code == 201, "the id is free again"


def test_people_read_a_change(desk: Desk) -> None:
    name = desk.changed(desk.approved(PER, OWNDATA, **VAT), requiredAccessPackages=TAX)
    mine = f"{CHANGES}/{PARTY_ID[OWNDATA]}/{name}"
    shown = desk.see(PER, mine).json()
    assert (shown["id"], "confirmUrl" in shown) == (name, False)
    assert told(desk.see(KARI, f"{CHANGES}/{PARTY_ID[FACIL]}/{name}")) == (404, "AUTH-00010")
    assert told(desk.see(PER, f"{CHANGES}/99999999/{name}")) == (400, "AUTH-00000")
    assert told(desk.see(SIV, mine)) == (403, "")
    for base in (CHANGES, PORTAL):
        shown = desk.see(PER, f"{base}/{name}").json()
        assert (shown["partyId"], shown["partyUuid"]) == (PARTY_ID[OWNDATA], OWNDATA_UUID)
        assert "created" not in shown
        assert told(desk.see(SIV, f"{base}/{name}")) == (403, "AUTH-00066")
        assert told(desk.see(OLA, f"{base}/{name}")) == (400, "AUTH-00053")
        assert told(desk.see(PER, f"{base}/{uuid.uuid4()}")) == (404, "AUTH-00010")


@pytest.mark.parametrize(("what", "status"), [("approve", "Accepted"), ("reject", "Rejected")])
def test_the_portals_own_routes_do_the_same(desk: Desk, what: str, status: str) -> None:
    name = desk.changed(desk.approved(PER, OWNDATA, **VAT), requiredAccessPackages=TAX)
    path = f"{PORTAL}/{PARTY_ID[OWNDATA]}/{name}/{what}"
    assert desk.vendor.call("POST", path, desk.vendor.personal_token(PER)).json() is True
    assert desk.read(f"{CHANGES}/vendor/{name}").json()["status"] == status


# -- agents ---------------------------------------------------------------------------------------


def test_the_door_that_keeps_to_the_platform_changes_no_agents(strict_desk: Desk) -> None:
    desk = strict_desk
    agent = desk.approved(KARI, FACIL, "/agent", accessPackages=[package(ACCOUNTANT)])
    assert told(desk.change(agent, requiredAccessPackages=TAX)) == (404, "AUTH-00015")
    assert desk.change(agent).json()["status"] == "NoChangeNeeded"


def test_an_agent_keeps_something_and_takes_only_what_fits(desk: Desk) -> None:
    agent = desk.approved(KARI, FACIL, "/agent", accessPackages=[package(ACCOUNTANT)])
    assert told(desk.change(agent, unwantedAccessPackages=[package(ACCOUNTANT)])) == (400, "AUTH-00058")
    assert told(desk.change(agent, requiredAccessPackages=[package("tilgangsstyrer")])) == (400, "AUTH-00065")
    assert decision(desk.vendor.decide(agent, CLIENT_R)) == "NotApplicable"
