"""The commands: dry-run, apply, status, rollback; JSON for scripts, and exit codes that say what is needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from brobygger.commands.migrate_apply import apply_command
from brobygger.commands.migrate_dry_run import dry_run_command
from brobygger.commands.migrate_rollback import rollback
from brobygger.commands.migrate_status import status
from core import Store
from legacy_mappings.apply import migration_state
from legacy_mappings.inventory import inventory_of_store, write_inventory
from legacy_mappings.planner import plan_text
from tests.migration.apply.world import DIGEST, plan_for

Run = Any


@pytest.fixture
def run(firm_url: str) -> Run:
    """Run a command on the firm's database; returns what it printed as JSON, or its words."""

    def run(command: click.Command, *arguments: str, code: int = 0, demo: bool = True) -> Any:
        env = {"BROBYGGER_DATABASE_URL": firm_url, "BROBYGGER_DEMO": "true" if demo else None}
        result = CliRunner().invoke(command, arguments, env=env)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in arguments and code in {0, 3} else result.output

    return run


@pytest.fixture
def plan_file(tmp_path: Path) -> str:
    """The plan as a file."""
    path = tmp_path / "plan.json"
    path.write_text(plan_text(plan_for()), encoding="utf-8")
    return str(path)


def test_from_rehearsal_to_roll_back(run: Run, plan_file: str, firm: Store, tmp_path: Path) -> None:
    before = migration_state(firm)
    told = run(dry_run_command, "--plan", plan_file, "--json")
    assert (told["complete"], told["counts"]) == (True, {"done": 20})
    assert run(status, "--json") == []

    waiting = run(apply_command, "--plan", plan_file, "--json", code=3)
    assert waiting["counts"] == {"done": 6, "waiting": 14}
    done = run(apply_command, "--plan", plan_file, "--approve", "--json", "--out", str(tmp_path / "out.json"))
    assert done["complete"]
    assert json.loads((tmp_path / "out.json").read_text()) == done
    assert {"plan", "tried", "steps"} <= done.keys()

    (board,) = run(status, DIGEST[:8], "--json")
    assert board["plan"] == DIGEST
    assert {"wave": 1, "stage": "clients", "states": {"done": 6}, "not_begun": None} in board["board"]
    assert all(row["not_begun"] == 0 for row in run(status, "--plan", plan_file, "--json")[0]["board"])
    assert "clients" in run(status)

    taken = run(rollback, DIGEST[:12], "--json")
    assert taken["counts"] == {"taken-back": 20}
    assert migration_state(firm) == before


def test_a_rehearsal_on_an_inventory(run: Run, plan_file: str, firm: Store, tmp_path: Path) -> None:
    write_inventory(inventory_of_store(firm, firm.clock()), tmp_path / "inventory.jsonl")
    told = run(dry_run_command, "--plan", plan_file, "--inventory", str(tmp_path / "inventory.jsonl"), "--json")
    assert told["counts"] == {"done": 20}
    waiting = run(dry_run_command, "--plan", plan_file, "--nobody-approves", code=3)
    assert "What needs a person" in waiting


def test_only_the_stand_in_approves_in_the_parties_place(run: Run, plan_file: str, firm: Store) -> None:
    refused = run(apply_command, "--plan", plan_file, "--approve", code=2, demo=False)
    assert "stand-in only" in refused
    assert firm.snapshot().requests.get("any") is None


def test_what_is_no_plan_and_what_was_never_begun(run: Run, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}")
    assert "invalid-plan" in run(apply_command, "--plan", str(tmp_path / "no.json"), code=1)
    (tmp_path / "no.json").write_bytes(b"\xff")
    assert "invalid-plan" in run(apply_command, "--plan", str(tmp_path / "no.json"), code=1)
    assert "plan-not-found" in run(rollback, "abc", code=1)
    assert "no plan has been begun" in run(status)


def test_one_wave(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "waves.json"
    path.write_text(plan_text(plan_for(waves=True)), encoding="utf-8")
    run(apply_command, "--plan", str(path), "--approve", "--wave", "1")
    (board,) = run(status, "--plan", str(path), "--json")
    assert {row["wave"]: row["not_begun"] for row in board["board"] if row["stage"] == "clients"} == {1: 0, 2: 4}
    assert run(rollback, board["plan"], "--wave", "1", "--json")["complete"]
