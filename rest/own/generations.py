"""Generations of agent system users: who is on which, what is missing, and moving those who qualify."""

from __future__ import annotations

from typing import Any

from flask import Response

from core import ClientStanding, Generation, Generations, generations_of, move_clients
from rest.body import read_uuid
from rest.door import Call, Door, json_response, person
from rest.problem import Area
from rest.shapes import client_json, moment_json, packages_json, rights_json

_READ = frozenset({"altinn:clientdelegations.read"})
_WRITE = frozenset({"altinn:clientdelegations.write"})


def add_generation_routes(door: Door) -> None:
    """Serve the generations, for the client administrators of the owner."""
    base = "/brobygger/v1/systemusers/<system_user_id>/generations"
    door.route("GET", base, generations, _READ, Area.REQUESTS)
    door.route("POST", f"{base}/move", move, _WRITE, Area.REQUESTS)


def generations(call: Call, system_user_id: str) -> Response:
    """The generations, and for each client which one it is on and what it lacks for the newest."""
    wanted, caller = read_uuid("systemUserId", system_user_id), person(call)
    found = generations_of(call.store.snapshot(), caller, wanted, at=call.store.clock())
    listed = [_generation(each, found) for each in found.generations]
    clients = [_standing(each) for each in found.clients]
    return json_response({"systemUserId": found.user.id, "generations": listed, "clients": clients})


def move(call: Call, system_user_id: str) -> Response:
    """Move every client that qualifies to the newest generation."""
    wanted = read_uuid("systemUserId", system_user_id)
    outcome = move_clients(call.store, person(call), wanted)
    moved, waiting = [client_json(each) for each in outcome.moved], [_standing(each) for each in outcome.waiting]
    return json_response({"generation": outcome.generation, "moved": moved, "waiting": waiting})


def _generation(generation: Generation, found: Generations) -> dict[str, Any]:
    return {
        "number": generation.number,
        "accessPackages": packages_json(sorted(generation.packages)),
        "rights": rights_json(sorted(generation.rights)),
        "created": moment_json(generation.created),
        "clients": sum(each.generation == generation.number for each in found.clients),
    }


def _standing(standing: ClientStanding) -> dict[str, Any]:
    missing = packages_json(standing.missing)
    return {**client_json(standing.party), "generation": standing.generation, "missingAccessPackages": missing}
