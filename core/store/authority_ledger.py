"""The ledger's part for the change of authority: differences, what was compared, cohorts, and the fall-back log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from core.domain.fall_back import Counted, Direction, FallBack, Place
from core.domain.system import Authority
from core.store.tables import shadow_difference
from core.store.tables_authority import authority_cohort, compared_day, difference_mark, fall_back

_KEY = ("enterprise_system", "reportee", "authority", "day")


@dataclass(frozen=True, slots=True)
class Compared:
    """How many questions were put to both worlds on one day (ISO, UTC), under one authority row."""

    enterprise_system: int
    reportee: str
    authority: Authority
    day: str
    compared: int


@dataclass(frozen=True, slots=True)
class Mismatches:
    """Differences that are alike: under one authority row, in one direction, for the same two reasons.

    ``since`` is when the row was set; ``first`` and ``last`` are when the first and the last of them were asked.
    """

    enterprise_system: int
    reportee: str
    authority: Authority
    since: datetime
    direction: Direction
    old_reason: str
    new_reason: str
    count: int
    first: datetime
    last: datetime


class AuthorityLedger:
    """The change of authority in the current transaction."""

    def __init__(
        self, connection: Connection, keep_difference: Callable[[dict[str, Any], dict[str, Any]], None]
    ) -> None:
        self._connection = connection
        self._keep_difference = keep_difference

    # -- differences --------------------------------------------------------------------------

    def add_difference(self, difference: dict[str, Any], mark: dict[str, Any]) -> None:
        """Record that the two worlds answered differently, and under which authority row."""
        self._keep_difference(difference, mark)

    def add_compared(self, rows: Sequence[Compared]) -> None:
        """Count questions that were put to both worlds, on top of those counted before."""
        if not rows:
            return
        make = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        new = make(compared_day)
        more = {"compared": compared_day.c.compared + new.excluded.compared}
        statement = new.on_conflict_do_update(index_elements=list(_KEY), set_=more)
        # In one order everywhere, so that two who count at once do not wait for each other in a ring.
        ordered = sorted(rows, key=lambda row: tuple(str(getattr(row, name)) for name in _KEY))
        self._connection.execute(
            statement, [{name: getattr(row, name) for name in Compared.__slots__} for row in ordered]
        )

    def systems_that_differed(self, since: datetime) -> tuple[int, ...]:
        """The enterprise systems with a difference at or after ``since``, in order."""
        column = difference_mark.c.enterprise_system
        wanted = select(column).where(difference_mark.c.at >= since).distinct().order_by(column)
        return tuple(self._connection.execute(wanted).scalars())

    def counted(self, enterprise_system: int, authority: Authority, since: datetime) -> tuple[Counted, ...]:
        """How often each authority row of a system differed at or after ``since``, by the row's own time too."""
        mark = difference_mark.c
        failed = case((mark.direction == Direction.FAILED, 1), else_=0)
        wanted = (
            select(mark.reportee, mark.since, func.count() - func.sum(failed), func.sum(failed))
            .where(mark.enterprise_system == enterprise_system, mark.authority == authority, mark.at >= since)
            .group_by(mark.reportee, mark.since)
        )
        return tuple(Counted(row[0], row[1], int(row[2]), int(row[3])) for row in self._connection.execute(wanted))

    def mismatches(self, systems: Iterable[int] | None = None) -> tuple[Mismatches, ...]:
        """All differences, those that are alike together; of these systems, or of all."""
        mark, told = difference_mark.c, shadow_difference.c
        alike = (mark.enterprise_system, mark.reportee, mark.authority, mark.since, mark.direction)
        reasons = (told.old_reason, told.new_reason)
        wanted: Select[Any] = select(*alike, *reasons, func.count(), func.min(mark.at), func.max(mark.at))
        wanted = wanted.select_from(difference_mark.join(shadow_difference, mark.difference == told.id))
        if systems is not None:
            wanted = wanted.where(mark.enterprise_system.in_(tuple(systems)))
        wanted = wanted.group_by(*alike, *reasons).order_by(*alike, *reasons)
        return tuple(Mismatches(*row) for row in self._connection.execute(wanted))

    def compared(self, systems: Iterable[int] | None = None) -> tuple[Compared, ...]:
        """What was compared, day by day; of these systems, or of all."""
        table = compared_day
        wanted = select(table).order_by(*(table.c[name] for name in _KEY))
        if systems is not None:
            wanted = wanted.where(table.c.enterprise_system.in_(tuple(systems)))
        return tuple(
            Compared(row.enterprise_system, row.reportee, row.authority, row.day, row.compared)
            for row in self._connection.execute(wanted)
        )

    # -- cohorts ------------------------------------------------------------------------------

    def set_cohort(self, places: Iterable[Place], name: str) -> None:
        """Name the cohort of places, in place of the one they were in."""
        wanted = tuple(places)
        self.leave_cohorts(wanted)
        if wanted:
            self._connection.execute(authority_cohort.insert(), [{**place._asdict(), "name": name} for place in wanted])

    def leave_cohorts(self, places: Iterable[Place]) -> None:
        """Take places out of the cohort that each is in."""
        table = authority_cohort.c
        keys = [{f"of_{column}": value for column, value in place._asdict().items()} for place in places]
        here = (
            table.enterprise_system == bindparam("of_enterprise_system"),
            table.reportee == bindparam("of_reportee"),
        )
        if keys:
            self._connection.execute(delete(authority_cohort).where(*here), keys)

    def cohorts(self) -> Mapping[Place, str]:
        """The cohort of each place that is in one."""
        found = self._connection.execute(select(authority_cohort))
        return {Place(row.enterprise_system, row.reportee): row.name for row in found}

    # -- the fall-back log --------------------------------------------------------------------

    def add_fall_back(self, row: FallBack) -> None:
        """Add a line to the log."""
        self._connection.execute(fall_back.insert(), {each.name: getattr(row, each.name) for each in fields(FallBack)})

    def fall_backs(self, systems: Iterable[int] | None = None) -> tuple[FallBack, ...]:
        """The log, oldest first; of these systems, or of all."""
        wanted = select(fall_back).order_by(fall_back.c.at, fall_back.c.enterprise_system, fall_back.c.id)
        if systems is not None:
            wanted = wanted.where(fall_back.c.enterprise_system.in_(tuple(systems)))
        return tuple(FallBack(**row) for row in self._connection.execute(wanted).mappings())
