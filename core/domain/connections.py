"""Connections: who has taken whom on, and what was given over it. Source: pdp-and-tokens §14.6.

What was given by hand implies its connection: a world, or a command that gives without connecting first, needs
no row for it. So does a client delegation imply that its agent system user is an agent of the provider.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from core.domain.delegation import AGENT, ClientDelegation, Connection, PackageDelegation, RightDelegation
from core.domain.identifiers import PartyId
from core.domain.party import Party, RegisterRole, Window
from core.domain.party_file import HeldFact, receiver_of
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import RIGHTHOLDER

Given = PackageDelegation | RightDelegation


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """What ``receiver`` has from ``giver`` now, nothing inherited. Everything is sorted.

    ``roles`` are register roles by their code, ``rettighetshaver`` and ``agent``.
    """

    giver: Party
    receiver: Party
    roles: tuple[str, ...]
    packages: tuple[str, ...]
    rights: tuple[RightDelegation, ...]


def connection(snapshot: Snapshot, giver: str, receiver: str, role: str = RIGHTHOLDER) -> Connection | None:
    """The recorded connection, or None."""
    found = snapshot.connections.get(giver) or ()
    return next((each for each in found if each.receiver == receiver and each.role == role), None)


def given(snapshot: Snapshot, giver: str, receiver: str) -> tuple[Given, ...]:
    """The packages and single rights that ``giver`` itself gave ``receiver``, also those not in force."""
    return tuple(
        fact
        for fact in snapshot.grounds(giver)
        if isinstance(fact, (PackageDelegation, RightDelegation)) and fact.receiver == receiver
    )


def is_connected(snapshot: Snapshot, giver: str, receiver: str, at: datetime) -> bool:
    """Whether ``receiver`` may be given more: by a recorded connection, or since it has something already."""
    if connection(snapshot, giver, receiver) is not None:
        return True
    return any(Window(fact.valid_from, fact.valid_to).holds(at) for fact in given(snapshot, giver, receiver))


def connections_from(snapshot: Snapshot, giver: PartyId, at: datetime, start: str = "") -> Iterator[ConnectionView]:
    """Everybody who has something from ``giver``, in order of party id from ``start`` on; no system users."""
    facts: dict[str, list[HeldFact]] = defaultdict(list)
    for fact in snapshot.grounds(giver):
        facts[receiver_of(fact)].append(fact)
    for each in snapshot.connections.get(giver) or ():
        facts.setdefault(each.receiver, [])
    for receiver in sorted(facts):
        view = _view(snapshot, giver, receiver, facts[receiver], at) if receiver >= start else None
        if view is not None:
            yield view


def connections_to(snapshot: Snapshot, receiver: PartyId, at: datetime, start: str = "") -> Iterator[ConnectionView]:
    """Everybody ``receiver`` has something from, in order of party id from ``start`` on."""
    held = snapshot.reach.get(receiver) or ()
    taken = sorted({each.giver for each in snapshot.connected_to.get(receiver) or ()} - set(held))
    both = merge(held[bisect_left(held, start) :], taken[bisect_left(taken, start) :])
    views = (connection_between(snapshot, giver, receiver, at) for giver in both)
    yield from (view for view in views if view is not None)


def connection_between(snapshot: Snapshot, giver: str, receiver: str, at: datetime) -> ConnectionView | None:
    """What ``receiver`` has from ``giver``, None where that is nothing."""
    facts = [fact for fact in snapshot.grounds(giver) if receiver_of(fact) == receiver]
    return _view(snapshot, giver, receiver, facts, at)


def _view(
    snapshot: Snapshot, giver: str, receiver: str, facts: Iterable[HeldFact], at: datetime
) -> ConnectionView | None:
    one, other = snapshot.party(giver), snapshot.party(receiver)
    if one is None or other is None:
        return None
    live = [fact for fact in facts if Window(fact.valid_from, fact.valid_to).holds(at)]
    roles = {*_roles(live), *(each.role for each in snapshot.connections.get(giver) or () if each.receiver == receiver)}
    if not roles:
        return None
    packages = {fact.package for fact in live if isinstance(fact, PackageDelegation)}
    rights = sorted((fact for fact in live if isinstance(fact, RightDelegation)), key=lambda fact: fact.service)
    return ConnectionView(one, other, tuple(sorted(roles)), tuple(sorted(packages)), tuple(rights))


def _roles(facts: Iterable[HeldFact]) -> Iterator[str]:
    for fact in facts:
        if isinstance(fact, RegisterRole):
            yield fact.role
        elif isinstance(fact, (PackageDelegation, RightDelegation)):
            yield RIGHTHOLDER


def delegated_to(snapshot: Snapshot, agent: str) -> tuple[ClientDelegation, ...]:
    """Everything that was delegated to an agent, whoever the provider and the client are."""
    files = (snapshot.files.get(party) for party in snapshot.reach.get(agent) or ())
    return tuple(each for file in files if file is not None for each in file.delegations if each.system_user == agent)


def agents_of(snapshot: Snapshot, provider: str) -> dict[str, Connection]:
    """The recorded agents of ``provider``, by who they are."""
    return {each.receiver: each for each in snapshot.connections.get(provider) or () if each.role == AGENT}
