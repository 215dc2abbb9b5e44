"""`brobygger migrate shadow`: the old world answers and the new one is asked too, cohort by cohort, on one board."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Any

import click

from brobygger.commands.cohorts import budget_options, cohort_options, read_allowance, read_cohort, told_row
from brobygger.commands.output import console, json_option, opened_store, print_json, print_table, teaches
from core import OPERATOR, Authority, Board, mismatch_board, set_authority

_NEEDS_A_PERSON = 3


@click.group()
def shadow() -> None:
    """Measure the new world on live calls before it rules: the old answer stands, differences are noted."""


@shadow.command()
@cohort_options
@budget_options
@json_option
@teaches
def start(as_json: bool, **asked: Any) -> None:
    """Ask both worlds for a cohort from now on; also takes one back that the new world ruled for."""
    _set(Authority.SHADOW, as_json, asked, told="shadow start")


@shadow.command()
@cohort_options
@click.option("--reason", default="", help="Why, for the fall-back log.")
@json_option
@teaches
def stop(reason: str, as_json: bool, **asked: Any) -> None:
    """Ask the old world alone for a cohort from now on."""
    _set(Authority.OLD, as_json, {**asked, "window": None, "most_mismatches": None, "most_errors": None}, told=reason)


@shadow.command()
@click.option("--cohort", help="Only this cohort.")
@json_option
@teaches
def status(cohort: str | None, as_json: bool) -> None:
    """The mismatch board: clean days of each cohort, differences by cause and direction, what fell back.

    A difference is on the board a second after it was noticed. The exit code is 3 where any stands, or a cohort fell
    back by itself.
    """
    with opened_store() as store:
        board = mismatch_board(store, cohort)
    if as_json:
        print_json(_plain(asdict(board)))
    else:
        _print_board(board)
    if any(line.differences for line in board.cohorts) or any(each.cause != "by-hand" for each in board.fall_backs):
        sys.exit(_NEEDS_A_PERSON)


def _set(authority: Authority, as_json: bool, asked: dict[str, Any], *, told: str) -> None:
    with opened_store() as store:
        places = read_cohort(store, asked)
        allowance = read_allowance(asked)
        rows = set_authority(store, OPERATOR, places, authority, allowance=allowance, cohort=asked["cohort"], told=told)
    if as_json:
        print_json([told_row(row) for row in rows])
    else:
        console().print(f"{authority} for {len(rows)} places since {rows[0].since.isoformat()}", highlight=False)


def _print_board(board: Board) -> None:
    cohorts = [
        (
            line.cohort,
            str(line.authority),
            str(line.places),
            str(line.compared),
            str(line.lost),
            str(line.gained),
            str(line.failed),
            _moment(line.last_difference),
            f"{line.clean_days} ({line.clean_days_with_calls} with calls)",
        )
        for line in board.cohorts
    ]
    columns = ("cohort", "rules", "places", "compared", "yes→no", "no→yes", "failed", "last", "clean days")
    print_table("Cohorts", columns, cohorts)
    causes = [
        (line.cohort, str(line.authority), str(line.direction), line.cause, str(line.count), _moment(line.last))
        for line in board.causes
    ]
    print_table("Differences", ("cohort", "rules", "direction", "cause", "count", "last"), causes)
    log = [
        (
            _moment(each.at),
            str(each.enterprise_system),
            f"{each.came_from} → {each.went_to}",
            str(each.cause),
            f"{each.counted} of {each.most}",
            each.told or each.by,
        )
        for each in board.fall_backs
    ]
    print_table("Fall-backs", ("at", "system", "step", "cause", "counted", "why"), log)


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum) else value
