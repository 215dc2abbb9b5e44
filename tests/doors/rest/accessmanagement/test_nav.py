"""NAV A, B and C over HTTP: less than a package per client. Source: pdp-and-tokens §12.2 and §17.14 to §17.16."""

from __future__ import annotations

from tests.doors.rest.accessmanagement.people import (
    A06,
    A07,
    A08,
    BOSS_U,
    CLIENT_R_UUID,
    CLIENT_U,
    CLIENT_U_UUID,
    CONNECTIONS,
    FACIL_UUID,
    KARI,
    RIGHTHOLDER,
    SALARY,
    V2,
    Clients,
    codes,
)
from tests.doors.rest.vendor import CLIENT_R

TWO = ((A06, "read"), (A07, "read"))


def only(resource: str, *actions: str) -> dict[str, object]:
    """One entry of ``rights``."""
    return {"resource": resource, "actions": list(actions)}


def test_nav_a_a_registered_clients_package_narrowed_to_two_rights(clients: Clients) -> None:
    agent = clients.agent(ref="superavstemming", rights=TWO)
    value = {"role": "regnskapsforer", "rights": [only(A06, "read"), only(A07, "read")]}
    given = clients.delegate(agent, CLIENT_R_UUID, value, what="resources")
    assert given.status_code == 200, given.text
    assert [(each["viaId"], each["fromId"], each["toId"], each["changed"]) for each in given.json()] == [
        (FACIL_UUID, CLIENT_R_UUID, agent, True)
    ] * 2
    assert [clients.decide(agent, CLIENT_R, each) for each in (A06, A07, A08)] == ["Permit", "Permit", "NotApplicable"]
    assert clients.decide(agent, CLIENT_R, A06, "write") == "NotApplicable"
    beyond = clients.delegate(
        agent, CLIENT_R_UUID, {"role": "regnskapsforer", "rights": [only(A08, "read")]}, what="resources"
    )
    assert codes(beyond) == [("AM.VLD-00033", "/values[0]/resources")]


def test_nav_b_the_client_gives_the_single_right_only(clients: Clients) -> None:
    agent = clients.agent(rights=TWO)
    assert clients.connect().status_code == 200
    check = clients.call(
        "GET", f"{CONNECTIONS}/resources/delegationcheck", BOSS_U, party=CLIENT_U_UUID, resource=A06
    ).json()
    assert [(each["right"]["key"], each["result"]) for each in check["rights"]] == [("read", True), ("write", True)]
    assert clients.give_rights(A06, "read").status_code == 201
    both = clients.delegate(
        agent,
        CLIENT_U_UUID,
        {"role": RIGHTHOLDER, "resources": [A06]},
        {"role": RIGHTHOLDER, "resources": [A07]},
        what="resources",
    )
    assert codes(both) == [("AM.VLD-00026", "/values[1]/resources")]
    assert clients.decide(agent, CLIENT_U, A06) == "NotApplicable"
    assert (
        clients.delegate(agent, CLIENT_U_UUID, {"role": RIGHTHOLDER, "resources": [A06]}, what="resources").status_code
        == 200
    )
    assert [clients.decide(agent, CLIENT_U, each) for each in (A06, A07)] == ["Permit", "NotApplicable"]
    where = {"party": CLIENT_U_UUID, "from": CLIENT_U_UUID, "to": FACIL_UUID, "resource": A06}
    assert clients.call("DELETE", f"{CONNECTIONS}/resources", BOSS_U, **where).status_code == 204
    assert clients.decide(agent, CLIENT_U, A06) == "NotApplicable"


def test_nav_c_some_rights_of_a_wide_package(clients: Clients) -> None:
    narrow = clients.agent(ref="superavstemming", rights=(*TWO, (A08, "read")))
    wide = clients.agent(SALARY, ref="lonn")
    clients.connect()
    assert clients.give(SALARY).status_code == 200
    assert clients.give_rights(A08, "read").status_code == 201
    assert clients.add(wide, CLIENT_U_UUID).status_code == 200
    three = [only(A06, "read"), only(A07, "read"), only(A08, "read")]
    given = clients.delegate(narrow, CLIENT_U_UUID, {"role": RIGHTHOLDER, "rights": three}, what="resources")
    assert given.status_code == 200, given.text
    assert [clients.decide(narrow, CLIENT_U, each) for each in (A06, A07, A08)] == ["Permit"] * 3
    assert clients.decide(narrow, CLIENT_U, A06, "write") == "NotApplicable"
    assert clients.decide(wide, CLIENT_U, A06, "write") == "Permit"
    assert clients.take(SALARY).status_code == 204
    after = [clients.decide(narrow, CLIENT_U, each) for each in (A06, A07, A08)]
    assert after == ["NotApplicable", "NotApplicable", "Permit"]
    assert clients.decide(wide, CLIENT_U, A06, "write") == "NotApplicable"
    where = {"party": FACIL_UUID, "agent": narrow}
    (left,) = clients.call("GET", f"{V2}/agents/resources", KARI, **where).json()["data"]
    assert left["access"][0]["rights"] == [only(A08, "read")]
    # What was taken back does not come back by itself.
    assert clients.give(SALARY).status_code == 200
    assert clients.decide(narrow, CLIENT_U, A06) == "NotApplicable"
