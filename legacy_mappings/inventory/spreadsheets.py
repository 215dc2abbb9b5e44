"""Sheets of an Excel workbook as lines of text: the only place that knows openpyxl."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from core import ErrorCode, InvalidInput
from legacy_mappings.inventory.csv_lines import Line

_MOST_UNPACKED = 2 * 1024**3
_HEAD = 4096


def sheets(source: str, data: bytes) -> Iterator[tuple[str, Sequence[Line]]]:
    """Each sheet that has anything in it, with its name. The number of a line is the number of the row.

    Values count, formulas by what they last came to. Raises InvalidInput for what is no workbook.
    """
    _check(source, data)
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            rows = enumerate(sheet.iter_rows(values_only=True), start=1)
            lines = [line for number, row in rows if (line := _line(number, row)) is not None]
            if lines:
                yield sheet.title, lines
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        raise _refused(source) from error


def _check(source: str, data: bytes) -> None:
    """No document type in any part (openpyxl's reader would take it), and no part that unpacks without end."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise _refused(source)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as opened:
                        if b"<!DOCTYPE" in opened.read(_HEAD).replace(b"\0", b""):
                            raise _refused(source)
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise _refused(source) from error


def _line(number: int, row: Sequence[Any]) -> Line | None:
    cells = tuple(map(_text, row))
    while cells and not cells[-1]:
        cells = cells[:-1]
    return Line(number, cells, ";".join(cells)) if any(map(str.strip, cells)) else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _refused(source: str) -> InvalidInput:
    return InvalidInput(
        ErrorCode.INVALID_INVENTORY,
        f"{source}: this is no workbook that can be read; open it in a spreadsheet and save it as .xlsx or CSV",
        details={"file": source},
    )
