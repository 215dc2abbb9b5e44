"""Ours without its store: the same doors and core, but that a submission's rows are dropped once they are made.

Facts, passwords and schemas are read from the database as always, and every check is made.
"""

from __future__ import annotations

import argparse
import gc
import os
from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

from benchmarks.peers.receipt import serve
from brobygger.application import create_application
from brobygger.logs import WSGIApplication, configure_logs
from brobygger.settings import Settings
from core import Snapshot, Store

T = TypeVar("T")


class _Dropped:
    """Stands where the ledger stands in a submission: knows the facts, says that every row is new, keeps none."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._numbers = count(1)

    def sequence(self) -> int:
        """The newest change."""
        return self._snapshot.sequence

    def snapshot(self) -> Snapshot:
        """The facts."""
        return self._snapshot

    def next_number(self, _name: str, _count: int = 1) -> int:
        """The next number."""
        return next(self._numbers)

    def __getattr__(self, _name: str) -> Any:
        # Every other method adds something, and tells whether it was new.
        return lambda *_values, **_named: True


class _Forgetful(Store):
    """The store as far as it is read. What the doors keep when they are made, it keeps."""

    is_open = False

    def write(self, work: Callable[[Any], T]) -> T:
        """Run ``work``, and keep nothing of it."""
        return work(_Dropped(self.snapshot())) if self.is_open else super().write(work)


def application() -> WSGIApplication:
    """What a worker calls."""
    settings = Settings.from_env(os.environ)
    configure_logs(settings.log_level)
    store = _Forgetful(settings.database_url, terms=settings.terms())
    made = create_application(store, settings)
    store.is_open = True
    gc.freeze()
    return made


def main() -> None:
    """Serve until stopped."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--threads", type=int, required=True)
    given = options.parse_args()
    serve("benchmarks.peers.ours_without_store:application", given.port, given.threads)


if __name__ == "__main__":
    main()
