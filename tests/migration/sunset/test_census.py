"""Counting: exact over threads, processes and failures, little of what strangers say, and who is left."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from core import (
    OPERATOR,
    CallOutcome,
    CallTally,
    ErrorCode,
    GatewayError,
    OldCall,
    PeriodKind,
    Store,
    Trend,
    Unavailable,
    add_brown_out,
    brown_out_result,
    callers_in,
    census_coverage,
    count_call,
    watched_periods,
    who_calls,
    write_census,
)
from core.services.census import ELSEWHERE
from core.store.ledger import Ledger
from tests.doors.soap.conftest import Clock
from tests.migration.sunset.conftest import NOW

SUBMIT = OldCall("DataExchange", "ASMX", "SubmitBatchPw", "enterprise-system:4711", True, "192.0.2.7", "Old/1.0")
POLL = SUBMIT._replace(operation="BatchStatusPw")
STRANGER = OldCall("DataExchange", "ASMX", "ActiveForms", address="192.0.2.8", agent="Tool/2")


@contextmanager
def opened(url: str, clock: Clock) -> Iterator[Store]:
    store = Store(url, clock=clock)
    try:
        yield store
    finally:
        store.close()


def tallies(store: Store) -> dict[OldCall, int]:
    """What is written, by kind of call."""
    found: dict[OldCall, int] = {}
    for each in store.read(lambda ledger: list(ledger.census.tallies())):
        found[each.call] = found.get(each.call, 0) + each.calls
    return found


def test_the_total_of_many_threads_and_processes_is_exact(database_url: str, clock: Clock) -> None:
    def call_and_write(store: Store, times: int) -> None:
        for number in range(times):
            count_call(store, SUBMIT if number % 3 else POLL)
            if number % 50 == 0:
                write_census(store)

    # Two stores count apart, as two processes do.
    with opened(database_url, clock) as one, opened(database_url, clock) as other:
        threads = [threading.Thread(target=call_and_write, args=(store, 300)) for store in (one, other) * 3]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        write_census(one)
        write_census(other)
        assert tallies(one) == {SUBMIT: 6 * 200, POLL: 6 * 100}


def test_counts_that_did_not_get_in_are_kept_and_get_in_once(database_url: str, clock: Clock) -> None:
    with opened(database_url, clock) as store:
        count_call(store, SUBMIT)
        write = store.write
        committed: list[object] = []

        def lost(work: object) -> None:
            # The worst: it was committed, and nobody heard of it.
            if not committed:
                committed.append(write(work))  # type: ignore[arg-type]
            raise Unavailable(ErrorCode.STORE_UNAVAILABLE, "the connection is gone")

        store.write = lost  # type: ignore[method-assign, assignment]
        for _ in range(2):
            with pytest.raises(Unavailable):
                write_census(store)
        count_call(store, SUBMIT)
        del store.write
        write_census(store)
        write_census(store)
        assert tallies(store) == {SUBMIT: 2}


def test_days_are_norways(database_url: str, clock: Clock) -> None:
    with opened(database_url, clock) as store:
        for moment in (datetime(2027, 1, 31, 22, 59, 59, tzinfo=UTC), datetime(2027, 1, 31, 23, tzinfo=UTC)):
            clock.now = moment
            count_call(store, SUBMIT)
            count_call(store, SUBMIT)
        write_census(store)
        found = store.read(lambda ledger: list(ledger.census.tallies()))
        assert [(each.day, each.calls) for each in found] == [(date(2027, 1, 31), 2), (date(2027, 2, 1), 2)]
        assert store.read(lambda ledger: list(ledger.census.tallies(date(2027, 2, 1)))) == found[1:]
        assert store.read(lambda ledger: list(ledger.census.tallies(until=date(2027, 1, 31)))) == found[:1]


def test_first_and_last_are_of_all_processes(database_url: str, clock: Clock) -> None:
    with opened(database_url, clock) as one, opened(database_url, clock) as other:
        for minutes, store in ((0, one), (5, other), (-5, other), (2, one)):
            clock.now = NOW + timedelta(minutes=minutes)
            count_call(store, SUBMIT)
        write_census(other)
        write_census(one)
        (use,) = who_calls(one).callers
        assert (use.calls, use.first, use.last) == (4, NOW - timedelta(minutes=5), NOW + timedelta(minutes=5))


def test_little_of_what_strangers_say_is_kept(sqlite_url: str, clock: Clock) -> None:
    with opened(sqlite_url, clock) as store:
        for number in range(1500):
            count_call(store, STRANGER._replace(address=f"192.0.{number // 250}.{number % 250}", agent=f"x{number}"))
        for number in range(50):
            count_call(store, STRANGER._replace(address=f"2001:db8::{number:x}"))
        write_census(store)
        found = tallies(store)
        assert sum(found.values()) == 1550
        assert len(found) == 1001
        assert {call.agent for call in found} == {""}
        assert found[STRANGER._replace(address=ELSEWHERE, agent="")] == 550
        # The next day there is room again, and a network of version 6 is one place.
        clock.pass_time(days=1)
        for number in range(50):
            count_call(store, STRANGER._replace(address=f"2001:db8::{number:x}"))
        write_census(store)
        assert tallies(store)[STRANGER._replace(address="2001:db8::/64", agent="")] == 50


def test_a_known_caller_cannot_fill_the_memory_either(sqlite_url: str, clock: Clock) -> None:
    with opened(sqlite_url, clock) as store:
        for number in range(5_010):
            count_call(store, SUBMIT._replace(agent=f"x{number}"))
        write_census(store)
        found = tallies(store)
        assert (sum(found.values()), len(found)) == (5_010, 5_001)
        assert found[SUBMIT._replace(address=ELSEWHERE, agent="")] == 10


def test_no_identity_number_and_no_unwritable_sign_is_kept(database_url: str, clock: Clock) -> None:
    with opened(database_url, clock) as store:
        count_call(store, SUBMIT._replace(agent="EUS 01819012365 \x00\ud800" + "y" * 500))
        write_census(store)
        (call,) = tallies(store)
        assert "01819012365" not in call.agent
        assert "\x00" not in call.agent
        assert len(call.agent) < 200


# -- who is left ------------------------------------------------------------------------------------


def tally(day: date, call: OldCall, calls: int) -> CallTally:
    moment = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    return CallTally(day, call, calls, moment, moment + timedelta(hours=1))


def test_callers_their_lines_and_where_it_leads() -> None:
    today = date(2027, 3, 9)
    other = SUBMIT._replace(caller="enterprise-system:4712")
    rows = []
    for week in range(4):
        day = today - timedelta(days=7 * (4 - week))
        rows += [tally(day, SUBMIT, 40 - 10 * week), tally(day, POLL, 5)]
    rows.append(tally(today - timedelta(days=28), other, 1))
    rows.append(tally(today, STRANGER, 2))
    rows.append(tally(today, STRANGER._replace(address="192.0.2.9"), 1))
    claims = SUBMIT._replace(caller="enterprise-system:4713", proven=False, outcome=CallOutcome.NOT_LOGGED_ON)
    rows.append(tally(today, claims, 3))
    census = callers_in(rows, today)
    assert [(use.caller, use.proven, use.calls, use.not_logged_on) for use in census.callers] == [
        ("enterprise-system:4711", True, 120, 0),
        ("enterprise-system:4712", True, 1, 0),
        ("enterprise-system:4713", False, 3, 3),
        ("", False, 2, 0),
        ("", False, 1, 0),
    ]
    assert [use.caller for use in census.named] == ["enterprise-system:4711", "enterprise-system:4712"]
    assert census.begins == today - timedelta(days=28)
    assert census.callers_per_week == (2, 1, 1, 1)
    assert census.calls_per_week == (46, 35, 25, 15)
    first = census.callers[0]
    assert [(line.operation, line.calls) for line in first.lines] == [("BatchStatusPw", 20), ("SubmitBatchPw", 100)]
    assert first.weeks == (45, 35, 25, 15)
    # Ten less each week, 15 in the last: one and a half weeks after its middle.
    assert first.projection.ends == today + timedelta(days=7)
    assert census.callers[1].projection.trend is Trend.FALLING
    assert census.end_of_callers.ends is not None


def test_nobody_ever_called(sqlite_url: str, clock: Clock) -> None:
    with opened(sqlite_url, clock) as store:
        census = who_calls(store)
        assert (census.begins, census.callers, census.callers_per_week) == (None, (), ())
        assert census.end_of_calls.trend is Trend.QUIET
        assert census_coverage(store) == ()


def test_month_ends_and_vat_terms_that_were_watched() -> None:
    rows = [
        tally(date(2027, 1, 30), SUBMIT, 1),
        tally(date(2027, 2, 5), SUBMIT._replace(caller="enterprise-system:4712"), 2),
        tally(date(2027, 2, 9), SUBMIT, 1),
        tally(date(2027, 3, 1), SUBMIT, 1),
    ]
    found = watched_periods(rows, date(2027, 3, 3))
    assert [(each.kind, each.begins, each.ends, each.is_whole, each.calls, each.callers) for each in found] == [
        (PeriodKind.MONTH_END, date(2027, 1, 29), date(2027, 2, 5), False, 3, 2),
        (PeriodKind.VAT_TERM, date(2027, 2, 1), date(2027, 2, 10), True, 3, 2),
        (PeriodKind.MONTH_END, date(2027, 2, 26), date(2027, 3, 5), False, 1, 1),
    ]
    assert found[1].newly_seen == ("enterprise-system:4712",)
    assert found[2].newly_seen == ()
    whole = watched_periods([*rows, tally(date(2027, 1, 29), SUBMIT, 1)], date(2027, 3, 6))
    assert [each.is_whole for each in whole] == [True, True, True]


def test_the_vat_term_of_august_ends_on_its_last_day() -> None:
    found = watched_periods([tally(date(2026, 8, 1), SUBMIT, 1)], date(2027, 1, 2))
    terms = [each.ends for each in found if each.kind is PeriodKind.VAT_TERM]
    assert terms == [date(2026, 8, 31), date(2026, 10, 10), date(2026, 12, 10)]
    month_ends = [each.ends for each in found if each.kind is PeriodKind.MONTH_END]
    assert month_ends[0] == date(2026, 8, 5)
    assert month_ends[-1] == date(2027, 1, 5)


def test_what_a_brown_out_brought(world: Store, clock: Clock) -> None:
    planned = add_brown_out(world, OPERATOR, NOW, NOW + timedelta(hours=1))
    away = SUBMIT._replace(outcome=CallOutcome.BROWNED_OUT, brown_out=planned.id)
    other = away._replace(caller="enterprise-system:4712")
    for call in (away, away, other):
        count_call(world, call)
    clock.pass_time(hours=2)
    count_call(world, SUBMIT)
    count_call(world, other._replace(outcome=CallOutcome.BROWNED_OUT, brown_out="another"))
    assert [(each.caller, each.times, each.back) for each in brown_out_result(world, planned.id)] == [
        ("enterprise-system:4711", 2, clock.now),
        ("enterprise-system:4712", 1, None),
    ]
    with pytest.raises(GatewayError) as error:
        brown_out_result(world, "none")
    assert error.value.code is ErrorCode.BROWN_OUT_NOT_FOUND


def test_a_transaction_that_is_run_twice_counts_once(sqlite_url: str, clock: Clock) -> None:
    with opened(sqlite_url, clock) as store:

        def twice(ledger: Ledger) -> list[bool]:
            rows = (tally(date(2027, 3, 9), SUBMIT, 7),)
            return [ledger.census.add("a", 1, rows, NOW), ledger.census.add("a", 1, rows, NOW)]

        assert store.write(twice) == [True, False]
        assert tallies(store) == {SUBMIT: 7}
        store.write(lambda ledger: ledger.census.forget_writers(NOW + timedelta(days=1)))
        assert store.write(lambda ledger: ledger.census.add("a", 1, (), NOW)) is True
