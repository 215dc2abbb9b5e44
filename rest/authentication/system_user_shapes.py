"""The JSON shapes of system users for their owners and for the register of parties. Source: rest-systemuser §1.7."""

from __future__ import annotations

from typing import Any

from core import Snapshot, StreamedUser, SystemUserKind, UserAccess
from rest.shapes import agent_json, moment_json, packages_json, rights_json


def listed_user_json(snapshot: Snapshot, access: UserAccess) -> dict[str, Any]:
    """A system user in a list of its owner's: the packages of an agent are told, not those of a standard one."""
    shape = agent_json(snapshot, access.user)
    if access.user.kind is SystemUserKind.AGENT:
        return shape
    return {**shape, "accessPackages": []}


def detailed_user_json(snapshot: Snapshot, access: UserAccess) -> dict[str, Any]:
    """A system user by itself, with what it has. An agent has ``rights`` only where it was approved for some."""
    shape = agent_json(snapshot, access.user)
    if access.user.kind is SystemUserKind.STANDARD or access.rights:
        shape["rights"] = rights_json(access.rights)
    return {**shape, "accessPackages": packages_json(access.packages)}


def delegations_json(access: UserAccess) -> dict[str, Any]:
    """What a system user has."""
    return {
        "systemUserId": access.user.id,
        "rights": rights_json(access.rights),
        "accessPackages": packages_json(access.packages),
    }


def streamed_user_json(snapshot: Snapshot, streamed: StreamedUser) -> dict[str, Any]:
    """A system user as the register of parties follows it."""
    user, owner = streamed.user, snapshot.party(streamed.user.owner)
    return {
        "id": user.id,
        "partyOrgNo": "" if owner is None else owner.number,
        "partyId": "" if owner is None else str(owner.altinn_id),
        "integrationTitle": user.title,
        "isDeleted": streamed.removed,
        "lastChanged": moment_json(streamed.changed),
        "created": moment_json(user.created),
        "sequenceNo": streamed.sequence,
        "systemUserType": str(user.kind),
    }
