"""Requests for system users: vendors ask, read what became of it, and take them back."""

from __future__ import annotations

from flask import Response, request

from core import (
    ErrorCode,
    InvalidInput,
    NewRequest,
    RequestOutcome,
    SystemUserKind,
    request_system_user,
    requests_of_system,
    vendor_request,
    vendor_request_by_reference,
    withdraw_request,
)
from rest.body import Members, read_object, read_optional, read_uuid
from rest.door import PREFIX, Call, Door, empty, json_response, requesting_vendor, vendor
from rest.paging import PAGE_SIZE, cut, page_response, uuid_token
from rest.problem import Area
from rest.problem_rows import PROBLEMS
from rest.problems import Refused
from rest.request_shapes import request_json
from rest.shapes import read_packages, read_rights

WRITE = frozenset({"altinn:authentication/systemuser.request.write"})
READ = frozenset({"altinn:authentication/systemuser.request.read"})
_PARAMETER = "createRequest"
_BASE = f"{PREFIX}/systemuser/request"


def add_request_routes(door: Door) -> None:
    """Serve the vendors' side of requests, for each kind of system user."""
    for kind, path in ((SystemUserKind.STANDARD, ""), (SystemUserKind.AGENT, "/agent")):
        _add_routes(door, kind, f"{_BASE}/vendor{path}")
    door.route("DELETE", f"{_BASE}/vendor/<request_id>", take_back, WRITE, Area.REQUESTS)


def _add_routes(door: Door, kind: SystemUserKind, base: str) -> None:
    def ask(call: Call) -> Response:
        outcome = _asked(call, kind)
        shape = request_json(call, outcome.request, confirm=True)
        if not outcome.created:
            return json_response(shape)
        location = f"{call.options.public_url.rstrip('/')}{_BASE}/{outcome.request.id}"
        return json_response(shape, 201, {"Location": location})

    def by_id(call: Call, request_id: str) -> Response:
        wanted = read_uuid("requestId", request_id)
        found = vendor_request(call.store.snapshot(), vendor(call), wanted, kind)
        return json_response(request_json(call, found, confirm=True))

    def by_reference(call: Call, system_id: str, organisation: str, external_ref: str) -> Response:
        found = vendor_request_by_reference(
            call.store.snapshot(), vendor(call), system_id, organisation, external_ref, kind
        )
        return json_response(request_json(call, found, confirm=True))

    def by_system(call: Call, system_id: str) -> Response:
        caller, start = vendor(call), uuid_token()
        # To ask for one customer's is ours: the platform knows no such parameter.
        owner = None if call.options.strict_upstream else read_optional(request.args, "orgno")
        found = requests_of_system(
            call.store.snapshot(), caller, system_id, kind, start, PAGE_SIZE + 1, owner_number=owner
        )
        return page_response(call, cut(found, lambda each: each.id, lambda each: request_json(call, each)))

    reference = "byexternalref/<system_id>/<organisation>/<external_ref>"
    door.route("POST", base, ask, WRITE, Area.REQUESTS)
    door.route("GET", f"{base}/<request_id>", by_id, READ, Area.REQUESTS)
    door.route("GET", f"{base}/{reference}", by_reference, READ, Area.REQUESTS)
    door.route("GET", f"{base}/bysystem/<system_id>", by_system, READ, Area.REQUESTS)


def take_back(call: Call, request_id: str) -> Response:
    """Take back a request of either kind, whatever its status."""
    withdraw_request(call.store, vendor(call), read_uuid("requestId", request_id))
    return empty(202)


def _asked(call: Call, kind: SystemUserKind) -> RequestOutcome:
    caller = requesting_vendor(call)
    body = read_object(request.get_data(), _PARAMETER)
    try:
        return request_system_user(call.store, caller, _new_request(call, body, kind))
    except InvalidInput as error:
        if error.code is ErrorCode.NOTHING_REQUESTED and "rights" not in body and "accessPackages" not in body:
            # The platform tells lists that are not there from lists that are empty.
            raise Refused(PROBLEMS[ErrorCode.RIGHT_OUTSIDE_SYSTEM]) from error
        raise


def _new_request(call: Call, body: Members, kind: SystemUserKind) -> NewRequest:
    is_agent = kind is SystemUserKind.AGENT
    body.require("systemId", "partyOrgNo", *(["accessPackages"] if is_agent else []))
    # Single rights for clients are ours: the platform ignores the member in requests for agents.
    ignored = is_agent and call.options.strict_upstream
    return NewRequest(
        kind=kind,
        system=body.text("systemId") or "",
        owner_number=body.text("partyOrgNo") or "",
        external_ref=body.text("externalRef"),
        title=body.text("integrationTitle"),
        rights=() if ignored else read_rights(body.members("rights"), strict=call.options.strict_upstream),
        packages=read_packages(body.members("accessPackages")),
        redirect_url=body.text("redirectUrl") or None,
    )
