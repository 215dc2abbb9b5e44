"""The mismatch board: how each cohort stands, what differed for which cause and in which direction, what fell back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.domain.fall_back import Direction, FallBack, Place
from core.domain.snapshot import Snapshot
from core.domain.system import EVERY_REPORTEE, Authority, AuthorityRow
from core.store.authority_ledger import Compared, Mismatches
from core.store.store import Store


@dataclass(frozen=True, slots=True)
class CohortLine:
    """How one cohort stands, in one world: those of its places whose answer rules there.

    ``since`` is when the first of them was set, ``compared`` how many questions were put to both worlds since, and
    ``days_with_calls`` on how many days; ``clean_days`` how many whole days the one that differed last has stood
    without a difference, ``clean_days_with_calls`` on how many days since then both worlds were asked at all.
    ``systems`` is how many enterprise systems, ``places`` how many rows.
    """

    cohort: str
    authority: Authority
    systems: int
    places: int
    since: datetime
    compared: int
    days_with_calls: int
    lost: int
    gained: int
    failed: int
    last_difference: datetime | None
    clean_days: int
    clean_days_with_calls: int

    @property
    def differences(self) -> int:
        """All of them, in either direction, and where the new world gave no answer."""
        return self.lost + self.gained + self.failed


@dataclass(frozen=True, slots=True)
class CauseLine:
    """Differences of a cohort in one direction for one cause: why the world that says no does, or gave no answer."""

    cohort: str
    authority: Authority
    direction: Direction
    cause: str
    count: int
    systems: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """What to look at before a cohort goes on: every cohort, every cause, the fall-back log. Sorted throughout."""

    at: datetime
    cohorts: tuple[CohortLine, ...]
    causes: tuple[CauseLine, ...]
    fall_backs: tuple[FallBack, ...]


def mismatch_board(store: Store, cohort: str | None = None) -> Board:
    """The board of all cohorts, or of one. Counts what is written: at most a second behind. Raises Unavailable.

    A place that was named in no cohort stands under its system's number. Source: users-and-migration §4.2 step 9.
    """
    snapshot, now = store.snapshot(), store.clock()
    names = store.read(lambda ledger: ledger.authority.cohorts())
    rows = _rows_by_line(snapshot, names, cohort)
    systems = None if cohort is None else sorted({row.enterprise_system for found in rows.values() for row in found})
    if systems == []:
        return Board(now, (), (), ())
    differed = store.read(lambda ledger: ledger.authority.mismatches(systems))
    compared = store.read(lambda ledger: ledger.authority.compared(systems))
    log = store.read(lambda ledger: ledger.authority.fall_backs(systems))
    lines = tuple(_line(key, found, differed, compared, now) for key, found in sorted(rows.items()))
    kept = [
        each for each in differed if cohort is None or _name(names, each.enterprise_system, each.reportee) == cohort
    ]
    return Board(now, lines, tuple(_causes(kept, names)), log)


_Key = tuple[str, Authority]


def _rows_by_line(snapshot: Snapshot, names: Mapping[Place, str], cohort: str | None) -> dict[_Key, list[AuthorityRow]]:
    found: dict[_Key, list[AuthorityRow]] = {}
    for row in snapshot.authorities.values():
        name = _name(names, row.enterprise_system, row.reportee)
        if cohort is None or name == cohort:
            found.setdefault((name, row.authority), []).append(row)
    return found


def _name(names: Mapping[Place, str], system: int, reportee: str) -> str:
    """A place that was set as a single reportee and gave way since belongs to its system."""
    name = names.get(Place(system, reportee)) or names.get(Place(system, EVERY_REPORTEE))
    return name or f"system {system}"


def _line(
    key: _Key, rows: list[AuthorityRow], differed: Iterable[Mismatches], compared: Iterable[Compared], now: datetime
) -> CohortLine:
    cohort, authority = key
    set_at = {(row.enterprise_system, row.reportee): row.since for row in rows}
    ours = [each for each in differed if set_at.get((each.enterprise_system, each.reportee)) == each.since]
    last = max((each.last for each in ours), default=None)
    begun, clean_from = min(set_at.values()), max([*set_at.values(), *([last] if last else [])])
    days: dict[str, int] = {}
    for each in compared:
        since = set_at.get((each.enterprise_system, each.reportee))
        if since is not None and each.authority is authority and each.day >= since.date().isoformat():
            days[each.day] = days.get(each.day, 0) + each.compared
    counts = {way: sum(each.count for each in ours if each.direction is way) for way in Direction}
    return CohortLine(
        cohort=cohort,
        authority=authority,
        systems=len({row.enterprise_system for row in rows}),
        places=len(rows),
        since=begun,
        compared=sum(days.values()),
        days_with_calls=len(days),
        lost=counts[Direction.LOST],
        gained=counts[Direction.GAINED],
        failed=counts[Direction.FAILED],
        last_difference=last,
        clean_days=max((now - clean_from).days, 0),
        clean_days_with_calls=sum(day >= clean_from.date().isoformat() for day in days),
    )


def _causes(differed: Iterable[Mismatches], names: Mapping[Place, str]) -> Iterable[CauseLine]:
    alike: dict[tuple[str, Authority, Direction, str], list[Mismatches]] = {}
    for each in differed:
        cause = each.old_reason if each.direction is Direction.GAINED else each.new_reason
        name = _name(names, each.enterprise_system, each.reportee)
        alike.setdefault((name, each.authority, each.direction, cause), []).append(each)
    for (cohort, authority, direction, cause), found in sorted(alike.items()):
        yield CauseLine(
            cohort,
            authority,
            direction,
            cause,
            sum(each.count for each in found),
            len({each.enterprise_system for each in found}),
            min(each.first for each in found),
            max(each.last for each in found),
        )
