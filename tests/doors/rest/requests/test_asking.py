"""A vendor asks for a system user, reads and takes back: every answer of §5.3 to §5.5 of the reference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.doors.rest.requests.conftest import ALL, BARE, REQUESTS, Desk, told
from tests.doors.rest.vendor import (
    ACCOUNTANT,
    ASK,
    FACIL,
    KARI,
    OTHER,
    OWNDATA,
    PER,
    READ,
    package,
    right,
)

VAT: dict[str, Any] = {"accessPackages": [package("merverdiavgift")]}
BOTH = ["", "/agent"]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"systemId": "310000108_ukjent"}, (404, "AUTH-00011")),
        ({"partyOrgNo": "310000001"}, (400, "AUTH-00000")),
        ({"redirectUrl": "https://evil.example/"}, (400, "AUTH-00021")),
        ({"redirectUrl": "/retur"}, (400, "AUTH-00021")),
        ({"systemId": BARE, "redirectUrl": "https://fjellregnskap.example/retur"}, (400, "AUTH-00026")),
        ({"accessPackages": None}, (400, "AUTH-00001")),
        ({"accessPackages": [], "rights": []}, (400, "AUTH-00059")),
        ({"rights": [right("no-such")]}, (400, "AUTH-00001")),
        ({"accessPackages": [package("no-such")]}, (400, "AUTH-00063")),
        ({"accessPackages": [package(ACCOUNTANT)]}, (400, "AUTH-00064")),
        ({"integrationTitle": "x" * 256}, (400, "")),
        ({"partyOrgNo": None}, (400, "")),
    ],
    ids=lambda value: None if isinstance(value, dict) else value[1] or "fields",
)
def test_a_request_is_refused_with_the_platforms_code(
    desk: Desk, members: dict[str, Any], expected: tuple[int, str]
) -> None:
    body = {"systemId": ALL, "partyOrgNo": OWNDATA, **VAT, **members}
    assert told(desk.vendor.request(**body)) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"accessPackages": []}, (400, "AUTH-00058")),
        ({"accessPackages": None}, (400, "")),
        ({"accessPackages": [package("tilgangsstyrer")]}, (400, "AUTH-00065")),
        ({"accessPackages": [package("no-such")]}, (400, "AUTH-00063")),
    ],
    ids=["none", "missing", "unfit", "beyond"],
)
def test_a_request_for_an_agent_is_refused_with_the_platforms_code(
    desk: Desk, members: dict[str, Any], expected: tuple[int, str]
) -> None:
    assert told(desk.ask(FACIL, "/agent", **members)) == expected


def test_a_token_without_an_organisation_is_told_so(desk: Desk) -> None:
    person = desk.vendor.personal_token(KARI, f"{ASK} {READ}")
    body = {"systemId": ALL, "partyOrgNo": OWNDATA, **VAT}
    for kind in BOTH:
        assert told(desk.vendor.call("POST", f"{REQUESTS}/vendor{kind}", person, json=body)) == (401, "AUTH-00023")
        assert told(desk.vendor.call("GET", f"{REQUESTS}/vendor{kind}/bysystem/{ALL}", person)) == (401, "")


@pytest.mark.parametrize(
    ("first", "second", "what", "code"),
    [
        ("", "/agent", None, "AUTH-00007"),
        ("/agent", "", None, "AUTH-00007"),
        ("", "/agent", "reject", "AUTH-00009"),
        ("/agent", "", "reject", "AUTH-00009"),
    ],
)
def test_one_rule_holds_for_both_kinds(desk: Desk, first: str, second: str, what: str | None, code: str) -> None:
    key: dict[str, Any] = {"externalRef": f"{first}{what}{code}".replace("/", ""), **VAT}
    name = desk.asked(FACIL, first, **key)
    if what is not None:
        assert desk.vendor.answer(KARI, FACIL, name, what, first).json() is True
    assert told(desk.ask(FACIL, second, **key)) == (400, code)
    assert desk.ask(FACIL, first, **key).status_code == 200


def test_an_accepted_request_of_the_other_kind_is_told_once_its_user_is_gone_elsewhere(desk: Desk) -> None:
    key: dict[str, Any] = {"externalRef": "først", **VAT}
    name = desk.approved(KARI, FACIL, **key)
    assert told(desk.ask(FACIL, **key)) == (400, "AUTH-00004")
    assert told(desk.ask(FACIL, "/agent", **key)) == (400, "AUTH-00004")
    # An import may bring a request that was accepted without the system user that came of it.
    request = desk.stored(name)
    desk.vendor.call("DELETE", f"{REQUESTS}/vendor/{name}", desk.vendor.token(ASK))
    desk.house.store.import_facts("test", [replace(request, external_ref="annen")])
    assert told(desk.ask(FACIL, "/agent", externalRef="annen", **VAT)) == (400, "AUTH-00006")


def test_an_empty_external_reference_is_the_organisation_number(desk: Desk) -> None:
    name = desk.asked(OWNDATA, externalRef="", **VAT)
    again = desk.ask(OWNDATA, externalRef=None, **VAT)
    assert (again.status_code, again.json()["id"], again.json()["externalRef"]) == (200, name, OWNDATA)


@pytest.mark.parametrize("kind", BOTH)
def test_reads_know_only_the_callers_own_of_the_right_kind(desk: Desk, kind: str) -> None:
    ref = f"ref{len(kind)}"
    name = desk.asked(FACIL, kind, externalRef=ref, **VAT)
    base, other = f"{REQUESTS}/vendor{kind}", f"{REQUESTS}/vendor{BOTH[kind == '']}"
    reference = f"byexternalref/{ALL}/{FACIL}"
    assert desk.read(f"{base}/{name}").json()["confirmUrl"].endswith(f"?id={name}&DONTCHOOSEREPORTEE=true")
    assert desk.read(f"{base}/{reference}/{ref}").json()["id"] == name
    assert told(desk.read(f"{other}/{name}")) == (404, "AUTH-00010")
    assert told(desk.read(f"{other}/{reference}/{ref}")) == (404, "AUTH-00010")
    assert told(desk.read(f"{base}/{reference}/other")) == (404, "AUTH-00010")
    assert told(desk.read(f"{base}/not-a-uuid")) == (400, "")
    for path in (name, f"{reference}/{ref}", f"bysystem/{ALL}"):
        assert told(desk.read(f"{base}/{path}", desk.stranger)) == (404, "AUTH-00011")
    assert told(desk.read(f"{base}/bysystem/310000108_ukjent")) == (404, "AUTH-00011")


@pytest.mark.parametrize("kind", BOTH)
def test_pages_hold_every_request_once_while_others_come_and_go(own_desk: Desk, kind: str) -> None:
    desk = own_desk
    first = desk.stored(desk.asked(FACIL, kind, **VAT))
    copies = [
        replace(first, id=str(UUID(int=number)), external_ref=f"ref-{number}") for number in range(2**60, 2**60 + 114)
    ]
    desk.house.store.import_facts("test", copies)
    desk.asked(OWNDATA, BOTH[kind == ""], **VAT)
    names = {first.id, *(each.id for each in copies)}
    seen: list[str] = []
    gone = late = ""
    path: str | None = f"{REQUESTS}/vendor{kind}/bysystem/{ALL}"
    while path is not None:
        page = desk.read(path).json()
        assert all("confirmUrl" not in each for each in page["data"])
        seen += [each["id"] for each in page["data"]]
        following = page["links"].get("next")
        assert following is None or following.startswith(str(desk.vendor.http.base_url))
        path = following and following.removeprefix(str(desk.vendor.http.base_url).rstrip("/"))
        if path is not None and not gone:
            gone = min(names - set(seen))
            desk.vendor.call("DELETE", f"{REQUESTS}/vendor/{gone}", desk.vendor.token(ASK))
            late = desk.asked(FACIL, kind, **VAT)
    assert seen == sorted(set(seen))
    assert set(seen) - {late} == names - {gone}


@pytest.mark.parametrize("kind", BOTH)
def test_a_vendor_lists_one_customers_requests(desk: Desk, strict_desk: Desk, kind: str) -> None:
    for each in (desk, strict_desk):
        mine, path = each.asked(OTHER, kind, **VAT), f"{REQUESTS}/vendor{kind}/bysystem/{ALL}"
        each.asked(FACIL, kind, **VAT)
        page = each.read(path, params={"orgno": OTHER}).json()
        numbers = {item["partyOrgNo"] for item in page["data"]}
        assert mine in {item["id"] for item in page["data"]}
        assert numbers == {OTHER} if each is desk else len(numbers) > 1
        assert each.read(path, params={"orgno": "310000001"}).json()["data"] == ([] if each is desk else page["data"])


def test_a_bad_page_token_is_refused(desk: Desk) -> None:
    for token in ("!", "MTQ3Ng", "IngiIA"):
        assert told(desk.read(f"{REQUESTS}/vendor/bysystem/{ALL}", params={"token": token})) == (400, "")


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("answer", [None, "approve", "reject"])
def test_a_request_is_taken_back_whatever_its_status(desk: Desk, kind: str, answer: str | None) -> None:
    key: dict[str, Any] = {"externalRef": f"tilbake{kind}{answer}".replace("/", "-"), **VAT}
    name = desk.asked(FACIL, kind, **key)
    if answer is not None:
        desk.vendor.answer(KARI, FACIL, name, answer, kind)
    path = f"{REQUESTS}/vendor/{name}"
    refused = desk.stranger.call("DELETE", path, desk.stranger.token(ASK))
    assert told(refused) == (404, "AUTH-00010")
    gone = desk.vendor.call("DELETE", path, desk.vendor.token(ASK))
    assert (gone.status_code, gone.content) == (202, b"")
    assert told(desk.vendor.call("DELETE", path, desk.vendor.token(ASK))) == (404, "AUTH-00010")
    assert told(desk.read(f"{REQUESTS}/vendor{kind}/{name}")) == (404, "AUTH-00010")
    again = desk.ask(FACIL, kind, **key)
    assert told(again)[0] == (400 if answer == "approve" else 201)
    stands = desk.house.store.snapshot().users.get(name)
    assert (stands is not None) == (answer == "approve")


def test_a_request_shows_that_it_timed_out_and_can_be_approved_all_the_same(own_desk: Desk) -> None:
    desk = own_desk
    name = desk.asked(OWNDATA, **VAT)
    desk.house.clock.move(days=179, hours=23)
    assert desk.read(f"{REQUESTS}/vendor/{name}").json()["timedOut"] is False
    desk.house.clock.move(hours=1)
    shown = desk.read(f"{REQUESTS}/vendor/{name}").json()
    assert (shown["timedOut"], shown["status"]) == (True, "New")
    assert desk.vendor.answer(PER, OWNDATA, name).json() is True


def test_the_door_that_keeps_to_the_platform_ignores_rights_for_agents(desk: Desk, strict_desk: Desk) -> None:
    wanted: dict[str, Any] = {**VAT, "rights": [right("skd-eksempel-mva")]}
    assert "rights" in desk.ask(FACIL, "/agent", **wanted).json()
    assert "rights" not in strict_desk.ask(FACIL, "/agent", **wanted).json()


def test_the_door_that_keeps_to_the_platform_reads_one_action(desk: Desk, strict_desk: Desk) -> None:
    several = {**right("skd-eksempel-mva"), "actions": ["read", "write"]}
    told_of = [each.ask(OTHER, rights=[several]).json()["rights"] for each in (desk, strict_desk)]
    assert [[each.get("action") for each in rights] for rights in told_of] == [["read", "write"], [None]]


def test_scopes_are_told_apart(desk: Desk) -> None:
    name = desk.asked(OTHER, **VAT)
    for method, path, scope in (
        ("GET", f"/vendor/{name}", ASK),
        ("GET", f"/vendor/bysystem/{ALL}", ASK),
        ("DELETE", f"/vendor/{name}", READ),
        ("GET", f"/{name}", READ),
    ):
        refused = desk.vendor.call(method, REQUESTS + path, desk.vendor.token(scope))
        assert (refused.status_code, refused.content) == (403, b"")
