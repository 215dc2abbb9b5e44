"""Tables in JSON: lists of objects, objects of such lists, one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core import ErrorCode, InvalidInput
from legacy_mappings.inventory.csv_lines import Line

_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson"})
_WRAPPERS = frozenset({"data", "rows", "items", "value", "values", "results", "rader", "innhold"})

NOT_AN_OBJECT = "This is no object with named values. Write each row as an object."
NOT_JSON = "This line is not JSON. Correct it, one object on each line."


def is_json(suffix: str, text: str) -> bool:
    """Whether a file is JSON: by its name, or because it begins like it and can be read so."""
    return suffix.casefold() in _SUFFIXES or text.lstrip()[:1] in {"[", "{"}


def json_tables(source: str, text: str) -> Iterator[tuple[str, Sequence[Line]]]:
    """The tables of a JSON file, each with its name (empty for the only one), a header line first.

    The number of a line is the place of the row in its list. Raises InvalidInput for what is no JSON.
    """
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) < 2:
            raise InvalidInput(
                ErrorCode.INVALID_INVENTORY, f"{source}: this is not JSON", details={"file": source}
            ) from error
        yield "", _as_lines([_of_line(line) for line in lines])
        return
    yield from _tables(whole)


def _tables(whole: Any) -> Iterator[tuple[str, Sequence[Line]]]:
    if isinstance(whole, list):
        yield "", _as_lines(whole)
        return
    if not isinstance(whole, Mapping):
        yield "", _as_lines([whole])
        return
    members = {name: value for name, value in whole.items() if isinstance(value, (list, Mapping))}
    if not members:
        yield "", _as_lines([whole])
    for name, value in members.items():
        rows = value if isinstance(value, list) else [{"what": each, "count": count} for each, count in value.items()]
        if rows:
            yield ("" if name.casefold() in _WRAPPERS else name), _as_lines(rows)


class _Broken(str):
    """A line of a file of JSON lines that is none."""

    __slots__ = ()


def _of_line(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return _Broken(line)


def _as_lines(rows: Sequence[Any]) -> Sequence[Line]:
    flat = [dict(_flat(row)) if isinstance(row, Mapping) else None for row in rows]
    header = tuple(dict.fromkeys(name for row in flat if row is not None for name in row))
    lines = [Line(0, header, "")]
    for place, (row, values) in enumerate(zip(rows, flat, strict=True), start=1):
        told = str(row) if isinstance(row, _Broken) else json.dumps(row, ensure_ascii=False, sort_keys=True)
        if values is None:
            lines.append(Line(place, (), told, NOT_JSON if isinstance(row, _Broken) else NOT_AN_OBJECT))
        else:
            lines.append(Line(place, tuple(values.get(name, "") for name in header), told))
    return lines


def _flat(row: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Names and texts of an object; those of an object inside it have its name before their own."""
    for name, value in row.items():
        full = f"{before} {name}".strip()
        if isinstance(value, Mapping):
            yield from _flat(value, full)
        elif isinstance(value, list):
            yield full, ", ".join(map(_text, value))
        else:
            yield full, _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
