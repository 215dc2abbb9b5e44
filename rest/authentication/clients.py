"""Clients of agent system users, for the client administrators of the organisation that owns them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask import Response, request

from core import (
    NotFound,
    Party,
    PartyId,
    Snapshot,
    add_client,
    agent_system_users,
    available_clients,
    list_clients,
    mask_numbers_in,
    remove_client,
)
from rest.body import read_optional, read_parameter, read_uuid
from rest.door import PREFIX, Call, Door, json_response, person
from rest.problem import Area, Body, Problem
from rest.problems import Refused, Violations
from rest.shapes import agent_json, client_json

_READ = frozenset({"altinn:clientdelegations.read"})
_WRITE = frozenset({"altinn:clientdelegations.write"})
_NO_AGENT = Problem(400, "AUTH.VLD-00014", "The agent query parameter is missing or invalid", Body.VALIDATION, "?agent")
_NO_PARTY = Problem(404, "", "Party not found", Body.FRAMEWORK)
_NO_CLIENT = Problem(
    400, "AUTH.VLD-00016", "The client query parameter is missing or invalid", Body.VALIDATION, "?client"
)


def add_client_routes(door: Door) -> None:
    """Serve client delegation."""
    base = f"{PREFIX}/enduser/systemuser"
    door.route("GET", f"{base}/clients/available", available, _READ, Area.CLIENTS)
    door.route("GET", f"{base}/clients", delegated, _READ, Area.CLIENTS)
    door.route("POST", f"{base}/clients", add, _WRITE, Area.CLIENTS)
    door.route("DELETE", f"{base}/clients", take_away, _WRITE, Area.CLIENTS)
    door.route("GET", f"{base}/agents", agents, _READ, Area.CLIENTS)


def available(call: Call) -> Response:
    """The clients that could be added."""
    (agent,) = _uuids("agent")
    snapshot = call.store.snapshot()
    found = available_clients(snapshot, person(call), agent, at=call.store.clock())
    return _page(snapshot, agent, (each.party for each in found))


def delegated(call: Call) -> Response:
    """The clients that have been added."""
    (agent,) = _uuids("agent")
    snapshot = call.store.snapshot()
    found = list_clients(snapshot, person(call), agent, at=call.store.clock())
    return _page(snapshot, agent, (each.party for each in found))


def add(call: Call) -> Response:
    """Add a client, with everything the agent needs or not at all."""
    agent, client = _uuids("agent", "client")
    add_client(call.store, person(call), agent, PartyId(client))
    return json_response({"agent": agent, "client": client})


def take_away(call: Call) -> Response:
    """Take a client away; one that is not there is taken away already."""
    agent, client = _uuids("agent", "client")
    remove_client(call.store, person(call), agent, PartyId(client))
    return json_response({"agent": agent, "client": client})


def agents(call: Call) -> Response:
    """The agent system users of an organisation."""
    number = read_parameter(request.args, "party")
    snapshot = call.store.snapshot()
    try:
        found = agent_system_users(snapshot, person(call), number, at=call.store.clock())
    except NotFound as error:
        told = f"No associated party information found for organisation {number}"
        raise Refused(_NO_PARTY, detail=mask_numbers_in(told)) from error
    return json_response([agent_json(snapshot, user) for user in found])


def _page(snapshot: Snapshot, agent: str, clients: Iterable[Party]) -> Response:
    entry = snapshot.users.get(agent)
    owner = None if entry is None else snapshot.party(entry.user.owner)
    information = {"systemUserId": agent, "systemUserOwnerOrg": "" if owner is None else owner.number}
    return json_response(
        {
            "links": {},
            "systemUserInformation": information,
            "data": [client_json(client) for client in clients],
        }
    )


def _uuids(*names: str) -> tuple[str, ...]:
    """The parameters, all of them named in the refusal where several are missing."""
    texts = {name: read_optional(request.args, name) for name in names}
    given = {name: read_uuid(name, text) for name, text in texts.items() if text is not None}
    missing = [name for name in names if name not in given or UUID(given[name]).int == 0]
    if missing:
        raise Violations((_NO_AGENT if name == "agent" else _NO_CLIENT, {}) for name in missing)
    return tuple(given[name] for name in names)
