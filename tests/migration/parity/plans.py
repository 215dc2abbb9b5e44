"""Plans that say nothing but what is left behind."""

from __future__ import annotations

from legacy_mappings.planner.records import NotCarried, OverGrant, Plan, PlanOptions
from tests.migration.parity.moved_world import AT


def plan_with(*not_carried: NotCarried) -> Plan:
    """A plan that leaves these behind."""
    return Plan(
        at=AT, sequence=1, options=PlanOptions("310000000"), successors=(), systems=(), users=(), gifts=(), mapping=(),
        role_rows=(), not_carried=not_carried, approvers=(), over_grant=OverGrant(0, 0, 0, 0, 0, 0), stages=(),
        stopping=(),
    )  # fmt: skip
