"""Every fact of a snapshot, kind by kind in the order of import and sorted, so that it can be written or added to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core import FACT_KINDS, KIND_OF, Fact, Snapshot

_PLACE = {kind.name: place for place, kind in enumerate(FACT_KINDS)}


def facts_of(snapshot: Snapshot) -> list[Fact]:
    """All that something is planned from, in order of kind and key.

    That leaves out persons' own log-ons, budgets of fall-back and brown-outs.
    """
    return sorted(_each(snapshot), key=order_of_fact)


def order_of_fact(fact: Fact) -> tuple[int, tuple[object, ...]]:
    """The order of import: kinds after those they point at, and by key within a kind."""
    kind = KIND_OF[type(fact)]
    return _PLACE[kind.name], tuple(map(_comparable, kind.key(fact)))


def _comparable(part: object) -> object:
    return part if isinstance(part, int) else str(part)


def _each(snapshot: Snapshot) -> Iterator[Fact]:
    yield from snapshot.vocabulary.values()
    for file in snapshot.files.values():
        yield file.party
        yield from (held.fact for held in file.own)
        yield from file.delegations
    yield from snapshot.enterprise_systems.values()
    yield from snapshot.enterprise_users.values()
    yield from snapshot.systems.values()
    for entry in snapshot.users.values():
        yield entry.user
        yield from entry.generations.values()
    yield from snapshot.requests.values()
    yield from snapshot.change_requests.values()
    yield from _flat(snapshot.links.values())
    yield from snapshot.authorities.values()
    yield from _flat(snapshot.connections.values())


def _flat(groups: Iterable[Iterable[Fact]]) -> Iterator[Fact]:
    for group in groups:
        yield from group
