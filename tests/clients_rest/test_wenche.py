"""Wenche, a vendor client for Altinn 3 that others wrote, goes its whole way against this gateway, unchanged.

Each test asserts what wenche's own functions return: those that its command line, its hosted service and its web
interface call. Source: the package `wenche` on PyPI.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any
from uuid import UUID

import pytest

from tests.clients_rest.conftest import Office, RaisedError
from tests.clients_rest.world import ACCOUNTS, SHARES, TAX, earlier_users
from tests.doors.rest.vendor import ASK, CLIENT, OWNDATA, READ, REGISTER, VENDOR

if find_spec("wenche") is None:
    _MISSING = "NOT TESTED WITH A VENDOR CLIENT OF OTHERS: wenche is not installed; `make setup-tests` installs it"
    pytest.skip(_MISSING, allow_module_level=True)

SYSTEM = f"{VENDOR}_wenche2"
EARLIER = 123
"""Two full pages and a part of a third."""


def actor(number: str) -> dict[str, str]:
    """An organisation as tokens write it."""
    return {"authority": "iso6523-actorid-upis", "ID": f"0192:{number}"}


def detail(claims: dict[str, Any]) -> dict[str, Any]:
    """What a token says of its system user."""
    (found,) = claims["authorization_details"]
    assert found["type"] == "urn:altinn:systemuser"
    return dict(found)


def test_a_raw_token_for_administration(office: Office) -> None:
    claims = office.verified(office.admin)
    assert set(claims["scope"].split()) == {REGISTER, READ, ASK}
    assert claims["client_id"] == CLIENT
    assert claims["consumer"] == actor(VENDOR)
    assert "authorization_details" not in claims


def test_a_token_for_the_vendor_itself_is_exchanged(office: Office) -> None:
    tokens = office.wenche("auth.hent_tokens_for", veksle_altinn=True)
    raw, exchanged = office.verified(tokens["maskinporten_token"]), office.verified(tokens["altinn_token"])
    assert exchanged["scope"] == raw["scope"] == "altinn:instances.read altinn:instances.write"
    assert exchanged["iss"].endswith("/authentication/api/v1/openid/")
    assert exchanged["urn:altinn:orgNumber"] == VENDOR


def test_a_scope_that_the_client_does_not_have_is_refused_in_words(office: Office) -> None:
    with pytest.raises(RaisedError, match="Maskinporten svarte 400") as refused:
        office.wenche("auth.hent_tokens_for", scopes="altinn:another")
    assert "invalid_scope" in str(refused.value)


def test_the_system_is_registered(office: Office) -> None:
    registered = office.register()
    assert registered["oppdatert"] is False
    assert UUID(registered["id"])


def test_a_system_that_is_there_is_updated_instead(office: Office) -> None:
    office.register()
    assert office.register() == {"id": SYSTEM, "oppdatert": True, "succeeded": True}
    kept = office.stack.store.snapshot().systems.get(SYSTEM)
    assert kept is not None
    assert {right.service for right in kept.rights} == {ACCOUNTS, SHARES, TAX}


def test_a_request_is_new_and_has_an_address_to_approve_it_at(office: Office) -> None:
    office.register()
    asked = office.ask()
    assert asked["status"] == "New"
    assert asked["confirmUrl"].startswith("http")
    assert asked["id"] in asked["confirmUrl"]
    assert office.status(asked["id"])["status"] == "New"


def test_a_request_that_is_repeated_is_the_same_request(office: Office) -> None:
    office.register()
    assert office.ask()["id"] == office.ask()["id"]


@pytest.mark.parametrize(("what", "status"), [("approve", "Accepted"), ("reject", "Rejected")])
def test_what_the_manager_answers_is_what_the_client_reads(office: Office, what: str, status: str) -> None:
    office.register()
    name = office.ask()["id"]
    office.answer(name, what)
    assert office.status(name)["status"] == status


def test_asking_again_after_approval_is_told_to_be_approved_already(office: Office) -> None:
    office.customer()
    with pytest.raises(RaisedError, match="RuntimeError: 400 Bad Request") as refused:
        office.ask()
    assert "AUTH-00004" in str(refused.value)


def test_the_customer_is_found_in_the_list(office: Office) -> None:
    name = office.customer()
    (found,) = office.list()
    assert (found["id"], found["systemId"], found["reporteeOrgNo"]) == (name, SYSTEM, OWNDATA)


def test_every_page_of_the_list_is_followed(office: Office) -> None:
    name = office.customer()
    office.stack.load(earlier_users(SYSTEM, EARLIER))
    found = office.list()
    assert len(found) == EARLIER + 1
    assert {each["externalRef"] for each in found} == {OWNDATA, *(f"earlier-{each}" for each in range(EARLIER))}
    assert name in {each["id"] for each in found}


def test_a_change_adds_a_right_when_it_is_approved(office: Office) -> None:
    office.register()
    office.stack.load(earlier_users(SYSTEM, 1))
    (user,) = office.list()
    wanted = [{"resource": [{"id": "urn:altinn:resource", "value": TAX}]}]
    changed = office.wenche("systembruker.opprett_endringsforespørsel", office.admin, user["id"], wanted)
    assert changed["status"] == "New"
    assert changed["confirmUrl"].startswith("http")
    assert [office.may(user["id"], each) for each in (ACCOUNTS, TAX)] == ["Permit", "NotApplicable"]
    office.answer(changed["id"], kind="changerequest")
    assert [office.may(user["id"], each) for each in (ACCOUNTS, TAX)] == ["Permit", "Permit"]


def test_the_system_user_has_its_token_and_acts(office: Office) -> None:
    name = office.customer()
    claims = office.verified(office.wenche("auth.get_skd_aksjonaer_token"))
    assert detail(claims)["systemuser_id"] == [name]
    assert detail(claims)["system_id"] == SYSTEM
    assert detail(claims)["systemuser_org"] == actor(OWNDATA)
    assert office.may(name, SHARES) == "Permit"


def test_the_system_users_token_is_exchanged(office: Office) -> None:
    name = office.customer()
    tokens = office.wenche("auth.get_skd_skattemelding_tokens")
    raw, exchanged = office.verified(tokens["maskinporten_token"]), office.verified(tokens["altinn_token"])
    # The platform's own token holds the object itself, the issuer's a list of one.
    assert exchanged["authorization_details"] == detail(raw)
    hosted = office.wenche("auth.hent_tokens_for", OWNDATA, veksle_altinn=True)
    assert office.verified(hosted["altinn_token"])["authorization_details"]["systemuser_id"] == [name]


def test_the_command_line_logs_on_and_keeps_its_token(office: Office) -> None:
    office.customer()
    kept = office.wenche("auth.login")
    assert kept.keys() == {"maskinporten_token", "altinn_token"}
    assert (
        office.verified(office.wenche("auth.get_altinn_token"))["iss"] == office.verified(kept["altinn_token"])["iss"]
    )
    office.wenche("auth.logout")


def test_there_is_no_token_before_the_customer_has_approved(office: Office) -> None:
    office.register()
    office.ask()
    with pytest.raises(RaisedError, match="Maskinporten svarte 400"):
        office.wenche("auth.get_skd_aksjonaer_token")


def test_the_web_interface_goes_the_same_way(office: Office) -> None:
    page = "web.backend.ruter_oppsett"
    assert office.wenche(f"{page}.registrer_system") == {"ok": True, "oppdatert": False}
    asked = office.wenche(f"{page}.opprett_systembruker")
    assert (asked["ok"], asked["status"]) == (True, "New")
    assert office.wenche(f"{page}.systembruker_status")["status"] == "venter"
    assert office.wenche(f"{page}.test_tilkobling")["auth_ok"] is False
    office.answer(asked["request_id"])
    assert office.wenche(f"{page}.systembruker_status")["status"] == "godkjent"
    connected = office.wenche(f"{page}.test_tilkobling")
    assert (connected["auth_ok"], connected["systembruker"]["status"]) == (True, "godkjent")


def test_the_web_interface_updates_an_earlier_customer(office: Office) -> None:
    office.register()
    office.stack.load(earlier_users(SYSTEM, 1))
    updated = office.wenche("web.backend.ruter_oppsett.oppdater_systembruker")
    assert (updated["ok"], updated["status"]) == (True, "New")
    assert updated["confirm_url"].startswith("http")
