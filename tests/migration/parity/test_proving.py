"""What a comparison says of one right: kept, changed, lost and why, gained and by what; and what a plan agrees to."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import pytest

from core import (
    OWN_ORGANISATION,
    RIGHTHOLDER,
    ClientDelegation,
    DecisionTerms,
    EnterpriseSystem,
    Fact,
    Generation,
    PackageDelegation,
    PartyId,
    PartyKind,
    RegisterRole,
    Right,
    RoleGrant,
    Service,
    ServiceSuccessor,
    Snapshot,
    SystemState,
    SystemUser,
    SystemUserLink,
    build_snapshot,
    preview,
    put,
    remove,
)
from legacy_mappings.parity import Actor, Finding, Group, Parity, prove
from legacy_mappings.planner.records import Cause, NotCarried
from tests.migration.parity.judging import in_order
from tests.migration.parity.moved_world import (
    AT,
    DIALOG,
    EXTRA,
    FIRMS,
    FORMS,
    MORE,
    PAY,
    SERVICE,
    SUBMISSION,
    TAX,
    moved_world,
    party,
    user_of,
)
from tests.migration.parity.plans import plan_with

F = TypeVar("F")
FORM_RIGHTS = tuple(Right(form, "write") for form in FORMS)
CLIENT = PartyId("the-client")
FIRM, SYSTEM = FIRMS[0], 1
USER = user_of(SYSTEM, RIGHTHOLDER, "pack-forms")
REFERENCE = f"ref-{SYSTEM}-{RIGHTHOLDER}-pack-forms"
ROLE = RoleGrant("old-role", CLIENT, FIRM, SUBMISSION, "test")
GIFT = PackageDelegation("new-gift", CLIENT, FIRM, "pack-forms", "test")
ON = ClientDelegation(
    "put-on", USER, 1, FIRM, CLIENT, RIGHTHOLDER, frozenset({"pack-forms"}), frozenset(), frozenset(), "test"
)
LINK = SystemUserLink(SYSTEM, USER, RIGHTHOLDER, REFERENCE)
BY_HAND = Actor(SYSTEM, RIGHTHOLDER)
BY_USER = Actor(SYSTEM, RIGHTHOLDER, REFERENCE, USER)


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    """A world that was moved well, with one client more that gave the firm the submission role."""
    client = party(CLIENT, 80, PartyKind.ORGANISATION, "AS")
    return in_order([*moved_world(5), client, ROLE, GIFT, ON])


@pytest.fixture(scope="module")
def moved(facts: list[Fact]) -> Snapshot:
    return build_snapshot(facts, sequence=7, terms=DecisionTerms())


def the(facts: list[Fact], kind: type[F], identity: str) -> F:
    """The fact of a kind with this id, or of this system user."""
    return next(each for each in facts if isinstance(each, kind) and identity in {getattr(each, "id", ""), _user(each)})


def _user(fact: object) -> str:
    return str(getattr(fact, "system_user", ""))


def wrong(parity: Parity) -> list[Group]:
    """What was lost or gained."""
    return [group for group in parity.groups if group.finding in {Finding.LOST, Finding.GAINED}]


def test_a_world_moved_well_keeps_everything_and_gains_nothing(moved: Snapshot) -> None:
    parity = prove(moved, moved, at=AT)

    assert wrong(parity) == []
    assert (parity.before, parity.after, parity.passes, parity.settled) == (7, 7, 1, False)
    assert parity.pairs == parity.count(Finding.KEPT) + parity.count(Finding.CHANGED)
    kept = next(group for group in parity.groups if group.actor == BY_USER and group.finding is Finding.KEPT)
    assert CLIENT in kept.reportees
    assert (kept.cause, kept.rights) == ("same-right", FORM_RIGHTS)


def test_a_right_with_another_action_and_two_that_became_one_have_changed(moved: Snapshot) -> None:
    changed = {group.cause: group.rights for group in prove(moved, moved, at=AT).groups if group.finding == "changed"}

    assert changed == {
        "another-action": (Right(SERVICE, "archive-read"),),
        "became-one": (Right(SERVICE, "read"),),
    }


def test_only_the_systems_asked_for_are_compared(moved: Snapshot) -> None:
    parity = prove(moved, preview(moved, [remove(ON)]), at=AT, systems=[2])

    assert {group.actor.enterprise_system for group in parity.groups} == {2}
    assert wrong(parity) == []


# -- lost -----------------------------------------------------------------------------------------


def test_what_is_lost_names_its_cause_and_the_facts_that_gave_it(moved: Snapshot) -> None:
    (lost,) = wrong(prove(moved, preview(moved, [remove(ON)]), at=AT))

    assert lost == Group(
        BY_HAND, Finding.LOST, "not-a-client", FORM_RIGHTS, (CLIENT,), ("role_grant old-role",), agreed=False
    )


def test_a_gift_withdrawn_or_a_ground_that_ended_is_the_cause_of_what_it_took_along(moved: Snapshot) -> None:
    (no_gift,) = wrong(prove(moved, preview(moved, [remove(GIFT)]), at=AT))
    (no_ground,) = wrong(prove(moved, preview(moved, [remove(GIFT), remove(ROLE)]), at=AT))

    # While the old role is given, the client goes on giving the firm something by its own hand.
    assert (no_gift.cause, no_gift.reportees) == ("missing-package-access", (CLIENT,))
    assert (no_ground.cause, no_ground.reportees) == ("ground-ended", (CLIENT,))


def test_a_narrower_ceiling_is_the_cause(facts: list[Fact], moved: Snapshot) -> None:
    ceiling = the(facts, Generation, USER)
    lost = wrong(prove(moved, preview(moved, [put(replace(ceiling, packages=frozenset()))]), at=AT))

    assert {group.cause for group in lost} == {"outside-ceiling"}
    assert CLIENT in lost[0].reportees


def test_without_a_row_there_is_no_successor_and_without_a_link_nobody_answers(
    facts: list[Fact], moved: Snapshot
) -> None:
    row = next(each for each in facts if isinstance(each, ServiceSuccessor) and each.service == FORMS[0])

    no_row = wrong(prove(moved, preview(moved, [remove(row)]), at=AT))
    no_link = wrong(prove(moved, preview(moved, [*map(remove, _links(facts, RIGHTHOLDER))]), at=AT))

    assert {group.cause for group in no_row if group.finding is Finding.LOST} == {"no-successor"}
    assert {group.rights for group in no_row if group.finding is Finding.LOST} == {FORM_RIGHTS[:1]}
    # What the forms became is permitted as before, and now by nothing old.
    assert {(group.finding, group.cause, group.rights) for group in no_row if group.finding is Finding.GAINED} == {
        (Finding.GAINED, "no-old-service", (Right(TAX, "write"),))
    }
    assert {group.cause for group in no_link} == {"no-linked-system-user"}
    assert {group.actor.ground for group in no_link} == {RIGHTHOLDER}


def _links(facts: list[Fact], ground: str) -> list[SystemUserLink]:
    return [each for each in facts if isinstance(each, SystemUserLink) and each.ground == ground]


def test_under_a_wrong_reference_all_is_lost_and_gained(facts: list[Fact], moved: Snapshot) -> None:
    user = the(facts, SystemUser, USER)
    for edit in (put(replace(user, external_ref="other")), put(replace(LINK, external_ref="other"))):
        found = wrong(prove(moved, preview(moved, [edit]), at=AT))

        assert {(group.finding, group.cause) for group in found} == {
            (Finding.LOST, "wrong-reference"),
            (Finding.GAINED, "wrong-reference"),
        }
        gained = next(group for group in found if group.finding is Finding.GAINED)
        assert gained.actor.reference == ("other" if isinstance(edit.fact, SystemUser) else REFERENCE)


def test_a_client_on_another_ground_is_lost_on_the_one_and_gained_on_the_other(moved: Snapshot) -> None:
    on_register = replace(ON, ground="REGN")
    stands = RegisterRole("stands", CLIENT, FIRM, "REGN")
    before = preview(moved, [remove(ON)])
    found = wrong(prove(before, preview(moved, [put(on_register), put(stands)]), at=AT))

    # The package is not one that the register role carries: nothing is permitted.
    assert [(group.finding, group.cause) for group in found] == [(Finding.LOST, "missing-package-access")]

    right = Right(PAY, "write")
    singly = replace(on_register, packages=frozenset({"pack-regn"}))
    wide = Generation(USER, 1, frozenset({"pack-forms", "pack-regn"}), frozenset(), AT)
    found = wrong(prove(before, preview(moved, [put(singly), put(stands), put(wide)]), at=AT))

    assert {(group.finding, group.cause) for group in found} == {
        (Finding.LOST, "wrong-ground"),
        (Finding.GAINED, "wrong-ground"),
        (Finding.GAINED, "opened-by-cut-over"),
    }
    gained = next(group for group in found if (group.finding, group.cause) == (Finding.GAINED, "wrong-ground"))
    assert right in gained.rights
    assert gained.actor == replace(BY_USER, ground="REGN")
    assert gained.chain == (
        "register_role stands",
        "client_delegation put-on",
        f"system_user_link {SYSTEM}/{USER}",
    )


# -- gained ---------------------------------------------------------------------------------------


def test_what_is_gained_names_whether_an_old_right_was_there(facts: list[Fact], moved: Snapshot) -> None:
    ceiling = the(facts, Generation, USER)
    more = [
        put(replace(ceiling, packages=ceiling.packages | {MORE, "pack-service"})),
        put(replace(GIFT, id="more", package=MORE)),
        put(replace(GIFT, id="service", package="pack-service")),
        put(replace(ON, packages=frozenset({"pack-forms", MORE, "pack-service"}))),
    ]
    found = {group.cause: group for group in wrong(prove(moved, preview(moved, more), at=AT))}

    assert set(found) == {"no-old-service", "not-permitted-before", "opened-by-cut-over"}
    assert found["no-old-service"].rights == (Right(EXTRA, "read"), Right(PAY, "read"))
    assert found["not-permitted-before"].rights == (
        Right(DIALOG, "read"), Right(DIALOG, "sign"), Right(DIALOG, "write"),
    )  # fmt: skip
    assert found["no-old-service"].chain == (
        "package_delegation more",
        "client_delegation put-on",
        f"system_user_link {SYSTEM}/{USER}",
    )


def test_a_sub_unit_of_the_owner_inherits_what_no_old_right_gave_it(moved: Snapshot) -> None:
    sub_unit = party("sub-of-firm", 81, PartyKind.SUB_UNIT, "BEDR", FIRM)
    found = wrong(prove(moved, preview(moved, [put(sub_unit)]), at=AT))

    assert {(group.finding, group.cause, group.actor.ground) for group in found} == {
        (Finding.GAINED, "not-permitted-before", OWN_ORGANISATION),
        (Finding.GAINED, "opened-by-cut-over", OWN_ORGANISATION),
    }
    assert found[0].reportees == (sub_unit.id,)


def test_a_locked_system_has_nothing_old_so_all_that_its_users_may_do_is_gained(
    facts: list[Fact], moved: Snapshot
) -> None:
    system = next(each for each in facts if isinstance(each, EnterpriseSystem) and each.id == SYSTEM)
    locked = preview(moved, [put(replace(system, state=SystemState.LOCKED))])
    parity = prove(locked, locked, at=AT, systems=[SYSTEM])

    assert {group.finding for group in parity.groups} == {Finding.GAINED}
    assert parity.pairs > 0


def test_a_right_on_two_grounds_is_kept_by_either(moved: Snapshot) -> None:
    both = preview(moved, [put(RegisterRole("second", CLIENT, FIRM, "REGN"))])
    found = wrong(prove(both, both, at=AT))

    # The service is permitted on REGN alone, where no system user has the client; the forms are kept on the other.
    assert [(group.finding, group.actor.ground) for group in found] == [(Finding.LOST, "REGN")]
    assert {right.service for right in found[0].rights} == {SERVICE}


def test_what_the_old_doors_do_not_serve_is_no_old_right(facts: list[Fact], moved: Snapshot) -> None:
    """A modern resource of a low level is permitted to an enterprise system by `decide`, and no door asks it."""
    low = the(facts, Service, EXTRA)
    parity = prove(*[preview(moved, [put(replace(low, minimum_level=0))])] * 2, at=AT)

    assert wrong(parity) == []


# -- what a plan agrees to ------------------------------------------------------------------------


def test_what_a_plan_leaves_behind_is_agreed_with_its_cause(moved: Snapshot) -> None:
    left = NotCarried(SYSTEM, RIGHTHOLDER, Cause.NOT_USED, FORM_RIGHTS[:2], (CLIENT,), "ask")
    found = wrong(prove(moved, preview(moved, [remove(ON)]), at=AT, plan=plan_with(left)))

    assert [(group.cause, group.agreed, group.rights) for group in found] == [
        ("not-a-client", False, FORM_RIGHTS[2:]),
        ("not-used", True, FORM_RIGHTS[:2]),
    ]


def test_a_loss_is_agreed_for_a_ground_that_it_rested_on(moved: Snapshot) -> None:
    both = preview(moved, [put(RegisterRole("second", CLIENT, FIRM, "REGN")), remove(ON)])
    on_hand = NotCarried(SYSTEM, RIGHTHOLDER, Cause.NOT_USED, FORM_RIGHTS, (CLIENT,), "ask")

    for ground, told, lines in (
        (RIGHTHOLDER, RIGHTHOLDER, len(FORM_RIGHTS)),
        ("REGN", "REGN", len(FORM_RIGHTS)),
        ("", "REGN", len(FORM_RIGHTS)),
        ("REVI", "", 0),
    ):
        parity = prove(both, both, at=AT, plan=plan_with(replace(on_hand, ground=ground)))
        assert parity.count(Finding.LOST, agreed=True) == lines
        assert {group.actor.ground for group in parity.groups if group.agreed} == ({told} if told else set())


def test_what_a_plan_leaves_behind_and_is_kept_all_the_same_is_kept(moved: Snapshot) -> None:
    left = NotCarried(SYSTEM, RIGHTHOLDER, Cause.NOT_USED, FORM_RIGHTS, (CLIENT,), "ask")

    assert prove(moved, moved, at=AT, plan=plan_with(left)).groups == prove(moved, moved, at=AT).groups


def test_two_rows_of_a_plan_with_one_cause_are_one_group(moved: Snapshot) -> None:
    rows = [NotCarried(SYSTEM, RIGHTHOLDER, Cause.NOT_USED, (right,), (CLIENT,), "ask") for right in FORM_RIGHTS]
    (lost,) = wrong(prove(moved, preview(moved, [remove(ON)]), at=AT, plan=plan_with(*rows)))

    assert (lost.agreed, lost.rights) == (True, FORM_RIGHTS)
