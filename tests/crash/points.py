"""A gateway that kills itself: where it can be told to, and how it is told."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from core import Store
from core.store.ledger import Ledger

BEFORE_COMMIT, AFTER_COMMIT, BEFORE_ANSWER = "before-commit", "after-commit", "before-answer"
POINTS = (BEFORE_COMMIT, AFTER_COMMIT, BEFORE_ANSWER)
"""Everything is written but not committed; committed but not told to the caller; the answer made but not sent."""

DATABASE, DIE_AT, PUBLIC_URL = "CRASH_DATABASE", "CRASH_DIE_AT", "CRASH_PUBLIC_URL"
"""Variables of the test's own server and worker. ``CRASH_DIE_AT`` is a point and a passage: ``after-commit:17``."""


class Fate:
    """At which passage of which point this process, and all its group, ends: by signal 9, with no last word."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._point, _, passage = environment.get(DIE_AT, "").partition(":")
        self._left = int(passage or 0)
        self._lock = threading.Lock()

    def passes(self, point: str) -> None:
        """To be called at each point. Does not return where this is the passage."""
        if point != self._point:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.killpg(0, signal.SIGKILL)


class MortalStore(Store):
    """The store as it is, but that its group commits pass two of the points."""

    def __init__(self, url: str, fate: Fate) -> None:
        self._fate = fate
        super().__init__(url)

    @contextmanager
    def _ledger_transaction(self) -> Iterator[Ledger]:
        with super()._ledger_transaction() as ledger:
            yield ledger
            ledger.flush()
            self._fate.passes(BEFORE_COMMIT)
        self._fate.passes(AFTER_COMMIT)
