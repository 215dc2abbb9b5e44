"""The system register as the portal reads it: what is offered to everybody. Source: rest-systemuser §3.10."""

from __future__ import annotations

from flask import Response, request

from core import System, offered_systems
from rest.authentication.party_paths import PORTAL
from rest.authentication.system_shapes import old_rights_json
from rest.body import read_flag
from rest.door import PREFIX, Call, Door, json_response
from rest.problem import Area
from rest.problem_rows import NOT_FOUND
from rest.problems import Refused
from rest.shapes import packages_json, rights_json, system_item_json

_OLD_FORMAT = "useOldFormatForApp"


def add_portal_system_routes(door: Door) -> None:
    """Serve the portal's reads of the register."""
    base = f"{PREFIX}/systemregister"
    door.route("GET", base, offered, PORTAL, Area.REGISTER)
    door.route("GET", f"{base}/<system_id>", one, PORTAL, Area.REGISTER)
    door.route("GET", f"{base}/<system_id>/rights", rights, PORTAL, Area.REGISTER)
    door.route("GET", f"{base}/<system_id>/accesspackages", packages, PORTAL, Area.REGISTER)


def offered(call: Call) -> Response:
    """The systems that are offered to everybody."""
    found = offered_systems(call.store.snapshot())
    return json_response([system_item_json(system) for system in found], headers={"Cache-Control": "no-store"})


def one(call: Call, system_id: str) -> Response:
    """One system, also a hidden or deleted one."""
    system = _system(call, system_id)
    if system is None:
        raise Refused(NOT_FOUND)
    return json_response(system_item_json(system))


def rights(call: Call, system_id: str) -> Response:
    """The rights of a system; none for a system that is not there."""
    shaped = old_rights_json if read_flag(request.args, _OLD_FORMAT) else rights_json
    system = _system(call, system_id)
    return json_response([] if system is None else shaped(system.rights))


def packages(call: Call, system_id: str) -> Response:
    """The access packages of a system; none for a system that is not there. The format is the same old and new."""
    read_flag(request.args, _OLD_FORMAT)
    system = _system(call, system_id)
    return json_response([] if system is None else packages_json(system.packages))


def _system(call: Call, system_id: str) -> System | None:
    return call.store.snapshot().systems.get(system_id)
