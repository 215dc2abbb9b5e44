"""The census of old calls: what is counted of each, and who still calls what, from where, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from core.domain.trend import Projection, Weeks, projection


class CallOutcome(StrEnum):
    """How an old call ended: answered (a receipt that says no is an answer), with a fault, or not let in."""

    ANSWERED = "answered"
    REFUSED = "refused"
    NOT_LOGGED_ON = "not-logged-on"
    BROWNED_OUT = "browned-out"


class OldCall(NamedTuple):
    """What calls have to have in common to be counted together.

    ``operation`` is the contract's name, empty for one that nobody offers. ``caller`` is the caller's name in
    the change log, empty where the call names none; ``proven`` says whether it has logged on, else it only
    claims to be that caller. ``address`` is where the call came from, ``agent`` what its software says it is.
    ``brown_out`` is the id of the one that turned it away. Never an identity number.
    """

    service: str
    binding: str
    operation: str
    caller: str = ""
    proven: bool = False
    address: str = ""
    agent: str = ""
    outcome: CallOutcome = CallOutcome.ANSWERED
    brown_out: str = ""


@dataclass(frozen=True, slots=True)
class CallTally:
    """How many such calls there were on ``day``, a date in Norway, and when the first and the last of them were."""

    day: date
    call: OldCall
    calls: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class CallLine:
    """One caller's calls of one operation from one address by one software, over the days that were asked for."""

    service: str
    binding: str
    operation: str
    address: str
    agent: str
    calls: int
    refused: int
    not_logged_on: int
    browned_out: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class CallerUse:
    """One caller and all it called. ``calls`` counts everything, also what was not let in.

    ``caller`` is empty for calls that name nobody; then there is one of these for each address. Without
    ``proven`` nobody has logged on under the name. ``weeks`` are the calls of each whole week, oldest first.
    """

    caller: str
    proven: bool
    calls: int
    refused: int
    not_logged_on: int
    browned_out: int
    first: datetime
    last: datetime
    lines: tuple[CallLine, ...]
    weeks: tuple[int, ...]
    projection: Projection

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it calls from."""
        return tuple(sorted({line.address for line in self.lines if line.address}))


@dataclass(frozen=True, slots=True)
class CallerCensus:
    """Who called: those that have logged on first, and of these the one with the most calls.

    ``begins`` is the first day that anything was counted on. ``callers_per_week`` and ``calls_per_week`` are for
    whole weeks, oldest first; the projections say when each would come to nothing. Unproven names are no callers
    there.
    """

    begins: date | None
    callers: tuple[CallerUse, ...]
    callers_per_week: tuple[int, ...]
    calls_per_week: tuple[int, ...]
    end_of_callers: Projection
    end_of_calls: Projection

    @property
    def named(self) -> tuple[CallerUse, ...]:
        """Those that have logged on."""
        return tuple(each for each in self.callers if each.proven)


@dataclass(slots=True)
class _Sum:
    """A line under way."""

    first: datetime
    last: datetime
    counts: dict[CallOutcome, int] = field(default_factory=dict)

    def add(self, tally: CallTally) -> None:
        outcome = tally.call.outcome
        self.counts[outcome] = self.counts.get(outcome, 0) + tally.calls
        self.first, self.last = min(self.first, tally.first), max(self.last, tally.last)

    def of(self, outcome: CallOutcome) -> int:
        return self.counts.get(outcome, 0)


_Place = tuple[str, str, str, str, str]


@dataclass(slots=True)
class _Caller:
    """A caller under way."""

    proven: bool = False
    sums: dict[_Place, _Sum] = field(default_factory=dict)
    days: dict[date, int] = field(default_factory=dict)

    def add(self, tally: CallTally) -> None:
        call = tally.call
        place = (call.service, call.binding, call.operation, call.address, call.agent)
        self.sums.setdefault(place, _Sum(tally.first, tally.last)).add(tally)
        self.days[tally.day] = self.days.get(tally.day, 0) + tally.calls
        self.proven |= call.proven

    def use(self, caller: str, weeks: Weeks) -> CallerUse:
        lines = tuple(_line(place, self.sums[place]) for place in sorted(self.sums))
        per_week = weeks.sums(self.days.items())
        last = max(line.last for line in lines)
        return CallerUse(
            caller=caller,
            proven=self.proven,
            calls=sum(line.calls for line in lines),
            refused=sum(line.refused for line in lines),
            not_logged_on=sum(line.not_logged_on for line in lines),
            browned_out=sum(line.browned_out for line in lines),
            first=min(line.first for line in lines),
            last=last,
            lines=lines,
            weeks=per_week,
            projection=projection(per_week, max(self.days), weeks.today),
        )


def callers_in(tallies: Iterable[CallTally], today: date) -> CallerCensus:
    """Who called, from the tallies of every day; ``today`` is not over, and so in no week."""
    found: dict[tuple[str, str], _Caller] = {}
    for tally in tallies:
        # Calls that name nobody are told apart by where they come from: that is all there is of them.
        nobody = "" if tally.call.caller else tally.call.address
        found.setdefault((tally.call.caller, nobody), _Caller()).add(tally)
    begins = min((day for caller in found.values() for day in caller.days), default=None)
    weeks = Weeks(begins, today)
    uses = [caller.use(name, weeks) for (name, _), caller in sorted(found.items())]
    uses.sort(key=lambda use: (not use.proven, -use.calls, use.caller, use.addresses))
    return _census(begins, uses, weeks, found.values())


def _census(begins: date | None, uses: list[CallerUse], weeks: Weeks, found: Iterable[_Caller]) -> CallerCensus:
    proven = [use.weeks for use in uses if use.proven]
    callers = tuple(sum(1 for each in proven if each[week]) for week in range(weeks.count))
    calls = tuple(sum(use.weeks[week] for use in uses) for week in range(weeks.count))
    last_call = last_caller = None
    for each in found:
        day = max(each.days)
        last_call = max(last_call or day, day)
        last_caller = max(last_caller or day, day) if each.proven else last_caller
    return CallerCensus(
        begins=begins,
        callers=tuple(uses),
        callers_per_week=callers,
        calls_per_week=calls,
        end_of_callers=projection(callers, last_caller, weeks.today),
        end_of_calls=projection(calls, last_call, weeks.today),
    )


def _line(place: _Place, total: _Sum) -> CallLine:
    service, binding, operation, address, agent = place
    return CallLine(
        service=service,
        binding=binding,
        operation=operation,
        address=address,
        agent=agent,
        calls=sum(total.counts.values()),
        refused=total.of(CallOutcome.REFUSED),
        not_logged_on=total.of(CallOutcome.NOT_LOGGED_ON),
        browned_out=total.of(CallOutcome.BROWNED_OUT),
        first=total.first,
        last=total.last,
    )


# -- whether what is rare has been seen ------------------------------------------------------------


class PeriodKind(StrEnum):
    """What makes a few days worth watching."""

    MONTH_END = "month-end"
    VAT_TERM = "vat-term"


@dataclass(frozen=True, slots=True)
class WatchedPeriod:
    """Days when calls come that do not come at other times, and what was counted on them.

    ``is_whole`` says whether the census had begun before them and they are over. ``newly_seen`` are callers
    that had not been seen on any day before: where there are some, watching one more such period is wise.
    """

    kind: PeriodKind
    begins: date
    ends: date
    is_whole: bool
    days_with_calls: int
    calls: int
    callers: int
    newly_seen: tuple[str, ...]


_BEFORE_MONTH_END = 3
_MONTHLY_DEADLINE = 5
_BEFORE_VAT_DEADLINE = 9
_VAT_DEADLINES = ((2, 10), (4, 10), (6, 10), (8, 31), (10, 10), (12, 10))


def watched_periods(tallies: Iterable[CallTally], today: date) -> tuple[WatchedPeriod, ...]:
    """Each month-end and VAT term from the first counted day until ``today``, in order, with what was counted.

    A month-end is the last three days of a month to the 5th of the next, when the a-melding is due; a VAT term
    the ten days up to its deadline. Source: users-and-migration §4.2 step 0 (at least one full month-end and
    one VAT term); which days these are is ours, from the two returns' deadlines.
    """
    per_day: dict[date, tuple[int, set[str]]] = {}
    for tally in tallies:
        calls, callers = per_day.get(tally.day, (0, set()))
        named = {tally.call.caller} if tally.call.proven else set()
        per_day[tally.day] = (calls + tally.calls, callers | named)
    if not per_day:
        return ()
    begins = min(per_day)
    periods = sorted((first, last, kind) for kind, first, last in _periods(begins, today))
    return tuple(_watched(kind, first, last, per_day, today) for first, last, kind in periods)


def _periods(begins: date, today: date) -> Iterable[tuple[PeriodKind, date, date]]:
    for year in range(begins.year - 1, today.year + 1):
        for month in range(1, 13):
            ends = date(year + month // 12, month % 12 + 1, _MONTHLY_DEADLINE)
            first = ends.replace(day=1) - timedelta(days=_BEFORE_MONTH_END)
            if begins <= ends and first < today:
                yield PeriodKind.MONTH_END, first, ends
        for month, day in _VAT_DEADLINES:
            deadline = date(year, month, day)
            first = deadline - timedelta(days=_BEFORE_VAT_DEADLINE)
            if begins <= deadline and first < today:
                yield PeriodKind.VAT_TERM, first, deadline


def _watched(
    kind: PeriodKind, begins: date, ends: date, per_day: dict[date, tuple[int, set[str]]], today: date
) -> WatchedPeriod:
    inside = [found for day, found in per_day.items() if begins <= day <= ends]
    before = {caller for day, (_, callers) in per_day.items() if day < begins for caller in callers}
    seen = {caller for _, callers in inside for caller in callers}
    return WatchedPeriod(
        kind=kind,
        begins=begins,
        ends=ends,
        is_whole=min(per_day) <= begins and ends < today,
        days_with_calls=len(inside),
        calls=sum(calls for calls, _ in inside),
        callers=len(seen),
        newly_seen=tuple(sorted(seen - before)),
    )


# -- what a brown-out brought ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A caller that a brown-out turned away, how often, and its last call let in since, None where it stayed away."""

    caller: str
    times: int
    first: datetime
    last: datetime
    back: datetime | None


def turned_away(tallies: Iterable[CallTally], brown_out: str, ends: datetime) -> tuple[TurnedAway, ...]:
    """Whom the brown-out turned away, by name. Source: users-and-migration §4.2 step 12 (brown-out result)."""
    away: dict[str, _Sum] = {}
    back: dict[str, datetime] = {}
    for tally in tallies:
        call = tally.call
        if call.brown_out == brown_out:
            away.setdefault(call.caller, _Sum(tally.first, tally.last)).add(tally)
        elif call.proven and call.outcome is not CallOutcome.BROWNED_OUT and tally.last >= ends:
            back[call.caller] = max(back.get(call.caller, tally.last), tally.last)
    return tuple(
        TurnedAway(caller, sum(total.counts.values()), total.first, total.last, back.get(caller))
        for caller, total in sorted(away.items())
    )
