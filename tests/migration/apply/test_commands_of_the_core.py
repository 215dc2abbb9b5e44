"""What the plan needed of the core: successors, links, approvers, the journal, and the store that only rehearses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import (
    OPERATOR,
    Confidence,
    EnterpriseSystem,
    ErrorCode,
    Fact,
    GatewayError,
    MovePoint,
    MoveState,
    MoveStep,
    NewSystem,
    Party,
    PartyId,
    PartyKind,
    RegisterRole,
    RehearsalStore,
    Right,
    ServiceId,
    ServiceSuccessor,
    Store,
    SystemUserKind,
    Undoing,
    apply_changes,
    delete_system,
    eligible_approvers,
    give_package,
    link_system_user,
    moves_of_plan,
    newest_lines,
    plan_named,
    put_successors,
    register_system,
    take_back,
    unlink_system_user,
)
from legacy_mappings.apply import apply_plan, roll_back
from legacy_mappings.planner.records import PlannedUser
from tests.migration.apply.world import (
    A_MELDING,
    BOSS,
    DIGEST,
    ENTERPRISE_SYSTEM,
    FIRM,
    OLD_A_MELDING,
    OLD_TAX,
    SALARY,
    SOURCE,
    STUCK,
    TAX,
    TAX_RETURN,
    WRITE,
    client,
    filled,
    manager,
    number,
    person,
    plan_for,
)

ROW = ServiceSuccessor(OLD_TAX, WRITE, TAX_RETURN, WRITE, *SOURCE)


def code_of(refused: pytest.ExceptionInfo[GatewayError]) -> ErrorCode:
    """The code of what was raised."""
    return refused.value.code


def add(store: Store, *facts: Fact) -> None:
    """Put facts into the store."""
    store.import_facts("tests", facts)


# -- successors ------------------------------------------------------------------------------------


def test_a_successor_takes_the_place_of_the_row_with_its_key(firm: Store) -> None:
    put_successors(firm, OPERATOR, [ROW])
    better = replace(ROW, source="a page", confidence=Confidence.STATED)
    assert put_successors(firm, OPERATOR, (better, ROW, replace(ROW, service=OLD_A_MELDING))) == 2
    put_successors(firm, OPERATOR, [better])
    sequence = firm.snapshot().sequence
    put_successors(firm, OPERATOR, [better])
    assert firm.snapshot().sequence == sequence
    assert {row.confidence for row in firm.snapshot().catalogue.successors[Right(OLD_TAX, WRITE)]} == {
        Confidence.STATED
    }


@pytest.mark.parametrize("row", [replace(ROW, service=ServiceId("asmx:1/1")), replace(ROW, resource=OLD_TAX)])
def test_a_successor_of_nothing_or_that_is_no_resource(firm: Store, row: ServiceSuccessor) -> None:
    with pytest.raises(GatewayError) as refused:
        put_successors(firm, OPERATOR, [row])
    assert code_of(refused) is ErrorCode.UNKNOWN_SERVICE
    with pytest.raises(GatewayError) as refused:
        put_successors(firm, person(BOSS), (ROW,))
    assert code_of(refused) is ErrorCode.MISSING_ADMINISTRATION


# -- links -----------------------------------------------------------------------------------------


def _user(store: Store, planned: PlannedUser) -> str:
    apply_plan(store, replace(plan_for(), users=(replace(planned, enterprise_system=ENTERPRISE_SYSTEM),), gifts=()),
               approve=True)  # fmt: skip
    return next(iter(store.snapshot().users))


def test_a_link_is_of_one_owner(firm: Store) -> None:
    own = plan_for().users[0]
    user = _user(firm, own)
    add(firm, EnterpriseSystem(9, client(0), "En annens", "x"), EnterpriseSystem(10, BOSS, "Min egen", "x"))
    for system, expected in (
        (9, ErrorCode.NOT_THE_OWNER),
        (10, ErrorCode.NOT_THE_OWNER),
        (11, ErrorCode.ENTERPRISE_SYSTEM_NOT_FOUND),
    ):
        with pytest.raises(GatewayError) as refused:
            link_system_user(firm, OPERATOR, system, user, "self")
        assert code_of(refused) is expected
    with pytest.raises(GatewayError) as refused:
        link_system_user(firm, OPERATOR, ENTERPRISE_SYSTEM, "nobody", "self")
    assert code_of(refused) is ErrorCode.SYSTEM_USER_NOT_FOUND
    add(firm, RegisterRole("innh", FIRM, BOSS, "INNH"))
    assert link_system_user(firm, OPERATOR, 10, user, "self").external_ref == own.reference
    assert unlink_system_user(firm, OPERATOR, 10, user) is not None
    assert unlink_system_user(firm, OPERATOR, 10, user) is None
    assert firm.snapshot().links.get(10) is None


# -- who could approve -----------------------------------------------------------------------------


def test_approvers_manage_accesses_and_hold_what_is_asked_for(firm: Store) -> None:
    snapshot, now = firm.snapshot(), firm.clock()
    assert list(eligible_approvers(snapshot, client(0), now)) == [manager(0)]
    assert list(eligible_approvers(snapshot, client(0), now, packages=(TAX,))) == [manager(0)]
    assert list(eligible_approvers(snapshot, client(0), now, rights=(Right(A_MELDING, WRITE),))) == [manager(0)]
    assert not list(eligible_approvers(snapshot, client(0), now, packages=("regnskapsforer-lonn",)))
    assert not list(eligible_approvers(snapshot, STUCK, now))
    assert not list(eligible_approvers(snapshot, PartyId("nobody"), now))


def test_a_key_person_of_a_manager_that_is_an_organisation_can_approve(firm: Store) -> None:
    add(
        firm,
        Party(PartyId("owned"), PartyKind.ORGANISATION, number(7), "Datter ANS", 99, "ANS"),
        RegisterRole("deltaker", PartyId("owned"), client(0), "DTSO"),
    )
    assert list(eligible_approvers(firm.snapshot(), PartyId("owned"), firm.clock())) == [manager(0)]


# -- the store that rehearses ----------------------------------------------------------------------


def test_a_rehearsal_shares_nothing_and_has_no_ledger(firm: Store) -> None:
    before = firm.snapshot()
    rehearsal = RehearsalStore(before, firm.clock)
    give_package(rehearsal, person(manager(0)), client(0), FIRM, TAX)
    mark = rehearsal.mark()
    give_package(rehearsal, person(manager(1)), client(1), FIRM, TAX)
    assert len(rehearsal.snapshot().grounds(client(1))) == len(before.grounds(client(1))) + 1
    assert [edit.fact.giver for edit in rehearsal.edits_since(mark)] == [client(1)]  # type: ignore[union-attr]
    rehearsal.go_back(mark)
    assert rehearsal.snapshot().grounds(client(1)) == before.grounds(client(1))
    assert len(rehearsal.snapshot().grounds(client(0))) == len(before.grounds(client(0))) + 1
    assert firm.snapshot() is before
    for refused in (lambda: rehearsal.read(id), lambda: rehearsal.write(id), lambda: list(rehearsal.facts())):
        with pytest.raises(GatewayError) as error:
            refused()
        assert code_of(error) is ErrorCode.STORE_UNAVAILABLE
    assert apply_changes(before, ()).sequence == before.sequence
    rehearsal.close()


# -- the journal -----------------------------------------------------------------------------------


def test_two_that_carry_out_the_same_plan_do_not_mix(store: Store, database_url: str) -> None:
    filled(store)
    other = Store(database_url)
    broken_in: list[MoveStep] = []

    def watch(point: MovePoint, step: MoveStep) -> None:
        if point is MovePoint.AFTER_COMMIT and not broken_in:
            broken_in.append(step)
            apply_plan(other, plan_for(), approve=True)

    with pytest.raises(GatewayError) as refused:
        apply_plan(store, plan_for(), approve=True, watch=watch)
    other.close()
    assert code_of(refused) is ErrorCode.PLAN_IN_PROGRESS
    assert apply_plan(store, plan_for(), approve=True).tried == 0
    lines = moves_of_plan(store, DIGEST)
    assert len(lines) == len(newest_lines(lines))
    assert roll_back(store, DIGEST).is_complete


def test_a_plan_is_named_by_the_first_signs_of_its_digest(firm: Store) -> None:
    apply_plan(firm, plan_for(), approve=True)
    assert plan_named(firm, DIGEST[:4]) == DIGEST
    for start in ("", "zz"):
        with pytest.raises(GatewayError) as refused:
            plan_named(firm, start)
        assert code_of(refused) is ErrorCode.PLAN_NOT_FOUND


def test_only_the_operator_takes_back(firm: Store) -> None:
    outcome = apply_plan(firm, plan_for(), approve=True)
    link = next(move for move in outcome.steps if move.stage == "links")
    with pytest.raises(GatewayError) as refused:
        take_back(firm, person(BOSS), link.touched)
    assert code_of(refused) is ErrorCode.MISSING_ADMINISTRATION
    undoing = take_back(firm, OPERATOR, link.touched)
    assert isinstance(undoing, Undoing)
    assert len(undoing.edits) == 1
    assert take_back(firm, OPERATOR, link.touched).edits == ()


def test_an_entry_that_its_vendor_deleted_since_is_left_as_it_is(firm: Store) -> None:
    outcome = apply_plan(firm, replace(plan_for(), users=(), gifts=()))
    system = plan_for().systems[0].id
    delete_system(firm, OPERATOR, system)
    (left,) = roll_back(firm, outcome.plan).needs_somebody
    assert (left.state, left.code, left.detail) == (MoveState.LEFT, "changed-since", "stays: 1 system")
    again = apply_plan(firm, replace(plan_for(), users=(), gifts=()))
    assert [(move.stage, move.code) for move in again.needs_somebody] == [("systems", "system-deleted")]


def test_a_narrower_system_user_under_the_reference_is_no_match(firm: Store) -> None:
    plan = plan_for()
    apply_plan(firm, plan, approve=True)
    own = replace(plan.users[0], packages=(SALARY, TAX))
    outcome = apply_plan(firm, replace(plan, users=(own,), gifts=()), approve=True)
    assert {(move.stage, move.code) for move in outcome.needs_somebody} == {
        (stage, "system-user-exists") for stage in ("requests", "approvals", "links")
    }


def test_a_request_for_something_else_under_the_reference_is_told(firm: Store) -> None:
    plan = plan_for()
    apply_plan(firm, plan)
    own = replace(plan.users[0], packages=(SALARY, TAX))
    outcome = apply_plan(firm, replace(plan, users=(own,), gifts=()))
    assert ("requests", "request-pending") in {(move.stage, move.code) for move in outcome.needs_somebody}


def test_a_standard_user_nobody_could_approve_fails_and_an_agent_does_not_need_the_package(firm: Store) -> None:
    add(firm, Party(PartyId("lone"), PartyKind.ORGANISATION, number(8), "Uten leder AS", 98, "AS"))
    plan = plan_for()
    own = replace(plan.users[0], owner=PartyId("lone"))
    outcome = apply_plan(firm, replace(plan, users=(own,), gifts=()), approve=True)
    assert [(move.stage, move.code) for move in outcome.needs_somebody] == [
        ("approvals", "missing-administration"),
        ("links", "system-user-not-found"),
    ]
    assert own.kind is SystemUserKind.STANDARD


def test_the_same_client_id_on_two_entries_is_a_row(firm: Store) -> None:
    texts = dict.fromkeys(("nb", "nn", "en"), "Annet")
    register_system(firm, OPERATOR, NewSystem(f"{number(2)}_annet", number(2), texts, texts, client_ids=("c1",)))
    plan = plan_for()
    system = replace(plan.systems[0], client_ids=("c1",))
    outcome = apply_plan(firm, replace(plan, systems=(system,), users=(), gifts=()))
    assert [(move.stage, move.code) for move in outcome.needs_somebody] == [("systems", "invalid-system")]
