"""The ledger's part for the change feed: changes in order, with what was noted on them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, insert, select

from core.domain.change import KIND_NAMED, KIND_OF, Change, Fact, Operation
from core.domain.feed import FED, Noted, notes_on
from core.domain.plain import from_plain, to_plain
from core.domain.snapshot import Snapshot
from core.store.tables import change
from core.store.tables_feed import change_note

_FED = tuple(KIND_OF[record].name for record in FED)


class FeedLedger:
    """The change feed in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(self) -> int:
        """The newest change of any kind; 0 before the first."""
        found = self._connection.execute(select(change.c.sequence).order_by(change.c.sequence.desc()).limit(1))
        return found.scalar_one_or_none() or 0

    def after(self, sequence: int, upto: int, most: int) -> tuple[Noted, ...]:
        """The changes that are told, after ``sequence`` and up to ``upto``, in order, ``most`` of them at the most.

        Changes commit in the order of their sequence, so none can come in between later.
        """
        cause = change.alias("cause")
        joined = change.outerjoin(change_note, change_note.c.sequence == change.c.sequence)
        joined = joined.outerjoin(cause, cause.c.sequence == change_note.c.cause)
        columns = [each.label(f"cause_{each.name}") for each in cause.c]
        wanted = select(change, change_note.c.before, *columns).select_from(joined)
        wanted = wanted.where(change.c.sequence > sequence, change.c.sequence <= upto, change.c.kind.in_(_FED))
        return tuple(_noted(row) for row in self._connection.execute(wanted.order_by(change.c.sequence).limit(most)))


def note_changes(connection: Connection, snapshot: Snapshot, changes: Iterable[Change]) -> None:
    """Note, in their transaction, what the changes cannot tell themselves. ``snapshot`` is from before them."""
    if snapshot.sequence == 0:
        # Before the first change there was nothing to take the place of.
        return
    rows = [
        {"sequence": note.sequence, "before": None if note.before is None else _text(note.before), "cause": note.cause}
        for note in notes_on(snapshot, changes)
    ]
    if rows:
        connection.execute(insert(change_note), rows)


def _noted(row: Any) -> Noted:
    written = Change(row.sequence, row.operation, _fact(row.kind, row.fact), row.at, row.by)
    before = None if row.before is None else _fact(row.kind, row.before)
    if row.cause_sequence is None:
        return Noted(written, before, None)
    operation: Operation = row.cause_operation
    cause = Change(row.cause_sequence, operation, _fact(row.cause_kind, row.cause_fact), row.cause_at, row.cause_by)
    return Noted(written, before, cause)


def _fact(kind: str, text: str) -> Fact:
    return from_plain(KIND_NAMED[kind].record, json.loads(text))


def _text(fact: Fact) -> str:
    return json.dumps(to_plain(fact), ensure_ascii=False, sort_keys=True)
