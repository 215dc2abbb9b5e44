"""The system register: vendors register their systems, change them, and read them and what was done to them back."""

from __future__ import annotations

from flask import Response, request

from core import (
    Caller,
    CallerKind,
    InvalidSystem,
    NotFound,
    delete_system,
    register_system,
    replace_system,
    replace_system_packages,
    replace_system_rights,
    system_changes,
    systems_of_vendor,
    vendor_system,
)
from rest.authentication.register_rules import ORGANISATION_PREFIX, read_system, violations_of
from rest.authentication.system_shapes import system_change_json
from rest.body import Members, read_object, read_objects
from rest.door import PREFIX, Call, Door, json_response, vendor
from rest.problem import Area
from rest.problem_rows import FORBIDDEN, NOT_AN_ORGANISATION, WRONG_FIELDS
from rest.problems import Refused
from rest.shapes import read_packages, read_rights, system_item_json, system_json

_ADMINISTRATOR = "altinn:authentication/systemregister.admin"
_SCOPES = frozenset({"altinn:authentication/systemregister.write", _ADMINISTRATOR})
_NO_STORE = {"Cache-Control": "no-store"}
_DONE = {"succeeded": True}


def add_system_routes(door: Door) -> None:
    """Serve the register."""
    base = f"{PREFIX}/systemregister/vendor"
    one = f"{base}/<system_id>"
    door.route("POST", base, register, _SCOPES, Area.REGISTER)
    door.route("GET", base, own_systems, _SCOPES, Area.REGISTER)
    door.route("GET", one, own_system, _SCOPES, Area.REGISTER)
    door.route("PUT", one, replace, _SCOPES, Area.REGISTER_CHANGE)
    door.route("PUT", f"{one}/rights", replace_rights, _SCOPES, Area.REGISTER_CHANGE)
    door.route("PUT", f"{one}/accesspackages", replace_packages, _SCOPES, Area.REGISTER_CHANGE)
    door.route("DELETE", one, delete, _SCOPES, Area.REGISTER)
    door.route("GET", f"{one}/changelog", change_log, _SCOPES, Area.REGISTER_LOG)


def register(call: Call) -> Response:
    """Register a system; the answer is its internal id."""
    caller = _vendor_or_administrator(call)
    body = _system_body("registerNewSystem")
    number = body.member("vendor").text("ID") or ""
    if not number.startswith(ORGANISATION_PREFIX):
        raise Refused(NOT_AN_ORGANISATION)
    new = read_system(body, number.removeprefix(ORGANISATION_PREFIX), strict=call.options.strict_upstream)
    try:
        return json_response(register_system(call.store, caller, new).internal_id)
    except InvalidSystem as invalid:
        raise violations_of(invalid) from invalid


def replace(call: Call, system_id: str) -> Response:
    """Replace everything in a system; what the body leaves out becomes empty."""
    caller = _vendor_or_administrator(call)
    body = _system_body("updateSystem")
    number = body.member("vendor").text("ID") or ""
    named = number.removeprefix(ORGANISATION_PREFIX) if number.startswith(ORGANISATION_PREFIX) else ""
    new = read_system(body, named, strict=call.options.strict_upstream)
    try:
        replace_system(call.store, caller, system_id, new)
    except InvalidSystem as invalid:
        raise violations_of(invalid, each_client=True) from invalid
    return json_response(_DONE)


def replace_rights(call: Call, system_id: str) -> Response:
    """Replace the rights of a system by those in the body, a bare list."""
    caller = _vendor_or_administrator(call)
    rights = read_rights(read_objects(request.get_data(), "rights"), strict=call.options.strict_upstream)
    try:
        replace_system_rights(call.store, caller, system_id, rights)
    except InvalidSystem as invalid:
        raise violations_of(invalid) from invalid
    return json_response(_DONE)


def replace_packages(call: Call, system_id: str) -> Response:
    """Replace the access packages of a system by those in the body, a bare list."""
    caller = _vendor_or_administrator(call)
    packages = read_packages(read_objects(request.get_data(), "accessPackages"))
    try:
        replace_system_packages(call.store, caller, system_id, packages)
    except InvalidSystem as invalid:
        raise violations_of(invalid) from invalid
    return json_response(_DONE)


def delete(call: Call, system_id: str) -> Response:
    """Delete a system for good."""
    try:
        delete_system(call.store, _vendor_or_administrator(call), system_id)
    except NotFound as missing:
        raise Refused(WRONG_FIELDS, {"return": ["System not found"]}) from missing
    return json_response(_DONE)


def own_systems(call: Call) -> Response:
    """The caller's standing systems."""
    organisation = vendor(call, FORBIDDEN).organisation or ""
    systems = systems_of_vendor(call.store.snapshot(), organisation)
    return json_response([system_item_json(system) for system in systems], headers=_NO_STORE)


def own_system(call: Call, system_id: str) -> Response:
    """One system of the caller, also a deleted one."""
    return json_response(system_json(vendor_system(call.store.snapshot(), _vendor_or_administrator(call), system_id)))


def change_log(call: Call, system_id: str) -> Response:
    """What has been done to a system, newest first."""
    system, changes = system_changes(call.store, _vendor_or_administrator(call), system_id)
    return json_response([system_change_json(system, change) for change in changes])


def _vendor_or_administrator(call: Call) -> Caller:
    caller = vendor(call, FORBIDDEN)
    if _ADMINISTRATOR in call.token.scopes:
        return Caller(CallerKind.OPERATOR, organisation=caller.organisation, client=caller.client)
    return caller


def _system_body(parameter: str) -> Members:
    body = read_object(request.get_data(), parameter)
    body.require("id", "vendor", "name", "description")
    return body
