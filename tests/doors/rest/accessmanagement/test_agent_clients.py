"""Clients of one agent in its owner's portal (U12 to U18), on both prefixes. Source: rest-systemuser §4.8 and §8.4."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.rest.accessmanagement.people import (
    A06,
    ACCOUNTANT,
    BOSS_U,
    CLIENT_R_UUID,
    CLIENT_U,
    CLIENT_U_UUID,
    FACIL_UUID,
    KARI,
    MVA,
    NOBODY,
    OTHER_UUID,
    TAX,
    VAT,
    Clients,
    urn,
)
from tests.doors.rest.vendor import CLIENT_R, FACIL, OWNDATA, OWNDATA_UUID, PER, package

PLATFORM, PORTAL = "/authentication/api/v1/systemuser/agent", "/accessmanagement/api/v1/systemuser/agentdelegation"
FACIL_ID, OWNDATA_ID, KARI_ID = 50000001, 50000005, 50000021
TITLE_31 = "Party does not match delegation facilitator."


def code(response: Any) -> tuple[int, str]:
    """Status and code of a coded problem."""
    return response.status_code, response.json()["code"]


def test_a_client_is_put_on_and_taken_off(clients: Clients) -> None:
    agent = clients.agent(ACCOUNTANT)
    where = {"provider": FACIL_UUID, "client": CLIENT_R_UUID}
    added = clients.call("POST", f"{PLATFORM}/{FACIL_ID}/{agent}", KARI, **where)
    assert (added.status_code, added.json()) == (200, [{
        "agentSystemUserId": agent,
        "delegationId": CLIENT_R_UUID,
        "customerId": CLIENT_R_UUID,
        "assignmentId": "00000000-0000-0000-0000-000000000000",
        "customerName": "Klient R AS",
        "customerOrganizationNumber": CLIENT_R,
    }])  # fmt: skip
    assert clients.call("POST", f"{PLATFORM}/{FACIL_ID}/{agent}", KARI, **where).json() == added.json()
    listed = clients.call("GET", f"{PLATFORM}/{FACIL_ID}/{FACIL_UUID}/{agent}/delegations", KARI)
    assert listed.json() == added.json()
    assert clients.decide(agent, CLIENT_R, MVA, "write") == "Permit"
    gone = clients.call("DELETE", f"{PLATFORM}/{FACIL_ID}/{agent}/client", KARI, **where)
    assert (gone.status_code, gone.content) == (200, b"")
    assert clients.decide(agent, CLIENT_R, MVA, "write") == "NotApplicable"
    assert clients.call("DELETE", f"{PLATFORM}/{FACIL_ID}/{agent}/client", KARI, **where).status_code == 200


def test_the_portals_own_prefix(clients: Clients) -> None:
    agent = clients.agent(ACCOUNTANT)
    base = f"{PORTAL}/{FACIL_ID}/{agent}"
    customers = clients.call("GET", f"{base}/customers", KARI).json()
    assert [each["partyUuid"] for each in customers][:1] == [CLIENT_R_UUID]
    added = clients.call("POST", f"{base}/delegation", KARI, json={"customerId": CLIENT_R_UUID})
    assert added.status_code == 200, added.text
    assert clients.call("GET", f"{base}/delegation", KARI).json() == added.json()
    assert clients.call("DELETE", f"{base}/delegation/{CLIENT_R_UUID}", KARI, partyUuid=FACIL_UUID).status_code == 200
    assert clients.call("GET", f"{base}/delegation", KARI).json() == []
    assert clients.call("GET", f"{base}/self", KARI, partyUuid=FACIL_UUID).json() is False


def test_work_for_the_owner_is_switched_on_and_off_in_the_portal(clients: Clients) -> None:
    base = f"{PORTAL}/{FACIL_ID}/{clients.agent(VAT)}/self"
    for method, answer in (("POST", True), ("GET", True), ("DELETE", True), ("GET", False)):
        assert clients.call(method, base, KARI, partyUuid=FACIL_UUID).json() is answer


def test_the_clients_of_a_facilitator(still: Clients) -> None:
    path = f"{PLATFORM}/{FACIL_ID}/clients"
    listed = still.call("GET", path, KARI, facilitator=FACIL_UUID).json()
    found = {each["partyUuid"]: each for each in listed}
    assert found[CLIENT_U_UUID] == {
        "partyUuid": CLIENT_U_UUID,
        "displayName": "Klient U AS",
        "organizationIdentifier": CLIENT_U,
        "access": [{"role": "rettighetshaver", "packages": [TAX]}],
    }
    chosen = still.call("GET", path, KARI, facilitator=FACIL_UUID, packages=TAX).json()
    assert [each["partyUuid"] for each in chosen] == [CLIENT_U_UUID]
    assert code(still.call("GET", path, KARI, facilitator=OTHER_UUID)) == (403, "AUTH-00044")
    own = still.call("GET", f"{PLATFORM}/{KARI_ID}/clients", KARI, facilitator="ca110000-0000-4000-8000-000000000021")
    assert code(own) == (400, "AUTH-00000")
    assert still.call("GET", path, KARI).status_code == 400


def test_strict_does_not_filter_and_swallows_errors(strict: Clients) -> None:
    listed = strict.call("GET", f"{PLATFORM}/{FACIL_ID}/clients", KARI, facilitator=FACIL_UUID, packages=TAX).json()
    assert len(listed) == 4
    swallowed = strict.call("GET", f"{PLATFORM}/{FACIL_ID}/{FACIL_UUID}/{NOBODY}/delegations", KARI)
    assert (swallowed.status_code, swallowed.json()) == (200, [])
    assert strict.call("GET", f"{PLATFORM}/{FACIL_ID}/{FACIL_UUID}/{NOBODY}/delegations", BOSS_U).status_code == 403


def test_what_is_refused(clients: Clients) -> None:
    agent = clients.agent(ACCOUNTANT)
    narrow = clients.agent(ref="narrow", rights=((A06, "read"),))
    path = f"{PLATFORM}/{FACIL_ID}/{agent}"

    def add(where: str = path, person: str = KARI, provider: str = FACIL_UUID, client: str = CLIENT_R_UUID) -> Any:
        return clients.call("POST", where, person, provider=provider, client=client)

    assert code(add(client=OTHER_UUID)) == (400, "AUTH-00079")
    assert code(add(client=CLIENT_U_UUID)) == (400, "AUTH-00080")
    assert code(add(f"{PLATFORM}/{FACIL_ID}/{narrow}")) == (400, "AUTH-00063")
    assert code(add(provider=OTHER_UUID)) == (403, "AUTH-00044")
    unknown = add(f"{PLATFORM}/{FACIL_ID}/{NOBODY}")
    assert (unknown.status_code, unknown.json()["errors"]) == (
        400,
        {"return": [f"SystemUser with Id {NOBODY} Not Found"]},
    )
    told = clients.call("GET", f"{PLATFORM}/{FACIL_ID}/{FACIL_UUID}/{NOBODY}/delegations", KARI)
    assert told.json()["errors"] == unknown.json()["errors"]
    own = clients.vendor.request(partyOrgNo=FACIL, accessPackages=[package(VAT)], externalRef="own").json()["id"]
    assert clients.vendor.answer(KARI, FACIL, own).json() is True
    assert code(add(f"{PLATFORM}/{FACIL_ID}/{own}")) == (400, "AUTH-00034")
    # The party is the caller's, and the agent is not the party's.
    for path_of_other in (f"{PLATFORM}/{KARI_ID}/{agent}", f"{PLATFORM}/{FACIL_ID + 9000}/{agent}"):
        refused = add(path_of_other, provider="ca110000-0000-4000-8000-000000000021")
        assert (refused.status_code, refused.content) == (403, b"")
    assert add(person=BOSS_U).status_code == 403
    assert clients.call("POST", path, KARI, provider=FACIL_UUID).status_code == 400
    gone: dict[str, Any] = {"provider": FACIL_UUID, "client": CLIENT_R_UUID}
    for where in (f"{PLATFORM}/{FACIL_ID}/{NOBODY}", f"{PLATFORM}/{KARI_ID}/{agent}"):
        caller_as = "ca110000-0000-4000-8000-000000000021" if str(KARI_ID) in where else FACIL_UUID
        other = clients.call("DELETE", f"{where}/client", KARI, **{**gone, "provider": caller_as})
        assert (code(other), other.json()["title"]) == ((400, "AUTH-00031"), TITLE_31)
    wrong_provider = clients.call("DELETE", f"{path}/client", KARI, **{**gone, "provider": OTHER_UUID})
    assert code(wrong_provider) == (400, "AUTH-00031")
    assert clients.call("DELETE", f"{path}/client", BOSS_U, **gone).status_code == 403


def test_an_agent_works_for_its_owner_too(clients: Clients) -> None:
    agent = clients.agent(VAT, TAX)
    path = f"{PLATFORM}/{FACIL_ID}/{agent}/self/"
    assert clients.decide(agent, FACIL, MVA, "write") == "NotApplicable"
    for method, answer in (("GET", False), ("POST", True), ("POST", True), ("GET", True)):
        found = clients.call(method, path, KARI, partyUuid=FACIL_UUID)
        assert (found.status_code, found.json()) == (200, answer)
    assert clients.decide(agent, FACIL, MVA, "write") == "Permit"
    # It is no client: neither listed nor taken off as one.
    assert clients.call("GET", f"{PLATFORM}/{FACIL_ID}/{FACIL_UUID}/{agent}/delegations", KARI).json() == []
    as_client = {"provider": FACIL_UUID, "client": FACIL_UUID}
    assert clients.call("DELETE", f"{PLATFORM}/{FACIL_ID}/{agent}/client", KARI, **as_client).status_code == 200
    assert clients.decide(agent, FACIL, MVA, "write") == "Permit"
    clients.connect()
    assert clients.give(VAT).status_code == 200
    assert clients.add(agent, CLIENT_U_UUID).status_code == 200
    assert clients.call("DELETE", path, KARI, partyUuid=FACIL_UUID).json() is True
    assert clients.decide(agent, FACIL, MVA, "write") == "NotApplicable"
    assert clients.decide(agent, CLIENT_U, MVA, "write") == "Permit"
    assert clients.call("DELETE", path, KARI, partyUuid=FACIL_UUID).json() is True


def test_who_cannot_work_for_its_owner(clients: Clients) -> None:
    agent = clients.agent(ACCOUNTANT, VAT)
    path = f"{PLATFORM}/{FACIL_ID}/{agent}/self"
    refused = clients.call("POST", path, KARI, partyUuid=FACIL_UUID)
    assert code(refused) == (400, "AUTH-00064")
    assert refused.json()["NotDelegablePackages"] == urn(ACCOUNTANT)
    for method in ("POST", "GET", "DELETE"):
        unknown = clients.call(method, f"{PLATFORM}/{FACIL_ID}/{NOBODY}/self", KARI, partyUuid=FACIL_UUID)
        assert unknown.json()["errors"] == {"return": [f"SystemUser with Id {NOBODY} Not Found"]}
        assert clients.call(method, path, BOSS_U, partyUuid=FACIL_UUID).status_code == 403
        assert clients.call(method, path, KARI, partyUuid=OTHER_UUID).status_code == 403
        other = clients.call(method, f"{PLATFORM}/{OWNDATA_ID}/{agent}/self", PER, partyUuid=OWNDATA_UUID)
        assert (other.status_code, other.content) == (403, b"")
        assert clients.call(method, path, KARI).status_code == 400
    own = clients.vendor.request(partyOrgNo=OWNDATA, accessPackages=[package(VAT)], externalRef="own").json()["id"]
    assert clients.vendor.answer(PER, OWNDATA, own).json() is True
    standard = clients.call("POST", f"{PLATFORM}/{OWNDATA_ID}/{own}/self", PER, partyUuid=OWNDATA_UUID)
    assert code(standard) == (400, "AUTH-00034")


def test_a_system_that_is_gone(clients: Clients) -> None:
    agent = clients.agent(VAT)
    deleted = clients.vendor.call(
        "DELETE", "/systemregister/vendor/310000108_fjellregnskap",
        clients.vendor.token("altinn:authentication/systemregister.write"),
    )  # fmt: skip
    if deleted.status_code == 404:
        pytest.fail("the register does not delete systems")
    gone = clients.call("POST", f"{PLATFORM}/{FACIL_ID}/{agent}/self", KARI, partyUuid=FACIL_UUID)
    assert code(gone) == (404, "AUTH-00011")


def test_a_facade_for_an_agent_without_packages(clients: Clients) -> None:
    agent = clients.agent(rights=((A06, "read"),))
    assert code(clients.add(agent, CLIENT_R_UUID)) == (400, "AUTH-00063")
    unknown = clients.call("GET", "/authentication/api/v1/enduser/systemuser/agents", KARI, party="310000019")
    assert unknown.json()["detail"] == "No associated party information found for organisation 310000019"
