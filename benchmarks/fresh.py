"""Running a measurement in a fresh process of its own, on one core."""

from __future__ import annotations

import gc
import os
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

MEASURED_CORE = max(os.sched_getaffinity(0))
"""The core that measurements run on; load generators take the others."""


def in_fresh_process(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What ``work`` returns, run in a new process that has only `MEASURED_CORE`."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_pin) as pool:
        return pool.submit(work, *args, **kwargs).result()


def _pin() -> None:
    os.sched_setaffinity(0, {MEASURED_CORE})


@dataclass
class Memory:
    """How far the resident memory rose, in MB: at the highest, and for good."""

    peak: float = 0.0
    kept: float = 0.0


@contextmanager
def watched_memory() -> Iterator[Memory]:
    """How the resident memory of this process grows inside the block. Meaningful once per process."""
    gc.collect()
    found, before = Memory(), _resident()
    yield found
    found.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6 - before
    found.kept = _resident() - before


def _resident() -> float:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize() / 1e6
