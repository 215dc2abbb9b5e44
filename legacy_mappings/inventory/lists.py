"""What an inventory tells: figures, systems that persons own, dead systems, stale pairs, and use without a right."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core import (
    Numbering,
    PartyId,
    PartyKind,
    Question,
    Reached,
    Reaches,
    RegisterRole,
    Right,
    Snapshot,
    Subject,
    SubjectKind,
    SystemState,
    decide,
)
from legacy_mappings.inventory.records import Inventory

SOLE_PROPRIETOR = "INNH"
"""Register role of the person a sole proprietorship belongs to (innehaver)."""

STALE_AFTER = timedelta(days=400)
"""How long nothing must have been heard, unless somebody says otherwise: a year and a late annual report."""


class Silence(StrEnum):
    """Why a pair or a system is not carried unless somebody says so. Source: users-and-migration §4.1 row 6."""

    NEVER_USED = "never used"
    NOT_FOR_LONG = "not used for long"
    ENDED = "the reportee has ended"
    LOCKED = "the system is locked"


@dataclass(frozen=True, slots=True)
class PersonOwned:
    """An enterprise system that a person owns: no system user can have a person as its owner.

    ``proprietorships`` are the person's own sole proprietorships, which could be the owner instead; without one the
    person must log on. Source: users-and-migration §4.1 row 7.
    """

    enterprise_system: int
    owner: PartyId
    proprietorships: tuple[PartyId, ...]
    reportees: int


@dataclass(frozen=True, slots=True)
class DeadSystem:
    """An enterprise system that nothing was heard of for long, though it was watched, or that is locked."""

    enterprise_system: int
    owner: PartyId
    last: datetime | None
    why: Silence
    reportees: int


@dataclass(frozen=True, slots=True)
class StalePair:
    """A reportee that a system may act for and has not for long, though it was watched, or that has ended."""

    enterprise_system: int
    reportee: PartyId
    last: datetime | None
    why: Silence


@dataclass(frozen=True, slots=True)
class UnexplainedUse:
    """A right that was used and that nothing in the inventory permits: a row, a role or a service is missing.

    ``reason`` is what the decision says for the first of the reportees.
    """

    enterprise_system: int
    right: Right
    reportees: tuple[PartyId, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Summary:
    """An inventory in figures. A pair is (enterprise system, reportee); permitted are (pair, right), by ground."""

    parties: Mapping[str, int]
    enterprise_systems: int
    enterprise_users: int
    pairs: int
    permitted: int
    permitted_by_ground: Mapping[str, int]
    used_pairs: int
    used: int
    bad_rows: int


class Lists:
    """The lists of one inventory; what each system reaches is worked out when it is asked for."""

    def __init__(self, inventory: Inventory, *, stale_after: timedelta = STALE_AFTER) -> None:
        self._inventory = inventory
        self._snapshot = inventory.snapshot
        self._since = inventory.at - stale_after
        self._reaches = Reaches(self._snapshot, inventory.at, Numbering.of(self._snapshot.catalogue))
        self._last: dict[int, dict[PartyId, datetime]] = defaultdict(dict)
        for use in inventory.uses:
            before = self._last[use.enterprise_system].get(use.reportee)
            self._last[use.enterprise_system][use.reportee] = use.last if before is None else max(before, use.last)

    def summary(self) -> Summary:
        """The figures."""
        by_ground: Counter[str] = Counter()
        pairs = permitted = 0
        for system in self._systems():
            for grounds in self._grouped(system).values():
                pairs += 1
                together = 0
                for each in grounds:
                    by_ground[each.ground] += each.mask.bit_count()
                    together |= each.mask
                permitted += together.bit_count()
        return Summary(
            parties=dict(sorted(Counter(str(file.party.kind) for file in self._snapshot.files.values()).items())),
            enterprise_systems=len(self._snapshot.enterprise_systems),
            enterprise_users=len(self._snapshot.enterprise_users),
            pairs=pairs,
            permitted=permitted,
            permitted_by_ground=dict(sorted(by_ground.items())),
            used_pairs=sum(map(len, self._last.values())),
            used=len(self._inventory.uses),
            bad_rows=len(self._inventory.bad_rows),
        )

    def person_owned(self) -> tuple[PersonOwned, ...]:
        """Every system that a person owns, in order of number. Source: users-and-migration §4.1 row 7."""
        found = []
        for number in self._systems():
            system = self._snapshot.enterprise_systems.get(number)
            owner = None if system is None else self._snapshot.party(system.owner)
            if owner is not None and owner.kind is PartyKind.PERSON:
                others = _proprietorships(self._snapshot, owner.id, self._inventory.at)
                found.append(PersonOwned(number, owner.id, others, len(self._grouped(number))))
        return tuple(found)

    def dead_systems(self) -> tuple[DeadSystem, ...]:
        """Every system that is locked or silent, in order of number."""
        found = []
        for number in self._systems():
            system = self._snapshot.enterprise_systems.get(number)
            last = max(self._last.get(number, {}).values(), default=None)
            why = self._silence(number, last)
            if system is not None and system.state is SystemState.LOCKED:
                why = Silence.LOCKED
            if system is not None and why is not None:
                found.append(DeadSystem(number, system.owner, last, why, len(self._grouped(number))))
        return tuple(found)

    def stale(self) -> Iterator[StalePair]:
        """Pairs that are permitted and not used, in order of system and reportee; dead systems' own are left out."""
        dead = {each.enterprise_system for each in self.dead_systems()}
        for number in self._systems():
            for reportee in self._grouped(number) if number not in dead else ():
                last = self._last.get(number, {}).get(reportee)
                party = self._snapshot.party(reportee)
                ended = party is not None and party.ended is not None and party.ended <= self._inventory.at
                why = Silence.ENDED if ended else self._silence(number, last)
                if why is not None:
                    yield StalePair(number, reportee, last, why)

    def unexplained(self) -> tuple[UnexplainedUse, ...]:
        """What was used though nothing permits it, by system and right."""
        found: dict[tuple[int, Right], list[PartyId]] = defaultdict(list)
        reasons: dict[tuple[int, Right], str] = {}
        for use in self._inventory.uses:
            subject = Subject(SubjectKind.ENTERPRISE_SYSTEM, use.enterprise_system)
            decision = decide(self._snapshot, Question(subject, use.reportee, use.right, self._inventory.at))
            if not decision.permitted:
                key = (use.enterprise_system, use.right)
                found[key].append(use.reportee)
                reasons.setdefault(key, str(decision.reasons[0]))
        return tuple(UnexplainedUse(*key, tuple(found[key]), reasons[key]) for key in sorted(found))

    def is_watched(self, system: int) -> bool:
        """Whether silence of this system means something."""
        return self._inventory.is_watched(system, self._since)

    def _silence(self, system: int, last: datetime | None) -> Silence | None:
        if last is not None and last >= self._since:
            return None
        if last is not None:
            return Silence.NOT_FOR_LONG
        return Silence.NEVER_USED if self.is_watched(system) else None

    def _systems(self) -> list[int]:
        return sorted(self._snapshot.enterprise_systems)

    def _grouped(self, system: int) -> dict[PartyId, list[Reached]]:
        """What a system may do, by reportee in order."""
        found: dict[PartyId, list[Reached]] = defaultdict(list)
        for each in self._reaches.of(Subject(SubjectKind.ENTERPRISE_SYSTEM, system)):
            found[each.party].append(each)
        return found


def _proprietorships(snapshot: Snapshot, person: str, at: datetime) -> tuple[PartyId, ...]:
    """The sole proprietorships that are the person's now."""
    found = []
    for role in snapshot.represents.get(person) or ():
        party = snapshot.party(role.party)
        alive = party is not None and (party.ended is None or party.ended > at)
        if role.role == SOLE_PROPRIETOR and alive and _is_current(role, at):
            found.append(role.party)
    return tuple(sorted(found))


def _is_current(role: RegisterRole, at: datetime) -> bool:
    return (role.valid_from is None or role.valid_from <= at) and (role.valid_to is None or at < role.valid_to)
