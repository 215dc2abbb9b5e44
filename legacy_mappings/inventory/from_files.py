"""The inventory of files that users have: read table by table, checked against their own totals, made into facts."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from core import DecisionTerms, ErrorCode, InvalidInput, Snapshot, build_snapshot
from legacy_mappings.inventory.access_log import LOG_LAYOUT
from legacy_mappings.inventory.assembling import Assembly
from legacy_mappings.inventory.cells import Unreadable, masked
from legacy_mappings.inventory.columns import TableKind
from legacy_mappings.inventory.csv_lines import Line
from legacy_mappings.inventory.from_store import inventory_of_snapshot
from legacy_mappings.inventory.old_words import OldWords, vocabulary_of
from legacy_mappings.inventory.reading import Reading
from legacy_mappings.inventory.records import BadRow, Count, Inventory, Note, Observed
from legacy_mappings.inventory.rows import PlacedRow, Row, SystemRow, UserRow
from legacy_mappings.inventory.snapshot_facts import facts_of
from legacy_mappings.inventory.tables_in import Table, tables_in
from legacy_mappings.inventory.totals import check_totals, footer_total
from legacy_mappings.vocabulary import Tables

_FOOTERS = 5
TOO_MANY_CELLS = (
    "The row has more cells than the header. Put texts that hold the separator in quotation marks in the source."
)


def read_inventory(
    files: Iterable[Path],
    tables: Tables,
    at: datetime,
    *,
    expected: Mapping[str, int] | None = None,
    base: Inventory | None = None,
    terms: DecisionTerms | None = None,
) -> Inventory:
    """The inventory of these files, or of every file in a folder, read with these tables as it is at ``at``.

    Rows that cannot be taken in are kept with their reason. ``expected`` are totals by file or table, beside those
    that files bring themselves. ``base`` is what is known already: files add to it, and its parties keep their ids.
    Raises InvalidInput for a file that cannot be read at all, and where totals do not reconcile.
    Source: users-and-migration §4.2 step 1.
    """
    found = _Run(tables, at, base, terms)
    for table in sorted(_all_tables(files), key=lambda each: (list(TableKind).index(each.layout.kind), each.source)):
        found.read(table)
    return found.inventory(expected or {})


def _all_tables(files: Iterable[Path]) -> Iterator[Table]:
    paths = [each for path in files for each in (sorted(path.iterdir()) if path.is_dir() else [path])]
    names = Counter(path.name for path in paths)
    for path in paths:
        if path.is_file() and not path.name.startswith("."):
            source = path.name if names[path.name] == 1 else f"{path.parent.name}/{path.name}"
            yield from tables_in(path, masked(source))


class _Run:
    """One reading of many tables."""

    def __init__(self, tables: Tables, at: datetime, base: Inventory | None, terms: DecisionTerms | None) -> None:
        self._at = at
        self._base = base
        self._terms = terms or (base.snapshot.terms if base is not None else DecisionTerms())
        vocabulary = vocabulary_of(tables)
        before = () if base is None else facts_of(base.snapshot)
        self._facts = (*vocabulary, *before)
        self._words = OldWords(self._facts)
        self._reading = Reading(self._words, at, _systems(base), _users(base))
        self._bad: list[BadRow] = []
        self._notes: list[Note] = []
        self._counts: dict[tuple[str, str], Count] = {}

    def read(self, table: Table) -> None:
        """Take in the rows of a table."""
        rows, stated = _without_footers(table)
        kind = table.layout.kind
        read, before = 0, len(self._bad)
        for line in rows:
            read += 1
            try:
                self._take(table, line)
            except Unreadable as error:
                self._bad.append(BadRow(table.source, line.number, str(error), masked(line.text)))
        bad = len(self._bad) - before
        self._counts[(table.source, str(kind))] = Count(table.source, str(kind), stated, read, read - bad, bad)
        if table.layout.unknown:
            said = ", ".join(f"`{masked(name)}`" for name in table.layout.unknown)
            self._notes.append(Note(table.source, f"Columns that mean nothing to us were left out: {said}."))
        if table.layout is LOG_LAYOUT and table.source not in self._reading.spans:
            raise InvalidInput(
                ErrorCode.INVALID_INVENTORY,
                f"{table.source}: no line of the log names an enterprise system and a reportee, so it shows no use. "
                "Let the log write them, as system=… and reportee=…",
                details={"file": table.source},
            )

    def _take(self, table: Table, line: Line) -> None:
        if line.problem is not None:
            raise Unreadable(line.problem)
        if any(cell.strip() for cell in line.cells[table.layout.width :]):
            raise Unreadable(TOO_MANY_CELLS)
        self._reading.take(table.layout.kind, Row(table.source, line, table.layout, table.header))

    def inventory(self, expected: Mapping[str, int]) -> Inventory:
        """What has been read, if the totals reconcile. Raises InvalidInput."""
        assembly = Assembly(self._reading, self._facts)
        made = [*assembly.facts()]
        for row, problem in assembly.incomplete:
            self._turn_bad(row, problem)
        counts = check_totals(tuple(self._counts.values()), self._reading.totals, expected)
        if assembly.implied:
            what = "parties that other tables name are in no table of parties; their form and name may be missing"
            self._notes.append(Note("", f"{assembly.implied} {what}."))
        dated = self._at.date().isoformat()
        found = build_snapshot(
            (*self._facts, *self._words.facts("read from the inventory's files", dated), *made),
            sequence=0 if self._base is None else self._base.snapshot.sequence,
            terms=self._terms,
        )
        return self._joined(found, assembly, counts)

    def _joined(self, snapshot: Snapshot, assembly: Assembly, counts: tuple[Count, ...]) -> Inventory:
        base = self._base
        declared = {} if base is None else dict(base.declared)
        for system, rights in self._reading.needs.items():
            declared[system] = declared.get(system, frozenset()) | rights
        made = inventory_of_snapshot(
            snapshot,
            self._at,
            uses=(*(() if base is None else base.uses), *assembly.uses()),
            observed=(*(() if base is None else base.observed), *self._observed()),
            declared=declared,
        )
        bad = sorted(self._bad, key=lambda row: (row.file, row.line, row.reason))
        return replace(
            made,
            bad_rows=(*(() if base is None else base.bad_rows), *bad),
            counts=(*made.counts, *(_read_before(base)), *counts),
            notes=(*(() if base is None else base.notes), *self._notes),
        )

    def _turn_bad(self, row: PlacedRow, problem: str) -> None:
        """A row that was taken in and turned out to be of no use."""
        self._bad.append(BadRow(row.source, row.line.number, problem, masked(row.line.text)))
        key = (row.source, str(TableKind.LOCAL_ROLES))
        count = self._counts[key]
        self._counts[key] = replace(count, taken=count.taken - 1, bad=count.bad + 1)

    def _observed(self) -> Iterator[Observed]:
        """What each source of use covers: what a table says of it, else what is seen in it."""
        said = dict(self._reading.observed)
        for source, (begins, ends, systems) in self._reading.spans.items():
            row = said.pop(source.casefold(), None) or said.pop(Path(source).stem.casefold(), None)
            if row is None:
                yield Observed(source, begins, ends, frozenset(systems))
            else:
                yield Observed(source, min(begins, row.begins), max(ends, row.ends), row.systems or None)
        for row in said.values():
            yield Observed(row.source, row.begins, row.ends, row.systems or None)


def _systems(base: Inventory | None) -> dict[int, SystemRow]:
    """The enterprise systems that are known already, on the numbers of their owners."""
    if base is None:
        return {}
    found = {}
    for system in base.snapshot.enterprise_systems.values():
        owner = base.snapshot.party(system.owner)
        if owner is not None:
            found[system.id] = SystemRow(owner.number, system.name, locked=False)
    return found


def _users(base: Inventory | None) -> dict[str, UserRow]:
    """The enterprise users that are known already, by name, on the numbers of their owners."""
    if base is None:
        return {}
    found = {}
    for user in base.snapshot.enterprise_users.values():
        owner = base.snapshot.party(user.owner)
        if owner is not None:
            found[user.name.casefold()] = UserRow(owner.number, user.name, locked=False)
    return found


def _read_before(base: Inventory | None) -> Iterator[Count]:
    """The counts of what was read before, apart from those of facts, which are counted anew."""
    for count in () if base is None else base.counts:
        if count.source != "facts":
            yield count


def _without_footers(table: Table) -> tuple[list[Line] | Iterator[Line], int | None]:
    """The rows, and the total that the last of them may be instead."""
    if table.layout is LOG_LAYOUT:
        return table.rows(), None
    tail: deque[Line] = deque(maxlen=_FOOTERS)
    tail.extend(table.rows())
    footers: list[int] = []
    stated: int | None = None
    while tail and (total := footer_total(tail[-1])) is not None:
        footers.append(tail.pop().number)
        stated = total
    if not footers:
        return table.rows(), None
    last = min(footers)
    return (line for line in table.rows() if line.number < last), stated
