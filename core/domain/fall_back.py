"""Fall-back: what differs between the two worlds while one is measured by the other, and when that is too much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.domain.fall_back_budget import FallBackBudget
from core.domain.question import Outcome
from core.domain.submission import SubmissionDecision
from core.domain.system import EVERY_REPORTEE, Authority


class Place(NamedTuple):
    """Where authority is set: an enterprise system and one reportee (a party id), or all of its reportees."""

    enterprise_system: int
    reportee: str = EVERY_REPORTEE


class Direction(StrEnum):
    """How two answers differ. ``failed``: the new world gave none."""

    LOST = "old-yes-new-no"
    GAINED = "old-no-new-yes"
    FAILED = "new-failed"


class FallBackCause(StrEnum):
    """Why authority went back a step."""

    MISMATCHES = "mismatches"
    ERRORS = "errors"
    BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True)
class FallBack:
    """One line of the fall-back log: who took which system back from where to where, when, and why.

    ``places`` is how many rows went back; ``counted`` of ``most`` that were let pass within ``seconds`` (0 where a
    person did it), ``told`` what that person said.
    """

    id: str
    at: datetime
    enterprise_system: int
    came_from: Authority
    went_to: Authority
    places: int
    cause: FallBackCause
    counted: int
    most: int
    seconds: int
    by: str
    told: str = ""


class Counted(NamedTuple):
    """How often one authority row differed: its reportee, when it was set, and mismatches and errors since."""

    reportee: str
    since: datetime
    mismatches: int
    errors: int


_BELOW = {Authority.NEW: Authority.SHADOW, Authority.SHADOW: Authority.OLD}


def step_back(authority: Authority) -> Authority:
    """One step back: from the new world to shadow, from shadow to the old world, which stays."""
    return _BELOW.get(authority, Authority.OLD)


def direction_of(decision: SubmissionDecision) -> Direction | None:
    """How the two worlds' answers differ; None where they agree, or where only the old world was asked."""
    old, new = decision.old, decision.new
    if new is None:
        return None
    if new.outcome is Outcome.INDETERMINATE:
        return Direction.FAILED
    if old.permitted == new.permitted:
        return None
    return Direction.LOST if old.permitted else Direction.GAINED


def spent(budget: FallBackBudget, counted: Iterable[Counted]) -> tuple[FallBackCause, int, int] | None:
    """Which part of the budget is spent, how much was counted, and how much would have passed; None for neither."""
    rows = tuple(counted)
    errors, mismatches = sum(row.errors for row in rows), sum(row.mismatches for row in rows)
    if errors > budget.most_errors:
        return FallBackCause.ERRORS, errors, budget.most_errors
    if mismatches > budget.most_mismatches:
        return FallBackCause.MISMATCHES, mismatches, budget.most_mismatches
    return None
