"""A process that carries out the tests' plan, or takes it back, and kills itself where it is told to.

``python -m tests.migration.apply.mortal URL apply|roll-back POINT:PASSAGE``: at this passage of this point it ends by
signal 9, with no last word. ``never:0`` lets it live. It says ``begins`` when the work does.
"""

from __future__ import annotations

import os
import signal
import sys

from core import MovePoint, MoveStep, Store
from legacy_mappings.apply import apply_plan, roll_back
from tests.migration.apply.world import DIGEST, plan_for


class Fate:
    """Watches the work, and ends it."""

    def __init__(self, words: str) -> None:
        self._point, _, passage = words.partition(":")
        self._left = int(passage)

    def __call__(self, point: MovePoint, step: MoveStep) -> None:
        """One point is passed. Does not return where this is the passage."""
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, what: str, fate: str) -> None:
    """Open the store and do the work."""
    store = Store(url)
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    watch = Fate(fate)
    if what == "apply":
        apply_plan(store, plan_for(), approve=True, watch=watch)
    else:
        roll_back(store, DIGEST, watch=watch)
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
