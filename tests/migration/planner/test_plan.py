"""What a plan says of a small firm: one test for each rule of users-and-migration §4.1 that it follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import (
    Confidence,
    Fact,
    InvalidInput,
    PackageDelegation,
    PartyKind,
    RegisterRole,
    Right,
    RightDelegation,
    RoleGrant,
    Service,
    ServiceId,
    ServiceKind,
    System,
    SystemState,
    SystemUserKind,
)
from legacy_mappings.planner import make_plan
from legacy_mappings.planner.people import GIFTS, SYSTEM_USERS
from legacy_mappings.planner.records import Cause, Cover, Gift, Plan, PlannedUser, PlanOptions
from tests.migration.planner.planned import ONE, THREE, TWO, clients, planned
from tests.migration.planner.small_firm import (
    AT,
    FIRM,
    SUBMISSION,
    SYSTEM,
    UNTIL,
    VENDOR,
    became,
    firm_facts,
    form,
    head,
    inventory,
    options,
    organisation,
    person,
    relation,
    resource,
    rule,
    system,
    tables,
    used,
    write,
)

MVA, LONN, SKATT = (Right(name, "write") for name in ("mva", "lonn", "skatt"))  # type: ignore[arg-type]


def contents(plan: Plan) -> list[tuple[str, tuple[str, ...], tuple[Right, ...], int]]:
    """Ground, packages, rights and number of clients of every user."""
    return sorted((user.ground, user.packages, user.rights, len(user.clients)) for user in plan.users)


def causes(plan: Plan, right: Right) -> list[tuple[str, Cause]]:
    """Ground and cause where a right of clients is not carried."""
    return [(each.ground, each.cause) for each in plan.not_carried if right in each.rights and each.ground != "self"]


def test_a_role_becomes_the_packages_of_the_services_used_and_never_a_list() -> None:
    plan = planned(
        clients((ONE, SUBMISSION)), resource("mva", "a"), resource("lonn", "b"), became(1, "mva"), became(2, "lonn"),
        uses=used(ONE, 1),
    )  # fmt: skip
    assert contents(plan) == [("rettighetshaver", ("a",), (), 1)]
    assert plan.gifts == (Gift(ONE.id, FIRM.id, package="a"),)
    assert (causes(plan, write(2)), causes(plan, write(1))) == ([("rettighetshaver", Cause.NOT_USED)], [])
    assert [(line.old, line.new, line.package, line.pairs) for line in plan.mapping] == [(write(1), MVA, "a", 1)]


def test_the_package_that_gains_the_least_is_taken_and_the_rest_is_told() -> None:
    plan = planned(
        clients((ONE, "REGN")), resource("mva", ["r1", "r2"]), resource("x", ["r1"]), became(1, "mva"),
        uses=used(ONE, 1),
    )  # fmt: skip
    assert contents(plan) == [("REGN", ("r2",), (), 1)]
    assert (plan.over_grant.wanted, plan.over_grant.opened, plan.over_grant.unused) == (1, 1, 0)
    assert (plan.over_grant.administrator, plan.over_grant.role_list) == (0, 1)
    assert [(stage.aim, stage.value, stage.gap) for stage in plan.stages] == [
        ("uncovered", 0, 0), ("unused", 0, 0), ("system-users", 1, 0), ("packages", 1, 0), ("rights", 0, 0),
    ]  # fmt: skip


def test_grounds_are_kept_apart_and_the_register_goes_first() -> None:
    plan = planned(
        clients((ONE, "REGN", "REVI", SUBMISSION), (TWO, "REVI"), (THREE, SUBMISSION)),
        resource("mva", ["r1", "v1", "a"]), became(1, "mva"),
        uses=[*used(ONE, 1), *used(TWO, 1), *used(THREE, 1)],
    )  # fmt: skip
    assert contents(plan) == [
        ("REGN", ("r1",), (), 1), ("REVI", ("v1",), (), 1), ("rettighetshaver", ("a",), (), 1)
    ]  # fmt: skip
    assert len({user.reference for user in plan.users}) == 3
    assert [gift.giver for gift in plan.gifts] == [THREE.id]


def test_what_one_client_lacks_is_an_add_on_and_holds_nobody_else_up() -> None:
    facts = [
        *clients((ONE, SUBMISSION), (TWO, SUBMISSION)), *resource("mva", "a"), *resource("lonn", "b"),
        became(1, "mva"), became(2, "lonn"),
    ]  # fmt: skip
    plan = planned(facts, uses=[*used(ONE, 1, 2), *used(TWO, 1)])
    assert contents(plan) == [("rettighetshaver", ("a",), (), 2), ("rettighetshaver", ("b",), (), 1)]


def test_the_own_organisation_gets_a_standard_user_with_single_rights() -> None:
    plan = planned(
        resource("mva", "a"), resource("lonn", "b", delegable=False), became(1, "mva"), became(2, "lonn"),
        uses=used(FIRM, 1, 2),
    )  # fmt: skip
    assert contents(plan) == [("self", ("b",), (MVA,), 0)]
    assert (plan.users[0].kind, plan.users[0].owner) == (SystemUserKind.STANDARD, FIRM.id)
    assert [(each.party, each.what, each.persons) for each in plan.approvers] == [(FIRM.id, SYSTEM_USERS, 1)]


def test_a_package_that_was_given_already_needs_no_gift() -> None:
    given = PackageDelegation("given", ONE.id, FIRM.id, "a", "person:boss")
    plan = planned(clients((ONE, SUBMISSION)), given, resource("mva", "a"), became(1, "mva"), uses=used(ONE, 1))
    assert (contents(plan), plan.gifts) == ([("rettighetshaver", ("a",), (), 1)], ())


def test_without_anybody_to_approve_nothing_is_planned_that_takes_one() -> None:
    headless = [ONE, relation(ONE, SUBMISSION, FIRM), *clients((TWO, SUBMISSION))]
    plan = planned(headless, resource("mva", "a"), became(1, "mva"), uses=[*used(ONE, 1), *used(TWO, 1)])
    assert [user.clients for user in plan.users] == [(TWO.id,)]
    assert causes(plan, write(1)) == [("rettighetshaver", Cause.NO_APPROVER)]
    assert [(each.party, each.what, each.persons) for each in plan.approvers] == [
        (FIRM.id, SYSTEM_USERS, 1), (TWO.id, GIFTS, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ([], Cause.NO_SUCCESSOR),
        ([became(1, "mva", Confidence.INFERRED), *resource("mva", "a")], Cause.UNCONFIRMED),
        ([became(1, "mva", Confidence.OURS), *resource("mva", "a")], Cause.UNCONFIRMED),
        ([became(1, "nowhere")], Cause.RESOURCE_UNKNOWN),
        ([became(1, "mva"), *resource("mva", []), rule("mva", "write", "DAGL")], Cause.NO_PACKAGE),
        ([became(1, "mva"), *resource("mva", ["v1"])], Cause.NOT_HELD),
        ([became(1, "mva"), *resource("mva", ["admin"])], Cause.NOT_DELEGABLE),
        ([became(1, "mva"), *resource("mva", ["r1"], level=4)], Cause.LEVEL_TOO_HIGH),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_a_register_ground_cannot_carry_has_its_cause(facts: list[Fact], cause: Cause) -> None:
    plan = planned(clients((ONE, "REGN")), facts, uses=used(ONE, 1))
    assert (plan.users, causes(plan, write(1))) == ((), [("REGN", cause)])
    assert plan.stages[0].value == 1
    assert all(each.help for each in plan.not_carried)


def test_a_resource_that_names_old_roles_only_is_told_as_such() -> None:
    old_only = [*resource("mva", []), replace(rule("mva", "write", "DAGL"), code=SUBMISSION), became(1, "mva")]
    plan = planned(clients((ONE, SUBMISSION)), old_only, uses=used(ONE, 1))
    assert causes(plan, write(1)) == [("rettighetshaver", Cause.OLD_ROLES_ONLY)]


def test_a_sensitive_package_waits_for_a_consent_of_its_own() -> None:
    mail = "sykefravaer-personopplysninger-saerlig-kategori"
    facts = [*clients((ONE, SUBMISSION)), *resource("mva", [mail]), became(1, "mva")]
    plan = planned(facts, uses=used(ONE, 1))
    assert (plan.users, causes(plan, write(1))) == ((), [("rettighetshaver", Cause.SENSITIVE)])
    allowed = planned(facts, uses=used(ONE, 1), sensitive=frozenset({mail}))
    assert contents(allowed) == [("rettighetshaver", (mail,), (), 1)]


def test_a_personal_act_needs_a_person() -> None:
    sign = Right("svc:1/1", "sign")  # type: ignore[arg-type]
    service = Service(
        sign.service, ServiceKind.LEGACY, "Signering", "Etaten", 2, None, "", False, False, None, "made", "2026-11-22",
        Confidence.STATED,
    )  # fmt: skip
    uses = [replace(used(ONE, 1)[0], right=sign)]
    plan = planned(clients((ONE, SUBMISSION)), service, rule("svc:1/1", "sign", "DAGL"), uses=uses)
    assert causes(plan, sign) == [("", Cause.NEEDS_PERSON)]


def test_silence_is_a_sign_only_where_somebody_listened() -> None:
    facts = [*clients((ONE, SUBMISSION), (TWO, SUBMISSION)), *resource("mva", "a"), became(1, "mva")]
    stale = planned(facts, uses=[*used(ONE, 1), *used(TWO, 1, days_ago=500)])
    assert [user.clients for user in stale.users] == [(ONE.id,)]
    assert (Cause.NOT_USED, (TWO.id,)) in {(each.cause, each.reportees) for each in stale.not_carried}
    carried = planned(facts, uses=[*used(ONE, 1), *used(TWO, 1, days_ago=500)], carry_stale=True)
    assert [len(user.clients) for user in carried.users] == [2]
    dead = planned(facts, uses=used(ONE, 1, days_ago=500))
    assert causes(dead, write(1)) == [("rettighetshaver", Cause.DEAD_SYSTEM)]
    unheard = planned(facts)
    assert sorted((user.ground, len(user.clients)) for user in unheard.users) == [("rettighetshaver", 2), ("self", 0)]
    everything = planned(facts, uses=used(ONE, 1), cover=Cover.PERMITTED)
    assert contents(everything) == contents(unheard)


def test_what_a_system_declares_counts_as_used_for_those_it_calls_for() -> None:
    facts = firm_facts(
        clients((ONE, SUBMISSION), (TWO, SUBMISSION)), resource("mva", "a"), resource("lonn", "b"), became(1, "mva"),
        became(2, "lonn"),
    )  # fmt: skip
    declared = {SYSTEM: frozenset({write(2)})}
    unheard = make_plan(inventory(facts, (), declared), tables(), options())
    assert contents(unheard) == [("rettighetshaver", ("b",), (), 2), ("self", (), (LONN,), 0)]
    heard = make_plan(inventory(facts, used(ONE, 1), declared), tables(), options())
    assert contents(heard) == [("rettighetshaver", ("a", "b"), (), 1)]


def test_ended_parties_locked_systems_and_owners_who_are_persons_are_not_carried() -> None:
    gone = replace(ONE, ended=AT)
    owner = person("owner", 50)
    firm_of_one = organisation("enk", 51, form="ENK")
    plan = planned(
        clients((gone, SUBMISSION)), resource("mva", "a"), became(1, "mva"),
        owner, firm_of_one, RegisterRole("innh", firm_of_one.id, owner.id, "INNH"),
        system(9002, owner), replace(system(9003), state=SystemState.LOCKED),
        uses=[*used(gone, 1), *used(owner, 1, enterprise_system=9002)],
    )  # fmt: skip
    assert plan.users == ()
    found = {(each.enterprise_system, each.cause, each.suggestions) for each in plan.not_carried}
    assert (SYSTEM, Cause.ENDED_PARTY, ()) in found
    assert (9002, Cause.PERSON_OWNED, (firm_of_one.number,)) in found
    assert (9003, Cause.LOCKED_SYSTEM, ()) in found


def test_a_client_may_be_a_person_with_packages_for_persons() -> None:
    kari = person("kari", 60)
    facts = [kari, relation(kari, SUBMISSION, FIRM), rule("altinn_access_management", "write", "p")]
    plan = planned(facts, resource("mva", ["a", "p"]), became(1, "mva"), uses=used(kari, 1))
    assert contents(plan) == [("rettighetshaver", ("p",), (), 1)]


def test_a_sub_unit_is_carried_by_its_main_unit_and_a_department_is_not() -> None:
    unit = organisation("unit", 70, kind=PartyKind.SUB_UNIT, form="BEDR", main_unit=ONE.id)
    department = organisation("department", 71, form="ORGL", main_unit=ONE.id)
    facts = [
        *clients((ONE, SUBMISSION)), unit, *head(department, 72), relation(department, SUBMISSION, FIRM),
        *resource("mva", "a"), *resource("lonn", "b"), became(1, "mva"), became(2, "lonn"),
    ]  # fmt: skip
    both = planned(facts, uses=[*used(ONE, 1), *used(unit, 2), *used(department, 1)])
    assert {user.packages: set(user.clients) for user in both.users} == {
        ("a",): {ONE.id, department.id}, ("b",): {ONE.id},
    }  # fmt: skip
    assert both.over_grant.unused == 2, "the main unit and its sub-unit can each do what the other did"
    alone = planned(facts, uses=used(unit, 2))
    assert [(user.packages, user.clients) for user in alone.users] == [(("b",), (unit.id,))]


def test_provider_packages_have_a_register_entry_of_their_own() -> None:
    plan = planned(
        clients((ONE, "REGN"), (TWO, SUBMISSION)), resource("mva", ["r1", "a"]), became(1, "mva"),
        uses=[*used(ONE, 1), *used(TWO, 1)], client_ids={f"{VENDOR}_overgang": ("key-1",)},
    )  # fmt: skip
    assert [(each.id, each.packages, each.client_ids, each.exists) for each in plan.systems] == [
        (f"{VENDOR}_overgang", ("a",), ("key-1",), False), (f"{VENDOR}_overgang-klient", ("r1",), (), False),
    ]  # fmt: skip


def test_an_entry_that_is_there_is_widened_and_no_client_stands_on_two() -> None:
    there = System(
        f"{VENDOR}_mine", "internal", VENDOR, {"nb": "Mitt system"}, {}, (), ("b",), ("key-1",), (), True, False, AT
    )
    plan = planned(
        there, clients((ONE, SUBMISSION), (TWO, "REGN")), resource("mva", ["r1", "a"]), became(1, "mva"),
        uses=[*used(ONE, 1), *used(TWO, 1)], registered={SYSTEM: there.id},
        client_ids={f"{there.id}-klient": ("key-1", "key-2")},
    )  # fmt: skip
    assert [(each.id, each.packages, each.client_ids, each.exists) for each in plan.systems] == [
        (there.id, ("a", "b"), ("key-1",), True), (f"{there.id}-klient", ("r1",), ("key-2",), False),
    ]  # fmt: skip


def test_single_rights_for_agents_only_where_they_are_asked_for() -> None:
    facts = [
        *clients((ONE, SUBMISSION), (TWO, "REGN"), (THREE, SUBMISSION)), *resource("mva", ["a", "r1"]),
        *resource("x", ["a", "r1"]), became(1, "mva"),
        RightDelegation("single", THREE.id, FIRM.id, MVA.service, frozenset({"write"}), "person:boss"),
    ]  # fmt: skip
    uses = [*used(ONE, 1), *used(TWO, 1), *used(THREE, 1)]
    packages = planned(facts, uses=uses)
    assert (packages.over_grant.unused, {user.rights for user in packages.users}) == (3, {()})
    plan = planned(facts, uses=uses, agent_rights=True)
    assert (plan.over_grant.unused, contents(plan)) == (
        0, [("REGN", (), (MVA,), 1), ("rettighetshaver", (), (MVA,), 2)]
    )  # fmt: skip
    assert plan.gifts == (Gift(ONE.id, FIRM.id, service="mva", actions=("write",)),)


def test_waves_go_by_enterprise_system_the_smallest_first() -> None:
    plan = planned(
        clients((ONE, SUBMISSION), (TWO, SUBMISSION)), system(9002), resource("mva", "a"), became(1, "mva"),
        uses=[*used(ONE, 1), *used(TWO, 1), *used(TWO, 1, enterprise_system=9002)], wave_size=1,
    )  # fmt: skip
    assert {user.enterprise_system: user.wave for user in plan.users} == {9002: 1, SYSTEM: 2}


def test_rows_that_become_one_or_another_action_change_their_meaning() -> None:
    archive = Right(form(1), "archive-read")
    facts = [
        *clients((ONE, "REGN")), *resource("mva", ["r1"]), became(1, "mva"), rule(form(1), "archive-read", "REGN"),
        replace(became(1, "mva"), action="archive-read"), became(2, "mva"),
    ]  # fmt: skip
    uses = [*used(ONE, 1, 2), replace(used(ONE, 1)[0], right=archive)]
    plan = planned(facts, uses=uses)
    assert {line.old: line.changed for line in plan.mapping} == {write(1): True, archive: True, write(2): False}


def test_a_row_of_the_tables_that_the_store_lacks_is_written_first() -> None:
    target = "app_skd_formueinntekt-skattemelding-v2"
    stated = Service(
        form(998), ServiceKind.FORM, "Skattemelding", "Etaten", 0, None, "", False, False, None, "made", "2026-11-22",
        Confidence.STATED,
    )  # fmt: skip
    stated = replace(stated, id=ServiceId("asmx:998/4582"))
    uses = [replace(used(ONE, 1)[0], right=Right(stated.id, "write"))]
    plan = planned(clients((ONE, "REGN")), stated, resource(target, ["r1"]), uses=uses)
    assert [(row.service, row.resource, row.confidence) for row in plan.successors] == [
        ("asmx:998/4582", target, Confidence.STATED)
    ]
    assert contents(plan) == [("REGN", ("r1",), (), 1)]


def test_what_stops_with_the_old_roles_is_told_with_what_keeps_it() -> None:
    facts = [*clients((ONE, SUBMISSION), (TWO, "REGN")), *resource("mva", ["a", "r1"]), became(1, "mva")]
    plan = planned(facts, uses=[*used(ONE, 1, 2), *used(TWO, 1, 2)], until=UNTIL)
    assert [(each.ground, each.rights, each.reportees, each.keeps) for each in plan.stopping] == [
        ("rettighetshaver", (write(1),), (ONE.id,), "this plan"),
        ("rettighetshaver", (write(2),), (ONE.id,), "no-successor"),
    ]  # fmt: skip


def test_a_role_that_opens_nothing_known_follows_its_row_or_blocks() -> None:
    grants = [
        RoleGrant(f"role-{role}", ONE.id, FIRM.id, role, "person:boss")
        for role in ("APIADM", "PAVAD", "PASIG", "ukjent")
    ]
    plan = planned(clients((ONE, SUBMISSION)), grants)
    assert [(row.role, row.confidence, row.cause) for row in plan.role_rows] == [
        ("APIADM", Confidence.STATED, None), ("PASIG", None, Cause.NO_PACKAGE),
        ("PAVAD", Confidence.INFERRED, Cause.UNCONFIRMED), ("ukjent", None, Cause.NO_PACKAGE),
    ]  # fmt: skip


def test_a_reference_follows_what_a_user_is_and_nothing_else() -> None:
    def references(*more: Fact) -> set[str]:
        facts = [*clients((ONE, SUBMISSION), (TWO, SUBMISSION)), *resource("mva", "a"), became(1, "mva"), *more]
        users: tuple[PlannedUser, ...] = planned(facts, uses=[*used(ONE, 1), *used(TWO, 1)]).users
        return {user.reference for user in users}

    assert references() == references(THREE, *resource("other", "b"))
    assert all(reference.removeprefix("bro-").isalpha() for reference in references())


def test_a_vendor_must_have_a_number() -> None:
    with pytest.raises(InvalidInput):
        make_plan(inventory(firm_facts()), tables(), PlanOptions("310000206"))
