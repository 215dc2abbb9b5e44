"""Kills a migration at every fault point, and at random moments, and looks at what is left and what comes of it.

``python -m tests.migration.apply.kills --kills 100`` does both, carrying out and taking back in turn, and says what it
found. After each kill the journal must say what the facts say, and the same work begun again must end in the state
that it ends in undisturbed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core import (
    KIND_OF,
    MovePoint,
    MoveState,
    MoveStep,
    Store,
    Watch,
    key_of,
    moves_of_plan,
    newest_lines,
    upgrade_schema,
)
from legacy_mappings.apply import Outcome, apply_plan, migration_state, roll_back
from tests.migration.apply.world import DIGEST, filled, plan_for

ROOT = Path(__file__).resolve().parents[3]
WORKS = ("apply", "roll-back")


@dataclass(frozen=True, slots=True)
class Stage:
    """Two databases to begin from, the states they stand for, and how often each point is passed on the way."""

    pristine: Path
    applied: Path
    before: str
    after: str
    passages: dict[str, dict[MovePoint, int]]
    seconds: dict[str, float]

    def start(self, work: str, folder: Path) -> Path:
        """A copy of the database that this work begins from."""
        path = folder / "killed.db"
        for beside in ("-wal", "-shm"):
            Path(f"{path}{beside}").unlink(missing_ok=True)
        shutil.copy(self.pristine if work == "apply" else self.applied, path)
        return path

    def end(self, work: str) -> str:
        """The state this work ends in."""
        return self.after if work == "apply" else self.before


def prepared(folder: Path) -> Stage:
    """Run the work undisturbed once, both ways."""
    pristine, applied = folder / "pristine.db", folder / "applied.db"
    upgrade_schema(f"sqlite:///{pristine}")
    store = filled(Store(f"sqlite:///{pristine}"))
    before = migration_state(store)
    store.close()
    shutil.copy(pristine, applied)
    passages, seconds = {}, {}
    store = Store(f"sqlite:///{applied}")
    passages["apply"], seconds["apply"] = _counted(store, "apply")
    after = migration_state(store)
    store.close()
    shutil.copy(applied, folder / "back.db")
    store = Store(f"sqlite:///{folder / 'back.db'}")
    passages["roll-back"], seconds["roll-back"] = _counted(store, "roll-back")
    assert migration_state(store) == before, "taking back undisturbed does not give what was before"
    store.close()
    return Stage(pristine, applied, before, after, passages, seconds)


def kill_at(stage: Stage, work: str, fate: str, folder: Path) -> None:
    """Let the work kill itself at a point, look, and do it again to its end."""
    path = stage.start(work, folder)
    process = _begun(path, work, fate)
    assert process.wait(timeout=120) == -9, f"{work} was not killed at {fate}"
    judge(stage, work, path)


def kill_after(stage: Stage, work: str, seconds: float, folder: Path) -> bool:
    """Kill the work so long after it began, look, and do it again to its end; returns whether it was still at it."""
    path = stage.start(work, folder)
    process = _begun(path, work, "never:0")
    time.sleep(seconds)
    killed = process.poll() is None
    process.kill()
    process.wait(timeout=120)
    judge(stage, work, path)
    return killed


def judge(stage: Stage, work: str, path: Path) -> None:
    """What a killed work left: the journal says what the facts say, and done again it ends where it should."""
    store = Store(f"sqlite:///{path}")
    try:
        check_journal(store)
        outcome = do(store, work, nobody)
        assert outcome.is_complete, f"{work} begun again leaves something: {outcome.needs_somebody}"
        assert migration_state(store) == stage.end(work), f"{work} begun again ends in another state"
    finally:
        store.close()


def check_journal(store: Store) -> None:
    """Every fact that a step left is there as it left it, and nothing else of the plan's is."""
    facts = {(KIND_OF[type(fact)].name, key_of(fact)): fact for fact in store.facts()}
    expected = {}
    for move in moves_of_plan(store, DIGEST):
        for each in move.touched if move.state is MoveState.DONE else ():
            expected[KIND_OF[type(each.fact)].name, key_of(each.fact)] = each.after
    taken = [move for move in newest_lines(moves_of_plan(store, DIGEST)).values() if move.state is MoveState.TAKEN_BACK]
    if not taken:
        for key, fact in expected.items():
            assert facts.get(key) == fact, f"the journal speaks of {key}, and it is not so"


def points_of(stage: Stage, work: str) -> Iterator[str]:
    """Every passage of every point of the work."""
    for point, count in stage.passages[work].items():
        yield from (f"{point}:{passage}" for passage in range(1, count + 1))


def nobody(point: MovePoint, step: MoveStep) -> None:
    """Watch nothing."""


def do(store: Store, work: str, watch: Watch) -> Outcome:
    """Carry the tests' plan out, or take it back."""
    if work == "apply":
        return apply_plan(store, plan_for(), approve=True, watch=watch)
    return roll_back(store, DIGEST, watch=watch)


def _counted(store: Store, work: str) -> tuple[dict[MovePoint, int], float]:
    counts = dict.fromkeys(MovePoint, 0)

    def watch(point: MovePoint, step: MoveStep) -> None:
        counts[point] += 1

    begun = time.monotonic()
    do(store, work, watch)
    return counts, time.monotonic() - begun


def _begun(path: Path, work: str, fate: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.migration.apply.mortal", f"sqlite:///{path}", work, fate]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as told:
        assert told.readline() == b"begins\n", "the process did not begin"
    return process


def main() -> None:
    """Kill at every point, then at random moments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="random kills, beside those at every point")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - chooses moments
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stage = prepared(folder)
        at_points = [(work, fate) for work in WORKS for fate in points_of(stage, work)]
        for work, fate in at_points:
            kill_at(stage, work, fate, folder)
        hit = 0
        for place in range(options.kills):
            work = WORKS[place % 2]
            hit += kill_after(stage, work, chance.uniform(0, 1.2 * stage.seconds[work]), folder)
    sys.stdout.write(
        f"{len(at_points)} kills, one at every passage of every point; {options.kills} at random moments,\n"
        f"{hit} of them before the work was over: each time the same end state\n"
    )


if __name__ == "__main__":
    main()
