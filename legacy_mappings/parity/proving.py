"""The comparison of both worlds: every right that either permits, system by system, without asking one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from core import (
    KIND_OF,
    LEVEL_OF,
    Fact,
    PartyId,
    Reaches,
    Right,
    Snapshot,
    Standing,
    Subject,
    SubjectKind,
    SystemState,
    SystemUserLink,
    ground_order,
)
from legacy_mappings.parity.causes import LossCauses
from legacy_mappings.parity.comparing import Agreed, Comparer, Grounds, Keeper, Line, NewGrounds
from legacy_mappings.parity.records import Actor, Finding, Group, Parity
from legacy_mappings.parity.succession import Succession, numbering_for, of_old_world
from legacy_mappings.planner.records import NotCarried, Plan

_ORDER = {finding: place for place, finding in enumerate((Finding.GAINED, Finding.LOST, Finding.CHANGED, Finding.KEPT))}


class _Alike(NamedTuple):
    """What makes lines one group, apart from for whom they are."""

    actor: Actor
    finding: Finding
    cause: str
    agreed: bool
    mask: int


def prove(
    before: Snapshot,
    after: Snapshot,
    *,
    at: datetime,
    plan: Plan | None = None,
    systems: Iterable[int] | None = None,
    watch: Callable[[int], None] | None = None,
) -> Parity:
    """Compare what enterprise systems may do by ``before`` with what their system users may do by ``after``.

    Both may be one snapshot, where a store holds both worlds' facts. A right is kept where a linked system user whose
    own external reference equals the link's permits its successor on the link's ground, and the old permission rested
    on that ground; whatever else a linked system user may do is gained, and so is an old right that nobody had and the
    old doors would answer with yes after cut-over. What asks for more than a system user's level counts on neither
    side. Losses that ``plan`` names, for a ground that
    they rested on, are agreed. ``systems``: only these; else all that either snapshot knows. ``watch`` is called with
    1 after each of them.
    Source: users-and-migration §3.1 and §4.2 step 8; what grounds mean, pdp-and-tokens §12.2.
    """
    prover = _Prover(before, after, at, plan)
    for system in systems_of(before, after) if systems is None else sorted(set(systems)):
        prover.compare(system)
        if watch is not None:
            watch(1)
    groups = prover.groups()
    pairs = sum(group.lines for group in groups)
    return Parity(at, before.sequence, after.sequence, pairs, groups)


def systems_of(before: Snapshot, after: Snapshot) -> tuple[int, ...]:
    """The enterprise systems that either side knows, in order."""
    return tuple(sorted({*before.enterprise_systems, *after.links}))


class _Prover:
    """Both worlds at one moment, and the groups found so far."""

    def __init__(self, before: Snapshot, after: Snapshot, at: datetime, plan: Plan | None) -> None:
        self._after = after
        self._at = at
        self._numbering = numbering_for(before.catalogue, after.catalogue)
        self._old = Reaches(before, at, self._numbering)
        self._new = self._old if after is before else Reaches(after, at, self._numbering)
        self._served = of_old_world(before.catalogue, self._numbering)
        standing = Standing(after, at, self._numbering)
        self._within_level = standing.up_to(LEVEL_OF[SubjectKind.SYSTEM_USER])
        self._answered = of_old_world(after.catalogue, self._numbering) & standing.everything & ~standing.personal
        self._succession = Succession(after.catalogue, at, self._numbering)
        self._not_carried: dict[int, list[NotCarried]] = defaultdict(list)
        for row in plan.not_carried if plan is not None else ():
            self._not_carried[row.enterprise_system].append(row)
        self._found: dict[_Alike, list[PartyId]] = defaultdict(list)

    def compare(self, system: int) -> None:
        """Take in one enterprise system."""
        keepers = tuple(self._keepers(system))
        answered = self._answered if self._logs_on(system) else 0
        comparer = Comparer(system, keepers, self._succession, answered)
        causes = LossCauses(self._after, self._at, self._numbering, self._succession, keepers)
        for (old, new, agreed), parties in self._alike(system, keepers).items():
            for line in comparer.lines(old, new, agreed):
                for alike, alike_parties in _told(line, old, parties, causes):
                    self._found[alike].extend(alike_parties)

    def _logs_on(self, system: int) -> bool:
        """Whether the enterprise system gets as far as being asked for."""
        found = self._after.enterprise_systems.get(system)
        return found is not None and found.state is SystemState.ACTIVE

    def _keepers(self, system: int) -> Iterator[Keeper]:
        for link in sorted(self._after.links.get(system) or (), key=_preference):
            entry = self._after.users.get(link.system_user)
            if entry is not None:
                reference = entry.user.external_ref
                yield Keeper(link, reference, reference == link.external_ref)

    def _alike(
        self, system: int, keepers: tuple[Keeper, ...]
    ) -> dict[tuple[Grounds, NewGrounds, Agreed], list[PartyId]]:
        """The parties that either world lets the system act for, by what is permitted."""
        old: dict[PartyId, Grounds] = {}
        for party, ground, mask in self._old.of(Subject(SubjectKind.ENTERPRISE_SYSTEM, system)):
            if mask & self._served:
                old[party] = (*old.get(party, ()), (ground, mask & self._served))
        new: dict[PartyId, NewGrounds] = {}
        for place, keeper in enumerate(keepers):
            for party, ground, mask in self._new.of(Subject(SubjectKind.SYSTEM_USER, keeper.link.system_user)):
                if mask & self._within_level:
                    new[party] = (*new.get(party, ()), (place, ground, mask & self._within_level))
        agreed = self._agreed(system)
        found: dict[tuple[Grounds, NewGrounds, Agreed], list[PartyId]] = defaultdict(list)
        for party in old.keys() | new.keys():
            found[old.get(party, ()), new.get(party, ()), agreed.get(party, ())].append(party)
        return found

    def _agreed(self, system: int) -> dict[PartyId, Agreed]:
        found: dict[PartyId, Agreed] = {}
        for row in self._not_carried.get(system, ()):
            places = self._numbering.places
            named = (row.ground, str(row.cause), self._numbering.mask_of(each for each in row.rights if each in places))
            for party in row.reportees:
                found[party] = (*found.get(party, ()), named)
        return found

    # -- what was found -----------------------------------------------------------------------

    def groups(self) -> tuple[Group, ...]:
        """Everything found, each group once, in order."""
        made = [self._group(alike, tuple(sorted(parties))) for alike, parties in self._found.items()]
        return tuple(sorted(made, key=order_of_group))

    def _group(self, alike: _Alike, parties: tuple[PartyId, ...]) -> Group:
        rights = self._numbering.rights_in(alike.mask)
        chain = self._chain(alike, parties[0], rights[0])
        return Group(alike.actor, alike.finding, alike.cause, rights, parties, chain, alike.agreed)

    def _chain(self, alike: _Alike, party: PartyId, right: Right) -> tuple[str, ...]:
        actor = alike.actor
        if alike.finding is Finding.LOST:
            subject = Subject(SubjectKind.ENTERPRISE_SYSTEM, actor.enterprise_system)
            return named_facts(self._old.via(subject, party, actor.ground, right))
        if alike.finding is Finding.GAINED:
            via = self._via_of_user(actor, party, right)
            links = self._after.links.get(actor.enterprise_system) or ()
            return named_facts((*via, *(link for link in links if link.system_user == actor.system_user)))
        return ()

    def _via_of_user(self, actor: Actor, party: PartyId, right: Right) -> tuple[Fact, ...]:
        """The facts that let the system user do it, or what an old right has become."""
        subject = Subject(SubjectKind.SYSTEM_USER, actor.system_user)
        becomes = (Right(row.resource, row.resource_action) for row in self._succession.rows_of(right))
        ways = (self._new.via(subject, party, actor.ground, each) for each in (right, *becomes))
        return next((via for via in ways if via), ())


def _told(
    line: Line, old: Grounds, parties: list[PartyId], causes: LossCauses
) -> Iterator[tuple[_Alike, Iterable[PartyId]]]:
    actor, finding, cause, agreed, mask = line
    if cause is not None:
        yield _Alike(actor, finding, cause, agreed, mask), parties
        return
    for party in parties:
        for why, rights in causes.of(party, old, mask).items():
            yield _Alike(actor, finding, why, agreed, rights), (party,)


def _preference(link: SystemUserLink) -> tuple[tuple[int, str], str, str]:
    return ground_order(link.ground), link.external_ref, link.system_user


def order_of_group(group: Group) -> tuple[int, Actor, str, bool, tuple[Right, ...], tuple[PartyId, ...]]:
    """The place of a group in a report: what was gained first, then what was lost."""
    return _ORDER[group.finding], group.actor, group.cause, group.agreed, group.rights, group.reportees


def named_facts(facts: Iterable[Fact]) -> tuple[str, ...]:
    """Facts as a chain names them: kind and key."""
    return tuple(f"{KIND_OF[type(fact)].name} {'/'.join(map(str, KIND_OF[type(fact)].key(fact)))}" for fact in facts)
