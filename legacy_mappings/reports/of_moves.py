"""The wave board of a plan that is carried out or taken back: how far each wave is, and what needs a person."""

from __future__ import annotations

from collections import Counter, defaultdict

from core import Move, MoveState
from legacy_mappings.apply.records import NEEDS_SOMEBODY, SHARED, BoardRow
from legacy_mappings.reports.records import Bar, Bars, Report, Sheet

_NOT_BEGUN = "not begun"


def moves_report(plan: str, board: tuple[BoardRow, ...], moves: tuple[Move, ...]) -> Report:
    """How far the plan with this digest is. ``moves`` are the newest lines of its steps.

    Source of what it must show: users-and-migration §4.2, steps 5 to 7 and 11.
    """
    states = Counter(move.state for move in moves)
    stuck = tuple(move for move in moves if move.state in NEEDS_SOMEBODY)
    return Report(
        name="waves",
        title="Wave board",
        lead=_lead(states, len(stuck)),
        figures=(("plan", plan[:16]), *((str(state), states[state]) for state in MoveState if states[state])),
        pictures=(_picture(board),),
        sheets=(
            _board(board),
            Sheet(
                "needs-a-person",
                "What needs a person",
                ("wave", "stage", "step", "state", "code", "why"),
                tuple((_wave(m.wave), m.stage, m.step, str(m.state), m.code, m.detail) for m in stuck),
            ),
            Sheet(
                "steps",
                "Every step",
                ("wave", "stage", "step", "state"),
                tuple((_wave(move.wave), move.stage, move.step, str(move.state)) for move in moves),
            ),
        ),
    )


def _lead(states: Counter[MoveState], stuck: int) -> str:
    taken = states[MoveState.TAKEN_BACK]
    if taken and taken + states[MoveState.NOTHING] == sum(states.values()):
        return f"Taken back whole: all {taken} steps that had changed anything, each with its inverse."
    if stuck:
        return f"{stuck} steps need a person; everything else of {sum(states.values())} is as it should be."
    return f"All {sum(states.values())} steps that were tried are as they should be."


def _picture(board: tuple[BoardRow, ...]) -> Bars:
    waves: dict[int, Counter[str]] = defaultdict(Counter)
    for row in board:
        waves[row.wave].update({str(state): count for state, count in row.states.items()})
        waves[row.wave][_NOT_BEGUN] += row.not_begun or 0
    order = (*map(str, MoveState), _NOT_BEGUN)
    bars = tuple(
        Bar(f"wave {_wave(wave)}", tuple((name, counts[name]) for name in order if counts[name]))
        for wave, counts in sorted(waves.items())
    )
    return Bars("Steps of each wave", "steps", bars)


def _board(board: tuple[BoardRow, ...]) -> Sheet:
    rows = tuple(
        (
            _wave(row.wave),
            str(row.stage),
            row.tried,
            ", ".join(f"{count} {state}" for state, count in row.states.items()),
            "" if row.not_begun is None else row.not_begun,
        )
        for row in board
    )
    return Sheet("board", "Stages", ("wave", "stage", "tried", "states", _NOT_BEGUN), rows)


def _wave(wave: int) -> str:
    return "shared" if wave == SHARED else str(wave)
