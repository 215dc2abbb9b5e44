"""Every attack ends in a clear answer: nothing stored, no trace of our code, bounded memory and time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.doors.soap.hostile.attacks import ATTACKS

LONGEST = 20.0
"""Seconds for any of them, on a slow and busy machine; what is not bounded takes minutes."""

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def suffered(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What every attack did."""
    path = tmp_path_factory.mktemp("victim") / "brobygger.db"
    shutil.copy(sqlite_template, path)
    run = subprocess.run(
        [sys.executable, "-m", "tests.doors.soap.hostile.victim", f"sqlite:///{path}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    found = {each["name"]: each for each in map(json.loads, run.stdout.splitlines())}
    assert run.returncode == 0, f"after {len(found)} attacks: {run.stderr[-2000:]}"
    return found


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_a_clear_answer_and_nothing_else(name: str, suffered: dict[str, dict[str, Any]]) -> None:
    attack, found = ATTACKS[name], suffered[name]
    assert attack.told in found["answer"]
    if found["answer"].startswith("<"):
        ET.fromstring(found["answer"])
    assert (found["status"] == 500) == (":Fault>" in found["answer"])
    for trace in ("Traceback", 'File "', "lxml", "libxml", "root:", "Error:"):
        assert trace not in found["answer"]
    assert (found["stored"], found["chunks"]) == (0, 0)
    assert found["memory"] < attack.memory, f"{found['memory'] / 2**20:.0f} MB"
    assert found["seconds"] < LONGEST
