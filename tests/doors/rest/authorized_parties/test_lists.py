"""Authorised parties over HTTP: both lists, their shape, every filter, and what is refused. Source: §13."""

from __future__ import annotations

from typing import Any

import pytest

from core import OPERATOR, import_register, organisation_check_digit
from tests.doors.rest.authorized_parties.conftest import (
    AGENT,
    BRANCH,
    DELETED,
    NOT_DELEGATED,
    ONLY_BRANCH,
    ONLY_MAIN,
    OWN_SCOPE,
    OWNER_SCOPE,
    STANDARD,
    WITH_BRANCH,
    Lists,
    opened,
)
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    CLIENT_R,
    CLIENT_R_UUID,
    CLIENT_U_UUID,
    FACIL,
    KARI,
    OLA,
    OTHER,
    OWNDATA,
    OWNDATA_UUID,
    PARTY_ID,
    PER,
    READ,
)

USER = "urn:altinn:systemuser:uuid"
PERSON = "urn:altinn:person:identifier-no"
ORGANISATION = "urn:altinn:organization:identifier-no"
PARTY_UUID = "urn:altinn:party:uuid"
KARI_UUID, PER_UUID = "ca110000-0000-4000-8000-000000000021", "ba110000-0000-4000-8000-000000000024"
FACIL_UUID = "fac11000-0000-4000-8000-000000000001"
SUB_UUID = "0da7a000-0000-4000-8000-000000000273"
ROBOT = "e17e0000-0000-4000-8000-000000000001"
NOBODY = "00000000-0000-4000-8000-00000000dead"


def names(items: Any) -> dict[str, list[str]]:
    """Party ids at the top, with those of their sub-units."""
    return {item["partyUuid"]: [each["partyUuid"] for each in item["subunits"]] for item in items}


# -- a service owner asks about anybody -----------------------------------------------------------


def test_the_clients_of_an_agent_whole_and_in_the_platform_s_shape(lists: Lists) -> None:
    found = lists.of(USER, AGENT, includeAccessPackages="true")
    assert names(found) == {WITH_BRANCH: [BRANCH], ONLY_MAIN: [ONLY_BRANCH], DELETED: []}
    assert found[0] == {
        "partyUuid": WITH_BRANCH,
        "name": "Klient med avdeling AS",
        "organizationNumber": "310002003",
        "parentId": None,
        "personId": None,
        "dateOfBirth": None,
        "partyId": 50001001,
        "emailId": None,
        "type": "Organization",
        "unitType": "AS",
        "isDeleted": False,
        "onlyHierarchyElementWithNoAccess": False,
        "authorizedAccessPackages": [ACCOUNTANT],
        "authorizedResources": ["skd-eksempel-mva"],
        "authorizedRoles": [],
        "authorizedInstances": [],
        "subunits": [
            {
                **{name: found[0]["subunits"][0][name] for name in ("partyUuid", "name", "organizationNumber")},
                "parentId": WITH_BRANCH,
                "personId": None,
                "dateOfBirth": None,
                "partyId": 50001002,
                "emailId": None,
                "type": "Organization",
                "unitType": "BEDR",
                "isDeleted": False,
                "onlyHierarchyElementWithNoAccess": False,
                "authorizedAccessPackages": [ACCOUNTANT],
                "authorizedResources": ["skd-eksempel-mva"],
                "authorizedRoles": [],
                "authorizedInstances": [],
                "subunits": [],
            }
        ],
    }
    placeholder = found[1]
    assert placeholder["onlyHierarchyElementWithNoAccess"] is True
    assert (placeholder["authorizedAccessPackages"], placeholder["authorizedResources"]) == ([], [])
    assert [item["isDeleted"] for item in found] == [False, False, True]


def test_the_owner_of_a_standard_system_user_with_its_sub_units(lists: Lists) -> None:
    assert names(lists.of(USER, STANDARD)) == {OWNDATA_UUID: [SUB_UUID]}


@pytest.mark.parametrize("owner", ["resourceowner", "serviceowner"])
@pytest.mark.parametrize("scope", [OWNER_SCOPE, f"{OWNER_SCOPE}.admin"])
def test_both_paths_and_both_scopes_lead_to_the_same(lists: Lists, owner: str, scope: str) -> None:
    assert names(lists.of(USER, STANDARD, scope, owner)) == {OWNDATA_UUID: [SUB_UUID]}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (PERSON, PER),
        ("urn:altinn:person:uuid", PER_UUID),
        (PARTY_UUID, PER_UUID.upper()),
        ("urn:altinn:partyid", "50000024"),
        ("urn:altinn:userid", "50000024"),
    ],
    ids=range(5),
)
def test_a_person_by_every_name(lists: Lists, kind: str, value: str) -> None:
    found = lists.of(kind, value)
    assert names(found) == {OWNDATA_UUID: [SUB_UUID], PER_UUID: []}
    person = found[1]
    assert (person["type"], person["personId"], person["organizationNumber"]) == ("Person", PER, None)
    assert person["dateOfBirth"] == "1975-05-05"
    assert found[0]["authorizedRoles"] == ["DAGL"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ORGANISATION, FACIL),
        ("urn:altinn:organization:uuid", FACIL_UUID),
        (PARTY_UUID, FACIL_UUID),
        ("urn:altinn:partyid", str(PARTY_ID[FACIL])),
    ],
    ids=range(4),
)
def test_an_organisation_by_every_name(lists: Lists, kind: str, value: str) -> None:
    found = names(lists.of(kind, value))
    assert found.keys() == {
        FACIL_UUID, CLIENT_R_UUID, CLIENT_U_UUID, WITH_BRANCH, ONLY_MAIN, DELETED, NOT_DELEGATED,
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "value"), [("uuid", ROBOT), ("username", "robot")], ids=range(2))
def test_an_enterprise_user_has_what_it_was_given(lists: Lists, kind: str, value: str) -> None:
    found = lists.of(f"urn:altinn:enterpriseuser:{kind}", value)
    assert names(found) == {CLIENT_U_UUID: []}
    assert found[0]["authorizedRoles"] == ["systeminnsendingsrettighet"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (USER, NOBODY),
        (PARTY_UUID, NOBODY),
        (PERSON, "14869910008"),
        (ORGANISATION, "310000019"),
        ("urn:altinn:person:uuid", FACIL_UUID),
        ("urn:altinn:organization:uuid", PER_UUID),
        ("urn:altinn:partyid", "59999999"),
        ("urn:altinn:userid", "59999999"),
        ("urn:altinn:enterpriseuser:uuid", NOBODY),
        ("urn:altinn:enterpriseuser:username", "ingen"),
        ("urn:altinn:person:idporten-email", "ingen@example.com"),
    ],
    ids=range(11),
)
def test_whoever_is_not_known_has_no_parties(lists: Lists, kind: str, value: str) -> None:
    assert lists.of(kind, value) == []


@pytest.mark.parametrize(
    ("kind", "value", "field"),
    [
        ("urn:altinn:something", "x", "type"),
        (USER, "not-a-uuid", "value"),
        (PERSON, "12345678901", "value"),
        (ORGANISATION, "310000001", "value"),
        ("urn:altinn:partyid", "-1", "value"),
        ("urn:altinn:userid", "x", "value"),
        ("urn:altinn:person:idporten-email", "ingen", "value"),
    ],
    ids=range(7),
)
def test_a_subject_that_cannot_be_read_is_refused(lists: Lists, kind: str, value: str, field: str) -> None:
    response = lists.of(kind, value)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert "12345678901" not in response.text


@pytest.mark.parametrize("body", [[], "x", {}, {"type": USER}, {"type": USER, "value": 7}], ids=range(5))
def test_a_body_that_names_nobody_is_refused(lists: Lists, body: Any) -> None:
    assert lists.post(lists.enterprise(OWNER_SCOPE), body).status_code == 400


def test_who_may_ask(lists: Lists) -> None:
    body = {"type": USER, "value": STANDARD}
    assert lists.post("x", body).status_code == 401
    for scope in (OWN_SCOPE, READ):
        assert lists.post(lists.enterprise(scope), body).status_code == 403


# -- filters ----------------------------------------------------------------------------------------


def test_what_is_included(lists: Lists) -> None:
    def shown(**query: str) -> tuple[bool, bool, bool]:
        first = lists.of(PERSON, PER, **query)[0]
        members = ("authorizedRoles", "authorizedAccessPackages", "authorizedResources")
        return tuple(bool(first[member]) for member in members)  # type: ignore[return-value]

    assert shown() == (True, False, True)
    assert shown(includeRoles="false", includeAccessPackages="TRUE", includeResources="false") == (False, True, False)
    assert shown(INCLUDEROLES="false") == (False, False, True)


def test_parties_through_a_key_role(lists: Lists) -> None:
    whole = names(lists.of(PERSON, KARI))
    assert whole.keys() > {KARI_UUID, FACIL_UUID, CLIENT_R_UUID}
    for value in ("true", "auto"):
        assert names(lists.of(PERSON, KARI, includePartiesViaKeyRoles=value)) == whole
    assert names(lists.of(PERSON, KARI, includePartiesViaKeyRoles="false")).keys() == {KARI_UUID, FACIL_UUID}


def test_sub_units_and_parties_that_have_ended(lists: Lists) -> None:
    without = names(lists.of(USER, AGENT, includeSubParties="false"))
    assert without == {WITH_BRANCH: [], ONLY_MAIN: [ONLY_BRANCH], DELETED: []}
    assert DELETED not in names(lists.of(USER, AGENT, includeInactiveParties="false"))


def test_a_choice_of_resources_is_as_if_there_were_no_others(lists: Lists) -> None:
    found = lists.of(PERSON, PER, anyOfResourceIds="skd-bare-mva", includeAccessPackages="true")
    assert [item["authorizedResources"] for item in found] == [["skd-bare-mva"], ["skd-bare-mva"]]
    assert found[0]["authorizedAccessPackages"] == ["merverdiavgift"]
    both = lists.of(PERSON, PER, anyOfResourceIds=["skd-bare-mva", "finnes-ikke", "app_skd_skjema"])
    assert both[0]["authorizedResources"] == ["app_skd_skjema", "skd-bare-mva"]
    assert lists.of(USER, AGENT, anyOfResourceIds="skd-bare-mva") == []
    assert lists.of(PERSON, PER, anyOfResourceIds="finnes-ikke") == []


def test_a_choice_of_parties(lists: Lists) -> None:
    def chosen(*parties: tuple[str, str]) -> dict[str, list[str]]:
        body = {"partyFilter": [{"type": kind, "value": value} for kind, value in parties]}
        return names(lists.of(USER, AGENT, body=body))

    assert chosen((ORGANISATION, "310002003")) == {WITH_BRANCH: [BRANCH]}
    assert chosen((PARTY_UUID, BRANCH)) == {WITH_BRANCH: [BRANCH]}
    assert chosen(("urn:altinn:partyid", "50001005"), (PARTY_UUID, NOBODY)) == {DELETED: []}
    assert chosen((PARTY_UUID, NOT_DELEGATED)) == {}
    assert chosen((ORGANISATION, CLIENT_R)) == {}
    refused = lists.of(USER, AGENT, body={"partyFilter": [{"type": USER, "value": AGENT}]})
    assert refused.status_code == 400
    refused = lists.of(USER, AGENT, body={"partyFilter": [{"type": PARTY_UUID, "value": "x"}]})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["partyFilter"])


def test_only_the_caller_s_own_services(lists: Lists) -> None:
    assert names(lists.of(USER, AGENT, orgCode="SKD")) == names(lists.of(USER, AGENT))
    for code in ("nav", ""):
        response = lists.of(USER, AGENT, orgCode=code)
        assert response == lists.of(USER, AGENT) if not code else response.status_code == 400
    body = {"type": USER, "value": AGENT}
    assert lists.post(lists.enterprise(OWNER_SCOPE, FACIL), body, orgCode="skd").status_code == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("includeRoles", "ja"),
        ("includeInstances", "1"),
        ("includeSubParties", "kanskje"),
        ("includePartiesViaKeyRoles", "0"),
        ("includeInactiveParties", "x"),
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(lists: Lists, name: str, value: str) -> None:
    response = lists.of(USER, AGENT, **{name: value})
    assert (response.status_code, list(response.json()["errors"])) == (400, [name])


# -- end users and system users about themselves ---------------------------------------------------


def test_a_system_user_s_own_list_from_the_issuer_s_own_token(lists: Lists) -> None:
    answer = lists.own(lists.raw(FACIL, "klienter"))
    assert answer.status_code == 200
    assert answer.json()["links"] == {"next": None}
    found = answer.json()["data"]
    assert names(found) == {WITH_BRANCH: [BRANCH], ONLY_MAIN: [ONLY_BRANCH], DELETED: []}
    assert [item["authorizedResources"] for item in found] == [[], [], []]
    shown = lists.own(lists.raw(OWNDATA, "eget"), includeResources="true", includeAccessPackages="true").json()["data"]
    assert shown[0]["authorizedAccessPackages"] == ["merverdiavgift"]
    assert "skd-eksempel-mva" in shown[0]["authorizedResources"]


@pytest.mark.parametrize("scope", [OWN_SCOPE, "altinn:portal/enduser"])
def test_a_person_s_own_list(lists: Lists, scope: str) -> None:
    token = lists.vendor.personal_token(PER, scope)
    assert names(lists.own(token).json()["data"]) == {OWNDATA_UUID: [SUB_UUID], PER_UUID: []}
    some = lists.own(token, partyFilter=[OWNDATA_UUID, NOBODY], includeSubParties="false")
    assert names(some.json()["data"]) == {OWNDATA_UUID: []}
    assert lists.own(token, partyFilter="x").status_code == 400


def test_nobody_else_has_an_own_list(lists: Lists) -> None:
    assert lists.own(lists.enterprise(OWN_SCOPE)).status_code == 401
    assert lists.own(lists.vendor.personal_token(OLA, "altinn:enduser")).status_code == 403
    assert lists.own("x").status_code == 401


def test_in_pages_for_those_who_ask_for_them(changing: Lists) -> None:
    """No party is lost or doubled while others are added and taken away before and behind."""
    token = changing.raw(FACIL, "klienter")
    first = changing.own(token, limit=2).json()
    assert names(first["data"]) == {WITH_BRANCH: [BRANCH], ONLY_MAIN: [ONLY_BRANCH]}
    changing.house.clock.move(seconds=1)
    gone = [{"party": "310002003", "holder": FACIL, "role": "REGN"}]
    import_register(changing.house.store, OPERATOR, ended=gone)
    address = first["links"]["next"]
    assert address.startswith(str(changing.vendor.http.base_url))
    second = changing.vendor.http.get(address, headers={"Authorization": f"Bearer {token}"}).json()
    assert (names(second["data"]), second["links"]) == ({DELETED: []}, {"next": None})
    for limit in ("0", "1001", "x", "-1"):
        assert changing.own(token, limit=limit).status_code == 400
    broken = changing.vendor.http.get(f"{address}!", headers={"Authorization": f"Bearer {token}"})
    assert (broken.status_code, list(broken.json()["errors"])) == (400, ["token"])


def test_a_long_list_comes_whole_and_in_pages_alike(changing: Lists) -> None:
    numbers = [f"{n}{digit}" for n in range(31320000, 31321400) if (digit := organisation_check_digit(str(n)))]
    parties = [{"number": number, "name": f"Klient «{number}»", "form": "AS"} for number in numbers]
    roles = [{"party": number, "holder": FACIL, "role": "REGN"} for number in numbers]
    import_register(changing.house.store, OPERATOR, parties, roles)
    token = changing.vendor.personal_token(KARI, OWN_SCOPE)
    whole = changing.own(token).json()["data"]
    listed = [item["organizationNumber"] for item in whole]
    assert len(numbers) > 1000
    assert set(numbers) < set(listed)
    pages: list[Any] = []
    address: str | None = f"{changing.vendor.http.base_url}accessmanagement/api/v1/enduser/authorizedparties?limit=300"
    while address is not None:
        page = changing.vendor.http.get(address, headers={"Authorization": f"Bearer {token}"}).json()
        pages += page["data"]
        address = page["links"]["next"]
    assert pages == whole
    found = changing.of(ORGANISATION, FACIL)
    assert set(numbers) < {item["organizationNumber"] for item in found}


def test_nothing_of_ours_in_strict_mode(sqlite_url: str) -> None:
    with opened(sqlite_url, strict=True) as lists:
        answer = lists.own(lists.raw(FACIL, "klienter"), limit=1).json()
        assert (len(answer["data"]), answer["links"]) == (3, {"next": None})


def test_an_ended_role_takes_a_party_off_the_list_at_once(changing: Lists) -> None:
    token = changing.raw(FACIL, "klienter")
    assert WITH_BRANCH in names(changing.own(token).json()["data"])
    import_register(
        changing.house.store, OPERATOR, ended=[{"party": "310002003", "holder": FACIL, "role": "regnskapsforer"}]
    )
    assert names(changing.own(token).json()["data"]) == {ONLY_MAIN: [ONLY_BRANCH], DELETED: []}
    assert OTHER not in changing.own(token).text
