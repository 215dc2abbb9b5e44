"""Connections: a party takes another on, gives it packages and rights, and takes them back.

Source: pdp-and-tokens §14.6.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, request

from core import (
    RIGHTHOLDER,
    ConnectionView,
    ErrorCode,
    NotFound,
    PartyId,
    ServiceId,
    Snapshot,
    connect,
    disconnect,
    give_package,
    list_connections,
    person_named,
    withdraw_package,
    withdraw_rights,
)
from rest.accessmanagement.names import (
    package_code,
    package_id,
    package_json,
    relation_id,
    resource_json,
    role_id,
    role_json,
)
from rest.accessmanagement.party_shapes import everything, listed, party_json, start_of_page
from rest.accessmanagement.telling import acting_party, cascade, optional_party, party_parameter, telling
from rest.body import read_object, read_optional, read_parameter
from rest.door import Call, Door, empty, json_response, person
from rest.problem import Area
from rest.problem_rows import FORBIDDEN
from rest.problems import Refused

BASE = "/accessmanagement/api/v1/enduser/connections"
_OURS = "altinn:accessmanagement/enduser:connections"
_PORTAL = "altinn:portal/enduser"
_TO_READ, _TO_WRITE = f"{_OURS}:toothers.read", f"{_OURS}:toothers.write"
_FROM_READ, _FROM_WRITE = f"{_OURS}:fromothers.read", f"{_OURS}:fromothers.write"
GIVING = frozenset({_PORTAL, _TO_WRITE})
ENDING = frozenset({_PORTAL, _TO_WRITE, _FROM_WRITE})
READING = frozenset({_PORTAL, _TO_READ, _FROM_READ, _TO_WRITE, _FROM_WRITE})
PATHS = {
    "party": "$QUERY/party",
    "giver": "$QUERY/from",
    "receiver": "$QUERY/to",
    "package": "$QUERY/package",
    "resource": "$QUERY/resource",
    str(ErrorCode.UNKNOWN_PACKAGE): "$QUERY/package",
    str(ErrorCode.PACKAGE_NOT_ASSIGNABLE): "$QUERY/package",
    str(ErrorCode.UNKNOWN_SERVICE): "$QUERY/resource",
    str(ErrorCode.NOTHING_REQUESTED): "/directRightKeys",
    str(ErrorCode.CONNECTION_IN_USE): "$QUERY/cascade",
    str(ErrorCode.PERSON_NOT_FOUND): "/personIdentifier",
}


def add_connection_routes(door: Door) -> None:
    """Serve connections, and the packages given over them."""
    packages = f"{BASE}/accesspackages"
    door.route("GET", BASE, telling(connections, PATHS), READING, Area.ACCESS_MANAGEMENT)
    door.route("POST", BASE, telling(take_on, PATHS), GIVING, Area.ACCESS_MANAGEMENT)
    door.route("DELETE", BASE, telling(end, PATHS), ENDING, Area.ACCESS_MANAGEMENT)
    door.route("GET", packages, telling(given_packages, PATHS), READING, Area.ACCESS_MANAGEMENT)
    door.route("POST", packages, telling(give, PATHS), GIVING, Area.ACCESS_MANAGEMENT)
    door.route("DELETE", packages, telling(take_back, PATHS), ENDING, Area.ACCESS_MANAGEMENT)
    door.route("GET", f"{BASE}/resources", telling(given_resources, PATHS), READING, Area.ACCESS_MANAGEMENT)
    door.route("DELETE", f"{BASE}/resources", telling(take_resource, PATHS), ENDING, Area.ACCESS_MANAGEMENT)


# -- the two sides --------------------------------------------------------------------------------


def receiver_of(call: Call, snapshot: Snapshot) -> PartyId:
    """Who is to receive: ``to``, or the person that the body names by number and last name."""
    named = optional_party("to")
    if named is not None:
        return named
    if not request.get_data():
        return party_parameter("to")
    body = read_object(request.get_data(), "person")
    body.require("personIdentifier", "lastName")
    return person_named(snapshot, body.text("personIdentifier") or "", body.text("lastName") or "").id


def sides(call: Call) -> tuple[PartyId, PartyId, PartyId]:
    """The acting party, the giver and the receiver, where both must be named.

    Giving up what one has been given takes a scope of its own.
    """
    party, giver, receiver = acting_party(), party_parameter("from"), party_parameter("to")
    require_scope(call, {_FROM_WRITE} if party == receiver != giver else {_TO_WRITE})
    return party, giver, receiver


def require_scope(call: Call, scopes: set[str]) -> None:
    """The token has one of the scopes, or the portal's. Refuses as without rights."""
    if not call.token.allows(frozenset({_PORTAL, *scopes})):
        raise Refused(FORBIDDEN)


def views(call: Call, snapshot: Snapshot, start: str = "") -> tuple[PartyId, Iterable[ConnectionView]]:
    """The acting party, and the connections that the call is about."""
    party, giver, receiver = acting_party(), optional_party("from"), optional_party("to")
    received = receiver == party != giver or (giver is not None and giver != party)
    require_scope(call, {_FROM_READ, _FROM_WRITE} if received else {_TO_READ, _TO_WRITE})
    now = call.store.clock()
    found = list_connections(snapshot, person(call), party, giver, receiver, at=now, start=start)
    return party, found


# -- connections ----------------------------------------------------------------------------------


def connections(call: Call) -> Response:
    """Who has something from the party, or from whom it has something."""
    snapshot = call.store.snapshot()
    party, found = views(call, snapshot, start_of_page())
    return listed(call, found, lambda view: _other(view, party), lambda view: _connection_json(snapshot, view, party))


def _other(view: ConnectionView, party: PartyId) -> str:
    return view.receiver.id if view.giver.id == party else view.giver.id


def _connection_json(snapshot: Snapshot, view: ConnectionView, party: PartyId) -> dict[str, Any]:
    return {
        "party": party_json(snapshot, view.receiver if view.giver.id == party else view.giver),
        "roles": [role_json(role) for role in view.roles],
        "packages": [package_json(package) for package in view.packages],
        "resources": [resource_json(each.service) for each in view.rights],
    }


def take_on(call: Call) -> Response:
    """Connect a receiver to the party."""
    party = acting_party()
    receiver = receiver_of(call, call.store.snapshot())
    connect(call.store, person(call), party, receiver)
    return json_response(
        {
            "id": relation_id(party, receiver, RIGHTHOLDER),
            "roleId": role_id(RIGHTHOLDER),
            "fromId": party,
            "toId": receiver,
        }
    )


def end(call: Call) -> Response:
    """End a connection; one that is not there has ended already."""
    party, giver, receiver = sides(call)
    disconnect(call.store, person(call), party, giver, receiver, cascade=cascade())
    return empty(204)


# -- packages -------------------------------------------------------------------------------------


def given_packages(call: Call) -> Response:
    """The packages given, each with the connections it is given over."""
    snapshot = call.store.snapshot()
    _, found = views(call, snapshot)
    by_package: dict[str, list[ConnectionView]] = {}
    for view in found:
        for package in view.packages:
            by_package.setdefault(package, []).append(view)
    return everything(
        [
            {
                "package": package_json(package),
                "permissions": [permission(snapshot, view) for view in by_package[package]],
            }
            for package in sorted(by_package)
        ]
    )


def permission(snapshot: Snapshot, view: ConnectionView) -> dict[str, Any]:
    """Over which connection something is given."""
    return {
        "from": party_json(snapshot, view.giver),
        "to": party_json(snapshot, view.receiver),
        "role": role_json(RIGHTHOLDER),
    }


def give(call: Call) -> Response:
    """Give a package over a connection that is there."""
    party, snapshot = acting_party(), call.store.snapshot()
    package, receiver = _package(snapshot), receiver_of(call, snapshot)
    given = give_package(call.store, person(call), party, receiver, package, connected_only=True)
    assignment = relation_id(party, receiver, RIGHTHOLDER)
    return json_response({"id": given.id, "assignmentId": assignment, "packageId": package_id(package)})


def take_back(call: Call) -> Response:
    """Take a package back; one that is not given has been taken back already."""
    party, giver, receiver = sides(call)
    package = _package(call.store.snapshot())
    try:
        withdraw_package(call.store, person(call), giver, receiver, package, on_behalf_of=party)
    except NotFound as error:
        _refuse_unless_gone(error)
    return empty(204)


def _refuse_unless_gone(error: NotFound) -> None:
    if error.code is not ErrorCode.GRANT_NOT_FOUND:
        raise error


def _package(snapshot: Snapshot) -> str:
    by_id = read_optional(request.args, "packageId")
    return package_code(snapshot, by_id or read_parameter(request.args, "package"))


# -- resources ------------------------------------------------------------------------------------


def given_resources(call: Call) -> Response:
    """The resources given, each with the connections it is given over."""
    snapshot = call.store.snapshot()
    _, found = views(call, snapshot)
    only = read_optional(request.args, "resource")
    by_resource: dict[str, list[ConnectionView]] = {}
    for view in found:
        for right in view.rights:
            if only in {None, right.service}:
                by_resource.setdefault(right.service, []).append(view)
    return everything(
        [
            {"resource": resource_json(each), "permissions": [permission(snapshot, view) for view in by_resource[each]]}
            for each in sorted(by_resource)
        ]
    )


def take_resource(call: Call) -> Response:
    """Take every right on a resource back; one that is not given has been taken back already."""
    party, giver, receiver = sides(call)
    resource = ServiceId(read_parameter(request.args, "resource"))
    try:
        withdraw_rights(call.store, person(call), giver, receiver, resource, on_behalf_of=party)
    except NotFound as error:
        _refuse_unless_gone(error)
    return empty(204)
