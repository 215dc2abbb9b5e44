"""Change requests: vendors ask for other packages and rights, read what became of it, and take them back."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from core import (
    NewChange,
    changes_of_system,
    request_change,
    vendor_change,
    vendor_change_by_reference,
    withdraw_change,
)
from rest.authentication.requests import READ, WRITE
from rest.body import read_object, read_optional, read_uuid
from rest.door import PREFIX, Call, Door, empty, json_response, vendor
from rest.paging import PAGE_SIZE, cut, page_response, uuid_token
from rest.problem import Area, Body, Problem
from rest.problems import Refused
from rest.request_shapes import change_json
from rest.shapes import read_packages, read_rights

_BASE = f"{PREFIX}/systemuser/changerequest"
_PARAMETER = "createChangeRequest"
_LISTS = ("requiredRights", "unwantedRights", "requiredAccessPackages", "unwantedAccessPackages")
_NO_CORRELATION = Problem(
    400,
    "",
    "Missing or invalid QueryParameter: correlation-id. Give each new change request a UUID of its own.",
    Body.TEXT,
)
_NOBODY = str(UUID(int=0))


def add_change_request_routes(door: Door) -> None:
    """Serve the vendors' side of change requests."""
    base = f"{_BASE}/vendor"
    reference = "byexternalref/<system_id>/<organisation>/<external_ref>"
    door.route("POST", base, ask, WRITE, Area.CHANGES)
    door.route("GET", f"{base}/<request_id>", by_id, READ, Area.CHANGES)
    door.route("GET", f"{base}/{reference}", by_reference, READ, Area.CHANGES)
    door.route("GET", f"{base}/bysystem/<system_id>", by_system, READ, Area.CHANGES)
    door.route("DELETE", f"{base}/<request_id>", take_back, WRITE, Area.CHANGES)


def ask(call: Call) -> Response:
    """Ask for a change; the caller's own id for it makes asking twice the same as asking once."""
    change_id = _uuid("correlation-id")
    if change_id == _NOBODY:
        raise Refused(_NO_CORRELATION)
    strict = call.options.strict_upstream
    new = _new_change(change_id, _uuid("system-user-id"), strict=strict)
    outcome = request_change(call.store, vendor(call), new, agents=not strict)
    shape = change_json(call, outcome.change, confirm=True)
    if not outcome.created:
        return json_response(shape)
    location = f"{call.options.public_url.rstrip('/')}{_BASE}/{outcome.change.id}"
    return json_response(shape, 201, {"Location": location})


def by_id(call: Call, request_id: str) -> Response:
    """One change request of the vendor."""
    found = vendor_change(call.store.snapshot(), vendor(call), read_uuid("requestId", request_id))
    return json_response(change_json(call, found, confirm=True))


def by_reference(call: Call, system_id: str, organisation: str, external_ref: str) -> Response:
    """The newest change request for the system user under the vendor's own key."""
    caller = vendor(call)
    found = vendor_change_by_reference(call.store.snapshot(), caller, system_id, organisation, external_ref)
    return json_response(change_json(call, found, confirm=True))


def by_system(call: Call, system_id: str) -> Response:
    """The change requests of one of the vendor's systems, in pages."""
    caller, start = vendor(call), uuid_token()
    found = changes_of_system(call.store.snapshot(), caller, system_id, start, PAGE_SIZE + 1)
    return page_response(call, cut(found, lambda each: each.id, lambda each: change_json(call, each)))


def take_back(call: Call, request_id: str) -> Response:
    """Take back a change request, whatever its status."""
    withdraw_change(call.store, vendor(call), read_uuid("requestId", request_id))
    return empty(202)


def _uuid(name: str) -> str:
    """The UUID in a query parameter; the one of nobody where it is left out."""
    text = read_optional(request.args, name)
    return _NOBODY if text is None else read_uuid(name, text)


def _new_change(change_id: str, system_user: str, *, strict: bool) -> NewChange:
    body = read_object(request.get_data(), _PARAMETER)
    body.refuse_nulls(*_LISTS)
    return NewChange(
        id=change_id,
        system_user=system_user,
        required_rights=read_rights(body.members("requiredRights"), strict=strict),
        unwanted_rights=read_rights(body.members("unwantedRights"), strict=strict),
        required_packages=read_packages(body.members("requiredAccessPackages")),
        unwanted_packages=read_packages(body.members("unwantedAccessPackages")),
        redirect_url=body.text("redirectUrl") or None,
    )
