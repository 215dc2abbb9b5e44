"""A firm whose plan is kept as a digest; run as a module it prints the digest, and with --write keeps it."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from core import Fact
from legacy_mappings.inventory.records import Use
from legacy_mappings.planner import make_plan, plan_digest
from legacy_mappings.planner.records import Plan
from tests.migration.planner.small_firm import (
    FIRM,
    SUBMISSION,
    UNTIL,
    became,
    firm_facts,
    head,
    inventory,
    options,
    organisation,
    relation,
    resource,
    tables,
    used,
)

GOLDEN = Path(__file__).with_name("golden.txt")
CLIENTS = 40


def the_firm() -> tuple[list[Fact], list[Use]]:
    """Forty clients on three grounds, with use that differs; the lots are drawn alike everywhere."""
    lot = random.Random(1)  # noqa: S311 - a made-up world
    facts: list[Fact] = [became(number, f"resource-{number % 4}") for number in range(1, 8)]
    for number, packages in enumerate((["a", "r1"], ["b", "r1", "v1"], ["a", "b", "r2"], ["c", "v1"])):
        facts += resource(f"resource-{number}", packages, delegable=number != 1)
    uses = used(FIRM, 1, 2, 3)
    for place in range(CLIENTS):
        client = organisation(f"client {place}", 100 + place)
        facts += head(client, 1000 + place) if place % 7 else [client]
        facts += [relation(client, role, FIRM) for role in lot.sample(["REGN", "REVI", SUBMISSION], 1 + place % 2)]
        uses += used(client, *lot.sample(range(1, 9), 2))
    return firm_facts(facts), uses


def the_plan(lot: random.Random | None = None) -> Plan:
    """The plan of the firm, with the facts in a drawn order."""
    facts, uses = the_firm()
    if lot is not None:
        # What others point at comes first, as in any import; what is alike may come in any order.
        lot.shuffle(uses)
        facts = [*facts[:1], *lot.sample(facts[1:], len(facts) - 1)]
    return make_plan(inventory(facts, uses), tables(), options(until=UNTIL))


if __name__ == "__main__":
    if "--write" in sys.argv:
        GOLDEN.write_text(f"{plan_digest(the_plan())}\n", "ascii")
    sys.stdout.write(f"{plan_digest(the_plan())}\n")
