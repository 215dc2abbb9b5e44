"""`brobygger register import`: JSON and CSV, a complete file, and rows that are kept with their reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from brobygger.cli import main

PARTIES = [
    {"number": "310000205", "name": "A AS", "form": "AS"},
    {"number": "310000302", "name": "B AS", "form": "AS"},
    {"number": "01828010154", "name": "SYNTETISK C"},
]
ROLES = [{"party": "310000302", "holder": "310000205", "role": "REGN"}]


class Command:
    """Runs the command on one database."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self.folder = folder

    def take(self, name: str, text: str, *options: str, code: int = 0) -> Result:
        """Import a file with this text."""
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        arguments = ["register", "import", str(file), *options]
        result = CliRunner().invoke(main, arguments, env={"BROBYGGER_DATABASE_URL": self._url})
        assert result.exit_code == code, result.output + result.stderr
        return result

    def counts(self, name: str, text: str, *options: str, code: int = 0) -> dict[str, Any]:
        """The same, as numbers; those that are nought are left out."""
        told: dict[str, Any] = json.loads(self.take(name, text, "--json", *options, code=code).stdout)
        return {key: value for key, value in told.items() if value}


@pytest.fixture
def command(sqlite_url: str, tmp_path: Path) -> Command:
    """The command on an empty database."""
    return Command(sqlite_url, tmp_path)


def test_json_in_and_the_same_again(command: Command) -> None:
    text = json.dumps({"parties": PARTIES, "roles": ROLES})
    assert command.counts("in.json", text) == {"new_parties": 3, "new_roles": 1}
    assert command.counts("in.json", text) == {"same_parties": 3, "same_roles": 1}
    assert command.counts("in.json", json.dumps({"ended": ROLES})) == {"ended_roles": 1}


def test_csv_in_two_files_and_a_complete_one(command: Command) -> None:
    parties = "\ufeffnumber;name;form\n" + "\n".join(f"{p['number']};{p['name']};{p.get('form', '')}" for p in PARTIES)
    assert command.counts("parties.csv", parties) == {"new_parties": 3}
    both = "party,holder,role\n310000302,310000205,REGN\n310000302,310000205,REVI\n"
    assert command.counts("roles.csv", both) == {"new_roles": 2}
    one = "party,holder,role\n310000302,310000205,REVI\n"
    assert command.counts("roles.csv", one, "--complete") == {"same_roles": 1, "ended_roles": 1}


def test_rejected_rows_are_told_and_kept_whole(command: Command) -> None:
    wrong = {"party": "310000302", "holder": "01828010154", "role": "NOPE"}
    text = json.dumps({"parties": PARTIES, "roles": [*ROLES, wrong]})
    kept = command.folder / "rejected.json"
    told = command.counts("in.json", text, "--rejected", str(kept), code=1)
    assert told["rejected"] == [{"list": "roles", "row": 2, "reason": "there is no role `NOPE`"}]
    assert json.loads(kept.read_text("utf-8"))[0]["cells"] == wrong
    assert kept.stat().st_mode & 0o077 == 0
    table = command.take("in.json", text, code=1)
    assert "there is no role `NOPE`" in table.stdout
    assert "01828010154" not in table.output


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("in.json", "{", "in.json is not JSON"),
        ("in.json", "[]", "must be an object with the lists parties, roles, ended"),
        ("in.json", '{"role": []}', "must be an object with the lists parties, roles, ended"),
        ("in.csv", "", "in.csv has no header"),
    ],
    ids=range(4),
)
def test_a_file_that_is_none_is_refused_in_one_line(command: Command, name: str, text: str, said: str) -> None:
    result = command.take(name, text, code=1)
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_cells_beyond_the_header_are_not_dropped_unseen(command: Command) -> None:
    told = command.counts("parties.csv", "number,name\n310000205,A AS,AS\n", code=1)
    assert told["rejected"] == [{"list": "parties", "row": 1, "reason": "there is no column `(no header)`"}]
