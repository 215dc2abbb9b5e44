"""A world in which the two worlds differ: GIVER gave the old role only, STRANGER is the new world's client only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core import (
    EVERY_REPORTEE,
    OPERATOR,
    Allowance,
    Authority,
    AuthorityRow,
    Batch,
    BatchStatus,
    Caller,
    CallerKind,
    DataUnit,
    Fact,
    Place,
    Receipt,
    ServiceId,
    ServiceSuccessor,
    Store,
    set_authority,
    submit_batch,
)
from tests.core.test_authority import RESOURCE, _new_world
from tests.small_world import FIRM, FORM, SYSTEM, small_world

BEGAN = datetime(2026, 11, 2, 8, tzinfo=UTC)
BOTH = "310000205"
LOST = "310000302"
GAINED = "310000604"
CALLER = Caller(CallerKind.ENTERPRISE_SYSTEM, party=FIRM, enterprise_system=SYSTEM)
WHOLE = Place(SYSTEM)
BROKEN_FORM = ServiceId("asmx:212/9999")


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    now: datetime = BEGAN

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        """Let time go by."""
        self.now += timedelta(**time)


@contextmanager
def opened(url: str, clock: Clock, *, filled: bool = True) -> Iterator[Store]:
    """A store with the world, or another process's view of one."""
    store = Store(url, clock=clock)
    if filled:
        store.import_facts("tests", facts())
    try:
        yield store
    finally:
        store.close()


def facts() -> list[Fact]:
    """The world, with a successor that names a resource nobody knows for a form of its own."""
    return [*small_world(), *_new_world()]


def unknown_successor() -> ServiceSuccessor:
    """The form's successor pointed at a resource that is not there: the new world has no answer."""
    known = next(fact for fact in _new_world() if isinstance(fact, ServiceSuccessor))
    return ServiceSuccessor(FORM, "write", ServiceId("gone"), "write", known.source, known.dated, known.confidence)


def known_successor() -> ServiceSuccessor:
    """The form's successor as it is."""
    return next(fact for fact in _new_world() if isinstance(fact, ServiceSuccessor) and fact.resource == RESOURCE)


def send(store: Store, number: str, batch_id: str) -> Receipt:
    """Hand in a form for the party with this number."""
    unit = DataUnit(number, "r1", None, FORM, completed=False, locked=False, body="<Skjema/>")
    return submit_batch(store, CALLER, Batch(batch_id, SYSTEM, "1.1", "OnDemand", None, (unit,)))


def send_good(store: Store, number: str, batch_id: str) -> None:
    """Hand in a form that must be taken in."""
    assert send(store, number, batch_id).status is BatchStatus.OK


def begin(
    store: Store, authority: Authority, allowance: Allowance | None = None, *places: Place, cohort: str = ""
) -> tuple[AuthorityRow, ...]:
    """Set authority for the system, or for these places."""
    return set_authority(store, OPERATOR, places or (WHOLE,), authority, allowance=allowance, cohort=cohort)


def authority(store: Store, reportee: str = EVERY_REPORTEE) -> Authority:
    """Whose answer rules now."""
    return store.snapshot().authority(SYSTEM, reportee)
