"""How long a world takes to load and how much memory it needs; what one change costs; how fast imports are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from time import perf_counter, process_time

from benchmarks.databases import make, prepared, url_of
from benchmarks.fresh import in_fresh_process, watched_memory
from benchmarks.world import NOW, World
from core import (
    Change,
    ClientDelegation,
    Fact,
    Operation,
    PackageDelegation,
    Party,
    RightDelegation,
    RoleGrant,
    Snapshot,
    Store,
    apply_changes,
)

_CHANGES = 300


@dataclass(frozen=True)
class Load:
    """One load from a database file, closure included: seconds by the clock, and memory growth in MB."""

    parties: int
    delegations: int
    seconds: float
    reading: float
    peak: float
    kept: float


@dataclass(frozen=True)
class Applied:
    """Microseconds to take one change into the snapshot."""

    parties: int
    grant: float
    revocation: float
    party: float
    main_unit: float


@dataclass(frozen=True)
class Import:
    """How fast facts are written to a new file, with their changes."""

    parties: int
    facts: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Facts in a second."""
        return self.facts / self.seconds


def measure_loads(sizes: Iterable[int]) -> list[Load]:
    """A load of each size, each in a fresh process."""
    for size in sizes:
        prepared(World(size))
    return [in_fresh_process(_load, size) for size in sizes]


def measure_applies(sizes: Iterable[int]) -> list[Applied]:
    """Single changes on a world of each size, each in a fresh process."""
    return [in_fresh_process(_apply, size) for size in sizes]


def measure_import(parties: int) -> Import:
    """The import of a world into a new file."""
    return in_fresh_process(_import, parties)


def _load(parties: int) -> Load:
    url = url_of(prepared(World(parties)))
    with watched_memory() as memory:
        begin = perf_counter()
        store = Store(url)
        seconds = perf_counter() - begin
    begin = perf_counter()
    delegations = sum(isinstance(fact, _DELEGATIONS) for fact in store.facts())
    reading = perf_counter() - begin
    return Load(parties, delegations, seconds, reading, memory.peak, memory.kept)


_DELEGATIONS = (RoleGrant, PackageDelegation, RightDelegation, ClientDelegation)


def _apply(parties: int) -> Applied:
    world = World(parties)
    snapshot = Store(url_of(prepared(world))).snapshot()
    random = Random(11)
    with_sub_unit = range(world.sub_units)
    granted = [
        replace(fact, id=f"{fact.id}-new")
        for client in random.sample(range(world.clients), min(_CHANGES, world.clients))
        for fact in world.client_facts(client).clients[:1]
    ]
    revoked = [
        fact
        for client in random.sample(range(world.clients), min(_CHANGES, world.clients))
        for fact in world.client_facts(client).clients[:1]
    ]
    parties_changed = [
        _renamed(snapshot, world.client_id(client)) for client in random.sample(range(world.clients), _CHANGES)
    ]
    main_units = [
        _renamed(snapshot, world.client_id(client))
        for client in random.sample(with_sub_unit, min(_CHANGES, len(with_sub_unit)))
    ]
    return Applied(
        parties,
        grant=_each(snapshot, Operation.PUT, granted),
        revocation=_each(snapshot, Operation.REMOVE, revoked),
        party=_each(snapshot, Operation.PUT, parties_changed),
        main_unit=_each(snapshot, Operation.PUT, main_units),
    )


def _renamed(snapshot: Snapshot, party: str) -> Party:
    found = snapshot.party(party)
    if found is None:
        raise LookupError(party)
    return replace(found, name=f"{found.name} (nytt navn)")


def _each(snapshot: Snapshot, operation: Operation, facts: Iterable[Fact]) -> float:
    """Microseconds for each change, applied one by one, each on the snapshot that the last one made."""
    after = snapshot.sequence
    changes = [Change(after + step, operation, fact, NOW, "benchmark") for step, fact in enumerate(facts, start=1)]
    begin = process_time()
    for change in changes:
        snapshot = apply_changes(snapshot, [change])
    return (process_time() - begin) / len(changes) * 1e6


def _import(parties: int) -> Import:
    with tempfile.TemporaryDirectory() as directory:
        facts, seconds = make(World(parties), Path(directory) / "import.sqlite")
    return Import(parties, facts, seconds)
