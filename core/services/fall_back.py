"""The guard over the change of authority: budgets are watched, and what is spent falls back and is logged."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from core.domain.change import put
from core.domain.fall_back import FallBack, Place, spent, step_back
from core.domain.fall_back_budget import LONGEST_WINDOW, FallBackBudget
from core.domain.snapshot import Snapshot
from core.domain.system import Authority, AuthorityRow
from core.services.authority_rows import rows_of
from core.services.differences import Noticed, write_noticed
from core.store.store import Command, Store, Written

GUARD = "authority-guard"
"""The guard, as the change log and the fall-back log name it."""

_OVERLAP = timedelta(minutes=2)
# A difference is dated when it was asked, and is seen when it is committed: no commit takes longer than this.


def settle_authority(store: Store) -> tuple[FallBack, ...]:
    """Write what this process has noticed, and let fall back what has spent its budget; returns the fall-backs.

    For the background worker, every second and at once when a difference is noticed. Raises Unavailable; then
    nothing is lost, and the next try does it.
    """
    write_noticed(store)
    return guard_authority(store)


def guard_authority(store: Store) -> tuple[FallBack, ...]:
    """Take back one step every enterprise system whose differences in its window are more than its budget lets pass.

    Differences of all processes count, those in shadow for the rows in shadow, those after cut-over for these rows;
    only what came after the row was set. Two guards at once take it back once. Raises Unavailable. Source:
    users-and-migration §3 item 4.
    """
    noticed, now = store.companion(Noticed), store.clock()
    since = now - LONGEST_WINDOW if noticed.last_watch is None else noticed.last_watch - _OVERLAP
    snapshot = store.snapshot()
    if not len(snapshot.fall_back_budgets):
        return ()
    systems = store.read(lambda ledger: ledger.authority.systems_that_differed(since))
    made = [fall_back for system in systems for fall_back in _watch(store, snapshot, system, now)]
    noticed.last_watch = now
    return tuple(made)


def fall_backs(store: Store, systems: Iterable[int] | None = None) -> tuple[FallBack, ...]:
    """The fall-back log, oldest first; of these enterprise systems, or of all. Raises Unavailable."""
    return store.read(lambda ledger: ledger.authority.fall_backs(systems))


# -- one system -----------------------------------------------------------------------------------


def _watch(store: Store, snapshot: Snapshot, system: int, now: datetime) -> Iterable[FallBack]:
    budget = snapshot.fall_back_budgets.get(system)
    if budget is None:
        return
    for authority in (Authority.NEW, Authority.SHADOW):
        verdict = _verdict(store, snapshot, budget, authority, now)
        made = None if verdict is None else store.change(GUARD, _take_back(verdict, snapshot))
        if made is not None:
            yield made


def _verdict(
    store: Store, snapshot: Snapshot, budget: FallBackBudget, authority: Authority, now: datetime
) -> FallBack | None:
    """What a fall-back would be, where the budget is spent. Its places are counted when it is made."""
    system = budget.enterprise_system
    since = now - timedelta(seconds=budget.seconds)
    counted = store.read(lambda ledger: ledger.authority.counted(system, authority, since))
    standing = [each for each in counted if _stands(snapshot, Place(system, each.reportee), authority, each.since)]
    found = spent(budget, standing)
    if found is None:
        return None
    cause, count, most = found
    went_to = step_back(authority)
    identity = str(uuid.uuid4())
    return FallBack(identity, now, system, authority, went_to, 0, cause, count, most, budget.seconds, GUARD)


def _stands(snapshot: Snapshot, place: Place, authority: Authority, since: datetime) -> bool:
    row = snapshot.authorities.get(place)
    return row is not None and row.authority is authority and row.since == since


def _take_back(verdict: FallBack, seen: Snapshot) -> Command[FallBack | None]:
    """Every row of the system that was so when the verdict was found goes back a step; none where others were first.

    ``seen`` is what the verdict was found on: a row that has come back a step since then does not go another.
    """

    def command(snapshot: Snapshot) -> Written[FallBack | None]:
        rows = [
            row
            for row in rows_of(snapshot, verdict.enterprise_system)
            if row.authority is verdict.came_from and row.since <= verdict.at and not _came_back(seen, row)
        ]
        if not rows:
            return Written((), None)
        made = replace(verdict, places=len(rows))
        edits = tuple(put(replace(row, authority=verdict.went_to, since=verdict.at)) for row in rows)
        return Written(edits, made, lambda ledger: ledger.authority.add_fall_back(made))

    return command


def _came_back(seen: Snapshot, row: AuthorityRow) -> bool:
    """Whether the row stood elsewhere then, and so has been set since."""
    before = seen.authorities.get((row.enterprise_system, row.reportee))
    return before is not None and before.authority is not row.authority
