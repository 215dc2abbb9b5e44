"""Brown-outs in the core: whom they turn away, how they are planned and ended, and that they are facts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import (
    OPERATOR,
    BrownedOut,
    BrownOut,
    Caller,
    CallerKind,
    ErrorCode,
    InvalidInput,
    NotAllowed,
    NotFound,
    Store,
    add_brown_out,
    brown_out_for,
    end_brown_out,
    planned_brown_outs,
    refuse_in_brown_out,
)
from tests.doors.soap.conftest import Clock
from tests.migration.sunset.conftest import NOW

HOUR = timedelta(hours=1)
ONE, OTHER = "enterprise-system:4711", "enterprise-system:4712"
SUBMIT, POLL = ("SubmitFormTaskBasicV2", "SubmitFormTask"), ("GetReceiptBasicV2", "GetReceipt")
CALLER = Caller(CallerKind.ENTERPRISE_SYSTEM, enterprise_system=4711)


@pytest.mark.parametrize(
    ("row", "turned_away"),
    [
        ({}, {(ONE, SUBMIT), (ONE, POLL), (OTHER, SUBMIT), (OTHER, POLL)}),
        ({"callers": (ONE,)}, {(ONE, SUBMIT), (ONE, POLL)}),
        ({"allowed": (ONE,)}, {(OTHER, SUBMIT), (OTHER, POLL)}),
        ({"callers": (ONE,), "allowed": (ONE,)}, set()),
        ({"operations": ("SubmitFormTask",)}, {(ONE, SUBMIT), (OTHER, SUBMIT)}),
        ({"operations": ("submitformtaskbasicv2",), "callers": (OTHER,)}, {(OTHER, SUBMIT)}),
        ({"operations": ("GetReceipt", "Test")}, {(ONE, POLL), (OTHER, POLL)}),
    ],
)
def test_whom_one_turns_away(row: dict[str, tuple[str, ...]], turned_away: set[tuple[str, tuple[str, str]]]) -> None:
    planned = BrownOut("b", NOW, NOW + HOUR, **row)
    every = [(caller, operation) for caller in (ONE, OTHER) for operation in (SUBMIT, POLL)]
    assert {each for each in every if planned.closes(*each, NOW)} == turned_away
    outside = (NOW - timedelta(microseconds=1), NOW + HOUR)
    assert not any(planned.closes(*each, at) for each in every for at in outside)


def test_of_several_the_one_that_ends_last_says_when_to_come_back() -> None:
    times = {"a": (NOW, NOW + 2 * HOUR), "b": (NOW, NOW + HOUR), "c": (NOW + HOUR, NOW + 9 * HOUR)}
    planned = [BrownOut(name, begins, ends) for name, (begins, ends) in times.items()]
    found = brown_out_for(planned, ONE, SUBMIT, NOW)
    assert found is not None
    assert found.id == "a"
    assert brown_out_for(planned, ONE, SUBMIT, NOW - HOUR) is None


def test_one_is_planned_holds_and_is_ended(store: Store) -> None:
    clock = Clock(NOW)
    store.clock = clock
    planned = add_brown_out(store, OPERATOR, NOW + HOUR, NOW + 2 * HOUR, operations=[" SubmitBatchPw "])
    assert planned_brown_outs(store.snapshot()) == (planned,) == tuple(store.facts())
    refuse_in_brown_out(store, CALLER, ("SubmitBatchPw",))
    clock.pass_time(hours=1, minutes=30.001)
    refuse_in_brown_out(store, CALLER, ("BatchStatusPw",))
    with pytest.raises(BrownedOut) as refused:
        refuse_in_brown_out(store, CALLER, ("SubmitBatchPw",))
    assert (refused.value.brown_out, refused.value.seconds) == (planned.id, 1800)
    assert refused.value.code is ErrorCode.BROWN_OUT
    ended = end_brown_out(store, OPERATOR, planned.id)
    assert ended.ends == clock.now
    refuse_in_brown_out(store, CALLER, ("SubmitBatchPw",))
    clock.pass_time(hours=1)
    assert end_brown_out(store, OPERATOR, planned.id) == ended
    assert planned_brown_outs(store.snapshot()) == (ended,)


def test_one_that_has_not_begun_is_taken_out_of_the_plan(store: Store) -> None:
    store.clock = Clock(NOW)
    planned = add_brown_out(store, OPERATOR, NOW + HOUR, NOW + 2 * HOUR)
    assert end_brown_out(store, OPERATOR, planned.id) == planned
    assert planned_brown_outs(store.snapshot()) == ()
    with pytest.raises(NotFound):
        end_brown_out(store, OPERATOR, planned.id)


@pytest.mark.parametrize(
    ("begins", "ends", "named"),
    [
        (HOUR, HOUR, {}),
        (2 * HOUR, HOUR, {}),
        (-2 * HOUR, timedelta(0), {}),
        (HOUR, 2 * HOUR, {"callers": ["enterprise-system:9999"]}),
        (HOUR, 2 * HOUR, {"allowed": ["4711"]}),
        (HOUR, 2 * HOUR, {"callers": ["enterprise-user:nobody"]}),
        (HOUR, 2 * HOUR, {"allowed": ["person-login:nobody"]}),
        (HOUR, 2 * HOUR, {"callers": [""]}),
    ],
)
def test_what_cannot_be_meant_is_refused(
    world: Store, begins: timedelta, ends: timedelta, named: dict[str, list[str]]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_brown_out(world, OPERATOR, NOW + begins, NOW + ends, **named)
    assert refused.value.code is ErrorCode.INVALID_BROWN_OUT
    assert planned_brown_outs(world.snapshot()) == ()


def test_only_the_operator_plans_and_ends_one(store: Store) -> None:
    planned = add_brown_out(store, OPERATOR, NOW + HOUR, NOW + 2 * HOUR)
    vendor = Caller(CallerKind.VENDOR, organisation="310000108")
    with pytest.raises(NotAllowed):
        add_brown_out(store, vendor, NOW + HOUR, NOW + 2 * HOUR)
    with pytest.raises(NotAllowed):
        end_brown_out(store, vendor, planned.id)
