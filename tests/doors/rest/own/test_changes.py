"""The change feed over HTTP: told to those it concerns, in order, from wherever a reader was."""

from __future__ import annotations

from typing import Any

import pytest

from core import PackageDelegation, RegisterRole, remove
from core.domain.cascade import dependants_of
from core.store.store import Written
from tests.doors.rest.own.conftest import ANNET, EGET, REGNSKAP, SKATT, Callers
from tests.doors.rest.vendor import (
    AUTHORIZE,
    CLIENT_R,
    CLIENT_R_UUID,
    CLIENT_U_UUID,
    FACIL,
    KARI,
    OTHER,
    OWNDATA,
    PER,
)


def feed(callers: Callers, who: str, **parameters: Any) -> dict[str, Any]:
    response = callers.call(who, "GET", "/changes", params=parameters)
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    answer: dict[str, Any] = response.json()
    return answer


def end(callers: Callers, party: str, record: type[Any]) -> None:
    """The register or the giver ends what it has said of the party."""
    store = callers.house.store
    gone = [each for each in store.snapshot().grounds(party) if isinstance(each, record)]
    store.change(
        "register", lambda snapshot: Written((*map(remove, gone), *dependants_of(snapshot, gone, store.clock())), None)
    )


def test_a_vendor_follows_what_becomes_of_its_clients(callers: Callers) -> None:
    first = feed(callers, "vendor", kind="client-delegation,system-user,key")
    began = {event["fact"].get("id") for event in first["events"] if event["event"] == "began"}
    assert {REGNSKAP, SKATT, EGET, "cd-1", "cd-2"} <= began
    assert ANNET not in str(first)
    end(callers, CLIENT_R_UUID, RegisterRole)
    page = feed(callers, "vendor", since=first["next"])
    (event,) = page["events"]
    assert (event["what"], event["event"], event["party"]["number"]) == ("client-delegation", "ended", CLIENT_R)
    assert event["systemUser"] == {"id": REGNSKAP, "externalRef": "regnskap"}
    assert (event["cause"]["what"], event["cause"]["event"]) == ("register-role", "ended")
    assert event["cause"]["fact"]["role"] == "REGN"
    again = feed(callers, "vendor", since=page["next"])
    assert (again["events"], again["next"], again["more"]) == ([], page["next"], False)


def test_each_is_told_of_its_own(callers: Callers) -> None:
    since = feed(callers, "operator", limit=1000)["next"]
    end(callers, CLIENT_U_UUID, PackageDelegation)
    told = {
        who: [event["fact"]["id"] for event in feed(callers, who, since=since)["events"]]
        for who in ("vendor", "provider", "operator", "person")
    }
    assert told == {"vendor": ["cd-2"], "provider": ["pd-2", "cd-2", "cd-3"], "operator": ["pd-2", "cd-2", "cd-3"],
                    "person": []}  # fmt: skip
    of_firm = feed(callers, "person", since=since, onBehalfOf=FACIL)["events"]
    assert [event["fact"]["id"] for event in of_firm] == ["pd-2", "cd-2", "cd-3"]
    assert callers.call("person", "GET", "/changes", params={"onBehalfOf": OWNDATA}).status_code == 403


def test_no_identity_number_and_no_secret_is_ever_told(callers: Callers) -> None:
    text = callers.call("operator", "GET", "/changes", params={"limit": 1000}).text
    assert "register-role" in text
    for hidden in (KARI, PER, "argon2", "given_by"):
        assert hidden not in text
    herself = feed(callers, "person")
    assert {event["what"] for event in herself["events"]} == {"register-role"}
    assert KARI not in str(herself)


def test_the_feed_can_be_read_one_event_at_a_time(callers: Callers) -> None:
    whole = feed(callers, "operator", limit=1000)["events"]
    since, told, more = 0, [], True
    while more:
        page = feed(callers, "operator", since=since, limit=1)
        told += page["events"]
        since, more = page["next"], page["more"]
    assert told == whole


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("since", "-1"),
        ("since", "x"),
        ("since", "9" * 19),
        ("since", "9" * 30),
        ("limit", "0"),
        ("limit", "1001"),
        ("kind", "client-delegation,weather"),
        ("kind", ","),
    ],
)
def test_parameters_that_cannot_be_used(asking: Callers, name: str, value: str) -> None:
    response = asking.call("operator", "GET", "/changes", params={name: value})
    assert (response.status_code, list(response.json()["errors"])) == (400, [name])


def test_it_needs_a_scope_of_its_own(asking: Callers) -> None:
    vendor = asking.house.vendor
    refused = vendor.call("GET", "/brobygger/v1/changes", vendor.token(AUTHORIZE))
    assert (refused.status_code, refused.content) == (403, b"")
    assert OTHER not in str(feed(asking, "vendor", limit=1000))
