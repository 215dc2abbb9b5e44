"""After roll-back the facts are as before; where others have changed something, theirs stays and the row says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import (
    OPERATOR,
    Authority,
    AuthorityRow,
    ClientDelegation,
    ErrorCode,
    GatewayError,
    MoveState,
    NewRequest,
    NewSystem,
    Operation,
    PartyId,
    Right,
    Store,
    SystemUserKind,
    Touched,
    approve_request,
    delegate_client_rights,
    give_package,
    moves_of_plan,
    register_system,
    remove_system_user,
    replace_system,
    request_system_user,
    system_changes,
    take_back,
    withdraw_package,
)
from legacy_mappings.apply import Outcome, Stage, apply_plan, migration_state, plan_board, roll_back
from legacy_mappings.planner import plan_digest
from tests.migration.apply.world import (
    BOSS,
    DIGEST,
    ENTERPRISE_SYSTEM,
    FIRM,
    PAYROLL,
    SALARY,
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

SYSTEM = f"{number(2)}_bro"


def user_id(store: Store, reference: str) -> str:
    """The id of the system user with this external reference."""
    return next(entry.user.id for entry in store.snapshot().users.values() if entry.user.external_ref == reference)


def left(outcome: Outcome) -> dict[tuple[str, str], str]:
    """What was left, by stage and the last word of the key, and why."""
    return {(move.stage, move.step.rsplit(" ", 1)[-1]): move.code for move in outcome.needs_somebody}


def test_after_roll_back_the_state_is_the_same_bytes(store: Store) -> None:
    before = migration_state(filled(store))
    changes = store.snapshot().sequence
    applied = apply_plan(store, plan_for(), approve=True)
    first = migration_state(store)
    assert first != before
    taken = roll_back(store, DIGEST)
    assert taken.count(MoveState.TAKEN_BACK) == applied.count(MoveState.DONE)
    assert taken.is_complete
    assert migration_state(store) == before
    assert store.snapshot().sequence > changes
    assert apply_plan(store, plan_for(), approve=True).is_complete
    assert migration_state(store) == first
    roll_back(store, DIGEST)
    assert migration_state(store) == before


def test_a_snapshot_read_anew_says_the_same(store: Store, database_url: str) -> None:
    filled(store)
    apply_plan(store, plan_for(), approve=True)
    roll_back(store, DIGEST)
    fresh = Store(database_url)
    try:
        assert fresh.snapshot() == store.snapshot()
    finally:
        fresh.close()


def test_a_second_roll_back_has_nothing_to_do(firm: Store) -> None:
    apply_plan(firm, plan_for(), approve=True)
    roll_back(firm, DIGEST)
    sequence = firm.snapshot().sequence
    assert roll_back(firm, DIGEST).steps == ()
    assert firm.snapshot().sequence == sequence


def test_a_plan_that_was_never_begun_cannot_be_taken_back(firm: Store) -> None:
    with pytest.raises(GatewayError) as refused:
        roll_back(firm, DIGEST)
    assert refused.value.code is ErrorCode.PLAN_NOT_FOUND


def test_a_plan_half_carried_out_is_taken_back(firm: Store) -> None:
    before = migration_state(firm)
    apply_plan(firm, plan_for())
    assert roll_back(firm, DIGEST).is_complete
    assert migration_state(firm) == before


def test_what_was_there_before_stays(firm: Store) -> None:
    give_package(firm, person(manager(0)), client(0), FIRM, TAX)
    new = NewSystem(SYSTEM, number(2), *_texts("Fra før"), (), (TAX,), visible=True)
    register_system(firm, OPERATOR, new)
    before = migration_state(firm)
    apply_plan(firm, plan_for(), approve=True)
    assert roll_back(firm, DIGEST).is_complete
    assert migration_state(firm) == before


def test_the_register_s_own_log_tells_both_and_the_id_is_free_again(firm: Store) -> None:
    for _ in range(2):
        apply_plan(firm, plan_for(), approve=True)
        roll_back(firm, DIGEST)
    apply_plan(firm, plan_for(), approve=True)
    _, lines = system_changes(firm, OPERATOR, SYSTEM)
    assert [str(line.kind) for line in reversed(lines)] == ["create", "delete", "create", "delete", "create"]


def test_what_persons_approved_meanwhile_goes_with_our_request(firm: Store) -> None:
    before = migration_state(firm)
    apply_plan(firm, plan_for())
    for request in list(firm.snapshot().requests.values()):
        approve_request(firm, person(BOSS), FIRM, request.id, request.kind)
    assert roll_back(firm, DIGEST).is_complete
    assert migration_state(firm) == before
    apply_plan(firm, plan_for())
    for request in list(firm.snapshot().requests.values()):
        approve_request(firm, person(BOSS), FIRM, request.id, request.kind)
    apply_plan(firm, plan_for(), approve=True)
    assert roll_back(firm, DIGEST).is_complete
    assert migration_state(firm) == before


def test_a_wave_is_taken_back_alone(store: Store) -> None:
    plan = plan_for(waves=True)
    filled(store)
    apply_plan(store, plan, waves={1}, approve=True)
    with_first = migration_state(store)
    apply_plan(store, plan, approve=True)
    with_both = migration_state(store)
    assert roll_back(store, plan_digest(plan), waves={2}).is_complete
    assert migration_state(store) == with_first
    states = {(row.wave, row.stage): dict(row.states) for row in plan_board(store, plan_digest(plan))}
    assert states[2, Stage.CLIENTS] == {MoveState.TAKEN_BACK: 4}
    assert states[1, Stage.CLIENTS] == {MoveState.DONE: 2}
    apply_plan(store, plan, approve=True)
    assert migration_state(store) == with_both


def test_the_first_wave_can_go_before_the_second(firm: Store) -> None:
    plan = plan_for(waves=True)
    before = migration_state(firm)
    apply_plan(firm, plan, approve=True)
    assert roll_back(firm, plan_digest(plan), waves={1}).is_complete
    assert roll_back(firm, plan_digest(plan)).is_complete
    assert migration_state(firm) == before


def test_while_the_new_rights_decide_nothing_is_taken_back(firm: Store) -> None:
    apply_plan(firm, plan_for(), approve=True)
    row = AuthorityRow(ENTERPRISE_SYSTEM, client(0), Authority.NEW, firm.clock())
    firm.import_facts("tests", [row])
    sequence = firm.snapshot().sequence
    with pytest.raises(GatewayError) as refused:
        roll_back(firm, DIGEST)
    assert refused.value.code is ErrorCode.STILL_CUT_OVER
    assert firm.snapshot().sequence == sequence
    firm.import_facts("tests", [replace(row, authority=Authority.SHADOW)])
    assert roll_back(firm, DIGEST).is_complete


# -- others have changed something since -----------------------------------------------------------


def _others_add_a_right(store: Store) -> None:
    """A client of ours gets a right beside, from somebody else."""
    other = _other_agent(store)
    delegate_client_rights(store, OPERATOR, other, client(0), "rettighetshaver", (TAX,))


def _other_agent(store: Store) -> str:
    request = request_system_user(
        store, OPERATOR, NewRequest(SystemUserKind.AGENT, SYSTEM, number(1), "andres", None, (), (TAX,))
    ).request
    return approve_request(store, person(BOSS), FIRM, request.id, SystemUserKind.AGENT).id


def test_a_client_that_others_put_on_our_system_user_keeps_it(firm: Store) -> None:
    plan = plan_for(clients=(0, 1))
    apply_plan(firm, plan, approve=True)
    agent = user_id(firm, "ref-regn")
    delegate_client_rights(firm, OPERATOR, agent, client(3), "REGN", (PAYROLL,))
    outcome = roll_back(firm, plan_digest(plan))
    assert left(outcome) == {
        ("approvals", "ref-regn"): "in-use",
        ("requests", "ref-regn"): "in-use",
        ("systems", SYSTEM): "in-use",
    }
    snapshot = firm.snapshot()
    assert [each.client for each in snapshot.files.get(client(3)).delegations] == [client(3)]  # type: ignore[union-attr]
    assert not snapshot.files.get(client(0)).delegations  # type: ignore[union-attr]


def test_what_was_left_is_taken_back_when_nothing_rests_on_it(firm: Store) -> None:
    before = migration_state(firm)
    plan = plan_for(clients=(0, 1))
    apply_plan(firm, plan, approve=True)
    other = _other_agent(firm)
    assert left(roll_back(firm, plan_digest(plan))) == {("systems", SYSTEM): "in-use"}
    remove_system_user(firm, OPERATOR, FIRM, other)
    assert roll_back(firm, plan_digest(plan)).is_complete
    assert migration_state(firm) == before


def test_carrying_out_again_what_was_left_can_still_be_taken_back(firm: Store) -> None:
    before = migration_state(firm)
    apply_plan(firm, plan_for(), approve=True)
    first = migration_state(firm)
    other = _other_agent(firm)
    assert not roll_back(firm, DIGEST).is_complete
    assert apply_plan(firm, plan_for(), approve=True).is_complete
    remove_system_user(firm, OPERATOR, FIRM, other)
    assert migration_state(firm) == first
    assert roll_back(firm, DIGEST).is_complete
    assert migration_state(firm) == before


def test_a_gift_takes_with_it_what_flowed_from_it_and_says_so(firm: Store) -> None:
    apply_plan(firm, plan_for(), approve=True)
    _others_add_a_right(firm)
    outcome = roll_back(firm, DIGEST)
    gift = next(move for move in outcome.steps if move.stage == Stage.GIFTS and number(10) in move.step)
    assert gift.state is MoveState.TAKEN_BACK
    assert gift.detail == "1 delegations that flowed from it ended with it"


def test_what_a_client_has_withdrawn_is_not_given_again(firm: Store) -> None:
    before = migration_state(firm)
    apply_plan(firm, plan_for(), approve=True)
    withdraw_package(firm, person(manager(0)), client(0), FIRM, TAX)
    assert roll_back(firm, DIGEST).is_complete
    assert migration_state(firm) == before


def test_rights_that_others_added_to_our_delegation_stay(firm: Store) -> None:
    plan = plan_for()
    apply_plan(firm, plan, approve=True)
    agent = user_id(firm, "ref-gitt")
    delegate_client_rights(firm, OPERATOR, agent, client(0), "rettighetshaver", (), (), (Right(TAX_RETURN, WRITE),))
    outcome = roll_back(firm, DIGEST, waves={1})
    moved = next(move for move in outcome.steps if move.step.endswith(f"ref-gitt {number(10)}"))
    assert moved.state is MoveState.TAKEN_BACK
    assert "stays" in moved.detail


def test_a_delegation_of_others_is_not_left_empty(firm: Store) -> None:
    """It was theirs and we added to it; they took theirs away, we take ours: no row that gives nothing stays."""
    apply_plan(firm, plan_for(), approve=True)
    ours = next(fact for fact in firm.facts() if isinstance(fact, ClientDelegation) and fact.packages)
    theirs = replace(ours, packages=frozenset({SALARY}))
    touched = Touched(theirs, replace(ours, packages=ours.packages | {SALARY}))
    undoing = take_back(firm, OPERATOR, [touched])
    assert [edit.operation for edit in undoing.edits] == [Operation.REMOVE]
    assert ours.id not in {fact.id for fact in firm.facts() if isinstance(fact, ClientDelegation)}


def test_a_system_that_its_vendor_changed_since_keeps_the_change(firm: Store) -> None:
    narrow = NewSystem(SYSTEM, number(2), *_texts("Fra før"), (), (TAX,), visible=False)
    register_system(firm, OPERATOR, narrow)
    apply_plan(firm, plan_for(), approve=True)
    there = firm.snapshot().systems.get(SYSTEM)
    assert there is not None
    changed = NewSystem(SYSTEM, number(2), *_texts("Nytt navn"), (), (*there.packages, "merverdiavgift"), visible=False)
    replace_system(firm, OPERATOR, SYSTEM, changed)
    assert roll_back(firm, DIGEST).is_complete
    after = firm.snapshot().systems.get(SYSTEM)
    assert after is not None
    assert (after.name["nb"], after.packages) == ("Nytt navn", (TAX, "merverdiavgift"))


def test_an_owner_that_removed_the_system_user_is_no_obstacle(firm: Store) -> None:
    before = migration_state(firm)
    apply_plan(firm, plan_for(), approve=True)
    remove_system_user(firm, person(BOSS), FIRM, user_id(firm, "ref-egen"), SystemUserKind.STANDARD)
    assert roll_back(firm, DIGEST).is_complete
    assert migration_state(firm) == before


@pytest.mark.parametrize("package", [SALARY])
def test_no_line_names_a_person(firm: Store, package: str) -> None:
    apply_plan(firm, plan_for(), approve=True)
    roll_back(firm, DIGEST)
    numbers = [
        party.number
        for party in (firm.snapshot().party(PartyId(each)) for each in firm.snapshot().files)
        if party is not None and len(party.number) == 11
    ]
    told = repr([(move.step, move.detail, move.touched) for move in moves_of_plan(firm, DIGEST)])
    texts = (told, migration_state(firm))
    assert numbers
    assert not [each for each in numbers for text in texts if each in text]
    assert package in told


def _texts(name: str) -> tuple[dict[str, str], dict[str, str]]:
    texts = dict.fromkeys(("nb", "nn", "en"), name)
    return texts, texts
