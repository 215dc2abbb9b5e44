"""The plan of one enterprise system: its grounds, and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from core import EnterpriseSystem, PartyId, SystemState
from legacy_mappings.planner.carriers import Carrier, Carriers
from legacy_mappings.planner.families import clients_of
from legacy_mappings.planner.groups import Group, Optimiser
from legacy_mappings.planner.permitted import Permissions
from legacy_mappings.planner.records import Cause
from legacy_mappings.planner.scene import Scene
from legacy_mappings.planner.shares import Left, Share, Sharing
from legacy_mappings.planner.successions import Successions
from legacy_mappings.planner.wishes import Wish, wishes_of


class Tools(NamedTuple):
    """What is worked out once for all enterprise systems."""

    scene: Scene
    permissions: Permissions
    successions: Successions
    carriers: Carriers
    sharing: Sharing
    optimiser: Optimiser


class Served(NamedTuple):
    """One ground of an enterprise system: the group, what old rights it carries for whom, and who carries sub-units."""

    ground: str
    group: Group
    old: Mapping[PartyId, int]
    carried: Mapping[PartyId, PartyId]


class SystemPlan(NamedTuple):
    """What was found for one enterprise system.

    ``left`` are the reportees of everything that is not carried; ``wishes`` what it may do and what was wanted.
    """

    system: EnterpriseSystem
    wishes: tuple[Wish, ...]
    served: tuple[Served, ...]
    left: Mapping[Left, tuple[PartyId, ...]]

    @property
    def clients(self) -> int:
        """How many pairs of a system user and a client there are, and standard users: the size of the system."""
        return sum(len(found.clients) * len(found.users) for one in self.served for found in one.group.classes)


def plan_system(tools: Tools, system: EnterpriseSystem) -> SystemPlan:
    """Everything about one enterprise system."""
    if system.state is not SystemState.ACTIVE:
        left = {Left("", Cause.LOCKED_SYSTEM, 0, ()): (system.owner,)}
        return SystemPlan(system, (), (), left)
    wishes = tuple(wishes_of(tools.scene, system, tools.permissions.of(system)))
    shares: dict[str, dict[PartyId, Share]] = defaultdict(dict)
    left_of: dict[Left, list[PartyId]] = defaultdict(list)
    for wish in wishes:
        for one in _not_wanted(tools.scene, wish):
            left_of[one].append(wish.party)
        if wish.wanted:
            shared = tools.sharing.of(_grounds(tools, system, wish))
            for one in shared.left:
                left_of[one].append(wish.party)
            for share in shared.shares:
                shares[share.carrier.ground][wish.party] = share
    served = tuple(_serve(tools, ground, shares[ground]) for ground in sorted(shares))
    return SystemPlan(system, wishes, served, {one: tuple(left_of[one]) for one in sorted(left_of)})


def _grounds(tools: Tools, system: EnterpriseSystem, wish: Wish) -> tuple[tuple[Carrier, int], ...]:
    return tuple(
        (tools.carriers.of(system, wish.party, ground), mask & wish.wanted)
        for ground, mask in wish.permitted
        if mask & wish.wanted
    )


def _not_wanted(scene: Scene, wish: Wish) -> list[Left]:
    if wish.cause is None:
        return []
    suggestions = _proprietorships(scene, wish.party) if wish.cause is Cause.PERSON_OWNED else ()
    return [
        Left(ground, wish.cause, mask & ~wish.wanted, suggestions)
        for ground, mask in wish.permitted
        if mask & ~wish.wanted
    ]


def _proprietorships(scene: Scene, person: PartyId) -> tuple[str, ...]:
    """The person's sole proprietorships, by organisation number. Source: users-and-migration §4.1 row 7."""
    roles = scene.snapshot.represents.get(person) or ()
    parties = (scene.snapshot.party(role.party) for role in roles if role.role == "INNH")
    return tuple(sorted(party.number for party in parties if party is not None and party.form == "ENK"))


def _serve(tools: Tools, ground: str, shares: Mapping[PartyId, Share]) -> Served:
    clients, carried = clients_of(tools.scene, shares, tools.sharing.openable)
    group = tools.optimiser.group(clients)
    return Served(ground, group, {party: share.old for party, share in shares.items()}, carried)
