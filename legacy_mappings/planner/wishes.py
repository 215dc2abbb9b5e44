"""What is to be carried over of what the old world permits: for each enterprise system, reportee and ground."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from core import EnterpriseSystem, PartyId
from legacy_mappings.planner.permitted import Grounds, Permitted
from legacy_mappings.planner.records import Cause, Cover
from legacy_mappings.planner.scene import Scene


class Wish(NamedTuple):
    """What the system may do for one reportee, by ground; what of it is wanted, and why the rest is not.

    ``cause`` is None where everything is wanted.
    """

    party: PartyId
    permitted: Grounds
    wanted: int
    cause: Cause | None


def wishes_of(scene: Scene, system: EnterpriseSystem, permitted: Iterable[Permitted]) -> Iterator[Wish]:
    """The wishes of one enterprise system, which is permitted this, in order of reportee.

    Source: users-and-migration §4.1 rows 3, 6 and 7; packages-and-roles §9 rules 1 and 7.
    """
    rule = _Rule(scene, system)
    for one in permitted:
        wanted, cause = rule.wanted(one)
        yield Wish(one.party, one.grounds, wanted, cause if one.everything & ~wanted else None)


class _Rule:
    """What one system wants, worked out once."""

    def __init__(self, scene: Scene, system: EnterpriseSystem) -> None:
        self._scene, self._system = scene, system
        self._owned_by_person = scene.is_person(system.owner)
        self._known = scene.is_known(system.id)
        self._declared = scene.declared(system.id)
        self._watched = scene.is_watched(system.id)
        self._silence = Cause.DEAD_SYSTEM if scene.is_silent(system.id) else Cause.NOT_USED
        if not self._watched and not scene.is_declared(system.id):
            # It was seen calling, and for too short a time: rare use (terms, annual reports) may just not be in it.
            self._silence = Cause.NOT_WATCHED
        self._everything = scene.options.cover is Cover.PERMITTED or not (self._known or scene.is_declared(system.id))

    def wanted(self, permitted: Permitted) -> tuple[int, Cause]:
        """What is wanted for the reportee, and why the rest is not."""
        if self._owned_by_person:
            return 0, Cause.PERSON_OWNED
        if permitted.ended:
            return 0, Cause.ENDED_PARTY
        if self._everything:
            return permitted.everything, Cause.NOT_USED
        if not self._known:
            return permitted.everything & self._declared, Cause.NOT_USED
        return permitted.everything & self._in_use(permitted.party), self._silence

    def _in_use(self, party: PartyId) -> int:
        used = self._scene.used(self._system.id, party)
        if self._scene.options.carry_stale:
            return used.ever | self._declared
        return used.lately | self._declared if used.lately or not self._watched else 0
