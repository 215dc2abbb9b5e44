"""The portal's own routes for requests: the same as the platform's, under the portal's prefix.

Test suites approve through these. Source: rest-systemuser §8.4.
"""

from __future__ import annotations

from flask import Response

from core import ErrorCode, SystemUserKind, pending_requests
from rest.authentication.approvals import add_answers
from rest.authentication.change_answers import add_change_answers
from rest.authentication.logout import log_out
from rest.authentication.party_paths import PORTAL
from rest.authentication.pending import one_for_person
from rest.body import read_uuid
from rest.door import Call, Door, json_response, person
from rest.problem import Area
from rest.problem_rows import PROBLEMS
from rest.problems import Refused
from rest.request_shapes import request_json

_BASE = "/accessmanagement/api/v1/systemuser"
_KINDS = (
    (SystemUserKind.STANDARD, f"{_BASE}/request", "SystemuserRequestId"),
    (SystemUserKind.AGENT, f"{_BASE}/agentrequest", "SystemuserAgentRequestId"),
)


def add_portal_request_routes(door: Door) -> None:
    """Serve the portal's routes for requests and change requests."""
    for kind, base, name in _KINDS:
        door.route("GET", f"{base}/<request_id>", one_for_person(kind), PORTAL, Area.REQUESTS)
        add_answers(door, kind, f"{base}/<party>/<request_id>")
        door.open_route("GET", f"{base}/<request_id>/logout", log_out(name), Area.REQUESTS)
    changes = f"{_BASE}/changerequest"
    add_change_answers(door, changes)
    door.open_route("GET", f"{changes}/<request_id>/logout", log_out("SystemuserChangeRequestId"), Area.CHANGES)
    door.route("GET", f"{_BASE}/<party>/pending", pending, PORTAL, Area.REQUESTS)


def pending(call: Call, party: str) -> Response:
    """All that waits for the party's answer: standard requests, then escalated ones for agents.

    The party is named by its UUID here, as the portal does.
    """
    snapshot, caller, now = call.store.snapshot(), person(call), call.store.clock()
    asked = snapshot.party(read_uuid("partyUuid", party))
    if asked is None:
        raise Refused(PROBLEMS[ErrorCode.PARTY_NOT_FOUND])
    found = [
        each
        for kind in (SystemUserKind.STANDARD, SystemUserKind.AGENT)
        for each in pending_requests(snapshot, caller, asked.id, asked.number, kind, at=now)
    ]
    return json_response([request_json(call, each) for each in found])
