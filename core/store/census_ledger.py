"""The ledger's part for the census: counts of old calls are added to those of other processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Insert, Table, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from core.domain.census import CallTally, OldCall
from core.store.tables_census import census_writer, old_call

_KEY = [column.name for column in old_call.primary_key]
_ROWS_AT_A_TIME = 5_000

_Insert = sqlite.Insert | postgresql.Insert


class CensusLedger:
    """The census in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, process: str, batch: int, tallies: Iterable[CallTally], now: datetime) -> bool:
        """Add a batch of counts to what is there; False, and nothing added, where this batch is in already.

        The batches of a process are numbered, and each comes after the one before it.
        """
        written = select(census_writer.c.batch).where(census_writer.c.process == process)
        if (self._connection.execute(written).scalar_one_or_none() or 0) >= batch:
            return False
        note = {"process": process, "batch": batch, "at": now}
        self._connection.execute(self._upsert_writer(), note)
        # In one order everywhere: two processes that write the same rows wait for each other once.
        rows = [_row(tally) for tally in sorted(tallies, key=lambda tally: (tally.day, tally.call))]
        if rows:
            self._connection.execute(self._upsert_calls(), rows)
        return True

    def forget_writers(self, before: datetime) -> None:
        """Drop the notes of processes that have written nothing since then."""
        self._connection.execute(delete(census_writer).where(census_writer.c.at < before))

    def tallies(self, since: date | None = None, until: date | None = None) -> Iterator[CallTally]:
        """The counts of the days from ``since`` to ``until``, both included, in order of day."""
        wanted = select(old_call).order_by(*(old_call.c[name] for name in _KEY))
        if since is not None:
            wanted = wanted.where(old_call.c.day >= since.isoformat())
        if until is not None:
            wanted = wanted.where(old_call.c.day <= until.isoformat())
        for row in self._connection.execution_options(yield_per=_ROWS_AT_A_TIME).execute(wanted):
            day, *call, calls, first, last = row
            yield CallTally(date.fromisoformat(day), OldCall(*call), calls, first, last)

    def _upsert_calls(self) -> Insert:
        statement = self._insert(old_call)
        new, old = statement.excluded, old_call.c
        return statement.on_conflict_do_update(
            index_elements=_KEY,
            set_={
                "calls": old.calls + new.calls,
                "first": case((new.first < old.first, new.first), else_=old.first),
                "last": case((new.last > old.last, new.last), else_=old.last),
            },
        )

    def _upsert_writer(self) -> Insert:
        statement = self._insert(census_writer)
        new = {"batch": statement.excluded.batch, "at": statement.excluded.at}
        return statement.on_conflict_do_update(index_elements=["process"], set_=new)

    def _insert(self, table: Table) -> _Insert:
        make = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        return make(table)


def _row(tally: CallTally) -> dict[str, Any]:
    counts = {"calls": tally.calls, "first": tally.first, "last": tally.last}
    return {"day": tally.day.isoformat(), **tally.call._asdict(), **counts}
