"""What the commands that carry out, rehearse or take back a plan have in common: the plan, the bar, what is told."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from brobygger.commands.output import print_json, print_table
from brobygger.commands.progress import Advance, progress
from core import ErrorCode, InvalidInput, Move, MovePoint, MoveStep, Watch
from legacy_mappings.apply import BoardRow, Outcome
from legacy_mappings.planner import read_plan
from legacy_mappings.planner.records import Plan

NEEDS_A_PERSON = 3

_SHOWN = 50

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
plan_option = click.option("--plan", "plan_file", type=_file, required=True, help="The plan, as `plan` wrote it.")
wave_option = click.option("--wave", "waves", type=click.IntRange(1), multiple=True, help="Only this wave. Repeatable.")
out_option = click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write every step to this file, as JSON."
)


def plan_in(path: Path) -> Plan:
    """The plan in a file. Raises InvalidInput."""
    try:
        return read_plan(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidInput(ErrorCode.INVALID_PLAN, f"`{path.name}` is no text in UTF-8") from error


@contextmanager
def watched(what: str) -> Iterator[Watch]:
    """A watcher that shows how far the steps have come, with the time that is left, on a terminal."""
    with ExitStack() as stack:
        bars: list[Advance] = []

        def watch(point: MovePoint, step: MoveStep) -> None:
            if point is MovePoint.STEP_BEGINS:
                if not bars:
                    bars.append(stack.enter_context(progress(what, step.of)))
                bars[0](1)

        yield watch


def tell(outcome: Outcome, title: str, out: Path | None, *, as_json: bool) -> None:
    """Print what came of it, and end with 0, or with 3 where a step needs a person."""
    told = told_outcome(outcome)
    if out is not None:
        out.write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if as_json:
        print_json(told)
    else:
        _print(outcome, title)
    sys.exit(0 if outcome.is_complete else NEEDS_A_PERSON)


def told_outcome(outcome: Outcome) -> dict[str, Any]:
    """Everything about an outcome as plain values."""
    return {
        "plan": outcome.plan,
        "complete": outcome.is_complete,
        "tried": outcome.tried,
        "counts": dict(sorted(Counter(str(move.state) for move in outcome.steps).items())),
        "steps": [_told_move(move) for move in outcome.steps],
    }


def told_board(rows: tuple[BoardRow, ...]) -> list[dict[str, Any]]:
    """The board as plain values."""
    return [
        {
            "wave": row.wave,
            "stage": str(row.stage),
            "states": {str(state): count for state, count in row.states.items()},
            "not_begun": row.not_begun,
        }
        for row in rows
    ]


def print_board(title: str, rows: tuple[BoardRow, ...]) -> None:
    """Print the board."""
    lines = []
    for row in rows:
        states = ", ".join(f"{count} {state}" for state, count in row.states.items())
        left = "" if row.not_begun is None else str(row.not_begun)
        lines.append((_wave(row.wave), str(row.stage), states, left))
    print_table(title, ("wave", "stage", "steps", "not begun"), lines)


def _told_move(move: Move) -> dict[str, Any]:
    return {
        "wave": move.wave,
        "stage": move.stage,
        "step": move.step,
        "state": str(move.state),
        "code": move.code,
        "detail": move.detail,
    }


def _print(outcome: Outcome, title: str) -> None:
    counts = Counter((move.stage, str(move.state)) for move in outcome.steps)
    print_table(title, ("stage", "state", "steps"), ((*key, str(count)) for key, count in counts.items()))
    stuck = outcome.needs_somebody
    if stuck:
        rows = ((_wave(move.wave), move.stage, move.step, str(move.state), move.code, move.detail) for move in stuck)
        print_table("What needs a person", ("wave", "stage", "step", "state", "code", "why"), list(rows)[:_SHOWN])
    if len(stuck) > _SHOWN:
        click.echo(f"… and {len(stuck) - _SHOWN} more: see them with --json or --out")
    click.echo(f"plan {outcome.plan[:16]}: {len(outcome.steps)} steps, {outcome.tried} tried now")


def _wave(wave: int) -> str:
    return str(wave) if wave else "shared"
