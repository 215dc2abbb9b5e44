"""Answers about dialogs, to the letter."""

from __future__ import annotations

from tests.doors.rest.dialogporten.conftest import PARTY, Post
from tests.doors.rest.golden_files import check
from tests.doors.rest.vendor import CLIENT_R, OWNDATA


def test_answers_to_the_letter(post: Post) -> None:
    endpoint = {"url": "https://skd.example/svar", "httpMethod": "POST", "version": "1"}
    summary = {
        "summary": {"value": [{"languageCode": "nb", "value": "Kort"}, {"languageCode": "en", "value": "Brief"}]}
    }
    title = {"title": {"value": [{"languageCode": "nb", "value": "Varsel"}]}}
    actions = [{"action": "read", "name": "hent", "endpoints": [endpoint]}]
    made = post.seed(CLIENT_R, content={**title, **summary}, apiActions=actions, dueAt="2026-07-01T00:00:00Z")
    check("dialog-created", made)
    check("dialog-opened", post.open(made.json()))
    check("dialog-search", post.search(party=f"{PARTY}{CLIENT_R}"))
    check("dialog-search-nobody", post.search(party=f"{PARTY}{OWNDATA}"))
    check("dialog-search-too-wide", post.search())
    check("dialog-forbidden", post.open(post.seeded(OWNDATA)))
    check("dialog-unknown", post.open("01990000-0000-7000-8000-000000000001"))
    check("dialog-wrong", post.seed(CLIENT_R, content={}, progress=101))
