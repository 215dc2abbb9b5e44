"""What stops when imported old roles end: the old side, looked at past that moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from core import PartyId, Reaches, under_terms
from legacy_mappings.planner.one_system import SystemPlan
from legacy_mappings.planner.permitted import Permissions
from legacy_mappings.planner.records import NOBODYS_CAUSES, Stopping
from legacy_mappings.planner.scene import Scene

Key = tuple[str, int, str]


def stopping_at(scene: Scene, plans: Iterable[SystemPlan], until: datetime) -> tuple[Stopping, ...]:
    """What of that which is wanted the old world permits now and not from ``until`` on, and what would keep it.

    Source: users-and-migration §4.1 row 5; packages-and-roles §8 on the end of imported roles.
    """
    terms = replace(scene.snapshot.terms, old_roles_until=until)
    later = Permissions(scene, Reaches(under_terms(scene.snapshot, terms), until, scene.numbering))
    owner_by_owner = sorted(plans, key=lambda plan: plan.system.owner)
    found = (stopping for plan in owner_by_owner for stopping in _of_system(scene, plan, later))
    return tuple(sorted(found, key=lambda each: (each.enterprise_system, each.ground, each.rights, each.keeps)))


def _of_system(scene: Scene, plan: SystemPlan, later: Permissions) -> Iterator[Stopping]:
    kept = _Kept(plan)
    wanted = {wish.party: wish for wish in plan.wishes if wish.wanted}
    after = {one.party: one.grounds for one in later.of(plan.system) if one.party in wanted} if wanted else {}
    found: dict[Key, list[PartyId]] = defaultdict(list)
    for party, wish in wanted.items():
        then = dict(after.get(party, ()))
        for ground, mask in wish.permitted:
            for part, keeps in kept.of(party, ground, mask & wish.wanted & ~then.get(ground, 0)):
                found[ground, part, keeps].append(party)
    for (ground, mask, keeps), parties in found.items():
        yield Stopping(plan.system.id, ground, scene.numbering.rights_in(mask), tuple(parties), keeps)


class _Kept:
    """What would keep the rights of one enterprise system: its plan, or what its cause asks for."""

    def __init__(self, plan: SystemPlan) -> None:
        self._carried: dict[PartyId, int] = defaultdict(int)
        self._left: dict[tuple[PartyId, str], list[tuple[int, str]]] = defaultdict(list)
        for served in plan.served:
            for party, old in served.old.items():
                self._carried[party] |= old
        for left, parties in plan.left.items():
            if left.cause not in NOBODYS_CAUSES:
                for party in parties:
                    self._left[party, left.ground].append((left.old, str(left.cause)))

    def of(self, party: PartyId, ground: str, gone: int) -> Iterator[tuple[int, str]]:
        """The parts of ``gone``, each with what would keep it."""
        if not gone:
            return
        if kept := gone & self._carried.get(party, 0):
            yield kept, "this plan"
        for old, cause in self._left.get((party, ground), ()):
            if part := gone & old:
                yield part, cause
