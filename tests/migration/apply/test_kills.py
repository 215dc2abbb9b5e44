"""A migration killed at any moment is begun again and ends as if nothing had happened."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from core import MovePoint, MoveStep, Store
from tests.migration.apply.kills import WORKS, Stage, do, judge, kill_after, kill_at, prepared


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The work done undisturbed once."""
    return prepared(tmp_path_factory.mktemp("stage"))


# Every point on the way there, and one on the way back. The rest is done by ``python -m tests.migration.apply.kills``.
@pytest.mark.parametrize(
    ("work", "point"), [*(("apply", point) for point in MovePoint), ("roll-back", MovePoint.BEFORE_COMMIT)]
)
def test_killed_at_a_point(stage: Stage, work: str, point: MovePoint, tmp_path: Path) -> None:
    middle = stage.passages[work][point] // 2 + 1
    kill_at(stage, work, f"{point}:{middle}", tmp_path)


def test_killed_at_a_random_moment(stage: Stage, tmp_path: Path) -> None:
    work = "roll-back"
    chance = random.Random(20261122)  # noqa: S311 - chooses moments
    kill_after(stage, work, chance.uniform(0.2, 0.8) * stage.seconds[work], tmp_path)


class _BrokenOff(Exception):
    pass


@pytest.mark.parametrize("work", WORKS)
def test_broken_off_after_every_second_commit(stage: Stage, work: str, tmp_path: Path) -> None:
    for passage in range(1, stage.passages[work][MovePoint.AFTER_COMMIT] + 1, 2):
        path = stage.start(work, tmp_path)
        store = Store(f"sqlite:///{path}")
        left = [passage]

        def watch(point: MovePoint, step: MoveStep, left: list[int] = left) -> None:
            left[0] -= point is MovePoint.AFTER_COMMIT
            if left[0] == 0:
                raise _BrokenOff

        with pytest.raises(_BrokenOff):
            do(store, work, watch)
        store.close()
        judge(stage, work, path)
