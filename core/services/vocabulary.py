"""The new world's words as they ship: roles, packages, who carries what, and the rules that are facts."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import StringIO
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from core.domain.change import Fact
from core.domain.plain import from_plain, to_plain
from core.domain.vocabulary import (
    AccessPackage,
    Carriage,
    Confidence,
    Nesting,
    PolicyRule,
    Role,
    RuleRow,
    Service,
)
from core.errors import ErrorCode, InvalidInput

R = TypeVar("R")

Read = Callable[[str], object]
"""From the text of a cell to a plain value. Raises ValueError."""

_FLAGS = {"true": True, "false": False}
_CONFIDENCES = frozenset(str(grade) for grade in Confidence)
_ISO_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


@dataclass(frozen=True, slots=True)
class RoleCode:
    """The names a role goes by: our ``code``, the ``modern_code`` of today's interfaces, and both URNs.

    Register roles keep the upper-case code of Enhetsregisteret (REGN, FFØR); a role without one, and
    without one in the old role list, has its modern code. ``legacy_urn`` is empty where there is none.
    """

    code: str
    modern_code: str
    urn: str
    legacy_urn: str
    source: str
    dated: str


@dataclass(frozen=True, slots=True)
class PackageDetail:
    """What people and lists see of an access package: its id on the wire, its names, where it is sorted.

    ``area`` (fullmaktsområde) is the URN of the area, ``area_group`` the group of areas (områdegruppe).
    """

    code: str
    id: str
    name: str
    name_nn: str
    name_en: str
    area: str
    area_name: str
    area_group: str
    source: str
    dated: str


@cache
def shipped_vocabulary() -> tuple[Fact, ...]:
    """Every fact of the new world that comes with the package, in the order of import.

    Each row carries its source and its date. Raises InvalidInput naming file and line of a broken row.
    """
    return read_vocabulary(_data())


def read_vocabulary(folder: Traversable) -> tuple[Fact, ...]:
    """The facts in a folder of such files. Raises InvalidInput naming file and line of a broken row.

    Roles: `register_roles.csv` (Enhetsregisteret and the platform) and `guardianship_roles.csv`. Sub-units
    (AAFY, BEDR) have no row in `nesting.csv`: they follow their main unit, which the party file sees to.
    """
    facts: list[Fact] = []
    for name, record in _FILES:
        facts.extend(read_records(folder, name, record))
    return tuple(facts)


@cache
def vocabulary_version() -> str:
    """The date of the newest shipped row (ISO), to compare an installation's vocabulary by."""
    return max(str(to_plain(fact)["dated"]) for fact in shipped_vocabulary())


@cache
def role_codes() -> tuple[RoleCode, ...]:
    """The other names of every shipped role, in order of code."""
    return tuple(row for name in _ROLE_FILES for row in read_records(_data(), name, RoleCode))


@cache
def package_details() -> Mapping[str, PackageDetail]:
    """Names, id and area of every shipped package, by code."""
    return {row.code: row for row in read_records(_data(), "access_packages.csv", PackageDetail)}


def read_records(folder: Traversable, name: str, record: type[R]) -> tuple[R, ...]:
    """The rows of one CSV file as records, each column read as the field of its name.

    UTF-8 (with or without its mark), comma, a header row. ``true``/``false``, whole numbers, ISO moments; a set is
    separated by spaces; an empty cell is None where the field may be. Columns without a field of that name are other
    readers'. Every row needs a source, an ISO date and a valid confidence.
    Raises InvalidInput naming file and line of the first broken row.
    """
    lines = csv.DictReader(StringIO(folder.joinpath(name).read_text(encoding="utf-8-sig"), newline=""), strict=True)
    columns = _columns(record)
    missing = _required(record) - set(lines.fieldnames or ())
    if missing:
        raise _broken(name, 1, f"there is no column `{min(missing)}`")
    try:
        return tuple([_record(record, columns, row) for row in lines])
    except (csv.Error, ValueError) as error:
        raise _broken(name, lines.line_num, str(error)) from error
    except InvalidInput as error:
        raise _broken(name, lines.line_num, error.message) from error


def _record(record: type[R], columns: Mapping[str, Read], row: Mapping[str | None, str | None]) -> R:
    if None in row or None in row.values():
        raise ValueError("the row has another number of cells than the header")
    _check_provenance(row)
    plain = {}
    for name, read in columns.items():
        cell = row.get(name)
        if cell is not None:
            try:
                plain[name] = read(cell)
            except ValueError as error:
                raise ValueError(f"`{name}`: {error}") from error
    return from_plain(record, plain)


def _columns(record: type) -> dict[str, Read]:
    """How the cells of each column become the plain value that the field is made from."""
    return {name: _reader(hint) for name, hint in get_type_hints(record).items()}


def _reader(hint: Any) -> Read:
    if get_origin(hint) is UnionType:
        kind, *_ = get_args(hint)
        read = _reader(kind)
        return lambda cell: read(cell) if cell else None
    if hint is bool:
        return _flag
    if hint is int:
        return _number
    return str.split if get_origin(hint) is frozenset else str


def _flag(cell: str) -> bool:
    if cell not in _FLAGS:
        raise ValueError(f"`{cell}` is neither true nor false")
    return _FLAGS[cell]


def _number(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit()):
        raise ValueError(f"`{cell}` is not a whole number")
    return int(cell)


def _check_provenance(row: Mapping[str | None, str | None]) -> None:
    if not row.get("source"):
        raise ValueError("the row has no source")
    if not _ISO_DATE.fullmatch(row["dated"] or ""):
        raise ValueError(f"`{row['dated']}` is not a date (YYYY-MM-DD)")
    if row["confidence"] not in _CONFIDENCES:
        raise ValueError(f"`{row['confidence']}` is not a confidence: {', '.join(Confidence)}")


def _required(record: type) -> set[str]:
    own = {each.name for each in fields(record) if each.default is MISSING}
    return own | {"source", "dated", "confidence"}


def _data() -> Traversable:
    return files("core.services").joinpath("vocabulary_data")


def _broken(name: str, line: int, problem: str) -> InvalidInput:
    where = {"file": name, "line": str(line)}
    return InvalidInput(ErrorCode.INVALID_WORLD, f"{name}, line {line}: {problem}", details=where)


_ROLE_FILES = ("register_roles.csv", "guardianship_roles.csv")

_FILES: Iterable[tuple[str, type[Fact]]] = (
    *((name, Role) for name in _ROLE_FILES),
    ("access_packages.csv", AccessPackage),
    ("carriage.csv", Carriage),
    ("nesting.csv", Nesting),
    ("rule_rows.csv", RuleRow),
    ("resources.csv", Service),
    ("policy_rules.csv", PolicyRule),
)
