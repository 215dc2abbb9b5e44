"""The coverage table: every operation of the old world, by binding, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType

from soap.contract.model import Binding, Evidence, Operation
from soap.contract.resolving import contract

TABLE = "docs/coverage.md"
"""Where the table is kept, from the root of the repository."""

_TEST = "Test"
_COLUMNS = MappingProxyType({Binding.ASMX: "`.asmx`", Binding.BASIC: "Basic", Binding.WS: "WS", Binding.EC2: "EC, EC2"})
# The two generations of EC share their names.
_MARKS = {Evidence.WSDL: "", Evidence.CLIENT: " ᶜ", Evidence.DOCS: " ᵈ", Evidence.INFERRED: " ⁱ"}

_HEAD = """\
# Coverage of the old contracts

Written by `python -m soap.contract`; do not edit. Every operation that the closed platform offered, under the name it
has on each binding. `EC` and `EC2` share names. A name without a mark stands in a published WSDL; ᶜ was seen in a
client, ᵈ is documented, ⁱ is inferred from the other bindings. Every `.svc` endpoint answers `Test` besides.

- **served**: answered from what this gateway keeps.
- **mapped**: answered from something of today, which the last column names.
- **retired**: answered with a fault that names what replaces it, as the last column does.
- **missing**: known by contract, and not answered yet.
"""


class Status(StrEnum):
    """What became of an operation."""

    SERVED = "served"
    MAPPED = "mapped"
    RETIRED = "retired"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Covered:
    """One use case of one service: its names by binding, and what became of it."""

    service: str
    use_case: str
    names: Mapping[Binding, str]
    status: Status
    note: str


def coverage(handlers: Mapping[str, Collection[str]]) -> tuple[Covered, ...]:
    """Every use case, by service. ``handlers``: the use cases that are answered, by service."""
    return tuple(
        _covered(service, use_case, found, handlers.get(service, ())) for (service, use_case), found in _found().items()
    )


def coverage_table(handlers: Mapping[str, Collection[str]]) -> str:
    """The text of the table."""
    rows = coverage(handlers)
    counts = {status: sum(row.status is status for row in rows) for status in Status}
    total = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    names = sum(len(row.names) for row in rows)
    lines = [_HEAD, f"{len(rows)} use cases, {names} operations: {total}.\n"]
    for service, of_service in groupby(rows, key=lambda row: row.service):
        lines += [f"## {service}\n", *_table(list(of_service)), ""]
    return "\n".join(lines)


def _found() -> dict[tuple[str, str], dict[Binding, Operation]]:
    """The operations by service and use case, services by name, use cases as the contracts have them."""
    found: dict[tuple[str, str], dict[Binding, Operation]] = {}
    for endpoint in sorted(contract().endpoints, key=lambda each: each.service):
        for operation in endpoint.operations.values():
            if operation.use_case != _TEST:
                found.setdefault((endpoint.service, operation.use_case), {})[endpoint.binding] = operation
    return found


def _covered(service: str, use_case: str, found: Mapping[Binding, Operation], answered: Collection[str]) -> Covered:
    names = {binding: f"`{each.name}`{_MARKS[each.evidence]}" for binding, each in found.items()}
    operation = next(iter(found.values()))
    if operation.retired:
        return Covered(service, use_case, names, Status.RETIRED, operation.retired)
    if use_case not in answered:
        return Covered(service, use_case, names, Status.MISSING, "")
    if operation.mapped:
        return Covered(service, use_case, names, Status.MAPPED, operation.mapped)
    return Covered(service, use_case, names, Status.SERVED, "")


def _table(rows: list[Covered]) -> Iterator[str]:
    used = [binding for binding in _COLUMNS if any(binding in row.names for row in rows)]
    yield f"| use case | {' | '.join(_COLUMNS[binding] for binding in used)} | is | |"
    yield f"|---|{'---|' * (len(used) + 2)}"
    for row in rows:
        cells = " | ".join(row.names.get(binding, "–") for binding in used)
        yield f"| {row.use_case} | {cells} | {row.status} | {row.note} |"
