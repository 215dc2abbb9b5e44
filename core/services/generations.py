"""Generations of an agent system user: who is on which, what each client lacks for the newest, and moving on.

A change builds the next generation beside the one there is. A client moves when its relation to the owner
carries the packages that are new to it; until then it goes on as before. Nobody is given more than was
chosen for them: a client with fewer packages than it could have keeps those, and gains none by moving.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.caller import Caller, CallerKind
from core.domain.change import Edit, put, remove
from core.domain.client_relations import Relations, client_relations, is_within, packages_of
from core.domain.delegation import ClientDelegation
from core.domain.identifiers import PartyId
from core.domain.package_check import check_packages
from core.domain.party import Party
from core.domain.snapshot import Snapshot, UserEntry
from core.domain.system import Generation, SystemUser
from core.domain.vocabulary import ANY_ACTION, OWN_ORGANISATION, Right
from core.services.administration import manages_accesses
from core.services.clients import agent_for, delegations_for, new_delegation
from core.store.store import Store, Written, utc_now


@dataclass(frozen=True, slots=True)
class ClientStanding:
    """A client, the generation it is on, and the packages its relation lacks for the newest one.

    With nothing missing it can move; on the newest generation nothing is missing.
    """

    party: Party
    generation: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Generations:
    """An agent system user with its generations, the oldest first, and its clients in order of number."""

    user: SystemUser
    generations: tuple[Generation, ...]
    clients: tuple[ClientStanding, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Who moved to the newest generation, and who waits and for what. In order of number."""

    generation: int
    moved: tuple[Party, ...]
    waiting: tuple[ClientStanding, ...]


def generations_of(snapshot: Snapshot, caller: Caller, agent: str, *, at: datetime | None = None) -> Generations:
    """The generations of an agent system user and where each client stands.

    The caller may read the owner's clients. Raises NotFound, NotAllowed, InvalidInput (`NOT_AN_AGENT`).
    """
    now = at or utc_now()
    entry = agent_for(snapshot, caller, agent, now, action="read")
    ordered = tuple(entry.generations[number] for number in sorted(entry.generations))
    standings = (
        _Case(snapshot, caller, entry, entry.latest, party, now).standing() for party in _clients(snapshot, agent)
    )
    return Generations(entry.user, ordered, tuple(sorted(standings, key=_number)))


def move_clients(store: Store, caller: Caller, system_user: str) -> Moved:
    """Move every client that qualifies to the newest generation of an agent system user.

    The caller administers the owner's clients; the owner's own organisation moves only where the caller may
    give what is new. Raises NotFound, NotAllowed, InvalidInput (`NOT_AN_AGENT`).
    """
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[Moved]:
        entry = agent_for(snapshot, caller, system_user, now)
        latest = entry.latest
        cases = [_Case(snapshot, caller, entry, latest, party, now) for party in _clients(snapshot, system_user)]
        behind = sorted((case for case in cases if case.is_behind), key=lambda case: case.party.number)
        moving = [case for case in behind if not case.missing]
        edits = tuple(edit for case in moving for edit in case.edits())
        waiting = tuple(case.standing() for case in behind if case.missing)
        return Written(edits, Moved(latest.number, tuple(case.party for case in moving), waiting))

    return store.change(caller.name, command)


def move_edits(
    snapshot: Snapshot, caller: Caller, entry: UserEntry, latest: Generation, at: datetime
) -> Iterator[Edit]:
    """The edits that move every client that qualifies to ``latest``, which need not be written yet."""
    for party in _clients(snapshot, entry.user.id):
        case = _Case(snapshot, caller, entry, latest, party, at)
        if case.is_behind and not case.missing:
            yield from case.edits()


def _clients(snapshot: Snapshot, agent: str) -> Iterator[Party]:
    """The parties with delegations of their own to the agent; not those that only inherit one."""
    for each in snapshot.reach.get(agent) or ():
        party = snapshot.party(each)
        if party is not None and delegations_for(snapshot, agent, party.id):
            yield party


def _number(standing: ClientStanding) -> str:
    return standing.party.number


class _Case:
    """One client on its way to one generation."""

    def __init__(
        self, snapshot: Snapshot, caller: Caller, entry: UserEntry, latest: Generation, party: Party, at: datetime
    ) -> None:
        self.party = party
        self._snapshot, self._caller, self._entry, self._latest, self._at = snapshot, caller, entry, latest, at
        self._existing = delegations_for(snapshot, entry.user.id, party.id)
        self._relations = self._held()
        self.missing = self._lacking()

    @property
    def is_behind(self) -> bool:
        """Whether any of it is on an older generation."""
        return any(each.generation != self._latest.number for each in self._existing)

    def standing(self) -> ClientStanding:
        """Where the client stands."""
        return ClientStanding(self.party, min(each.generation for each in self._existing), self.missing)

    def _held(self) -> dict[str, frozenset[str]]:
        """The packages that may be delegated for the client, by ground."""
        relations: Relations = client_relations(self._snapshot, self._entry.user.owner, self.party.id, self._at)
        held = {ground: packages_of(holdings) for ground, holdings in relations.items()}
        if any(each.ground == OWN_ORGANISATION for each in self._existing):
            return {**held, OWN_ORGANISATION: self._giveable()}
        return held

    def _giveable(self) -> frozenset[str]:
        """Of the newest packages those the caller may put on the system user for the owner's own organisation."""
        owner = self._entry.user.owner
        if not manages_accesses(self._snapshot, self._caller, owner, self._at):
            return frozenset()
        person = None if self._caller.kind is CallerKind.OPERATOR else self._caller.party
        checks = check_packages(self._snapshot, person, owner, sorted(self._latest.packages), self._at)
        return frozenset(check.package for check in checks if check.allowed)

    def _before(self) -> frozenset[str]:
        """The packages of the generations the client is on."""
        numbers = {each.generation for each in self._existing}
        known = (self._entry.generations.get(number) for number in numbers)
        return frozenset(package for each in known if each is not None for package in each.packages)

    def _has(self) -> frozenset[str]:
        return frozenset(package for each in self._existing for package in each.packages)

    def _is_whole(self) -> bool:
        """Whether the client was put there with all it carries, and not with a part that somebody chose."""
        has = self._has()
        carried = frozenset(package for packages in self._relations.values() for package in packages)
        return bool(has) and has >= carried & self._before()

    def _lacking(self) -> tuple[str, ...]:
        if not self._is_whole():
            return ()
        carried = frozenset(package for packages in self._relations.values() for package in packages)
        return tuple(sorted(self._latest.packages - self._before() - carried))

    # -- moving ---------------------------------------------------------------------------------

    def edits(self) -> Iterator[Edit]:
        """The client's delegations as they are on the newest generation."""
        whole = self._is_whole()
        for before in self._existing:
            after = self._moved(before, whole=whole)
            if after is None:
                yield remove(before)
            elif after != before:
                yield put(after)
        if whole:
            yield from self._of_new_grounds()

    def _of_new_grounds(self) -> Iterator[Edit]:
        """A ground that carried none of the old packages may carry some of the new ones."""
        known = {each.ground for each in self._existing}
        for ground in sorted(self._relations.keys() - known):
            packages = self._relations[ground] & self._latest.packages
            if packages:
                new = new_delegation(self._entry, PartyId(self.party.id), ground, self._caller)
                first = self._existing[0]
                begins, ends = first.valid_from, first.valid_to
                number = self._latest.number
                yield put(replace(new, generation=number, packages=packages, valid_from=begins, valid_to=ends))

    def _moved(self, before: ClientDelegation, *, whole: bool) -> ClientDelegation | None:
        added = self._relations.get(before.ground, frozenset()) if whole else frozenset[str]()
        packages = (before.packages | added) & self._latest.packages
        resources = frozenset(each for each in before.resources if self._is_within(Right(each, ANY_ACTION)))
        parts = (
            Right(each, action)
            for each in before.resources - resources
            for action in self._snapshot.catalogue.actions.get(each, ())
        )
        rights = frozenset(right for right in (*before.rights, *parts) if self._is_within(right))
        if not (packages or resources or rights):
            return None
        number = self._latest.number
        return replace(before, generation=number, packages=packages, resources=resources, rights=rights)

    def _is_within(self, right: Right) -> bool:
        return is_within(self._snapshot, self._latest, right, self._at)
