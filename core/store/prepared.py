"""Statements of the hot path: written with SQLAlchemy, compiled once, and handed to the driver as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, PoolProxiedConnection, Select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert


class Prepared:
    """An insert that costs little more than the driver takes for it.

    SQLAlchemy's own execution takes several times as long as SQLite needs for a row. Values go through the
    types of their columns, as always.
    """

    def __init__(self, insert: Insert, dialect: str) -> None:
        named = _named(dialect)
        columns = insert.table.c
        self._text = str(insert.compile(dialect=named))
        makers = ((column.name, column.type.dialect_impl(named).bind_processor(named)) for column in columns)
        self._made = tuple((name, make) for name, make in makers if make is not None)

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert the rows; how many were added."""
        given = [self._as_driven(row) for row in rows] if self._made else rows
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(self._text, given)
            return cursor.rowcount
        finally:
            cursor.close()

    def _as_driven(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {**row, **{name: make(row[name]) for name, make in self._made}}


class PreparedQuery:
    """A select with named parameters that costs little more than the driver takes for it.

    Values come through the types of their columns, as always. Parameters are texts and numbers.
    """

    def __init__(self, query: Select[Any], dialect: str) -> None:
        named = _named(dialect)
        self._text = str(query.compile(dialect=named))
        columns = tuple(query.selected_columns)
        self._names = tuple(column.name for column in columns)
        makers = (column.type.dialect_impl(named).result_processor(named, None) for column in columns)
        self._made = tuple((name, make) for name, make in zip(self._names, makers, strict=True) if make is not None)

    def rows(self, connection: PoolProxiedConnection, **parameters: str | int) -> list[dict[str, Any]]:
        """The rows found, each by the names of its columns."""
        cursor = connection.cursor()
        try:
            cursor.execute(self._text, parameters)
            return [self._as_named(row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def _as_named(self, row: Sequence[Any]) -> dict[str, Any]:
        found = dict(zip(self._names, row, strict=True))
        for name, make in self._made:
            found[name] = make(found[name])
        return found


def _named(dialect: str) -> Dialect:
    """The dialect with named parameters: both drivers take a mapping then."""
    named: Dialect = sqlite.dialect(paramstyle="named") if dialect == "sqlite" else postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]
    return named
