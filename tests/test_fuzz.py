"""The fuzzer's promises: every input that is kept is replayed, and for a while new ones are made from them."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 8 if os.environ.get("CI") else 5
LARGEST_CORPUS = 1_000_000


def fuzz(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the fuzzer in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "fuzz", *options], cwd=ROOT, capture_output=True, text=True, check=False, timeout=400
    )


@pytest.mark.parametrize("target", ["doors", "message", "multipart", "batch"])
def test_whatever_once_broke_something_no_longer_does(target: str) -> None:
    run = fuzz(target)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{target}: " in run.stdout
    assert "inputs replayed, all promises kept" in run.stdout


def test_new_inputs_break_nothing() -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("NOT FUZZED: atheris has wheels for Linux on x86-64 only; there pip install atheris")
    run = fuzz("--seconds", str(SECONDS))
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.splitlines()[-1].endswith("mutated inputs, every promise kept")


BREAKS = """
import fuzz.run
from fuzz import targets
targets.TARGETS = {"batch": lambda: lambda data: 1 / 0}
fuzz.run.main(fuzz.run.Run("batch", 0, 0, 1, None))
"""


def test_a_broken_promise_ends_in_a_failure() -> None:
    run = subprocess.run([sys.executable, "-c", BREAKS], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "ZeroDivisionError" in run.stderr


def test_the_corpus_stays_small() -> None:
    assert 0 < sum(path.stat().st_size for path in (ROOT / "fuzz" / "corpus").iterdir()) < LARGEST_CORPUS
