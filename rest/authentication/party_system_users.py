"""A party's system users, for the people who manage its accesses: read, made, renamed, removed.

Whether the caller may is the core's to say, by the policies of the platform's own resources; a party that is not
there is as closed as one that is not the caller's. Source: rest-systemuser §4.4 to §4.8.
"""

from __future__ import annotations

from flask import Response, request

from core import (
    NotFound,
    PartyId,
    SystemUserKind,
    create_system_user,
    delegations_of_system_user,
    remove_system_user,
    rename_system_user,
    system_user_of_party,
    system_users_of_party,
)
from rest.authentication.party_paths import own_party_in_path
from rest.authentication.system_user_shapes import delegations_json, detailed_user_json, listed_user_json
from rest.body import read_object, read_optional, read_party_id, read_uuid
from rest.door import ANY_SCOPE, PREFIX, Call, Door, empty, json_response, person
from rest.problem import Area
from rest.shapes import agent_json

_BASE = f"{PREFIX}/systemuser"


def add_party_system_user_routes(door: Door) -> None:
    """Serve the owner's side of system users."""
    one = f"{_BASE}/<party>/<system_user_id>"
    agent = f"{_BASE}/agent/<party>"
    door.route("GET", f"{_BASE}/<party>", standard_users, ANY_SCOPE, Area.SYSTEM_USERS)
    door.route("GET", agent, agent_users, ANY_SCOPE, Area.SYSTEM_USERS)
    door.route("GET", one, one_user, ANY_SCOPE, Area.LOOKUP)
    door.route("GET", f"{one}/delegations", delegations, ANY_SCOPE, Area.SYSTEM_USERS)
    door.route("POST", f"{_BASE}/<party>/create", create, ANY_SCOPE, Area.SYSTEM_USERS)
    door.route("PUT", _BASE, rename, ANY_SCOPE, Area.LOOKUP)
    door.route("DELETE", one, remove_standard, ANY_SCOPE, Area.SYSTEM_USERS)
    door.route("DELETE", f"{agent}/<system_user_id>", remove_agent, ANY_SCOPE, Area.SYSTEM_USERS)


def standard_users(call: Call, party: str) -> Response:
    """The party's standard system users."""
    return _listed(call, party, SystemUserKind.STANDARD)


def agent_users(call: Call, party: str) -> Response:
    """The party's system users for clients."""
    return _listed(call, party, SystemUserKind.AGENT)


def _listed(call: Call, party: str, kind: SystemUserKind) -> Response:
    found = system_users_of_party(call.store, person(call), own_party_in_path(call, party), kind)
    snapshot = call.store.snapshot()
    return json_response([listed_user_json(snapshot, access) for access in found])


def one_user(call: Call, party: str, system_user_id: str) -> Response:
    """One system user of the party, with what it has."""
    wanted = read_uuid("systemUserId", system_user_id)
    access = system_user_of_party(call.store, person(call), own_party_in_path(call, party), wanted)
    return json_response(detailed_user_json(call.store.snapshot(), access))


def delegations(call: Call, party: str, system_user_id: str) -> Response:
    """What a system user of the party has."""
    wanted = read_uuid("systemUserId", system_user_id)
    access = delegations_of_system_user(call.store, person(call), own_party_in_path(call, party), wanted)
    return json_response(delegations_json(access))


def create(call: Call, party: str) -> Response:
    """Make a system user that is given everything its system lists."""
    body = read_object(request.get_data(), "newSystemUser")
    body.require("integrationTitle", "systemId")
    title, system = body.text("integrationTitle") or "", body.text("systemId") or ""
    user = create_system_user(call.store, person(call), own_party_in_path(call, party), system, title)
    return json_response({**agent_json(call.store.snapshot(), user), "accessPackages": []})


def rename(call: Call) -> Response:
    """Give a system user another title; what else the body says of it must be so, or is not read."""
    body = read_object(request.get_data(), "systemUser")
    body.require("id", "integrationTitle")
    wanted, title = read_uuid("id", body.text("id") or ""), body.text("integrationTitle") or ""
    owner = _named_owner(call, body.text("partyId"))
    rename_system_user(call.store, person(call), wanted, title, owner)
    return empty(200)


def _named_owner(call: Call, text: str | None) -> PartyId | None:
    """The party that the body names; nobody's id where there is no such party, None where it names none."""
    if not text:
        return None
    party = call.store.snapshot().party_with_altinn_id(read_party_id("partyId", text))
    return PartyId("") if party is None else party.id


def remove_standard(call: Call, party: str, system_user_id: str) -> Response:
    """Remove a standard system user. The answer is a number: how many were there."""
    wanted = read_uuid("systemUserId", system_user_id)
    owner, caller = own_party_in_path(call, party), person(call)
    try:
        remove_system_user(call.store, caller, owner, wanted, SystemUserKind.STANDARD)
    except NotFound:
        return json_response(0, 404)
    return json_response(1, 202)


def remove_agent(call: Call, party: str, system_user_id: str) -> Response:
    """Remove a system user for clients, with all of its clients."""
    wanted, facilitator = read_uuid("systemUserId", system_user_id), read_optional(request.args, "facilitatorId")
    provider = None if facilitator is None else PartyId(read_uuid("facilitatorId", facilitator))
    owner, caller = own_party_in_path(call, party), person(call)
    remove_system_user(call.store, caller, owner, wanted, SystemUserKind.AGENT, facilitator=provider)
    return empty(200)
