"""Progress of long runs: a bar with the time that is left, on a terminal; nothing where the output is a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as TimeLeft

_SPEED_OVER_SECONDS = 60.0
"""The time left follows from the speed of the last minute, so that a slow stretch is told as one."""

Advance = Callable[[int], None]


@contextmanager
def progress(what: str, total: int | None) -> Iterator[Advance]:
    """A bar on standard error while the block runs; call what it gives with how many are done since the last call.

    ``total`` is None where nobody knows how many there are: then no time left is claimed.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeLeft(),
    )
    console = Console(stderr=True)
    shown = Progress(*columns, console=console, speed_estimate_period=_SPEED_OVER_SECONDS, disable=not _is_seen())
    with shown:
        task = shown.add_task(what, total=total)
        yield lambda done: shown.advance(task, done)


def _is_seen() -> bool:
    return sys.stderr.isatty()
