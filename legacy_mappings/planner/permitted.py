"""What the old world permits an owner's enterprise systems, reportee by reportee: worked out once for each owner."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from core import EnterpriseSystem, PartyId, Reaches, Subject, SubjectKind
from legacy_mappings.planner.scene import Scene

Grounds = tuple[tuple[str, int], ...]


class Permitted(NamedTuple):
    """What may be done for one reportee, by ground and altogether; whether the reportee has ended."""

    party: PartyId
    grounds: Grounds
    everything: int
    ended: bool


class Permissions:
    """The rights of the closed platforms that enterprise systems have, as one moment's rules give them.

    All systems of an owner that are not locked have the same. Only the latest owner's are kept, so ask owner by owner.
    """

    def __init__(self, scene: Scene, reaches: Reaches) -> None:
        self._scene, self._reaches = scene, reaches
        self._owner: PartyId | None = None
        self._latest: tuple[Permitted, ...] = ()

    def of(self, system: EnterpriseSystem) -> tuple[Permitted, ...]:
        """Everything the system may do, in order of reportee."""
        if system.owner != self._owner:
            self._latest = self._look(system)
            self._owner = system.owner
        return self._latest

    def _look(self, system: EnterpriseSystem) -> tuple[Permitted, ...]:
        reportees: dict[PartyId, list[tuple[str, int]]] = defaultdict(list)
        legacy = self._scene.legacy
        for reached in self._reaches.of(Subject(SubjectKind.ENTERPRISE_SYSTEM, system.id)):
            if mask := reached.mask & legacy:
                reportees[reached.party].append((reached.ground, mask))
        return tuple(self._permitted(party, tuple(sorted(reportees[party]))) for party in sorted(reportees))

    def _permitted(self, party: PartyId, grounds: Grounds) -> Permitted:
        everything = 0
        for _, mask in grounds:
            everything |= mask
        return Permitted(party, grounds, everything, self._scene.has_ended(party))
