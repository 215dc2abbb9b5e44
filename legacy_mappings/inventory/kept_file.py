"""An inventory as one file of JSON lines: sorted, the same bytes every time, without identity numbers or secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from core import (
    KIND_NAMED,
    KIND_OF,
    DecisionTerms,
    EnterpriseSystem,
    EnterpriseUser,
    ErrorCode,
    Fact,
    GatewayError,
    InvalidInput,
    Party,
    PartyId,
    PartyKind,
    Right,
    ServiceId,
    build_snapshot,
    from_plain,
    to_plain,
)
from legacy_mappings.inventory.assembling import NO_PASSWORD
from legacy_mappings.inventory.cells import masked
from legacy_mappings.inventory.records import BadRow, Count, Inventory, Note, Observed, Use
from legacy_mappings.inventory.snapshot_facts import facts_of

FORMAT = "brobygger-inventory/1"

T = TypeVar("T")


def write_inventory(inventory: Inventory, path: Path) -> None:
    """Write an inventory to a file; equal inventories make equal bytes."""
    with path.open("w", encoding="utf-8", newline="\n") as opened:
        opened.writelines(inventory_lines(inventory))


def inventory_lines(inventory: Inventory) -> Iterator[str]:
    """The lines of the file: a header, then facts, uses, observations, needs, bad rows, counts and notes.

    A person is known by party id alone, numbers in names are hidden, and hashes of passwords are left out.
    """
    snapshot = inventory.snapshot
    header = {"at": _told(inventory.at), "sequence": snapshot.sequence, "terms": to_plain(snapshot.terms)}
    yield _line("format", FORMAT, header)
    for fact in facts_of(snapshot):
        yield _line("fact", KIND_OF[type(fact)].name, to_plain(_shown(fact)))
    for use in inventory.uses:
        yield _line("use", [use.enterprise_system, use.reportee, *use.right, use.count, _told(use.last)])
    for seen in inventory.observed:
        systems = None if seen.systems is None else sorted(seen.systems)
        yield _line("observed", [seen.source, _told(seen.begins), _told(seen.ends), systems])
    for system, rights in sorted(inventory.declared.items()):
        yield _line("declared", [system, sorted(rights)])
    for kind, rows in (("bad", inventory.bad_rows), ("count", inventory.counts), ("note", inventory.notes)):
        yield from (_line(kind, _fields(row)) for row in rows)


def read_written_inventory(path: Path) -> Inventory:
    """The inventory in a file that `write_inventory` made. Raises InvalidInput for any other file.

    In the place of a person's number is the party id.
    """
    parts: dict[str, list[list[Any]]] = {name: [] for name in _PARTS}
    try:
        with path.open(encoding="utf-8") as opened:
            header = _header(opened.readline())
            for line in opened:
                kind, *values = json.loads(line)
                parts[kind].append(values)
        return _made(header, parts)
    except (OSError, ValueError, TypeError, KeyError, IndexError, GatewayError) as error:
        raise InvalidInput(
            ErrorCode.INVALID_INVENTORY,
            f"{path.name} is no inventory of ours, or is damaged. Make it with `brobygger migrate inventory`.",
            details={"file": path.name},
        ) from error


_PARTS = ("fact", "use", "observed", "declared", "bad", "count", "note")


def _header(line: str) -> Mapping[str, Any]:
    name, form, header = json.loads(line)
    if (name, form) != ("format", FORMAT):
        raise ValueError("another format")
    return dict(header)


def _made(header: Mapping[str, Any], parts: Mapping[str, list[list[Any]]]) -> Inventory:
    facts = (_read_fact(kind, plain) for kind, plain in parts["fact"])
    terms = from_plain(DecisionTerms, header["terms"])
    return Inventory(
        snapshot=build_snapshot(facts, sequence=header["sequence"], terms=terms),
        at=_moment(header["at"]),
        uses=tuple(_use(row) for (row,) in parts["use"]),
        observed=tuple(_observed(row) for (row,) in parts["observed"]),
        declared=MappingProxyType({row[0]: frozenset(map(_right, row[1])) for (row,) in parts["declared"]}),
        bad_rows=_many(BadRow, parts["bad"]),
        counts=_many(Count, parts["count"]),
        notes=_many(Note, parts["note"]),
    )


def _many(record: type[T], rows: Iterable[list[Any]]) -> tuple[T, ...]:
    return tuple(record(*values) for (values,) in rows)


def _shown(fact: Fact) -> Fact:
    """The fact as it may stand in a file."""
    if isinstance(fact, Party) and fact.kind is PartyKind.PERSON:
        return replace(fact, number="", name="")
    if isinstance(fact, Party):
        return replace(fact, name=masked(fact.name))
    if isinstance(fact, (EnterpriseSystem, EnterpriseUser)):
        return replace(fact, name=masked(fact.name), secret="")
    return fact


def _read_fact(kind: str, plain: Mapping[str, Any]) -> Fact:
    fact = from_plain(KIND_NAMED[kind].record, plain)
    if isinstance(fact, Party) and fact.kind is PartyKind.PERSON:
        return replace(fact, number=fact.id)
    return replace(fact, secret=NO_PASSWORD) if isinstance(fact, (EnterpriseSystem, EnterpriseUser)) else fact


def _use(row: list[Any]) -> Use:
    system, reportee, service, action, count, last = row
    return Use(system, PartyId(reportee), Right(ServiceId(service), action), count, _moment(last))


def _observed(row: list[Any]) -> Observed:
    source, begins, ends, systems = row
    return Observed(source, _moment(begins), _moment(ends), None if systems is None else frozenset(systems))


def _right(pair: list[str]) -> Right:
    return Right(ServiceId(pair[0]), pair[1])


def _fields(row: BadRow | Count | Note) -> list[Any]:
    return [getattr(row, name) for name in type(row).__slots__]


def _line(*values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
