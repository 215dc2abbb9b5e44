"""Dialogs for end users: search, open, and whose they may be. Source: pdp-and-tokens §15.

A system user's token is taken raw or exchanged; a person's is taken as well.
"""

from __future__ import annotations

from flask import Response, request

from core import authorised_parties, open_dialog, search_dialogs
from rest.body import read_uuid
from rest.callers import end_user
from rest.dialogporten.dialog_shapes import authorised_json, listed_json, opened_json
from rest.dialogporten.searching import continuation, order_text, read_search
from rest.door import Call, Door, empty, json_response
from rest.problem import Area

BASE = "/dialogporten/api/v1"
_SCOPES = frozenset({"digdir:dialogporten"})


def add_dialog_routes(door: Door) -> None:
    """Serve the end users' side."""
    base = f"{BASE}/enduser"
    door.route("GET", f"{base}/dialogs", search, _SCOPES, Area.DIALOGS)
    door.route("GET", f"{base}/dialogs/<dialog_id>", details, _SCOPES, Area.DIALOGS)
    door.route("GET", f"{base}/parties", parties, _SCOPES, Area.DIALOGS)


def search(call: Call) -> Response:
    """One page of dialogs. A party without access gives none, and no error."""
    caller, wanted = end_user(call), read_search()
    page = search_dialogs(call.store, caller, wanted)
    snapshot = call.store.snapshot()
    return json_response(
        {
            "items": [listed_json(snapshot, each) for each in page.items],
            "hasNextPage": page.next is not None,
            "continuationToken": continuation(wanted, page.next),
            "orderBy": order_text(wanted),
        }
    )


def details(call: Call, dialog_id: str) -> Response:
    """One dialog, opened. The entity tag is its revision."""
    opened = open_dialog(call.store, end_user(call), read_uuid("dialogId", dialog_id))
    tag = {"ETag": opened.dialog.revision}
    known = (request.headers.get("If-None-Match") or "").replace('"', "").removeprefix("W/").strip()
    if known == opened.dialog.revision:
        return empty(304, tag)
    return json_response(opened_json(call.store.snapshot(), opened), headers=tag)


def parties(call: Call) -> Response:
    """The parties the caller may act for."""
    found = authorised_parties(call.store.snapshot(), end_user(call).subject(), call.store.clock())
    return json_response({"authorizedParties": [authorised_json(each) for each in found]})
