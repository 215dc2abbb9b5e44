"""Plans of random firms, carried out: nothing is lost without a cause, and the counts are true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from core import (
    Fact,
    PartyId,
    PartyKind,
    Question,
    Right,
    RoleGrant,
    ServiceKind,
    Snapshot,
    Subject,
    SubjectKind,
    decide,
    is_legacy,
)
from legacy_mappings.inventory.records import Inventory, Use
from legacy_mappings.planner import make_plan
from legacy_mappings.planner.records import Plan
from tests.migration.planner.carried_out import carried_out
from tests.migration.planner.small_firm import (
    AT,
    FIRM,
    SUBMISSION,
    SYSTEM,
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

CLIENTS = [organisation(name, place) for place, name in enumerate(("one", "two", "three"), 10)]
UNITS = [
    organisation(f"unit of {main.name}", 20 + place, kind=PartyKind.SUB_UNIT, form="BEDR", main_unit=main.id)
    for place, main in enumerate(CLIENTS)
]
EVERYBODY = [FIRM, *CLIENTS, *UNITS]
OPENERS = ("a", "b", "c", "r1", "r2", "v1")


class RandomFirm(NamedTuple):
    """The facts of a firm, and what its system was used for."""

    facts: list[Fact]
    uses: list[Use]


@st.composite
def firms(draw: st.DrawFn) -> RandomFirm:
    """Three clients on any grounds, with a sub-unit each or none; five forms that became any of four resources."""
    facts: list[Fact] = []
    present = [FIRM]
    for place, (client, unit) in enumerate(zip(CLIENTS, UNITS, strict=True)):
        facts += head(client, 100 + place) if draw(st.booleans()) else [client]
        facts += [relation(client, role, FIRM) for role in draw(st.sets(st.sampled_from(("REGN", "REVI", SUBMISSION))))]
        present.append(client)
        if draw(st.booleans()):
            facts.append(unit)
            present.append(unit)
            if draw(st.booleans()):
                facts.append(RoleGrant(f"gave-{unit.name}", unit.id, FIRM.id, SUBMISSION, "person:boss"))
    for number in range(4):
        packages = sorted(draw(st.sets(st.sampled_from(OPENERS), max_size=3)))
        facts += resource(f"resource-{number}", packages, delegable=draw(st.booleans()))
    for number in range(1, 5):
        facts += [became(number, f"resource-{each}") for each in sorted(draw(st.sets(st.integers(0, 3), max_size=2)))]
    uses = [use for party in present for use in used(party, *sorted(draw(st.sets(st.integers(1, 5)))))]
    return RandomFirm(firm_facts(facts), uses or used(FIRM, 5))


@settings(max_examples=25, deadline=None)
@given(firms(), st.booleans())
def test_a_plan_carried_out_is_what_it_says(firm: RandomFirm, agent_rights: bool) -> None:  # noqa: FBT001
    found = inventory(firm.facts, firm.uses)
    plan = make_plan(found, tables(), options(agent_rights=agent_rights))
    after = carried_out(found.snapshot, firm.facts, plan)
    check_that_nothing_is_lost(found, plan, after)
    check_that_the_counts_are_true(found, plan, after)
    assert all(stage.gap == 0 for stage in plan.stages)


def grounds_of(snapshot: Snapshot, party: PartyId, right: Right) -> set[str]:
    """The grounds on which the old world permits the right: each looked at by itself."""
    if party == FIRM.id:
        return {"self"}
    policy = snapshot.catalogue.policies[right]
    held = snapshot.holdings(party, FIRM.id)
    return {each.ground for each in held if not policy.roles.isdisjoint(each.roles)}


def permits(snapshot: Snapshot, user: str, party: PartyId, right: Right) -> bool:
    """Whether a system user may do it."""
    return decide(snapshot, Question(Subject(SubjectKind.SYSTEM_USER, user), party, right, AT)).permitted


def keepers(before: Snapshot, plan: Plan, after: Snapshot, use: Use) -> Iterator[str]:
    """The planned users that permit what the used right became, on a ground it rested on."""
    grounds = grounds_of(before, use.reportee, use.right)
    for row in after.catalogue.successors.get(use.right, ()):
        new = Right(row.resource, row.resource_action)
        for user in plan.users:
            if user.ground in grounds and permits(after, user.reference, use.reportee, new):
                yield user.reference


def check_that_nothing_is_lost(found: Inventory, plan: Plan, after: Snapshot) -> None:
    causes = {(party, right) for each in plan.not_carried for right in each.rights for party in each.reportees}
    system = Subject(SubjectKind.ENTERPRISE_SYSTEM, SYSTEM)
    for use in found.uses:
        if decide(found.snapshot, Question(system, use.reportee, use.right, AT)).permitted:
            kept = next(keepers(found.snapshot, plan, after, use), None)
            assert (kept is not None) != ((use.reportee, use.right) in causes), use


def check_that_the_counts_are_true(found: Inventory, plan: Plan, after: Snapshot) -> None:
    modern = [
        right for right, policy in after.catalogue.policies.items() if policy.service.kind is ServiceKind.RESOURCE
    ]
    opened = {
        (party.id, right)
        for party in EVERYBODY
        for right in modern
        if any(permits(after, user.reference, party.id, right) for user in plan.users)
    }
    used_for = {
        (use.reportee, Right(row.resource, row.resource_action))
        for use in found.uses
        for row in after.catalogue.successors.get(use.right, ())
        if next(keepers(found.snapshot, plan, after, use), None)
    }
    before = {
        (party.id, Right(row.resource, row.resource_action))
        for party in EVERYBODY
        if found.snapshot.party(party.id)
        for right in found.snapshot.catalogue.policies
        if is_legacy(right.service) and grounds_of(found.snapshot, party.id, right)
        for row in after.catalogue.successors.get(right, ())
    }
    assert plan.over_grant.opened == len(opened)
    assert plan.over_grant.wanted == len(used_for & opened)
    assert plan.over_grant.unused == len(opened - used_for)
    assert plan.over_grant.gained == len(opened - before)


@settings(max_examples=10, deadline=None)
@given(firms())
def test_a_plan_of_what_has_been_carried_out_asks_for_nothing_more(firm: RandomFirm) -> None:
    found = inventory(firm.facts, firm.uses)
    plan = make_plan(found, tables(), options())
    after = carried_out(found.snapshot, firm.facts, plan)
    again = make_plan(replace(found, snapshot=after), tables(), options())
    assert (again.users, again.over_grant, again.stages) == (plan.users, plan.over_grant, plan.stages)
    assert (again.gifts, again.successors) == ((), ())
    assert all(entry.exists for entry in again.systems)
