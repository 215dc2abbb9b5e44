"""Clients of an agent system user as its owner's portal handles them, and the owner as its own client.

Source: rest-systemuser §4.8 (U12 to U18). The portal's own host has the same under its prefix (§8.4).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from core import (
    ClientAccess,
    ErrorCode,
    GatewayError,
    NotFound,
    Party,
    PartyId,
    Snapshot,
    clients_of_agent,
    connect_own_organisation,
    disconnect_own_organisation,
    facilitators_clients,
    put_on_client,
    take_off_client,
    works_for_own_organisation,
)
from rest.accessmanagement.names import role_json
from rest.authentication.party_paths import own_party_in_path
from rest.body import read_every, read_object, read_optional, read_parameter, read_uuid
from rest.door import ANY_SCOPE, PREFIX, Call, Door, empty, json_response, person
from rest.problem import Area
from rest.problem_rows import WRONG_FIELDS
from rest.problems import PACKAGE_URN, Refused

_NO_ID = str(UUID(int=0))


def add_agent_client_routes(door: Door) -> None:
    """Serve the platform's routes."""
    base = f"{PREFIX}/systemuser/agent/<party>"
    one = f"{base}/<system_user_id>"
    door.route("GET", f"{base}/clients", clients, ANY_SCOPE, Area.AGENT_CLIENTS)
    delegations = f"{base}/<facilitator>/<system_user_id>/delegations"
    door.route("GET", delegations, delegated, ANY_SCOPE, Area.AGENT_CLIENTS)
    door.route("POST", one, add, ANY_SCOPE, Area.AGENT_CLIENTS)
    door.route("DELETE", f"{one}/client", remove, ANY_SCOPE, Area.CLIENT_REMOVAL)
    add_self_routes(door, f"{one}/self")


def add_self_routes(door: Door, path: str) -> None:
    """Serve the owner as its own client at ``path``."""
    door.route("POST", path, connect_self, ANY_SCOPE, Area.AGENT_CLIENTS)
    door.route("DELETE", path, disconnect_self, ANY_SCOPE, Area.AGENT_CLIENTS)
    door.route("GET", path, asks_self, ANY_SCOPE, Area.AGENT_CLIENTS)


# -- clients --------------------------------------------------------------------------------------


def clients(call: Call, party: str, system_user_id: str = "") -> Response:
    """The clients that the facilitator has by roles and by what was given it.

    The packages asked for choose among them, which the platform says and does not do.
    """
    owner = own_party_in_path(call, party)
    named = () if call.options.strict_upstream else read_every(request.args, "packages")
    packages = [text.removeprefix(PACKAGE_URN) for text in named]
    snapshot, now = call.store.snapshot(), call.store.clock()
    found = facilitators_clients(
        snapshot, person(call), owner, _facilitator(owner, "facilitator"), now, packages=packages
    )
    return json_response([_client_json(snapshot, each) for each in found])


def _client_json(snapshot: Snapshot, access: ClientAccess) -> dict[str, Any]:
    party = snapshot.party(access.holder)
    return {
        "partyUuid": access.holder,
        "displayName": "" if party is None else party.name,
        "organizationIdentifier": "" if party is None else party.masked_number,
        "access": [{"role": role_json(each.role)["code"], "packages": list(each.packages)} for each in access.roles],
    }


def delegated(call: Call, party: str, system_user_id: str, facilitator: str = "") -> Response:
    """The clients of the agent. The platform answers an error with an empty list; here it is told."""
    owner, agent = own_party_in_path(call, party), read_uuid("systemUserId", system_user_id)
    provider = PartyId(read_uuid("facilitator", facilitator)) if facilitator else owner
    snapshot = call.store.snapshot()
    try:
        found = clients_of_agent(snapshot, person(call), owner, provider, agent, call.store.clock())
    except GatewayError as error:
        if call.options.strict_upstream and error.code is not ErrorCode.MISSING_CLIENT_ADMINISTRATION:
            return json_response([])
        raise _told(error, agent) from error
    return json_response([delegation_json(agent, each) for each in found])


def add(call: Call, party: str, system_user_id: str) -> Response:
    """Put a client on the agent, with everything the agent needs or not at all."""
    owner, agent = own_party_in_path(call, party), read_uuid("systemUserId", system_user_id)
    provider, client = _facilitator(owner, "provider"), PartyId(read_uuid("client", _client()))
    try:
        found = put_on_client(call.store, person(call), owner, provider, agent, client)
    except GatewayError as error:
        raise _told(error, agent) from error
    return json_response([delegation_json(agent, found)])


def remove(call: Call, party: str, system_user_id: str, delegation_id: str = "") -> Response:
    """Take a client off the agent; one that is none is off already."""
    owner, agent = own_party_in_path(call, party), read_uuid("systemUserId", system_user_id)
    provider = _facilitator(owner, "provider")
    client = PartyId(read_uuid("client", delegation_id or read_parameter(request.args, "client")))
    take_off_client(call.store, person(call), owner, provider, agent, client)
    return empty(200)


def delegation_json(agent: str, client: Party) -> dict[str, str]:
    """A client on an agent. A delegation has no id of its own: the client's stands for it."""
    return {
        "agentSystemUserId": agent,
        "delegationId": client.id,
        "customerId": client.id,
        "assignmentId": _NO_ID,
        "customerName": client.name,
        "customerOrganizationNumber": client.masked_number,
    }


# -- the owner itself -----------------------------------------------------------------------------


def connect_self(call: Call, party: str, system_user_id: str) -> Response:
    """Let the agent work for its own owner too."""
    owner, named, agent = _self(call, party, system_user_id)
    try:
        connect_own_organisation(call.store, person(call), owner, named, agent)
    except GatewayError as error:
        raise _told(error, agent) from error
    return json_response(True)


def disconnect_self(call: Call, party: str, system_user_id: str) -> Response:
    """Let the agent work for its clients only."""
    owner, named, agent = _self(call, party, system_user_id)
    try:
        disconnect_own_organisation(call.store, person(call), owner, named, agent)
    except GatewayError as error:
        raise _told(error, agent) from error
    return json_response(True)


def asks_self(call: Call, party: str, system_user_id: str) -> Response:
    """Whether the agent works for its own owner too."""
    owner, named, agent = _self(call, party, system_user_id)
    try:
        found = works_for_own_organisation(call.store.snapshot(), person(call), owner, named, agent, call.store.clock())
    except GatewayError as error:
        raise _told(error, agent) from error
    return json_response(found)


def _self(call: Call, party: str, system_user_id: str) -> tuple[PartyId, PartyId, str]:
    owner, agent = own_party_in_path(call, party), read_uuid("systemUserId", system_user_id)
    return owner, PartyId(read_uuid("partyUuid", read_parameter(request.args, "partyUuid"))), agent


# -- what the calls name --------------------------------------------------------------------------


def _facilitator(owner: PartyId, name: str) -> PartyId:
    """The facilitator that the call names; the portal's calls name the owner, or nobody."""
    text = read_optional(request.args, name) or read_optional(request.args, "partyUuid")
    if text is None and request.path.startswith(PREFIX):
        text = read_parameter(request.args, name)
    return owner if text is None else PartyId(read_uuid(name, text))


def _client() -> str:
    """The client of a call to add one: a parameter, or in the portal's calls a member of the body."""
    named = read_optional(request.args, "client")
    if named is None and not request.path.startswith(PREFIX) and request.get_data():
        named = read_object(request.get_data(), "delegation").text("customerId")
    return named or read_parameter(request.args, "client")


def _told(error: GatewayError, agent: str) -> Exception:
    """The error, or for a system user that is not there the framework's own body. Source: rest-systemuser §10.4."""
    if isinstance(error, NotFound) and error.code is ErrorCode.SYSTEM_USER_NOT_FOUND:
        return Refused(WRONG_FIELDS, {"return": [f"SystemUser with Id {agent} Not Found"]})
    return error
