"""`brobygger delivery`: what it shows, what it tries again, its exit codes, and a worker of its own."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from brobygger.cli import main
from brobygger.demo.keys import new_key
from core import DeliveryState, Store
from tests.delivery.real_owner import real_owner
from tests.delivery.world import CLIENT, RESOURCE, SCOPE, Outside, courier, deliveries, hand_in

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command line on the test's database."""
    monkeypatch.setenv("BROBYGGER_DATABASE_URL", sqlite_url)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["delivery", *arguments])

    return run


def read(result: Result) -> Any:
    """What a command printed as JSON."""
    return json.loads(result.stdout)


def test_status_counts_and_shows_why_and_retry_brings_them_back(world: Store, outside: Outside, run: Run) -> None:
    assert run("status").exit_code == 0
    hand_in(world, "a", "b")
    outside.script.extend(["answer:422:Feltet mangler for 01817010055", "answer:500"])
    courier(world, outside, hands=1).drain()
    shown = run("status", "--json")
    assert shown.exit_code == 3
    told = read(shown)
    assert told["counts"] == {"ready": 1, "sending": 0, "held": 0, "delivered": 0, "dead": 1}
    (dead,) = told["deliveries"]
    assert (dead["cause"], dead["status"], dead["why"]) == ("refused", 422, "Feltet mangler for 018170*****")
    assert "422" in run("status").stdout
    assert [row["state"] for row in read(run("status", "--json", "--state", "ready"))["deliveries"]] == ["ready"]
    assert read(run("retry", "--json", "--dead")) == {"tried_again": 1}
    assert run("retry", str(dead["element"])).stdout == "1 are tried again\n"
    assert {each.state for each in deliveries(world)} == {DeliveryState.READY}
    assert run("status").exit_code == 0


def test_misuse_and_refusals_have_codes_of_their_own(world: Store, run: Run) -> None:
    assert run("retry").exit_code == 2
    unknown = run("retry", "17")
    assert (unknown.exit_code, unknown.stderr.split(":")[0]) == (1, "delivery-not-found")


def test_a_worker_of_its_own_delivers_and_needs_a_file_of_targets(
    world: Store, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(world, "a")
    # The command sends every logger of its process to its own handler.
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers[:])
    monkeypatch.setattr(root, "level", root.level)
    for name, value in (("TRUSTED_ISSUERS", "issuers.json"), ("PUBLIC_URL", "https://bro.example")):
        monkeypatch.setenv(f"BROBYGGER_{name}", value)
    refused = run("run", "--once")
    assert refused.exit_code == 2
    assert "DELIVERY_TARGETS" in refused.stderr
    monkeypatch.setenv("BROBYGGER_DEMO", "true")
    with real_owner() as owner:
        target = {"for": [RESOURCE], "address": f"{owner.url}/mva/{{party}}", "scope": SCOPE}
        rows = {"issuer": f"{owner.url}/", "client_id": CLIENT, "key_file": "key.json", "targets": [target]}
        (tmp_path / "key.json").write_text(json.dumps(new_key("kid-1")))
        (tmp_path / "targets.json").write_text(json.dumps(rows))
        monkeypatch.setenv("BROBYGGER_DELIVERY_TARGETS", str(tmp_path / "targets.json"))
        assert run("run", "--once").stdout == "1 tries were made\n"
    (delivered,) = deliveries(world)
    assert (delivered.state, delivered.cause) == (DeliveryState.DELIVERED, None)
    assert owner.times == {delivered.key: 1}
