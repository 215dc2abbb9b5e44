"""One target in this process: its corpus is replayed and, where there is atheris, mutated (see ``python -m fuzz``)."""

from __future__ import annotations

import functools
import importlib.util
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import argon2

from fuzz import corpus

LONGEST_SECONDS = 20
"""For one input. Far more than any takes, also on a slow and busy machine."""

_MOST_BYTES = 64 * 1024
_MOST_MEGABYTES = 2048


@dataclass(frozen=True)
class Run:
    """What is to be done: so many runs, or seconds, whichever is over first; zero knows no end, both zero only replay.

    ``found`` is the folder for new inputs, and for one that breaks something.
    """

    target: str
    runs: int
    seconds: int
    seed: int
    found: Path


def main(run: Run) -> None:
    """Replay what is kept, then mutate it."""
    # Hashes as slow as they should be would leave no time for anything else.
    argon2.PasswordHasher = functools.partial(argon2.PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)  # type: ignore[assignment,misc]
    logging.getLogger().addHandler(logging.NullHandler())
    is_guided = importlib.util.find_spec("atheris") is not None and (run.runs > 0 or run.seconds > 0)
    if is_guided:
        import atheris

        with atheris.instrument_imports(include=["core", "soap"]):
            from fuzz import targets
    else:
        from fuzz import targets
    test = targets.TARGETS[run.target]()
    kept = [*targets.seeds(run.target), *corpus.kept(run.target)]
    if is_guided:
        # It begins with what is kept.
        _fuzz(run, test, kept)
        return
    for each in kept:
        _timed(test, each)
    print(f"{run.target}: {len(kept)} inputs replayed, all promises kept", flush=True)


def _timed(test: Callable[[bytes], None], data: bytes) -> None:
    began = time.monotonic()
    test(data)
    taken = time.monotonic() - began
    assert taken < LONGEST_SECONDS, f"took {taken:.0f} seconds"


def _fuzz(run: Run, test: Callable[[bytes], None], kept: list[bytes]) -> None:
    import atheris

    from fuzz.mutations import mutate

    for number, each in enumerate(kept):
        (run.found / f"kept-{number:05d}").write_bytes(each)

    def hold(data: bytes) -> None:
        try:
            _timed(test, data)
        except BaseException:
            (run.found / "broken").write_bytes(data)
            raise

    def change(data: bytes, most: int, lot: int) -> bytes:
        changed = mutate(data, lot) if lot % 4 else bytes(atheris.Mutate(data, len(data)))
        return changed[:most]

    options = [
        f"-runs={run.runs or -1}",
        f"-max_total_time={run.seconds}",
        f"-seed={run.seed}",
        f"-max_len={_MOST_BYTES}",
    ]
    limits = [
        f"-timeout={LONGEST_SECONDS}",
        f"-rss_limit_mb={_MOST_MEGABYTES}",
        f"-artifact_prefix={run.found}/broken-",
    ]
    told = ["-print_final_stats=1", "-verbosity=1", "-len_control=0"]
    atheris.Setup([f"fuzz-{run.target}", *options, *limits, *told, str(run.found)], hold, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    main(Run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5])))
