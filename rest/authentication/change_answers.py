"""Change requests as the customer sees them: reading one, approving and rejecting."""

from __future__ import annotations

from flask import Response

from core import approve_change, change_for_person, party_change, reject_change
from rest.authentication.party_paths import party_in_path
from rest.body import read_uuid
from rest.door import ANY_SCOPE, PREFIX, Call, Door, json_response, person
from rest.problem import Area
from rest.request_shapes import change_for_person_json, change_json


def add_change_answer_routes(door: Door) -> None:
    """Serve the customers' side of change requests."""
    base = f"{PREFIX}/systemuser/changerequest"
    door.route("GET", f"{base}/<party>/<request_id>", of_party, ANY_SCOPE, Area.CHANGES)
    add_change_answers(door, base)


def add_change_answers(door: Door, base: str) -> None:
    """Serve reading by id, approving and rejecting under ``base``."""
    door.route("GET", f"{base}/<request_id>", for_person, ANY_SCOPE, Area.CHANGES)
    door.route("POST", f"{base}/<party>/<request_id>/approve", approve, ANY_SCOPE, Area.CHANGES)
    door.route("POST", f"{base}/<party>/<request_id>/reject", reject, ANY_SCOPE, Area.CHANGES)


def of_party(call: Call, party: str, request_id: str) -> Response:
    """A change request that was made to the party."""
    wanted, caller, asked = read_uuid("requestId", request_id), person(call), party_in_path(call, party)
    found = party_change(call.store.snapshot(), caller, asked, wanted, at=call.store.clock())
    return json_response(change_json(call, found))


def for_person(call: Call, request_id: str) -> Response:
    """A change request by its id alone, for somebody who could approve it."""
    wanted, caller = read_uuid("requestId", request_id), person(call)
    found = change_for_person(call.store.snapshot(), caller, wanted, at=call.store.clock())
    return json_response(change_for_person_json(call, found))


def approve(call: Call, party: str, request_id: str) -> Response:
    """Approve a change request: all of it, or nothing."""
    wanted = read_uuid("requestId", request_id)
    approve_change(call.store, person(call), party_in_path(call, party), wanted)
    return json_response(True)


def reject(call: Call, party: str, request_id: str) -> Response:
    """Reject a change request."""
    wanted = read_uuid("requestId", request_id)
    reject_change(call.store, person(call), party_in_path(call, party), wanted)
    return json_response(True)
