"""The customer's answer to a request for a system user: approve or reject."""

from __future__ import annotations

from flask import Response

from core import ErrorCode, PartyId, SystemUserKind, approve_request, reject_request
from rest.body import read_party_id, read_uuid
from rest.door import ANY_SCOPE, PREFIX, Call, Door, json_response, person
from rest.problem import Area
from rest.problem_rows import PROBLEMS
from rest.problems import Refused

_PORTAL = frozenset({"altinn:portal/enduser"})
_BASE = f"{PREFIX}/systemuser/request"


def add_approval_routes(door: Door) -> None:
    """Serve the customers' side of requests, for each kind of system user."""
    _add_routes(door, SystemUserKind.STANDARD, f"{_BASE}/<party>/<request_id>", Area.REQUESTS)
    _add_routes(door, SystemUserKind.AGENT, f"{_BASE}/agent/<party>/<request_id>", Area.AGENT_APPROVAL)


def _add_routes(door: Door, kind: SystemUserKind, base: str, area: Area) -> None:
    def approve(call: Call, party: str, request_id: str) -> Response:
        wanted, number = read_uuid("requestId", request_id), read_party_id("party", party)
        approve_request(call.store, person(call), _party(call, number), wanted, kind)
        return json_response(True)

    def reject(call: Call, party: str, request_id: str) -> Response:
        wanted, number = read_uuid("requestId", request_id), read_party_id("party", party)
        reject_request(call.store, person(call), _party(call, number), wanted, kind)
        return json_response(True)

    door.route("POST", f"{base}/approve", approve, _PORTAL, area)
    door.route("POST", f"{base}/reject", reject, ANY_SCOPE, area)


def _party(call: Call, number: int) -> PartyId:
    party = call.store.snapshot().party_with_altinn_id(number)
    if party is None:
        raise Refused(PROBLEMS[ErrorCode.PARTY_NOT_FOUND])
    return party.id
