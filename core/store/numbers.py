"""Numbers that clients see: each series rises, and no number is given twice."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from core.store.tables_forms import STARTS, counter

_TAKE = select(counter.c.name, counter.c.value).order_by(counter.c.name).with_for_update()
_KEEP = update(counter).where(counter.c.name == bindparam("series")).values(value=bindparam("next"))


class Numbers:
    """The numbers of one transaction.

    The first one asked for takes the rows of all series, and holds them until the commit: transactions that
    number things run one after the other, and never wait for each other in a circle. So ask for a number
    before any row is written that another transaction may be writing too.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._next: dict[str, int] = {}
        self._taken: set[str] = set()

    def take(self, name: str, count: int) -> int:
        """The first of ``count`` new numbers of the series ``name``, which `STARTS` knows."""
        if not self._next:
            self._next = self._hold()
        first = self._next[name]
        self._next[name] = first + count
        self._taken.add(name)
        return first

    def keep(self) -> None:
        """Write how far the series have come. The ledger calls it before the commit."""
        if self._taken:
            self._connection.execute(
                _KEEP, [{"series": name, "next": self._next[name]} for name in sorted(self._taken)]
            )
            self._taken.clear()

    def _hold(self) -> dict[str, int]:
        found = self._read()
        if found.keys() < STARTS.keys():
            make = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
            begin = make(counter).on_conflict_do_nothing(index_elements=["name"])
            self._connection.execute(begin, [{"name": name, "value": start} for name, start in sorted(STARTS.items())])
            found = self._read()
        return found

    def _read(self) -> dict[str, int]:
        return {row.name: row.value for row in self._connection.execute(_TAKE)}
