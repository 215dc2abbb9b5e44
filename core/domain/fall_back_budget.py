"""The budget of differences: how much an enterprise system may differ before its authority falls back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

LONGEST_WINDOW = timedelta(days=31)
"""The longest window of a budget: a month, so that one month-end is always in it."""


@dataclass(frozen=True, slots=True)
class FallBackBudget:
    """How much an enterprise system may differ within ``seconds`` before its authority falls back one step.

    More than ``most_mismatches`` answers that differ, or more than ``most_errors`` times that the new world gave no
    answer, are too much; 0 lets nothing pass. Source: users-and-migration §3 item 4 and §4.2 steps 9 and 10.
    """

    enterprise_system: int
    seconds: int
    most_mismatches: int
    most_errors: int
