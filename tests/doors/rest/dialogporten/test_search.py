"""Searches for dialogs over HTTP: filters, order, pages, and what cannot be asked. Source: pdp-and-tokens §15.2."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.rest.dialogporten.conftest import MELDING, PARTY, RESOURCE, Post
from tests.doors.rest.vendor import CLIENT_R, CLIENT_U, OWNDATA

MINE = f"{PARTY}{CLIENT_R}"


def test_pages_lose_and_double_nothing_while_others_write(post: Post) -> None:
    made = [post.seeded(CLIENT_R, str(number)) for number in range(5)]
    post.house.clock.move(minutes=1)
    made += [post.seeded(CLIENT_R, str(number)) for number in range(5, 8)]
    found: list[str] = []
    token: str | None = None
    for _ in range(10):
        more = {} if token is None else {"continuationToken": token}
        page = post.search(party=MINE, limit=3, **more).json()
        found += [item["id"] for item in page["items"]]
        post.house.clock.move(minutes=1)
        post.seeded(CLIENT_R, "senere")
        token = page["continuationToken"]
        assert page["hasNextPage"] is (token is not None)
        if token is None:
            break
    assert sorted(found) == sorted(made)
    assert found[:3] == sorted(made[5:], reverse=True)


@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_by_due_date_those_without_one_come_last(post: Post, direction: str) -> None:
    for title, due in (("to", "2026-07-02T00:00:00Z"), ("uten", None), ("en", "2026-07-01T00:00:00Z")):
        post.seeded(CLIENT_R, title, **({} if due is None else {"dueAt": due}))
    wanted = ["en", "to", "uten"] if direction == "asc" else ["to", "en", "uten"]
    assert post.titles(party=MINE, orderBy=f"dueAt_{direction}") == wanted
    found: list[str] = []
    token: str | None = ""
    while token is not None:
        more = {"continuationToken": token} if token else {}
        page = post.search(party=MINE, orderBy=f"dueAt_{direction}", limit=1, **more).json()
        found += [item["content"]["title"]["value"][0]["value"] for item in page["items"]]
        token = page["continuationToken"]
    assert found == wanted


def test_filters(post: Post) -> None:
    process = "urn:skd:prosess:1"
    early = post.house.clock()
    post.seeded(CLIENT_R, "en", process=process, extendedStatus="venter", externalReference="sak-1")
    post.house.clock.move(hours=1)
    middle = post.house.clock()
    post.seeded(CLIENT_R, "to", status="Completed", isApiOnly=True, systemLabel="Archive")
    post.house.clock.move(hours=1)
    post.seeded(CLIENT_R, "tre æøå 100%", dueAt="2026-07-01T00:00:00Z")
    filters: list[tuple[dict[str, Any], list[str]]] = [
        ({"status": "Completed"}, ["to"]),
        ({"status": ["completed", "RequiresAttention"]}, ["tre æøå 100%", "to", "en"]),
        ({"process": process}, ["en"]),
        ({"extendedStatus": "venter"}, ["en"]),
        ({"externalReference": "sak-1"}, ["en"]),
        ({"systemLabel": "Archive"}, ["to"]),
        ({"excludeApiOnly": "true"}, ["tre æøå 100%", "en"]),
        ({"org": "skd"}, ["tre æøå 100%", "to", "en"]),
        ({"org": "nav"}, []),
        ({"search": "ÆØÅ"}, ["tre æøå 100%"]),
        ({"search": "0% "}, []),
        ({"createdAfter": middle.isoformat()}, ["tre æøå 100%", "to"]),
        ({"createdBefore": middle.isoformat()}, ["to", "en"]),
        ({"updatedBefore": early.isoformat()}, ["en"]),
        ({"contentUpdatedAfter": middle.isoformat(), "contentUpdatedBefore": middle.isoformat()}, ["to"]),
        ({"dueAfter": "2026-06-30T00:00:00Z"}, ["tre æøå 100%"]),
        ({"serviceResource": f"{RESOURCE}nav-eksempel-melding"}, []),
        ({"orderBy": "createdAt_asc"}, ["en", "to", "tre æøå 100%"]),
        ({"orderBy": "updatedat_asc,id_asc"}, ["en", "to", "tre æøå 100%"]),
    ]
    for asked, wanted in filters:
        assert post.titles(party=MINE, **asked) == wanted, asked


def test_a_search_by_resource_alone_reaches_every_client_and_nobody_else(post: Post) -> None:
    for number in (CLIENT_R, CLIENT_U, OWNDATA):
        post.seeded(number, number)
    assert sorted(post.titles(serviceResource=f"{RESOURCE}{MELDING}")) == [CLIENT_R, CLIENT_U]
    both = [MINE, f"{PARTY}{CLIENT_U}"]
    assert sorted(post.titles(party=both)) == [CLIENT_R, CLIENT_U]


@pytest.mark.parametrize(
    ("asked", "member"),
    [
        ({}, "party"),
        ({"party": MINE, "search": "ab"}, "search"),
        ({"party": MINE, "search": "ab\x00"}, "$"),
        ({"party": MINE, "limit": 0}, "limit"),
        ({"party": MINE, "limit": 1001}, "limit"),
        ({"party": MINE, "limit": "x"}, "limit"),
        ({"party": [f"{PARTY}{310000000 + number}" for number in range(101)]}, "party"),
        ({"serviceResource": [f"{RESOURCE}r{number}" for number in range(21)]}, "serviceResource"),
        ({"party": CLIENT_R}, "party"),
        ({"party": MINE, "serviceResource": MELDING}, "serviceResource"),
        ({"party": MINE, "status": "Unknown"}, "status"),
        ({"party": MINE, "systemLabel": "Unknown"}, "systemLabel"),
        ({"party": MINE, "createdAfter": "yesterday"}, "createdAfter"),
        ({"party": MINE, "createdAfter": "0001-01-01T00:00:00+14:00"}, "createdAfter"),
        ({"party": MINE, "dueAfter": "2026-02-01T00:00:00Z", "dueBefore": "2026-01-01T00:00:00Z"}, "dueAfter"),
        ({"party": MINE, "orderBy": "title"}, "orderBy"),
        ({"party": MINE, "orderBy": "createdAt_asc,id_desc"}, "orderBy"),
        ({"party": MINE, "excludeApiOnly": "maybe"}, "excludeApiOnly"),
        ({"party": MINE, "continuationToken": "x"}, "continuationToken"),
        ({"party": MINE, "continuationToken": "ø"}, "continuationToken"),
    ],
)
def test_what_cannot_be_asked(shared_post: Post, asked: dict[str, Any], member: str) -> None:
    refused = shared_post.search(**asked)
    assert refused.status_code == 400
    assert list(refused.json()["errors"]) == [member]


def test_a_token_is_for_its_own_order(post: Post) -> None:
    for number in range(2):
        post.seeded(CLIENT_R, str(number))
    token = post.search(party=MINE, limit=1).json()["continuationToken"]
    assert post.search(party=MINE, orderBy="dueAt_asc", continuationToken=token).status_code == 400


def test_words_in_too_many_dialogs(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.services.dialogs.MOST_SEARCHED", 2)
    for number in range(3):
        post.house.clock.move(minutes=1)
        post.seeded(CLIENT_R, f"kontroll {number}")
    refused = post.search(party=MINE, search="kontroll")
    assert (refused.status_code, refused.json()["status"]) == (422, 422)
    late = post.house.clock().isoformat()
    assert post.titles(party=MINE, search="kontroll", contentUpdatedAfter=late) == ["kontroll 2"]
    assert len(post.titles(party=MINE)) == 3
