"""Where a weekly count leads: down to nothing on a day, not down, or nobody can tell yet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import Trend
from core.domain.trend import MOST_WEEKS, Weeks, projection

TODAY = date(2027, 3, 9)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("per_week", "last", "trend", "days"),
    [
        ((), None, Trend.QUIET, None),
        ((4, 4, 4, 4), TODAY - timedelta(days=35), Trend.QUIET, None),
        ((4, 0, 0, 0, 0), TODAY - timedelta(days=34), Trend.FALLING, 0),
        ((), TODAY, Trend.UNCLEAR, None),
        ((9, 5), YESTERDAY, Trend.UNCLEAR, None),
        ((5, 5, 5), YESTERDAY, Trend.NOT_FALLING, None),
        ((1, 2, 3), YESTERDAY, Trend.NOT_FALLING, None),
        # One less each week, 7 in the last: it ends 7 weeks after that week's middle.
        ((10, 9, 8, 7), YESTERDAY, Trend.FALLING, 46),
        # So slowly that no day is worth telling.
        ((100_000, 99_999, 99_999), YESTERDAY, Trend.FALLING, None),
    ],
)
def test_where_counts_lead(per_week: tuple[int, ...], last: date | None, trend: Trend, days: int | None) -> None:
    found = projection(per_week, last, TODAY)
    assert found.trend is trend
    assert found.ends == (None if days is None else TODAY + timedelta(days=days))


@given(step=st.integers(1, 50), left=st.integers(0, 40), weeks=st.integers(3, MOST_WEEKS))
def test_a_straight_line_ends_where_it_reaches_nothing(step: int, left: int, weeks: int) -> None:
    per_week = tuple(step * (left + weeks - week) for week in range(weeks))
    found = projection(per_week, YESTERDAY, TODAY)
    # The last week's middle lies half a week back; from there it is as many weeks as it has steps left.
    halves_of_days = 7 * (2 * (left + 1) - 1)
    assert found.ends == TODAY + timedelta(days=-(-halves_of_days // 2))


def test_weeks_are_whole_and_end_yesterday() -> None:
    weeks = Weeks(TODAY - timedelta(days=20), TODAY)
    assert weeks.count == 2
    days = [(TODAY - timedelta(days=ago), 1) for ago in range(21)]
    assert weeks.sums(days) == (7, 7)
    assert Weeks(None, TODAY).sums([]) == ()
    assert Weeks(TODAY - timedelta(days=5000), TODAY).count == MOST_WEEKS
