"""Who holds what for each party, closed over roles, packages and units.

A decision about (party, holder) reads one entry and nothing else about who holds what. A party's entries
are made anew when a fact about the party, its main unit or its sole proprietorship changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from core.domain.catalogue import NOTHING, Catalogue
from core.domain.change import Fact
from core.domain.delegation import ClientDelegation, PackageDelegation, RightDelegation, RoleGrant
from core.domain.party import Party, RegisterRole, Window, window_of
from core.domain.system import Generation
from core.domain.vocabulary import ANY_ACTION, OWN_ORGANISATION, PERSON_INHERITS_RULE, Right

Grant = RoleGrant | PackageDelegation | RightDelegation
HeldFact = RegisterRole | Grant
PartyFact = HeldFact | ClientDelegation

NO_RIGHTS: frozenset[Right] = frozenset()
_ENK_REACH = timedelta(days=730)

SOLE_PROPRIETORSHIP = "ENK"
"""Organisation form of a sole proprietorship."""

SOLE_PROPRIETOR = "INNH"
"""Register role of the person a sole proprietorship belongs to (innehaver)."""


class Holding(NamedTuple):
    """What a register role brings its holder for a party, closed over the vocabulary.

    ``ground`` is the role; ``roles`` the role itself and those it confers; ``nests``: it reaches the people
    with a key role at the holder. A grant given by hand is a holding of its own accord, with the same names.
    """

    fact: HeldFact
    ground: str
    roles: frozenset[str]
    packages: frozenset[str]
    rights: frozenset[Right]
    window: Window | None
    nests: bool


Held = Holding | RoleGrant | PackageDelegation | RightDelegation
"""What somebody holds for a party."""


class Chain(NamedTuple):
    """A client delegation joined with one holding of the ground it flows from.

    ``via`` are the facts a Permit rests on, the delegation last. Without a ``holding`` the ground has ended,
    and the delegation is dead. ``packages`` are those delegated and still held through that ground;
    ``usable`` those of them that the ceiling names too. ``generation`` is the ceiling, None where the system
    user is not active or the delegation is not its owner's.
    """

    via: tuple[Fact, ...]
    usable: frozenset[str]
    window: Window | None
    packages: frozenset[str]
    generation: Generation | None
    holding: Held | None

    @property
    def delegation(self) -> ClientDelegation:
        """The client delegation."""
        return self.via[-1]  # type: ignore[return-value]


class Approved(NamedTuple):
    """What an owner gave its own system user, with the ceiling it is under (None: not active).

    ``via`` is the grant, as the facts a Permit rests on; ``usable`` and ``rights`` are what the grant brings
    and the ceiling names too.
    """

    via: tuple[PackageDelegation | RightDelegation]
    usable: frozenset[str]
    rights: frozenset[Right]
    window: Window | None
    generation: Generation | None

    @property
    def grant(self) -> PackageDelegation | RightDelegation:
        """What the owner gave."""
        return self.via[0]


Entry = Held | Chain | Approved
"""One thing that one holder has for one party."""


class PartyFile(NamedTuple):
    """A party with its own facts, and who has entries for it (also what it inherits)."""

    party: Party
    own: tuple[Held, ...]
    delegations: tuple[ClientDelegation, ...]
    receivers: tuple[str, ...]


class SystemUserPart(NamedTuple):
    """What closing a file must know about a system user: its owner, its generations, the latest of them.

    No generations where it is not active.
    """

    owner: str
    generations: Mapping[int, Generation]
    latest: Generation | None


Entries = dict[str, list[Entry]]


def key_of_entry(party: str, holder: str) -> str:
    """The key of the entries of ``holder`` for ``party``: one text, since ids hold no blank."""
    return f"{party} {holder}"


class Closer:
    """Makes files and their entries. Holds what is shared between them."""

    def __init__(self, catalogue: Catalogue, system_user: Callable[[str], SystemUserPart | None]) -> None:
        self._catalogue = catalogue
        self._system_user = system_user
        self._carried: dict[tuple[str, str | None], frozenset[str]] = {}
        self._users: dict[str, SystemUserPart | None] = {}
        self._rights: dict[frozenset[Right], frozenset[Right]] = {}
        self._packages: dict[frozenset[str], frozenset[str]] = {}

    def close(
        self, party: Party, facts: Iterable[PartyFact], sources: Iterable[PartyFile]
    ) -> tuple[PartyFile, Entries]:
        """The file of ``party`` and the entries for it, from its own facts and the files it inherits from."""
        sources = tuple(sources)
        nesting_form = next((source.party.form for source in sources if source.party.id == party.main_unit), party.form)
        own: list[Held] = []
        delegations: list[ClientDelegation] = []
        for fact in facts:
            if isinstance(fact, ClientDelegation):
                delegations.append(fact)
            else:
                own.append(self._registered(fact, party, nesting_form) if isinstance(fact, RegisterRole) else fact)
        if len(own) > 1:
            own.sort(key=_held_order)
        if len(delegations) > 1:
            delegations.sort(key=_delegation_order)
        entries = self._entries(own, delegations)
        for source in sources:
            self._inherit(party, source, delegations, entries)
        return PartyFile(party, tuple(own), tuple(delegations), tuple(entries)), entries

    def _registered(self, fact: RegisterRole, party: Party, nesting_form: str | None) -> Holding:
        """``nesting_form`` is the form whose nesting row counts: a sub-unit follows its main unit's."""
        roles = self._catalogue.roles_brought_by(fact.role)
        nests = self._catalogue.nests(fact.role, nesting_form)
        window = window_of(fact.valid_from, fact.valid_to)
        return Holding(fact, fact.role, roles, self._carries(fact.role, party.form), NO_RIGHTS, window, nests)

    def _carries(self, role: str, form: str | None) -> frozenset[str]:
        found = self._carried.get((role, form))
        if found is None:
            found = self._carried[(role, form)] = self._catalogue.carried_by(role, form)
        return found

    def _entries(self, own: Iterable[Held], delegations: Iterable[ClientDelegation]) -> Entries:
        entries: Entries = {}
        for held in own:
            receiver = receiver_of(held.fact)
            entries.setdefault(receiver, []).append(self._approved(held, receiver))
        for delegation in delegations:
            chains = self._chains(delegation, entries.get(delegation.provider, ()))
            entries.setdefault(delegation.system_user, []).extend(chains)
        return entries

    def _approved(self, held: Held, receiver: str) -> Held | Approved:
        if not isinstance(held, (PackageDelegation, RightDelegation)):
            return held
        user = self._user(receiver)
        if user is None or user.owner != held.giver:
            return held
        ceiling = user.latest
        packages = NOTHING if ceiling is None else self._common(held.packages, ceiling.packages)
        rights = NO_RIGHTS if ceiling is None else self._named(held.rights, ceiling.rights)
        return Approved((held,), packages, rights, held.window, ceiling)

    def _user(self, user: str) -> SystemUserPart | None:
        if user not in self._users:
            self._users[user] = self._system_user(user)
        return self._users[user]

    def _common(self, some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
        """What the two have in common, as a set that equal ones share."""
        common = some if some <= others else some & others
        return self._packages.setdefault(common, common)

    def _named(self, rights: frozenset[Right], ceiling: frozenset[Right]) -> frozenset[Right]:
        """Those of ``rights`` that the ceiling names, one by one or by the whole service."""
        named = frozenset(right for right in rights if right in ceiling or Right(right.service, ANY_ACTION) in ceiling)
        return self._rights.setdefault(named, named)

    def _chains(self, delegation: ClientDelegation, held_by_provider: Iterable[Entry]) -> list[Chain]:
        if delegation.ground == OWN_ORGANISATION:
            # The provider holds everything for itself: no holding limits what it put on its own system user.
            return [self._chain(delegation, None, delegation.packages)]
        chains = [
            self._chain(delegation, held, self._common(delegation.packages, held.packages))
            for held in held_by_provider
            if not isinstance(held, (Chain, Approved)) and held.ground == delegation.ground
        ]
        if not chains:
            return [self._chain(delegation, None, NOTHING)]
        if delegation.rights or delegation.resources:
            return chains
        # What brings none of the packages adds nothing, but that the ground still stands is worth one chain.
        return [chain for chain in chains if chain.packages] or chains[:1]

    def _chain(self, delegation: ClientDelegation, held: Held | None, packages: frozenset[str]) -> Chain:
        generation = self._ceiling(delegation)
        window = window_of(delegation.valid_from, delegation.valid_to)
        return Chain(
            via=(delegation,) if held is None else (held.fact, delegation),
            usable=NOTHING if generation is None else self._common(packages, generation.packages),
            window=window if held is None else _narrow(window, held.window),
            packages=packages,
            generation=generation,
            holding=held,
        )

    def _ceiling(self, delegation: ClientDelegation) -> Generation | None:
        """The generation the delegation names, if it is one of an active user on its owner's own relations."""
        user = self._user(delegation.system_user)
        if user is None or user.owner != delegation.provider:
            return None
        if delegation.ground == OWN_ORGANISATION and delegation.client != user.owner:
            return None
        return user.generations.get(delegation.generation)

    def _inherit(self, party: Party, source: PartyFile, delegations: list[ClientDelegation], entries: Entries) -> None:
        """Add what flows to ``party`` from its main unit (all of it) or its sole proprietorship (some)."""
        flowing = self._entries(source.own, source.delegations)
        if source.party.id != party.main_unit:
            flowing = self._of_proprietorship(party, source, flowing)
        for delegation in delegations:
            # What was given for the party itself may rest on what it inherits.
            held = flowing.get(delegation.provider, ())
            if held and delegation.ground != OWN_ORGANISATION:
                joined = [chain for chain in self._chains(delegation, held) if chain.holding is not None]
                _replace_dead(entries[delegation.system_user], delegation, joined)
        for receiver, flowing_entries in flowing.items():
            entries.setdefault(receiver, []).extend(flowing_entries)

    def _of_proprietorship(self, person: Party, source: PartyFile, flowing: Entries) -> Entries:
        roles = self._catalogue.rule_roles(PERSON_INHERITS_RULE)
        limited: Entries = {}
        for limit in _proprietor_windows(person, source):
            for receiver, entries in flowing.items():
                some = [_limited(entry, limit) for entry in entries if _ground_of(entry) in roles]
                if some:
                    limited.setdefault(receiver, []).extend(some)
        return limited


def _ground_of(entry: Entry) -> str | None:
    if isinstance(entry, Chain):
        return entry.delegation.ground
    return entry.ground if isinstance(entry, Holding) else None


def _replace_dead(entries: list[Entry], delegation: ClientDelegation, joined: list[Chain]) -> None:
    """Where a delegation had no live ground of its own, what was joined elsewhere takes its place."""
    if joined:
        kept = [
            entry
            for entry in entries
            if not (isinstance(entry, Chain) and entry.delegation is delegation and entry.holding is None)
        ]
        entries[:] = [*kept, *joined]


def receiver_of(fact: HeldFact) -> str:
    """Who holds what the fact brings: a party, an enterprise user or a system user."""
    return fact.holder if isinstance(fact, RegisterRole) else fact.receiver


def party_of(fact: PartyFact) -> str:
    """The party whose file the fact belongs in."""
    if isinstance(fact, RegisterRole):
        return fact.party
    if isinstance(fact, RoleGrant):
        return fact.reportee
    return fact.client if isinstance(fact, ClientDelegation) else fact.giver


_FACT_ORDER = {Holding: 0, RoleGrant: 1, PackageDelegation: 2, RightDelegation: 3}


def _held_order(held: Held) -> tuple[int, str]:
    return _FACT_ORDER[type(held)], held.fact.id


def _delegation_order(delegation: ClientDelegation) -> str:
    return delegation.id


def _narrow(one: Window | None, other: Window | None) -> Window | None:
    if one is None or other is None:
        return other if one is None else one
    begins = [moment for moment in (one.begins, other.begins) if moment is not None]
    ends = [moment for moment in (one.ends, other.ends) if moment is not None]
    return Window(max(begins, default=None), min(ends, default=None))


def _limited(entry: Entry, limit: Window | None) -> Entry:
    """What flows from a register role, within ``limit``."""
    if isinstance(entry, (Holding, Chain)):
        return entry._replace(window=_narrow(entry.window, limit))
    return entry


def _proprietor_windows(person: Party, enterprise: PartyFile) -> Iterator[Window | None]:
    """When a sole proprietorship's relations reach the person.

    While it is theirs, at the longest to their death or two years after its deletion. Source:
    pdp-and-tokens §10.2 d.
    """
    ends = [person.ended] if person.ended is not None else []
    if enterprise.party.ended is not None:
        ends.append(enterprise.party.ended + _ENK_REACH)
    longest = Window(None, min(ends)) if ends else None
    for held in enterprise.own:
        if held.ground == SOLE_PROPRIETOR and receiver_of(held.fact) == person.id:
            yield _narrow(held.window, longest)
