"""Everything that one actor may do for anybody, by the ground it rests on: exactly what `decide` permits, all at once.

A set of rights is a mask; what a holding brings is worked out once for every holding that brings the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import datetime
from typing import NamedTuple

from core.domain.answers import holds
from core.domain.change import Fact
from core.domain.delegation import PackageDelegation, RightDelegation, RoleGrant
from core.domain.identifiers import PartyId
from core.domain.numbering import Numbering
from core.domain.old_world import has_key_role
from core.domain.party_file import Approved, Chain, Held
from core.domain.question import LEVEL_OF, Subject, SubjectKind
from core.domain.snapshot import Snapshot
from core.domain.standing import Standing
from core.domain.system import Generation, SystemState
from core.domain.vocabulary import OWN_ORGANISATION, Right


class Reached(NamedTuple):
    """What an actor may do for ``party`` by virtue of ``ground``: a register role, ``rettighetshaver`` or ``self``."""

    party: PartyId
    ground: str
    mask: int


class _Way(NamedTuple):
    """One thing that opens rights: the ground, what it opens, and the facts it rests on."""

    ground: str
    mask: int
    via: tuple[Fact, ...]


class _Actor(NamedTuple):
    """How an actor is followed: what it may have at the most, the party it is itself, and whose entries count."""

    allowed: int
    itself: str | None
    own_facts: tuple[Fact, ...]
    holders: tuple[str, ...]
    by_chains: bool = False


_NOBODY = _Actor(0, None, (), ())


def reach(snapshot: Snapshot, subject: Subject, at: datetime, numbering: Numbering) -> Iterator[Reached]:
    """What ``subject`` may do at ``at``, for whom and on which ground; for many subjects keep one `Reaches`.

    Lazy, in order of party and ground, and nothing with an empty mask. Raises ValueError for a subject that it does
    not know how to follow (see `Reaches.of`), KeyError where the numbering lacks a right of the catalogue.
    """
    return Reaches(snapshot, at, numbering).of(subject)


class Reaches:
    """The reach of many actors at one moment of one snapshot; what they have in common is worked out once."""

    def __init__(self, snapshot: Snapshot, at: datetime, numbering: Numbering) -> None:
        self._snapshot = snapshot
        self._at = at
        self._numbering = numbering
        self._standing = Standing(snapshot, at, numbering)
        self._within: dict[tuple[frozenset[str], frozenset[Right]], int] = {}
        self._by_packages: dict[Hashable, int] = {}

    def of(self, subject: Subject) -> Iterator[Reached]:
        """What the actor may do: an enterprise system, enterprise user, system user or organisation, by itself.

        Raises ValueError for a person, and for a system with a person logged on through it.
        """
        return self._followed(self._actor(subject))

    def via(self, subject: Subject, party: str, ground: str, right: Right) -> tuple[Fact, ...]:
        """The facts of one way in which the actor reaches ``right`` for ``party`` on ``ground``; none if it does not.

        Of several ways it is the first in the order in which `decide` looks. Raises what `of` raises.
        """
        actor = self._actor(subject)
        if party == actor.itself:
            return actor.own_facts
        bit = self._numbering.mask_of((right,))
        return next((way.via for way in self._ways(actor, party) if way.ground == ground and way.mask & bit), ())

    # -- who acts -----------------------------------------------------------------------------

    def _actor(self, subject: Subject) -> _Actor:
        kind, identity = subject.kind, str(subject.id)
        if subject.person is None:
            if kind is SubjectKind.ENTERPRISE_SYSTEM:
                return self._enterprise_system(int(identity))
            if kind is SubjectKind.ENTERPRISE_USER:
                return self._enterprise_user(identity)
            if kind is SubjectKind.SYSTEM_USER:
                return _Actor(self._standing.everything, None, (), (identity,), by_chains=True)
            if kind is SubjectKind.ORGANISATION:
                itself = None if self._snapshot.party(identity) is None else identity
                return _Actor(self._standing.everything, itself, (), (identity,))
        raise ValueError(f"the reach of a {kind} is not known, or not with a person")

    def _enterprise_system(self, number: int) -> _Actor:
        system = self._snapshot.enterprise_systems.get(number)
        if system is None or system.state is not SystemState.ACTIVE:
            return _NOBODY
        allowed = self._standing.up_to(LEVEL_OF[SubjectKind.ENTERPRISE_SYSTEM]) & ~self._standing.personal
        return _Actor(allowed, system.owner, (system,), (system.owner,))

    def _enterprise_user(self, identity: str) -> _Actor:
        user = self._snapshot.enterprise_users.get(identity)
        if user is None or user.state is not SystemState.ACTIVE:
            return _NOBODY
        key = has_key_role(self._snapshot, user.owner, user.id, self._at)
        allowed = self._standing.up_to(LEVEL_OF[SubjectKind.ENTERPRISE_USER])
        return _Actor(allowed, None, (), (user.id, user.owner) if key else (user.id,))

    # -- for whom -----------------------------------------------------------------------------

    def _followed(self, actor: _Actor) -> Iterator[Reached]:
        for party in self._parties(actor):
            if party == actor.itself:
                grounds = {OWN_ORGANISATION: actor.allowed}
            else:
                grounds = {}
                for ground, mask, _ in self._ways(actor, party):
                    grounds[ground] = grounds.get(ground, 0) | mask
            for ground in sorted(grounds) if len(grounds) > 1 else grounds:
                mask = self._standing.admitted(party, grounds[ground])
                if mask:
                    yield Reached(PartyId(party), ground, mask)

    def _parties(self, actor: _Actor) -> tuple[str, ...] | list[str]:
        reached = [self._snapshot.reach.get(holder) or () for holder in actor.holders]
        if len(reached) == 1 and actor.itself is None:
            return reached[0]
        own = set() if actor.itself is None else {actor.itself}
        return sorted(own.union(*reached))

    def _ways(self, actor: _Actor, party: str) -> Iterator[_Way]:
        if actor.by_chains:
            return self._by_chains(party, actor.holders[0])
        return self._by_holdings(party, actor)

    def _by_holdings(self, party: str, actor: _Actor) -> Iterator[_Way]:
        for holder in actor.holders:
            for entry in self._snapshot.entries_for(party, holder):
                if type(entry) is not Chain and type(entry) is not Approved and holds(entry, self._at):  # type: ignore[arg-type]
                    mask = self._opened(entry) & actor.allowed  # type: ignore[arg-type]
                    yield _Way(entry.ground, mask, (entry.fact,))  # type: ignore[union-attr]

    def _opened(self, held: Held) -> int:
        """What a holding opens (`opens` for every policy)."""
        kind = type(held)
        if kind is PackageDelegation:
            return self._standing.by_package(held.package)  # type: ignore[union-attr]
        if kind is RoleGrant:
            return self._standing.by_role(held.role)  # type: ignore[union-attr]
        if kind is RightDelegation:
            return self._standing.by_rights(held.rights)
        return self._standing.by_packages(held.packages) | self._standing.by_roles(held.roles)

    # -- by what was delegated to a system user -----------------------------------------------

    def _by_chains(self, party: str, user: str) -> Iterator[_Way]:
        for entry in self._snapshot.entries_for(party, user):
            if type(entry) is Chain:
                ground, mask = entry.delegation.ground, self._through(entry)
            elif type(entry) is Approved:
                ground, mask = OWN_ORGANISATION, self._opened(entry.grant) & self._inside(entry.generation)
            else:
                continue
            if mask and (entry.window is None or entry.window.holds(self._at)):
                yield _Way(ground, mask, entry.via)

    def _through(self, chain: Chain) -> int:
        """held by the owner ∩ ceiling ∩ delegated, by packages or by single rights."""
        given, ceiling = chain.delegation, chain.generation
        if ceiling is None:
            return 0
        if given.rights or given.resources:
            return (self._standing.by_packages(chain.packages) | self._singly(chain)) & self._inside(ceiling)
        key = (chain.packages, ceiling.packages, ceiling.rights)
        found = self._by_packages.get(key)
        if found is None:
            found = self._standing.by_packages(chain.packages) & self._inside(ceiling)
            self._by_packages[key] = found
        return found

    def _singly(self, chain: Chain) -> int:
        given = chain.delegation
        single = self._standing.by_rights(given.rights) | self._standing.by_service(given.resources)
        if chain.holding is not None:
            return single & self._opened(chain.holding)
        return single if given.ground == OWN_ORGANISATION else 0

    def _inside(self, ceiling: Generation | None) -> int:
        """What a ceiling names, by a package or by itself."""
        if ceiling is None:
            return 0
        key = (ceiling.packages, ceiling.rights)
        found = self._within.get(key)
        if found is None:
            found = self._standing.by_packages(ceiling.packages) | self._standing.by_rights(ceiling.rights)
            self._within[key] = found
        return found
