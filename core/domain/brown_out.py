"""Brown-outs: planned hours in which callers of the old platform are turned away, as a warning before the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

PLANNED = ""
"""The one key in the snapshot: every call asks for all of them, and they are few."""


@dataclass(frozen=True, slots=True)
class BrownOut:
    """From ``begins`` until ``ends`` the old operations are closed to a cohort. Times are in UTC.

    ``callers`` are the cohort, by their names in the change log (``enterprise-system:4711``); empty for all.
    ``allowed`` are let through whatever the cohort is. ``operations`` are what is closed, by the contract's names
    or without the ending of their binding, in any letter case; empty for all. Source: users-and-migration §3
    item 10 (brown-outs for each cohort, with an allow list).
    """

    id: str
    begins: datetime
    ends: datetime
    callers: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()

    def closes(self, caller: str, operations: Collection[str], at: datetime) -> bool:
        """Whether ``caller`` is turned away at ``at`` from an operation that goes by ``operations``."""
        if not self.begins <= at < self.ends or caller in self.allowed:
            return False
        if self.callers and caller not in self.callers:
            return False
        if not self.operations:
            return True
        closed = {name.lower() for name in self.operations}
        return any(name.lower() in closed for name in operations)


def brown_out_for(
    planned: Iterable[BrownOut], caller: str, operations: Collection[str], at: datetime
) -> BrownOut | None:
    """The brown-out that turns ``caller`` away at ``at``, of several the one that ends last; None for none."""
    closing = [each for each in planned if each.closes(caller, operations, at)]
    return max(closing, key=lambda each: (each.ends, each.id), default=None)
