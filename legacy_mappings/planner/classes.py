"""One class of reportees: the sets of packages and rights that cover what it needs and gain the least beside it.

Everything here is about masks: bit n of a mask is the right with that number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from core import bits_of
from legacy_mappings.planner.programme import Programme

MOST_ALTERNATIVES = 512
"""How many equally good sets of a class are looked at; with more of them the rest of the order is not proved."""

_MOST_LOOKS = 100_000


class Choice(NamedTuple):
    """A package, or one single right, that a system user could have; by its URN in the new world."""

    urn: str
    package: str
    mask: int

    @property
    def is_package(self) -> bool:
        """Whether it is a package."""
        return bool(self.package)


class Problem(NamedTuple):
    """What a class needs, and what each choice that is open to it opens: by its place, in order of place."""

    needed: int
    choices: tuple[tuple[int, int], ...]


class Best(NamedTuple):
    """The best sets of a class, each as a mask of places, and how much beside its need they open.

    ``uncovered`` is what no choice opens. ``whole``: these are all the best sets there are.
    """

    uncovered: int
    gained: int
    bound: int
    sets: tuple[int, ...]
    whole: bool


def solve_class(problem: Problem) -> Best:
    """Cover all that can be covered, and open as little as can be beside it.

    That all is covered that can be comes first in the order, so it is a condition and not an aim.
    Source: users-and-migration §3 item 12.
    """
    openable = _union(mask for _, mask in problem.choices)
    wanted = problem.needed & openable
    if not wanted:
        return Best(problem.needed, 0, 0, (0,), True)
    value, bound, chosen = _least_gained(problem, wanted)
    found = _alternatives(problem, wanted, value)
    sets = (chosen,) if found is None else tuple(sorted(found))
    return Best(problem.needed & ~openable, value, bound, sets, found is not None)


def _least_gained(problem: Problem, wanted: int) -> tuple[int, int, int]:
    """The least number of rights opened beside the need, by integer programming; and a set that reaches it."""
    groups = _groups(problem)
    size = len(problem.choices)
    programme = Programme(size + len(groups))
    for right in bits_of(wanted):
        programme.need({place: 1 for place, (_, mask) in enumerate(problem.choices) if mask >> right & 1}, least=1)
    for extra, openers in enumerate(groups):
        for place in openers:
            programme.need({size + extra: 1, place: -1}, least=0)
    solved = programme.fix({size + extra: count for extra, count in enumerate(groups.values())})
    few = programme.fix(dict.fromkeys(range(size), 1))
    first = programme.first(range(size), few.value)
    return solved.value, solved.bound, sum(1 << problem.choices[place][0] for place in first)


def _groups(problem: Problem) -> Mapping[tuple[int, ...], int]:
    """The rights beside the need, counted by which choices open them."""
    found: dict[tuple[int, ...], int] = {}
    beside = _union(mask for _, mask in problem.choices) & ~problem.needed
    for right in bits_of(beside):
        openers = tuple(place for place, (_, mask) in enumerate(problem.choices) if mask >> right & 1)
        found[openers] = found.get(openers, 0) + 1
    return dict(sorted(found.items()))


def _alternatives(problem: Problem, wanted: int, gained: int) -> list[int] | None:
    """Every set that covers ``wanted`` and gains no more than ``gained``; None where there are too many."""
    choices = problem.choices
    left = [0] * (len(choices) + 1)
    for place in range(len(choices) - 1, -1, -1):
        left[place] = left[place + 1] | choices[place][1]
    found: list[int] = []
    waiting = [(0, 0, 0)]
    looked = 0
    while waiting:
        place, taken, opened = waiting.pop()
        looked += 1
        if len(found) > MOST_ALTERNATIVES or looked > _MOST_LOOKS:
            return None
        if wanted & ~(opened | left[place]) or (opened & ~problem.needed).bit_count() > gained:
            continue
        if place == len(choices):
            found.append(taken)
            continue
        number, mask = choices[place]
        waiting += [(place + 1, taken, opened), (place + 1, taken | 1 << number, opened | mask)]
    return found


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
