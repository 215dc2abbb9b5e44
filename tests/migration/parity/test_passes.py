"""Two runs that agree tell real differences from what moved in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from core import ClientDelegation, Edit, Snapshot, preview, put, remove
from legacy_mappings.parity import MOST_PASSES, Finding, prove_until_settled
from tests.migration.parity.moved_world import AT
from tests.migration.parity.some import moved_snapshot, only_delegations

Read = Callable[[], tuple[Snapshot, Snapshot]]


@pytest.fixture(scope="module")
def moved() -> Snapshot:
    return moved_snapshot(5)


@pytest.fixture(scope="module")
def delegations(moved: Snapshot) -> list[ClientDelegation]:
    found = only_delegations(moved)
    assert len(found) >= MOST_PASSES
    return found


def reading(moved: Snapshot, *edits: Iterable[Edit]) -> Read:
    """Reads the facts again and again: each time with the next edits, and the last ones from then on."""
    states = [preview(moved, each) for each in edits]
    left = iter(states)

    def read() -> tuple[Snapshot, Snapshot]:
        return moved, next(left, states[-1])

    return read


def test_facts_that_stand_still_are_settled_at_the_second_run(
    moved: Snapshot, delegations: list[ClientDelegation]
) -> None:
    lost = [remove(delegations[0])]
    parity = prove_until_settled(reading(moved, lost), at=AT)

    assert (parity.passes, parity.settled, parity.moved) == (2, True, ())
    assert parity.count(Finding.LOST) > 0


def test_what_was_there_once_only_is_movement(moved: Snapshot, delegations: list[ClientDelegation]) -> None:
    real, passing = delegations[0], delegations[1]
    parity = prove_until_settled(reading(moved, [remove(real), remove(passing)], [remove(real)]), at=AT)

    assert (parity.passes, parity.settled) == (3, True)
    lost = {party for group in parity.groups if group.finding is Finding.LOST for party in group.reportees}
    moving = {(group.finding, party) for group in parity.moved for party in group.reportees}
    assert real.client in lost
    assert passing.client not in lost
    assert (Finding.LOST, passing.client) in moving
    assert (Finding.LOST, real.client) not in moving


def test_facts_that_never_stand_still_are_not_settled(moved: Snapshot, delegations: list[ClientDelegation]) -> None:
    states = [[remove(each)] for each in delegations[:MOST_PASSES]]
    parity = prove_until_settled(reading(moved, *states), at=AT)

    assert (parity.passes, parity.settled) == (MOST_PASSES, False)
    assert len({group.reportees for group in parity.moved}) > 1


def test_movement_that_makes_no_difference_is_none(moved: Snapshot, delegations: list[ClientDelegation]) -> None:
    parity = prove_until_settled(reading(moved, [], [put(delegations[0])]), at=AT)

    assert (parity.passes, parity.settled, parity.moved) == (2, True, ())
