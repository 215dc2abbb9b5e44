"""Who may approve, and who signs reports, can be settled by the installation: then no command takes others."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from brobygger.cli import main
from brobygger.commands.parity_options import settled_file


def test_what_is_settled_is_taken_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settled, other = tmp_path / "settled.json", tmp_path / "other.json"
    monkeypatch.setenv("BROBYGGER_APPROVERS", str(settled))

    assert settled_file("approvers", None) == settled
    assert settled_file("approvers", settled) == settled
    with pytest.raises(click.UsageError, match="BROBYGGER_APPROVERS settles this file"):
        settled_file("approvers", other)
    assert settled_file("report-key", other) == other


def test_nothing_is_settled_unless_somebody_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROBYGGER_APPROVERS", raising=False)
    assert settled_file("approvers", None) is None
    assert settled_file("approvers", tmp_path) == tmp_path


@pytest.mark.parametrize(("variable", "option"), [("APPROVERS", "--approvers"), ("REPORT_KEY", "--key")])
def test_a_cut_over_with_approvers_or_a_key_of_ones_own_is_misuse(
    variable: str, option: str, tmp_path: Path, sqlite_url: str
) -> None:
    own = tmp_path / "own"
    own.write_text("[]")
    environment = {"BROBYGGER_DATABASE_URL": sqlite_url, f"BROBYGGER_{variable}": str(tmp_path / "settled")}
    files = ["--report", str(own), "--signature", str(own), option, str(own)]
    answer = CliRunner(env=environment).invoke(main, ["migrate", "cutover", "--system", "1", *files])
    assert answer.exit_code == 2
    assert "settles this file" in answer.output
