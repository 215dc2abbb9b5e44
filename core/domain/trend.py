"""Whether a count of each week comes to nothing, and when: a straight line through the last weeks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil

_WEEK = 7
MOST_WEEKS = 13
"""How far back a trend looks: a quarter, so that three month-ends are in it."""

_FEWEST_WEEKS = 3
_QUIET_AFTER = timedelta(days=35)
# So long that a month-end has passed, whenever it began.
_FURTHEST = 3650


class Trend(StrEnum):
    """Where the count goes. ``quiet``: nothing for five weeks. ``unclear``: too few weeks to tell."""

    QUIET = "quiet"
    FALLING = "falling"
    NOT_FALLING = "not-falling"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Projection:
    """The trend, and the day on which it reaches nothing where it falls (within ten years)."""

    trend: Trend
    ends: date | None = None


class Weeks:
    """The whole weeks between the first counted day and ``today``, which is not over; 13 of them at the most."""

    def __init__(self, begins: date | None, today: date) -> None:
        self.today = today
        self.count = 0 if begins is None else min(max((today - begins).days // _WEEK, 0), MOST_WEEKS)
        self._first = today - timedelta(days=self.count * _WEEK)

    def sums(self, days: Iterable[tuple[date, int]]) -> tuple[int, ...]:
        """The counts of days by week, oldest first; days outside are left out."""
        totals = [0] * self.count
        for day, count in days:
            if self._first <= day < self.today:
                totals[(day - self._first).days // _WEEK] += count
        return tuple(totals)


def projection(per_week: Sequence[int], last: date | None, today: date) -> Projection:
    """Where the counts of the weeks before ``today`` lead; ``last`` is the last day that counted anything.

    The line is the one of least squares, each week at its middle. The day is ours to show, no source's: it says
    when nobody would be left if things went on as in these weeks.
    """
    if last is None or today - last >= _QUIET_AFTER:
        return Projection(Trend.QUIET)
    if len(per_week) < _FEWEST_WEEKS:
        return Projection(Trend.UNCLEAR)
    count = len(per_week)
    middle, mean = Fraction(count - 1, 2), Fraction(sum(per_week), count)
    spread = sum((week - middle) ** 2 for week in range(count))
    slope = sum((week - middle) * (found - mean) for week, found in enumerate(per_week)) / spread
    if slope >= 0:
        return Projection(Trend.NOT_FALLING)
    weeks_until_nothing = middle - mean / slope + Fraction(1, 2) - count
    days = max(ceil(weeks_until_nothing * _WEEK), 0)
    return Projection(Trend.FALLING, today + timedelta(days=days) if days <= _FURTHEST else None)
