"""Fall-back: differences are counted across processes, and a spent budget takes the system back within its window."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core import (
    OPERATOR,
    Allowance,
    Authority,
    BatchStatus,
    Caller,
    CallerKind,
    Conflict,
    Direction,
    ErrorCode,
    FallBackBudget,
    FallBackCause,
    GatewayError,
    NotAllowed,
    Place,
    Store,
    Unavailable,
    Written,
    cohort_of,
    cut_over,
    fall_backs,
    guard_authority,
    mismatch_board,
    put,
    remove,
    set_authority,
    settle_authority,
)
from tests.migration.authority.shadow_world import (
    BOTH,
    CALLER,
    GAINED,
    LOST,
    WHOLE,
    Clock,
    authority,
    begin,
    facts,
    known_successor,
    opened,
    send,
    send_good,
    unknown_successor,
)
from tests.small_world import GIVER, STRANGER, SYSTEM

HOUR = Allowance(timedelta(hours=1), 2, 0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(database_url: str, clock: Clock) -> Iterator[Store]:
    with opened(database_url, clock) as store:
        yield store


def _differ(store: Store, times: int, prefix: str = "b") -> None:
    for number in range(times):
        send_good(store, LOST, f"{prefix}-{number}")


def test_under_old_nothing_is_noticed(house: Store) -> None:
    send_good(house, LOST, "b1")
    assert send(house, GAINED, "b2").status is BatchStatus.FAILED
    assert settle_authority(house) == ()
    assert mismatch_board(house).cohorts == ()
    assert house.read(lambda ledger: ledger.differences()) == []


def test_in_shadow_both_directions_are_noted_and_the_old_answer_stands(house: Store) -> None:
    begin(house, Authority.SHADOW)
    send_good(house, LOST, "b1")
    assert send(house, GAINED, "b2").status is BatchStatus.FAILED
    settle_authority(house)
    (line,) = mismatch_board(house).cohorts
    assert (line.compared, line.lost, line.gained, line.failed) == (2, 1, 1, 0)
    causes = {(cause.direction, cause.cause, cause.count) for cause in mismatch_board(house).causes}
    assert causes == {(Direction.LOST, "not-a-client", 1), (Direction.GAINED, "missing-submission-role", 1)}


def test_a_planted_mismatch_takes_the_system_back_one_step_at_a_time(house: Store, clock: Clock) -> None:
    begin(house, Authority.NEW, HOUR)
    for number in range(3):
        assert send(house, LOST, f"b-{number}").status is BatchStatus.FAILED
        clock.forward(minutes=10)
    (first,) = settle_authority(house)
    assert (first.came_from, first.went_to, first.counted, first.most) == (Authority.NEW, Authority.SHADOW, 3, 2)
    assert (first.cause, first.by, first.places) == (FallBackCause.MISMATCHES, "authority-guard", 1)
    send_good(house, LOST, "b-0")
    assert settle_authority(house) == (), "what came before the row was set is not counted against it"
    clock.forward(minutes=1)
    _differ(house, 2, "c")
    (second,) = settle_authority(house)
    assert (second.came_from, second.went_to) == (Authority.SHADOW, Authority.OLD)
    assert authority(house) is Authority.OLD
    assert fall_backs(house) == (first, second)
    _differ(house, 5, "d")
    assert settle_authority(house) == ()


def test_what_falls_out_of_the_window_is_not_counted(house: Store, clock: Clock) -> None:
    begin(house, Authority.SHADOW, HOUR)
    for number in range(6):
        send_good(house, LOST, f"b-{number}")
        clock.forward(minutes=31)
        assert settle_authority(house) == ()
    _differ(house, 2, "c")
    assert [each.went_to for each in settle_authority(house)] == [Authority.OLD]


def test_differences_of_two_processes_count_together_and_fall_back_once(
    house: Store, database_url: str, clock: Clock
) -> None:
    begin(house, Authority.SHADOW, HOUR)
    with opened(database_url, clock, filled=False) as other:
        assert send(other, GAINED, "x").status is BatchStatus.FAILED
        assert settle_authority(other) == ()
        _differ(house, 1)
        assert settle_authority(house) == ()
        _differ(house, 1, "c")
        made = (*guard_authority(other), *guard_authority(house), *settle_authority(other))
        assert [each.went_to for each in made] == [Authority.OLD]
        assert authority(other) is authority(house) is Authority.OLD
        assert len(fall_backs(house)) == 1


def test_another_process_alone_takes_it_back(house: Store, database_url: str) -> None:
    """The process that served the calls is gone; the guard of another finds what it left in the database."""
    begin(house, Authority.SHADOW, HOUR)
    _differ(house, 3)
    code = (
        "from core import Store, settle_authority\n"
        "from tests.migration.authority.shadow_world import Clock\n"
        f"store = Store({database_url!r}, clock=Clock())\n"
        "print([str(each.went_to) for each in settle_authority(store)])\n"
        "store.close()\n"
    )
    root = Path(__file__).resolve().parents[3]
    told = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "['old']"
    assert authority(house) is Authority.OLD


def test_errors_of_the_new_world_have_a_budget_of_their_own(house: Store) -> None:
    begin(house, Authority.SHADOW, Allowance(timedelta(hours=1), 100, 1))
    _plant(house, put(unknown_successor()), remove(known_successor()))
    send_good(house, BOTH, "b1")
    assert settle_authority(house) == ()
    send_good(house, BOTH, "b2")
    (found,) = settle_authority(house)
    assert (found.cause, found.counted, found.most) == (FallBackCause.ERRORS, 2, 1)
    assert mismatch_board(house).causes[0].direction is Direction.FAILED


def test_single_reportees_fall_back_alone(house: Store, clock: Clock) -> None:
    begin(house, Authority.SHADOW)
    begin(house, Authority.NEW, HOUR, Place(SYSTEM, GIVER))
    for number in range(3):
        assert send(house, LOST, f"b-{number}").status is BatchStatus.FAILED
        clock.forward(seconds=1)
    (made,) = settle_authority(house)
    assert made.places == 1
    assert (authority(house, GIVER), authority(house)) == (Authority.SHADOW, Authority.SHADOW)


def test_a_row_that_somebody_set_anew_meanwhile_stands(house: Store, clock: Clock) -> None:
    begin(house, Authority.SHADOW, HOUR)
    _differ(house, 3)
    clock.forward(minutes=1)
    begin(house, Authority.OLD)
    begin(house, Authority.SHADOW)
    assert settle_authority(house) == ()
    assert authority(house) is Authority.SHADOW


def test_without_a_budget_nothing_falls_back(house: Store) -> None:
    begin(house, Authority.SHADOW, HOUR)
    _plant(house, remove(FallBackBudget(SYSTEM, 3600, 2, 0)))
    _differ(house, 4)
    assert settle_authority(house) == ()


def test_a_new_world_that_breaks_never_breaks_the_old_answer(house: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect, not a rule: the resolver raises. In shadow the call goes on; after cut-over it may be sent again."""
    begin(house, Authority.SHADOW, Allowance(timedelta(hours=1), 100, 0))

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("core.domain.authority.resolve", broken)
    send_good(house, BOTH, "b1")
    assert [each.went_to for each in settle_authority(house)] == [Authority.OLD]
    begin(house, Authority.NEW)
    with pytest.raises(Unavailable):
        send(house, BOTH, "b2")
    assert [each.went_to for each in settle_authority(house)] == [Authority.SHADOW]
    send_good(house, BOTH, "b2")


def test_what_cannot_be_written_waits(house: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(house, Authority.SHADOW)
    assert send(house, GAINED, "b1").status is BatchStatus.FAILED

    def down(_: object) -> None:
        raise Unavailable(ErrorCode.STORE_UNAVAILABLE, "down")

    with monkeypatch.context() as broken:
        broken.setattr(house, "write", down)
        with pytest.raises(Unavailable):
            settle_authority(house)
    settle_authority(house)
    (line,) = mismatch_board(house).cohorts
    assert (line.compared, line.gained) == (1, 1)


# -- setting it -----------------------------------------------------------------------------------


def test_setting_again_changes_nothing_and_going_back_is_logged(house: Store, clock: Clock) -> None:
    (row,) = begin(house, Authority.SHADOW)
    clock.forward(days=1)
    assert begin(house, Authority.SHADOW) == (row,)
    set_authority(house, OPERATOR, [WHOLE], Authority.OLD, told="the month-end comes first")
    (line,) = fall_backs(house)
    assert (line.cause, line.by, line.told) == (FallBackCause.BY_HAND, "operator", "the month-end comes first")


def test_a_whole_system_takes_its_single_reportees_along(house: Store) -> None:
    begin(house, Authority.NEW, None, Place(SYSTEM, GIVER), Place(SYSTEM, STRANGER))
    begin(house, Authority.SHADOW)
    assert [row.reportee for row in house.snapshot().authorities.values()] == [""]
    assert authority(house, GIVER) is Authority.SHADOW


@pytest.mark.parametrize(
    ("places", "allowance", "code"),
    [
        ([], None, ErrorCode.INVALID_COHORT),
        ([WHOLE, Place(SYSTEM, GIVER)], None, ErrorCode.INVALID_COHORT),
        ([Place(1)], None, ErrorCode.ENTERPRISE_SYSTEM_NOT_FOUND),
        ([Place(SYSTEM, "nobody")], None, ErrorCode.PARTY_NOT_FOUND),
        ([WHOLE], Allowance(timedelta(days=32)), ErrorCode.INVALID_COHORT),
        ([WHOLE], Allowance(most_errors=-1), ErrorCode.INVALID_COHORT),
    ],
    ids=["none", "both ways", "no system", "no reportee", "window", "budget"],
)
def test_what_cannot_be_set(
    sqlite_store: Store, places: list[Place], allowance: Allowance | None, code: ErrorCode
) -> None:

    sqlite_store.import_facts("tests", facts())
    with pytest.raises(GatewayError) as caught:
        set_authority(sqlite_store, OPERATOR, places, Authority.SHADOW, allowance=allowance)
    assert caught.value.code is code


def test_only_the_operator_sets_it(house: Store) -> None:
    with pytest.raises(NotAllowed):
        set_authority(house, CALLER, [WHOLE], Authority.NEW)
    with pytest.raises(NotAllowed):
        cut_over(house, Caller(CallerKind.VENDOR, organisation="310000108"), [WHOLE], clean_days=0)


def test_a_cohort_goes_on_when_it_has_stood_clean_long_enough(house: Store, clock: Clock) -> None:
    with pytest.raises(Conflict, match="not in shadow"):
        cut_over(house, OPERATOR, [WHOLE], clean_days=0)
    begin(house, Authority.SHADOW, None, cohort="first")
    clock.forward(days=3)
    send_good(house, LOST, "b1")
    settle_authority(house)
    clock.forward(days=6, hours=23)
    with pytest.raises(Conflict, match="7 days"):
        cut_over(house, OPERATOR, cohort_of(house, "first"), clean_days=7)
    clock.forward(hours=1)
    (line,) = mismatch_board(house, "first").cohorts
    assert (line.cohort, line.clean_days, line.days_with_calls, line.clean_days_with_calls) == ("first", 7, 1, 1)
    (row,) = cut_over(house, OPERATOR, cohort_of(house, "first"), clean_days=7, cohort="first")
    assert row.authority is Authority.NEW


def _plant(store: Store, *edits: object) -> None:
    store.change("tests", lambda _: Written(edits, None))  # type: ignore[arg-type]


# -- two at once ----------------------------------------------------------------------------------


def test_one_guard_takes_no_row_back_two_steps(house: Store, database_url: str, clock: Clock) -> None:
    """Both budgets are spent at once; a reportee that comes back from the new world stays in shadow."""
    begin(house, Authority.SHADOW, HOUR)
    begin(house, Authority.NEW, None, Place(SYSTEM, STRANGER))
    _differ(house, 3)
    for number in range(3):
        send_good(house, GAINED, f"n-{number}")
    clock.forward(seconds=1)
    made = [(each.came_from, each.places) for each in settle_authority(house)]
    with opened(database_url, clock, filled=False) as other:
        assert guard_authority(other) == ()
    assert made == [(Authority.NEW, 1), (Authority.SHADOW, 1)]
    assert (authority(house), authority(house, STRANGER)) == (Authority.OLD, Authority.SHADOW)


def test_what_falls_back_while_it_is_cut_over_stays_back(
    house: Store, database_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(house, Authority.SHADOW)
    clock.forward(days=8)
    change = house.change

    def late(by: str, command: object) -> object:
        with opened(database_url, clock, filled=False) as other:
            begin(other, Authority.OLD)
        return change(by, command)  # type: ignore[arg-type]

    monkeypatch.setattr(house, "change", late)
    with pytest.raises(Conflict, match="not in shadow"):
        cut_over(house, OPERATOR, [WHOLE], clean_days=7)
    assert authority(house) is Authority.OLD


def test_a_whole_system_is_not_cut_over_past_a_reportee_that_was_held_back(house: Store, clock: Clock) -> None:
    begin(house, Authority.SHADOW)
    begin(house, Authority.OLD, None, Place(SYSTEM, GIVER))
    clock.forward(days=8)
    with pytest.raises(Conflict, match=f"party {GIVER} is not in shadow"):
        cut_over(house, OPERATOR, [WHOLE], clean_days=7)
    begin(house, Authority.SHADOW, None, Place(SYSTEM, GIVER))
    with pytest.raises(Conflict, match=f"party {GIVER} has not stood 7 days"):
        cut_over(house, OPERATOR, [WHOLE], clean_days=7)
    clock.forward(days=7)
    cut_over(house, OPERATOR, [WHOLE], clean_days=7)
    assert authority(house, GIVER) is Authority.NEW


def test_going_back_is_logged_for_single_reportees_that_give_way_too(house: Store) -> None:
    begin(house, Authority.NEW, None, Place(SYSTEM, GIVER))
    set_authority(house, OPERATOR, [WHOLE], Authority.OLD, told="asked for by 01817010055")
    (line,) = fall_backs(house)
    assert (line.came_from, line.went_to, line.places) == (Authority.NEW, Authority.OLD, 1)
    assert "01817010055" not in line.told


def test_a_reportee_that_gives_way_to_its_system_leaves_its_cohort(house: Store, clock: Clock) -> None:
    """Else the cohort would name the system both whole and in part, and could never be set again."""
    begin(house, Authority.SHADOW, None, Place(SYSTEM, GIVER), Place(SYSTEM, STRANGER), cohort="first")
    begin(house, Authority.SHADOW, None, cohort="first")
    assert cohort_of(house, "first") == (WHOLE,)
    clock.forward(days=1)
    (row,) = cut_over(house, OPERATOR, cohort_of(house, "first"), clean_days=1)
    assert row.authority is Authority.NEW
