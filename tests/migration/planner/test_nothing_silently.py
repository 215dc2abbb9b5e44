"""Nothing is dropped or gained without a word: records that cover too little, and what is opened beside a need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from brobygger.demo.firm import FIRM_DAY, firm_facts, firm_tables, firm_usage
from core import DecisionTerms, PartyId, Right, build_snapshot, shipped_vocabulary
from legacy_mappings.apply import dry_run
from legacy_mappings.inventory.from_store import inventory_of_snapshot
from legacy_mappings.inventory.records import Observed, Use
from legacy_mappings.parity import Finding, prove
from legacy_mappings.planner import make_plan, needs_person
from legacy_mappings.planner.records import Cause, Plan, PlanOptions
from legacy_mappings.vocabulary import layered_tables, legacy_vocabulary, successors
from tests.migration.planner import small_firm
from tests.migration.planner.planned import ONE, TWO, clients
from tests.migration.planner.small_firm import SUBMISSION, SYSTEM, became, options, resource, tables, used, write

A_WEEK = timedelta(days=7)
CLIENTS = 25


def plan_of_records(*, covering: timedelta, declared: Mapping[int, frozenset[Right]] | None = None) -> Plan:
    """Two clients and two forms; the system was seen to hand in one of them for one of them, yesterday."""
    facts = small_firm.firm_facts(
        clients((ONE, SUBMISSION), (TWO, SUBMISSION)), resource("mva", "a"), resource("lonn", "b"),
        became(1, "mva"), became(2, "lonn"),
    )  # fmt: skip
    found = small_firm.inventory(facts, used(ONE, 1, days_ago=1), declared)
    log = Observed("log", found.at - covering, found.at, None)
    return make_plan(replace(found, observed=(log,)), tables(), options())


def causes(plan: Plan) -> set[Cause]:
    """Why anything is left behind on the clients' ground, for forms that became something."""
    named = {write(1), write(2)}
    lines = (line for line in plan.not_carried if line.ground == "rettighetshaver")
    return {line.cause for line in lines if named & set(line.rights)}


def test_silence_in_records_of_a_week_is_no_sign_of_no_use() -> None:
    short = plan_of_records(covering=A_WEEK)
    assert causes(short) == {Cause.NOT_WATCHED}
    assert needs_person(short)
    assert next(stage.value for stage in short.stages if stage.aim == "uncovered") == 0
    assert causes(plan_of_records(covering=timedelta(days=400))) == {Cause.NOT_USED}


def test_what_is_declared_is_for_everybody_where_silence_means_nothing() -> None:
    declared = {SYSTEM: frozenset({write(2)})}
    short = plan_of_records(covering=A_WEEK, declared=declared)
    assert {party for user in short.users if "b" in user.packages for party in user.clients} == {ONE.id, TWO.id}
    assert causes(short) == {Cause.NOT_USED}


def test_what_the_plan_says_is_gained_is_what_the_comparison_finds(tmp_path: Path) -> None:
    firm_tables(tmp_path)
    facts = (*shipped_vocabulary(), *legacy_vocabulary(), *successors(), *firm_facts(CLIENTS))
    snapshot = build_snapshot(facts, sequence=1, terms=DecisionTerms())
    uses = [Use(row.system, PartyId(row.party), row.right, row.times, row.last) for row in firm_usage(CLIENTS)]
    # Nobody used the second version of a form that became the same resource as the first.
    uses = [use for use in uses if use.right.service not in {"asmx:212/4348", "asmx:212/5810"}]
    log = Observed("log", FIRM_DAY - timedelta(days=400), FIRM_DAY, None)
    inventory = inventory_of_snapshot(snapshot, FIRM_DAY, uses=uses, observed=[log])
    plan = make_plan(inventory, layered_tables([tmp_path]), PlanOptions("310000205"))
    outcome, after = dry_run(snapshot, plan)
    assert outcome.is_complete
    parity = prove(snapshot, after, at=FIRM_DAY, plan=plan)
    assert parity.count(Finding.LOST, agreed=False) == 0
    references = {user.reference for user in plan.users}
    gained = {
        (group.actor.enterprise_system, party, right)
        for group in parity.groups
        if group.finding is Finding.GAINED
        and group.actor.reference in references
        # Those two count in the plan as permitted: by another ground, and as old rights that a new one answers for.
        and group.cause not in {"permitted-on-another-ground", "opened-by-cut-over"}
        for party in group.reportees
        for right in group.rights
    }
    assert len(gained) == plan.over_grant.gained
