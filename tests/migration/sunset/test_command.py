"""`brobygger migrate sunset`: what it prints for people and scripts, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from brobygger.commands.migrate_sunset import sunset
from core import OldCall, Store, count_call, write_census
from tests.doors.soap.conftest import Clock

Run = Callable[..., Result]
CALL = OldCall("DataExchange", "ASMX", "SubmitBatchPw", "enterprise-system:4711", True, "192.0.2.7", "Old/1.0")


@pytest.fixture
def run(sqlite_url: str) -> Run:
    """Run the command on the test's own database."""

    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(sunset, arguments, env={"BROBYGGER_DATABASE_URL": sqlite_url})
        assert result.exit_code == code, result.output + result.stderr
        return result

    return run


def printed(result: Result) -> Any:
    return json.loads(result.stdout)


def called(store: Store, clock: Clock, moment: datetime, *calls: OldCall) -> None:
    """Calls at this moment."""
    clock.now = moment
    for call in calls:
        count_call(store, call)
    write_census(store)


def test_who_is_left_and_who_may_be(world: Store, clock: Clock, run: Run) -> None:
    assert "no whole week yet" in run("who").output
    now = datetime.now(UTC)
    stranger = OldCall("DataExchange", "ASMX", "ActiveForms", address="192.0.2.8")
    for week in range(4):
        called(world, clock, now - timedelta(days=7 * (4 - week)), *[CALL] * (4 - week), stranger)
    called(world, clock, now, CALL._replace(caller="enterprise-system:4712"))
    told = run("who", code=3)
    assert "enterprise-system:4711" in told.output
    assert "Fagsystem" in told.output
    assert "(nobody named)" in told.output
    assert "2 left; callers in each week: 1 1 1 1" in told.output
    assert "SubmitBatchPw" not in told.output
    assert "SubmitBatchPw" in run("who", "--lines", code=3).output
    told = printed(run("who", "--json", "--allow", "4712", code=3))
    assert told["left"] == ["enterprise-system:4711"]
    assert [each["caller"] for each in told["callers"]] == ["enterprise-system:4711", "enterprise-system:4712", ""]
    first = told["callers"][0]
    assert (first["name"], first["owner"], first["calls"], first["weeks"]) == (
        "Fagsystem",
        "310000000",
        10,
        [4, 3, 2, 1],
    )
    assert first["projection"]["trend"] == "falling"
    assert first["lines"][0]["address"] == "192.0.2.7"
    assert printed(run("who", "--json", "--allow", "4711", "--allow", "4712"))["left"] == []
    since = (now - timedelta(days=2)).date().isoformat()
    assert printed(run("who", "--json", "--since", since, code=3))["left"] == ["enterprise-system:4712"]


def test_coverage_waits_for_a_whole_month_end_and_a_whole_vat_term(world: Store, clock: Clock, run: Run) -> None:
    assert printed(run("coverage", "--json", code=3)) == []
    called(world, clock, datetime.now(UTC) - timedelta(days=120), CALL)
    periods = printed(run("coverage", "--json"))
    assert {each["kind"] for each in periods if each["is_whole"]} == {"month-end", "vat-term"}
    assert "month-end" in run("coverage").output


def test_a_brown_out_is_planned_listed_and_ended(world: Store, run: Run, tmp_path: Path) -> None:
    begins, ends = (f"2999-02-01T{hour}:00:00+01:00" for hour in ("08", "09"))
    times = ("--begins", begins, "--ends", ends)
    cohort = tmp_path / "cohort.txt"
    cohort.write_text("4711\n4712\n")
    planned = printed(run("brown-out", "add", *times, "--callers", str(cohort), "--allow", "4712", "--json"))
    assert planned["callers"] == ["enterprise-system:4711", "enterprise-system:4712"]
    assert planned["allowed"] == ["enterprise-system:4712"]
    assert datetime.fromisoformat(planned["begins"]) == datetime(2999, 2, 1, 7, tzinfo=UTC)
    assert printed(run("brown-out", "list", "--json"))[0]["id"] == planned["id"]
    assert planned["id"] in run("brown-out", "list").output
    assert printed(run("brown-out", "result", planned["id"], "--json")) == []
    assert "Turned away" in run("brown-out", "result", planned["id"]).output
    assert planned["id"] in run("brown-out", "end", planned["id"]).output
    assert printed(run("brown-out", "list", "--json")) == []
    assert "planned:" in run("brown-out", "add", *times, "--operation", "submitbatchpw").output


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--begins", "2999-01-01T08:00:00Z", "--ends", "2999-01-01T08:00:00Z"], 1, "invalid-brown-out"),
        (["--begins", "2999-01-01T08:00:00Z", "--ends", "2999-01-01T09:00:00"], 2, "no time zone"),
        (["--begins", "tomorrow", "--ends", "2999-01-01T09:00:00Z"], 2, "not an ISO 8601 moment"),
        (["--begins", "2999-01-01T08:00:00Z", "--ends", "2999-01-01T09:00:00Z", "--caller", "9"], 1, "no caller"),
        (["--begins", "2999-01-01T08:00:00Z", "--ends", "2999-01-01T09:00:00Z", "--operation", "Sumbit"], 2, "sumbit"),
        (
            ["--begins", "2999-01-01T08:00:00Z", "--ends", "2999-01-01T09:00:00Z", "--callers", "/no/such"],
            2,
            "exist",
        ),
    ],
)
def test_what_cannot_be_meant_is_told(world: Store, run: Run, arguments: list[str], code: int, says: str) -> None:
    assert says in run("brown-out", "add", *arguments, code=code).stderr


def test_a_file_that_names_nobody_is_not_everybody(world: Store, run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    times = ("--begins", "2999-01-01T08:00:00Z", "--ends", "2999-01-01T09:00:00Z")
    assert "names nobody" in run("brown-out", "add", *times, "--callers", str(tmp_path / "empty"), code=2).stderr


@pytest.mark.parametrize("what", ["end", "result"])
def test_an_unknown_brown_out_is_told(world: Store, run: Run, what: str) -> None:
    assert "brown-out-not-found" in run("brown-out", what, "none", code=1).stderr
