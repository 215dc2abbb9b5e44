"""Totals: what a source says it has is compared with what was read, and where they differ the run stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import ErrorCode, InvalidInput
from legacy_mappings.inventory import Count, Inventory
from tests.migration.inventory.world import PARTIES, ROLES, Rows, csv_text, objects, read

LAST = [*PARTIES[:-1], (PARTIES[-1][0], "01817010050", *PARTIES[-1][2:])]
"""The parties, with a wrong number in the last row: it is read, and bad."""


def _written(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")
    return folder


def _counts(found: Inventory) -> dict[str, Count]:
    return {count.what: count for count in found.counts if count.source != "facts"}


@pytest.mark.parametrize(
    "footer", ["Sum;7", "Totalt:;;7", "Antall rader: 7", ";;Antall;7", "I alt;7", "Total;7.0", "\n\nKontrollsum;7\n"]
)
def test_a_sum_row_is_no_row_but_a_total(tmp_path: Path, footer: str) -> None:
    found = read(_written(tmp_path, parter__csv=csv_text(LAST) + footer))
    assert _counts(found)["parties"] == Count("parter.csv", "parties", 7, 7, 6, 1)


def test_a_sum_that_differs_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"parter.csv \(parties\) states 8 rows, and 7 were read") as stopped:
        read(_written(tmp_path, parter__csv=csv_text(LAST) + "Sum;8"))
    assert stopped.value.code is ErrorCode.TOTALS_DIFFER


def test_a_sum_in_the_middle_is_a_row_that_cannot_be_read(tmp_path: Path) -> None:
    middle = [*PARTIES[:3], ("Sum", "2", "", "", "", ""), *PARTIES[3:]]
    found = read(_written(tmp_path, parter__csv=csv_text(middle)))
    assert _counts(found)["parties"] == Count("parter.csv", "parties", None, 8, 7, 1)


@pytest.mark.parametrize("of", ["parter.csv", "parter", "PARTER", "parties", "Parter"])
def test_a_file_of_totals_is_by_file_or_by_table(tmp_path: Path, of: str) -> None:
    _written(tmp_path, parter__csv=csv_text(PARTIES), kontrollsum__csv=f"Tabell;Antall\n{of};7\n")
    assert _counts(read(tmp_path))["parties"].stated == 7
    _written(tmp_path, kontrollsum__csv=f"Tabell;Antall\n{of};6\n")
    with pytest.raises(InvalidInput, match="states 6 rows, and 7 were read"):
        read(tmp_path)


def test_a_total_of_a_table_in_two_files_is_of_both_together(tmp_path: Path) -> None:
    half: Rows = [ROLES[0], ROLES[1]]
    rest: Rows = [ROLES[0], *ROLES[2:]]
    _written(tmp_path, roller1__csv=csv_text(half), roller2__csv=csv_text(rest))
    found = read(tmp_path, expected={"rolledelegeringer": 3})
    assert Count("what is expected", "role delegations", 3, 3, 3, 0) in found.counts
    with pytest.raises(InvalidInput, match="states 4 rows, and 3 were read"):
        read(tmp_path, expected={"role delegations": 4})


def test_two_totals_that_say_different_things_stop_the_run(tmp_path: Path) -> None:
    _written(tmp_path, parter__csv=csv_text(PARTIES) + "Sum;7")
    assert _counts(read(tmp_path, expected={"parter.csv": 7}))["parties"].reconciles
    with pytest.raises(InvalidInput, match="totals do not reconcile"):
        read(tmp_path, expected={"parter.csv": 8})


def test_a_total_of_nothing_that_was_read_stops_the_run(tmp_path: Path) -> None:
    _written(tmp_path, parter__csv=csv_text(PARTIES))
    with pytest.raises(InvalidInput, match=r"`roler.csv`, and nothing that was read is called that"):
        read(tmp_path, expected={"roler.csv": 3})


def test_totals_in_json_stand_beside_the_rows(tmp_path: Path) -> None:
    rows = list(objects(PARTIES))
    text = f'{{"parter": {rows}, "kontrollsum": {{"parter": 7}}}}'.replace("'", '"')
    (tmp_path / "uttrekk.json").write_text(text.replace('Kafé "Sjøutsikt"; mat, drikke', "Kafé"), "utf-8")
    assert _counts(read(tmp_path))["parties"].stated == 7
