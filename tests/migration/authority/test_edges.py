"""Edges of the cut-over: what is said of the successor is never taken for what is said of the old service."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from brobygger.guarding import start_guard
from core import (
    Allowance,
    Authority,
    BatchStatus,
    EnterpriseSystem,
    Fact,
    PolicyRule,
    Service,
    Store,
    SystemState,
    UnitStatus,
    Written,
    mismatch_board,
    put,
    remove,
    settle_authority,
)
from tests.core.test_authority import RESOURCE
from tests.migration.authority.shadow_world import (
    BEGAN,
    GAINED,
    LOST,
    Clock,
    authority,
    begin,
    known_successor,
    opened,
    send,
    send_good,
    unknown_successor,
)
from tests.small_world import FORM, SYSTEM

BEFORE = datetime(2026, 1, 1, tzinfo=BEGAN.tzinfo)


@pytest.fixture
def house(sqlite_url: str) -> Iterator[Store]:
    with opened(sqlite_url, Clock()) as store:
        yield store


def _edit(store: Store, *edits: object) -> None:
    store.change("tests", lambda _: Written(edits, None))  # type: ignore[arg-type]


def _service(store: Store, name: str) -> Service:
    return store.snapshot().catalogue.services[name]  # type: ignore[index]


def _unknown(store: Store) -> None:
    _edit(store, put(unknown_successor()), remove(known_successor()))


def _closed(store: Store) -> None:
    _edit(store, put(replace(_service(store, RESOURCE), valid_to=BEFORE)))


def _without_the_action(store: Store) -> None:
    rules: list[Fact] = [fact for fact in store.facts() if isinstance(fact, PolicyRule) and fact.service == RESOURCE]
    _edit(store, *map(remove, rules))


def _above_its_level(store: Store) -> None:
    _edit(store, put(replace(_service(store, RESOURCE), minimum_level=4)))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (_unknown, "no-successor"),
        (_closed, "no-successor"),
        (_without_the_action, "no-successor"),
        (_above_its_level, "authentication-level-too-low"),
    ],
    ids=["unknown", "closed", "without the action", "above a system user's level"],
)
def test_a_successor_that_gives_nothing_lets_nothing_in(
    house: Store, broken: Callable[[Store], None], reason: str
) -> None:
    begin(house, Authority.NEW)
    send_good(house, GAINED, "b1")
    broken(house)
    receipt = send(house, GAINED, "b2")
    assert (receipt.status, receipt.units[0].status) == (BatchStatus.FAILED, UnitStatus.NOT_AUTHORIZED)
    assert receipt.units[0].reason == reason
    assert receipt.units[0].fixes


def test_a_form_that_is_closed_is_not_opened_by_its_successor(house: Store) -> None:
    begin(house, Authority.NEW)
    _edit(house, put(replace(_service(house, FORM), valid_to=BEFORE)))
    assert send(house, GAINED, "b1").units[0].status is UnitStatus.UNKNOWN_FORM
    settle_authority(house)
    assert mismatch_board(house).cohorts[0].compared == 0, "nobody's rights were asked about"


def test_a_locked_system_is_no_difference(house: Store) -> None:
    begin(house, Authority.SHADOW)
    system = house.snapshot().enterprise_systems.get(SYSTEM)
    assert isinstance(system, EnterpriseSystem)
    _edit(house, put(replace(system, state=SystemState.LOCKED)))
    assert send(house, GAINED, "b1").units[0].reason == "system-locked"
    settle_authority(house)
    assert mismatch_board(house).causes == ()


def test_the_guard_acts_at_once_when_differences_are_noticed(house: Store) -> None:
    """Its next regular look is an hour away: it is woken."""
    begin(house, Authority.SHADOW, Allowance(most_mismatches=1))
    fell = _Heard()
    logging.getLogger("brobygger").addHandler(fell)
    end = start_guard(house, 3600.0)
    try:
        send_good(house, LOST, "b1")
        send_good(house, LOST, "b2")
        assert fell.heard.wait(20)
    finally:
        logging.getLogger("brobygger").removeHandler(fell)
        end()
    assert authority(house) is Authority.OLD


def test_the_guard_writes_what_waits_when_the_process_ends(house: Store) -> None:
    begin(house, Authority.SHADOW)
    end = start_guard(house, 0.01)
    assert send(house, GAINED, "b1").status is BatchStatus.FAILED
    end()
    assert [cause.count for cause in mismatch_board(house).causes] == [1]


class _Heard(logging.Handler):
    """Hears of a fall-back."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Note that it happened."""
        if record.getMessage() == "authority fell back":
            self.heard.set()
