"""The census of old calls at work: counted in memory, written now and then, asked by the operator.

A call costs a few microseconds. What has been counted and not written yet is lost when the process is killed;
the total of all processes is exact otherwise.
"""

from __future__ import annotations

import ipaddress
import re
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.domain.census import (
    CallerCensus,
    CallTally,
    OldCall,
    TurnedAway,
    WatchedPeriod,
    callers_in,
    turned_away,
    watched_periods,
)
from core.domain.identifiers import mask_numbers_in
from core.domain.snapshot import Snapshot
from core.errors import ErrorCode, NotFound
from core.services.brown_outs import planned_brown_outs
from core.store.store import Store

_NORWAY = ZoneInfo("Europe/Oslo")
_MOST_STRANGERS = 1_000
_MOST_KINDS = 5_000
_LONGEST_AGENT = 120
_LONGEST_TEXT = 200
_STRANGERS_NETWORK = 64
_WRITERS_KEPT = timedelta(days=7)
_UNWRITABLE = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]")

ELSEWHERE = "elsewhere"
"""As the address: one of too many to be told apart, or of calls that nobody could have counted one by one."""


@dataclass(slots=True)
class _Count:
    """How many, and when the first and the last of them were."""

    calls: int
    first: datetime
    last: datetime

    def add(self, at: datetime) -> None:
        """One more. Threads need not come in the order in which they looked at the clock."""
        self.calls += 1
        if at > self.last:
            self.last = at
        elif at < self.first:
            self.first = at


@dataclass(frozen=True, slots=True)
class _Batch:
    """Counts on their way into the store. They keep their number until they are in."""

    number: int
    tallies: tuple[CallTally, ...]


class _Counts:
    """What this process has counted and not written. One for each store; safe to use from many threads."""

    def __init__(self) -> None:
        self.writing = threading.Lock()
        self.process = str(uuid.uuid4())
        self._lock = threading.Lock()
        self._counts: dict[tuple[date, OldCall], _Count] = {}
        self._day = date.min
        self._day_begins = self._day_ends = datetime.min.replace(tzinfo=UTC)
        self._strangers: set[str] = set()
        self._waiting: _Batch | None = None
        self._batches = 0

    def count(self, call: OldCall, at: datetime) -> None:
        """One more call."""
        with self._lock:
            if not self._day_begins <= at < self._day_ends:
                self._turn_to(at)
            if not call.proven:
                call = self._stranger(call)
            found = self._counts.get((self._day, call))
            if found is not None:
                found.add(at)
                return
            if len(self._counts) >= _MOST_KINDS:
                call = call._replace(address=ELSEWHERE, agent="")
            self._counts.setdefault((self._day, call), _Count(0, at, at)).add(at)

    def batch(self) -> _Batch:
        """What is to be written now: the batch that has not got in yet, else everything counted since the last."""
        if self._waiting is None:
            with self._lock:
                counts, self._counts = self._counts, {}
            self._batches += 1
            self._waiting = _Batch(self._batches, _tallies(counts))
        return self._waiting

    def written(self) -> None:
        """The batch is in."""
        self._waiting = None

    def _turn_to(self, at: datetime) -> None:
        """Another day, in Norway: the year's rhythm of returns is theirs."""
        self._day = at.astimezone(_NORWAY).date()
        midnights = (datetime.combine(self._day + timedelta(days=days), time.min, _NORWAY) for days in (0, 1))
        self._day_begins, self._day_ends = (each.astimezone(UTC) for each in midnights)
        self._strangers = set()

    def _stranger(self, call: OldCall) -> OldCall:
        """A call of nobody who has logged on. Whoever sends it chooses what it says, so little of that is kept."""
        network = _network(call.address)
        if network not in self._strangers:
            if len(self._strangers) >= _MOST_STRANGERS:
                return call._replace(address=ELSEWHERE, agent="")
            self._strangers.add(network)
        return call._replace(address=network, agent="")


def count_call(store: Store, call: OldCall) -> None:
    """Count one call that has been answered. Nothing is written: see `write_census`."""
    store.companion(_Counts).count(call, store.clock())


def write_census(store: Store) -> int:
    """Write what this process has counted, added to what others have; returns how many calls that were.

    Raises Unavailable; then the counts are kept, and are written once, at the next call that gets through.
    """
    counts = store.companion(_Counts)
    with counts.writing:
        batch = counts.batch()
        if batch.tallies:
            now = store.clock()
            store.write(lambda ledger: ledger.census.add(counts.process, batch.number, batch.tallies, now))
            if batch.number == 1:
                store.write(lambda ledger: ledger.census.forget_writers(now - _WRITERS_KEPT))
        counts.written()
    return sum(tally.calls for tally in batch.tallies)


def who_calls(store: Store, *, since: date | None = None, until: date | None = None) -> CallerCensus:
    """Who called from ``since`` to ``until``, both included (days in Norway), and where it leads.

    Without ``until`` the trend is that of the weeks before today. Raises Unavailable. Source:
    users-and-migration §3 item 10 (who still calls which operation, from where, with trend and projected end).
    """
    write_census(store)
    today = _today(store) if until is None else until + timedelta(days=1)
    return store.read(lambda ledger: callers_in(ledger.census.tallies(since, until), today))


def census_coverage(store: Store) -> tuple[WatchedPeriod, ...]:
    """Each month-end and VAT term since the census began, and what was counted on it. Raises Unavailable."""
    write_census(store)
    return store.read(lambda ledger: watched_periods(ledger.census.tallies(), _today(store)))


def brown_out_result(store: Store, brown_out: str) -> tuple[TurnedAway, ...]:
    """Whom a brown-out turned away, and who has called again since. Raises NotFound, Unavailable."""
    found = next((each for each in planned_brown_outs(store.snapshot()) if each.id == brown_out), None)
    if found is None:
        raise NotFound(ErrorCode.BROWN_OUT_NOT_FOUND, "there is no brown-out with this id")
    write_census(store)
    since, ends = found.begins.astimezone(_NORWAY).date(), found.ends
    return store.read(lambda ledger: turned_away(ledger.census.tallies(since), brown_out, ends))


def claimed_caller(snapshot: Snapshot, enterprise_system: int | None) -> str:
    """The name of a system that a call claims to be, where there is one of that number; else empty.

    What else is claimed is not kept: it may be anything, an identity number too.
    """
    known = enterprise_system is not None and enterprise_system in snapshot.enterprise_systems
    return f"enterprise-system:{enterprise_system}" if known else ""


def _today(store: Store) -> date:
    return store.clock().astimezone(_NORWAY).date()


def _tallies(counts: dict[tuple[date, OldCall], _Count]) -> tuple[CallTally, ...]:
    """The counts with texts as they may be kept; those that become alike are one."""
    found: dict[tuple[date, OldCall], _Count] = {}
    for (day, raw), count in counts.items():
        kept = raw._replace(address=_text(raw.address, _LONGEST_TEXT), agent=_text(raw.agent, _LONGEST_AGENT))
        there = found.setdefault((day, kept), _Count(0, count.first, count.last))
        there.calls += count.calls
        there.first, there.last = min(there.first, count.first), max(there.last, count.last)
    return tuple(CallTally(day, call, each.calls, each.first, each.last) for (day, call), each in found.items())


def _text(text: str, longest: int) -> str:
    return mask_numbers_in(_UNWRITABLE.sub("?", text[:longest]))


def _network(address: str) -> str:
    """An address; of the many that one subscriber has in version 6, their network."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((int(parsed), _STRANGERS_NETWORK), strict=False))
