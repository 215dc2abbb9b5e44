"""`inventory` on the command line: of the store and of files, JSON for scripts, exit codes, no number of a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from brobygger.commands.migrate_inventory import inventory
from core import Store
from legacy_mappings.inventory import read_written_inventory
from tests.migration.inventory.world import CLIENT, FIRM, OWNER, TABLES, csv_files, persons
from tests.small_world import small_world

Run = Callable[..., Result]


@pytest.fixture
def files(tmp_path: Path) -> str:
    """A folder with the files of the firm."""
    folder = tmp_path / "files"
    folder.mkdir()
    csv_files("cp1252")(folder, TABLES)
    return str(folder)


@pytest.fixture
def run(sqlite_url: str) -> Run:
    """Run the command on the test's own database."""

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(inventory, arguments, env={"BROBYGGER_DATABASE_URL": sqlite_url})
        assert result.exit_code == code, result.output + result.stderr
        assert not any(number in result.output + result.stderr for number in persons(2))
        return result

    return run


def _json(result: Result) -> Any:
    return json.loads(result.stdout)


def test_files_are_told_in_figures_lists_and_totals(run: Run, files: str, tmp_path: Path) -> None:
    out = tmp_path / "inventory.jsonl"
    told = _json(run(files, "--out", str(out), "--at", "2026-11-22", "--expect", "parties=7", "--json"))
    assert told["summary"]["parties"] == {"organisation": 4, "person": 2, "sub-unit": 1}
    assert told["summary"]["used"] == 2
    assert {row["what"]: row["stated"] for row in told["counts"]}["parties"] == 7
    assert [each["enterprise_system"] for each in told["dead_systems"]] == [4712]
    (owned,) = told["person_owned"]
    assert owned["owner"] not in (OWNER, "")
    assert (told["bad_rows"], told["unexplained"], told["kept"]) == ([], [], 0)
    assert told["at"] == read_written_inventory(out).at.isoformat() == "2026-11-22T00:00:00+00:00"
    table = run(files).stdout
    assert "Lønn" not in table
    assert "Owned by persons" in table


def test_bad_rows_and_use_without_a_right_ask_for_a_person(run: Run, files: str) -> None:
    (Path(files) / "mer bruk.csv").write_text(
        f"Fagsystem;Avgiver;Skjema;Sist brukt\n4711;{CLIENT};9999/1;01.11.2026\n4999;{FIRM};212/4348;01.11.2026\n"
        "4711;01817010099;212/4348;01.11.2026\n",
        "utf-8",
    )
    told = _json(run(files, "--json", code=3))
    assert [(row["file"], row["line"]) for row in told["bad_rows"]] == [("mer bruk.csv", 3), ("mer bruk.csv", 4)]
    assert told["bad_rows"][1]["text"] == "4711;***********;212/4348;01.11.2026"
    assert told["unexplained"] == []
    shown = run(files, code=3).stdout
    assert "No enterprise system has this number. Add it to the table of enterprise systems." in shown


def test_totals_that_differ_refuse(run: Run, files: str) -> None:
    refused = run(files, "--expect", "parter.csv=8", code=1)
    assert refused.stderr.startswith("totals-differ: the totals do not reconcile")
    assert "is not WHAT=ROWS" in run(files, "--expect", "parter.csv", code=2).stderr


def test_the_store_is_read_without_files_and_filled_with_keep(run: Run, files: str, sqlite_store: Store) -> None:
    sqlite_store.import_facts("tests", small_world())
    assert _json(run("--json"))["summary"]["enterprise_systems"] == 1
    kept = _json(run(files, "--keep", "--json"))
    assert kept["kept"] > 0
    assert kept["summary"]["enterprise_systems"] == 2
    assert _json(run(files, "--keep", "--json"))["kept"] == 0
    assert sqlite_store.snapshot().party_numbered(CLIENT) is not None
    assert "facts put into the store" not in run(files, "--with-store").stdout
