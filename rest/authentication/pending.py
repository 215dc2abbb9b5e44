"""Requests as the asked party's people read them: one of them, and those that wait for an answer."""

from __future__ import annotations

from flask import Response

from core import SystemUserKind, party_request, pending_requests, request_for_person
from rest.authentication.party_paths import PORTAL, party_in_path
from rest.body import read_uuid
from rest.door import ANY_SCOPE, PREFIX, Call, Door, View, json_response, person
from rest.problem import Area
from rest.request_shapes import request_for_person_json, request_json

_BASE = f"{PREFIX}/systemuser/request"


def add_party_request_routes(door: Door) -> None:
    """Serve what the asked party's people read, for each kind of system user."""
    for kind, base in ((SystemUserKind.STANDARD, _BASE), (SystemUserKind.AGENT, f"{_BASE}/agent")):
        door.route("GET", f"{base}/<request_id>", one_for_person(kind), PORTAL, Area.REQUESTS)
        door.route("GET", f"{base}/<party>/<request_id>", _one_of_party(kind), ANY_SCOPE, Area.REQUESTS)
        door.route("GET", f"{base}/<party>/<organisation>/pending", _pending(kind), PORTAL, Area.REQUESTS)


def one_for_person(kind: SystemUserKind) -> View:
    """The view of one request of a kind, for the pages where people answer."""

    def view(call: Call, request_id: str) -> Response:
        wanted, caller = read_uuid("requestId", request_id), person(call)
        found = request_for_person(call.store.snapshot(), caller, wanted, kind, at=call.store.clock())
        return json_response(request_for_person_json(call, found))

    return view


def _one_of_party(kind: SystemUserKind) -> View:
    def view(call: Call, party: str, request_id: str) -> Response:
        wanted, caller, asked = read_uuid("requestId", request_id), person(call), party_in_path(call, party)
        found = party_request(call.store.snapshot(), caller, asked, wanted, kind, at=call.store.clock())
        return json_response(request_json(call, found))

    return view


def _pending(kind: SystemUserKind) -> View:
    def view(call: Call, party: str, organisation: str) -> Response:
        caller, asked = person(call), party_in_path(call, party)
        snapshot, now = call.store.snapshot(), call.store.clock()
        found = pending_requests(snapshot, caller, asked, organisation, kind, at=now)
        return json_response([request_json(call, each) for each in found])

    return view
