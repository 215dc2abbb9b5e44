"""The same inventory gives the same bytes: whatever the order of the facts, the hashes of the day, or the Python."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from legacy_mappings.planner import plan_digest
from tests.migration.planner.golden_firm import GOLDEN, the_plan

ROOT = Path(__file__).resolve().parents[3]


def pythons() -> Iterator[str]:
    """This Python, and others on this machine that have what a plan needs."""
    yield sys.executable
    named = os.environ.get("OTHER_PYTHONS", "")
    yield from (path for path in named.split(os.pathsep) if path)
    for path in sorted(Path.home().glob(".pyenv/versions/3.1[123]*/bin/python3")):
        found = subprocess.run(
            [path, "-c", "import highspy, sqlalchemy, lxml, jwt, argon2, msgspec, cryptography"],
            capture_output=True, check=False, env={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        if found.returncode == 0:
            yield str(path)


def test_the_plan_is_the_golden_one() -> None:
    assert plan_digest(the_plan()) == GOLDEN.read_text("ascii").strip(), (
        "if it is meant: python -m tests.migration.planner.golden_firm --write"
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_facts_and_uses_changes_nothing(seed: int) -> None:
    lot = random.Random(seed)  # noqa: S311 - an order, not a secret
    assert plan_digest(the_plan(lot)) == GOLDEN.read_text("ascii").strip()


def test_neither_hashes_nor_the_python_change_a_byte() -> None:
    for place, python in enumerate(pythons()):
        for seed in ("0", "4711") if place == 0 else ("random",):
            environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
            told = subprocess.run(
                [python, "-B", "-W", "ignore", "-m", "tests.migration.planner.golden_firm"],
                capture_output=True, check=True, text=True, cwd=ROOT, env=environ,
            )  # fmt: skip
            assert told.stdout.strip() == GOLDEN.read_text("ascii").strip(), (python, seed)


def test_every_known_mapping_problem_has_its_rule() -> None:
    table = ROOT / "legacy_mappings" / "planner" / "mapping_problems.csv"
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert [int(row["row"]) for row in rows] == list(range(1, 30))
    assert all(row["problem"] and row["rule"] and row["where"] for row in rows)
