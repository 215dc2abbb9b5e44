"""The pytest plugin, as a project has it that builds on the gateway: by its name, in a pytest of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
from datetime import UTC, datetime

import httpx
import pytest

SYSTEM = {
    "id": "310000108_under-test", "vendor": {"ID": "0192:310000108"}, "accessPackages": [], "clientId": [],
    "name": {"nb": "x", "nn": "x", "en": "x"}, "description": {"nb": "x", "nn": "x", "en": "x"},
}
REGISTER = "altinn:authentication/systemregister.write"


def registered(http, token):
    return http.post("/authentication/api/v1/systemregister/vendor", json=SYSTEM, headers=token)


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_does_is_undone_after_it(brobygger, turn):
    answer = registered(brobygger.http, brobygger.authorised(brobygger.token(REGISTER)))
    assert answer.status_code == 200, answer.text


def test_a_system_user_has_its_token_in_process_and_on_a_port(brobygger):
    token = brobygger.token("skatteetaten:eksempel", owner="310000701")
    assert token.count(".") == 2
    address = brobygger.serve()
    assert httpx.get(address + "/health/ready").json()["status"] == "ready"
    assert address == brobygger.serve() == brobygger.base_url


def test_the_clock_moves_and_comes_back(brobygger):
    token = brobygger.authorised(brobygger.token(REGISTER))
    brobygger.clock.move(hours=1)
    assert registered(brobygger.http, token).status_code == 401
    brobygger.clock.reset()
    assert registered(brobygger.http, token).status_code == 200


def test_the_clock_can_stand_still(brobygger):
    brobygger.clock.stop(datetime(2027, 1, 1, tzinfo=UTC))
    brobygger.clock.move(minutes=5)
    assert brobygger.clock() == brobygger.clock() == datetime(2027, 1, 1, 0, 5, tzinfo=UTC)


def test_a_moment_can_be_kept_and_gone_back_to(brobygger):
    token = brobygger.authorised(brobygger.token(REGISTER))
    kept = brobygger.keep()
    assert registered(brobygger.http, token).status_code == 200
    assert registered(brobygger.http, token).status_code == 400
    brobygger.reset(kept)
    assert registered(brobygger.http, token).status_code == 200


def test_an_empty_gateway_takes_a_world(brobygger_empty):
    snapshot = brobygger_empty.store.snapshot()
    assert not len(snapshot.files) and snapshot.catalogue.roles
    party = {"id": "c11e0000-0000-4000-8000-000000000302", "kind": "organisation", "number": "310000302",
             "name": "Klient R AS", "altinn_id": 50000002, "form": "AS"}
    brobygger_empty.load({"format": "brobygger-world/1", "facts": {"party": [party]}})
    assert brobygger_empty.store.snapshot().party_numbered("310000302").name == "Klient R AS"


def test_a_token_that_cannot_be_had_says_why(brobygger):
    with pytest.raises(RuntimeError, match="MP-303"):
        brobygger.token("skatteetaten:eksempel", owner="310000302")
"""


def run(folder: Path, suite: str) -> str:
    """What pytest says of a suite of its own."""
    (folder / "test_suite.py").write_text(suite, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:schemathesis", "-p", "no:cacheprovider", str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_examples_of_the_page_work(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "testing.md").read_text("utf-8")
    (example,) = re.findall(r"(?ms)^```python\n(.*?)^```", page)
    assert "3 passed" in run(tmp_path, example)


def test_a_project_of_its_own_has_the_whole_gateway_in_one_fixture(tmp_path: Path) -> None:
    assert "8 passed" in run(tmp_path, SUITE)
