"""Scenario 1 over HTTP: a registered accountant's system user acts for a client. Source: pdp-and-tokens §17.3."""

from __future__ import annotations

from core import KIND_NAMED, Written, remove
from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    CLIENT_R,
    CLIENT_R_UUID,
    CLIENT_U,
    CLIENT_U_UUID,
    FACIL,
    KARI,
    OLA,
    READ,
    SYSTEM,
    Vendor,
    decision,
    package,
)

CLIENTS = "/enduser/systemuser/clients"


def approved_agent(vendor: Vendor) -> str:
    """Register the system, ask for the agent and have it approved; the system user's id."""
    assert vendor.register().status_code == 200
    asked = vendor.request("/agent", partyOrgNo=FACIL, accessPackages=[package(ACCOUNTANT)], externalRef="registrerte")
    assert asked.status_code == 201, asked.text
    agent = str(asked.json()["id"])
    assert vendor.answer(KARI, FACIL, agent, kind="/agent").json() is True
    status = vendor.call("GET", f"/systemuser/request/vendor/agent/{agent}", vendor.token(READ))
    assert status.json()["status"] == "Accepted"
    return agent


def client_call(vendor: Vendor, method: str, agent: str, client: str, person: str = KARI) -> int:
    """Add or remove a client; the status."""
    parameters = {"agent": agent, "client": client}
    return vendor.call(method, CLIENTS, vendor.personal_token(person), params=parameters).status_code


def test_the_accountants_system_user_acts_for_its_client(vendor: Vendor) -> None:
    agent = approved_agent(vendor)
    before = vendor.decide(agent, CLIENT_R)
    assert (decision(before), before.headers["Brobygger-Reason"]) == ("NotApplicable", "not-a-client")

    listed = vendor.call("GET", f"{CLIENTS}/available", vendor.personal_token(KARI), params={"agent": agent})
    assert [each["clientId"] for each in listed.json()["data"]] == [CLIENT_R_UUID]
    assert listed.json()["systemUserInformation"] == {"systemUserId": agent, "systemUserOwnerOrg": FACIL}
    added = vendor.call("POST", CLIENTS, vendor.personal_token(KARI), params={"agent": agent, "client": CLIENT_R_UUID})
    assert (added.status_code, added.json()) == (200, {"agent": agent, "client": CLIENT_R_UUID})
    assert client_call(vendor, "POST", agent, CLIENT_R_UUID) == 200

    token = vendor.system_user_token(FACIL, "registrerte")
    assert token.status_code == 200
    answer = vendor.decide(agent, CLIENT_R)
    assert (decision(answer), answer.headers["Brobygger-Reason"]) == ("Permit", "package-access")
    (obligation,) = answer.json()["response"][0]["obligations"]
    assert obligation["attributeAssignment"][0]["value"] == "3"

    now = vendor.call("GET", CLIENTS, vendor.personal_token(KARI), params={"agent": agent})
    assert [each["clientOrganizationNumber"] for each in now.json()["data"]] == [CLIENT_R]


def test_what_the_package_does_not_give_is_not_given(vendor: Vendor) -> None:
    agent = approved_agent(vendor)
    assert client_call(vendor, "POST", agent, CLIENT_R_UUID) == 200
    assert decision(vendor.decide(agent, CLIENT_R, "sign")) == "NotApplicable"
    # The trap: being registered as accountant does not carry the tax package itself.
    assert decision(vendor.decide(agent, CLIENT_R, service="skd-bare-mva")) == "NotApplicable"
    assert decision(vendor.decide(agent, FACIL)) == "NotApplicable"


def test_a_lost_register_role_ends_it_at_once(house: House) -> None:
    vendor = house.vendor
    agent = approved_agent(vendor)
    assert client_call(vendor, "POST", agent, CLIENT_R_UUID) == 200
    assert decision(vendor.decide(agent, CLIENT_R)) == "Permit"
    role = house.store.find(KIND_NAMED["register_role"].name, "regn-1")
    assert role is not None
    house.store.change("register", lambda _: Written((remove(role),), None))
    after = vendor.decide(agent, CLIENT_R)
    assert (decision(after), after.headers["Brobygger-Reason"]) == ("NotApplicable", "ground-ended")
    assert vendor.system_user_token(FACIL, "registrerte").status_code == 200


def test_a_removed_client_ends_it_at_once(vendor: Vendor) -> None:
    agent = approved_agent(vendor)
    assert client_call(vendor, "POST", agent, CLIENT_R_UUID) == 200
    assert client_call(vendor, "DELETE", agent, CLIENT_R_UUID) == 200
    assert decision(vendor.decide(agent, CLIENT_R)) == "NotApplicable"
    assert client_call(vendor, "DELETE", agent, CLIENT_R_UUID) == 200


def test_a_token_is_for_the_owner_and_never_for_the_client(vendor: Vendor) -> None:
    approved_agent(vendor)
    wrong = vendor.system_user_token(CLIENT_R, "registrerte")
    assert wrong.status_code == 400
    assert "MP-303" in wrong.json()["error_description"]
    assert "MP-303" in vendor.system_user_token(FACIL).json()["error_description"]


def test_a_client_without_the_packages_is_refused(vendor: Vendor) -> None:
    agent = approved_agent(vendor)
    refused = vendor.call(
        "POST", CLIENTS, vendor.personal_token(KARI), params={"agent": agent, "client": CLIENT_U_UUID}
    )
    assert (refused.status_code, refused.json()["code"]) == (400, "AUTH-00080")
    assert CLIENT_U in refused.json()["detail"]
    unknown = {"agent": agent, "client": "00000000-0000-4000-8000-0000000000ff"}
    missing = vendor.call("POST", CLIENTS, vendor.personal_token(KARI), params=unknown)
    assert (missing.status_code, missing.json()["code"]) == (400, "AUTH-00079")


def test_only_a_client_administrator_of_the_owner_may_delegate(vendor: Vendor) -> None:
    agent = approved_agent(vendor)
    refused = vendor.call("POST", CLIENTS, vendor.personal_token(OLA), params={"agent": agent, "client": CLIENT_R_UUID})
    assert (refused.status_code, refused.content) == (403, b"")
    # A vendor alone, without a person, may not either.
    vendors_own = vendor.call("POST", CLIENTS, vendor.token(READ), params={"agent": agent, "client": CLIENT_R_UUID})
    assert vendors_own.status_code == 403


def test_agents_are_listed_for_the_owners_people(vendor: Vendor) -> None:
    agent = approved_agent(vendor)
    found = vendor.call("GET", "/enduser/systemuser/agents", vendor.personal_token(KARI), params={"party": FACIL})
    (shown,) = found.json()
    assert (shown["id"], shown["systemId"], shown["partyId"]) == (agent, SYSTEM, "50000001")
    assert shown["accessPackages"] == [package(ACCOUNTANT)]
    nobody = {"party": "310000019"}
    unknown = vendor.call("GET", "/enduser/systemuser/agents", vendor.personal_token(KARI), params=nobody)
    assert (unknown.status_code, unknown.json()["title"]) == (404, "Party not found")


def test_standing_negatives_of_the_decision_point(vendor: Vendor) -> None:
    path = "/authorization/api/v1/authorize"
    nothing = vendor.http.post(path, json={})
    assert (nothing.status_code, nothing.content) == (401, b"")
    scopeless = vendor.call("POST", path, vendor.token(READ), json={})
    assert (scopeless.status_code, scopeless.content) == (403, b"")
    stranger = vendor.ask_token(vendor.sign(vendor.claims(), name="stranger"))
    assert "MP-124" in stranger.json()["error_description"]
