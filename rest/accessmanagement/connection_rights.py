"""What may be given over a connection, and its single rights. Source: pdp-and-tokens §14.6.

The key of a right is the name of its action.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import (
    ANY_ACTION,
    GiveReason,
    PackageCheck,
    RightCheck,
    RightDelegation,
    ServiceId,
    Snapshot,
    give_rights,
    packages_giveable,
    replace_rights,
    rights_giveable,
)
from rest.accessmanagement.connections import BASE, GIVING, PATHS, READING, permission, views
from rest.accessmanagement.names import package_code, package_id, resource_id
from rest.accessmanagement.party_shapes import everything
from rest.accessmanagement.telling import EMPTY_LIST, acting_party, party_parameter, telling
from rest.body import read_every, read_object, read_parameter
from rest.door import Call, Door, empty, json_response, person
from rest.problem import Area, violation
from rest.problems import PACKAGE_URN, Violations

_ACTION_ID = "urn:oasis:names:tc:xacml:1.0:action:action-id"
_REASON_CODES = {
    GiveReason.ROLE_ACCESS: "RoleAccess",
    GiveReason.OWN_PARTY: "RoleAccess",
    GiveReason.OPERATOR: "RoleAccess",
    GiveReason.DIRECT_DELEGATION: "DelegationAccess",
    GiveReason.MAIN_ADMINISTRATOR: "PackageAccess",
    GiveReason.MISSING_ROLE_ACCESS: "MissingRoleAccess",
    GiveReason.MISSING_DIRECT_DELEGATION: "MissingDelegationAccess",
    GiveReason.MISSING_PACKAGE_ACCESS: "MissingPackageAccess",
    GiveReason.NOT_ON_ACCESS_LIST: "AccessListValidationFail",
    GiveReason.RESOURCE_NOT_DELEGABLE: "ResourceNotDelegable",
    GiveReason.MASKINPORTEN_SCHEMA: "ResourceIsMaskinPortenSchema",
}


def add_connection_right_routes(door: Door) -> None:
    """Serve the delegation checks and the single rights."""
    rights = f"{BASE}/resources/rights"
    checks = f"{BASE}/accesspackages/delegationcheck"
    door.route("GET", checks, telling(check_packages, PATHS), GIVING, Area.ACCESS_MANAGEMENT)
    check = telling(check_resource, PATHS)
    door.route("GET", f"{BASE}/resources/delegationcheck", check, GIVING, Area.ACCESS_MANAGEMENT)
    door.route("GET", rights, telling(given_rights, PATHS), READING, Area.ACCESS_MANAGEMENT)
    door.route("POST", rights, telling(give, PATHS), GIVING, Area.ACCESS_MANAGEMENT)
    door.route("PUT", rights, telling(replace, PATHS), GIVING, Area.ACCESS_MANAGEMENT)


# -- checks ---------------------------------------------------------------------------------------


def check_packages(call: Call) -> Response:
    """Which packages the caller may give on behalf of the party: those named, or every one."""
    snapshot = call.store.snapshot()
    names = [*read_every(request.args, "packages"), *read_every(request.args, "packageIds")]
    packages = tuple(dict.fromkeys(package_code(snapshot, name) for name in names))
    found = packages_giveable(snapshot, person(call), acting_party(), packages, call.store.clock())
    return everything([_package_check(check) for check in found])


def _package_check(check: PackageCheck) -> dict[str, Any]:
    return {
        "package": {"id": package_id(check.package), "urn": f"{PACKAGE_URN}{check.package}"},
        "result": check.allowed,
        "reasons": [{"description": str(reason)} for reason in check.reasons],
    }


def check_resource(call: Call) -> Response:
    """Which rights on a resource the caller may give on behalf of the party, with the key of each."""
    snapshot, resource = call.store.snapshot(), read_parameter(request.args, "resource")
    found = rights_giveable(snapshot, person(call), acting_party(), resource, call.store.clock())
    return json_response(
        {"resource": _resource(snapshot, resource), "rights": [_right_check(check) for check in found]}
    )


def _resource(snapshot: Snapshot, resource: str) -> dict[str, str]:
    known = snapshot.catalogue.services.get(ServiceId(resource))
    return {"id": resource_id(resource), "name": "" if known is None else known.title, "refId": resource}


def _right_check(check: RightCheck) -> dict[str, Any]:
    codes = [_REASON_CODES.get(reason, "Unknown") for reason in check.reasons]
    return {"right": _right(check.right.action), "result": check.allowed, "reasonCodes": codes}


def _right(action: str) -> dict[str, Any]:
    return {"key": action, "name": action, "action": {"type": _ACTION_ID, "value": action}}


# -- rights ---------------------------------------------------------------------------------------


def given_rights(call: Call) -> Response:
    """The rights on a resource that one party has directly from another."""
    snapshot, resource = call.store.snapshot(), read_parameter(request.args, "resource")
    party_parameter("from"), party_parameter("to")
    _, found = views(call, snapshot)
    direct = [
        {"right": _right(action), "permissions": [permission(snapshot, view)]}
        for view in found
        for grant in view.rights
        if grant.service == resource
        for action in _actions(snapshot, grant)
    ]
    return json_response({"resource": _resource(snapshot, resource), "directRights": direct, "indirectRights": []})


def _actions(snapshot: Snapshot, grant: RightDelegation) -> list[str]:
    every = ANY_ACTION in grant.actions
    return sorted(snapshot.catalogue.actions.get(grant.service, ()) if every else grant.actions)


def give(call: Call) -> Response:
    """Give rights on a resource over a connection that is there; they add to those given before."""
    party, receiver, resource = acting_party(), party_parameter("to"), _named_resource()
    give_rights(call.store, person(call), party, receiver, resource, _keys(), connected_only=True)
    return empty(201)


def replace(call: Call) -> Response:
    """Make the rights given on a resource exactly these."""
    party, receiver, resource = acting_party(), party_parameter("to"), _named_resource()
    replace_rights(call.store, person(call), party, receiver, resource, _keys())
    return empty(200)


def _named_resource() -> ServiceId:
    return ServiceId(read_parameter(request.args, "resource"))


def _keys() -> tuple[str, ...]:
    body = read_object(request.get_data(), "rightKeys")
    body.require("directRightKeys")
    keys = body.texts("directRightKeys")
    if not keys:
        raise Violations([(violation(*EMPTY_LIST, "/directRightKeys"), {})])
    return keys
