"""The customer's answer to a request for a system user: approve, reject, or pass it on to those who can."""

from __future__ import annotations

from flask import Response

from core import SystemUserKind, approve_request, escalate_request, reject_request
from rest.authentication.party_paths import PORTAL, find_party, party_in_path
from rest.body import read_uuid
from rest.door import ANY_SCOPE, PREFIX, Call, Door, json_response, person
from rest.problem import Area

_BASE = f"{PREFIX}/systemuser/request"


def add_approval_routes(door: Door) -> None:
    """Serve the customers' answers to requests, for each kind of system user."""
    add_answers(door, SystemUserKind.STANDARD, f"{_BASE}/<party>/<request_id>")
    add_answers(door, SystemUserKind.AGENT, f"{_BASE}/agent/<party>/<request_id>")


def add_answers(door: Door, kind: SystemUserKind, base: str) -> None:
    """Serve the answers to requests of one kind under ``base``, which names the party and the request."""
    area = Area.AGENT_APPROVAL if kind is SystemUserKind.AGENT else Area.REQUESTS

    def approve(call: Call, party: str, request_id: str) -> Response:
        wanted = read_uuid("requestId", request_id)
        approve_request(call.store, person(call), party_in_path(call, party), wanted, kind)
        return json_response(True)

    def reject(call: Call, party: str, request_id: str) -> Response:
        wanted = read_uuid("requestId", request_id)
        reject_request(call.store, person(call), party_in_path(call, party), wanted, kind)
        return json_response(True)

    def escalate(call: Call, party: str, request_id: str) -> Response:
        wanted, caller, asked = read_uuid("requestId", request_id), person(call), find_party(call, party)
        passed_on = asked is not None and escalate_request(call.store, caller, asked, wanted, kind)
        return json_response(passed_on)

    door.route("POST", f"{base}/approve", approve, PORTAL, area)
    door.route("POST", f"{base}/reject", reject, ANY_SCOPE, area)
    door.route("POST", f"{base}/escalate", escalate, PORTAL, area)
