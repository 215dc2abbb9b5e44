"""One file per party: everything that anybody holds for it, closed over roles, packages and units.

A decision about a party reads its file and nothing else about who holds what. The file is made anew
when a fact about the party, its main unit or its sole proprietorship changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from core.domain.catalogue import NOTHING, Catalogue, window_of
from core.domain.delegation import ClientDelegation, PackageDelegation, RightDelegation, RoleGrant
from core.domain.identifiers import ServiceId
from core.domain.party import Party, RegisterRole, Window
from core.domain.vocabulary import (
    OWN_ORGANISATION,
    PERSON_INHERITS_RULE,
    RIGHTHOLDER,
    DecisionTerms,
    Right,
)

HeldFact = RegisterRole | RoleGrant | PackageDelegation | RightDelegation
PartyFact = HeldFact | ClientDelegation

NO_RIGHTS: frozenset[Right] = frozenset()
_ENK_REACH = timedelta(days=730)

SOLE_PROPRIETORSHIP = "ENK"
"""Organisation form of a sole proprietorship."""

SOLE_PROPRIETOR = "INNH"
"""Register role of the person a sole proprietorship belongs to (innehaver)."""


class Holding(NamedTuple):
    """What one fact brings its receiver for a party.

    ``ground`` is the register role, or ``rettighetshaver`` for what was given by hand. ``nests``: it
    reaches the people with a key role at the receiver.
    """

    fact: HeldFact
    ground: str
    roles: frozenset[str]
    packages: frozenset[str]
    rights: frozenset[Right]
    window: Window | None
    nests: bool


class Chain(NamedTuple):
    """A client delegation joined with one holding of the ground it flows from.

    ``packages`` are those delegated and still held through that ground. Without a holding the ground
    has ended, and the delegation is dead.
    """

    delegation: ClientDelegation
    holding: Holding | None
    packages: frozenset[str]
    window: Window | None


class PartyFile(NamedTuple):
    """A party with everything that is held for it.

    ``own`` and ``delegations`` are the party's own facts; ``held`` (by receiver) and ``chains`` (by
    system user) are closed: they include what flows from the main unit or the sole proprietorship.
    """

    party: Party
    own: tuple[Holding, ...]
    delegations: tuple[ClientDelegation, ...]
    held: Mapping[str, tuple[Holding, ...]]
    chains: Mapping[str, tuple[Chain, ...]]


F = TypeVar("F", Holding, Chain)

NO_HOLDINGS: Mapping[str, tuple[Holding, ...]] = MappingProxyType({})
NO_CHAINS: Mapping[str, tuple[Chain, ...]] = MappingProxyType({})


class Closer:
    """Makes files. Holds what is shared between them: the catalogue, the terms, and equal small sets."""

    def __init__(self, catalogue: Catalogue, terms: DecisionTerms) -> None:
        self._catalogue = catalogue
        self._terms = terms
        self._rights: dict[tuple[ServiceId, frozenset[str]], frozenset[Right]] = {}
        self._single: dict[str, frozenset[str]] = {}
        self._carried: dict[tuple[str, str | None], frozenset[str]] = {}

    def close(self, party: Party, facts: Iterable[PartyFact], sources: Iterable[PartyFile]) -> PartyFile:
        """The file of ``party`` from its own facts and the files it inherits from."""
        sources = tuple(sources)
        nesting_form = next((source.party.form for source in sources if source.party.id == party.main_unit), party.form)
        own: list[Holding] = []
        delegations: list[ClientDelegation] = []
        for fact in facts:
            if isinstance(fact, ClientDelegation):
                delegations.append(fact)
            else:
                own.append(self._holding(fact, party, nesting_form))
        if len(own) > 1:
            own.sort(key=_holding_order)
        if len(delegations) > 1:
            delegations.sort(key=_delegation_order)
        inherited = [self._inherited(party, source) for source in sources]
        held = _by_receiver(own, (holdings for holdings, _ in inherited))
        chains = self._chains(delegations, held, (flowing for _, flowing in inherited))
        return PartyFile(party, tuple(own), tuple(delegations), held, chains)

    def _holding(self, fact: HeldFact, party: Party, nesting_form: str | None) -> Holding:
        """``nesting_form`` is the form whose nesting row counts: a sub-unit follows its main unit's."""
        window = window_of(fact.valid_from, fact.valid_to)
        if isinstance(fact, RegisterRole):
            roles = self._catalogue.roles_brought_by(fact.role)
            carried = self._packages_of(fact.role, party.form)
            nests = self._catalogue.nests(fact.role, nesting_form)
            return Holding(fact, fact.role, roles, carried, NO_RIGHTS, window, nests)
        if isinstance(fact, RoleGrant):
            return Holding(fact, RIGHTHOLDER, self._role(fact.role), NOTHING, NO_RIGHTS, window, True)
        if isinstance(fact, PackageDelegation):
            return Holding(fact, RIGHTHOLDER, NOTHING, self._only(fact.package), NO_RIGHTS, window, True)
        rights = self._rights_of(fact.service, fact.actions)
        return Holding(fact, RIGHTHOLDER, NOTHING, NOTHING, rights, window, True)

    def _role(self, code: str) -> frozenset[str]:
        alias = code in self._terms.submission_role_aliases
        return self._only(self._terms.submission_role if alias else code)

    def _only(self, code: str) -> frozenset[str]:
        return self._single.setdefault(code, frozenset({code}))

    def _packages_of(self, role: str, form: str | None) -> frozenset[str]:
        found = self._carried.get((role, form))
        if found is None:
            found = self._carried[(role, form)] = self._catalogue.carried_by(role, form)
        return found

    def _rights_of(self, service: ServiceId, actions: frozenset[str]) -> frozenset[Right]:
        found = self._rights.get((service, actions))
        if found is None:
            found = frozenset(Right(service, action) for action in actions)
            self._rights[(service, actions)] = found
        return found

    def _inherited(self, party: Party, source: PartyFile) -> tuple[list[Holding], list[Chain]]:
        """What flows to ``party`` from its main unit (all of it) or its sole proprietorship (some)."""
        if source.party.id == party.main_unit:
            return list(source.own), [chain for chains in source.chains.values() for chain in chains]
        roles = self._catalogue.rule_roles(PERSON_INHERITS_RULE)
        holdings: list[Holding] = []
        chains: list[Chain] = []
        for limit in _proprietor_windows(party, source):
            holdings += [_limited(holding, limit) for holding in source.own if holding.ground in roles]
            chains += [
                _limited(chain, limit)
                for chains_of in source.chains.values()
                for chain in chains_of
                if chain.delegation.ground in roles
            ]
        return holdings, chains

    def _chains(
        self,
        delegations: list[ClientDelegation],
        held: Mapping[str, tuple[Holding, ...]],
        inherited: Iterable[list[Chain]],
    ) -> Mapping[str, tuple[Chain, ...]]:
        found: dict[str, tuple[Chain, ...]] = {}
        for delegation in delegations:
            chains = _join(delegation, held.get(delegation.provider, ()))
            found[delegation.system_user] = found.get(delegation.system_user, ()) + chains
        for flowing in inherited:
            for chain in flowing:
                user = chain.delegation.system_user
                found[user] = (*found.get(user, ()), chain)
        return found or NO_CHAINS


def _join(delegation: ClientDelegation, holdings: tuple[Holding, ...]) -> tuple[Chain, ...]:
    own = window_of(delegation.valid_from, delegation.valid_to)
    if delegation.ground == OWN_ORGANISATION:
        # The provider holds everything for itself: no holding limits what it put on its own system user.
        return (Chain(delegation, None, delegation.packages, own),)
    chains = [
        Chain(delegation, holding, _common(delegation.packages, holding.packages), _narrow(own, holding.window))
        for holding in holdings
        if holding.ground == delegation.ground
    ]
    return tuple(chains) or (Chain(delegation, None, NOTHING, own),)


def _common(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    # Most delegations name only what is held: then the delegation's own set serves, and no copy is made.
    return some if some <= others else some & others


def _by_receiver(own: list[Holding], inherited: Iterable[list[Holding]]) -> Mapping[str, tuple[Holding, ...]]:
    found: dict[str, tuple[Holding, ...]] = {}
    for holding in own:
        receiver = receiver_of(holding.fact)
        found[receiver] = (*found.get(receiver, ()), holding)
    for holdings in inherited:
        for holding in holdings:
            receiver = receiver_of(holding.fact)
            found[receiver] = (*found.get(receiver, ()), holding)
    return found or NO_HOLDINGS


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


_FACT_ORDER = {RegisterRole: 0, RoleGrant: 1, PackageDelegation: 2, RightDelegation: 3}


def _holding_order(holding: Holding) -> tuple[int, str]:
    return _FACT_ORDER[type(holding.fact)], holding.fact.id


def _delegation_order(delegation: ClientDelegation) -> str:
    return delegation.id


def _narrow(one: Window | None, other: Window | None) -> Window | None:
    if one is None or other is None:
        return other if one is None else one
    begins = [moment for moment in (one.begins, other.begins) if moment is not None]
    ends = [moment for moment in (one.ends, other.ends) if moment is not None]
    return Window(max(begins, default=None), min(ends, default=None))


def _limited(flowing: F, limit: Window | None) -> F:
    return flowing._replace(window=_narrow(flowing.window, limit))


def _proprietor_windows(person: Party, enterprise: PartyFile) -> Iterator[Window | None]:
    """When a sole proprietorship's relations reach the person.

    While it is theirs, at the longest to their death or two years after its deletion. Source:
    pdp-and-tokens §10.2 d.
    """
    ends = [person.ended] if person.ended is not None else []
    if enterprise.party.ended is not None:
        ends.append(enterprise.party.ended + _ENK_REACH)
    longest = Window(None, min(ends)) if ends else None
    for holding in enterprise.own:
        if holding.ground == SOLE_PROPRIETOR and receiver_of(holding.fact) == person.id:
            yield _narrow(holding.window, longest)
