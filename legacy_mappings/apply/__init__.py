"""Carrying out a plan through the core's own commands, rehearsing it on a copy, and taking it back."""

from legacy_mappings.apply.records import NEEDS_SOMEBODY, SHARED, BoardRow, Outcome, Stage, needs_somebody
from legacy_mappings.apply.running import apply_plan, dry_run, migration_caller, plan_board, roll_back
from legacy_mappings.apply.state import migration_state, state_lines

__all__ = [
    "NEEDS_SOMEBODY",
    "SHARED",
    "BoardRow",
    "Outcome",
    "Stage",
    "apply_plan",
    "dry_run",
    "migration_caller",
    "migration_state",
    "needs_somebody",
    "plan_board",
    "roll_back",
    "state_lines",
]
