"""Dialogs made by service owners. Source: pdp-and-tokens §15.1."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.rest.dialogporten.conftest import PARTY, READS, RESOURCE, SENDS, Post
from tests.doors.rest.service_owner import service_owner
from tests.doors.rest.vendor import CLIENT_R, OTHER

DIALOGS = "/dialogporten/api/v1/serviceowner/dialogs"


def content(title: str) -> dict[str, Any]:
    """A title, and nothing else."""
    return {"title": {"value": [{"languageCode": "nb", "value": title}]}}


def test_the_answer_names_the_dialog(post: Post) -> None:
    made = post.seed(CLIENT_R)
    assert made.headers["Location"].endswith(f"{DIALOGS}/{made.json()}")
    assert made.headers["ETag"] == post.open(made.json()).headers["ETag"]
    path = made.headers["Location"][made.headers["Location"].index("/dialogporten/") :]
    own = post.owner.call("GET", path, post.owner.token(SENDS))
    assert (own.status_code, own.json()["id"], own.headers["ETag"]) == (200, made.json(), made.headers["ETag"])
    assert not own.json()["hasUnopenedContent"]
    assert post.owner.call("DELETE", path, post.owner.token(SENDS)).status_code == 204
    assert post.owner.call("GET", path, post.owner.token(SENDS)).status_code == 410


def test_under_one_key_a_dialog_is_made_once(post: Post) -> None:
    first = post.seeded(CLIENT_R, idempotentKey="sak-1")
    again = post.seed(CLIENT_R, "noe annet", idempotentKey="sak-1")
    assert again.status_code == 409
    assert first in again.json()["detail"]
    chosen = "01990000-0000-7000-8000-000000000001"
    assert post.seeded(CLIENT_R, id=chosen) == chosen
    assert post.seed(CLIENT_R, id=chosen).status_code == 409
    assert len(post.titles(party=f"{PARTY}{CLIENT_R}")) == 2


def test_another_owners_resource_is_refused(post: Post) -> None:
    assert post.seed(CLIENT_R, resource="nav-eksempel-melding").status_code == 403
    other = service_owner(post.house, "annen", OTHER, SENDS)
    body = {"serviceResource": f"{RESOURCE}skd-eksempel-melding", "party": f"{PARTY}{CLIENT_R}"}
    refused = other.call("POST", DIALOGS, other.token(SENDS), json={**body, "content": content("x")})
    assert refused.status_code == 403
    dialog = post.seeded(CLIENT_R)
    assert other.call("DELETE", f"{DIALOGS}/{dialog}", other.token(SENDS)).status_code == 404
    assert other.call("GET", f"{DIALOGS}/{dialog}", other.token(SENDS)).status_code == 404
    assert post.open(dialog).status_code == 200


def test_without_the_scope_or_a_token(post: Post) -> None:
    assert post.house.vendor.http.post(DIALOGS).status_code == 401
    assert post.house.vendor.call("POST", DIALOGS, post.house.vendor.token(READS), json={}).status_code == 403


@pytest.mark.parametrize(
    ("members", "wrong"),
    [
        ({"content": {}}, "content.title"),
        ({"content": content("")}, "content.title"),
        ({"content": content("x" * 256)}, "content.title"),
        ({"content": {"title": {"value": [{"languageCode": "Bokmål", "value": "x"}]}}}, "content.title"),
        ({"content": {**content("x"), "summary": {"value": []}}}, "content.summary"),
        ({"resource": "finnes-ikke"}, "serviceResource"),
        ({"resource": "asmx:212/4348"}, "serviceResource"),
        ({"party": f"{PARTY}310009990"}, "party"),
        ({"party": CLIENT_R}, "party"),
        ({"id": "6a7f6c4e-8f7e-4f2c-9d1e-0d3b6a1f2c11"}, "id"),
        ({"id": "x"}, "id"),
        ({"idempotentKey": "x" * 37}, "idempotentKey"),
        ({"progress": 101}, "progress"),
        ({"precedingProcess": "urn:a"}, "precedingProcess"),
        ({"status": "Unknown"}, "status"),
        ({"expiresAt": "2026-01-01T00:00:00Z"}, "expiresAt"),
        ({"visibleFrom": "2027-01-01T00:00:00Z", "expiresAt": "2026-12-01T00:00:00Z"}, "visibleFrom"),
        ({"visibleFrom": "2027-01-01T00:00:00Z", "dueAt": "2026-12-01T00:00:00Z"}, "dueAt"),
        ({"dueAt": "soon"}, "dueAt"),
        ({"apiActions": [{"action": "write"}]}, "apiActions"),
        ({"apiActions": [{"action": "write", "endpoints": [{"url": "x", "httpMethod": "GET"}]}]}, "apiActions"),
    ],
)
def test_what_cannot_be_a_dialog(shared_post: Post, members: dict[str, Any], wrong: str) -> None:
    refused = shared_post.seed(CLIENT_R, **members)
    assert refused.status_code == 400, refused.text
    assert list(refused.json()["errors"]) == [wrong]


@pytest.mark.parametrize("text", ["x\x00", "\ud800"])
def test_a_text_that_cannot_be_kept(shared_post: Post, text: str) -> None:
    bodies: list[dict[str, Any]] = [{"content": content(text)}, {"process": text}, {"content": {text: {}}}]
    for members in bodies:
        refused = shared_post.seed(CLIENT_R, **members)
        assert refused.status_code == 400, refused.text
        assert list(refused.json()["errors"]) == ["$", "createDialog"]
