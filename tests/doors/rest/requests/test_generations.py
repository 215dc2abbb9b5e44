"""An agent's successor over HTTP: built beside it, clients move when they qualify, and nobody loses a day."""

from __future__ import annotations

import uuid
from typing import Any

from tests.doors.rest.requests.conftest import CLIENT_Q_UUID, RUT, Desk, told
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    CLIENT_R,
    CLIENT_R_UUID,
    FACIL,
    KARI,
    OWNDATA,
    PER,
    decision,
    package,
)

CLIENTS = "/enduser/systemuser/clients"
TAX = package("skattegrunnlag")
Q = "310000876"


def generations(desk: Desk, agent: str, person: str = KARI) -> Any:
    """What the client administrator sees."""
    return desk.see(person, f"/brobygger/v1/systemusers/{agent}/generations")


def move(desk: Desk, agent: str, person: str = KARI) -> Any:
    """Move those who qualify."""
    path = f"/brobygger/v1/systemusers/{agent}/generations/move"
    return desk.vendor.call("POST", path, desk.vendor.personal_token(person))


def test_each_client_moves_when_it_qualifies(own_desk: Desk) -> None:
    desk = own_desk
    agent = desk.approved(KARI, FACIL, "/agent", accessPackages=[package(ACCOUNTANT)])
    for client in (CLIENT_R_UUID, CLIENT_Q_UUID):
        added = desk.vendor.call(
            "POST", CLIENTS, desk.vendor.personal_token(KARI), params={"agent": agent, "client": client}
        )
        assert added.status_code == 200, added.text
    name = desk.changed(agent, requiredAccessPackages=[TAX])
    assert desk.answer_change(KARI, FACIL, name).json() is True

    seen = generations(desk, agent).json()
    assert [(each["number"], each["clients"]) for each in seen["generations"]] == [(1, 1), (2, 1)]
    stands = {each["clientId"]: (each["generation"], each["missingAccessPackages"]) for each in seen["clients"]}
    assert stands == {CLIENT_Q_UUID: (2, []), CLIENT_R_UUID: (1, [TAX])}
    assert [decision(desk.vendor.decide(agent, client)) for client in (CLIENT_R, Q)] == ["Permit", "Permit"]
    signs = [decision(desk.vendor.decide(agent, client, "sign")) for client in (CLIENT_R, Q)]
    assert signs == ["NotApplicable", "Permit"]

    waits = move(desk, agent).json()
    assert (waits["generation"], waits["moved"]) == (2, [])
    assert [each["clientId"] for each in waits["waiting"]] == [CLIENT_R_UUID]
    store = desk.house.store
    (given,) = [fact for fact in store.facts() if getattr(fact, "id", "") == "pd-q"]
    store.import_facts("test", [type(given)("pd-r", CLIENT_R_UUID, given.receiver, "skattegrunnlag", "operator")])  # type: ignore[call-arg,union-attr,arg-type]
    assert generations(desk, agent).json()["clients"][0]["missingAccessPackages"] == []
    moved = move(desk, agent).json()
    assert ([each["clientId"] for each in moved["moved"]], moved["waiting"]) == ([CLIENT_R_UUID], [])
    assert decision(desk.vendor.decide(agent, CLIENT_R, "sign")) == "Permit"


def test_others_see_and_move_nothing(desk: Desk) -> None:
    agent = desk.approved(KARI, FACIL, "/agent", accessPackages=[package(ACCOUNTANT)])
    for ask in (generations, move):
        assert told(ask(desk, agent, PER)) == (403, "")
        assert told(ask(desk, agent, RUT)) == (403, "")
        assert told(ask(desk, str(uuid.uuid4()))) == (404, "AUTH-00015")
        assert told(ask(desk, "x")) == (400, "")
    own = desk.approved(PER, OWNDATA, accessPackages=[package("merverdiavgift")])
    assert told(generations(desk, own, PER)) == (400, "AUTH-00034")
    assert told(move(desk, own, PER)) == (400, "AUTH-00034")
