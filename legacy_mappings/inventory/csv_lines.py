"""Delimited text cut into records: quoted cells may hold line breaks, and a stray quote never swallows other rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import NamedTuple

_MOST_LINES_OF_A_RECORD = 50

NEVER_CLOSED = "A quotation mark is opened and never closed. Remove it or close it in the file."
TOO_LONG = "A cell is longer than can be read (131 072 characters). Shorten it in the file."


class Line(NamedTuple):
    """A row of a file: the line it begins on (from 1), its cells, its text as it was, and what is wrong with it."""

    number: int
    cells: tuple[str, ...]
    text: str
    problem: str | None = None


def records(text: str, delimiter: str, width: int | None = None, first: int = 0) -> Iterator[Line]:
    """The records from line ``first`` (counted from 0) on; blank lines are none.

    ``width`` is how many cells a record has: where the lines that a quoted cell would hold together have as many each,
    the quote was a stray one.
    """
    lines = text.split("\n")
    at = first
    while at < len(lines):
        line = lines[at]
        if '"' not in line:
            if line.strip(" \t\0"):
                yield Line(at + 1, tuple(line.split(delimiter)), line)
            at += 1
            continue
        end = _end_of_record(lines, at, delimiter, width)
        yield _quoted(at + 1, "\n".join(lines[at : end or at + 1]), delimiter, closed=end is not None)
        at = end or at + 1


def _end_of_record(lines: Sequence[str], at: int, delimiter: str, width: int | None) -> int | None:
    """The index after the record's last line; None where its quotes do not add up."""
    is_open: bool | None = False
    is_whole = width is not None and width > 1 and lines[at].count(delimiter) >= width - 1
    for place in range(at, min(len(lines), at + _MOST_LINES_OF_A_RECORD)):
        line = lines[place]
        if place > at and is_whole and line.count(delimiter) >= (width or 0) - 1:
            return None
        is_open = _open_after(line, delimiter, is_open=bool(is_open))
        if is_open is None:
            return None
        if not is_open:
            return place + 1
    return None


def _open_after(line: str, delimiter: str, *, is_open: bool) -> bool | None:
    """Whether a quoted cell is open at the end of the line; None where a closing quote stands in the middle of text."""
    at, in_cell = 0, is_open
    while at < len(line):
        if in_cell:
            at = line.find('"', at)
            if at < 0:
                return True
            if line[at + 1 : at + 2] == '"':
                at += 2
                continue
            in_cell = False
            if line[at + 1 : at + 2] not in {"", delimiter}:
                return None
            at += 2
            continue
        if line[at] == '"':
            in_cell, at = True, at + 1
            continue
        found = line.find(delimiter, at)
        at = len(line) if found < 0 else found + 1
    return in_cell


def _quoted(number: int, text: str, delimiter: str, *, closed: bool) -> Line:
    if not closed:
        return Line(number, tuple(text.split(delimiter)), text, NEVER_CLOSED)
    try:
        cells = next(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return Line(number, tuple(text.split(delimiter)), text, TOO_LONG)
    return Line(number, tuple(cells), text)
