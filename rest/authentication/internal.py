"""System users as the platform's own register of parties follows them. Source: rest-systemuser §4.9."""

from __future__ import annotations

from flask import Response

from core import stream_of_system_users, streamed_system_user
from rest.authentication.system_user_shapes import streamed_user_json
from rest.body import read_uuid
from rest.door import PREFIX, Call, Door, json_response
from rest.paging import next_address, number_token
from rest.problem import Area, Body, Problem
from rest.problems import Refused

_SCOPES = frozenset({"altinn:authentication/systemuser.admin"})
_GONE = Problem(410, "", "Gone", Body.FRAMEWORK)
_PAGE_SIZE = 100


def add_internal_routes(door: Door) -> None:
    """Serve the stream. The platform takes its own access token here too, which nobody outside it has."""
    base = f"{PREFIX}/systemuser/internal/systemusers"
    door.route("GET", f"{base}/stream", stream, _SCOPES, Area.SYSTEM_USERS)
    door.route("GET", f"{base}/<system_user_id>", one, _SCOPES, Area.SYSTEM_USERS)


def stream(call: Call) -> Response:
    """System users changed after the token, deleted ones too. An empty page has no next: ask again with the token."""
    after = number_token() or 0
    found = stream_of_system_users(call.store, after, _PAGE_SIZE)
    snapshot = call.store.snapshot()
    first, last = (found.users[0].sequence, found.users[-1].sequence) if found.users else (after, after)
    return json_response({
        "stats": {"pageStart": first, "pageEnd": last, "sequenceMax": found.newest},
        "links": {"next": next_address(call, last)} if found.users else {},
        "data": [streamed_user_json(snapshot, user) for user in found.users],
    })  # fmt: skip


def one(call: Call, system_user_id: str) -> Response:
    """One system user; gone where it was deleted, and alike where there never was one."""
    found = streamed_system_user(call.store, read_uuid("id", system_user_id))
    if found is None:
        raise Refused(_GONE)
    return json_response(streamed_user_json(call.store.snapshot(), found))
