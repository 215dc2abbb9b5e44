"""The mismatch board with go and no-go for each cohort, and the log of what fell back."""

from __future__ import annotations

from core import Authority, Board, CohortLine, Snapshot
from legacy_mappings.reports.naming import Names
from legacy_mappings.reports.records import Bar, Bars, Report, Sheet

CLEAN_DAYS = 7
"""Whole days without a difference before a cohort may be cut over. Source: ours; a month-end should be among them."""


def authority_report(board: Board, snapshot: Snapshot, clean_days: int = CLEAN_DAYS) -> Report:
    """How each cohort stands. Source of what it must show: users-and-migration §4.2, steps 9 and 10."""
    ready = [line for line in board.cohorts if _verdict(line, clean_days) == "go"]
    return Report(
        name="authority",
        title="Whose answer rules",
        lead=f"{len(ready)} of {len(board.cohorts)} cohorts may be cut over or have been: "
        f"{clean_days} whole days without a difference are asked for.",
        figures=(
            ("cohorts", len(board.cohorts)),
            ("questions put to both worlds", sum(line.compared for line in board.cohorts)),
            ("differences", sum(line.differences for line in board.cohorts)),
            ("fall-backs", len(board.fall_backs)),
        ),
        pictures=(_picture(board),),
        sheets=(_cohorts(board, clean_days), _causes(board), _fall_backs(board, Names(snapshot))),
    )


def _verdict(line: CohortLine, clean_days: int) -> str:
    if line.authority is Authority.NEW:
        return "cut over"
    if line.authority is Authority.OLD:
        return "no-go: not in shadow"
    if line.clean_days < clean_days:
        return f"no-go: {line.clean_days} clean days"
    return "go" if line.clean_days_with_calls else "no-go: nobody called"


def _picture(board: Board) -> Bars:
    bars = tuple(
        Bar(
            f"{line.cohort} ({line.authority})",
            (
                ("agreed", max(line.compared - line.differences, 0)),
                ("old yes, new no", line.lost),
                ("old no, new yes", line.gained),
                ("no answer", line.failed),
            ),
        )
        for line in board.cohorts
    )
    return Bars("Questions put to both worlds", "questions", bars)


def _cohorts(board: Board, clean_days: int) -> Sheet:
    columns = (
        "cohort",
        "rules",
        "systems",
        "since",
        "compared",
        "differences",
        "clean days",
        "days with calls",
        "go or no-go",
    )
    rows = tuple(
        (
            line.cohort,
            str(line.authority),
            line.systems,
            line.since.date().isoformat(),
            line.compared,
            line.differences,
            line.clean_days,
            line.clean_days_with_calls,
            _verdict(line, clean_days),
        )
        for line in board.cohorts
    )
    return Sheet("cohorts", "Go and no-go", columns, rows, "A clean week without a month-end proves little.")


def _causes(board: Board) -> Sheet:
    columns = ("cohort", "rules", "direction", "cause", "count", "systems", "first", "last")
    rows = tuple(
        (
            row.cohort,
            str(row.authority),
            str(row.direction),
            row.cause,
            row.count,
            row.systems,
            row.first.isoformat(timespec="minutes"),
            row.last.isoformat(timespec="minutes"),
        )
        for row in board.causes
    )
    return Sheet("differences", "Differences by cause and direction", columns, rows)


def _fall_backs(board: Board, names: Names) -> Sheet:
    columns = ("at", "enterprise system", "from", "to", "places", "cause", "counted", "let pass", "by", "why")
    rows = tuple(
        (
            row.at.isoformat(timespec="seconds"),
            names.system(row.enterprise_system),
            str(row.came_from),
            str(row.went_to),
            row.places,
            str(row.cause),
            row.counted,
            row.most,
            row.by,
            row.told,
        )
        for row in board.fall_backs
    )
    return Sheet("fall-backs", "Fall-back log", columns, rows)
