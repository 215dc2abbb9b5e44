"""The wire: whole answers about requests and changes, held against golden files read beside the reference."""

from __future__ import annotations

import uuid
from typing import Any

from tests.doors.rest.golden_files import check
from tests.doors.rest.requests.conftest import ALL, CHANGES, CLIENT_Q_UUID, REQUESTS, SIV, Desk
from tests.doors.rest.vendor import ACCOUNTANT, ASK, CLIENT_R_UUID, FACIL, KARI, OWNDATA, PARTY_ID, PER, package, right

WANTED: dict[str, Any] = {
    "externalRef": "kunde-4711",
    "integrationTitle": "Alt for Myke Møbler",
    "rights": [right("skd-eksempel-mva")],
    "accessPackages": [package("merverdiavgift")],
    "redirectUrl": "https://fjellregnskap.example/retur?kunde=4711",
}
CHANGE: dict[str, Any] = {
    "unwantedRights": [right("skd-eksempel-mva")],
    "requiredAccessPackages": [package("skattegrunnlag")],
    "redirectUrl": "https://fjellregnskap.example/retur",
}


def test_a_request_as_everybody_sees_it(own_desk: Desk) -> None:
    desk = own_desk
    name = desk.asked(OWNDATA, **WANTED)
    check("request-page", desk.read(f"{REQUESTS}/vendor/bysystem/{ALL}"))
    check("request-of-party", desk.see(PER, f"{REQUESTS}/{PARTY_ID[OWNDATA]}/{name}"))
    check("request-for-manager", desk.see(PER, f"{REQUESTS}/{name}"))
    check("request-for-related", desk.see(SIV, f"{REQUESTS}/{name}"))
    check("request-for-stranger", desk.see(KARI, f"{REQUESTS}/{name}"))
    check("request-pending", desk.see(PER, f"{REQUESTS}/{PARTY_ID[OWNDATA]}/{OWNDATA}/pending"))
    check("request-escalated", desk.vendor.answer(SIV, OWNDATA, name, "escalate"))
    check("request-withdrawn", desk.vendor.call("DELETE", f"{REQUESTS}/vendor/{name}", desk.vendor.token(ASK)))
    agent = desk.asked(FACIL, "/agent", accessPackages=[package(ACCOUNTANT)], externalRef="klienter")
    check("agent-request-page", desk.read(f"{REQUESTS}/vendor/agent/bysystem/{ALL}"))
    check("agent-request-for-manager", desk.see(KARI, f"{REQUESTS}/agent/{agent}"))


def test_a_change_as_everybody_sees_it(own_desk: Desk) -> None:
    desk = own_desk
    user = desk.approved(PER, OWNDATA, **WANTED)
    asked = desk.change(user, **CHANGE)
    name = asked.json()["id"]
    check("change-created", asked)
    check("change-again", desk.change(user, name))
    check("change-none", desk.change(user))
    check("change-no-correlation", desk.vendor.call("POST", f"{CHANGES}/vendor", desk.vendor.token(ASK), json={}))
    check("change-by-id", desk.read(f"{CHANGES}/vendor/{name}"))
    check("change-by-reference", desk.read(f"{CHANGES}/vendor/byexternalref/{ALL}/{OWNDATA}/kunde-4711"))
    check("change-page", desk.read(f"{CHANGES}/vendor/bysystem/{ALL}"))
    check("change-of-party", desk.see(PER, f"{CHANGES}/{PARTY_ID[OWNDATA]}/{name}"))
    check("change-for-manager", desk.see(PER, f"{CHANGES}/{name}"))
    check("change-approved", desk.answer_change(PER, OWNDATA, name))
    check("change-approved-again", desk.answer_change(PER, OWNDATA, name))
    check("change-unknown", desk.read(f"{CHANGES}/vendor/{uuid.uuid4()}"))


def test_generations_as_client_administrators_see_them(own_desk: Desk) -> None:
    desk = own_desk
    agent = desk.approved(KARI, FACIL, "/agent", accessPackages=[package(ACCOUNTANT)])
    person = desk.vendor.personal_token(KARI)
    for client in (CLIENT_R_UUID, CLIENT_Q_UUID):
        parameters = {"agent": agent, "client": client}
        desk.vendor.call("POST", "/enduser/systemuser/clients", person, params=parameters)
    desk.answer_change(KARI, FACIL, desk.changed(agent, requiredAccessPackages=[package("skattegrunnlag")]))
    base = f"/brobygger/v1/systemusers/{agent}/generations"
    check("generations", desk.vendor.call("GET", base, person))
    check("generations-moved", desk.vendor.call("POST", f"{base}/move", person))
