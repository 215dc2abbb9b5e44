"""The optimiser against every possibility, tried one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import bits_of
from legacy_mappings.planner.classes import Problem, solve_class
from legacy_mappings.planner.programme import NoOptimum, Programme
from legacy_mappings.planner.users import join_classes

masks = st.integers(0, 255)
problems = st.builds(
    lambda needed, opened: Problem(needed, tuple(enumerate(opened))), masks, st.lists(masks, max_size=6)
)


def union(some: Iterable[int]) -> int:
    found = 0
    for mask in some:
        found |= mask
    return found


def best_by_trying(problem: Problem) -> tuple[int, int, set[int]]:
    """What is not covered, what is gained, and every set that reaches both: of all sets there are."""
    scored: dict[tuple[int, int], set[int]] = {}
    for size in range(len(problem.choices) + 1):
        for some in combinations(problem.choices, size):
            opened = union(mask for _, mask in some)
            score = (problem.needed & ~opened).bit_count(), (opened & ~problem.needed).bit_count()
            scored.setdefault(score, set()).add(sum(1 << place for place, _ in some))
    uncovered, gained = min(scored)
    return uncovered, gained, scored[uncovered, gained]


@settings(max_examples=80, deadline=None)
@given(problems)
def test_a_class_is_solved_as_well_as_can_be(problem: Problem) -> None:
    found = solve_class(problem)
    uncovered, gained, sets = best_by_trying(problem)
    assert (found.uncovered.bit_count(), found.gained, found.bound) == (uncovered, gained, gained)
    assert found.whole
    if union(mask for _, mask in problem.choices) & problem.needed:
        assert set(found.sets) == sets
    else:
        assert found.sets == (0,)


def joint_by_trying(classes: Sequence[tuple[int, ...]], packages: int) -> tuple[int, int, int]:
    """Users, packages and rights of the best family of users, of all families there are."""
    everything = union(each for best in classes for each in best)
    contents = [mask for mask in range(1, everything + 1) if not mask & ~everything]
    wanted = [best for best in classes if best != (0,)]
    for size in range(len(contents) + 1):
        scores = [
            (sum((each & packages).bit_count() for each in some), sum((each & ~packages).bit_count() for each in some))
            for some in combinations(contents, size)
            if all(any(union(each for each in some if not each & ~made) == made for made in best) for best in wanted)
        ]
        if scores:
            return (size, *min(scores))
    raise AssertionError("one user for each class is always possible")


best_sets = st.lists(st.integers(1, 15), min_size=1, max_size=3, unique=True).map(lambda some: tuple(sorted(some)))


@settings(max_examples=40, deadline=None)
@given(st.lists(best_sets, max_size=4), st.integers(0, 15))
def test_users_are_as_few_as_can_be_then_packages_then_rights(classes: list[tuple[int, ...]], packages: int) -> None:
    found = join_classes(classes, packages, whole=True)
    expected = joint_by_trying(classes, packages)
    assert (found.users[0], found.packages[0], found.rights[0]) == expected
    assert (found.users[1], found.packages[1], found.rights[1]) == expected
    for best, placed in zip(classes, found.placed, strict=True):
        assert union(found.contents[user] for user in placed) in best


@settings(max_examples=25, deadline=None)
@given(st.lists(best_sets, min_size=1, max_size=4), st.integers(0, 15), st.randoms(use_true_random=False))
def test_the_order_of_the_classes_changes_nothing(classes: list[tuple[int, ...]], packages: int, lot: object) -> None:
    shuffled = list(classes)
    lot.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = join_classes(classes, packages, whole=True), join_classes(shuffled, packages, whole=True)
    assert one.contents == other.contents
    assert dict(zip(classes, one.placed, strict=True)) == dict(zip(shuffled, other.placed, strict=True))


def test_what_some_lack_becomes_an_add_on() -> None:
    found = join_classes([(0b11,), (0b01,)], 0b11, whole=True)
    assert (found.contents, found.placed) == ((0b01, 0b10), ((0, 1), (0,)))


def test_equals_are_decided_by_the_order_of_the_choices() -> None:
    found = join_classes([(0b001, 0b010, 0b100)], 0b111, whole=True)
    assert found.contents == (0b001,)


def test_where_there_are_too_many_sets_to_look_at_the_gap_is_told() -> None:
    needed = (1 << 24) - 1
    found = solve_class(Problem(needed, tuple((place, 0b111 << 2 * (place // 2)) for place in range(24))))
    assert not found.whole
    assert (found.gained, len(found.sets)) == (1, 1)
    joint = join_classes([found.sets, (1,)], needed, whole=False)
    assert joint.users[0] > joint.users[1]
    assert union(joint.contents[user] for user in joint.placed[0]) == found.sets[0]


def test_a_programme_without_a_solution_says_so() -> None:
    programme = Programme(1)
    programme.need({0: 1}, least=2)
    with pytest.raises(NoOptimum):
        programme.minimise({0: 1})


def test_the_earliest_variables_are_taken_across_blocks() -> None:
    programme = Programme(40)
    programme.need(dict.fromkeys(range(5, 40), 1), least=3)
    programme.fix(dict.fromkeys(range(40), 1))
    assert programme.first(range(40), 3) == (5, 6, 7)
    assert list(bits_of(0b1010)) == [1, 3]
