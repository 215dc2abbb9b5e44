"""Access logs as a table of use: NCSA lines (common, combined) and W3C extended logs that name system and reportee."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from legacy_mappings.inventory.columns import SHAPES, Layout, TableKind, plain
from legacy_mappings.inventory.csv_lines import Line

COLUMNS = ("system", "reportee", "service", "code", "edition", "or_number", "or_version", "form_number", "action",
           "last", "status")  # fmt: skip
LOG_LAYOUT = Layout(TableKind.USAGE, 0, len(COLUMNS), {name: (at,) for at, name in enumerate(COLUMNS)}, ())
"""How the lines of a log are laid out when they have been read."""

NOTHING_NAMED = (
    "The line names no system or no reportee. Let the log write them, as system=… and reportee=… in each line."
)
NOT_A_LINE = "This is no line of an access log. Remove it, or write the log in the common or the W3C form."

_NCSA = re.compile(r'\S+ \S+ (?:"[^"]*"|\S+) \[([^\]]+)\] "((?:[^"\\]|\\.)*)" (\d{3}) (\S+)(.*)', re.DOTALL)
_PAIR = re.compile(r'([A-Za-z][\w.-]*)=("(?:[^"\\]|\\.)*"|\S+)')
_NOT_SENT = frozenset({"", "-"})
_OF_EVERY_LINE = ("last", "status")


def is_access_log(text: str) -> bool:
    """Whether a text is a log: it begins as a W3C extended log does, or its first line is one of NCSA's."""
    begins = next((line for line in text.split("\n", 100)[:100] if line.strip()), "")
    return begins.startswith(("#Software:", "#Version:", "#Fields:", "#Date:")) or _NCSA.fullmatch(begins) is not None


def log_lines(text: str) -> Iterator[Line]:
    """Every line with something in it, as cells in the order of `LOG_LAYOUT`; directives are none.

    A line that names nothing that use is made of is other traffic: it has no cells.
    """
    names: Sequence[str] = ()
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("#"):
            names = line.split()[1:] if line.startswith("#Fields:") else names
        elif line.strip(" \t\0"):
            said = _w3c(names, line) if names else _ncsa(line)
            yield _read(number, line, said)


def _read(number: int, line: str, said: Mapping[str, str] | None) -> Line:
    if said is None:
        return Line(number, (), line, NOT_A_LINE)
    if len(said) <= len(_OF_EVERY_LINE):
        return Line(number, (), line)
    cells = tuple(said.get(name, "") for name in COLUMNS)
    return Line(number, cells, line, None if said.get("system") and said.get("reportee") else NOTHING_NAMED)


def _ncsa(line: str) -> dict[str, str] | None:
    found = _NCSA.fullmatch(line.rstrip())
    if found is None:
        return None
    when, request, status, _, rest = found.groups()
    method, _, target = request.partition(" ")
    del method
    pairs = [*_query(target.partition(" ")[0]), *((name, value.strip('"')) for name, value in _PAIR.findall(rest))]
    return {**_known(pairs), "last": when, "status": status}


def _w3c(names: Sequence[str], line: str) -> dict[str, str] | None:
    values = line.split("\t") if "\t" in line else line.split()
    if len(values) != len(names):
        return None
    row = dict(zip(names, values, strict=True))
    pairs = [*_query(f"?{row.get('cs-uri-query', '')}"), *((_header(name), value) for name, value in row.items())]
    moment = f"{row.get('date', '')}T{row.get('time', '')}Z"
    return {**_known(pairs), "last": moment, "status": row.get("sc-status", "")}


def _header(name: str) -> str:
    """``cs(X-Enterprise-System)`` is the header X-Enterprise-System."""
    found = re.fullmatch(r"[a-z]+\(([^)]*)\)", name)
    return name if found is None else found[1]


def _query(target: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(target).query)


def _known(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The columns of use among named values; the first that is there counts."""
    found: dict[str, str] = {}
    for name, value in pairs:
        column = _COLUMN_OF.get(plain(name).removeprefix("x"))
        if column is not None and value not in _NOT_SENT:
            found.setdefault(column, unquote_plus(value))
    return found


_COLUMN_OF = {
    header: column
    for column in COLUMNS
    if column not in _OF_EVERY_LINE
    for header in SHAPES[TableKind.USAGE].columns[column]
}
