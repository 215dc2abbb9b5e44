"""The tables in a file: found by their headers, whatever the format, the dialect and what stands above them."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core import ErrorCode, InvalidInput
from legacy_mappings.inventory.access_log import COLUMNS, LOG_LAYOUT, is_access_log, log_lines
from legacy_mappings.inventory.columns import Layout, TableKind, find_layout, known_headers
from legacy_mappings.inventory.csv_lines import Line, records
from legacy_mappings.inventory.decoding import decoded
from legacy_mappings.inventory.json_rows import is_json, json_tables
from legacy_mappings.inventory.spreadsheets import sheets

_DELIMITERS = ";\t,|"
_HEADER_WITHIN = 30
_SPREADSHEETS = frozenset({".xlsx", ".xlsm"})
_REFUSED = {
    ".xls": "save it as .xlsx or CSV first",
    ".ods": "save it as .xlsx or CSV first",
    ".pdf": "export it as CSV or .xlsx instead",
    ".zip": "unpack it first",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file: where it is, how it is laid out, and its rows, which can be gone through again."""

    source: str
    layout: Layout
    header: tuple[str, ...]
    rows: Callable[[], Iterator[Line]] = field(repr=False)


def tables_in(path: Path, source: str) -> tuple[Table, ...]:
    """Every table of a file. ``source`` is what the file is called in what is told of it.

    Raises InvalidInput for a file that cannot be read, is empty, or in which no header is known.
    """
    advice = _REFUSED.get(path.suffix.casefold())
    if advice is not None:
        raise _refused(source, f"this kind of file cannot be read: {advice}")
    try:
        data = path.read_bytes()
        if path.suffix.casefold() == ".gz":
            data, path = gzip.decompress(data), path.with_suffix("")
    except (OSError, EOFError, zlib.error) as error:
        raise _refused(source, "the file cannot be read") from error
    found = tuple(_found(path, source, data))
    if not found:
        raise _refused(source, "there is nothing in the file; leave it out if that is right")
    return found


def _found(path: Path, source: str, data: bytes) -> Iterator[Table]:
    if path.suffix.casefold() in _SPREADSHEETS or data.startswith(b"PK\x03\x04"):
        for name, lines in sheets(source, data):
            yield _laid_out(f"{source}#{name}", name, path.stem, lines)
        return
    text = decoded(data)
    if is_json(path.suffix, text):
        for name, lines in json_tables(source, text):
            yield _laid_out(f"{source}#{name}" if name else source, name or path.stem, path.stem, lines)
    elif is_access_log(text):
        yield Table(source, LOG_LAYOUT, COLUMNS, lambda: log_lines(text))
    elif text.strip(" \t\n\0"):
        yield _delimited(source, path.stem, text)


def _laid_out(source: str, name: str, file_name: str, lines: Sequence[Line]) -> Table:
    """A table whose cells are known already."""
    head = [line.cells for line in lines[:_HEADER_WITHIN]]
    layout = find_layout(head, name) or find_layout(head, file_name)
    if layout is None:
        raise _unknown(source, head)
    return Table(source, layout, tuple(lines[layout.header].cells), lambda: iter(lines[layout.header + 1 :]))


def _delimited(source: str, name: str, text: str) -> Table:
    first = 1 if text[:4].casefold() == "sep=" else 0
    best: tuple[int, str, list[Line], Layout] | None = None
    for delimiter in _DELIMITERS:
        head = list(itertools.islice(records(text, delimiter, first=first), _HEADER_WITHIN))
        layout = find_layout([line.cells for line in head], name)
        if layout is not None and (best is None or len(layout.columns) > best[0]):
            best = (len(layout.columns), delimiter, head, layout)
    if best is None:
        raise _unknown(source, [line.cells for line in itertools.islice(records(text, ";", first=first), 1)])
    _, delimiter, head, layout = best
    header = head[layout.header]
    begins = header.number - 1 + header.text.count("\n") + 1
    return Table(source, layout, header.cells, lambda: records(text, delimiter, layout.width, begins))


def _unknown(source: str, head: Iterable[Sequence[str]]) -> InvalidInput:
    known = "; ".join(f"{kind}: {', '.join(known_headers(kind))}" for kind in TableKind)
    if not list(head):
        return _refused(source, "there is nothing in the table; leave it out if that is right")
    return _refused(source, f"no row names the columns of a table that is known. Known are {known}")


def _refused(source: str, problem: str) -> InvalidInput:
    return InvalidInput(ErrorCode.INVALID_INVENTORY, f"{source}: {problem}", details={"file": source})
