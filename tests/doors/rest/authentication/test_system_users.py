"""System users over HTTP: as owners read, make, rename and remove them, and as the register of parties follows them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core import PartyId, ServiceId, Written, put, remove
from tests.doors.rest.authentication.register import (
    GROUNDS,
    INTERNAL,
    MVA,
    NOBODY,
    add_users,
    agent,
    approved,
    coded,
    is_framework,
    of_party,
    other_vendor,
    party,
    put_system,
)
from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    ASK,
    FACIL,
    KARI,
    OLA,
    OTHER,
    OWNDATA,
    PER,
    READ,
    REGISTER,
    SYSTEM,
    VENDOR,
    Vendor,
    package,
    right,
    system,
)

MOBLER, REVISJON = party(OWNDATA), party(FACIL)
FACIL_UUID = "fac11000-0000-4000-8000-000000000001"
GIVEABLE = {"accessPackages": [package(MVA), package(GROUNDS)], "isVisible": True}


def stream(vendor: Vendor, url: str = "/systemuser/internal/systemusers/stream") -> dict[str, Any]:
    """One page of the stream."""
    token = vendor.personal_token(PER, INTERNAL)
    path = url.removeprefix(str(vendor.http.base_url).rstrip("/"))
    answer = vendor.call("GET", path, token)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


# -- U1 to U4: reading ----------------------------------------------------------------------------


def test_owners_read_their_system_users_by_kind(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    users = [approved(vendor, f"kunde-{number}") for number in range(3)]
    helper = agent(vendor, "byraa")
    listed = of_party(vendor, PER, "GET", f"/systemuser/{MOBLER}").json()
    assert [each["id"] for each in listed] == users, "in the order they came"
    assert of_party(vendor, PER, "GET", f"/systemuser/agent/{MOBLER}").json() == []
    assert of_party(vendor, KARI, "GET", f"/systemuser/{REVISJON}").json() == []
    (shown,) = of_party(vendor, KARI, "GET", f"/systemuser/agent/{REVISJON}").json()
    assert (shown["id"], shown["userType"], shown["accessPackages"]) == (helper, "agent", [package(ACCOUNTANT)])
    system_id = vendor.call("GET", f"/systemregister/vendor/{SYSTEM}/changelog", vendor.token(REGISTER)).json()
    assert listed[0] == {
        "id": users[0],
        "integrationTitle": "Fjellregnskap",
        "systemId": SYSTEM,
        "productName": "",
        "reporteeOrgNo": OWNDATA,
        "created": "2026-05-02T08:00:00Z",
        "isDeleted": False,
        "supplierName": "",
        "supplierOrgno": VENDOR,
        "externalRef": "kunde-0",
        "userType": "standard",
        "systemInternalId": system_id[0]["systemInternalId"],
        "partyId": str(MOBLER),
        "partyUuId": "",
        "accessPackages": [],
    }


def test_one_system_user_is_shown_with_what_it_has_now(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    user = approved(vendor, "kunde", rights=[right("skd-eksempel-mva")])
    put_system(vendor, rights=[], accessPackages=[])
    shown = of_party(vendor, PER, "GET", f"/systemuser/{MOBLER}/{user}").json()
    assert (shown["rights"], shown["accessPackages"]) == ([right("skd-eksempel-mva")], [package(MVA)])
    given = of_party(vendor, PER, "GET", f"/systemuser/{MOBLER}/{user}/delegations").json()
    assert given == {"systemUserId": user, "rights": shown["rights"], "accessPackages": shown["accessPackages"]}
    vendor.register(id=f"{VENDOR}_agenter", clientId=[])
    helper = agent(vendor, "byraa") if put_system(vendor).status_code == 200 else ""
    detail = of_party(vendor, KARI, "GET", f"/systemuser/{REVISJON}/{helper}").json()
    assert (detail["accessPackages"], "rights" in detail) == ([package(ACCOUNTANT)], False)


def test_a_foreign_system_user_looks_like_one_that_is_not_there(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    user = approved(vendor, "kunde")
    for wanted in (user, NOBODY):
        assert is_framework(of_party(vendor, KARI, "GET", f"/systemuser/{REVISJON}/{wanted}"), 404)
        missing = of_party(vendor, KARI, "GET", f"/systemuser/{REVISJON}/{wanted}/delegations")
        assert coded(missing) == (404, "AUTH-00015")
    own = "/systemuser/50000024"
    assert coded(of_party(vendor, PER, "GET", f"{own}/{user}/delegations")) == (400, "AUTH-00000")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/systemuser/{party}"),
        ("GET", "/systemuser/agent/{party}"),
        ("GET", "/systemuser/{party}/{user}"),
        ("GET", "/systemuser/{party}/{user}/delegations"),
        ("POST", "/systemuser/{party}/create"),
        ("DELETE", "/systemuser/{party}/{user}"),
        ("DELETE", "/systemuser/agent/{party}/{user}"),
    ],
)
def test_only_those_who_manage_the_party_get_anywhere(house: House, method: str, path: str) -> None:
    vendor = house.vendor
    vendor.register()
    user = approved(vendor, "kunde")
    body = {"json": {"integrationTitle": "x", "systemId": SYSTEM}} if method == "POST" else {}
    for number in (MOBLER, 59999999):
        refused = of_party(vendor, KARI, method, path.format(party=number, user=user), **body)
        assert (refused.status_code, refused.content) == (403, b"")
    vendors = vendor.call(method, path.format(party=MOBLER, user=user), vendor.token(REGISTER), **body)
    assert (vendors.status_code, vendors.content) == (403, b""), "a vendor is no person"
    where = path.format(party="abc", user=user)
    assert of_party(vendor, PER, method, where, **body).json()["errors"] == {"party": ["The value 'abc' is not valid."]}
    assert (
        vendor.http.request(method, "/authentication/api/v1" + path.format(party=MOBLER, user=user)).status_code == 401
    )


# -- U7: by system --------------------------------------------------------------------------------


def test_a_vendor_lists_the_users_of_its_own_systems(house: House) -> None:
    vendor, other = house.vendor, other_vendor(house)
    vendor.register()
    user, helper = approved(vendor, "kunde"), agent(vendor, "byraa")
    path = f"/systemuser/vendor/bysystem/{SYSTEM}"
    page = vendor.call("GET", path, vendor.token(REGISTER)).json()
    assert ([each["id"] for each in page["data"]], page["links"]) == ([user, helper], {})
    query = {"system-id": SYSTEM, "orgno": OWNDATA, "external-ref": "kunde"}
    assert page["data"][0] == vendor.call("GET", "/systemuser/vendor/byquery", vendor.token(ASK), params=query).json()
    assert coded(other.call("GET", path, other.token(REGISTER))) == (404, "AUTH-00011")
    assert coded(vendor.call("GET", f"{path}x", vendor.token(REGISTER))) == (404, "AUTH-00011")
    assert is_framework(vendor.call("GET", path, vendor.personal_token(PER, REGISTER)), 401)
    assert vendor.call("GET", path, vendor.token(READ)).status_code == 403


@pytest.mark.parametrize("token", ["!", "abc", "MTQ3N", "dHJ1ZQ", "LTE", "MS41", "ImEi", "bnVsbA", "W10", "å"])
def test_a_token_of_ones_own_making_is_refused(house: House, token: str) -> None:
    vendor = house.vendor
    vendor.register()
    for path in (f"/systemuser/vendor/bysystem/{SYSTEM}", "/systemuser/internal/systemusers/stream"):
        caller = vendor.token(REGISTER) if "vendor" in path else vendor.personal_token(PER, INTERNAL)
        refused = vendor.call("GET", path, caller, params={"token": token})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["token"])


# -- U8: made by the owner ------------------------------------------------------------------------


def test_an_owner_makes_a_system_user_that_has_all_of_the_system(house: House) -> None:
    vendor = house.vendor
    vendor.register(**GIVEABLE)
    body = {"integrationTitle": " Vår lønn ", "systemId": SYSTEM}
    made = of_party(vendor, PER, "POST", f"/systemuser/{MOBLER}/create", json=body)
    assert made.status_code == 200, made.text
    user = made.json()
    assert (user["integrationTitle"], user["externalRef"], user["userType"]) == ("Vår lønn", OWNDATA, "standard")
    given = of_party(vendor, PER, "GET", f"/systemuser/{MOBLER}/{user['id']}/delegations").json()
    assert (given["rights"], given["accessPackages"]) == (system()["rights"], GIVEABLE["accessPackages"])
    assert vendor.decide(user["id"], OWNDATA).json()["response"][0]["decision"] == "Permit"
    again = of_party(vendor, PER, "POST", f"/systemuser/{MOBLER}/create", json=body)
    assert coded(again) == (400, "AUTH-00004")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (400, "AUTH-00059")),
        ({"accessPackages": [package(ACCOUNTANT)]}, (400, "AUTH-00053")),
        ({"rights": [{**right("skd-eksempel-mva"), "action": "fly"}]}, (403, "AUTH-00014")),
        ({"rights": [right("skd-bare-rolle")]}, (403, "AUTH-00016")),
        ({"rights": [right("skd-med-liste")]}, (403, "AUTH-00069")),
        ({"rights": [right("skd-fast")]}, (403, "AUTH-00070")),
    ],
)
def test_what_the_owner_cannot_give_makes_no_system_user(
    house: House, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    vendor = house.vendor
    vendor.register(**{"rights": [], "accessPackages": [], **changes})
    assert coded(make(vendor)) == expected
    assert of_party(vendor, PER, "GET", f"/systemuser/{MOBLER}").json() == []


def test_what_can_be_given_is_as_it_is_now(house: House) -> None:
    vendor, facts = house.vendor, house.store.snapshot()
    vendor.register(rights=[right("skd-bare-rolle")], accessPackages=[package(GROUNDS)], isVisible=True)
    house.clock.move(days=300)
    assert coded(make(vendor)) == (403, "AUTH-00018"), "no role gives it any more, only direct delegation"
    service = facts.catalogue.services[ServiceId("skd-bare-rolle")]
    schema = replace(service, resource_type="MaskinportenSchema")
    house.store.change("test", lambda _: Written((put(schema),), None))
    assert coded(make(vendor)) == (403, "AUTH-00071")
    put_system(vendor, rights=[], accessPackages=[package(GROUNDS)])
    ended = facts.catalogue.packages[GROUNDS]
    house.store.change("test", lambda _: Written((remove(ended),), None))
    assert coded(make(vendor)) == (400, "AUTH-00052")


def make(vendor: Vendor, person: str = PER) -> Any:
    """Make a system user of Myke Møbler."""
    body = {"integrationTitle": "x", "systemId": SYSTEM}
    return of_party(vendor, person, "POST", f"/systemuser/{MOBLER}/create", json=body)


def test_making_a_system_user_is_refused_in_the_platforms_order(house: House) -> None:
    vendor = house.vendor
    path = f"/systemuser/{MOBLER}/create"
    unknown = of_party(vendor, PER, "POST", path, json={"integrationTitle": "x", "systemId": SYSTEM})
    assert coded(unknown) == (404, "AUTH-00011")
    own = of_party(vendor, PER, "POST", "/systemuser/50000024/create", json={"integrationTitle": "x", "systemId": "y"})
    assert coded(own) == (404, "AUTH-00011")
    vendor.register(**GIVEABLE)
    body = {"integrationTitle": "x", "systemId": SYSTEM}
    assert coded(of_party(vendor, PER, "POST", "/systemuser/50000024/create", json=body)) == (400, "AUTH-00000")
    no_manager = of_party(vendor, OLA, "POST", path, json=body)
    assert coded(no_manager) == (403, "AUTH-00068"), "manages the accesses, and holds nothing to give"
    for wrong in ({}, {"systemId": SYSTEM}, {"integrationTitle": "", "systemId": SYSTEM}):
        assert "errors" in of_party(vendor, PER, "POST", path, json=wrong).json()
    long = of_party(vendor, PER, "POST", path, json={**body, "integrationTitle": "x" * 256})
    assert (long.status_code, "errors" in long.json()) == (400, True)
    vendor.call("DELETE", f"/systemregister/vendor/{SYSTEM}", vendor.token(REGISTER))
    assert coded(of_party(vendor, PER, "POST", path, json=body)) == (404, "AUTH-00011")


# -- U9: renamed ----------------------------------------------------------------------------------


def test_a_title_really_changes(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    user = approved(vendor, "kunde")
    body = {
        "id": user,
        "partyId": str(MOBLER),
        "reporteeOrgNo": OWNDATA,
        "integrationTitle": "Nytt",
        "systemId": SYSTEM,
    }
    done = of_party(vendor, PER, "PUT", "/systemuser", json=body)
    assert (done.status_code, done.content) == (200, b"")
    assert of_party(vendor, PER, "GET", f"/systemuser/{MOBLER}/{user}").json()["integrationTitle"] == "Nytt"
    assert vendor.decide(user, OWNDATA).json()["response"][0]["decision"] == "Permit"
    for changed in ({"id": NOBODY}, {"partyId": str(REVISJON)}, {"partyId": "59999999"}):
        assert is_framework(of_party(vendor, PER, "PUT", "/systemuser", json={**body, **changed}), 404)
    assert is_framework(of_party(vendor, KARI, "PUT", "/systemuser", json={**body, "partyId": None}), 404)
    for wrong in ({"id": "abc"}, {"integrationTitle": " "}, {"id": None}, {"partyId": "x"}):
        refused = of_party(vendor, PER, "PUT", "/systemuser", json={**body, **wrong})
        assert (refused.status_code, "errors" in refused.json()) == (400, True)


# -- U10, U11: removed ----------------------------------------------------------------------------


def test_a_removed_system_user_is_nothing_any_more_and_its_reference_is_free(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    user = approved(vendor, "kunde")
    removed = of_party(vendor, PER, "DELETE", f"/systemuser/{MOBLER}/{user}")
    assert (removed.status_code, removed.reason_phrase, removed.json()) == (202, "Accepted", 1)
    again = of_party(vendor, PER, "DELETE", f"/systemuser/{MOBLER}/{user}")
    assert (again.status_code, again.json(), again.headers["Content-Type"]) == (
        404,
        0,
        "application/json; charset=utf-8",
    )
    assert vendor.decide(user, OWNDATA).json()["response"][0]["decision"] == "NotApplicable"
    request = vendor.call("GET", f"/systemuser/request/vendor/{user}", vendor.token(READ))
    assert coded(request) == (404, "AUTH-00010")
    assert approved(vendor, "kunde") != user


def test_removing_is_refused_with_the_platforms_codes(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    user, helper = approved(vendor, "kunde"), agent(vendor, "byraa")
    of_facil, of_mobler = f"/systemuser/{REVISJON}", f"/systemuser/{MOBLER}"
    assert coded(of_party(vendor, KARI, "DELETE", f"{of_facil}/{user}")) == (403, "AUTH-00024")
    assert coded(of_party(vendor, KARI, "DELETE", f"{of_facil}/{helper}")) == (400, "AUTH-00036")
    of_facil, of_mobler = f"/systemuser/agent/{REVISJON}", f"/systemuser/agent/{MOBLER}"
    assert coded(of_party(vendor, KARI, "DELETE", f"{of_facil}/{NOBODY}")) == (404, "AUTH-00015")
    assert coded(of_party(vendor, KARI, "DELETE", f"{of_facil}/{user}")) == (403, "AUTH-00024")
    assert coded(of_party(vendor, PER, "DELETE", f"{of_mobler}/{user}")) == (400, "AUTH-00034")
    wrong = of_party(vendor, KARI, "DELETE", f"{of_facil}/{helper}", params={"facilitatorId": NOBODY})
    assert coded(wrong) == (400, "AUTH-00039")
    assert vendor.call("GET", f"/systemuser/request/vendor/{user}", vendor.token(READ)).status_code == 200
    gone = of_party(vendor, KARI, "DELETE", f"{of_facil}/{helper}", params={"facilitatorId": FACIL_UUID.upper()})
    assert (gone.status_code, gone.content) == (200, b"")
    assert of_party(vendor, KARI, "GET", of_facil).json() == []


def test_an_agent_goes_with_its_clients(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    helper = agent(vendor, "byraa")
    query = {"agent": helper, "client": "c11e0000-0000-4000-8000-000000000302"}
    assert of_party(vendor, KARI, "POST", "/enduser/systemuser/clients", params=query).status_code == 200
    before = len(list(house.store.facts()))
    assert of_party(vendor, KARI, "DELETE", f"/systemuser/agent/{REVISJON}/{helper}").status_code == 200
    kinds = {type(fact).__name__ for fact in house.store.facts()}
    assert not kinds & {"ClientDelegation", "SystemUser", "Generation", "SystemUserRequest"}
    assert len(list(house.store.facts())) == before - 4


# -- U19, U20: followed by the register of parties ------------------------------------------------


def test_the_stream_tells_every_system_user_as_it_is_now(house: House) -> None:
    vendor = house.vendor
    assert stream(vendor) == {"stats": {"pageStart": 0, "pageEnd": 0, "sequenceMax": 0}, "links": {}, "data": []}
    vendor.register()
    kept, gone = approved(vendor, "beholdt"), approved(vendor, "fjernet")
    first = stream(vendor)
    assert [each["id"] for each in first["data"]] == [kept, gone]
    house.clock.move(hours=1)
    of_party(vendor, PER, "DELETE", f"/systemuser/{MOBLER}/{gone}")
    of_party(vendor, PER, "PUT", "/systemuser", json={"id": kept, "integrationTitle": "Nytt navn"})
    page = stream(vendor)
    assert page["stats"] == {
        "pageStart": page["data"][0]["sequenceNo"],
        "pageEnd": page["data"][1]["sequenceNo"],
        "sequenceMax": page["data"][1]["sequenceNo"],
    }
    assert page["data"] == [
        {
            "id": gone,
            "partyOrgNo": OWNDATA,
            "partyId": str(MOBLER),
            "integrationTitle": "Fjellregnskap",
            "isDeleted": True,
            "lastChanged": "2026-05-02T09:00:00Z",
            "created": "2026-05-02T08:00:00Z",
            "sequenceNo": page["stats"]["pageStart"],
            "systemUserType": "standard",
        },
        {
            **first["data"][0],
            "integrationTitle": "Nytt navn",
            "lastChanged": "2026-05-02T09:00:00Z",
            "sequenceNo": page["stats"]["pageEnd"],
        },
    ]
    assert stream(vendor, first["links"]["next"])["data"] == page["data"], "whoever read on gets what has changed"
    end = stream(vendor, page["links"]["next"])
    assert (end["data"], end["links"], end["stats"]["pageStart"]) == ([], {}, page["stats"]["pageEnd"])


def test_the_stream_comes_a_hundred_at_a_time(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    users = add_users(house, 205)
    seen, sizes, url = [], [], "/systemuser/internal/systemusers/stream"
    while url:
        page = stream(vendor, url)
        seen += [each["id"] for each in page["data"]]
        sizes.append(len(page["data"]))
        url = page["links"].get("next", "")
    assert (seen, sizes) == (users, [100, 100, 5, 0])


def test_one_system_user_is_gone_when_it_was_removed(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    user = approved(vendor, "kunde")
    token = vendor.personal_token(PER, INTERNAL)
    path = "/systemuser/internal/systemusers"
    assert vendor.call("GET", f"{path}/{user}", token).json() == stream(vendor)["data"][0]
    of_party(vendor, PER, "DELETE", f"/systemuser/{MOBLER}/{user}")
    for wanted in (user, NOBODY):
        gone = vendor.call("GET", f"{path}/{wanted}", token)
        assert (gone.status_code, gone.json()["title"]) == (410, "Gone")
    assert vendor.call("GET", f"{path}/abc", token).json()["errors"] == {"id": ["The value 'abc' is not valid."]}
    for where in (f"{path}/{user}", f"{path}/stream"):
        assert vendor.call("GET", where, vendor.token(REGISTER)).status_code == 403


def test_every_system_user_of_the_party_counts_whoever_made_it(house: House) -> None:
    house.vendor.register()
    owner = house.store.snapshot().party_numbered(OTHER)
    assert owner is not None
    users = add_users(house, 3, owner=PartyId(owner.id))
    found = house.store.read(lambda ledger: ledger.register.users_of_owner(owner.id))
    assert [user.id for user in found] == users
