"""Planted errors are found line by line, and changes that are none are not; many more by `-m`."""

from __future__ import annotations

from pathlib import Path

from tests.migration.parity.judging import Judged, change_nothing, opened, plant_errors
from tests.migration.parity.mutations import ERRORS, NEUTRAL


def test_every_kind_of_planted_error_is_found_exactly(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        judged = list(plant_errors(store, len(ERRORS)))

    assert {each.name for each in judged} == set(ERRORS)
    assert all(each.wrong for each in judged)
    assert _misjudged(judged) == []


def test_changes_that_are_none_are_not_found(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        judged = list(change_nothing(store, 2 * len(NEUTRAL)))

    assert {each.name for each in judged} == {*NEUTRAL, "another_order"}
    assert not any(each.wrong for each in judged)
    assert _misjudged(judged) == []


def _misjudged(judged: list[Judged]) -> list[Judged]:
    return [each for each in judged if not each.right]
