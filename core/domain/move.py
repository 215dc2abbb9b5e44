"""The journal of a move: each step of a plan that was carried out, with the facts before and after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.domain.change import Edit, Fact
from core.domain.present import differences
from core.domain.snapshot import Snapshot


class MoveState(StrEnum):
    """What became of a step when it was tried last."""

    DONE = "done"
    NOTHING = "nothing"  # its work was done already: by whom, it does not matter, it is not ours to take back
    WAITING = "waiting"  # a person must act first
    FAILED = "failed"
    TAKEN_BACK = "taken-back"
    LEFT = "left"  # was to be taken back, but others have changed it or build on it


class Touched(NamedTuple):
    """A fact that a step changed: as it was before, and as the step left it. None where there was none."""

    before: Fact | None
    after: Fact | None

    @property
    def fact(self) -> Fact:
        """Either of them, for what they have in common: kind and key."""
        fact = self.before if self.after is None else self.after
        if fact is None:
            raise ValueError("a fact that neither was nor is")
        return fact


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the journal. The newest line of a step says where it stands; no line is ever changed.

    ``plan`` is the digest of the plan; ``wave`` 0 for what several waves share; ``stage`` what kind of step it is,
    ``step`` which one, unique in the plan. ``code`` and ``detail`` say why, and what a person may want to know;
    neither has an identity number in it. ``touched`` is what the plan has changed and not taken back.
    ``sequence`` is that of the facts before the step.
    """

    plan: str
    wave: int
    stage: str
    step: str
    state: MoveState
    code: str = ""
    detail: str = ""
    touched: tuple[Touched, ...] = field(default=(), repr=False)
    number: int = 0
    sequence: int = 0
    at: datetime | None = None

    @property
    def is_ours(self) -> bool:
        """Whether something stands because of this step."""
        return bool(self.touched)


def touched_by(snapshot: Snapshot, edits: Iterable[Edit]) -> tuple[Touched, ...]:
    """What ``edits`` change, seen from the snapshot before them."""
    return tuple(Touched(before, after) for before, after in differences(snapshot, edits))
