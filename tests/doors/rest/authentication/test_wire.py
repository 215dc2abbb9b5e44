"""The wire of the register and of system users: whole answers held against golden files."""

from __future__ import annotations

from tests.doors.rest.authentication.register import (
    INTERNAL,
    PORTAL,
    agent,
    approved,
    of_party,
    party,
    put_system,
)
from tests.doors.rest.conftest import House
from tests.doors.rest.golden_files import check
from tests.doors.rest.vendor import FACIL, KARI, OWNDATA, PER, REGISTER, SYSTEM, VENDOR, Vendor, package, right


def test_the_register_on_the_wire(house: House) -> None:
    vendor = house.vendor
    vendor.register()
    token, path = vendor.token(REGISTER), f"/systemregister/vendor/{SYSTEM}"
    check("register-replaced", put_system(vendor, rights=[right("app_skd_skjema")], isVisible=True, accessPackages=[]))
    check("register-replaced-otherwise", put_system(vendor, id=f"{VENDOR}_annet"))
    vendor.call("PUT", f"{path}/rights", token, json=[{**right("app_skd_skjema"), "action": "read"}])
    vendor.call("PUT", f"{path}/accesspackages", token, json=[package("merverdiavgift")])
    portal = vendor.personal_token(PER, PORTAL)
    check("portal-systems", vendor.call("GET", "/systemregister", portal))
    old = {"useOldFormatForApp": "true"}
    check("portal-rights-old", vendor.call("GET", f"/systemregister/{SYSTEM}/rights", portal, params=old))
    check("register-deleted", vendor.call("DELETE", path, token))
    check("register-deleted-again", vendor.call("DELETE", path, token))
    check("register-deleted-unknown", vendor.call("DELETE", f"{path}x", token))
    check("register-change-deleted", vendor.call("PUT", f"{path}/rights", token, json=[]))
    check("register-changelog", vendor.call("GET", f"{path}/changelog", token))
    check("register-changelog-unknown", vendor.call("GET", f"{path}x/changelog", token))


def test_system_users_on_the_wire(vendor: Vendor) -> None:
    vendor.register()
    user = approved(vendor, "kunde-4711", rights=[right("skd-eksempel-mva")])
    helper = agent(vendor, "byraa")
    mobler, revisjon = f"/systemuser/{party(OWNDATA)}", f"/systemuser/agent/{party(FACIL)}"
    check("users-of-party", of_party(vendor, PER, "GET", mobler))
    check("users-agents-of-party", of_party(vendor, KARI, "GET", revisjon))
    check("user-of-party", of_party(vendor, PER, "GET", f"{mobler}/{user}"))
    check("user-agent-of-party", of_party(vendor, KARI, "GET", f"/systemuser/{party(FACIL)}/{helper}"))
    check("user-delegations", of_party(vendor, PER, "GET", f"{mobler}/{user}/delegations"))
    path = f"/systemuser/vendor/bysystem/{SYSTEM}"
    check("users-of-system", vendor.call("GET", path, vendor.token(REGISTER)))
    check("users-bad-token", vendor.call("GET", path, vendor.token(REGISTER), params={"token": "nei"}))
    check("user-removed", of_party(vendor, PER, "DELETE", f"{mobler}/{user}"))
    check("user-removed-again", of_party(vendor, PER, "DELETE", f"{mobler}/{user}"))
    check("user-agent-foreign", of_party(vendor, PER, "DELETE", f"/systemuser/agent/{party(OWNDATA)}/{helper}"))
    token, path = vendor.personal_token(PER, INTERNAL), "/systemuser/internal/systemusers"
    check("user-gone", vendor.call("GET", f"{path}/{user}", token))


def test_an_owner_makes_one_on_the_wire(vendor: Vendor) -> None:
    vendor.register(accessPackages=[package("merverdiavgift")], isVisible=True)
    body = {"integrationTitle": "Vårt regnskap", "systemId": SYSTEM}
    path = f"/systemuser/{party(OWNDATA)}/create"
    check("user-created", of_party(vendor, PER, "POST", path, json=body))
    check("user-created-again", of_party(vendor, PER, "POST", path, json=body))
    vendor.register(id=f"{VENDOR}_liste", clientId=[], rights=[right("skd-med-liste")], accessPackages=[])
    check("user-not-giveable", of_party(vendor, PER, "POST", path, json={**body, "systemId": f"{VENDOR}_liste"}))
