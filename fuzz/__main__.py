"""Fuzzing: ``python -m fuzz [--seconds N] [--runs N] [--seed N] [TARGET…]``; without either it replays the corpus.

The time, or the runs, are shared by the targets. Each runs in a process of its own; one that breaks a promise ends
this with its exit code, and with the input that did it.

What is found on the way is gone afterwards, but for an input that broke something, and where ``--found`` names a
folder for it.

    python -m fuzz --keep FOLDER TARGET

takes the inputs in a folder (or one file) into the corpus: those that a long run found, or one that broke something.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz import corpus

_LONGEST_KEPT = 1200
# Bytes of an input from a folder: long ones reach what short ones reach, and the corpus is to stay small.

TARGETS = {"doors": 7, "message": 1, "multipart": 1, "batch": 1}
"""What share of the time each gets."""


def main() -> int:
    """The exit code: 0 where every promise was kept."""
    asked = _arguments()
    if asked.keep is not None:
        return _keep(asked.keep, asked.targets)
    chosen = asked.targets or list(TARGETS)
    shares = sum(TARGETS[each] for each in chosen)
    total = 0
    for target in chosen:
        runs, seconds = (-(-each * TARGETS[target] // shares) for each in (asked.runs, asked.seconds))
        with tempfile.TemporaryDirectory(prefix="brobygger-fuzz-") as scratch:
            found = _folder(asked.found or Path(scratch), target)
            command = [sys.executable, "-m", "fuzz.run", target, str(runs), str(seconds), str(asked.seed), str(found)]
            environment = {**os.environ, "TMPDIR": scratch}
            with subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            ) as process:
                total += _follow(process, target, is_quiet=not asked.verbose)
            if process.returncode != 0:
                print(f"{target}: a promise was broken (exit code {process.returncode})")
                _save(found / "broken", target)
                return 1
    print(f"{total} mutated inputs, every promise kept")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Fuzz the SOAP doors.")
    parser.add_argument("targets", nargs="*", choices=[[], *TARGETS], help="which targets; all, where none is named")
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--runs", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="take the inputs in this folder into the corpus")
    parser.add_argument("--found", type=Path, help="where what is found is put, in a folder for each target")
    parser.add_argument("--verbose", action="store_true", help="everything libFuzzer says")
    return parser.parse_args()


def _follow(process: subprocess.Popen[str], target: str, *, is_quiet: bool) -> int:
    """Pass on what matters; returns how many inputs were run."""
    runs = 0
    tail: list[str] = []
    for line in process.stdout or ():
        tail = [*tail[-60:], line]
        done = re.match(r"stat::number_of_executed_units:\s*(\d+)", line)
        if done is not None:
            runs = int(done[1])
        if not is_quiet or line.startswith((f"{target}:", "stat::number", "stat::average", "stat::peak")):
            print(line, end="", flush=True)
    if process.wait() != 0:
        print("".join(tail))
    return runs


def _folder(parent: Path, target: str) -> Path:
    folder = parent.resolve() / target
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _save(broken: Path, target: str) -> None:
    """Put the input that broke something where it stays."""
    if broken.exists():
        saved = Path(tempfile.mkdtemp(prefix=f"broken-{target}-")) / "broken"
        shutil.copy(broken, saved)
        print(f"{target}: the input that did it is in {saved}")


def _keep(source: Path, targets: list[str]) -> int:
    (target,) = targets
    # In a folder of a run, what it began with is there as well.
    files = [source]
    if source.is_dir():
        new = (each for each in source.iterdir() if not each.name.startswith("kept-"))
        files = [each for each in new if each.stat().st_size < _LONGEST_KEPT]
    corpus.keep(target, [*corpus.kept(target), *(each.read_bytes() for each in files)])
    print(f"{target}: {len(corpus.kept(target))} inputs are kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
