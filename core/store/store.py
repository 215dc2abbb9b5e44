"""The store: facts and ledger, one transaction at a time, and a snapshot that is never stale."""

from __future__ import annotations

import gc
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, get_type_hints

from sqlalchemy import Connection, select, update

from core.domain.change import FACT_KINDS, KIND_NAMED, KIND_OF, Change, Edit, Fact, FactKind, Operation
from core.domain.fold import apply_changes, build_snapshot
from core.domain.plain import from_plain
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import DecisionTerms
from core.store.engines import normal_url, open_engine, outage
from core.store.fact_rows import FactWriter
from core.store.feed_ledger import note_changes
from core.store.freshness import Freshness, make_freshness
from core.store.group_commit import GroupCommit
from core.store.keeping import Kept, pages_of, put_back
from core.store.ledger import Ledger, Statements
from core.store.tables import FACT_TABLES, change, fact_sequence

T = TypeVar("T")
Clock = Callable[[], datetime]

_ROWS_AT_A_TIME = 10_000
_RELOAD_AFTER = 50_000
# Beyond this many missed changes it is quicker to load the facts than to follow the changes.


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """What a command decided to write, and what it returns to its caller.

    ``beside`` writes what belongs to it into the ledger, in the same transaction and after the changes; the facts
    that it sees are those from before them.
    """

    edits: tuple[Edit, ...]
    value: T
    beside: Callable[[Ledger], None] | None = None


Command = Callable[[Snapshot], Written[T]]


class Store:
    """Facts and ledger in one database.

    Questions take `snapshot`, which is as new as the newest commit anywhere. Facts are written by
    `change`, ledger rows by `write`. Safe to use from many threads; many stores, in many processes,
    may have the same database open.
    """

    def __init__(self, url: str, *, clock: Clock = utc_now, terms: DecisionTerms | None = None) -> None:
        self.clock = clock
        self._url = normal_url(url)
        self._reader = open_engine(self._url, writing=False)
        self._writer = open_engine(self._url, writing=True)
        self._statements = Statements(self._reader.dialect.name)
        self._group: GroupCommit[Ledger] = GroupCommit(self._ledger_transaction)
        self._snapshot_lock = threading.Lock()
        self._companions: dict[type, Any] = {}
        self._companion_lock = threading.Lock()
        self._facts = FactWriter(self._reader.dialect.name)
        with outage():
            self._snapshot = self._load(terms or DecisionTerms())
        self._freshness: Freshness = make_freshness(self._reader, self._refresh, lambda: self._snapshot.sequence)

    def close(self) -> None:
        """Let go of the database."""
        self._freshness.close()
        self._reader.dispose()
        self._writer.dispose()

    def companion(self, kind: type[T]) -> T:
        """The one object of this class that lives as long as the store: memory that commands keep between calls.

        Made without arguments at the first call. It must be safe to use from many threads.
        """
        with self._companion_lock:
            if kind not in self._companions:
                self._companions[kind] = kind()
            found: T = self._companions[kind]
            return found

    # -- asking -------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """All facts, as new as the newest commit at the moment of the call.

        Raises Unavailable where that cannot be made sure: an old answer is never given.
        """
        with outage():
            self._freshness.ensure()
        return self._snapshot

    def seen(self) -> Snapshot:
        """All facts as this process has last seen them: enough where the same call has just asked `snapshot`."""
        return self._snapshot

    def changes_since(self, sequence: int, *, limit: int = 1000) -> tuple[Change, ...]:
        """The changes after ``sequence``, in order, at most ``limit`` of them. Raises Unavailable."""
        with outage(), self._reader.connect() as connection:
            return tuple(_changes_after(connection, sequence, limit))

    def find(self, kind: str, *key: object) -> Fact | None:
        """The fact of this kind with this key, read from its row, or None. Raises Unavailable."""
        wanted = KIND_NAMED[kind]
        table = FACT_TABLES[kind]
        where = [table.c[name] == value for name, value in zip(wanted.key_fields, key, strict=True)]
        with outage(), self._reader.connect() as connection:
            row = connection.execute(select(table).where(*where)).one_or_none()
        return None if row is None else wanted.record(*row)

    def facts(self) -> Iterator[Fact]:
        """Every fact, kind by kind in the order of import, from one consistent view. Raises Unavailable."""
        with outage(), self._consistent_view() as connection:
            yield from _all_facts(connection)

    def read(self, work: Callable[[Ledger], T]) -> T:
        """Run ``work`` on the ledger without writing. Raises Unavailable."""
        with outage(), self._reader.connect() as connection:
            return work(Ledger(connection, self._statements, self._catch_up))

    def form_schema(self, form: str) -> str | None:
        """The XSD text of a form as it is now, or None. Asked for every complete form. Raises Unavailable."""
        with outage(), self._freshness.reading() as connection:
            found = self._statements.form_schema.rows(connection, of_form=form)
        return str(found[0]["text"]) if found else None

    def token_epoch(self) -> int:
        """A number that rises when tokens were taken back or keys changed, anywhere. Raises Unavailable."""
        with outage():
            return self._freshness.token_epoch()

    # -- writing ------------------------------------------------------------------------------

    def write(self, work: Callable[[Ledger], T]) -> T:
        """Run ``work`` in a ledger transaction, which it may share with others; returns after the commit.

        ``work`` may be run twice and must do nothing outside the ledger it is given. Raises what it
        raises, or Unavailable; then nothing is stored.
        """
        with outage():
            return self._group.run(work)

    def change(self, by: str, command: Command[T]) -> T:
        """Run ``command`` on the newest facts and write what it decides; returns after commit and apply.

        No other fact transaction runs meanwhile, here or in any other process: what the command sees is
        still so when its changes are written, and the order of commits is the order of sequence numbers.
        Raises what the command raises, or Unavailable; then nothing is written.
        """
        with outage(), self._group.alone():
            with self._writer.begin() as connection:
                number = _take_counter(connection)
                before = self._catch_up(connection, number)
                written = command(before)
                changes = self._number(_leaving_their_places(connection, written.edits), number, by)
                self._facts.write(connection, changes)
                note_changes(connection, before, changes)
                self._write_beside(connection, written.beside)
            self._advance(changes)
        return written.value

    def import_facts(self, by: str, facts: Iterable[Fact], beside: Callable[[Ledger], None] | None = None) -> int:
        """Put many facts at once, in one transaction and a few thousand rows at a time; returns how many.

        ``beside`` writes what belongs to them into the ledger, in the same transaction. The facts are not
        checked against each other here. Raises what ``beside`` raises, or Unavailable; then nothing is written.
        """
        with outage(), self._group.alone():
            with self._writer.begin() as connection:
                number = first = _take_counter(connection)
                before = self._catch_up(connection, number)
                for some in _in_groups(facts, _ROWS_AT_A_TIME):
                    puts: Iterable[Edit] = (Edit(Operation.PUT, fact) for fact in some)
                    changes = self._number(_leaving_their_places(connection, puts) if first else puts, number, by)
                    self._facts.write(connection, changes)
                    note_changes(connection, before, changes)
                    number += len(changes)
                self._write_beside(connection, beside)
            with self._reader.connect() as connection:
                self._catch_up(connection)
        return number - first

    def _number(self, edits: Iterable[Edit], after: int, by: str) -> list[Change]:
        at = self.clock()
        return [Change(after + step, edit.operation, edit.fact, at, by) for step, edit in enumerate(edits, start=1)]

    def _write_beside(self, connection: Connection, beside: Callable[[Ledger], None] | None) -> None:
        if beside is not None:
            ledger = Ledger(connection, self._statements, lambda _: self._snapshot)
            beside(ledger)
            ledger.flush()

    @contextmanager
    def _ledger_transaction(self) -> Iterator[Ledger]:
        with self._writer.begin() as connection:
            ledger = Ledger(connection, self._statements, self._catch_up)
            yield ledger
            ledger.flush()

    # -- keeping ------------------------------------------------------------------------------

    def keep(self) -> Kept:
        """Everything in the embedded database as it is now, for `return_to`. Raises Unavailable for another one."""
        with outage(), self._group.alone():
            return Kept(self.snapshot(), pages_of(self._writer))

    def return_to(self, kept: Kept) -> None:
        """Make everything as it was, as if nothing had happened since: numbers that were given are given again.

        For tests only: no other process may have the database open. Raises Unavailable.
        """
        with outage(), self._group.alone(), self._snapshot_lock, self._companion_lock:
            put_back(kept.pages, self._writer)
            self._snapshot = kept.snapshot
            self._companions.clear()

    # -- freshness ----------------------------------------------------------------------------

    def _refresh(self, connection: Connection) -> None:
        self._catch_up(connection)

    def _catch_up(self, connection: Connection, newest: int | None = None) -> Snapshot:
        """Bring the shared snapshot up to what ``connection`` sees, and return it."""
        if newest is None:
            newest = int(connection.execute(self._statements.sequence).scalar_one())
        seen = self._snapshot.sequence
        if newest - seen > _RELOAD_AFTER:
            self._replace(self._load(self._snapshot.terms))
        elif newest > seen:
            self._advance(list(_changes_after(connection, seen, newest - seen)))
        return self._snapshot

    def _advance(self, changes: list[Change]) -> None:
        with self._snapshot_lock:
            unseen = [each for each in changes if each.sequence > self._snapshot.sequence]
            if unseen:
                self._snapshot = apply_changes(self._snapshot, unseen)

    def _replace(self, snapshot: Snapshot) -> None:
        with self._snapshot_lock:
            if snapshot.sequence > self._snapshot.sequence:
                self._snapshot = snapshot

    @contextmanager
    def _consistent_view(self) -> Iterator[Connection]:
        with self._reader.connect() as plain:
            is_postgresql = plain.dialect.name == "postgresql"
            connection = plain.execution_options(isolation_level="REPEATABLE READ") if is_postgresql else plain
            with connection.begin():
                yield connection

    def _load(self, terms: DecisionTerms) -> Snapshot:
        with self._consistent_view() as connection, _no_collection():
            sequence = int(connection.execute(self._statements.sequence).scalar_one())
            return build_snapshot(_all_facts(connection), sequence=sequence, terms=terms)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector out while millions of records are made: none is garbage, and looking costs most."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _all_facts(connection: Connection) -> Iterator[Fact]:
    shared: dict[str, str] = {}
    for kind in FACT_KINDS:
        table = FACT_TABLES[kind.name]
        record = kind.record
        places = _SHARED[kind.name]
        rows = connection.execution_options(yield_per=_ROWS_AT_A_TIME).execute(select(table))
        for some in rows.partitions():
            for row in some:
                values = list(row)
                for place in places:
                    text = values[place]
                    values[place] = shared.setdefault(text, text)
                yield record(*values)


def _changes_after(connection: Connection, sequence: int, limit: int) -> Iterator[Change]:
    wanted = select(change).where(change.c.sequence > sequence).order_by(change.c.sequence).limit(limit)
    for row in connection.execute(wanted):
        fact = from_plain(KIND_NAMED[row.kind].record, json.loads(row.fact))
        yield Change(row.sequence, row.operation, fact, row.at, row.by)


def _take_counter(connection: Connection) -> int:
    """Take the one counter row, and hold it until the transaction ends. Returns the newest sequence."""
    take = update(fact_sequence).values(value=fact_sequence.c.value).returning(fact_sequence.c.value)
    return int(connection.execute(take).scalar_one())


_OWN_IDS = frozenset({"register_role", "role_grant", "package_delegation", "right_delegation", "client_delegation"})


def _shared_places(kind: FactKind) -> tuple[int, ...]:
    """Which columns hold texts that many facts have alike (ids of parties and systems, codes, grounds).

    Read from the database each is a text of its own; a million facts are half as large when they share them.
    A fact's own id is shared with none where nothing points at it.
    """
    hints = get_type_hints(kind.record)
    return tuple(
        place
        for place, each in enumerate(fields(kind.record))
        if getattr(hints[each.name], "__supertype__", hints[each.name]) is str
        and not (each.name == "id" and kind.name in _OWN_IDS)
    )


_SHARED = {kind.name: _shared_places(kind) for kind in FACT_KINDS}


# Where the snapshot keeps a fact, or finds it by: a put that changes this takes it out of its old place first.
_PLACES = {
    "register_role": ("party", "holder"),
    "role_grant": ("reportee",),
    "package_delegation": ("giver",),
    "right_delegation": ("giver",),
    "client_delegation": ("client",),
}


def _leaving_their_places(connection: Connection, edits: Iterable[Edit]) -> Iterator[Edit]:
    for edit in edits:
        kind = KIND_OF[type(edit.fact)]
        places = _PLACES.get(kind.name)
        if places is not None and edit.operation is Operation.PUT:
            table = FACT_TABLES[kind.name]
            (key,) = kind.key(edit.fact)
            row = connection.execute(select(table).where(table.c.id == key)).one_or_none()
            before = None if row is None else kind.record(*row)
            if before is not None and any(getattr(before, name) != getattr(edit.fact, name) for name in places):
                yield Edit(Operation.REMOVE, before)
        yield edit


def _in_groups(items: Iterable[T], size: int) -> Iterator[list[T]]:
    group: list[T] = []
    for item in items:
        group.append(item)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group
