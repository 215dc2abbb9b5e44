"""Plants an error, or a change that is none, in a store that was moved well, and judges what the comparison finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from core import (
    FACT_KINDS,
    KIND_OF,
    DecisionTerms,
    Edit,
    Fact,
    Snapshot,
    Store,
    Written,
    build_snapshot,
    upgrade_schema,
)
from legacy_mappings.parity import prove
from tests.migration.parity.brute_force import Expected, expected_lines, lines_of
from tests.migration.parity.moved_world import AT, LOCKED_SYSTEM, SYSTEMS, moved_world
from tests.migration.parity.mutations import ERRORS, NEUTRAL, Lots, Mutation

EVERY_SYSTEM = (*SYSTEMS, LOCKED_SYSTEM)
PER_WORLD = 20
_MOST_LOTS = 40
_PLACE = {kind.name: place for place, kind in enumerate(FACT_KINDS)}
_WRONG = frozenset({"lost", "gained"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One change: how many lines it makes wrong by brute force, and what the comparison missed or made up."""

    name: str
    number: int
    wrong: int
    missed: frozenset[Expected]
    invented: frozenset[Expected]

    @property
    def right(self) -> bool:
        """Whether the comparison found exactly what there is."""
        return not self.missed and not self.invented


@dataclass(frozen=True, slots=True)
class Moved:
    """A world that was moved well, in a store: its facts, its snapshot, and its lines by brute force."""

    store: Store
    facts: tuple[Fact, ...]
    snapshot: Snapshot
    lines: frozenset[Expected]


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """A store in a folder, with nothing in it."""
    url = f"sqlite:///{folder / 'parity.db'}"
    upgrade_schema(url)
    store = Store(url, terms=DecisionTerms())
    try:
        yield store
    finally:
        store.close()


def plant_errors(store: Store, number: int) -> Iterator[Judged]:
    """So many errors, each kind in turn, in worlds of many seeds. One that makes no line wrong is drawn again."""
    return _judged(store, number, tuple(ERRORS.items()), _error)


def change_nothing(store: Store, number: int) -> Iterator[Judged]:
    """So many changes that must go unnoticed, each kind in turn; every fourth is another order of the same facts."""
    return _judged(store, number, tuple(NEUTRAL.items()), _neutral)


def _judged(
    store: Store,
    number: int,
    kinds: Sequence[tuple[str, Mutation]],
    judge: Callable[[Moved, str, Mutation, int], Judged],
) -> Iterator[Judged]:
    for first in range(0, number, PER_WORLD):
        with _moved(store, first // PER_WORLD) as moved:
            for each in range(first, min(first + PER_WORLD, number)):
                yield judge(moved, *kinds[each % len(kinds)], each)


def _error(moved: Moved, name: str, mutation: Mutation, number: int) -> Judged:
    """The old side is asked of the world as it was, or as it is: a ground that ends takes both with it."""
    for attempt in range(_MOST_LOTS):
        random = Random(f"{name}/{number}/{attempt}")  # noqa: S311 - the same lots every time
        edits = mutation(Lots(moved.facts, random))
        with _changed(moved.store, edits) as after:
            before = random.choice((moved.snapshot, after))
            expected = expected_lines(before, after, AT, EVERY_SYSTEM)
            wrong = sum(line.finding in _WRONG for line in expected)
            if wrong:
                return _compared(name, number, before, after, expected)
    # There are worlds in which an error of this kind changes nothing: the next kind takes its place.
    names = list(ERRORS)
    other = names[(names.index(name) + 1) % len(names)]
    return _error(moved, other, ERRORS[other], number)


def _neutral(moved: Moved, name: str, mutation: Mutation, number: int) -> Judged:
    random = Random(f"{name}/{number}")  # noqa: S311 - the same lots every time
    if number % 4 == 0:
        shuffled = random.sample(moved.facts, len(moved.facts))
        after = build_snapshot(in_order(shuffled), sequence=1, terms=DecisionTerms())
        return _compared("another_order", number, after, after, set(moved.lines))
    with _changed(moved.store, mutation(Lots(moved.facts, random))) as after:
        assert expected_lines(after, after, AT, EVERY_SYSTEM) == moved.lines, (name, number)
        return _compared(name, number, random.choice((moved.snapshot, after)), after, set(moved.lines))


def _compared(name: str, number: int, before: Snapshot, after: Snapshot, expected: set[Expected]) -> Judged:
    parity = prove(before, after, at=AT)
    found = lines_of(parity)
    twice = frozenset(line for line in found if found.count(line) > 1)
    assert parity.pairs == len(found)
    wrong = sum(line.finding in _WRONG for line in expected)
    return Judged(name, number, wrong, frozenset(expected - set(found)), twice | (set(found) - expected))


@contextmanager
def _moved(store: Store, seed: int) -> Iterator[Moved]:
    empty, facts = store.keep(), moved_world(seed)
    store.import_facts("test", in_order(facts))
    snapshot = store.snapshot()
    lines = expected_lines(snapshot, snapshot, AT, EVERY_SYSTEM)
    assert not {line for line in lines if line.finding in _WRONG}
    try:
        yield Moved(store, tuple(facts), snapshot, frozenset(lines))
    finally:
        store.return_to(empty)


@contextmanager
def _changed(store: Store, edits: list[Edit]) -> Iterator[Snapshot]:
    """The store's facts with some edits written, which are undone at the end."""
    kept = store.keep()
    store.change("test", lambda _: Written(tuple(edits), None))
    try:
        yield store.snapshot()
    finally:
        store.return_to(kept)


def in_order(facts: list[Fact]) -> list[Fact]:
    """Facts in the order of import; within a kind as they come."""
    return sorted(facts, key=lambda fact: _PLACE[KIND_OF[type(fact)].name])
