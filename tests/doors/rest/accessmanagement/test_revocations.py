"""Whatever is taken away, the next question is answered without it.

Source: pdp-and-tokens §11 rows 5 to 7b, §18 check 17.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.doors.rest.accessmanagement.people import (
    ACCOUNTANT,
    BOSS_U,
    CLIENT_R_UUID,
    CLIENT_U,
    CLIENT_U_UUID,
    CONNECTIONS,
    FACIL_UUID,
    KARI,
    MVA,
    RIGHTHOLDER,
    TAX,
    V2,
    VAT,
    Clients,
    codes,
    urn,
)
from tests.doors.rest.vendor import CLIENT_R

FACIL_ID = 50000001
SYSTEM = "/systemregister/vendor/310000108_fjellregnskap"


def client_withdraws(clients: Clients, agent: str) -> None:
    assert clients.take(VAT).status_code == 204


def client_ends_the_connection(clients: Clients, agent: str) -> None:
    where = {"party": CLIENT_U_UUID, "from": CLIENT_U_UUID, "to": FACIL_UUID, "cascade": "true"}
    assert clients.call("DELETE", CONNECTIONS, BOSS_U, **where).status_code == 204


def provider_gives_the_package_up(clients: Clients, agent: str) -> None:
    where = {"party": FACIL_UUID, "from": CLIENT_U_UUID, "to": FACIL_UUID, "package": urn(VAT)}
    assert clients.call("DELETE", f"{CONNECTIONS}/accesspackages", KARI, **where).status_code == 204


def provider_takes_the_client_off(clients: Clients, agent: str) -> None:
    assert clients.add(agent, CLIENT_U_UUID, "DELETE").status_code == 200


def provider_takes_the_package_back(clients: Clients, agent: str) -> None:
    unwanted = {"role": RIGHTHOLDER, "packages": [urn(VAT)]}
    assert clients.delegate(agent, CLIENT_U_UUID, unwanted, what="accesspackages/delete").status_code == 200


def provider_removes_the_agent(clients: Clients, agent: str) -> None:
    where = {"party": FACIL_UUID, "agent": agent, "cascade": "true"}
    assert clients.call("DELETE", f"{V2}/agents", KARI, **where).status_code == 204


def owner_removes_the_system_user(clients: Clients, agent: str) -> None:
    path = f"/authentication/api/v1/systemuser/agent/{FACIL_ID}/{agent}"
    assert clients.call("DELETE", path, KARI, facilitatorId=FACIL_UUID).status_code == 200


def vendor_deletes_the_system(clients: Clients, agent: str) -> None:
    token = clients.vendor.token("altinn:authentication/systemregister.write")
    assert clients.vendor.call("DELETE", SYSTEM, token).status_code == 200


@pytest.mark.parametrize(
    "revoke",
    [
        client_withdraws,
        client_ends_the_connection,
        provider_gives_the_package_up,
        provider_takes_the_client_off,
        provider_takes_the_package_back,
        provider_removes_the_agent,
        owner_removes_the_system_user,
        vendor_deletes_the_system,
    ],
)
def test_every_edge_ends_it_at_once(clients: Clients, revoke: Callable[[Clients, str], None]) -> None:
    agent = clients.agent(VAT)
    clients.connect()
    assert clients.give(VAT).status_code == 200
    assert clients.add(agent, CLIENT_U_UUID).status_code == 200
    assert clients.decide(agent, CLIENT_U, MVA, "write") == "Permit"
    revoke(clients, agent)
    assert clients.decide(agent, CLIENT_U, MVA, "write") == "NotApplicable"
    listed = clients.call("GET", f"{V2}/agents/accesspackages", KARI, party=FACIL_UUID, agent=agent)
    # A system user that is gone is unknown; one whose system is gone can still be tidied up.
    if revoke is owner_removes_the_system_user:
        assert codes(listed) == [("AM.VLD-00006", "$QUERY/agent")]
    elif revoke is not vendor_deletes_the_system:
        assert listed.json()["data"] == []


def test_what_the_client_gives_anew_revives_nothing(clients: Clients) -> None:
    agent = clients.agent(VAT)
    clients.connect()
    clients.give(VAT)
    assert clients.add(agent, CLIENT_U_UUID).status_code == 200
    client_ends_the_connection(clients, agent)
    assert clients.connect().status_code == 200
    assert clients.give(VAT).status_code == 200
    assert clients.decide(agent, CLIENT_U, MVA, "write") == "NotApplicable"
    assert clients.add(agent, CLIENT_U_UUID).status_code == 200
    assert clients.decide(agent, CLIENT_U, MVA, "write") == "Permit"


def test_a_register_role_that_ends_kills_its_own_path_only(clients: Clients) -> None:
    agent = clients.agent(ACCOUNTANT, TAX)
    assert clients.connect(party=CLIENT_R_UUID, person="03819345693").status_code == 200
    assert clients.give(TAX, party=CLIENT_R_UUID, person="03819345693").status_code == 200
    assert clients.add(agent, CLIENT_R_UUID).status_code == 200
    before = [clients.decide(agent, CLIENT_R, MVA, each) for each in ("write", "sign")]
    assert before == ["Permit", "Permit"]
    clients.end_role("regn-1")
    after = [clients.decide(agent, CLIENT_R, MVA, each) for each in ("write", "sign")]
    assert after == ["NotApplicable", "Permit"]
