"""What the two versions of client delegation have in common: bodies, answers, scopes. Source: pdp-and-tokens §14.3."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, request

from core import (
    ANY_ACTION,
    ClientAccess,
    ClientWish,
    DelegationOutcome,
    ErrorCode,
    PartyId,
    Right,
    RoleAccess,
    ServiceId,
    Snapshot,
)
from rest.accessmanagement.names import (
    package_code,
    package_id,
    package_json,
    resource_id,
    resource_json,
    role_code,
    role_id,
    role_json,
)
from rest.accessmanagement.party_shapes import entity_json
from rest.body import Members, read_object
from rest.door import Call, json_response
from rest.shapes import moment_json

_PORTAL = "altinn:portal/enduser"
READ = frozenset({_PORTAL, "altinn:clientdelegations.read"})
WRITE = frozenset({_PORTAL, "altinn:clientdelegations.write"})
MY_READ = frozenset({_PORTAL, "altinn:clientdelegations/myclients.read"})
MY_WRITE = frozenset({_PORTAL, "altinn:clientdelegations/myclients.write"})


def paths(client: str, agent: str) -> dict[str, str]:
    """Where errors are, by what they are about, where ``client`` and ``agent`` are the parameters' names."""
    return {
        "party": "$QUERY/party",
        "provider": "$QUERY/provider",
        "client": f"$QUERY/{client}",
        "agent": f"$QUERY/{agent}",
        "cascade": "$QUERY/cascade",
        "values": "/values",
        "role": "/values[{index}]/role",
        "package": "/values[{index}]/packages",
        "resource": "/values[{index}]/resources",
        str(ErrorCode.NOTHING_REQUESTED): "/values[{index}]",
        str(ErrorCode.PERSON_NOT_FOUND): "/personIdentifier",
    }


# -- in -------------------------------------------------------------------------------------------


def wishes(call: Call, snapshot: Snapshot, *, resources: bool = False) -> tuple[ClientWish, ...]:
    """The body's ``values``; ``resources``: of resources and rights, else of packages.

    ``rights`` beside ``resources`` is an extension of ours (pdp-and-tokens §12.2), ignored in strict-upstream.
    """
    body = read_object(request.get_data(), "payload")
    body.require("values")
    return tuple(_wish(call, snapshot, each, resources=resources) for each in body.members("values"))


def _wish(call: Call, snapshot: Snapshot, value: Members, *, resources: bool) -> ClientWish:
    value.require("role")
    role = role_code(value.text("role") or "")
    if not resources:
        return ClientWish(role, tuple(package_code(snapshot, text) for text in value.texts("packages")))
    named = tuple(ServiceId(text) for text in value.texts("resources"))
    rights = () if call.options.strict_upstream else tuple(_rights(value.members("rights")))
    return ClientWish(role, resources=named, rights=rights)


def _rights(rights: Iterable[Members]) -> Iterable[Right]:
    for right in rights:
        right.require("resource")
        for action in right.texts("actions") or (ANY_ACTION,):
            yield Right(ServiceId(right.text("resource") or ""), action)


# -- out ------------------------------------------------------------------------------------------


def outcomes_json(
    provider: PartyId, client: PartyId, agent: str, outcomes: Iterable[DelegationOutcome]
) -> list[dict[str, Any]]:
    """What became of each package or resource."""
    return [
        {
            "roleId": role_id(each.role),
            **_what(each),
            "viaId": provider,
            "fromId": client,
            "toId": agent,
            "changed": each.changed,
        }
        for each in outcomes
    ]


def _what(outcome: DelegationOutcome) -> dict[str, str]:
    if outcome.package is not None:
        return {"packageId": package_id(outcome.package)}
    return {"resourceId": resource_id(outcome.resource or "")}


def access_json(call: Call, roles: Iterable[RoleAccess]) -> list[dict[str, Any]]:
    """What is had, role by role: packages and resources."""
    return [{"role": role_json(each.role), **_packages(each), **_resources(call, each)} for each in roles]


def packages_access(roles: Iterable[RoleAccess]) -> list[dict[str, Any]]:
    """The packages, role by role; roles without any are left out."""
    return [{"role": role_json(each.role), **_packages(each)} for each in roles if each.packages]


def resources_access(call: Call, roles: Iterable[RoleAccess]) -> list[dict[str, Any]]:
    """The resources, role by role; roles without any are left out."""
    return [{"role": role_json(each.role), **_resources(call, each)} for each in roles if each.resources or each.rights]


def _packages(access: RoleAccess) -> dict[str, Any]:
    return {"packages": [package_json(package) for package in access.packages]}


def _resources(call: Call, access: RoleAccess) -> dict[str, Any]:
    """Single rights are shown beside the resources, unless nothing may be there that the platform does not have."""
    every = sorted({*access.resources, *(right.service for right in access.rights)})
    shape: dict[str, Any] = {"resources": [resource_json(resource) for resource in every]}
    if access.rights and not call.options.strict_upstream:
        shape["rights"] = _rights_json(access.rights)
    return shape


def _rights_json(rights: Iterable[Right]) -> list[dict[str, Any]]:
    by_resource: dict[str, list[str]] = {}
    for right in rights:
        by_resource.setdefault(right.service, []).append(right.action)
    return [{"resource": resource, "actions": actions} for resource, actions in by_resource.items()]


def agent_json(call: Call, snapshot: Snapshot, access: ClientAccess) -> dict[str, Any]:
    """An agent with everything it has."""
    return {
        "agent": entity_json(snapshot, access.holder),
        "agentAddedAt": None if access.since is None else moment_json(access.since),
        "access": access_json(call, access.roles),
    }


def outcomes_response(
    provider: PartyId, client: PartyId, agent: str, outcomes: Iterable[DelegationOutcome]
) -> Response:
    """The answer to giving and taking."""
    return json_response(outcomes_json(provider, client, agent, outcomes))
