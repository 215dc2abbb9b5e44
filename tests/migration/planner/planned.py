"""The small firm with clients, and its plan."""

from __future__ import annotations

from core import Fact
from legacy_mappings.planner import make_plan
from legacy_mappings.planner.records import Plan, PlanOptions
from tests.migration.planner.small_firm import (
    FIRM,
    firm_facts,
    head,
    inventory,
    options,
    organisation,
    relation,
    tables,
)

ONE, TWO, THREE = (organisation(name, number) for name, number in (("one", 10), ("two", 11), ("three", 12)))


def clients(*given: tuple[object, ...]) -> list[Fact]:
    """Each client with its head and its relations: (client, role, role, …)."""
    facts: list[Fact] = []
    for place, (client, *roles) in enumerate(given):
        facts += [*head(client, 100 + place), *(relation(client, role, FIRM) for role in roles)]  # type: ignore[arg-type]
    return facts


def planned(*facts: object, uses: object = (), **more: object) -> Plan:
    """The plan of the firm with these facts."""
    wanted: PlanOptions = options(**more)
    return make_plan(inventory(firm_facts(*facts), uses), tables(), wanted)  # type: ignore[arg-type]
