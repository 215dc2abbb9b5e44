"""The compatibility checklist of the reference (rest-systemuser §13): each of its points, by its number."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.doors.rest.authentication.register import (
    ADMINISTRATOR,
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
    violations,
)
from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import (
    ASK,
    CLIENT,
    FACIL,
    KARI,
    LOOKUP,
    OWNDATA,
    PER,
    READ,
    REGISTER,
    SYSTEM,
    VENDOR,
    Vendor,
    jwk,
    package,
    right,
    system,
)

REGISTERED = f"/systemregister/vendor/{SYSTEM}"
BY_SYSTEM = f"/systemuser/vendor/bysystem/{SYSTEM}"


def by_external_id(vendor: Vendor, reference: str = "kunde") -> Any:
    """What the token issuer is told."""
    query = {
        "clientId": CLIENT,
        "systemProviderOrgNo": VENDOR,
        "systemUserOwnerOrgNo": OWNDATA,
        "externalRef": reference,
    }
    return vendor.call("GET", "/systemuser/byexternalid", vendor.token(LOOKUP), params=query)


def ask(vendor: Vendor, reference: str | None = "kunde", **members: Any) -> Any:
    """A request for a standard system user."""
    wanted = {"partyOrgNo": OWNDATA, "externalRef": reference, "accessPackages": [package(MVA)], **members}
    return vendor.request(**wanted)


def test_point_1_names_in_any_case_nulls_left_out_odd_names_exact(vendor: Vendor) -> None:
    body = {name.swapcase(): value for name, value in system(isDeleted=True, noSuchMember=1).items()}
    body["vENDOR"] = {"id": f"0192:{VENDOR}", "authority": "iso6523-actorid-upis"}
    assert vendor.call("POST", "/systemregister/vendor", vendor.token(REGISTER), json=body).status_code == 200
    shown = vendor.call("GET", REGISTERED, vendor.token(REGISTER)).json()
    assert shown["vendor"] == {"ID": f"0192:{VENDOR}"}
    asked = ask(vendor, redirectUrl=None).json()
    assert "redirectUrl" not in asked
    assert None not in asked.values()
    assert asked["created"].endswith("Z")
    vendor.answer(PER, OWNDATA, asked["id"])
    (user,) = of_party(vendor, PER, "GET", f"/systemuser/{party(OWNDATA)}").json()
    assert (user["partyUuId"], user["supplierOrgno"]) == ("", VENDOR)


def test_point_2_raw_and_exchanged_tokens_and_any_of_the_scopes(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    raw = vendor.token(REGISTER, READ, ASK)
    exchanged = vendor.call("GET", "/authentication/api/v1/exchange/maskinporten", raw)
    assert exchanged.status_code == 200, exchanged.text
    for token in (raw, exchanged.text.strip('"')):
        assert vendor.call("GET", "/systemregister/vendor", token).status_code == 200
        assert vendor.call("GET", BY_SYSTEM, token).status_code == 200


def test_point_3_what_the_register_answers(vendor: Vendor) -> None:
    registered = vendor.register()
    assert (registered.status_code, str(uuid.UUID(registered.json()))) == (200, registered.json())
    again = vendor.register()
    assert (again.status_code, "already exists" in again.text) == (400, True)
    token = vendor.token(REGISTER)
    for method, path, body in (
        ("PUT", "", system()),
        ("PUT", "/rights", system()["rights"]),
        ("PUT", "/accesspackages", system()["accessPackages"]),
        ("DELETE", "", None),
    ):
        done = vendor.call(method, f"{REGISTERED}{path}", token, json=body)
        assert (done.status_code, done.json()) == (200, {"succeeded": True})


def test_point_4_created_or_there_already_and_free_after_removal(vendor: Vendor) -> None:
    vendor.register()
    created, again = ask(vendor), ask(vendor)
    assert (created.status_code, again.status_code, again.json()["id"]) == (201, 200, created.json()["id"])
    vendor.answer(PER, OWNDATA, created.json()["id"])
    assert coded(ask(vendor)) == (400, "AUTH-00004")
    of_party(vendor, PER, "DELETE", f"/systemuser/{party(OWNDATA)}/{created.json()['id']}")
    assert ask(vendor).status_code == 201
    assert ask(vendor, "").json()["externalRef"] == OWNDATA


def test_point_5_single_reads_carry_the_confirm_address_and_lists_do_not(vendor: Vendor) -> None:
    vendor.register()
    asked = ask(vendor).json()
    token = vendor.token(READ)
    single = vendor.call("GET", f"/systemuser/request/vendor/{asked['id']}", token).json()
    by_reference = vendor.call(
        "GET", f"/systemuser/request/vendor/byexternalref/{SYSTEM}/{OWNDATA}/kunde", token
    ).json()
    assert single["confirmUrl"] == by_reference["confirmUrl"] == asked["confirmUrl"]
    listed = vendor.call("GET", f"/systemuser/request/vendor/bysystem/{SYSTEM}", token).json()["data"]
    assert ([each["id"] for each in listed], "confirmUrl" in listed[0]) == ([asked["id"]], False)
    vendor.answer(PER, OWNDATA, asked["id"])
    (user,) = vendor.call("GET", BY_SYSTEM, vendor.token(REGISTER)).json()["data"]
    assert user["id"] == asked["id"]


def test_point_6_change_requests_by_query(vendor: Vendor) -> None:
    vendor.register()
    user = approved(vendor, "kunde")
    query = {"correlation-id": str(uuid.uuid4()), "system-user-id": user}
    path, token = "/systemuser/changerequest/vendor", vendor.token(ASK)
    nothing = vendor.call("POST", path, token, params=query, json={})
    assert (nothing.status_code, nothing.json()["status"]) == (200, "NoChangeNeeded")
    body = {"requiredAccessPackages": [package("skattegrunnlag")]}
    first, second = (vendor.call("POST", path, token, params=query, json=body) for _ in range(2))
    assert (first.status_code, second.status_code, second.json()["id"]) == (201, 200, query["correlation-id"])
    old = vendor.call("POST", path, token, json={**body, "systemId": SYSTEM, "partyOrgNo": OWNDATA})
    assert old.status_code == 400


def test_point_7_the_token_issuers_look_up(vendor: Vendor) -> None:
    vendor.register()
    user = approved(vendor, "kunde")
    found = by_external_id(vendor)
    assert (found.json()["id"], found.json()["productName"], found.json()["systemId"]) == (user, SYSTEM, SYSTEM)
    other = approved(vendor, "annen")
    of_party(vendor, PER, "DELETE", f"/systemuser/{party(OWNDATA)}/{other}")
    assert is_framework(by_external_id(vendor, "annen"), 404)
    vendor.call("DELETE", REGISTERED, vendor.token(REGISTER))
    assert is_framework(by_external_id(vendor), 404)


def test_point_8_links_are_an_object_and_next_is_there_only_for_more(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    add_users(house, 50)
    assert vendor.call("GET", BY_SYSTEM, vendor.token(REGISTER)).json()["links"] == {}
    add_users(house, 1, start=50)
    links = vendor.call("GET", BY_SYSTEM, vendor.token(REGISTER)).json()["links"]
    assert set(links) == {"next"}
    token = links["next"].partition("token=")[2]
    headers = {"Authorization": f"Bearer {vendor.token(REGISTER)}", "Host": "et.annet.navn.example"}
    page = vendor.http.get(f"/authentication/api/v1{BY_SYSTEM}", headers=headers, params={"token": token})
    assert len(page.json()["data"]) == 1


def test_point_9_each_endpoint_has_its_family_of_bodies(vendor: Vendor) -> None:
    token = vendor.token(REGISTER)
    a = vendor.call("GET", f"/systemuser/request/vendor/{NOBODY}", vendor.token(READ))
    assert (a.json()["type"], a.json()["statusDescription"]) == ("urn:altinn:error:AUTH-00010", "Not Found")
    assert is_framework(vendor.call("GET", REGISTERED, token), 404)
    c = vendor.call("GET", BY_SYSTEM, token, params={"token": "!"})
    assert (c.status_code, list(c.json()["errors"])) == (400, ["token"])
    d = vendor.call("GET", f"{REGISTERED}/changelog", token)
    assert (d.headers["Content-Type"], d.text) == ("text/plain; charset=utf-8", f"System with ID {SYSTEM} not found.")
    assert "AUTH.VLD-00001" in violations(vendor.register(id="x"))
    for answer, status in (
        (vendor.call("GET", REGISTERED, vendor.token(READ)), 403),
        (vendor.call("GET", REGISTERED, "x.y.z"), 401),
    ):
        assert (answer.status_code, answer.content) == (status, b"")


@pytest.mark.parametrize(
    ("status", "phrase"),
    [(200, "OK"), (201, "Created"), (202, "Accepted"), (400, "Bad Request"), (403, "Forbidden"), (404, "Not Found")],
)
def test_point_9_reason_phrases_are_the_standards(vendor: Vendor, status: int, phrase: str) -> None:
    vendor.register()
    asked = ask(vendor)
    by_id = f"/systemuser/request/vendor/{asked.json()['id']}"
    answers = (
        asked,
        vendor.call("GET", by_id, vendor.token(READ)),
        vendor.call("GET", by_id, vendor.token(REGISTER)),
        vendor.call("DELETE", by_id, vendor.token(ASK)),
        vendor.call("GET", by_id, vendor.token(READ)),
        vendor.call("GET", f"{by_id}x", vendor.token(READ)),
    )
    assert {answer.reason_phrase for answer in answers if answer.status_code == status} == {phrase}


def test_point_10_what_deletions_answer(vendor: Vendor) -> None:
    vendor.register()
    user, helper = approved(vendor, "kunde"), agent(vendor, "byraa")
    asked = ask(vendor, "en til").json()["id"]
    request = vendor.call("DELETE", f"/systemuser/request/vendor/{asked}", vendor.token(ASK))
    standard = of_party(vendor, PER, "DELETE", f"/systemuser/{party(OWNDATA)}/{user}")
    agents = of_party(vendor, KARI, "DELETE", f"/systemuser/agent/{party(FACIL)}/{helper}")
    whole = vendor.call("DELETE", REGISTERED, vendor.token(REGISTER))
    assert (request.status_code, request.content) == (202, b"")
    assert (standard.status_code, standard.content) == (202, b"1")
    assert (agents.status_code, agents.content) == (200, b"")
    assert (whole.status_code, whole.content) == (200, b'{"succeeded":true}')


def test_point_11_no_more_members_than_the_platform_has(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    user = approved(vendor, "kunde")
    external = {
        "id", "integrationTitle", "systemId", "productName", "reporteeOrgNo", "created", "isDeleted", "supplierName",
        "supplierOrgno", "externalRef", "userType",
    }  # fmt: skip
    (listed,) = vendor.call("GET", BY_SYSTEM, vendor.token(REGISTER)).json()["data"]
    assert set(listed) == set(by_external_id(vendor).json()) == external
    system_one = {
        "id", "vendor", "name", "description", "rights", "accessPackages", "isDeleted", "clientId", "isVisible",
        "allowedRedirectUrls",
    }  # fmt: skip
    assert set(vendor.call("GET", REGISTERED, vendor.token(REGISTER)).json()) == system_one
    item = {
        "systemId", "systemVendorOrgNumber", "systemVendorOrgName", "name", "description", "rights", "accessPackages",
        "isVisible",
    }  # fmt: skip
    assert set(vendor.call("GET", "/systemregister/vendor", vendor.token(REGISTER)).json()[0]) == item
    request = {
        "id", "integrationTitle", "externalRef", "systemId", "partyOrgNo", "rights", "accessPackages", "status",
        "confirmUrl", "escalated", "created", "timedOut",
    }  # fmt: skip
    assert set(vendor.call("GET", f"/systemuser/request/vendor/{user}", vendor.token(READ)).json()) == request


def test_point_12_others_requests_cannot_be_deleted_or_seen(house: House) -> None:
    vendor, other = house.vendor, other_vendor(house)
    vendor.register()
    asked = ask(vendor).json()["id"]
    foreign = other.call("DELETE", f"/systemuser/request/vendor/{asked}", other.token(ASK))
    assert coded(foreign) == (404, "AUTH-00010")
    assert coded(other.request(partyOrgNo=OWNDATA, externalRef="kunde")) == (404, "AUTH-00011")
    assert vendor.call("GET", f"/systemuser/request/vendor/{asked}", vendor.token(READ)).status_code == 200


def test_point_12_a_request_is_answered_by_its_own_party_only(vendor: Vendor) -> None:
    vendor.register()
    asked = ask(vendor).json()["id"]
    assert coded(vendor.answer(KARI, FACIL, asked)) == (403, "AUTH-00041")
    assert vendor.answer(KARI, FACIL, asked, "escalate").text != "true"


def test_point_12_nothing_is_removed_before_everything_is_checked(vendor: Vendor) -> None:
    vendor.register()
    helper = agent(vendor, "byraa")
    foreign = of_party(vendor, PER, "DELETE", f"/systemuser/agent/{party(OWNDATA)}/{helper}")
    assert coded(foreign) == (403, "AUTH-00024")
    assert vendor.call("GET", f"/systemuser/request/vendor/agent/{helper}", vendor.token(READ)).status_code == 200


def test_point_12_the_administrators_scope_is_matched_whole(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    longer = f"{ADMINISTRATOR}.not"
    house.issuer.register_client("langt-navn", FACIL, (longer, REGISTER), {"keys": [jwk("vendor", "fjell-1")]})
    third = Vendor(vendor.http, house.clock, "langt-navn")
    refused = put_system(vendor, SYSTEM, third.token(longer, REGISTER), rights=[right("skd-bare-mva")])
    assert (refused.status_code, refused.content) == (403, b"")
