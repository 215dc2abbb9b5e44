"""Look-ups of system users: the token issuer's, and the vendor's by its own key and by system."""

from __future__ import annotations

from flask import Response, request

from core import SystemUser, system_user_for_token, users_of_vendor_system, vendor_system_user
from rest.body import read_optional, read_parameter
from rest.door import PREFIX, Call, Door, json_response, vendor
from rest.paging import PAGE_SIZE, cut, number_token, page_response
from rest.problem import Area
from rest.problem_rows import NOT_FOUND
from rest.problems import Refused
from rest.shapes import system_user_json

_LOOKUP = frozenset({"altinn:maskinporten/systemuser.read"})
_WRITE = frozenset({"altinn:authentication/systemuser.request.write"})
_REGISTER = frozenset({"altinn:authentication/systemregister.write", "altinn:authentication/systemregister.admin"})


def add_system_user_routes(door: Door) -> None:
    """Serve the look-ups."""
    base = f"{PREFIX}/systemuser"
    door.route("GET", f"{base}/byExternalId", by_external_id, _LOOKUP, Area.LOOKUP)
    door.route("GET", f"{base}/vendor/byquery", by_query, _WRITE, Area.LOOKUP)
    door.route("GET", f"{base}/vendor/bysystem/<system_id>", by_system, _REGISTER, Area.SYSTEM_USERS)


def by_external_id(call: Call) -> Response:
    """The system user that a token is asked for. Source: pdp-and-tokens §6."""
    snapshot = call.store.snapshot()
    user = system_user_for_token(
        snapshot,
        read_parameter(request.args, "clientId"),
        read_parameter(request.args, "systemProviderOrgNo"),
        read_parameter(request.args, "systemUserOwnerOrgNo"),
        read_optional(request.args, "externalRef"),
    )
    found = _found(user)
    return json_response(system_user_json(snapshot, found, product=found.system), headers={"Cache-Control": "no-store"})


def by_query(call: Call) -> Response:
    """One of the vendor's own system users, by system, owner and external reference."""
    caller = vendor(call)
    system_id = read_parameter(request.args, "system-id")
    number = read_parameter(request.args, "orgno")
    snapshot = call.store.snapshot()
    user = vendor_system_user(snapshot, caller, system_id, number, read_optional(request.args, "external-ref"))
    return json_response(system_user_json(snapshot, _found(user)))


def by_system(call: Call, system_id: str) -> Response:
    """The system users of the vendor's own system, a page at a time; the administrator's scope opens no other's."""
    start = number_token() or 0
    users = users_of_vendor_system(call.store, vendor(call), system_id, start, PAGE_SIZE + 1)
    snapshot = call.store.snapshot()
    page = cut(users, lambda each: each.ordinal, lambda each: system_user_json(snapshot, each.user))
    return page_response(call, page)


def _found(user: SystemUser | None) -> SystemUser:
    if user is None:
        raise Refused(NOT_FOUND)
    return user
