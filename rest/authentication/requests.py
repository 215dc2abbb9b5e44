"""Requests for system users: vendors ask, and read what became of it."""

from __future__ import annotations

from flask import Response, request

from core import (
    NewRequest,
    SystemUserKind,
    SystemUserRequest,
    request_system_user,
    vendor_request,
    vendor_request_by_reference,
)
from rest.body import read_object, read_uuid
from rest.door import PREFIX, Call, Door, json_response, requesting_vendor, vendor
from rest.problem import Area
from rest.shapes import read_packages, read_rights, request_json

_WRITE = frozenset({"altinn:authentication/systemuser.request.write"})
_READ = frozenset({"altinn:authentication/systemuser.request.read"})
_PARAMETER = "createRequest"
_BASE = f"{PREFIX}/systemuser/request"


def add_request_routes(door: Door) -> None:
    """Serve the vendors' side of requests, for each kind of system user."""
    for kind, path in ((SystemUserKind.STANDARD, ""), (SystemUserKind.AGENT, "/agent")):
        _add_routes(door, kind, f"{_BASE}/vendor{path}")


def _add_routes(door: Door, kind: SystemUserKind, base: str) -> None:
    def ask(call: Call) -> Response:
        caller = requesting_vendor(call)
        outcome = request_system_user(call.store, caller, _new_request(kind))
        if not outcome.created:
            return json_response(_shape(call, outcome.request))
        location = f"{call.options.public_url.rstrip('/')}{_BASE}/{outcome.request.id}"
        return json_response(_shape(call, outcome.request), 201, {"Location": location})

    def by_id(call: Call, request_id: str) -> Response:
        wanted = read_uuid("requestId", request_id)
        return json_response(_shape(call, vendor_request(call.store.snapshot(), vendor(call), wanted, kind)))

    def by_reference(call: Call, system_id: str, organisation: str, external_ref: str) -> Response:
        found = vendor_request_by_reference(
            call.store.snapshot(), vendor(call), system_id, organisation, external_ref, kind
        )
        return json_response(_shape(call, found))

    reference = "byexternalref/<system_id>/<organisation>/<external_ref>"
    door.route("POST", base, ask, _WRITE, Area.REQUESTS)
    door.route("GET", f"{base}/<request_id>", by_id, _READ, Area.REQUESTS)
    door.route("GET", f"{base}/{reference}", by_reference, _READ, Area.REQUESTS)


def _new_request(kind: SystemUserKind) -> NewRequest:
    body = read_object(request.get_data(), _PARAMETER)
    body.require("systemId", "partyOrgNo", *(["accessPackages"] if kind is SystemUserKind.AGENT else []))
    return NewRequest(
        kind=kind,
        system=body.text("systemId") or "",
        owner_number=body.text("partyOrgNo") or "",
        external_ref=body.text("externalRef"),
        title=body.text("integrationTitle"),
        rights=read_rights(body.members("rights")),
        packages=read_packages(body.members("accessPackages")),
        redirect_url=body.text("redirectUrl") or None,
    )


def _shape(call: Call, found: SystemUserRequest) -> dict[str, object]:
    owner = call.store.snapshot().party(found.owner)
    number = "" if owner is None else owner.number
    return request_json(found, number, call.store.clock(), call.options.confirm_url)
