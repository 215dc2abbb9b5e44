"""When a delivery is tried again: longer each time, never all at once, as long as asked, and not for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import Delivery, DeliveryCause, DeliveryFailure, DeliveryState
from core.domain.delivering import (
    DEAD_OF,
    FIRST_WAIT,
    GIVE_UP,
    HELD_FOR,
    LONGEST_PAUSE,
    LONGEST_WAIT,
    next_step,
    told,
    waits,
)
from delivery.answers import Answer, Taken, judge, retry_after

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROW = Delivery(1, "key", DeliveryState.SENDING, NOW, NOW)


@given(seed=st.text(max_size=40), failures=st.integers(0, 10_000))
def test_a_wait_is_the_same_every_time_and_between_half_and_whole(seed: str, failures: int) -> None:
    whole = min(FIRST_WAIT * 2 ** min(max(failures, 1) - 1, 20), LONGEST_WAIT)
    assert waits(seed, failures) == waits(seed, failures)
    assert whole / 2 <= waits(seed, failures) <= whole


def test_rows_that_failed_together_do_not_come_back_together() -> None:
    assert len({waits(f"key-{number}", 5) for number in range(100)}) > 90


@given(
    cause=st.sampled_from(DeliveryCause),
    before=st.none() | st.sampled_from(DeliveryCause),
    failures=st.integers(0, 50),
    days=st.floats(0, 30),
    asked=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_what_becomes_of_a_failure(
    cause: DeliveryCause, before: DeliveryCause | None, failures: int, days: float, asked: timedelta | None
) -> None:
    row = replace(ROW, cause=before, failures=failures, since=None if before is None else NOW - timedelta(days=days))
    step = next_step(row, DeliveryFailure(cause, wait=asked), NOW)
    if cause in DEAD_OF:
        assert (step.state, step.due) == (DeliveryState.DEAD, None)
    elif cause in HELD_FOR:
        assert step.state is DeliveryState.HELD
    else:
        same_kind = before is not None and before not in HELD_FOR
        spent = same_kind and NOW - (row.since or NOW) >= GIVE_UP
        assert step.state is (DeliveryState.DEAD if spent else DeliveryState.READY)
    if step.due is not None:
        assert min(asked or timedelta(0), LONGEST_PAUSE) <= step.due - NOW <= max(LONGEST_WAIT, LONGEST_PAUSE)
        assert step.due > NOW
        assert step.failures == (
            failures + 1 if before is not None and (before in HELD_FOR) == (cause in HELD_FOR) else 1
        )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), None),
        ("soon", None),
        ("-5", None),
        ("١٢٠", None),
        ("", None),
        ("9" * 40, timedelta.max.total_seconds()),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str, seconds: float | None) -> None:
    found = retry_after({"retry-after": text}, NOW)
    assert (None if found is None else found.total_seconds()) == seconds


@given(text=st.text(max_size=50))
def test_no_retry_after_breaks_anything(text: str) -> None:
    found = retry_after({"retry-after": text}, NOW)
    assert found is None or found.total_seconds() >= 0


@given(status=st.integers(200, 599), body=st.binary(max_size=80), wait=st.none() | st.just("5"))
def test_every_answer_is_taken_or_a_failure(status: int, body: bytes, wait: str | None) -> None:
    headers = {} if wait is None else {"retry-after": wait}
    judged = judge(Answer(status, headers, body), "receipt", NOW)
    assert isinstance(judged, Taken) == (status < 300)


def test_the_reference_is_where_the_target_says_or_at_location() -> None:
    assert judge(Answer(200, {}, b'{"kvittering": " R-1 "}'), "kvittering", NOW) == Taken(200, "R-1")
    assert judge(Answer(201, {"location": "/mva/R-2"}, b""), "receipt", NOW) == Taken(201, "/mva/R-2")
    assert judge(Answer(204, {}, b""), "receipt", NOW) == Taken(204, None)
    assert judge(Answer(200, {}, b'{"receipt": true}'), "receipt", NOW) == Taken(200, None)
    assert judge(Answer(200, {}, b"[" * 60_000), "receipt", NOW) == Taken(200, None)


def test_words_are_short_on_one_line_and_name_nobody() -> None:
    assert told("a\r\nb\x00c\t 01817010055") == "a b c 018170*****"
    assert len(told("x" * 5000)) == 500
