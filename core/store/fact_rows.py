"""Facts and changes as rows: how they are written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Insert, and_, bindparam, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from core.domain.change import FACT_KINDS, KIND_OF, Change, Fact, FactKind, Operation
from core.domain.plain import to_plain
from core.store.register_ledger import put_users_in_order
from core.store.tables import FACT_TABLES, change, fact_sequence


class FactWriter:
    """Writes changes and the facts they leave. Its statements are built once for each store."""

    def __init__(self, dialect: str) -> None:
        self._puts = {kind.name: _put_statement(kind, dialect) for kind in FACT_KINDS}

    def write(self, connection: Connection, changes: list[Change]) -> None:
        """Write the changes, which come after all others, and everything that follows them row by row."""
        if not changes:
            return
        for (kind, operation), some in _in_runs(changes):
            if operation is Operation.PUT:
                connection.execute(self._puts[kind.name], [_row(kind, each.fact) for each in some])
            else:
                connection.execute(_REMOVES[kind.name], [_key_row(kind, each.fact) for each in some])
        connection.execute(insert(change), [_change_row(each) for each in changes])
        connection.execute(update(fact_sequence).values(value=changes[-1].sequence))
        put_users_in_order(connection, changes)


def _put_statement(kind: FactKind, dialect: str) -> Insert:
    table = FACT_TABLES[kind.name]
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = make(table)
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    keys = list(kind.key_fields)
    if not others:
        return statement.on_conflict_do_nothing(index_elements=keys)
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


_REMOVES = {
    kind.name: delete(FACT_TABLES[kind.name]).where(
        and_(*(FACT_TABLES[kind.name].c[name] == bindparam(f"key_{name}") for name in kind.key_fields))
    )
    for kind in FACT_KINDS
}
_FIELDS = {kind.name: [each.name for each in fields(kind.record)] for kind in FACT_KINDS}


def _row(kind: FactKind, fact: Fact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in _FIELDS[kind.name]}


def _key_row(kind: FactKind, fact: Fact) -> dict[str, Any]:
    return {f"key_{name}": getattr(fact, name) for name in kind.key_fields}


def _change_row(each: Change) -> dict[str, Any]:
    return {
        "sequence": each.sequence,
        "operation": each.operation,
        "kind": KIND_OF[type(each.fact)].name,
        "fact": json.dumps(to_plain(each.fact), ensure_ascii=False, sort_keys=True),
        "at": each.at,
        "by": each.by,
    }


def _in_runs(changes: list[Change]) -> Iterator[tuple[tuple[FactKind, Operation], list[Change]]]:
    """Neighbouring changes of one kind and operation, together, in order."""
    run: list[Change] = []
    for each in changes:
        if run and (type(run[0].fact), run[0].operation) != (type(each.fact), each.operation):
            yield (KIND_OF[type(run[0].fact)], run[0].operation), run
            run = []
        run.append(each)
    if run:
        yield (KIND_OF[type(run[0].fact)], run[0].operation), run
