"""resolve over HTTP: each caller is answered for the system users it may see, with what the token must say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.rest.own.conftest import ANNET, EGET, INSIGHT, REGNSKAP, SKATT, Callers
from tests.doors.rest.vendor import AUTHORIZE, CLIENT_R, CLIENT_U, FACIL, KARI, OTHER, OWNDATA, PER, READ

MVA = {"resource": "skd-eksempel-mva"}


def wish(client: str, action: str = "write", **more: Any) -> dict[str, Any]:
    return {"client": {"number": client}, "service": MVA, "action": action, **more}


def resolve(asking: Callers, who: str, body: dict[str, Any], path: str = "/resolve") -> dict[str, Any]:
    response = asking.call(who, "POST", path, json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_the_vendor_is_told_the_system_user_the_ground_and_what_to_ask_a_token_with(asking: Callers) -> None:
    answer = resolve(asking, "vendor", wish(CLIENT_R))
    found = answer["systemUser"]
    assert (found["id"], found["ground"], found["externalRef"]) == (REGNSKAP, "REGN", "regnskap")
    (detail,) = found["token"]["authorization_details"]
    assert detail["systemuser_org"]["ID"] == f"0192:{FACIL}"
    assert detail["externalRef"] == "regnskap"
    assert found["token"]["clientIds"] == ["fjell-klient"]
    assert answer["help"] == answer["others"] == []


@pytest.mark.parametrize(
    ("who", "client", "action", "user"),
    [
        ("vendor", CLIENT_U, "sign", SKATT),
        ("vendor", OWNDATA, "read", EGET),
        ("provider", CLIENT_U, "sign", ANNET),
        ("operator", CLIENT_U, "sign", ANNET),
    ],
)
def test_the_system_user_found_can(asking: Callers, who: str, client: str, action: str, user: str) -> None:
    assert resolve(asking, who, wish(client, action))["systemUser"]["id"] == user
    decided = asking.house.vendor.decide(user, client, action)
    assert decided.json()["response"][0]["decision"] == "Permit"


def test_a_vendor_is_told_nothing_of_another_vendors_system_users(asking: Callers) -> None:
    told = resolve(asking, "vendor", wish(CLIENT_U, "sign"))
    assert ANNET not in str(told)
    assert {each["id"] for each in resolve(asking, "provider", wish(CLIENT_U, "sign"))["others"]} == {SKATT}


def test_a_person_is_answered_for_the_party_they_administer(asking: Callers) -> None:
    mine = resolve(asking, "person", wish(CLIENT_R))
    assert (mine["systemUser"], mine["unusable"]) == (None, [])
    for named in (FACIL, "fac11000-0000-4000-8000-000000000001"):
        answer = resolve(asking, "person", wish(CLIENT_R), f"/resolve?onBehalfOf={named}")
        assert answer["systemUser"]["id"] == REGNSKAP
        assert answer["systemUser"]["token"]["clientIds"] == []
    for stranger in (OTHER, "310000019", "00000000-0000-4000-8000-00000000dead"):
        refused = asking.call("person", "POST", f"/resolve?onBehalfOf={stranger}", json=wish(CLIENT_R))
        assert (refused.status_code, refused.content) == (403, b"")


def test_what_each_lacks_is_told_with_what_would_help(asking: Callers) -> None:
    answer = resolve(asking, "vendor", wish(CLIENT_U, "write", language="nb"))
    (lacking,) = answer["unusable"]
    assert (lacking["id"], lacking["reasons"], lacking["lacks"]) == (SKATT, ["outside-ceiling"], ["held", "approved"])
    assert lacking["sentence"].startswith(f"systembruker {SKATT} kan ikke write")
    assert "tilgangsstyrer hos 310000205" in lacking["fixes"][0]["giver"]


def test_a_client_nobody_works_for_is_told_how_to_get_one(asking: Callers) -> None:
    for client in (OTHER, "310000019"):
        answer = resolve(asking, "vendor", wish(client))
        assert (answer["systemUser"], answer["unusable"]) == (None, [])
        assert [fix["code"] for fix in answer["help"]] == ["system-user-not-active"]
    named = resolve(asking, "vendor", wish(OTHER, owner={"number": FACIL}))
    assert {each["id"] for each in named["unusable"]} == {REGNSKAP, SKATT}
    assert all("delegated" in each["lacks"] for each in named["unusable"])


def test_a_person_as_client_is_never_told_by_number(asking: Callers) -> None:
    answer = resolve(asking, "vendor", wish(PER))
    assert PER not in str(answer)


@pytest.mark.parametrize(
    "wrong",
    [
        {"client": None},
        {"client": {"id": "x"}},
        {"service": {}},
        {"action": None},
        {"owner": {"id": "x"}},
        {"at": "soon"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"language": "sv"},
    ],
    ids=str,
)
def test_a_wish_that_cannot_be_read(asking: Callers, wrong: dict[str, Any]) -> None:
    answer = asking.call("vendor", "POST", "/resolve", json={**wish(CLIENT_R), **wrong})
    assert (answer.status_code, "errors" in answer.json()) == (400, True)


def test_it_needs_a_scope_and_somebody(asking: Callers) -> None:
    vendor = asking.house.vendor
    refused = vendor.call("POST", "/brobygger/v1/resolve", vendor.token(AUTHORIZE), json=wish(CLIENT_R))
    assert (refused.status_code, refused.content) == (403, b"")
    wrong = asking.call("person", "POST", "/resolve?onBehalfOf=somebody", json=wish(CLIENT_R))
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["onBehalfOf"])


def test_a_token_that_names_neither_an_organisation_nor_a_person_sees_nothing(asking: Callers) -> None:
    vendor = asking.house.vendor
    for token in (vendor.personal_token(KARI, READ), vendor.personal_token(KARI, INSIGHT)):
        refused = vendor.call("POST", "/brobygger/v1/resolve", token, json=wish(CLIENT_R))
        assert (refused.status_code, refused.content) == (403, b"")
    organisation = asking.facil.http.get(
        "/api/GetEnterpriseToken",
        params={"env": "tt02", "scopes": "altinn:portal/enduser", "org": "test", "orgNo": FACIL},
        auth=("anybody", "anything"),
    )
    assert organisation.status_code == 200, organisation.text
    refused = vendor.call("POST", "/brobygger/v1/resolve", organisation.text, json=wish(CLIENT_R))
    assert (refused.status_code, refused.content) == (403, b"")
