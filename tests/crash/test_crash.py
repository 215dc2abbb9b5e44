"""Killed under load, again and again: every acknowledged receipt is kept, and nothing is there twice.

`python -m tests.crash --kills 200` does the same for longer.
"""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crash.harness import Outcome, crash
from tests.crash.judge import judge

_KILLS = 8


@dataclass(frozen=True)
class Run:
    """A run, the client's log of it, and the database it left."""

    outcome: Outcome
    log: Path
    database: Path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Run:
    folder = tmp_path_factory.mktemp("crash")
    database = folder / "crash.db"
    shutil.copy(sqlite_template, database)
    return Run(crash(f"sqlite:///{database}", folder, _KILLS), folder / "client.log", database)


def test_no_acknowledged_receipt_is_lost_and_no_submission_is_there_twice(run: Run) -> None:
    assert run.outcome.verdict.complaints == ()
    assert run.outcome.kills["gateway at before-commit"] == _KILLS / 4
    assert run.outcome.kills["gateway at after-commit"] == _KILLS / 4
    assert run.outcome.kills["gateway at before-answer"] == _KILLS / 4
    assert run.outcome.kills["gateway at a random moment"] == _KILLS / 4
    assert run.outcome.kills["worker at before-commit"] > 0
    assert run.outcome.kills["worker at after-commit"] > 0
    assert run.outcome.verdict.acknowledged > _KILLS


def test_the_same_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    outcome = crash(postgresql_url, tmp_path, 4)
    assert outcome.verdict.complaints == ()
    assert sum(times for what, times in outcome.kills.items() if what.startswith("gateway")) == 4


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("acknowledged lost-1 OK", "lost-1 was acknowledged and is lost"),
        ("acknowledged batch-0-000001 OK", "batch-0-000001 was acknowledged 2 times"),
        ("archived batch-0-000001 1", "batch-0-000001 was archived as {"),
        ("wrong batch-0-000001 repeated:OK", "the client was told something wrong: batch-0-000001 repeated:OK"),
    ],
)
def test_a_promise_that_was_not_kept_is_noticed(run: Run, tmp_path: Path, line: str, complaint: str) -> None:
    log = tmp_path / "client.log"
    log.write_text(f"{run.log.read_text()}{line}\n")
    complaints = judge(log, f"sqlite:///{run.database}").complaints
    assert any(each.startswith(complaint) for each in complaints), complaints


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        (
            "UPDATE submission SET batch_id = 'nobodys' WHERE batch_id = 'batch-0-000001'",
            "nobodys is stored, but nobody",
        ),
        ("UPDATE content_chunk SET data = x'00'", "batch-0-000001 does not hold what was sent"),
        ("INSERT INTO content_chunk VALUES ('stray', 0, x'00')", "1 contents belong to nothing"),
        ("UPDATE element SET archive_reference = 'AR1'", "AR1 is the archive reference of"),
        ("DELETE FROM outbox", "batch-0-000001 is handed on 0 times"),
    ],
)
def test_a_database_that_is_not_as_told_is_noticed(run: Run, tmp_path: Path, statement: str, complaint: str) -> None:
    database = tmp_path / "crash.db"
    shutil.copy(run.database, database)
    connection = sqlite3.connect(database)
    connection.execute(statement)
    connection.commit()
    connection.close()
    complaints = judge(run.log, f"sqlite:///{database}").complaints
    assert any(each.startswith(complaint) for each in complaints), complaints
