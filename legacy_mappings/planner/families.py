"""Sub-units and their main units: what is delegated for the main unit reaches them, so they are planned together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core import PartyId
from legacy_mappings.planner.carriers import Carrier
from legacy_mappings.planner.groups import Client
from legacy_mappings.planner.scene import Scene
from legacy_mappings.planner.shares import Share


def clients_of(
    scene: Scene, shares: Mapping[PartyId, Share], openable: Callable[[Carrier], int]
) -> tuple[dict[PartyId, Client], dict[PartyId, PartyId]]:
    """The clients of one ground, and for each sub-unit that its main unit carries, which that is.

    A sub-unit whose main unit is served as well is no client of its own, unless it needs something that the main
    unit's ground cannot carry. Departments have a main unit too but inherit nothing, and stay clients.
    Source: users-and-migration §4.1 row 11, packages-and-roles §6.
    """
    clients = {party: Client(share.carrier, share.new, 1) for party, share in shares.items()}
    carried: dict[PartyId, PartyId] = {}
    for main in sorted(shares):
        units = scene.sub_units(main)
        if units:
            clients[main] = clients[main]._replace(parties=1 + len(units))
        for unit in units:
            if unit in clients:
                _fold(clients, carried, main, unit, openable(clients[main].carrier))
    return clients, carried


def _fold(
    clients: dict[PartyId, Client], carried: dict[PartyId, PartyId], main: PartyId, unit: PartyId, openable: int
) -> None:
    before, own = clients[main], clients[unit]
    clients[main] = before._replace(needed=before.needed | (own.needed & openable))
    rest = own.needed & ~openable
    if rest:
        clients[unit] = own._replace(needed=rest)
    else:
        del clients[unit]
        carried[unit] = main
