"""The wire: whole answers held against golden files, written by the reference and read by strict clients."""

from __future__ import annotations

from typing import Any

from tests.doors.rest.conftest import House
from tests.doors.rest.golden_files import check
from tests.doors.rest.vendor import (
    ACCOUNTANT,
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
    package,
    right,
    system,
)

WANTED: dict[str, Any] = {
    "partyOrgNo": OWNDATA,
    "externalRef": "kunde-4711",
    "integrationTitle": "Fjellregnskap for Myke Møbler",
    "rights": [right("skd-eksempel-mva")],
    "accessPackages": [package("merverdiavgift")],
    "redirectUrl": "https://fjellregnskap.example/retur?kunde=4711",
}


def test_the_register(vendor: Vendor) -> None:
    check("register", vendor.register())
    token = vendor.token(REGISTER)
    check("register-list", vendor.call("GET", "/systemregister/vendor", token))
    check("register-one", vendor.call("GET", f"/systemregister/vendor/{SYSTEM}", token))
    check("register-unknown", vendor.call("GET", "/systemregister/vendor/310000108_ukjent", token))


def test_a_standard_request_and_its_system_user(vendor: Vendor) -> None:
    vendor.register()
    asked = vendor.request(**WANTED)
    check("request-created", asked)
    check("request-again", vendor.request(**{**WANTED, "integrationTitle": "Et annet navn"}))
    request = asked.json()["id"]
    check("request-by-id", vendor.call("GET", f"/systemuser/request/vendor/{request}", vendor.token(READ)))
    reference = f"/systemuser/request/vendor/byexternalref/{SYSTEM}/{OWNDATA}/kunde-4711"
    check("request-by-reference", vendor.call("GET", reference, vendor.token(READ)))
    check("request-approved", vendor.answer(PER, OWNDATA, request))
    check("request-has-user", vendor.request(**WANTED))
    query = {"system-id": SYSTEM, "orgno": OWNDATA, "external-ref": "kunde-4711"}
    check("user-by-query", vendor.call("GET", "/systemuser/vendor/byquery", vendor.token(ASK), params=query))
    lookup = {
        "clientId": CLIENT,
        "systemProviderOrgNo": VENDOR,
        "systemUserOwnerOrgNo": OWNDATA,
        "externalRef": "kunde-4711",
    }
    check("user-by-external-id", vendor.call("GET", "/systemuser/byExternalId", vendor.token(LOOKUP), params=lookup))
    nobody = {**lookup, "externalRef": "kunde-4712"}
    check("user-unknown", vendor.call("GET", "/systemuser/byExternalId", vendor.token(LOOKUP), params=nobody))
    check("user-parameter-missing", vendor.call("GET", "/systemuser/byExternalId", vendor.token(LOOKUP)))


def test_an_agent_request_and_its_clients(vendor: Vendor) -> None:
    vendor.register()
    asked = vendor.request("/agent", partyOrgNo=FACIL, accessPackages=[package(ACCOUNTANT)])
    check("agent-request-created", asked)
    agent = asked.json()["id"]
    vendor.answer(KARI, FACIL, agent, kind="/agent")
    person = vendor.personal_token(KARI)
    path = "/enduser/systemuser/clients"
    check("clients-available", vendor.call("GET", f"{path}/available", person, params={"agent": agent}))
    check("clients-none", vendor.call("GET", path, person, params={"agent": agent}))
    check("clients-agent-missing", vendor.call("POST", path, person))
    check("agents", vendor.call("GET", "/enduser/systemuser/agents", person, params={"party": FACIL}))


def test_refusals_of_every_family(vendor: Vendor) -> None:
    broken = {
        "id": "310000108 med blank",
        "name": {"nb": "x"},
        "rights": [
            right("finnes-ikke"),
            right("skd-skjema-scope"),
            right("skd-eksempel-mva"),
            right("skd-eksempel-mva"),
            {"resource": [{"id": "urn:altinn:org", "value": "skd"}]},
        ],
        "accessPackages": [package("finnes-ikke"), {"urn": "skatt"}, package(ACCOUNTANT), package(ACCOUNTANT)],
        "isVisible": True,
        "allowedRedirectUrls": ["http://fjellregnskap.example"],
    }
    check("register-everything-wrong", vendor.register(**broken))
    check("register-wrong-vendor-prefix", vendor.register(vendor={"ID": "0193:310000108"}))
    check("register-other-vendor", vendor.register(id="310000205_x", vendor={"ID": f"0192:{FACIL}"}))
    token = vendor.token(REGISTER)
    check("register-no-members", vendor.call("POST", "/systemregister/vendor", token, json={}))
    check("register-no-json", vendor.call("POST", "/systemregister/vendor", token, content=b"{"))
    check("no-token", vendor.http.get("/authentication/api/v1/systemregister/vendor"))
    check("wrong-scope", vendor.call("GET", "/systemregister/vendor", vendor.token(READ)))
    check("not-a-uuid", vendor.call("GET", "/systemuser/request/vendor/abc", vendor.token(READ)))
    check("no-route", vendor.http.get("/authentication/api/v1/nothing"))
    vendor.register()
    check("request-for-nobody", vendor.request(partyOrgNo="310000019", accessPackages=[package("merverdiavgift")]))


def test_decisions(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    user = vendor.request(**WANTED).json()["id"]
    vendor.answer(PER, OWNDATA, user)
    check("decision-permit", vendor.decide(user, OWNDATA))
    check("decision-not-applicable", vendor.decide(user, FACIL))
    check("decision-unknown-resource", vendor.decide(user, OWNDATA, service="finnes-ikke"))


def test_input_names_are_read_in_any_case_and_unknown_ones_ignored(vendor: Vendor) -> None:
    body = {name.upper(): value for name, value in system(isDeleted=True, softDeleted=True).items()}
    body["VENDOR"] = {"id": f"0192:{VENDOR}", "authority": "iso6523-actorid-upis"}
    registered = vendor.call("POST", "/systemregister/vendor", vendor.token(REGISTER), json=body)
    assert registered.status_code == 200
    packages = [{"Urn": package("merverdiavgift")["urn"]}]
    lower = {"systemid": SYSTEM, "partyorgno": f" {OWNDATA} ", "ACCESSPACKAGES": packages}
    asked = vendor.call("POST", "/systemuser/request/vendor", vendor.token(ASK), json=lower)
    assert (asked.status_code, asked.json()["externalRef"]) == (201, OWNDATA)


def test_fixed_parts_of_paths_are_read_in_any_case_and_values_are_not(vendor: Vendor) -> None:
    vendor.register()
    token = vendor.token(REGISTER)
    assert vendor.call("GET", f"/SystemRegister/VENDOR/{SYSTEM}", token).status_code == 200
    assert vendor.call("GET", f"/systemregister/vendor/{SYSTEM}/", token).status_code == 200
    assert vendor.call("GET", f"/systemregister/vendor/{SYSTEM.upper()}", token).status_code == 404
    asked = vendor.request(partyOrgNo=OWNDATA, externalRef="Vendor", rights=[right("skd-eksempel-mva")])
    assert asked.status_code == 201
    path = f"/systemuser/request/vendor/byexternalref/{SYSTEM}/{OWNDATA}/Vendor"
    assert vendor.call("GET", path, vendor.token(READ)).status_code == 200


def test_a_callers_trace_comes_back(vendor: Vendor) -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = {"Authorization": f"Bearer {vendor.token(REGISTER)}", "traceparent": trace}
    answer = vendor.http.get("/authentication/api/v1/systemregister/vendor/310000108_x", headers=headers)
    assert answer.json()["traceId"] == trace
