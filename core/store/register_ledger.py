"""The ledger's part for the system register: its change log, and the order that system users came in."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Select, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from core.domain.change import Change, Operation
from core.domain.new_records import NewSystem
from core.domain.plain import from_plain, to_plain
from core.domain.system import SystemUser
from core.domain.system_change import NumberedUser, StreamedUser, SystemChange
from core.store.tables import FACT_TABLES, change
from core.store.tables_register import system_change, system_user_order

_ROWS_AT_A_TIME = 10_000


class RegisterLedger:
    """The system register in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_change(self, sequence: int, new: SystemChange) -> None:
        """Remember a change to a system, with the sequence of the change itself."""
        whole = None if new.whole is None else json.dumps(to_plain(new.whole), ensure_ascii=False)
        values = {name: getattr(new, name) for name in ("system", "kind", "by", "client", "at", "rights", "packages")}
        self._connection.execute(insert(system_change), {**values, "sequence": sequence, "whole": whole})

    def changes_of(self, system: str) -> tuple[SystemChange, ...]:
        """The change log of a system, newest first."""
        wanted = select(system_change).where(system_change.c.system == system)
        rows = self._connection.execute(wanted.order_by(system_change.c.sequence.desc()))
        return tuple(_change(row) for row in rows)

    def users_of_system(self, system: str, start: int, limit: int) -> tuple[NumberedUser, ...]:
        """The system's standing users, from the ordinal ``start`` on, in order of ordinal."""
        order = system_user_order.c
        wanted = _standing().where(order.system == system, order.ordinal >= start).limit(limit)
        return tuple(NumberedUser(row[0], SystemUser(*row[1:])) for row in self._connection.execute(wanted))

    def users_of_owner(self, owner: str) -> tuple[SystemUser, ...]:
        """The owner's standing system users, in order of ordinal."""
        wanted = _standing().where(system_user_order.c.owner == owner)
        return tuple(SystemUser(*row[1:]) for row in self._connection.execute(wanted))

    def users_after(self, sequence: int, limit: int) -> tuple[StreamedUser, ...]:
        """Every system user whose newest change is after ``sequence``, removed ones too, in order of that change."""
        wanted = _streamed().where(system_user_order.c.latest > sequence)
        rows = self._connection.execute(wanted.order_by(system_user_order.c.latest).limit(limit))
        return tuple(_user(row) for row in rows)

    def user(self, user: str) -> StreamedUser | None:
        """The system user as it was left by the newest change to it; None where there never was one."""
        row = self._connection.execute(_streamed().where(system_user_order.c.id == user)).one_or_none()
        return None if row is None else _user(row)

    def newest_user_change(self) -> int:
        """The sequence of the newest change to any system user; 0 where there never was one."""
        return self._connection.execute(select(func.max(system_user_order.c.latest))).scalar_one() or 0


def _standing() -> Select[Any]:
    order, users = system_user_order.c, FACT_TABLES["system_user"]
    joined = system_user_order.join(users, users.c.id == order.id)
    wanted = select(order.ordinal, users).select_from(joined)
    return wanted.where(order.removed.is_(False)).order_by(order.ordinal)


def _streamed() -> Select[Any]:
    order = system_user_order.c
    joined = system_user_order.join(change, change.c.sequence == order.latest)
    return select(order.latest, order.removed, change.c.fact, change.c.at).select_from(joined)


def _user(row: Any) -> StreamedUser:
    return StreamedUser(row.latest, from_plain(SystemUser, json.loads(row.fact)), row.removed, row.at)


def _change(row: Any) -> SystemChange:
    whole = None if row.whole is None else from_plain(NewSystem, json.loads(row.whole))
    return SystemChange(row.system, row.kind, row.by, row.client, row.at, whole, row.rights, row.packages)


# -- the order of system users --------------------------------------------------------------------


def put_users_in_order(connection: Connection, changes: list[Change]) -> None:
    """Give each system user that comes with ``changes`` its ordinal, and note what became of the others."""
    rows = [_row(each) for each in changes if isinstance(each.fact, SystemUser)]
    if rows:
        connection.execute(_upsert(connection.dialect.name), rows)


def put_older_users_in_order(connection: Connection) -> None:
    """Do the same for the system users of a database that was made before there was an order."""
    known = connection.execute(select(func.max(system_user_order.c.latest))).scalar_one() or 0
    wanted = select(change).where(change.c.kind == "system_user", change.c.sequence > known).order_by(change.c.sequence)
    for some in connection.execute(wanted).partitions(_ROWS_AT_A_TIME):
        put_users_in_order(connection, [_written(row) for row in some])


def _written(row: Any) -> Change:
    return Change(row.sequence, row.operation, from_plain(SystemUser, json.loads(row.fact)), row.at, row.by)


def _row(each: Change) -> dict[str, Any]:
    fact: Any = each.fact
    removed = each.operation is Operation.REMOVE
    numbers = {"ordinal": each.sequence, "latest": each.sequence}
    return {**numbers, "id": fact.id, "system": fact.system, "owner": fact.owner, "removed": removed}


@cache
def _upsert(dialect: str) -> Insert:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(system_user_order)
    new = statement.excluded
    changed = {"latest": new.latest, "removed": new.removed, "system": new.system, "owner": new.owner}
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)
