"""Decisions with proof: both worlds, every way to name a subject, and nothing that must stay hidden."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import AUTHORIZE, CLIENT_R, CLIENT_U, KARI, OTHER, OWNDATA, PER, READ

FORM = {"form": {"orNumber": 212, "orVersion": 4348}}
SYSTEM = {"kind": "enterprise-system", "id": 4711}


def ask(house: House, subject: dict[str, Any], party: str, service: dict[str, Any], **more: Any) -> httpx.Response:
    body = {"subject": subject, "party": {"number": party}, "service": service, "action": "write", **more}
    return house.vendor.call("POST", "/brobygger/v1/decisions", house.vendor.token(AUTHORIZE), json=body)


@pytest.mark.parametrize(
    ("party", "reason", "ground"),
    [(CLIENT_U, "submission-role", "role_grant"), (CLIENT_R, "registered-client", "register_role")],
)
def test_the_old_world_permits_with_its_proof(shared: House, party: str, reason: str, ground: str) -> None:
    answer = ask(shared, SYSTEM, party, FORM).json()
    assert (answer["outcome"], answer["reasons"]) == ("Permit", [reason])
    assert answer["via"][0]["kind"] == ground
    assert answer["sequence"] == shared.store.snapshot().sequence
    assert answer["explanation"]["fixes"] == []


def test_a_denial_says_what_is_missing_and_who_can_give_it(shared: House) -> None:
    answer = ask(shared, SYSTEM, OTHER, FORM).json()
    assert (answer["outcome"], answer["reasons"], answer["via"]) == (
        "NotApplicable",
        ["missing-submission-role"],
        [],
    )
    (fix,) = answer["explanation"]["fixes"]
    assert (fix["party"], fix["missing"]) == (OTHER, "systeminnsendingsrettighet")
    assert "DAGL" in fix["giver"]


def test_a_persons_number_is_never_told(shared: House) -> None:
    answer = ask(shared, {"kind": "person", "number": PER}, OWNDATA, {"resource": "skd-eksempel-mva"})
    assert answer.json()["outcome"] == "Permit"
    about_a_person = ask(shared, SYSTEM, PER, FORM)
    assert about_a_person.json()["outcome"] == "NotApplicable"
    assert PER[:6] in about_a_person.text
    for told in (answer.text, about_a_person.text):
        assert PER not in told
    assert "argon2" not in ask(shared, SYSTEM, "310000205", FORM).text


@pytest.mark.parametrize(
    ("subject", "outcome"),
    [
        ({"kind": "person", "number": KARI}, "NotApplicable"),
        ({"kind": "person", "id": "ba110000-0000-4000-8000-000000000024"}, "Permit"),
        ({"kind": "organisation", "number": OWNDATA}, "Permit"),
        ({"kind": "organisation", "number": "310000019"}, "NotApplicable"),
        ({"kind": "system-user", "id": "00000000-0000-4000-8000-00000000dead"}, "NotApplicable"),
        ({"kind": "enterprise-user", "id": "nobody"}, "NotApplicable"),
        ({"kind": "enterprise-system", "id": 4711, "person": {"number": KARI}}, "Deny"),
    ],
    ids=str,
)
def test_every_kind_of_subject(shared: House, subject: dict[str, Any], outcome: str) -> None:
    assert ask(shared, subject, OWNDATA, {"resource": "skd-eksempel-mva"}).json()["outcome"] == outcome


def test_a_legacy_service_and_a_moment_can_be_named(shared: House) -> None:
    service = {"service": {"code": "3357", "edition": "130815"}}
    answer = ask(shared, SYSTEM, CLIENT_U, service, at="2026-01-01T00:00:00+01:00").json()
    assert (answer["outcome"], answer["reasons"]) == ("Indeterminate", ["service-unknown"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": {"kind": "robot", "id": "x"}},
        {"subject": {"kind": "enterprise-system", "id": "4711"}},
        {"subject": {"kind": "person"}},
        {"party": {"id": "not-a-uuid"}},
        {"service": {}},
        {"service": {"form": {"orNumber": "212", "orVersion": 4348}}},
        {"action": None},
        {"action": 1},
        {"at": "yesterday"},
    ],
    ids=str,
)
def test_a_question_that_cannot_be_read(shared: House, wrong: dict[str, Any]) -> None:
    body = {"subject": SYSTEM, "party": {"number": OTHER}, "service": FORM, "action": "write", **wrong}
    answer = shared.vendor.call("POST", "/brobygger/v1/decisions", shared.vendor.token(AUTHORIZE), json=body)
    assert (answer.status_code, "errors" in answer.json()) == (400, True)


def test_it_needs_its_scope(shared: House) -> None:
    answer = shared.vendor.call("POST", "/brobygger/v1/decisions", shared.vendor.token(READ), json={})
    assert (answer.status_code, answer.content) == (403, b"")
