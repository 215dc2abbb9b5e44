"""Whose answer rules, set for a cohort: systems with all their reportees, or single reportees of one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from core.domain.caller import Caller, CallerKind
from core.domain.change import Edit, put, remove
from core.domain.fall_back import FallBack, FallBackCause, Place
from core.domain.fall_back_budget import LONGEST_WINDOW, FallBackBudget
from core.domain.identifiers import mask_numbers_in
from core.domain.snapshot import Snapshot
from core.domain.system import EVERY_REPORTEE, Authority, AuthorityRow
from core.errors import Conflict, ErrorCode, InvalidInput, NotAllowed, NotFound
from core.store.ledger import Ledger
from core.store.store import Store, Written

_ORDER = (Authority.OLD, Authority.SHADOW, Authority.NEW)
_LONGEST_NAME = 100


class Allowance(NamedTuple):
    """A budget before it is any system's: the window, and what it lets pass."""

    window: timedelta = timedelta(days=1)
    most_mismatches: int = 5
    most_errors: int = 5


DEFAULT_ALLOWANCE = Allowance()
"""Ours: a handful in a day, as a cut-over is held good when its error budget is intact after 24 hours.

Source of the day: users-and-migration §4.2 step 10.
"""


class AuthorityStanding(NamedTuple):
    """Where a place stands: whose answer rules there, and since when; never set is ``old``, since None."""

    place: Place
    authority: Authority
    since: datetime | None


def set_authority(
    store: Store,
    caller: Caller,
    places: Iterable[Place],
    authority: Authority,
    *,
    allowance: Allowance | None = None,
    cohort: str = "",
    told: str = "",
) -> tuple[AuthorityRow, ...]:
    """Let this world's answer rule at these places from now on; returns the rows as they stand then, in order.

    A system named without a reportee is set for all of them: rows of its single reportees give way. A place that is
    so already keeps its row and its time. ``allowance`` becomes the budget of the systems; one without any gets the
    default, unless it goes back to ``old``. ``cohort`` names the places together. Where authority goes back, that is
    logged with what was ``told``. Raises NotAllowed for anybody but the operator, InvalidInput for no places, an
    allowance or a name that cannot be, NotFound for an unknown system or reportee, Unavailable.
    """
    wanted = _checked(caller, places, allowance, cohort)
    return _set(store, caller, _Setting(wanted, authority, allowance, cohort, told))


def cut_over(
    store: Store,
    caller: Caller,
    places: Iterable[Place],
    *,
    clean_days: int,
    allowance: Allowance | None = None,
    cohort: str = "",
) -> tuple[AuthorityRow, ...]:
    """Let the new world rule at these places, each of which stood in shadow for ``clean_days`` without a difference.

    Asked on the facts that it is written on: what falls back meanwhile stays back. Where a whole system is named, each
    single reportee that was set apart from it must stand so too. Whether parity is proved is asked before, by the
    migration. Raises Conflict naming the first place that is not in shadow, or not clean for long enough, or whose
    system is linked to no system user; else as `set_authority`. Source: users-and-migration §4.2 steps 8 to 10.
    """
    wanted = _checked(caller, places, allowance, cohort)

    def must_be_ready(snapshot: Snapshot, now: datetime) -> None:
        asked = (*wanted, *map(_place_of, _giving_way(snapshot, wanted)))
        since = clean_since(store, snapshot, asked) if clean_days else {}
        for place in asked:
            if standing_of(snapshot, place).authority is Authority.OLD:
                raise _not_ready(place, "is not in shadow")
            if not snapshot.links.get(place.enterprise_system):
                raise _not_ready(place, "is linked to no system user")
            if clean_days and now - since[place] < timedelta(days=clean_days):
                raise _not_ready(place, f"has not stood {clean_days} days without a difference")

    return _set(store, caller, _Setting(wanted, Authority.NEW, allowance, cohort), must_be_ready)


def cut_back(store: Store, caller: Caller, places: Iterable[Place], *, told: str = "") -> tuple[AuthorityRow, ...]:
    """Let the old world rule again wherever the new one does at these places, and go on asking the new one.

    Returns the rows that went back, in order; a place that is not in the new world's hands stays as it is. What was
    ``told`` is logged. Raises as `set_authority`, and Conflict where the new world rules at none of them.
    """
    wanted, now = _checked(caller, places, None, ""), store.clock()

    def command(snapshot: Snapshot) -> Written[tuple[AuthorityRow, ...]]:
        _must_be_known(snapshot, wanted)
        moved = _moved_at(snapshot, wanted)
        if not moved:
            raise Conflict(ErrorCode.NOT_READY_TO_CUT_OVER, "the new world rules at none of these places")
        rows = tuple(AuthorityRow(*each, Authority.SHADOW, now) for each in moved)
        log = tuple(_taken_back(snapshot, moved, Authority.SHADOW, now, caller, told))

        def beside(ledger: Ledger) -> None:
            for line in log:
                ledger.authority.add_fall_back(line)

        return Written(tuple(map(put, rows)), rows, beside)

    return store.change(caller.name, command)


def standing_of(snapshot: Snapshot, place: Place) -> AuthorityStanding:
    """Whose answer rules at a place: its own row, else its system's, else the old world's."""
    row = snapshot.authorities.get(place) or snapshot.authorities.get((place.enterprise_system, EVERY_REPORTEE))
    return AuthorityStanding(place, Authority.OLD if row is None else row.authority, None if row is None else row.since)


def rows_of(snapshot: Snapshot, enterprise_system: int) -> tuple[AuthorityRow, ...]:
    """The authority rows of a system, in order of reportee."""
    found = (row for row in snapshot.authorities.values() if row.enterprise_system == enterprise_system)
    return tuple(sorted(found, key=lambda row: row.reportee))


def clean_since(store: Store, snapshot: Snapshot, places: Sequence[Place]) -> dict[Place, datetime]:
    """Since when each of the places that have a row stands without a difference: since it was set, or the last one.

    A place without a row of its own stands as its system does. Raises Unavailable.
    """
    systems = sorted({place.enterprise_system for place in places})
    last: dict[tuple[int, str, datetime], datetime] = {}
    for each in store.read(lambda ledger: ledger.authority.mismatches(systems)):
        key = (each.enterprise_system, each.reportee, each.since)
        last[key] = max(each.last, last.get(key, each.last))
    found = {}
    for place in places:
        row = snapshot.authorities.get(place) or snapshot.authorities.get((place.enterprise_system, EVERY_REPORTEE))
        if row is not None:
            found[place] = last.get((row.enterprise_system, row.reportee, row.since), row.since)
    return found


def cohort_of(store: Store, name: str) -> tuple[Place, ...]:
    """The places that were set under this name, in order. Raises NotFound where there are none, Unavailable."""
    cohorts = store.read(lambda ledger: ledger.authority.cohorts())
    found = tuple(sorted(place for place, cohort in cohorts.items() if cohort == name))
    if not found:
        raise NotFound(ErrorCode.COHORT_NOT_FOUND, f"no system was set under the name `{name}`")
    return found


# -- checks ---------------------------------------------------------------------------------------


def _checked(caller: Caller, places: Iterable[Place], allowance: Allowance | None, cohort: str) -> tuple[Place, ...]:
    if caller.kind is not CallerKind.OPERATOR:
        raise NotAllowed(ErrorCode.NOT_THE_CALLERS, "only the operator says whose answer rules")
    wanted = tuple(sorted(set(places)))
    if not wanted:
        raise InvalidInput(ErrorCode.INVALID_COHORT, "a cohort has at least one system")
    if len(cohort) > _LONGEST_NAME or not cohort.isprintable():
        raise InvalidInput(ErrorCode.INVALID_COHORT, f"the name of a cohort has at most {_LONGEST_NAME} characters")
    whole = {place.enterprise_system for place in wanted if place.reportee == EVERY_REPORTEE}
    if any(place.reportee != EVERY_REPORTEE and place.enterprise_system in whole for place in wanted):
        raise InvalidInput(ErrorCode.INVALID_COHORT, "a system is named both with and without a reportee")
    if allowance is not None:
        _check_allowance(allowance)
    return wanted


def _check_allowance(allowance: Allowance) -> None:
    if not timedelta(seconds=1) <= allowance.window <= LONGEST_WINDOW:
        raise InvalidInput(ErrorCode.INVALID_COHORT, f"a window has 1 second to {LONGEST_WINDOW.days} days")
    if allowance.most_mismatches < 0 or allowance.most_errors < 0:
        raise InvalidInput(ErrorCode.INVALID_COHORT, "a budget lets none or some pass")


def _must_be_known(snapshot: Snapshot, places: Iterable[Place]) -> None:
    for place in places:
        if place.enterprise_system not in snapshot.enterprise_systems:
            raise NotFound(
                ErrorCode.ENTERPRISE_SYSTEM_NOT_FOUND, f"there is no enterprise system {place.enterprise_system}"
            )
        if place.reportee != EVERY_REPORTEE and snapshot.party(place.reportee) is None:
            raise NotFound(ErrorCode.PARTY_NOT_FOUND, "a reportee of the cohort is not a known party")


def _not_ready(place: Place, why: str) -> Conflict:
    where = "" if place.reportee == EVERY_REPORTEE else f" for the party {place.reportee}"
    return Conflict(ErrorCode.NOT_READY_TO_CUT_OVER, f"enterprise system {place.enterprise_system}{where} {why}")


# -- what is written ------------------------------------------------------------------------------


class _Setting(NamedTuple):
    """What is to be set where, as it was checked."""

    places: tuple[Place, ...]
    authority: Authority
    allowance: Allowance | None
    cohort: str
    told: str = ""


def _set(
    store: Store,
    caller: Caller,
    setting: _Setting,
    check: Callable[[Snapshot, datetime], None] | None = None,
) -> tuple[AuthorityRow, ...]:
    """Set it, if ``check`` raises nothing on the facts as they are then."""
    wanted, authority, allowance, cohort, told = setting
    now = store.clock()

    def command(snapshot: Snapshot) -> Written[tuple[AuthorityRow, ...]]:
        _must_be_known(snapshot, wanted)
        if check is not None:
            check(snapshot, now)
        rows = tuple(_row(snapshot, place, authority, now) for place in wanted)
        giving_way = tuple(_giving_way(snapshot, wanted))
        edits = [put(row) for row in rows if row.since == now]
        edits += map(remove, giving_way)
        edits += _budgets(snapshot, wanted, authority, allowance)
        gone = tuple(map(_place_of, giving_way))
        log = tuple(_taken_back(snapshot, (*wanted, *gone), authority, now, caller, told))

        def beside(ledger: Ledger) -> None:
            ledger.authority.leave_cohorts(gone)
            if cohort:
                ledger.authority.set_cohort(wanted, cohort)
            for line in log:
                ledger.authority.add_fall_back(line)

        return Written(tuple(edits), rows, beside)

    return store.change(caller.name, command)


def _row(snapshot: Snapshot, place: Place, authority: Authority, now: datetime) -> AuthorityRow:
    before = snapshot.authorities.get(place)
    if before is not None and before.authority is authority:
        return before
    return AuthorityRow(place.enterprise_system, place.reportee, authority, now)


def _giving_way(snapshot: Snapshot, places: Iterable[Place]) -> Iterator[AuthorityRow]:
    """Rows of single reportees of systems that are set as a whole."""
    whole = {place.enterprise_system for place in places if place.reportee == EVERY_REPORTEE}
    if whole:
        for row in sorted(snapshot.authorities.values(), key=lambda row: (row.enterprise_system, row.reportee)):
            if row.enterprise_system in whole and row.reportee != EVERY_REPORTEE:
                yield row


def _moved_at(snapshot: Snapshot, places: Iterable[Place]) -> tuple[Place, ...]:
    """The places at or within these where the new world rules, in order."""
    named = tuple(places)
    found = {place for place in named if place.reportee != EVERY_REPORTEE and _is_moved(snapshot, place)}
    whole = {place.enterprise_system for place in named if place.reportee == EVERY_REPORTEE}
    if whole:
        rows = (row for row in snapshot.authorities.values() if row.authority is Authority.NEW)
        found.update(_place_of(row) for row in rows if row.enterprise_system in whole)
    return tuple(sorted(found))


def _is_moved(snapshot: Snapshot, place: Place) -> bool:
    return standing_of(snapshot, place).authority is Authority.NEW


def _place_of(row: AuthorityRow) -> Place:
    return Place(row.enterprise_system, row.reportee)


def _budgets(
    snapshot: Snapshot, places: Iterable[Place], authority: Authority, allowance: Allowance | None
) -> Iterator[Edit]:
    for system in sorted({place.enterprise_system for place in places}):
        before = snapshot.fall_back_budgets.get(system)
        if allowance is None and (before is not None or authority is Authority.OLD):
            continue
        window, most_mismatches, most_errors = allowance or DEFAULT_ALLOWANCE
        budget = FallBackBudget(system, int(window.total_seconds()), most_mismatches, most_errors)
        if budget != before:
            yield put(budget)


def _taken_back(
    snapshot: Snapshot, places: Iterable[Place], authority: Authority, now: datetime, caller: Caller, told: str
) -> Iterator[FallBack]:
    """One line for each system and each world that is left for an older one."""
    left: dict[tuple[int, Authority], int] = {}
    for place in places:
        before = standing_of(snapshot, place).authority
        if _ORDER.index(authority) < _ORDER.index(before):
            key = (place.enterprise_system, before)
            left[key] = left.get(key, 0) + 1
    cause, said = FallBackCause.BY_HAND, mask_numbers_in(told)
    for (system, before), count in left.items():
        yield FallBack(str(uuid.uuid4()), now, system, before, authority, count, cause, 0, 0, 0, caller.name, said)
