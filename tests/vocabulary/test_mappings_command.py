"""`brobygger mappings`: what it prints, and the exit codes that scripts go by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from brobygger.cli import main
from brobygger.demo.firm import firm_tables, firm_world
from brobygger.demo.world import seed_vocabulary
from core import OPERATOR, Store, import_world, upgrade_schema

HEADER = "service,action,resource,resource_action,source,dated,confidence\n"


def run(*arguments: str, code: int = 0) -> str:
    """What the command prints, where it ends as it should."""
    done = CliRunner().invoke(main, ["mappings", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def read(*arguments: str, code: int = 0) -> Any:
    """What the command says in JSON."""
    return json.loads(run(*arguments, "--json", code=code))


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    firm_tables(tmp_path / "mine")
    return tmp_path / "mine"


def test_coverage_counts_what_applies_asks_and_blocks(mine: Path) -> None:
    shipped, layered = read("coverage"), read("coverage", "--tables", str(mine))
    assert shipped["counts"]["roles"] == {"applies": 14, "asks": 21, "blocks": 11, "none": 0}
    assert layered["counts"]["services"]["none"] == 1
    assert layered["counts"]["services"]["applies"] > shipped["counts"]["services"]["applies"]


def test_coverage_lists_what_needs_somebody_and_on_demand_everything(mine: Path) -> None:
    some, every = run("coverage"), run("coverage", "--all")
    assert "UTINN" in some
    assert "A0239" not in some
    assert "A0239" in every


def test_coverage_of_what_this_installation_uses(mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/used.db"
    monkeypatch.setenv("BROBYGGER_DATABASE_URL", url)
    upgrade_schema(url)
    store = Store(url)
    seed_vocabulary(store)
    assert read("coverage", "--used")["roles"] == []
    import_world(store, OPERATOR, firm_world(0))
    store.close()
    found = read("coverage", "--used", "--tables", str(mine), code=3)
    assert [row["role"] for row in found["roles"]] == [
        "ADMAI", "ECKEYROLE", "GKBHT", "HADM", "LOPER", "PAVAD", "UTINN", "systeminnsendingsrettighet",
    ]  # fmt: skip
    assert found["services"] == []


def test_lint_is_silent_about_good_tables(mine: Path) -> None:
    assert run("lint") == run("lint", "--tables", str(mine)) == "nothing found\n"
    assert read("lint", "--tables", str(mine)) == {"findings": []}


def test_lint_ends_with_3_where_it_finds_something(tmp_path: Path) -> None:
    (tmp_path / "service_successors.csv").write_text(
        f"{HEADER}RF-9999,write,x,write,mine,2026-11-22,user\n", encoding="utf-8"
    )
    (finding,) = read("lint", "--tables", str(tmp_path), code=3)["findings"]
    assert (finding["table"], finding["line"]) == ("service_successors", 2)
    assert finding["layer"] == str(tmp_path)
    assert "RF-9999" in run("lint", "--tables", str(tmp_path), code=3)


def test_diff_tells_every_row_with_its_place(mine: Path) -> None:
    changes = read("diff", "--tables", str(mine))["changes"]
    by_subject = {tuple(change["subject"]): change for change in changes}
    vat = by_subject["asmx:212/3148", "write"]
    assert (vat["change"], vat["before"][0]["layer"], vat["before"][0]["line"]) == ("changed", "shipped", 2)
    assert vat["after"][0]["row"]["resource"] == "syn-mva"
    assert by_subject["svc:9117/260101",]["change"] == "added"
    assert by_subject["svc:9117/260101", "write"]["after"][0]["row"]["resource"] == ""
    assert "syn-mva:write" in run("diff", "--tables", str(mine))


def test_diff_of_a_layering_with_itself_is_empty(mine: Path) -> None:
    assert read("diff", "--from", str(mine), "--tables", str(mine)) == {"changes": []}


@pytest.mark.parametrize("command", ["coverage", "diff"])
def test_a_broken_table_is_refused_in_one_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "service_successors.csv").write_text(
        f"{HEADER}RF-0002,write,x,write,mine,2026-11-22,stated\n", encoding="utf-8"
    )
    done = CliRunner().invoke(main, ["mappings", command, "--tables", str(tmp_path)])
    assert done.exit_code == 1
    assert "service_successors.csv, line 2: the confidence is `stated`" in done.output
