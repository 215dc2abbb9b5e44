"""What stops when the imported roles of the old platforms end, for whom, and what would keep it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from core import Numbering, PartyId, Reaches, Right, Snapshot, Subject, SubjectKind, bits_of, under_terms
from legacy_mappings.parity.succession import MEANINGS, Succession, numbering_for, of_old_world
from legacy_mappings.planner.records import Stopping

BY_SYSTEM_USER = "system-user:"
"""Before the external reference of a linked system user that goes on permitting it: cut the system over."""

BY_PACKAGES = "packages:"
"""Before the packages that the new service accepts: one of them must be given."""

NOTHING_KEEPS = ""
"""No row says what it is in the new world, or that service accepts imported roles only."""


class _Held(NamedTuple):
    """What one system user keeps for a party on its own ground."""

    reference: str
    mask: int


def stops(
    snapshot: Snapshot, at: datetime, until: datetime, systems: Iterable[int] | None = None
) -> tuple[Stopping, ...]:
    """What enterprise systems, and system users linked to them, may do at ``at`` and no longer at ``until``.

    Only what ends because imported roles end then: grants that run out by themselves are no news.
    Source: users-and-migration §4.1 row 5; packages-and-roles §8 (imported old roles end).
    """
    finder = _Finder(snapshot, at, until)
    known = {*snapshot.enterprise_systems, *snapshot.links} if systems is None else set(systems)
    for system in sorted(known):
        finder.look(system)
    return finder.found()


class _Finder:
    """Three looks at the same facts: now; then, with the old roles; then, without them."""

    def __init__(self, snapshot: Snapshot, at: datetime, until: datetime) -> None:
        lasting = under_terms(snapshot, replace(snapshot.terms, old_roles_until=None))
        ended = under_terms(snapshot, replace(snapshot.terms, old_roles_until=until))
        self._numbering = numbering_for(snapshot.catalogue, snapshot.catalogue)
        self._now = Reaches(snapshot, at, self._numbering)
        self._as_before = Reaches(lasting, until, self._numbering)
        self._then = Reaches(ended, until, self._numbering)
        self._snapshot = snapshot
        self._served = of_old_world(snapshot.catalogue, self._numbering)
        self._succession = Succession(snapshot.catalogue, until, self._numbering)
        self._packages = _Packages(snapshot, self._succession, self._numbering)
        self._stopping: dict[tuple[int, str, str], dict[PartyId, int]] = defaultdict(lambda: defaultdict(int))

    def look(self, system: int) -> None:
        """Take in one enterprise system and the system users linked to it."""
        kept: dict[tuple[PartyId, str], list[_Held]] = defaultdict(list)
        for link in self._snapshot.links.get(system) or ():
            subject = Subject(SubjectKind.SYSTEM_USER, link.system_user)
            for party, ground, mask in self._then.of(subject):
                if ground == link.ground:
                    kept[party, ground].append(_Held(link.external_ref, mask))
            for party, ground, mask in self._ending(subject):
                self._note(system, party, ground, mask, ())
        for party, ground, mask in self._ending(Subject(SubjectKind.ENTERPRISE_SYSTEM, system)):
            self._note(system, party, ground, mask & self._served, kept.get((party, ground), ()))

    def _ending(self, subject: Subject) -> Iterator[tuple[PartyId, str, int]]:
        now = {(party, ground): mask for party, ground, mask in self._now.of(subject)}
        then = {(party, ground): mask for party, ground, mask in self._then.of(subject)}
        for party, ground, mask in self._as_before.of(subject):
            ending = mask & now.get((party, ground), 0) & ~then.get((party, ground), 0)
            if ending:
                yield party, ground, ending

    def _note(self, system: int, party: PartyId, ground: str, mask: int, kept: Iterable[_Held]) -> None:
        for reference, held in kept:
            for meaning in MEANINGS:
                rights = mask & self._succession.kept_by(held, meaning)
                mask &= ~rights
                self._add(system, ground, BY_SYSTEM_USER + reference, party, rights)
        for place in bits_of(mask):
            self._add(system, ground, self._packages.keeping(self._numbering.rights[place]), party, 1 << place)

    def _add(self, system: int, ground: str, keeps: str, party: PartyId, mask: int) -> None:
        if mask:
            self._stopping[system, ground, keeps][party] |= mask

    def found(self) -> tuple[Stopping, ...]:
        """What stops, in order; parties with the same rights together."""
        rows = []
        for (system, ground, keeps), masks in self._stopping.items():
            alike: dict[int, list[PartyId]] = defaultdict(list)
            for party, mask in masks.items():
                alike[mask].append(party)
            for mask, parties in alike.items():
                rights = self._numbering.rights_in(mask)
                rows.append(Stopping(system, ground, rights, tuple(sorted(parties)), keeps))
        return tuple(sorted(rows, key=lambda row: (row.enterprise_system, row.ground, row.keeps, row.rights)))


class _Packages:
    """Which packages would keep a right: those that the policy of what it becomes accepts."""

    def __init__(self, snapshot: Snapshot, succession: Succession, numbering: Numbering) -> None:
        self._policies = snapshot.catalogue.policies
        self._succession = succession
        self._known: dict[Right, str] = {}

    def keeping(self, right: Right) -> str:
        """The packages in words of `Stopping.keeps`."""
        found = self._known.get(right)
        if found is None:
            rows = self._succession.rows_of(right)
            becomes = [Right(row.resource, row.resource_action) for row in rows] or [right]
            policies = (self._policies.get(each) for each in becomes)
            packages = sorted({code for policy in policies if policy is not None for code in policy.packages})
            found = self._known[right] = BY_PACKAGES + ",".join(packages) if packages else NOTHING_KEEPS
        return found
