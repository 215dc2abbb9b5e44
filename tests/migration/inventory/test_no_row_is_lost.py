"""Whatever stands in the rows of whatever table: read = taken + bad, nothing is lost, no identity number comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from legacy_mappings.inventory import Inventory, inventory_lines
from legacy_mappings.inventory.columns import SHAPES, TableKind
from tests.migration.inventory.test_cells import assert_teaches
from tests.migration.inventory.world import AT, SYSTEMS, TABLES, Rows, csv_text, organisations, persons, read, workbook

_NUMBERS = [*organisations(4), *persons(3)]
_CELLS = st.one_of(
    st.sampled_from(_NUMBERS),
    st.sampled_from(["", "UTINN", "REGN", "212/4348", "3357/130815", "RF-0002", "4711", "Les", "01.01.2020", "200"]),
    st.sampled_from(["3,1E+08", _NUMBERS[-1][1:], "12345678901", "1" * 9, "tull", "\0", "31.02.2020", "roboten", "-1"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=6),
    st.just("to\nlinjer"),
)
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
# Few worlds with many rows: to build a world takes longer than to read its rows.
_QUICK = settings(max_examples=2, phases=_PHASES, suppress_health_check=list(HealthCheck))


def _written(rows: Rows, kind: TableKind) -> Inventory:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "fagsystemer.csv").write_text(csv_text(SYSTEMS), "utf-8")
        (folder / f"a {SHAPES[kind].names[0]}.csv").write_text(csv_text(rows), "utf-8", newline="")
        return read(folder)


@pytest.mark.parametrize("kind", [kind for kind in TableKind if kind is not TableKind.TOTALS])
@_QUICK
@given(data=st.data())
def test_read_is_taken_and_bad_in_every_table(kind: TableKind, data: st.DataObject) -> None:
    names = [headers[0] for headers in SHAPES[kind].columns.values()]
    row = st.lists(_CELLS, min_size=len(names), max_size=len(names))
    rows = data.draw(st.lists(row.filter(_has_something), min_size=20, max_size=60))
    found = _written([names, *rows], kind)
    (count,) = (count for count in found.counts if count.source.startswith("a "))
    assert count.read + (1 if count.stated is not None else 0) == len(rows)
    assert found.reconciles
    assert len(found.bad_rows) == sum(count.bad for count in found.counts)
    for bad in found.bad_rows:
        assert_teaches(bad.reason)
        assert bad.text
    _assert_no_person(found)


def _assert_no_person(found: Inventory) -> None:
    text = "".join(inventory_lines(found))
    for number in persons(3):
        assert re.search(rf"(?<!\d){number}(?!\d)", text) is None


def test_a_whole_world_with_every_kind_of_wrong_row_accounts_for_each(tmp_path: Path) -> None:
    broken: dict[str, Rows] = {
        name: [head, *(spoilt for row in rows for spoilt in _spoilt(row)), *rows]
        for name, (head, *rows) in TABLES.items()
    }
    workbook(tmp_path, broken)
    found = read(tmp_path)
    told = {count.source: count for count in found.counts if count.source != "facts"}
    assert {source.partition("#")[2]: count.read for source, count in told.items()} == {
        name: len(rows) - 1 for name, rows in broken.items()
    }
    assert all(count.stated == count.read for count in told.values())
    assert len(found.bad_rows) == sum(count.bad for count in told.values()) > 10
    assert len({bad.reason for bad in found.bad_rows}) >= 5
    json.dumps([bad.text for bad in found.bad_rows])
    _assert_no_person(found)


def _has_something(cells: Sequence[str]) -> bool:
    return any(cell.strip(" \t\0;") for cell in cells)


def _spoilt(row: Sequence[str]) -> list[Sequence[str]]:
    """The row with each of its cells made useless in turn."""
    return [(*row[:at], "tull", *row[at + 1 :]) for at in range(len(row))]


def test_the_same_row_twice_is_taken_twice_and_said_once(tmp_path: Path) -> None:
    rows = TABLES["rolledelegeringer"]
    (tmp_path / "roller.csv").write_text(csv_text([*rows, *rows[1:]]), "utf-8")
    found = read(tmp_path)
    assert [(count.read, count.taken, count.bad) for count in found.counts if count.source != "facts"] == [(6, 6, 0)]
    assert {count.what: count.read for count in found.counts}["role_grant"] == 3


def test_rows_that_contradict_each_other_are_kept_apart(tmp_path: Path) -> None:
    one, other = organisations(2)
    text = f"Orgnr;Navn;Organisasjonsform\n{one};Blåbær AS;AS\n{one};Bringebær AS;AS\n{other};Rips DA;DA\n"
    (tmp_path / "parter.csv").write_text(text, "utf-8")
    found = read(tmp_path)
    (bad,) = found.bad_rows
    assert bad.line == 3
    assert bad.reason == "An earlier row says something else about the same party. Keep the one that is right."
    party = found.snapshot.party_numbered(one)
    assert party
    assert (party.name, found.at) == ("Blåbær AS", AT)
