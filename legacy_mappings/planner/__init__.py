"""From an inventory to a plan: the smallest set of system users, packages and single rights that covers what is used.

Every right has a destination or a cause, every number its source, and the same input gives the same bytes.
"""

from legacy_mappings.planner.making import make_plan
from legacy_mappings.planner.people import needs_person
from legacy_mappings.planner.references import external_reference
from legacy_mappings.planner.text import plan_digest, plan_text, read_plan

__all__ = ["external_reference", "make_plan", "needs_person", "plan_digest", "plan_text", "read_plan"]
