"""Client delegation, versions 1 and 2, with every code of pdp-and-tokens §14.5."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.rest.accessmanagement.people import (
    A06,
    A07,
    ACCOUNTANT,
    BOSS_U,
    CLIENT_B,
    CLIENT_B_UUID,
    CLIENT_F_UUID,
    CLIENT_R_UUID,
    CLIENT_U,
    CLIENT_U_UUID,
    FACIL_UUID,
    KARI,
    MVA,
    NINA,
    NINA_UUID,
    NOBODY,
    OTHER_UUID,
    PROPERTY,
    RIGHTHOLDER,
    TAX,
    V1,
    V2,
    VAT,
    Clients,
    codes,
    urn,
)
from tests.doors.rest.vendor import CLIENT_R, FACIL, OWNDATA, PER, package, right

REGN = "regnskapsforer"
SHARED = {"party": FACIL_UUID}


def value(role: str, *packages: str) -> dict[str, Any]:
    """One entry of ``values``."""
    return {"role": role, "packages": [urn(each) for each in packages]}


def test_a_package_is_delegated_seen_and_withdrawn_in_both_versions(clients: Clients) -> None:
    agent = clients.agent(ACCOUNTANT)
    given = clients.delegate(agent, CLIENT_R_UUID, value(REGN, ACCOUNTANT))
    (outcome,) = given.json()
    assert set(outcome) == {"roleId", "packageId", "viaId", "fromId", "toId", "changed"}
    assert (outcome["viaId"], outcome["fromId"], outcome["toId"]) == (FACIL_UUID, CLIENT_R_UUID, agent)
    assert outcome["changed"] is True
    assert clients.delegate(agent, CLIENT_R_UUID, value(REGN, ACCOUNTANT)).json() == [{**outcome, "changed": False}]
    assert clients.decide(agent, CLIENT_R, MVA, "write") == "Permit"
    for base, client, agent_name in ((V1, "from", "to"), (V2, "client", "agent")):
        (held,) = clients.call("GET", f"{base}/agents/accesspackages", KARI, **SHARED, **{agent_name: agent}).json()[
            "data"
        ]
        assert held["client"]["organizationIdentifier"] == CLIENT_R
        assert held["access"][0]["role"]["legacyurn"] == "urn:altinn:rolecode:REGN"
        assert [each["urn"] for each in held["access"][0]["packages"]] == [urn(ACCOUNTANT)]
        where = {**SHARED, client: CLIENT_R_UUID}
        (by,) = clients.call("GET", f"{base}/clients/accesspackages", KARI, **where).json()["data"]
        assert (by["agent"]["id"], by["agent"]["variant"]) == (agent, "AgentSystem")
    body = {"values": [value(REGN, ACCOUNTANT)]}
    first = {**SHARED, "from": CLIENT_R_UUID, "to": agent}
    assert clients.call("DELETE", f"{V1}/agents/accesspackages", KARI, json=body, **first).json() == [outcome]
    assert clients.decide(agent, CLIENT_R, MVA, "write") == "NotApplicable"
    again = clients.call("POST", f"{V1}/agents/accesspackages", KARI, json=body, **first)
    assert again.json() == [outcome]
    assert clients.delegate(agent, CLIENT_R_UUID, value(REGN, ACCOUNTANT), what="accesspackages/delete").json() == [
        outcome
    ]
    gone = clients.delegate(agent, CLIENT_R_UUID, value(REGN, ACCOUNTANT), what="accesspackages/delete")
    assert gone.json() == [{**outcome, "changed": False}]


def test_the_clients_of_a_provider(still: Clients) -> None:
    listed = still.call("GET", f"{V2}/clients", KARI, **SHARED).json()
    found = {each["client"]["id"]: each for each in listed["data"]}
    assert list(found) == [CLIENT_R_UUID, CLIENT_B_UUID, CLIENT_U_UUID, CLIENT_F_UUID]
    assert found[CLIENT_R_UUID]["client"] == {
        "id": CLIENT_R_UUID, "name": "Klient R AS", "type": "Organisasjon", "variant": "AS", "parent": None,
        "children": [], "partyid": 50000002, "userId": None, "organizationIdentifier": CLIENT_R,
        "personIdentifier": None, "isDeleted": False,
    }  # fmt: skip
    (access,) = found[CLIENT_U_UUID]["access"]
    assert access["role"]["urn"] == "urn:altinn:role:rettighetshaver"
    assert [each["urn"] for each in access["packages"]] == [urn(TAX)]
    assert found[CLIENT_F_UUID]["access"][0]["packages"] == []
    for parameters, expected in (
        ({"roles": "forretningsforer"}, [CLIENT_B_UUID, CLIENT_F_UUID]),
        ({"packages": urn(TAX)}, [CLIENT_U_UUID]),
        ({"roles": "forretningsforer", "packages": urn(TAX)}, []),
    ):
        chosen = still.call("GET", f"{V1}/clients", KARI, **SHARED, **parameters).json()["data"]
        assert [each["client"]["id"] for each in chosen] == expected
    page = still.call("GET", f"{V1}/clients", KARI, **SHARED, headers={"X-Page-Size": "2", "X-Page-Number": "1"}).json()
    assert [each["client"]["id"] for each in page["data"]] == [CLIENT_U_UUID, CLIENT_F_UUID]


@pytest.mark.parametrize(
    ("client", "wish", "told"),
    [
        (NOBODY, value(REGN, ACCOUNTANT), ("AM.VLD-00006", "$QUERY/client")),
        (CLIENT_R_UUID, value("no-such-role", ACCOUNTANT), ("AM.VLD-00029", "/values[0]/role")),
        (CLIENT_R_UUID, value(REGN, "no-such-package"), ("AM.VLD-00030", "/values[0]/packages")),
        (CLIENT_R_UUID, value("revisor", ACCOUNTANT), ("AM.VLD-00032", "/values[0]/role")),
        (OTHER_UUID, value(RIGHTHOLDER, TAX), ("AM.VLD-00032", "/values[0]/role")),
        (CLIENT_U_UUID, value(RIGHTHOLDER, "tilgangsstyrer"), ("AM.VLD-00033", "/values[0]/packages")),
        (CLIENT_U_UUID, value(RIGHTHOLDER, VAT), ("AM.VLD-00033", "/values[0]/packages")),
        (CLIENT_F_UUID, value("forretningsforer", PROPERTY), ("AM.VLD-00026", "/values[0]/packages")),
        (CLIENT_U_UUID, value(RIGHTHOLDER), ("AM.VLD-00023", "/values[0]")),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_is_refused(clients: Clients, client: str, wish: dict[str, Any], told: tuple[str, str]) -> None:
    agent = clients.agent(ACCOUNTANT, TAX, PROPERTY)
    assert codes(clients.delegate(agent, client, wish)) == [told]


def test_all_of_a_body_or_nothing(clients: Clients) -> None:
    agent = clients.agent(ACCOUNTANT, TAX)
    both = clients.delegate(agent, CLIENT_U_UUID, value(RIGHTHOLDER, TAX), value(REGN, ACCOUNTANT))
    assert codes(both) == [("AM.VLD-00032", "/values[1]/role")]
    assert clients.call("GET", f"{V2}/agents/accesspackages", KARI, **SHARED, agent=agent).json()["data"] == []
    assert codes(clients.delegate(agent, CLIENT_U_UUID)) == [("AM.VLD-00023", "/values")]
    unknown = clients.delegate(agent, CLIENT_U_UUID, {"role": RIGHTHOLDER, "resources": ["x"]}, what="resources")
    assert codes(unknown) == [("AM.VLD-00012", "/values[0]/resources")]


def test_only_the_right_client_form_carries_the_property_package(clients: Clients) -> None:
    agent = clients.agent(PROPERTY)
    assert clients.delegate(agent, CLIENT_B_UUID, value("forretningsforer", PROPERTY)).status_code == 200
    assert clients.decide(agent, CLIENT_B, "skd-eksempel-bolig", "write") == "Permit"


def test_agents_that_are_none(clients: Clients) -> None:
    clients.agent(ACCOUNTANT)
    asked = clients.vendor.request(partyOrgNo=OWNDATA, rights=[right(MVA)])
    standard = asked.json()["id"]
    assert clients.vendor.answer(PER, OWNDATA, standard).json() is True
    wish = value(REGN, ACCOUNTANT)
    # Another organisation's system user looks unknown.
    assert codes(clients.delegate(standard, CLIENT_R_UUID, wish)) == [("AM.VLD-00006", "$QUERY/agent")]
    own = clients.vendor.request(partyOrgNo=FACIL, accessPackages=[package(VAT)], externalRef="own").json()["id"]
    assert clients.vendor.answer(KARI, FACIL, own).json() is True
    assert codes(clients.delegate(own, CLIENT_R_UUID, wish)) == [("AM.VLD-00008", "$QUERY/agent")]
    assert codes(clients.delegate(CLIENT_U_UUID, CLIENT_R_UUID, wish)) == [("AM.VLD-00008", "$QUERY/agent")]
    assert codes(clients.delegate(NOBODY, CLIENT_R_UUID, wish)) == [("AM.VLD-00006", "$QUERY/agent")]
    assert codes(clients.delegate(NINA_UUID, CLIENT_R_UUID, wish)) == [("AM.VLD-00032", "$QUERY/agent")]


def test_agents_are_added_listed_and_removed(clients: Clients) -> None:
    agent = clients.agent(ACCOUNTANT)
    assert clients.call("GET", f"{V2}/agents", KARI, **SHARED).json()["data"] == []
    body = {"personIdentifier": NINA, "lastName": "Medarbeider"}
    unconnected = clients.call("POST", f"{V2}/agents", KARI, **SHARED, agent=NINA_UUID)
    assert codes(unconnected) == [("AM.VLD-00032", "$QUERY/agent")]
    added = clients.call("POST", f"{V1}/agents", KARI, **SHARED, json=body)
    assert (added.status_code, added.json()["fromId"], added.json()["toId"]) == (200, FACIL_UUID, NINA_UUID)
    assert clients.call("POST", f"{V2}/agents", KARI, **SHARED, agent=NINA_UUID).json() == added.json()
    wrong = clients.call("POST", f"{V1}/agents", KARI, **SHARED, json={**body, "lastName": "Feil"})
    assert codes(wrong) == [("AM.VLD-00034", "/personIdentifier")]
    assert clients.delegate(agent, CLIENT_R_UUID, value(REGN, ACCOUNTANT)).status_code == 200
    listed = clients.call("GET", f"{V2}/agents", KARI, **SHARED).json()["data"]
    assert {each["agent"]["id"] for each in listed} == {agent, NINA_UUID}
    assert all(each["agentAddedAt"].endswith("Z") for each in listed)
    where = {**SHARED, "agent": agent}
    assert codes(clients.call("DELETE", f"{V2}/agents", KARI, **where)) == [("AM.VLD-00031", "$QUERY/cascade")]
    assert clients.decide(agent, CLIENT_R, MVA, "write") == "Permit"
    assert clients.call("DELETE", f"{V2}/agents", KARI, cascade="true", **where).status_code == 204
    assert clients.decide(agent, CLIENT_R, MVA, "write") == "NotApplicable"
    assert clients.call("DELETE", f"{V1}/agents", KARI, **SHARED, to=NINA_UUID).status_code == 204
    assert clients.call("GET", f"{V2}/agents", KARI, **SHARED).json()["data"] == []


def test_one_client_is_taken_from_one_agent(clients: Clients) -> None:
    agent = clients.agent(TAX)
    assert clients.delegate(agent, CLIENT_U_UUID, value(RIGHTHOLDER, TAX)).status_code == 200
    for base, names in ((V1, ("from", "to")), (V2, ("client", "agent"))):
        where = {**SHARED, names[0]: CLIENT_U_UUID, names[1]: agent}
        refused = clients.call("DELETE", f"{base}/agents/clients", KARI, **where)
        assert codes(refused) == [("AM.VLD-00031", "$QUERY/cascade")]
    assert clients.call("DELETE", f"{V2}/agents/clients", KARI, cascade="true", **where).status_code == 204
    assert clients.call("DELETE", f"{V2}/agents/clients", KARI, **where).status_code == 204
    assert clients.decide(agent, CLIENT_U, MVA, "sign") == "NotApplicable"


def test_an_employee_as_an_agent_sees_and_gives_up_clients(clients: Clients) -> None:
    body = {"personIdentifier": NINA, "lastName": "Medarbeider"}
    assert clients.call("POST", f"{V1}/agents", KARI, **SHARED, json=body).status_code == 200
    for client, wish in ((CLIENT_R_UUID, value(REGN, ACCOUNTANT)), (CLIENT_U_UUID, value(RIGHTHOLDER, TAX))):
        assert clients.delegate(NINA_UUID, client, wish).status_code == 200
    mine = {"scopes": "altinn:clientdelegations/myclients.read altinn:clientdelegations/myclients.write"}
    (found,) = clients.call("GET", f"{V1}/my/clients", NINA, **mine).json()["data"]
    assert found["provider"]["id"] == FACIL_UUID
    assert [each["client"]["id"] for each in found["clients"]] == [CLIENT_R_UUID, CLIENT_U_UUID]
    parties = clients.call("GET", "/accessmanagement/api/v1/enduser/authorizedparties", NINA).json()["data"]
    assert {CLIENT_R_UUID, CLIENT_U_UUID} <= {each["partyUuid"] for each in parties}
    other = clients.call("GET", f"{V2}/my/clients", NINA, provider=OTHER_UUID, **mine).json()
    assert other == {"links": {"next": None}, "data": []}
    (provider,) = clients.call("GET", f"{V2}/my/clientproviders", NINA, **mine).json()["data"]
    assert (provider["provider"]["id"], len(provider["access"])) == (FACIL_UUID, 2)
    at = {"provider": FACIL_UUID}
    some = clients.call(
        "POST", f"{V2}/my/clients/accesspackages/delete", NINA, client=CLIENT_R_UUID,
        json={"values": [value(REGN, ACCOUNTANT)]}, **at, **mine,
    )  # fmt: skip
    assert [each["changed"] for each in some.json()] == [True]
    in_use = clients.call("DELETE", f"{V2}/my/clients", NINA, client=CLIENT_U_UUID, **at, **mine)
    assert codes(in_use) == [("AM.VLD-00031", "$QUERY/cascade")]
    assert clients.call("DELETE", f"{V1}/my/clients", NINA, **{"from": CLIENT_U_UUID}, **at, **mine).status_code == 204
    assert clients.call("GET", f"{V1}/my/clients", NINA, **mine).json()["data"] == []
    assert clients.call("DELETE", f"{V1}/my/clientproviders", NINA, **at, **mine).status_code == 204
    assert clients.call("GET", f"{V1}/my/clientproviders", NINA, **mine).json()["data"] == []


def test_an_employee_gives_up_a_resource_and_then_the_provider(clients: Clients) -> None:
    body = {"personIdentifier": NINA, "lastName": "Medarbeider"}
    assert clients.call("POST", f"{V1}/agents", KARI, **SHARED, json=body).status_code == 200
    (listed,) = clients.call("GET", f"{V1}/agents", KARI, **SHARED).json()["data"]
    assert listed["agent"]["id"] == NINA_UUID
    clients.connect()
    assert clients.give_rights(A06, "read").status_code == 201
    whole = {"role": RIGHTHOLDER, "resources": [A06]}
    assert clients.delegate(NINA_UUID, CLIENT_U_UUID, whole, what="resources").json()[0]["changed"]
    mine = {"scopes": "altinn:clientdelegations/myclients.read altinn:clientdelegations/myclients.write"}
    at = {"provider": FACIL_UUID, **mine}
    path = f"{V2}/my/clients/resources/delete"
    given_up = clients.call("POST", path, NINA, client=CLIENT_U_UUID, json={"values": [whole]}, **at)
    assert [each["changed"] for each in given_up.json()] == [True]
    assert clients.call("DELETE", f"{V2}/my/clientproviders", NINA, **at).status_code == 204
    assert clients.call("GET", f"{V2}/my/clientproviders", NINA, **mine).json()["data"] == []


def test_single_rights_are_taken_one_by_one(clients: Clients) -> None:
    agent = clients.agent(rights=((A06, "read"), (A06, "write"), (A07, "read")))
    clients.connect()
    assert clients.give_rights(A06, "read", "write").status_code == 201
    assert clients.delegate(agent, CLIENT_U_UUID, {"role": RIGHTHOLDER, "resources": [A06]}, what="resources").json()[
        0
    ]["changed"]
    assert [clients.decide(agent, CLIENT_U, A06, each) for each in ("read", "write")] == ["Permit", "Permit"]
    one = {"role": RIGHTHOLDER, "rights": [{"resource": A06, "actions": ["write"]}]}
    assert clients.delegate(agent, CLIENT_U_UUID, one, what="resources/delete").json()[0]["changed"]
    assert [clients.decide(agent, CLIENT_U, A06, each) for each in ("read", "write")] == ["Permit", "NotApplicable"]
    (held,) = clients.call("GET", f"{V2}/clients/resources", KARI, **SHARED, client=CLIENT_U_UUID).json()["data"]
    assert held["agent"]["id"] == agent
    assert held["access"][0]["resources"][0]["value"] == A06
    assert held["access"][0]["rights"] == [{"resource": A06, "actions": ["read"]}]
    whole = {"role": RIGHTHOLDER, "resources": [A06]}
    assert clients.delegate(agent, CLIENT_U_UUID, whole, what="resources/delete").json()[0]["changed"]
    assert clients.decide(agent, CLIENT_U, A06) == "NotApplicable"


def test_strict_does_not_know_single_rights(strict: Clients) -> None:
    agent = strict.agent(TAX)
    strict.connect()
    assert strict.give_rights(A06, "read").status_code == 201
    one = {"role": RIGHTHOLDER, "rights": [{"resource": A06, "actions": ["read"]}]}
    # The member is not read, so nothing is asked for.
    assert codes(strict.delegate(agent, CLIENT_U_UUID, one, what="resources")) == [("AM.VLD-00023", "/values[0]")]


def test_who_may_call(still: Clients) -> None:
    for person in (BOSS_U, NINA):
        refused = still.call("GET", f"{V2}/clients", person, **SHARED)
        assert (refused.status_code, refused.content) == (403, b"")
    missing = still.call("GET", f"{V1}/clients", KARI)
    assert (missing.status_code, missing.content) == (403, b"")
    reading = {"scopes": "altinn:clientdelegations.read"}
    assert still.call("GET", f"{V1}/clients", KARI, **SHARED, **reading).status_code == 200
    adding = still.call("POST", f"{V1}/agents", KARI, **SHARED, to=NINA_UUID, **reading)
    assert adding.status_code == 403
    assert still.call("GET", f"{V1}/my/clients", NINA, **reading).status_code == 403
    assert still.call("POST", f"{V2}/agents", KARI, **SHARED).status_code == 400
    assert still.delegate("x", CLIENT_R_UUID).status_code == 400
