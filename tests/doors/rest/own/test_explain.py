"""explain over HTTP: in three languages, as JSON and as text, in a body and in an address."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.doors.rest.own.conftest import ANNET, BASE, EGET, REGNSKAP, Callers
from tests.doors.rest.vendor import CLIENT_R, KARI, OTHER, OWNDATA, PER

MVA = {"resource": "skd-eksempel-mva"}
FORM = {"form": {"orNumber": 212, "orVersion": 4348}}


def question(subject: dict[str, Any], party: str, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "party": {"number": party}, "service": MVA, "action": "write", **more}


AGENT = question({"kind": "system-user", "id": REGNSKAP}, CLIENT_R)
DENIED = question({"kind": "system-user", "id": REGNSKAP}, OTHER)


def test_a_permit_tells_its_chain_of_grants_in_words(asking: Callers) -> None:
    response = asking.call("service-owner", "POST", "/explain", json={**AGENT, "language": "nb"})
    assert response.headers["content-language"] == "nb"
    answer = response.json()
    assert (answer["outcome"], answer["reasons"]) == ("Permit", ["package-access", "client-delegation"])
    register, delegation = answer["explanation"]["chain"]
    assert register == "Klient R AS (310000302) har Rett Revisjon AS (310000205) registrert som REGN (regn-1)"
    assert delegation == (
        f"Rett Revisjon AS (310000205) har lagt Klient R AS (310000302) til systembruker {REGNSKAP}, generasjon 1, "
        "på grunnlaget REGN (cd-1)"
    )
    assert [fact["kind"] for fact in answer["via"]] == ["register_role", "client_delegation"]


@pytest.mark.parametrize(
    ("named", "accepted", "language", "word"),
    [
        ("nn", "nb", "nn", "systembrukar"),
        (None, "nn-NO, nb;q=0.5", "nn", "systembrukar"),
        (None, "en-GB, nb;q=0.5", "en", "may not"),
        (None, "no", "nb", "kan ikke"),
        (None, "de", "nb", "kan ikke"),
        (None, "", "nb", "kan ikke"),
    ],
)
def test_the_language_is_the_one_asked_for(
    asking: Callers, named: str | None, accepted: str, language: str, word: str
) -> None:
    vendor = asking.house.vendor
    headers = {"Authorization": f"Bearer {asking.token('service-owner')}", "Accept-Language": accepted}
    body = DENIED if named is None else {**DENIED, "language": named}
    response = vendor.http.post(f"{BASE}/explain", json=body, headers=headers)
    assert response.headers["content-language"] == language
    assert word in response.json()["explanation"]["sentence"]


@pytest.mark.parametrize("kind", ["text/markdown", "text/plain"])
def test_people_read_it_as_text(asking: Callers, kind: str) -> None:
    headers = {"Authorization": f"Bearer {asking.token('service-owner')}", "Accept": kind}
    response = asking.house.vendor.http.post(f"{BASE}/explain", json={**DENIED, "language": "nb"}, headers=headers)
    assert response.headers["content-type"] == f"{kind}; charset=utf-8"
    assert "# NotApplicable" in response.text
    assert "Hvem som kan gi det: en klientadministrator hos 310000205" in response.text


@pytest.mark.parametrize(
    ("parameters", "outcome"),
    [
        ({"kind": "system-user", "subject": REGNSKAP, "party": CLIENT_R, "resource": "skd-eksempel-mva"}, "Permit"),
        ({"kind": "organisation", "subject": OWNDATA, "party": OWNDATA, "resource": "skd-eksempel-mva"}, "Permit"),
        ({"kind": "enterprise-system", "subject": "4711", "party": CLIENT_R, "form": "212/4348"}, "Permit"),
        ({"kind": "organisation", "subject": OWNDATA, "party": OTHER, "service": "3357/130815"}, "Indeterminate"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else value,
)
def test_the_question_can_stand_in_an_address(asking: Callers, parameters: dict[str, str], outcome: str) -> None:
    more = {"action": "write", "language": "en", "at": "2026-05-02T08:00:00Z"}
    response = asking.call("service-owner", "GET", "/explain", params={**parameters, **more})
    assert (response.status_code, response.json()["outcome"]) == (200, outcome)


ADDRESS = {"kind": "organisation", "subject": OWNDATA, "party": OTHER, "action": "write", "resource": "x"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "robot"}, "kind"),
        ({"subject": PER}, "subject"),
        ({"party": PER}, "party"),
        ({"party": "nobody"}, "party"),
        ({"kind": "enterprise-system", "subject": "x"}, "subject"),
        ({"action": ""}, "action"),
        ({"resource": ""}, "resource"),
        ({"form": "212"}, "form"),
        ({"at": "soon"}, "question"),
        ({"language": "sv"}, "language"),
    ],
    ids=str,
)
def test_an_address_that_cannot_be_read(asking: Callers, wrong: dict[str, str], field: str) -> None:
    response = asking.call("service-owner", "GET", "/explain", params={**ADDRESS, **wrong})
    assert response.status_code == 400
    assert field in response.json()["errors"]
    assert PER not in response.text


def test_each_caller_is_told_of_its_own_only(asking: Callers) -> None:
    own = asking.call("vendor", "POST", "/explain", json=AGENT).json()
    assert own["outcome"] == "Permit"
    foreign = question({"kind": "system-user", "id": ANNET}, "310000604", action="sign")
    nobody = question({"kind": "system-user", "id": "00000000-0000-4000-8000-00000000dead"}, "310000604", action="sign")
    assert asking.call("service-owner", "POST", "/explain", json=foreign).json()["outcome"] == "Permit"
    told, untold = (asking.call("vendor", "POST", "/explain", json=each).json() for each in (foreign, nobody))
    assert told == untold
    assert told["reasons"] == ["system-user-not-active"]
    refused = asking.call("vendor", "POST", "/explain", json=question({"kind": "person", "number": KARI}, CLIENT_R))
    assert (refused.status_code, refused.content) == (403, b"")


def test_a_provider_is_told_of_its_old_system_and_its_system_users(asking: Callers) -> None:
    old = question({"kind": "enterprise-system", "id": 4711}, CLIENT_R, service=FORM)
    assert asking.call("provider", "POST", "/explain", json=old).json()["outcome"] == "Permit"
    assert asking.call("provider", "POST", "/explain", json=AGENT).json()["outcome"] == "Permit"
    another = question({"kind": "system-user", "id": EGET}, OWNDATA)
    assert asking.call("provider", "POST", "/explain", json=another).json()["outcome"] == "NotApplicable"
    for kind, identity in (("enterprise-system", 9999), ("enterprise-user", "nobody")):
        foreign = question({"kind": kind, "id": identity}, CLIENT_R)
        assert asking.call("provider", "POST", "/explain", json=foreign).status_code == 403
    # What a person may do through the old system is the person's business, whose ever the system is.
    through_it = {"kind": "enterprise-system", "id": 4711, "person": {"number": KARI}}
    prying = asking.call("provider", "POST", "/explain", json=question(through_it, CLIENT_R, service=FORM))
    assert (prying.status_code, prying.content) == (403, b"")


def test_a_person_is_told_of_themselves_and_of_the_party_they_administer(asking: Callers) -> None:
    herself = question({"kind": "person", "number": KARI}, CLIENT_R)
    response = asking.call("person", "POST", "/explain", json=herself)
    assert response.status_code == 200
    assert KARI not in response.text
    assert asking.call("person", "POST", "/explain", json=AGENT).json()["reasons"] == ["system-user-not-active"]
    answer = asking.call("person", "POST", "/explain?onBehalfOf=310000205", json=AGENT).json()
    assert answer["outcome"] == "Permit"


@pytest.mark.parametrize("odd", ["{party}", "{", "\U0001f600", "x" * 5000], ids=lambda odd: ascii(odd[:9]))
def test_odd_names_are_explained_like_any_other(asking: Callers, odd: str) -> None:
    asked = question({"kind": "system-user", "id": odd}, odd, action=odd, service={"resource": odd})
    headers = {"Authorization": f"Bearer {asking.token('service-owner')}", "Content-Type": "application/json"}
    for kind in ("application/json", "text/markdown"):
        response = asking.house.vendor.http.post(
            f"{BASE}/explain", content=json.dumps(asked), headers={**headers, "Accept": kind}
        )
        assert response.status_code == 200
        assert "Indeterminate" in response.text


def test_an_enterprise_system_may_be_asked_about_by_any_number(asking: Callers) -> None:
    asked = question({"kind": "enterprise-system", "id": 0}, CLIENT_R)
    headers = {"Authorization": f"Bearer {asking.token('service-owner')}"}
    assert asking.house.vendor.http.post(f"{BASE}/explain", json=asked, headers=headers).status_code == 200
    headers = {"Authorization": f"Bearer {asking.house.vendor.personal_token(KARI)}"}
    assert asking.house.vendor.http.post(f"{BASE}/explain", json=asked, headers=headers).status_code == 403


def test_half_a_character_is_no_text(asking: Callers) -> None:
    asked = question({"kind": "system-user", "id": "\ud800"}, CLIENT_R)
    headers = {"Authorization": f"Bearer {asking.token('service-owner')}", "Content-Type": "application/json"}
    response = asking.house.vendor.http.post(f"{BASE}/explain", content=json.dumps(asked), headers=headers)
    assert (response.status_code, "half of a sign" in response.text) == (400, True)
