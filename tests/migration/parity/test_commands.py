"""`brobygger migrate parity`, `verify`, `approve` and `key`: what they write and print, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from brobygger.commands.migrate_approve import approve, key
from brobygger.commands.migrate_parity import parity
from brobygger.commands.migrate_verify import verify
from core import DecisionTerms, Right, ServiceId, Store, Written, upgrade_schema
from legacy_mappings.inventory import inventory_of_snapshot, write_inventory
from legacy_mappings.planner import plan_text
from legacy_mappings.planner.records import Cause, NotCarried
from tests.migration.parity.judging import in_order
from tests.migration.parity.moved_world import AT, moved_world
from tests.migration.parity.plans import plan_with
from tests.migration.parity.some import moved_snapshot, spoiling, spoilt

WHEN = ("--at", AT.strftime("%Y-%m-%dT%H:%M:%S%z"))


@pytest.fixture
def store(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store of the commands, with a world that was moved well in it."""
    monkeypatch.setenv("BROBYGGER_DATABASE_URL", sqlite_url)
    monkeypatch.chdir(tmp_path)
    upgrade_schema(sqlite_url)
    store = Store(sqlite_url, terms=DecisionTerms())
    store.import_facts("test", in_order(moved_world(4)))
    yield store
    store.close()


def spoil(store: Store) -> None:
    """Lose something, and gain something."""
    store.change("test", lambda snapshot: Written(tuple(spoiling(snapshot)), None))


def run(command: click.Command, *arguments: str, code: int = 0) -> str:
    """What the command prints, where it ends as it should."""
    done = CliRunner().invoke(command, list(arguments))
    assert done.exit_code == code, done.output
    return done.output


def read(command: click.Command, *arguments: str, code: int = 0) -> Any:
    """What the command says in JSON."""
    return json.loads(run(command, *arguments, "--json", code=code))


def keys(*names: str) -> None:
    """A key pair each, and the file of who may approve."""
    for name in names:
        run(key, name)
    rows = [{"name": name, "public_key": Path(f"{name}.pub").read_text(encoding="ascii")} for name in names]
    Path("approvers.json").write_text(json.dumps(rows), encoding="utf-8")


def test_a_world_moved_well_passes_and_its_report_verifies(store: Store) -> None:
    keys("machine")
    told = read(parity, *WHEN, "--out", "report.json", "--key", "machine")

    assert told["gate"] == {"passes": True, "reasons": [], "approved_by": [], "refused": []}
    assert (told["settled"], told["lines"]["lost"], told["lines"]["gained"]) == (True, 0, 0)
    assert "the gate is passed" in run(verify, "report.json", "--key", "machine.pub")
    assert read(verify, "report.json", "--key", "machine.pub")["pairs"] == told["pairs"] > 0


def test_a_tampered_report_is_refused_with_exit_code_1(store: Store) -> None:
    keys("machine", "other")
    run(parity, *WHEN, "--out", "report.json", "--key", "machine")
    report = Path("report.json")
    report.write_text(report.read_text(encoding="utf-8").replace('"kept"', '"lost"', 1), encoding="utf-8")

    assert "signature-wrong" in run(verify, "report.json", "--key", "machine.pub", code=1)
    run(parity, *WHEN, "--out", "report.json", "--key", "machine")
    assert "signature-wrong" in run(verify, "report.json", "--key", "other.pub", code=1)
    run(verify, "report.json", "--key", "machine.pub")


def test_what_was_gained_waits_for_two_persons(store: Store) -> None:
    keys("machine", "kari", "ola")
    spoil(store)
    lost = read(parity, *WHEN, "--out", "report.json", "--key", "machine", code=3)["lines"]["lost"]
    common = ("--approvers", "approvers.json", "--most-lost", str(lost))
    assert "the gate is NOT passed" in run(verify, "report.json", "--key", "machine.pub", *common, code=3)
    for name in ("kari", "ola"):
        written = ("report.json", "--report-key", "machine.pub", "--key", name, "--out", f"{name}.json")
        assert "gained lines approved" in run(approve, *written)

    given = ("--approval", "kari.json", "--approval", "ola.json")
    found = read(verify, "report.json", "--key", "machine.pub", *common, *given)
    assert found["gate"]["approved_by"] == ["kari", "ola"]
    assert read(verify, "report.json", "--key", "machine.pub", *common, *given[:2], code=3)["gate"]["reasons"]
    assert read(parity, *WHEN, *common, *given)["gate"]["passes"]


def test_only_a_signed_report_with_something_gained_can_be_approved(store: Store) -> None:
    keys("machine", "kari")
    run(parity, *WHEN, "--out", "report.json", "--key", "machine")
    to = ("report.json", "--key", "kari", "--out", "kari.json")

    assert "nothing was gained" in run(approve, *to, "--report-key", "machine.pub", code=1)
    assert "signature-wrong" in run(approve, *to, "--report-key", "kari.pub", code=1)
    assert not Path("kari.json").exists()


def test_losses_that_the_plan_names_pass(store: Store) -> None:
    store.change("test", lambda snapshot: Written(tuple(spoiling(snapshot))[:1], None))
    found = read(parity, *WHEN, code=3)
    groups = [group for group in found["groups"] if group["finding"] == "lost"]
    rows = [
        NotCarried(
            group["enterprise_system"], group["ground"], Cause.NOT_USED,
            tuple(map(_right, group["rights"])), tuple(group["reportees"]), "ask",
        )
        for group in groups
    ]  # fmt: skip
    Path("plan.json").write_text(plan_text(plan_with(*rows)), encoding="utf-8")

    assert read(parity, *WHEN, "--plan", "plan.json")["lost_agreed"] == found["lines"]["lost"] > 0


def _right(pair: list[str]) -> Right:
    return Right(ServiceId(pair[0]), pair[1])


def test_the_old_world_can_be_that_of_an_inventory(store: Store) -> None:
    moved = moved_snapshot()
    write_inventory(inventory_of_snapshot(moved, AT), Path("inventory.jsonl"))
    spoil(store)

    found = read(parity, *WHEN, "--inventory", "inventory.jsonl", code=3)
    assert found["lines"]["lost"] > 0
    assert "lost" in run(parity, *WHEN, "--inventory", "inventory.jsonl", code=3)
    assert spoilt(moved).sequence == moved.sequence


def test_what_stops_with_the_old_roles_is_told(store: Store) -> None:
    told = read(parity, *WHEN, "--until", "2027-01-01")

    assert {row["keeps"].partition(":")[0] for row in told["stops"]} == {"system-user"}
    assert "Stops when the old roles end" in run(parity, *WHEN, "--until", "2027-01-01")


def test_a_key_is_kept_to_its_owner_and_never_written_over(store: Store) -> None:
    keys("mine")

    assert Path("mine").stat().st_mode & 0o077 == 0
    assert read(parity, *WHEN, "--system", "2")["pairs"] < read(parity, *WHEN)["pairs"]
    assert "there already" in run(key, "mine", code=1)
    run(parity, "--key", "mine", code=2)


def test_a_key_that_cannot_be_read_leaves_no_report(store: Store) -> None:
    Path("wrong").write_text("no key", encoding="ascii")
    Path("binary").write_bytes(b"\xff\xfe")

    assert "invalid-key" in run(parity, *WHEN, "--out", "report.json", "--key", "wrong", code=1)
    assert not Path("report.json").exists()
    assert "invalid-report" in run(parity, *WHEN, "--approvers", "binary", code=1)
