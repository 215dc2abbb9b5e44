"""The ledger's part for code lists."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, delete, func, select

from core.domain.code_list import CodeList, CodeRow
from core.store.tables_messages import code_list


class CodeListsLedger:
    """Code lists in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, new: CodeList) -> None:
        """Keep a code list, in place of one with its name, version and language, whose number it gets."""
        table = code_list
        same = (table.c.name == new.name, table.c.version == new.version, table.c.language == new.language)
        before = self._connection.execute(select(table.c.id).where(*same)).scalar_one_or_none()
        highest = self._connection.execute(select(func.max(table.c.id))).scalar_one()
        number = before if before is not None else (highest or 0) + 1
        self._connection.execute(delete(table).where(*same))
        entries = json.dumps([[row.code, row.value1, row.value2, row.value3] for row in new.rows], ensure_ascii=False)
        values = {"id": number, "name": new.name, "version": new.version, "language": new.language, "entries": entries}
        self._connection.execute(table.insert(), values)

    def named(self, name: str) -> tuple[CodeList, ...]:
        """The code list in every version and language, newest version first."""
        table = code_list
        wanted = select(table).where(table.c.name == name).order_by(table.c.version.desc(), table.c.language)
        return tuple(_list(row) for row in self._connection.execute(wanted))

    def every(self) -> tuple[CodeList, ...]:
        """Every code list, in order of name, version and language."""
        table = code_list
        wanted = select(table).order_by(table.c.name, table.c.version, table.c.language)
        return tuple(_list(row) for row in self._connection.execute(wanted))


def _list(row: Any) -> CodeList:
    rows = tuple(CodeRow(*values) for values in json.loads(row.entries))
    return CodeList(row.name, row.version, row.language, rows, row.id)
