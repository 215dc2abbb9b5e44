"""what-if over HTTP: side by side, validated row by row, within what the caller sees, and never stored."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from core import Connection, PartyId, put
from core.store.store import Written
from tests.doors.rest.own.conftest import ANNET, REGNSKAP, SKATT, Callers
from tests.doors.rest.vendor import CLIENT_R, CLIENT_U, CLIENT_U_UUID, FACIL, KARI, OTHER, OWNDATA, READ

FACIL_UUID = "fac11000-0000-4000-8000-000000000001"
MVA = {"resource": "skd-eksempel-mva"}


def asked(user: str, party: str, action: str) -> dict[str, Any]:
    subject = {"kind": "system-user", "id": user}
    return {"subject": subject, "party": {"number": party}, "service": MVA, "action": action}


GIFT = {
    "kind": "package_delegation",
    "giver": {"number": CLIENT_U},
    "receiver": {"number": FACIL},
    "package": "merverdiavgift",
}
CLIENT = {
    "kind": "client_delegation",
    "system_user": SKATT,
    "generation": 2,
    "provider": {"number": FACIL},
    "client": {"number": CLIENT_U},
    "ground": "rettighetshaver",
    "packages": ["merverdiavgift"],
}
APPROVAL = {"kind": "generation", "system_user": SKATT, "number": 2, "packages": ["merverdiavgift"]}


def what_if(asking: Callers, who: str = "service-owner", path: str = "/what-if", **body: Any) -> httpx.Response:
    return asking.call(who, "POST", path, json=body)


def test_added_facts_turn_a_denial_round_and_leave_nothing_behind(asking: Callers) -> None:
    before = asking.house.store.snapshot()
    question = asked(SKATT, CLIENT_U, "write")
    answer = what_if(asking, questions=[question], add=[GIFT, APPROVAL, CLIENT], language="nn").json()
    (compared,) = answer["answers"]
    assert (compared["before"]["outcome"], compared["after"]["outcome"]) == ("NotApplicable", "Permit")
    assert compared["after"]["reasons"] == ["package-access", "client-delegation"]
    assert compared["after"]["sentence"].startswith(f"systembrukar {SKATT} kan write")
    assert answer["changed"] == [0]
    assert asking.house.store.snapshot() is before


def test_a_ground_taken_away_takes_what_rests_on_it(asking: Callers) -> None:
    questions = [asked(REGNSKAP, CLIENT_R, "write"), asked(SKATT, CLIENT_U, "sign")]
    answer = what_if(asking, questions=questions, remove=[{"kind": "register_role", "id": "regn-1"}]).json()
    assert answer["changed"] == [0]
    assert answer["answers"][0]["after"]["reasons"] == ["not-a-client"]
    (also,) = answer["also"]
    assert (also["operation"], also["fact"]["id"], also["fact"]["kind"]) == ("remove", "cd-1", "client_delegation")


def test_what_would_end_names_who_loses_what(asking: Callers) -> None:
    gone = [{"kind": "package_delegation", "id": "pd-2"}]
    answer = what_if(asking, path="/what-if/ends", remove=gone).json()
    assert {loss["systemUser"]["id"] for loss in answer["losses"]} == {SKATT, ANNET}
    for loss in answer["losses"]:
        assert loss["party"]["number"] == CLIENT_U
        assert loss["services"] == [{"service": "skd-eksempel-mva", "actions": ["sign"]}]
    assert {edit["fact"]["id"] for edit in answer["also"]} == {"cd-2", "cd-3"}


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({}, "add[0].kind"),
        ({"kind": "party", "id": "x"}, "add[0].kind"),
        ({**GIFT, "package": "no-such-package"}, "add[0].package"),
        ({**GIFT, "package": 7}, "add[0].package"),
        ({**GIFT, "giver": {"number": "310000019"}}, "add[0].giver"),
        ({**GIFT, "colour": "red"}, "add[0].colour"),
        ({key: value for key, value in GIFT.items() if key != "package"}, "add[0].package"),
        ({**GIFT, "valid_from": "soon"}, "add[0].valid_from"),
        ({**CLIENT, "rights": [["only-a-service"]]}, "add[0].rights"),
        ({**CLIENT, "system_user": "nobody"}, "add[0].system_user"),
        ({**APPROVAL, "number": "two"}, "add[0].number"),
    ],
    ids=str,
)
def test_a_fact_that_cannot_be_supposed_is_told_with_its_row_and_field(
    asking: Callers, row: dict[str, Any], field: str
) -> None:
    response = what_if(asking, questions=[asked(SKATT, CLIENT_U, "write")], add=[row])
    assert (response.status_code, field in response.json()["errors"]) == (400, True)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"kind": "register_role", "id": "no-such-role"}, "remove[0]"),
        ({"kind": "register_role"}, "remove[0].id"),
        ({"kind": "generation", "system_user": SKATT, "number": "1"}, "remove[0].number"),
        ({"kind": "system_user", "id": SKATT}, "remove[0].kind"),
        ({"kind": "generation", "system_user": SKATT, "number": 2**70}, "remove[0]"),
    ],
    ids=str,
)
def test_a_fact_that_is_not_there_cannot_be_taken_away(asking: Callers, row: dict[str, Any], field: str) -> None:
    questions = [asked(SKATT, CLIENT_U, "write")]
    for path in ("/what-if", "/what-if/ends"):
        response = what_if(asking, path=path, remove=[row], questions=questions)
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])


def test_everything_that_is_wrong_is_told_at_once(asking: Callers) -> None:
    rows = [{"kind": "party"}, {**GIFT, "package": "x", "giver": {"number": "310000019"}}]
    errors = what_if(asking, questions=[asked(SKATT, CLIENT_U, "write")], add=rows).json()["errors"]
    assert set(errors) == {"add[0].kind", "add[1].package", "add[1].giver"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"questions": []},
        {"questions": [{}]},
        {"questions": [asked(SKATT, CLIENT_U, "write")] * 101},
        {"questions": [asked(SKATT, CLIENT_U, "write")], "add": [GIFT] * 101},
        {"questions": [asked(SKATT, CLIENT_U, "write")], "add": ["x"]},
        {"questions": [asked(SKATT, CLIENT_U, "write")], "remove": {}},
    ],
    ids=lambda body: str(body)[:60],
)
def test_a_body_that_cannot_be_used(asking: Callers, body: dict[str, Any]) -> None:
    response = what_if(asking, **body)
    assert (response.status_code, "errors" in response.json()) == (400, True)


def test_a_provider_supposes_things_about_its_own_only(asking: Callers) -> None:
    own = asked(SKATT, CLIENT_U, "write")
    answer = what_if(asking, "provider", questions=[own], add=[GIFT, APPROVAL, CLIENT]).json()
    assert answer["changed"] == [0]
    foreign = {**GIFT, "receiver": {"number": OTHER}}
    refused = what_if(asking, "provider", questions=[own], add=[foreign])
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["add[0]"])
    hidden = what_if(asking, "provider", path="/what-if/ends", remove=[{"kind": "package_delegation", "id": "pd-3"}])
    missing = what_if(asking, "provider", path="/what-if/ends", remove=[{"kind": "package_delegation", "id": "pd-0"}])
    assert hidden.json()["errors"] == missing.json()["errors"]


def test_a_person_calls_on_behalf_of_the_party_they_administer(asking: Callers) -> None:
    gone = [{"kind": "register_role", "id": "regn-1"}]
    answer = what_if(asking, "person", path=f"/what-if/ends?onBehalfOf={FACIL}", remove=gone)
    assert [loss["systemUser"]["id"] for loss in answer.json()["losses"]] == [REGNSKAP]
    assert what_if(asking, "person", path=f"/what-if/ends?onBehalfOf={OWNDATA}", remove=gone).status_code == 403
    assert what_if(asking, "person", path="/what-if/ends", remove=gone).status_code == 400
    assert KARI not in answer.text


def test_it_is_not_for_vendors(asking: Callers) -> None:
    vendor = asking.house.vendor
    for path in ("/what-if", "/what-if/ends"):
        refused = vendor.call("POST", f"/brobygger/v1{path}", vendor.token(READ), json={})
        assert (refused.status_code, refused.content) == (403, b"")


def test_a_connection_taken_away_takes_what_was_given_over_it(callers: Callers) -> None:
    connection = {"kind": "connection", "giver": {"number": CLIENT_U}, "receiver": {"number": FACIL}}
    right = {**connection, "role": "rettighetshaver"}
    store = callers.house.store
    there = Connection(PartyId(CLIENT_U_UUID), FACIL_UUID, "rettighetshaver", "test", store.clock())
    store.change("test", lambda _: Written((put(there),), None))
    answer = what_if(callers, path="/what-if/ends", remove=[right]).json()
    assert {loss["systemUser"]["id"] for loss in answer["losses"]} == {SKATT, ANNET}
    assert {edit["fact"]["id"] for edit in answer["also"]} == {"pd-2", "cd-2", "cd-3"}
    agent = Connection(PartyId(FACIL_UUID), SKATT, "agent", "test", store.clock())
    store.change("test", lambda _: Written((put(agent),), None))
    gone = {"kind": "connection", "giver": {"number": FACIL}, "receiver": SKATT, "role": "agent"}
    answer = what_if(callers, path="/what-if/ends", remove=[gone]).json()
    assert {edit["fact"]["id"] for edit in answer["also"]} == {"cd-2"}
    added = what_if(callers, questions=[asked(SKATT, CLIENT_U, "sign")], add=[right])
    assert (added.status_code, added.json()["changed"]) == (200, [])


def test_a_service_owner_can_be_kept_to_its_own_services(keeping_to_their_own: Callers) -> None:
    callers, question = keeping_to_their_own, asked(SKATT, CLIENT_U, "sign")
    bodies = {
        "/decisions": question,
        "/explain": question,
        "/what-if": {"questions": [question]},
        "/what-if/ends": {"remove": [{"kind": "package_delegation", "id": "pd-2"}]},
    }
    for path, body in bodies.items():
        refused = callers.call("service-owner", "POST", path, json=body)
        assert (refused.status_code, refused.content) == (403, b""), path
        if path != "/decisions":
            assert callers.call("operator", "POST", path, json=body).status_code == 200
    unknown = {**question, "service": {"resource": "no-such-service"}}
    assert callers.call("service-owner", "POST", "/explain", json=unknown).json()["outcome"] == "Indeterminate"
