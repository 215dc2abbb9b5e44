"""What carrying out a plan is made of: its stages, what came of it, and the board of its waves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core import Move, MoveState


class Stage(StrEnum):
    """The kinds of steps, in the order they are carried out in."""

    SUCCESSORS = "successors"
    SYSTEMS = "systems"
    GIFTS = "gifts"
    REQUESTS = "requests"
    APPROVALS = "approvals"
    CLIENTS = "clients"
    LINKS = "links"


SHARED = 0
"""The wave of what several waves need: it is carried out with the first of them, and taken back with the whole plan."""

NEEDS_SOMEBODY = frozenset({MoveState.WAITING, MoveState.FAILED, MoveState.LEFT})
"""States in which a step is not where it should be, and a person must see to it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of carrying out, rehearsing or taking back a plan: the newest line of each step, in order.

    ``plan`` is the plan's digest; ``tried`` says how many of the steps were tried in this run: the others had been
    done before.
    """

    plan: str
    steps: tuple[Move, ...]
    tried: int

    def count(self, state: MoveState) -> int:
        """How many steps are in this state."""
        return sum(move.state is state for move in self.steps)

    @property
    def needs_somebody(self) -> tuple[Move, ...]:
        """The steps that wait, have failed or could not be taken back."""
        return tuple(move for move in self.steps if move.state in NEEDS_SOMEBODY)

    @property
    def is_complete(self) -> bool:
        """Whether everything is as it should be."""
        return not self.needs_somebody


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One stage of one wave: how many steps are in each state, and how many have not been tried (None: not known)."""

    wave: int
    stage: Stage
    states: Mapping[MoveState, int]
    not_begun: int | None

    @property
    def tried(self) -> int:
        """How many steps have a line."""
        return sum(self.states.values())


def needs_somebody(row: BoardRow) -> bool:
    """Whether a step of the stage waits, has failed or could not be taken back."""
    return not NEEDS_SOMEBODY.isdisjoint(row.states)


def board_of(steps: tuple[Move, ...], planned: Mapping[tuple[int, Stage], int] | None) -> tuple[BoardRow, ...]:
    """The board: wave by wave, stage by stage. ``planned`` is how many steps the plan has of each, where known."""
    tried: dict[tuple[int, Stage], Counter[MoveState]] = {key: Counter() for key in planned or ()}
    for move in steps:
        tried.setdefault((move.wave, Stage(move.stage)), Counter())[move.state] += 1
    order = {stage: place for place, stage in enumerate(Stage)}
    rows = []
    for (wave, stage), states in sorted(tried.items(), key=lambda item: (item[0][0], order[item[0][1]])):
        left = None if planned is None else planned.get((wave, stage), 0) - sum(states.values())
        rows.append(BoardRow(wave, stage, {state: states[state] for state in MoveState if states[state]}, left))
    return tuple(rows)
