"""The fewest system users that together give every class one of its best sets.

A client must hold all that a system user has (the AND rule), so a class may be put on a user only where all of the
user is part of the class's set. What some lack becomes an add-on user, and the base is not held up by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from core import bits_of
from legacy_mappings.planner.programme import Programme, Solved

MOST_CANDIDATES = 4_000
"""How many contents of system users are looked at; with more of them the order is not proved from users on."""


class Joint(NamedTuple):
    """The contents of the system users as masks of places, in order; for each class which of them it is put on.

    ``users``, ``packages`` and ``rights`` are (value, bound) of those aims.
    """

    contents: tuple[int, ...]
    placed: tuple[tuple[int, ...], ...]
    users: tuple[int, int]
    packages: tuple[int, int]
    rights: tuple[int, int]


def join_classes(classes: Sequence[tuple[int, ...]], packages: int, *, whole: bool) -> Joint:
    """The fewest users, then packages, then single rights, then those with the earliest URNs.

    ``classes`` are the best sets of each class, as masks of places, which are in order of URN; ``packages`` is the
    mask of the places that are packages. ``whole``: the sets are all there are. Each right or package counts once
    for every user that has it. Source: users-and-migration §3 item 12, §4.1 rows 9, 16, 17.
    """
    sets = sorted({each for each in classes if each != (0,)})
    if not sets:
        return Joint((), tuple(() for _ in classes), (0, 0), (0, 0), (0, 0))
    candidates = _candidates(sets)
    proved = whole and candidates is not None
    if candidates is None:
        candidates = sorted({best[0] for best in sets}, key=urns_first)
    chosen, stages = _solve([best if proved else best[:1] for best in sets], candidates, packages)
    contents = tuple(candidates[place] for place in chosen)
    bounds = (
        stages if proved else [solved._replace(bound=1 if place == 0 else 0) for place, solved in enumerate(stages)]
    )
    users, most, single = ((solved.value, solved.bound) for solved in bounds)
    return Joint(contents, tuple(_placed(best, contents) for best in classes), users, most, single)


def urns_first(content: int) -> tuple[int, ...]:
    """The order of contents: by the places in them, so by URN."""
    return tuple(bits_of(content))


def _solve(
    sets: Sequence[tuple[int, ...]], candidates: Sequence[int], packages: int
) -> tuple[tuple[int, ...], list[Solved]]:
    programme = Programme(len(candidates) + sum(len(best) for best in sets))
    variable = len(candidates)
    for best in sets:
        programme.need(dict.fromkeys(range(variable, variable + len(best)), 1), least=1, most=1)
        for each in best:
            _need_union(programme, candidates, each, variable)
            variable += 1
    everyone = range(len(candidates))
    stages = [
        programme.fix(dict.fromkeys(everyone, 1)),
        programme.fix({place: (candidates[place] & packages).bit_count() for place in everyone}),
        programme.fix({place: (candidates[place] & ~packages).bit_count() for place in everyone}),
    ]
    return programme.first(everyone, stages[0].value), stages


def _need_union(programme: Programme, candidates: Sequence[int], wanted: int, variable: int) -> None:
    """Where the class takes this set, the users that are wholly in it make it up together."""
    inside = [place for place, content in enumerate(candidates) if not content & ~wanted]
    for choice in bits_of(wanted):
        terms = dict.fromkeys((place for place in inside if candidates[place] >> choice & 1), 1)
        programme.need({**terms, variable: -1}, least=0)


def _candidates(sets: Iterable[tuple[int, ...]]) -> list[int] | None:
    """Every content that could be of use: the parts of the best sets, by choices that never come apart."""
    different = sorted({each for best in sets for each in best})
    atoms = _atoms(different)
    found: set[int] = set()
    for each in different:
        parts = [atom for atom in atoms if atom & each]
        if 1 << len(parts) > MOST_CANDIDATES:
            return None
        for size in range(1, len(parts) + 1):
            found.update(sum(some) for some in combinations(parts, size))
        if len(found) > MOST_CANDIDATES:
            return None
    return sorted(found, key=urns_first)


def _atoms(sets: Sequence[int]) -> list[int]:
    """Choices that are in the same sets, joined: to part them makes nothing better."""
    alike: dict[int, int] = {}
    for choice in bits_of(_union(sets)):
        where = sum(1 << place for place, each in enumerate(sets) if each >> choice & 1)
        alike[where] = alike.get(where, 0) | 1 << choice
    return sorted(alike.values())


def _placed(best: Iterable[int], contents: Sequence[int]) -> tuple[int, ...]:
    """The fewest of the users that make up a best set: of equals the smallest set, then the earliest URNs."""
    found = (option for each in sorted(best, key=_smallest) for option in _makings(each, contents))
    return next(found, ())


def _makings(wanted: int, contents: Sequence[int]) -> Iterator[tuple[int, ...]]:
    inside = [place for place, content in enumerate(contents) if not content & ~wanted]
    if _union(contents[place] for place in inside) != wanted:
        return
    for size in range(1, len(inside) + 1):
        for some in combinations(inside, size):
            if _union(contents[place] for place in some) == wanted:
                yield some
                return


def _smallest(content: int) -> tuple[int, tuple[int, ...]]:
    return content.bit_count(), urns_first(content)


def _union(contents: Iterable[int]) -> int:
    found = 0
    for content in contents:
        found |= content
    return found
