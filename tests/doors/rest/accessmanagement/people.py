"""The people of these tests and their calls: clients' managers, the accountant's client administrator, an employee."""

from __future__ import annotations

from typing import Any

import httpx

from core import KIND_NAMED, Written, remove
from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    CLIENT_R_UUID,
    CLIENT_U,
    CLIENT_U_UUID,
    FACIL,
    KARI,
    OWNDATA_UUID,
    decision,
    package,
    question,
)

BOSS_U, BOSS_R, NINA = "11848922732", "03819345693", "23928831493"
FACIL_UUID = "fac11000-0000-4000-8000-000000000001"
BOSS_U_UUID, NINA_UUID = "b0550000-0000-4000-8000-000000000031", "a9e27000-0000-4000-8000-000000000032"
CLIENT_B_UUID, CLIENT_F_UUID = "c11e0000-0000-4000-8000-000000000507", "c11e0000-0000-4000-8000-000000001414"
CLIENT_B, CLIENT_F = "310000507", "310001414"
OTHER_UUID = "5e1f0000-0000-4000-8000-000000000809"
NOBODY = "00000000-0000-4000-8000-0000000000ff"
A06, A07, A08 = "nav-eksempel-a06", "nav-eksempel-a07", "nav-eksempel-a08"
MVA, TAX, SALARY, VAT, PROPERTY = (
    "skd-eksempel-mva",
    "skattegrunnlag",
    "a-ordning",
    "merverdiavgift",
    "forretningsforer-eiendom",
)
CONNECTIONS = "/accessmanagement/api/v1/enduser/connections"
V1 = "/accessmanagement/api/v1/enduser/clientdelegations"
V2 = "/accessmanagement/api/v2/enduser/clientdelegations"
RIGHTHOLDER = "rettighetshaver"
PORTAL = "altinn:portal/enduser"
__all__ = ["ACCOUNTANT", "CLIENT_R_UUID", "CLIENT_U", "CLIENT_U_UUID", "FACIL", "KARI", "OWNDATA_UUID"]


def urn(code: str) -> str:
    """A package as the query names it."""
    return f"urn:altinn:accesspackage:{code}"


class Clients:
    """Calls the door as everybody of the scenario."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.vendor = house.vendor

    # -- preparing ----------------------------------------------------------------------------

    def agent(self, *packages: str, ref: str = "a", rights: tuple[tuple[str, str], ...] = ()) -> str:
        """An approved agent system user of the accountant's, with these packages and rights; its id."""
        everything = [package(each) for each in (VAT, TAX, SALARY, PROPERTY, ACCOUNTANT, "regnskapsforer-lonn")]
        every_right = [self.right(each) for each in (MVA, A06, A07, A08)]
        self.vendor.register(accessPackages=everything, rights=every_right)
        body: dict[str, Any] = {"accessPackages": [package(each) for each in packages]}
        if rights:
            body["rights"] = [{**self.right(resource), "actions": [action]} for resource, action in rights]
        asked = self.vendor.request("/agent", partyOrgNo=FACIL, externalRef=ref, **body)
        assert asked.status_code == 201, asked.text
        agent = str(asked.json()["id"])
        assert self.vendor.answer(KARI, FACIL, agent, kind="/agent").json() is True
        return agent

    @staticmethod
    def right(resource: str) -> dict[str, Any]:
        """A single right, as bodies write it."""
        return {"resource": [{"id": "urn:altinn:resource", "value": resource}]}

    def end_role(self, role: str) -> None:
        """The register says that a role has ended."""
        found = self.house.store.find(KIND_NAMED["register_role"].name, role)
        assert found is not None
        self.house.store.change("register", lambda _: Written((remove(found),), None))

    # -- calls --------------------------------------------------------------------------------

    def call(self, method: str, path: str, person: str, *, scopes: str = "", **more: Any) -> httpx.Response:
        """A call as a person; whatever is not for httpx is a query parameter."""
        token = self.vendor.personal_token(person, scopes) if scopes else self.vendor.personal_token(person)
        body = {name: more.pop(name) for name in ("json", "headers") if name in more}
        headers = {"Authorization": f"Bearer {token}", **body.pop("headers", {})}
        return self.vendor.http.request(method, path, headers=headers, params=more, **body)

    def connect(self, to: str = FACIL_UUID, party: str = CLIENT_U_UUID, person: str = BOSS_U) -> httpx.Response:
        """CONN."""
        return self.call("POST", CONNECTIONS, person, party=party, to=to)

    def give(self, code: str, to: str = FACIL_UUID, party: str = CLIENT_U_UUID, person: str = BOSS_U) -> httpx.Response:
        """GIVE."""
        return self.call("POST", f"{CONNECTIONS}/accesspackages", person, party=party, to=to, package=urn(code))

    def take(self, code: str, to: str = FACIL_UUID, party: str = CLIENT_U_UUID, person: str = BOSS_U) -> httpx.Response:
        """TAKE."""
        where = {"party": party, "from": party, "to": to, "package": urn(code)}
        return self.call("DELETE", f"{CONNECTIONS}/accesspackages", person, **where)

    def give_rights(self, resource: str, *keys: str, method: str = "POST", to: str = FACIL_UUID) -> httpx.Response:
        """Give single rights."""
        path, body = f"{CONNECTIONS}/resources/rights", {"directRightKeys": list(keys)}
        return self.call(method, path, BOSS_U, party=CLIENT_U_UUID, to=to, resource=resource, json=body)

    def delegate(
        self, agent: str, client: str, *values: dict[str, Any], what: str = "accesspackages", person: str = KARI
    ) -> httpx.Response:
        """Delegate to an agent for a client, by version 2; ``what`` is the end of the path."""
        where = {"party": FACIL_UUID, "client": client, "agent": agent}
        return self.call("POST", f"{V2}/agents/{what}", person, json={"values": list(values)}, **where)

    def add(self, agent: str, client: str, method: str = "POST") -> httpx.Response:
        """ADD, or with DELETE REM."""
        path = "/authentication/api/v1/enduser/systemuser/clients"
        return self.call(method, path, KARI, agent=agent, client=client)

    def decide(self, agent: str, number: str, resource: str, action: str = "read") -> str:
        """What the decision point says."""
        return decision(self.vendor.authorize(question(agent, number, action, resource)))


def codes(response: httpx.Response) -> list[tuple[str, str]]:
    """The codes of the violations, each with its path."""
    assert response.status_code == 400, response.text
    document = response.json()
    assert document["code"] == "STD-00000", document
    return [(each["code"], *each["paths"]) for each in document["validationErrors"]]
