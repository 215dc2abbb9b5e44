"""Connections over HTTP: connect, give, take, with every refusal. Source: pdp-and-tokens §14.6."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.rest.accessmanagement.people import (
    A06,
    ACCOUNTANT,
    BOSS_U,
    BOSS_U_UUID,
    CLIENT_R_UUID,
    CLIENT_U_UUID,
    CONNECTIONS,
    FACIL_UUID,
    KARI,
    NINA,
    NINA_UUID,
    NOBODY,
    OTHER_UUID,
    PORTAL,
    SALARY,
    TAX,
    VAT,
    Clients,
    codes,
    urn,
)

PACKAGES, RIGHTS = f"{CONNECTIONS}/accesspackages", f"{CONNECTIONS}/resources/rights"
TO_OTHERS = "altinn:accessmanagement/enduser:connections:toothers"
FROM_OTHERS = "altinn:accessmanagement/enduser:connections:fromothers"


def codes_of(clients: Clients, **parameters: str) -> list[str]:
    """The packages that a list shows."""
    listed = clients.call("GET", PACKAGES, BOSS_U, party=CLIENT_U_UUID, **parameters).json()
    return [each["package"]["urn"].rpartition(":")[2] for each in listed["data"]]


def test_connect_give_and_take(clients: Clients) -> None:
    refused = clients.give(VAT, to=OTHER_UUID)
    assert codes(refused) == [("AM.VLD-00032", "$QUERY/to")]
    assert "tilgangsstyrer" in refused.json()["validationErrors"][0]["detail"]
    made = clients.connect()
    assert made.status_code == 200, made.text
    assert (made.json()["fromId"], made.json()["toId"]) == (CLIENT_U_UUID, FACIL_UUID)
    assert clients.connect().json() == made.json()
    given = clients.give(VAT)
    assert given.status_code == 200, given.text
    assert given.json()["assignmentId"] == made.json()["id"]
    assert clients.give(VAT).json() == given.json()
    # What was given without connecting first is a connection too.
    assert codes_of(clients, to=FACIL_UUID) == [VAT, TAX]
    assert clients.take(VAT).status_code == 204
    assert clients.take(VAT).status_code == 204
    assert codes_of(clients) == [TAX]


def test_a_package_by_its_id_and_a_person_by_name(clients: Clients) -> None:
    body = {"personIdentifier": NINA, "lastName": "medarbeider"}
    named = clients.call("POST", CONNECTIONS, BOSS_U, party=CLIENT_U_UUID, json=body)
    assert (named.status_code, named.json()["toId"]) == (200, NINA_UUID)
    wrong = clients.call("POST", CONNECTIONS, BOSS_U, party=CLIENT_U_UUID, json={**body, "lastName": "Nordmann"})
    assert codes(wrong) == [("AM.VLD-00034", "/personIdentifier")]
    assert NINA not in wrong.text
    checks = clients.call("GET", f"{PACKAGES}/delegationcheck", BOSS_U, party=CLIENT_U_UUID, packages=urn(SALARY))
    (check,) = checks.json()["data"]
    by_id = {"party": CLIENT_U_UUID, "to": NINA_UUID, "packageId": check["package"]["id"]}
    assert clients.call("POST", PACKAGES, BOSS_U, **by_id).status_code == 200
    assert codes_of(clients, to=NINA_UUID) == [SALARY]


def test_both_sides_see_it_and_either_may_end_it(clients: Clients) -> None:
    clients.connect()
    clients.give(VAT)
    sent = clients.call("GET", CONNECTIONS, BOSS_U, party=CLIENT_U_UUID).json()
    by_party = {each["party"]["id"]: each for each in sent["data"]}
    assert set(by_party) == {FACIL_UUID, BOSS_U_UUID}
    assert [role["code"] for role in by_party[BOSS_U_UUID]["roles"]] == ["daglig-leder"]
    assert by_party[BOSS_U_UUID]["party"]["personIdentifier"] == "118489*****"
    assert [each["urn"] for each in by_party[FACIL_UUID]["packages"]] == [urn(VAT), urn(TAX)]
    received = clients.call("GET", CONNECTIONS, KARI, party=FACIL_UUID, to=FACIL_UUID).json()
    assert CLIENT_U_UUID in [each["party"]["id"] for each in received["data"]]
    (one,) = clients.call("GET", CONNECTIONS, KARI, party=FACIL_UUID, **{"from": CLIENT_U_UUID}).json()["data"]
    assert one["party"]["id"] == CLIENT_U_UUID
    where = {"party": FACIL_UUID, "from": CLIENT_U_UUID, "to": FACIL_UUID, "package": urn(VAT)}
    assert clients.call("DELETE", PACKAGES, KARI, **where).status_code == 204
    assert codes_of(clients) == [TAX]
    del where["package"]
    in_use = clients.call("DELETE", CONNECTIONS, KARI, **where)
    assert codes(in_use) == [("AM.VLD-00010", "$QUERY/cascade")]
    assert clients.call("DELETE", CONNECTIONS, KARI, cascade="true", **where).status_code == 204
    assert clients.call("DELETE", CONNECTIONS, KARI, **where).status_code == 204
    assert codes_of(clients) == []
    assert codes(clients.give(VAT)) == [("AM.VLD-00032", "$QUERY/to")]


def test_single_rights_are_given_replaced_read_and_taken(clients: Clients) -> None:
    assert codes(clients.give_rights(A06, "read", to=OTHER_UUID)) == [("AM.VLD-00032", "$QUERY/to")]
    clients.connect()
    assert clients.give_rights(A06, "read", "write").status_code == 201
    where = {"party": CLIENT_U_UUID, "from": CLIENT_U_UUID, "to": FACIL_UUID, "resource": A06}

    def keys() -> list[str]:
        found = clients.call("GET", RIGHTS, BOSS_U, **where).json()
        return [each["right"]["key"] for each in found["directRights"]]

    assert keys() == ["read", "write"]
    assert clients.give_rights(A06, "write", method="PUT").status_code == 200
    assert keys() == ["write"]
    listed = clients.call("GET", f"{CONNECTIONS}/resources", BOSS_U, party=CLIENT_U_UUID).json()["data"]
    assert [each["resource"]["value"] for each in listed] == [A06]
    assert (
        clients.call("GET", f"{CONNECTIONS}/resources", BOSS_U, party=CLIENT_U_UUID, resource="x").json()["data"] == []
    )
    assert clients.call("DELETE", f"{CONNECTIONS}/resources", BOSS_U, **where).status_code == 204
    assert clients.call("DELETE", f"{CONNECTIONS}/resources", BOSS_U, **where).status_code == 204
    assert keys() == []


@pytest.mark.parametrize(
    ("resource", "keys", "told"),
    [
        ("no-such-resource", ("read",), ("AM.VLD-00012", "$QUERY/resource")),
        (A06, ("sing",), ("AM.VLD-00026", "$QUERY/resource")),
        (A06, (), ("AM.VLD-00023", "/directRightKeys")),
        ("altinn_access_management", ("read",), ("AM.VLD-00049", "$QUERY/resource")),
    ],
)
def test_rights_that_cannot_be_given(clients: Clients, resource: str, keys: tuple[str, ...], told: Any) -> None:
    clients.connect()
    assert codes(clients.give_rights(resource, *keys)) == [told]


@pytest.mark.parametrize(
    ("package", "told"),
    [
        ("no-such-package", "AM.VLD-00030"),
        (ACCOUNTANT, "AM.VLD-00048"),
        ("hovedadministrator", "AM.VLD-00028"),
    ],
)
def test_packages_that_cannot_be_given(clients: Clients, package: str, told: str) -> None:
    clients.connect()
    assert codes(clients.give(package)) == [(told, "$QUERY/package")]


def test_what_the_caller_does_not_have_cannot_be_given(clients: Clients) -> None:
    # An access manager who holds nothing else gives nothing else.
    clients.connect(to=NINA_UUID)
    assert clients.give("tilgangsstyrer", to=NINA_UUID).status_code == 200
    assert clients.connect(person=NINA).status_code == 200
    assert codes(clients.give(VAT, person=NINA)) == [("AM.VLD-00026", "$QUERY/package")]
    check = clients.call("GET", f"{PACKAGES}/delegationcheck", NINA, party=CLIENT_U_UUID).json()["data"]
    assert {each["package"]["urn"] for each in check if each["result"]} == {urn("tilgangsstyrer")}


def test_receivers_that_can_have_nothing(clients: Clients) -> None:
    agent = clients.agent(ACCOUNTANT)
    assert codes(clients.connect(to=NOBODY)) == [("AM.VLD-00006", "$QUERY/to")]
    assert codes(clients.connect(to=agent)) == [("AM.VLD-00008", "$QUERY/to")]
    assert codes(clients.connect(to=CLIENT_U_UUID)) == [("AM.VLD-00008", "$QUERY/to")]
    assert codes(clients.give(VAT, to=NOBODY)) == [("AM.VLD-00006", "$QUERY/to")]


def test_who_may_call(still: Clients) -> None:
    for person in (KARI, NINA):
        refused = still.connect(person=person)
        assert (refused.status_code, refused.content) == (403, b"")
    missing = still.call("POST", CONNECTIONS, BOSS_U, to=FACIL_UUID)
    assert (missing.status_code, missing.content) == (403, b"")
    # Between two others, also where one of them is unknown: nothing is told.
    for giver in (CLIENT_R_UUID, NOBODY):
        between = {"party": CLIENT_U_UUID, "from": giver, "to": FACIL_UUID}
        assert still.call("DELETE", CONNECTIONS, BOSS_U, **between).status_code == 403
        assert still.call("GET", CONNECTIONS, BOSS_U, **between).status_code == 403
    assert still.call("POST", CONNECTIONS, BOSS_U, party=CLIENT_U_UUID).status_code == 400
    assert still.call("POST", CONNECTIONS, BOSS_U, party="x", to=FACIL_UUID).status_code == 400


def test_each_direction_has_a_scope_of_its_own(clients: Clients) -> None:
    given = {"party": CLIENT_U_UUID}
    received = {"party": FACIL_UUID, "to": FACIL_UUID}
    for scopes, statuses in (
        (f"{TO_OTHERS}.read", (200, 403)),
        (f"{FROM_OTHERS}.read", (403, 200)),
        (f"{TO_OTHERS}.write", (200, 403)),
        ("altinn:clientdelegations.read", (403, 403)),
        (PORTAL, (200, 200)),
    ):
        found = (
            clients.call("GET", CONNECTIONS, BOSS_U, scopes=scopes, **given).status_code,
            clients.call("GET", CONNECTIONS, KARI, scopes=scopes, **received).status_code,
        )
        assert found == statuses, scopes
    where = {"party": FACIL_UUID, "from": CLIENT_U_UUID, "to": FACIL_UUID, "package": urn(TAX)}
    assert clients.call("DELETE", PACKAGES, KARI, scopes=f"{TO_OTHERS}.write", **where).status_code == 403
    assert clients.call("DELETE", PACKAGES, KARI, scopes=f"{FROM_OTHERS}.write", **where).status_code == 204


def test_pages_by_header_and_by_link(clients: Clients) -> None:
    for receiver in (FACIL_UUID, NINA_UUID, OTHER_UUID):
        assert clients.connect(to=receiver).status_code == 200
    whole = clients.call("GET", CONNECTIONS, BOSS_U, party=CLIENT_U_UUID).json()
    assert whole["links"] == {"next": None}
    every = [each["party"]["id"] for each in whole["data"]]
    assert every == sorted(every)
    assert len(every) == 4
    second = clients.call(
        "GET", CONNECTIONS, BOSS_U, party=CLIENT_U_UUID, headers={"X-Page-Size": "3", "X-Page-Number": "1"}
    ).json()
    assert [each["party"]["id"] for each in second["data"]] == every[3:]
    first = clients.call("GET", CONNECTIONS, BOSS_U, party=CLIENT_U_UUID, headers={"X-Page-Size": "3"}).json()
    assert [each["party"]["id"] for each in first["data"]] == every[:3]
    # While the first page is read, somebody in it goes.
    gone = {"party": CLIENT_U_UUID, "from": CLIENT_U_UUID, "to": OTHER_UUID}
    assert clients.call("DELETE", CONNECTIONS, BOSS_U, **gone).status_code == 204
    token = clients.vendor.personal_token(BOSS_U)
    rest = clients.vendor.http.get(first["links"]["next"], headers={"Authorization": f"Bearer {token}"}).json()
    assert [each["party"]["id"] for each in rest["data"]] == every[3:]
    for wrong in ("0", "x", "1001"):
        headers = {"X-Page-Size": wrong}
        assert clients.call("GET", CONNECTIONS, BOSS_U, party=CLIENT_U_UUID, headers=headers).status_code == 400


def test_strict_says_no_more_than_the_platform(strict: Clients) -> None:
    (told,) = strict.give(VAT, to=OTHER_UUID).json()["validationErrors"]
    assert set(told) == {"code", "title", "paths"}
