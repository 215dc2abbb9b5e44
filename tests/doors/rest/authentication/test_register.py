"""The system register over HTTP: replacing, deleting, the change log, and what the portal reads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.rest.authentication.register import (
    ADMINISTRATOR,
    GROUNDS,
    MVA,
    OTHER_SYSTEM,
    PORTAL,
    is_framework,
    one_system,
    other_vendor,
    put_system,
    violations,
)
from tests.doors.rest.conftest import House
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    CLIENT,
    OTHER,
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

BASE = "/systemregister/vendor"
TEXTS = {"nb": "Nytt navn", "nn": "Nytt namn", "en": "New name"}


def call(vendor: Vendor, method: str, path: str, **more: Any) -> Any:
    """A call in the vendor's part of the register."""
    return vendor.call(method, f"{BASE}{path}", vendor.token(REGISTER), **more)


# -- R2: replacing --------------------------------------------------------------------------------


def test_replacing_a_system_replaces_all_of_it(vendor: Vendor) -> None:
    vendor.register()
    body = {"id": SYSTEM, "vendor": {"ID": f"0192:{VENDOR}"}, "name": TEXTS, "description": TEXTS}
    replaced = call(vendor, "PUT", f"/{SYSTEM}", json=body)
    assert (replaced.status_code, replaced.json()) == (200, {"succeeded": True})
    assert one_system(vendor) == {
        **body,
        "rights": [],
        "accessPackages": [],
        "isDeleted": False,
        "clientId": [],
        "isVisible": True,
        "allowedRedirectUrls": [],
    }
    taken = vendor.register(id=f"{VENDOR}_neste")
    assert taken.status_code == 200, "the client ids that were left out are free"


def test_a_system_keeps_its_own_client_ids_when_it_is_replaced(vendor: Vendor) -> None:
    vendor.register()
    assert put_system(vendor, clientId=[CLIENT, "ny"]).status_code == 200
    assert one_system(vendor)["clientId"] == [CLIENT, "ny"]


def test_replacing_is_refused_in_the_platforms_order(house: House) -> None:
    vendor, other = house.vendor, other_vendor(house)
    unknown = put_system(vendor, "310000108_ukjent", vendor={"ID": "0192:310000809"}, id="y")
    assert (unknown.status_code, unknown.text) == (404, "System with ID '310000108_ukjent' not found.")
    vendor.register()
    foreign = put_system(vendor, SYSTEM, other.token(REGISTER), id="y", vendor={"ID": "0192:310000809"})
    assert (foreign.status_code, foreign.content) == (403, b"")
    for number in (f"0192:{OTHER}", VENDOR, "0193:310000108"):
        named = put_system(vendor, vendor={"ID": number}, id="y")
        assert (named.status_code, named.text) == (404, f"System with ID '{SYSTEM}' not found.")
    mismatch = put_system(vendor, id=f"{VENDOR}_y", rights=[right("finnes-ikke")])
    assert violations(mismatch) == {"AUTH.VLD-00012": "/registersystemrequest/systemid"}
    call(vendor, "DELETE", f"/{SYSTEM}")
    assert violations(put_system(vendor, id="y")) == {"AUTH.VLD-00012": "/registersystemrequest/systemid"}
    deleted = put_system(vendor, rights=[right("finnes-ikke")])
    assert (deleted.status_code, deleted.text) == (400, "Cannot update a system marked as deleted.")
    accept = {"Authorization": f"Bearer {vendor.token(REGISTER)}", "Accept": "application/json"}
    quoted = vendor.http.put(f"/authentication/api/v1{BASE}/{SYSTEM}", headers=accept, json=system())
    assert quoted.json() == "Cannot update a system marked as deleted."


def test_everything_wrong_with_a_replacement_is_told_at_once(house: House) -> None:
    vendor, other = house.vendor, other_vendor(house)
    vendor.register()
    others = system(id=OTHER_SYSTEM, vendor={"ID": f"0192:{OTHER}"}, clientId=["c1", "c2"])
    assert other.call("POST", BASE, other.token(REGISTER), json=others).status_code == 200
    broken = put_system(
        vendor,
        name={"nb": "x"},
        clientId=["c1", "c2", "ny", "NY"],
        allowedRedirectUrls=["http://fjellregnskap.example"],
        rights=[right("finnes-ikke"), right("skd-skjema-scope"), right("skd-eksempel-mva"), right("skd-eksempel-mva")],
        accessPackages=[
            package("finnes-ikke"),
            package("hovedadministrator"),
            package(ACCOUNTANT),
            package(ACCOUNTANT),
        ],
        isVisible=True,
    )
    assert [each["code"] for each in broken.json()["validationErrors"]] == [
        "AUTH.VLD-00003",
        "AUTH.VLD-00017",
        "AUTH.VLD-00006",
        "AUTH.VLD-00008",
        "AUTH.VLD-00007",
        "AUTH.VLD-00018",
        "AUTH.VLD-00004",
        "AUTH.VLD-00004",
        "AUTH.VLD-00011",
        "AUTH.VLD-00005",
        "STD.VLD-00000",
    ]
    packages = next(each for each in broken.json()["validationErrors"] if each["code"] == "AUTH.VLD-00008")
    assert packages["Invalid Urn Details : "] == (
        "Not found: urn:altinn:accesspackage:finnes-ikke | "
        "Not possible to delegate: urn:altinn:accesspackage:hovedadministrator"
    )
    assert one_system(vendor)["name"] == system()["name"]


# -- R5, R6: rights and packages ------------------------------------------------------------------


def test_rights_and_packages_are_replaced_as_whole_lists(vendor: Vendor) -> None:
    vendor.register()
    for path, member, items in (
        ("rights", "rights", [right("skd-bare-mva"), {**right("app_skd_skjema"), "action": "read"}]),
        ("accesspackages", "accessPackages", [package(GROUNDS)]),
    ):
        done = call(vendor, "PUT", f"/{SYSTEM}/{path}", json=items)
        assert (done.status_code, done.json()) == (200, {"succeeded": True})
        assert one_system(vendor)[member] == items
        assert call(vendor, "PUT", f"/{SYSTEM}/{path}", json=[]).status_code == 200
        assert one_system(vendor)[member] == []


@pytest.mark.parametrize("path", ["rights", "accesspackages"])
def test_lists_are_refused_as_the_platform_does(house: House, path: str) -> None:
    vendor, other = house.vendor, other_vendor(house)
    unknown = call(vendor, "PUT", f"/310000108_ukjent/{path}", json=[])
    assert (unknown.status_code, unknown.text) == (404, "System with ID '310000108_ukjent' not found.")
    vendor.register()
    foreign = call(other, "PUT", f"/{SYSTEM}/{path}", json=[])
    assert (foreign.status_code, foreign.content) == (403, b"")
    for body in (b"{", b"{}", b"[1]", b"null"):
        wrong = call(vendor, "PUT", f"/{SYSTEM}/{path}", content=body)
        assert wrong.status_code == 400
        assert "$" in wrong.json()["errors"]
    call(vendor, "DELETE", f"/{SYSTEM}")
    deleted = call(vendor, "PUT", f"/{SYSTEM}/{path}", json=[])
    assert (deleted.status_code, deleted.text) == (400, "Cannot update a system marked as deleted.")


def test_lists_obey_the_rules_and_the_stored_visibility(vendor: Vendor) -> None:
    vendor.register()
    rights = [right("finnes-ikke"), right("skd-skjema-scope"), right("skd-bare-mva"), right("skd-bare-mva")]
    named = {"resource": [{"id": "urn:altinn:org", "value": "skd"}]}
    broken = call(vendor, "PUT", f"/{SYSTEM}/rights", json=[*rights, named])
    assert set(violations(broken)) == {f"AUTH.VLD-000{code}" for code in ("09", "03", "17", "06")}
    assert set(violations(broken).values()) == {"/registersystemrequest/rights/resource"}
    hidden = call(vendor, "PUT", f"/{SYSTEM}/accesspackages", json=[package(ACCOUNTANT)])
    assert hidden.status_code == 200
    put_system(vendor, isVisible=True, accessPackages=[])
    packages = [package(ACCOUNTANT), package(MVA), package(MVA), {"urn": "skatt"}]
    shown = call(vendor, "PUT", f"/{SYSTEM}/accesspackages", json=packages)
    assert set(violations(shown)) == {f"AUTH.VLD-000{code}" for code in ("08", "07", "18")}
    assert set(violations(shown).values()) == {"/registersystemrequest/accesspackages"}


def test_a_right_to_nothing_is_a_body_that_cannot_be_read(vendor: Vendor) -> None:
    empty = vendor.register(rights=[{"resource": []}])
    assert (empty.status_code, "errors" in empty.json()) == (400, True)
    assert vendor.register(rights=None, accessPackages=None, clientId=None).status_code == 200


# -- R1: the rules that only registering has ------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code", "path"),
    [
        ({"vendor": {"ID": "310000108"}}, "AUTH.VLD-00000", "vendor/id"),
        ({"vendor": {"ID": "0192:"}}, "AUTH.VLD-00000", "vendor/id"),
        ({"id": "310000205_x"}, "AUTH.VLD-00001", "systemid"),
        ({"id": SYSTEM}, "AUTH.VLD-00002", "systemid"),
        ({"clientId": [CLIENT]}, "AUTH.VLD-00004", "clientid"),
        ({"allowedRedirectUrls": ["/retur"]}, "AUTH.VLD-00005", "allowedredirecturls"),
        ({"clientId": ["a", "A"]}, "AUTH.VLD-00011", "clientid"),
        ({"id": "310000108_to ord"}, "AUTH.VLD-00013", "systemid"),
        ({"id": f"310000108_{'x' * 255}"}, "STD.VLD-00001", "systemid"),
        ({"description": {"nb": "x", "en": "y"}}, "STD.VLD-00000", "name"),
    ],
)
def test_rules_of_registering(vendor: Vendor, changed: dict[str, Any], code: str, path: str) -> None:
    vendor.register()
    new = {"id": f"{VENDOR}_neste", "clientId": ["neste"], **changed}
    assert violations(vendor.register(**new)) == {code: f"/registersystemrequest/{path}"}


def test_texts_are_trimmed_but_those_in_lists_and_languages_are_not(vendor: Vendor) -> None:
    texts = {**TEXTS, "nb": " Med luft "}
    body = {"id": f" {SYSTEM} ", "vendor": {"ID": f" 0192:{VENDOR} "}, "name": texts, "clientId": [" luft "]}
    assert vendor.register(**body).status_code == 200
    kept = one_system(vendor)
    assert (kept["id"], kept["name"]["nb"], kept["clientId"]) == (SYSTEM, " Med luft ", [" luft "])
    padded = {"resource": [{"id": "urn:altinn:resource", "value": " skd-bare-mva"}]}
    assert set(violations(put_system(vendor, rights=[padded]))) == {"AUTH.VLD-00003"}
    assert set(violations(call(vendor, "PUT", f"/{SYSTEM}/rights", json=[padded]))) == {"AUTH.VLD-00003"}


# -- R7: deleting ---------------------------------------------------------------------------------


def test_a_deleted_system_is_gone_from_lists_and_still_shown_by_itself(house: House) -> None:
    vendor, other = house.vendor, other_vendor(house)
    missing = call(vendor, "DELETE", f"/{SYSTEM}")
    assert (missing.status_code, missing.json()["errors"]) == (400, {"return": ["System not found"]})
    vendor.register()
    assert (call(other, "DELETE", f"/{SYSTEM}").status_code, call(other, "DELETE", f"/{SYSTEM}").content) == (403, b"")
    deleted = call(vendor, "DELETE", f"/{SYSTEM}")
    assert (deleted.status_code, deleted.json()) == (200, {"succeeded": True})
    assert call(vendor, "GET", "").json() == []
    assert one_system(vendor)["isDeleted"] is True
    assert is_framework(call(vendor, "DELETE", f"/{SYSTEM}"), 400)
    assert set(violations(vendor.register())) == {"AUTH.VLD-00002"}


def test_a_system_without_client_ids_is_deleted_without_complaint(vendor: Vendor) -> None:
    vendor.register(clientId=[])
    assert call(vendor, "DELETE", f"/{SYSTEM}").json() == {"succeeded": True}


def test_the_administrator_changes_any_system_and_widens_no_list(house: House) -> None:
    vendor, other = house.vendor, other_vendor(house)
    vendor.register()
    token = other.token(ADMINISTRATOR)
    assert put_system(vendor, SYSTEM, token, isVisible=True, accessPackages=[]).status_code == 200
    assert other.call("GET", f"{BASE}/{SYSTEM}", token).json()["isVisible"] is True
    assert other.call("GET", BASE, token).json() == []
    assert other.call("GET", f"/systemuser/vendor/bysystem/{SYSTEM}", token).status_code == 404
    log = other.call("GET", f"{BASE}/{SYSTEM}/changelog", token).json()
    assert [line["changedByOrgNumber"] for line in log] == [OTHER, VENDOR]


# -- R8: the change log ---------------------------------------------------------------------------


def test_the_change_log_has_every_change_newest_first(house: House) -> None:
    vendor = house.vendor
    internal = vendor.register().json()
    house.clock.move(seconds=1)
    put_system(vendor, clientId=["ny"])
    call(
        vendor, "PUT", f"/{SYSTEM}/rights", json=[right("skd-bare-mva"), {**right("app_skd_skjema"), "action": "read"}]
    )
    call(vendor, "PUT", f"/{SYSTEM}/accesspackages", json=[package(GROUNDS)])
    put_system(vendor, rights=[right("finnes-ikke")])
    call(vendor, "DELETE", f"/{SYSTEM}")
    log = call(vendor, "GET", f"/{SYSTEM}/changelog")
    assert log.status_code == 200
    lines = log.json()
    assert [line["changeType"] for line in lines] == [
        "delete",
        "accesspackageupdate",
        "rightsupdate",
        "update",
        "create",
    ]
    assert {(line["systemInternalId"], line["changedByOrgNumber"], line["clientId"]) for line in lines} == {
        (internal, VENDOR, CLIENT)
    }
    assert "changedData" not in lines[0]
    assert lines[1]["changedData"] == [{"Urn": f"urn:altinn:accesspackage:{GROUNDS}"}]
    assert lines[2]["changedData"] == [
        {"Action": None, "Resource": [{"Id": "urn:altinn:resource", "Value": "skd-bare-mva"}]},
        {"Action": "read", "Resource": [{"Id": "urn:altinn:resource", "Value": "app_skd_skjema"}]},
    ]
    assert (lines[3]["changedData"]["ClientId"], lines[4]["changedData"]["ClientId"]) == (["ny"], [CLIENT])
    assert lines[4]["changedData"]["Vendor"] == {"ID": f"0192:{VENDOR}"}
    assert (lines[4]["created"], lines[3]["created"]) == ("2026-05-02T08:00:00Z", "2026-05-02T08:00:01Z")


def test_the_change_log_is_the_vendors(house: House) -> None:
    vendor, other = house.vendor, other_vendor(house)
    missing = call(vendor, "GET", "/310000108_ukjent/changelog")
    assert (missing.status_code, missing.text) == (404, "System with ID 310000108_ukjent not found.")
    vendor.register()
    foreign = call(other, "GET", f"/{SYSTEM}/changelog")
    assert (foreign.status_code, foreign.content) == (403, b"")


# -- R9 to R12: the portal ------------------------------------------------------------------------


def test_the_portal_lists_what_is_offered_and_shows_everything(vendor: Vendor) -> None:
    vendor.register()
    vendor.register(id=f"{VENDOR}_apen", clientId=[], isVisible=True, accessPackages=[package(MVA)])
    token = vendor.personal_token(PER, PORTAL)
    listed = vendor.call("GET", "/systemregister", token)
    assert ([each["systemId"] for each in listed.json()], listed.headers["Cache-Control"]) == (
        [f"{VENDOR}_apen"],
        "no-store",
    )
    call(vendor, "DELETE", f"/{VENDOR}_apen")
    assert vendor.call("GET", "/systemregister", token).json() == []
    for system_id in (SYSTEM, f"{VENDOR}_apen"):
        shown = vendor.call("GET", f"/systemregister/{system_id}", token).json()
        assert (shown["systemId"], shown["systemVendorOrgNumber"], shown["systemVendorOrgName"]) == (
            system_id,
            VENDOR,
            "",
        )
    assert is_framework(vendor.call("GET", "/systemregister/310000108_ukjent", token), 404)
    for path in ("", f"/{SYSTEM}", f"/{SYSTEM}/rights", f"/{SYSTEM}/accesspackages"):
        assert vendor.call("GET", f"/systemregister{path}", vendor.token(READ)).status_code == 403


def test_the_portal_reads_rights_in_either_format(vendor: Vendor) -> None:
    rights = [right("skd-bare-mva"), {**right("app_skd_skjema"), "action": "read"}]
    vendor.register(rights=rights)
    token = vendor.personal_token(PER, PORTAL)

    def read(path: str, **query: str) -> Any:
        return vendor.call("GET", f"/systemregister/{path}", token, params=query)

    new = [right("skd-bare-mva"), {"action": "read", **right("app_skd_skjema")}]
    assert read(f"{SYSTEM}/rights").json() == new
    assert read(f"{SYSTEM}/rights", useOldFormatForApp="False").json() == new
    app = [{"id": "urn:altinn:org", "value": "skd"}, {"id": "urn:altinn:app", "value": "skjema"}]
    old = [right("skd-bare-mva"), {"action": "read", "resource": app}]
    assert read(f"{SYSTEM}/rights", useoldformatforapp="true").json() == old
    packages = read(f"{SYSTEM}/accesspackages", useOldFormatForApp="true")
    assert packages.json() == system()["accessPackages"]
    for path in ("rights", "accesspackages"):
        assert read(f"310000108_ukjent/{path}").json() == []
        wrong = read(f"{SYSTEM}/{path}", useOldFormatForApp="ja")
        assert wrong.json()["errors"] == {"useOldFormatForApp": ["The value 'ja' is not valid."]}
