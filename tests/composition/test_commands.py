"""The command line: every group works on a store, prints JSON for scripts, and tells errors in a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from brobygger.cli import main

Run = Any


@pytest.fixture
def run(sqlite_url: str) -> Run:
    """Run a command on the test's own database."""

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, arguments, env={"BROBYGGER_DATABASE_URL": sqlite_url})
        assert result.exit_code == code, result.output + result.stderr
        return result

    return run


def _json(result: Result) -> Any:
    return json.loads(result.stdout)


WORLD = {
    "format": "brobygger-world/1",
    "facts": {
        "party": [
            {"id": "a", "kind": "organisation", "number": "310000205", "name": "A AS", "altinn_id": 1, "form": "AS"},
            {"id": "b", "kind": "organisation", "number": "310000302", "name": "B AS", "altinn_id": 2, "form": "AS"},
        ]
    },
}


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Run:
    """The same, on two parties and the shipped vocabulary."""
    (tmp_path / "in.json").write_text(json.dumps(WORLD))
    assert _json(run("world", "import", "--json", str(tmp_path / "in.json")))["facts"] == {"party": 2}
    return run


def test_a_system_a_grant_and_a_decision(filled: Run) -> None:
    added = _json(filled("system", "add", "--owner", "310000205", "--name", "Lønn", "--password", "passord1", "--json"))
    number = str(added["id"])
    asked = ("decide", "--system", number, "--for", "310000302", "--form", "212/4348", "--json")
    assert _json(filled(*asked, code=3))["reasons"] == ["missing-submission-role"]
    grant = ("grant", "add", "--from", "310000302", "--to", "310000205", "--role", "systeminnsendingsrettighet")
    given = _json(filled(*grant, "--json"))
    assert _json(filled(*asked))["via"][0]["id"] == given["id"]
    assert _json(filled("grant", "list", "--to", "310000205", "--json")) == [given]
    filled("system", "lock", number)
    assert _json(filled(*asked, code=3))["reasons"] == ["system-locked"]
    assert _json(filled("system", "lock", number, "--unlock", "--json"))["state"] == "active"
    filled("grant", "revoke", given["id"])
    assert _json(filled(*asked, code=3))["reasons"] == ["missing-submission-role"]
    assert [row["id"] for row in _json(filled("system", "list", "--json"))] == [added["id"]]


def test_tables_and_proofs_are_readable(filled: Run) -> None:
    filled("system", "add", "--owner", "310000205", "--name", "Lønn", "--password", "passord1", "--number", "77")
    assert "Lønn" in filled("system", "list").stdout
    said = filled("decide", "--system", "77", "--for", "310000302", "--form", "212/4348", code=3).stdout
    assert "who can give it: a person with ADMAI/HADM at 310000302" in said


def test_what_is_exported_can_be_imported_and_exports_the_same(filled: Run, tmp_path: Path) -> None:
    filled("system", "add", "--owner", "310000205", "--name", "Lønn", "--password", "passord1")
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    filled("world", "export", str(first))
    filled("world", "import", str(first))
    filled("world", "export", str(second))
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_mode & 0o077 == 0, "it holds password hashes"


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (
            {"party": [{"id": "x", "kind": "organisation", "number": "310000206", "name": "X", "altinn_id": 9}]},
            "mod-11",
        ),
        ({"register_role": [{"id": "r", "party": "a", "holder": "nobody", "role": "REGN"}]}, "points at no party"),
        ({"party": [{"id": "x"}]}, "missing"),
        ({"partie": []}, "not a kind of fact"),
    ],
)
def test_a_world_that_is_wrong_is_refused_whole(filled: Run, tmp_path: Path, facts: object, says: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({"format": "brobygger-world/1", "facts": facts}))
    before = _json(filled("world", "export", "--json", str(tmp_path / "before.json")))
    assert says in filled("world", "import", str(path), code=1).stderr
    after = _json(filled("world", "export", "--json", str(tmp_path / "after.json")))
    assert after["facts"] == before["facts"]


def test_a_person_may_give_only_what_they_may(filled: Run) -> None:
    refused = filled(
        "grant", "add", "--from", "310000302", "--to", "310000205", "--role", "UTINN", "--as", "310000205", code=1
    )
    assert "delegation-refused" in refused.stderr
    assert "who can give it" in refused.stderr


def test_the_database_is_checked_and_upgraded(run: Run, tmp_path: Path) -> None:
    assert _json(run("db", "check", "--json")) == {"ready": True, "problems": []}
    empty = {"BROBYGGER_DATABASE_URL": f"sqlite:///{tmp_path / 'empty.db'}"}
    checked = CliRunner().invoke(main, ["db", "check"], env=empty)
    assert checked.exit_code == 1
    assert "db upgrade" in checked.stdout
    unusable = CliRunner().invoke(main, ["system", "list"], env=empty)
    assert unusable.exit_code == 2
    assert "db upgrade" in unusable.stderr
    assert _json(CliRunner().invoke(main, ["db", "upgrade", "--json"], env=empty))["revision"]
    assert CliRunner().invoke(main, ["db", "check"], env=empty).exit_code == 0


def test_every_command_says_what_it_is_for() -> None:
    for name, command in main.commands.items():
        assert command.help, name
        for inner in getattr(command, "commands", {}).values():
            assert inner.help, inner.name
