"""resolve, explain, what-if and changes on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from brobygger.cli import main
from core import Store
from tests.worlds import CASES, read_world

FILE = CASES / "resolving" / "many-system-users.json"
CLIENT, FACIL, STRANGER = "310000302", "310000205", "313000214"
AGENT = "5ba00000-0000-4000-8000-000000000001"
BOLIG = ("--resource", "skd-eksempel-boligsameie")
AT = ("--at", "2026-09-01")

Run = Any


@pytest.fixture
def run(sqlite_url: str) -> Run:
    """Run a command on the test's own database, which holds a world with many system users."""
    store = Store(sqlite_url)
    store.import_facts("test", read_world("cli", json.loads(FILE.read_text("utf-8"))["world"]).facts)
    store.close()

    def run(*arguments: str, code: int = 0, stdin: str | None = None) -> Result:
        environment = {"BROBYGGER_DATABASE_URL": sqlite_url}
        result = CliRunner().invoke(main, arguments, env=environment, input=stdin)
        assert result.exit_code == code, result.output + result.stderr
        return result

    return run


def test_resolve_prints_the_system_user_to_use(run: Run) -> None:
    asked = ("resolve", "--client", CLIENT, *BOLIG, *AT)
    told = json.loads(run(*asked, "--json").stdout)
    assert (told["systemUser"]["externalRef"], told["systemUser"]["ground"]) == ("rett", "rettighetshaver")
    text = run(*asked).stdout
    assert text.startswith("use 5ba00000")
    assert "or  5ba00000" in text


def test_resolve_prints_what_each_lacks_and_how_to_get_one(run: Run) -> None:
    asked = ("resolve", "--client", STRANGER, *BOLIG, *AT, "--language", "nn")
    assert "ein aktiv systembrukar" in run(*asked, code=3).stdout
    lacking = run(*asked, "--owner", FACIL, code=3).stdout
    assert "lacks held, delegated" in lacking
    assert "ein klientadministrator hos 310000205" in lacking


def test_explain_prints_a_text_for_people_in_their_language(run: Run) -> None:
    asked = ("explain", "--system-user", AGENT, *BOLIG, *AT)
    text = run(*asked, "--for", CLIENT, "--language", "nn").stdout
    assert text.startswith("# Permit")
    assert "Kva svaret byggjer på" in text
    denied = json.loads(run(*asked, "--for", STRANGER, "--json", code=3).stdout)
    assert denied["explanation"]["language"] == "nb"
    assert denied["explanation"]["fixes"]


def test_what_if_compares_and_tells_what_would_end(run: Run, tmp_path: Path) -> None:
    supposed = {
        "questions": [
            {
                "subject": {"kind": "system-user", "id": AGENT},
                "party": CLIENT,
                "right": ["skd-eksempel-boligsameie", "write"],
            },
            {
                "subject": {"kind": "organisation", "id": CLIENT},
                "party": CLIENT,
                "right": ["skd-eksempel-boligsameie", "write"],
            },
        ],
        "remove": [{"kind": "register_role", "id": "er-1"}],
    }
    file = tmp_path / "what-if.json"
    file.write_text(json.dumps(supposed), "utf-8")
    answer = json.loads(run("what-if", str(file), "--json").stdout)
    assert [each["changed"] for each in answer["answers"]] == [True, False]
    assert AGENT in {loss["systemUser"] for loss in answer["losses"]}
    text = run("what-if", "-", stdin=json.dumps(supposed)).stdout
    assert f"{AGENT} would lose for" in text


@pytest.mark.parametrize(
    ("text", "code", "complaint"),
    [
        ("no json", 2, "not JSON"),
        ("[]", 2, "JSON object"),
        ('{"add": {}}', 2, "list of objects"),
        ('{"questions": [{}]}', 2, "each question"),
        ('{"add": [{"kind": "party"}]}', 1, "add[0].kind"),
    ],
)
def test_a_file_that_cannot_be_used(run: Run, text: str, code: int, complaint: str) -> None:
    assert complaint in run("what-if", "-", code=code, stdin=text).stderr


def test_changes_are_told_from_where_the_reader_was(run: Run) -> None:
    told = json.loads(run("changes", "--json", "--limit", "1000", "--kind", "client-delegation").stdout)
    assert {event["what"] for event in told["events"]} == {"client-delegation"}
    assert not told["more"]
    assert f"--since {told['next']}" in run("changes", "--since", str(told["next"])).stdout
