"""`brobygger migrate plan`: the file, the summary and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from brobygger.commands.migrate_plan import plan
from legacy_mappings.inventory import write_inventory
from legacy_mappings.planner import plan_digest, read_plan
from tests.migration.planner.small_firm import (
    FIRM,
    SUBMISSION,
    SYSTEM,
    VENDOR,
    became,
    firm_facts,
    head,
    inventory,
    organisation,
    relation,
    resource,
    used,
)

CLIENT = organisation("one", 10)


def kept(folder: Path, *numbers: int) -> str:
    """An inventory of a firm with one client, for which these forms were used."""
    facts = firm_facts(
        head(CLIENT, 100), relation(CLIENT, SUBMISSION, FIRM), resource("mva", ["a"]), became(1, "mva")
    )  # fmt: skip
    file = folder / "inventory.jsonl"
    write_inventory(inventory(facts, used(CLIENT, *numbers)), file)
    return str(file)


def test_a_plan_is_written_and_summed_up(tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    options = ["--vendor", VENDOR, "--inventory", kept(tmp_path, 1), "--out", str(out), "--json"]
    ran = CliRunner().invoke(
        plan, [*options, "--registered", f"{SYSTEM}={VENDOR}_mine", "--client-id", f"{VENDOR}_mine=k"]
    )
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    made = read_plan(out.read_text("utf-8"))
    assert (told["digest"], told["system_users"], told["clients"], told["gifts"]) == (plan_digest(made), 1, 1, 1)
    assert [(entry.id, entry.client_ids) for entry in made.systems] == [(f"{VENDOR}_mine", ("k",))]
    assert [stage["gap"] for stage in told["stages"]] == [0] * 5


def test_what_needs_a_person_is_exit_code_three_and_a_table_says_why(tmp_path: Path) -> None:
    ran = CliRunner().invoke(plan, ["--vendor", VENDOR, "--inventory", kept(tmp_path, 1, 2), "--until", "2027-01-01"])
    assert ran.exit_code == 3, ran.output
    assert "no-successor" in ran.stdout
    assert "needs a person" in ran.stdout


def test_misuse_is_told_apart_from_refusal(tmp_path: Path) -> None:
    file = kept(tmp_path, 1)
    refused = CliRunner().invoke(plan, ["--vendor", "123456789", "--inventory", file])
    assert refused.exit_code == 1
    for option in (["--registered", "mine"], ["--registered", "x=mine"], ["--client-id", "="], ["--cover", "all"]):
        assert CliRunner().invoke(plan, ["--vendor", VENDOR, "--inventory", file, *option]).exit_code == 2
