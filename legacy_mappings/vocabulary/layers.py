"""A user's own tables, in layers over the shipped ones: each folder speaks in place of those below it."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources.abc import Traversable
from io import StringIO
from types import MappingProxyType
from typing import Any, NamedTuple

from core import (
    Conferral,
    Confidence,
    ErrorCode,
    InvalidInput,
    Right,
    Role,
    Service,
    ServiceSuccessor,
    read_records,
)
from legacy_mappings.vocabulary.records import (
    MainAdministratorRole,
    RolePackage,
    SensitivePackage,
    ServicePackage,
    ServiceRole,
    UnnumberedService,
)
from legacy_mappings.vocabulary.tables import Tables, shipped_folder

SHIPPED = "shipped"
"""The name of the lowest layer: the tables that come with the package."""

Subject = tuple[str, ...]
"""What a row is about. All that a layer says about one subject takes the place of what lower layers say."""


class TableKind(NamedTuple):
    """A table: its field in `Tables`, its file, the record of a row, and what the row is about."""

    name: str
    file: str
    record: type[Any]
    subject: Callable[[Any], Subject]


class Placed(NamedTuple):
    """A row, and where it stands: the layer (``shipped`` or the folder), the file and the line."""

    layer: str
    file: str
    line: int
    row: Any


Said = Mapping[str, Mapping[Subject, tuple[Placed, ...]]]
"""By table and subject: the rows that count."""


class ChangeKind(StrEnum):
    """What a higher layer does to a subject."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class RowChange:
    """A subject of which the upper layers say something else than the lower ones.

    ``before`` and ``after`` are the rows, each with its layer and line. Removed is a subject whose rows in
    ``after`` say that there is nothing (an empty target), or that no layer speaks of any more.
    """

    table: str
    subject: Subject
    kind: ChangeKind
    before: tuple[Placed, ...]
    after: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Layered:
    """The tables as they are with every layer in place, and where each row of them stands.

    ``none`` are the rights that a user says have no successor: rows without a resource, which are not in
    ``tables``. A role that has none keeps its row without a package.
    """

    tables: Tables
    said: Said
    none: frozenset[Right]

    def rows_changed(self) -> tuple[RowChange, ...]:
        """What the user's layers say otherwise than the shipped tables, in order of table and subject."""
        return diff(layered_tables(()), self)

    def place_of(self, row: object) -> Placed | None:
        """Where a row of ``tables`` stands."""
        for kind in TABLE_KINDS:
            if isinstance(row, kind.record):
                found = self.said[kind.name].get(kind.subject(row), ())
                return next((placed for placed in found if placed.row == row), None)
        return None


def layered_tables(folders: Iterable[Traversable]) -> Layered:
    """The shipped tables with the folders' own laid over them, in order: the last folder has the last word.

    A folder holds any of the shipped files, in the same form, each row with the confidence ``user``. What it
    says about a subject (a role; a service's action; a service's packages) stands in place of everything that
    lower layers say about it, so a row that repeats a proposal is the yes to it, and an empty target says that
    there is none. A service may be named by its form number (RF-1070), which means every version of the form;
    a row for a version of its own goes before that.
    Raises InvalidInput naming folder, file and line of a row that cannot be read, is not the user's, or
    contradicts another of its folder. Source: users-and-migration §4.1 row 2; packages-and-roles §9 rule 5.
    """
    said = {name: dict(rows) for name, rows in _shipped_rows().items()}
    for folder in folders:
        _lay(said, folder)
    return _layered(said)


def diff(lower: Layered, upper: Layered) -> tuple[RowChange, ...]:
    """What the one says otherwise than the other, in order of table and subject."""
    return tuple(change for kind in TABLE_KINDS for change in _changes(kind, lower, upper))


def _lay(said: dict[str, dict[Subject, tuple[Placed, ...]]], folder: Traversable) -> None:
    present = {entry.name for entry in folder.iterdir() if entry.name.endswith(".csv")}
    unknown = sorted(present - {kind.file for kind in TABLE_KINDS})
    if unknown or not present:
        what = f"`{unknown[0]}` is no table" if unknown else "there is no table"
        names = ", ".join(kind.file for kind in TABLE_KINDS)
        raise _refused(str(folder), unknown[0] if unknown else "", 0, f"{what}; the tables are {names}")
    for kind in TABLE_KINDS:
        if kind.file in present:
            rows = tuple(_placed(kind, folder, str(folder)))
            _check_users(rows)
            grouped = _by_subject(kind, _expanded(kind, rows, said))
            _check_agreement(grouped)
            said[kind.name].update(grouped)


def _placed(kind: TableKind, folder: Traversable, layer: str) -> Iterator[Placed]:
    try:
        rows = read_records(folder, kind.file, kind.record)
        text = folder.joinpath(kind.file).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(layer, kind.file, 0, "is not UTF-8") from error
    except InvalidInput as error:
        where = {"layer": layer, **error.details}
        raise InvalidInput(error.code, f"{layer}: {error.message}", details=where) from error
    lines = csv.DictReader(StringIO(text, newline=""), strict=True)
    for row, _ in zip(rows, lines, strict=True):
        yield Placed(layer, kind.file, lines.line_num, row)


def _check_users(rows: Iterable[Placed]) -> None:
    for placed in rows:
        if placed.row.confidence is not Confidence.USER:
            problem = f"the confidence is `{placed.row.confidence}`; in a table of your own it must be `user`"
            raise _refused(*placed[:3], problem)


def _check_agreement(grouped: Mapping[Subject, tuple[Placed, ...]]) -> None:
    for subject, rows in grouped.items():
        if len(rows) > 1 and any(says_none(placed.row) for placed in rows):
            problem = f"{' '.join(subject)} has both a target and a row that says there is none"
            raise _refused(*rows[1][:3], problem)
        targets = [_target(placed.row) for placed in rows]
        for place, placed in enumerate(rows):
            if targets[place] in targets[:place]:
                raise _refused(*placed[:3], f"{' '.join(subject)}: the same is said twice")


def _target(row: object) -> tuple[str, ...]:
    """What a row says of its subject, apart from where that is from."""
    return tuple(getattr(row, name, "") for name in ("resource", "resource_action", "role", "package"))


def says_none(row: object) -> bool:
    """Whether a row has an empty target, and so says that there is none."""
    if isinstance(row, ServiceSuccessor):
        return not row.resource
    return isinstance(row, RolePackage) and row.package is None


def _expanded(kind: TableKind, rows: Iterable[Placed], said: Said) -> Iterator[Placed]:
    """Each row, with roles in their known spelling and form numbers as every version of the form."""
    roles = {code.casefold(): code for (code,) in said["roles"]}
    versions = _versions(said, names=kind.name != "service_successors")
    own = {kind.subject(placed.row) for placed in rows}
    for placed in rows:
        row = placed.row
        if isinstance(row, (RolePackage, ServiceRole)):
            row = replace(row, role=roles.get(row.role.casefold(), row.role))
        numbered = versions.get(row.service.strip().upper()) if hasattr(row, "service") else None
        for version in numbered or ():
            one = replace(row, service=version)
            if kind.subject(one) not in own:
                yield placed._replace(row=one)
        if numbered is None:
            yield placed._replace(row=row)


def _versions(said: Said, *, names: bool) -> dict[str, list[str]]:
    """The services that each form number means; with ``names``, those without a number of their own too."""
    found: dict[str, list[str]] = defaultdict(list)
    for table in ("services", "unnumbered_services") if names else ("services",):
        for (service,), (placed, *_) in said[table].items():
            if placed.row.form_number:
                found[placed.row.form_number.upper()].append(service)
    return found


def _layered(said: dict[str, dict[Subject, tuple[Placed, ...]]]) -> Layered:
    merged: dict[str, Any] = {
        name: tuple(placed.row for rows in subjects.values() for placed in rows) for name, subjects in said.items()
    }
    successors = merged["service_successors"]
    merged["service_successors"] = tuple(row for row in successors if not says_none(row))
    none = frozenset(Right(row.service, row.action) for row in successors if says_none(row))
    views = {name: MappingProxyType(subjects) for name, subjects in said.items()}
    return Layered(Tables(**merged), MappingProxyType(views), none)


def _changes(kind: TableKind, lower: Layered, upper: Layered) -> Iterator[RowChange]:
    below, above = lower.said[kind.name], upper.said[kind.name]
    for subject in sorted({*below, *above}):
        before, after = below.get(subject, ()), above.get(subject, ())
        if [placed.row for placed in before] != [placed.row for placed in after]:
            yield RowChange(kind.name, subject, _kind_of_change(before, after), before, after)


def _kind_of_change(before: tuple[Placed, ...], after: tuple[Placed, ...]) -> ChangeKind:
    targets_before = [placed for placed in before if not says_none(placed.row)]
    targets_after = [placed for placed in after if not says_none(placed.row)]
    if targets_before and not targets_after:
        return ChangeKind.REMOVED
    return ChangeKind.CHANGED if before and after else ChangeKind.ADDED if after else ChangeKind.REMOVED


def _by_subject(kind: TableKind, rows: Iterable[Placed]) -> dict[Subject, tuple[Placed, ...]]:
    found: dict[Subject, list[Placed]] = defaultdict(list)
    for placed in rows:
        found[kind.subject(placed.row)].append(placed)
    return {subject: tuple(group) for subject, group in found.items()}


@cache
def _shipped_rows() -> Said:
    return {kind.name: _by_subject(kind, _placed(kind, shipped_folder(), SHIPPED)) for kind in TABLE_KINDS}


def _refused(layer: str, file: str, line: int, problem: str) -> InvalidInput:
    where = ", ".join(part for part in (f"{layer}/{file}" if file else layer, f"line {line}" if line else "") if part)
    details = {"layer": layer, "file": file, "line": str(line or "")}
    return InvalidInput(ErrorCode.INVALID_WORLD, f"{where}: {problem}", details=details)


# Services and roles come first: rows of the other tables may name them in other words.
TABLE_KINDS: tuple[TableKind, ...] = (
    TableKind("services", "services.csv", Service, lambda row: (row.id,)),
    TableKind("unnumbered_services", "unnumbered_services.csv", UnnumberedService, lambda row: (row.name,)),
    TableKind("roles", "legacy_roles.csv", Role, lambda row: (row.code,)),
    TableKind("conferrals", "conferrals.csv", Conferral, lambda row: (row.role, row.conferred_by)),
    TableKind(
        "main_administrator_roles", "main_administrator_roles.csv", MainAdministratorRole, lambda row: (row.role,)
    ),
    TableKind("role_packages", "role_packages.csv", RolePackage, lambda row: (row.role,)),
    TableKind("service_roles", "service_roles.csv", ServiceRole, lambda row: (row.service, row.action)),
    TableKind("service_successors", "service_successors.csv", ServiceSuccessor, lambda row: (row.service, row.action)),
    TableKind("service_packages", "service_packages.csv", ServicePackage, lambda row: (row.service,)),
    TableKind("sensitive_packages", "sensitive_packages.csv", SensitivePackage, lambda row: (row.package,)),
)
"""Every table, those that others refer to first."""
