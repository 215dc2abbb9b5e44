"""A plan is carried out through the core's own commands: idempotent, resumable, failures as rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from core import (
    Move,
    MovePoint,
    MoveState,
    MoveStep,
    Question,
    Reference,
    ServiceId,
    Snapshot,
    Store,
    Subject,
    SubjectKind,
    SystemUserKind,
    approve_request,
    connect,
    decide,
    give_package,
    moves_of_plan,
    reject_request,
    resolve,
)
from legacy_mappings.apply import Outcome, Stage, apply_plan, dry_run, migration_state, plan_board, roll_back
from legacy_mappings.planner import plan_digest
from legacy_mappings.planner.records import Gift, Plan
from tests.migration.apply.world import (
    A_MELDING,
    BOSS,
    DIGEST,
    ENTERPRISE_SYSTEM,
    FIRM,
    OLD_A_MELDING,
    OLD_TAX,
    STUCK,
    TAX,
    TAX_RETURN,
    client,
    filled,
    manager,
    number,
    person,
    plan_for,
    right,
)


def lines(outcome: Outcome, stage: Stage) -> dict[str, Move]:
    """The lines of one stage by the end of their keys."""
    return {move.step: move for move in outcome.steps if move.stage == stage}


def states(outcome: Outcome, stage: Stage) -> list[MoveState]:
    """The states of one stage's steps, in order."""
    return [move.state for move in outcome.steps if move.stage == stage]


def permitted(snapshot: Snapshot, plan: Plan, reference: str, party: str, service: ServiceId, store: Store) -> bool:
    """Whether the planned system user may send in for the party."""
    planned = next(user for user in plan.users if user.reference == reference)
    user = snapshot.user_references.get(Reference(planned.system, planned.owner, reference))
    if user is None:
        return False
    question = Question(Subject(SubjectKind.SYSTEM_USER, user), party, right(service), store.clock())
    return decide(snapshot, question).permitted


def test_everything_is_done_and_opens_what_it_should(store: Store) -> None:
    plan = plan_for()
    outcome = apply_plan(filled(store), plan, approve=True)
    assert outcome.is_complete
    assert outcome.count(MoveState.DONE) == len(outcome.steps) == 2 + 1 + 2 + 3 + 3 + 6 + 3
    snapshot = store.snapshot()
    assert all(permitted(snapshot, plan, "ref-regn", client(place), A_MELDING, store) for place in range(4))
    given = [permitted(snapshot, plan, "ref-gitt", client(place), TAX_RETURN, store) for place in range(4)]
    assert given == [True, True, False, False]
    assert permitted(snapshot, plan, "ref-egen", FIRM, A_MELDING, store)
    question = Question(
        Subject(SubjectKind.ENTERPRISE_SYSTEM, ENTERPRISE_SYSTEM), client(3), right(OLD_A_MELDING), store.clock()
    )
    answer, link = resolve(snapshot, ENTERPRISE_SYSTEM, question)
    assert answer.permitted
    assert link is not None
    assert (link.ground, link.external_ref) == ("REGN", "ref-regn")


def test_a_second_time_there_is_nothing_to_do(store: Store) -> None:
    plan = plan_for()
    first = apply_plan(filled(store), plan, approve=True)
    sequence, state = store.snapshot().sequence, migration_state(store)
    journal = moves_of_plan(store, DIGEST)
    again = apply_plan(store, plan, approve=True)
    assert again.tried == 0
    assert [(move.step, move.state) for move in again.steps] == [(move.step, move.state) for move in first.steps]
    assert (store.snapshot().sequence, migration_state(store)) == (sequence, state)
    assert moves_of_plan(store, DIGEST) == journal


def test_another_plan_that_wants_the_same_finds_it_done(firm: Store) -> None:
    apply_plan(firm, plan_for(), approve=True)
    state = migration_state(firm)
    other = apply_plan(firm, replace(plan_for(), sequence=1), approve=True)
    assert {move.state for move in other.steps} == {MoveState.NOTHING}
    assert not any(move.touched for move in other.steps)
    assert migration_state(firm) == state


def test_the_journal_has_the_facts_before_and_after_in_the_same_commit(store: Store) -> None:
    apply_plan(filled(store), plan_for(), approve=True)
    journal = moves_of_plan(store, DIGEST)
    assert [move.number for move in journal] == list(range(1, len(journal) + 1))
    assert all(before.sequence <= after.sequence for before, after in pairwise(journal))
    gift = next(move for move in journal if move.stage == Stage.GIFTS)
    assert [type(each.after).__name__ for each in gift.touched] == ["Connection", "PackageDelegation"]
    assert all(each.before is None for each in gift.touched)
    approval = next(move for move in journal if move.stage == Stage.APPROVALS)
    assert approval.touched[0].before is not None
    written = {change.by for change in store.changes_since(journal[0].sequence)}
    assert written == {f"operator:migration-{DIGEST[:16]}"}


def test_without_approval_it_waits_for_persons_and_goes_on_from_there(store: Store) -> None:
    plan = plan_for()
    waiting = apply_plan(filled(store), plan)
    assert states(waiting, Stage.GIFTS) == [MoveState.WAITING] * 2
    assert states(waiting, Stage.REQUESTS) == [MoveState.DONE] * 3
    assert states(waiting, Stage.APPROVALS) == [MoveState.WAITING] * 3
    assert {move.code for move in waiting.needs_somebody} == {"giver", "approver"}
    journal = moves_of_plan(store, DIGEST)
    apply_plan(store, plan)
    assert moves_of_plan(store, DIGEST) == journal

    for request in list(store.snapshot().requests.values()):
        approve_request(store, person(BOSS), FIRM, request.id, request.kind)
    connect(store, person(manager(0)), client(0), FIRM)
    give_package(store, person(manager(0)), client(0), FIRM, TAX)
    further = apply_plan(store, plan)
    assert states(further, Stage.APPROVALS) == [MoveState.NOTHING] * 3
    assert sorted(states(further, Stage.GIFTS)) == [MoveState.NOTHING, MoveState.WAITING]
    assert sorted(states(further, Stage.CLIENTS)) == [MoveState.DONE] * 5 + [MoveState.WAITING]
    give_package(store, person(manager(1)), client(1), FIRM, TAX)
    assert apply_plan(store, plan).is_complete


def test_a_rejected_request_is_a_row_and_what_rests_on_it_too(firm: Store) -> None:
    plan = plan_for()
    apply_plan(firm, plan)
    for request in list(firm.snapshot().requests.values()):
        if request.external_ref == "ref-egen":
            reject_request(firm, person(BOSS), FIRM, request.id, SystemUserKind.STANDARD)
    outcome = apply_plan(firm, plan, approve=True)
    failed = {(move.stage, move.code) for move in outcome.steps if move.state is MoveState.FAILED}
    assert failed == {("approvals", "request-rejected"), ("links", "system-user-not-found")}
    assert outcome.count(MoveState.WAITING) == 0


def test_one_bad_client_does_not_stop_the_others(store: Store) -> None:
    plan = plan_for()
    users = tuple(
        replace(user, clients=(STUCK, *user.clients)) if user.reference == "ref-gitt" else user for user in plan.users
    )
    plan = replace(plan, users=users, gifts=(Gift(STUCK, FIRM, TAX), *plan.gifts))
    outcome = apply_plan(filled(store), plan, approve=True)
    failed = {(move.stage, move.step, move.code) for move in outcome.steps if move.state is MoveState.FAILED}
    system = plan.systems[0].id
    assert failed == {
        ("gifts", f"{number(3)} {number(1)} {TAX}", "missing-administration"),
        ("clients", f"{system} {number(1)} ref-gitt {number(3)}", "client-not-found"),
    }
    assert outcome.count(MoveState.DONE) == len(outcome.steps) - 2
    assert apply_plan(store, plan, approve=True).tried == 2


def test_a_rehearsal_says_what_will_come_and_writes_nothing(firm: Store) -> None:
    plan = plan_for()
    sequence = firm.snapshot().sequence
    told, after = dry_run(firm, plan)
    assert firm.snapshot().sequence == sequence
    assert moves_of_plan(firm, DIGEST) == ()
    assert permitted(after, plan, "ref-gitt", client(1), TAX_RETURN, firm)
    from_snapshot, _ = dry_run(firm.snapshot(), plan)
    done = apply_plan(firm, plan, approve=True)
    for outcome in (told, from_snapshot):
        assert [(move.step, move.state, move.code) for move in outcome.steps] == [
            (move.step, move.state, move.code) for move in done.steps
        ]


def test_a_rehearsal_of_a_plan_half_done_goes_on_from_there(firm: Store) -> None:
    plan = plan_for(waves=True)
    apply_plan(firm, plan, waves={1}, approve=True)
    told, _ = dry_run(firm, plan)
    assert told.is_complete
    assert 0 < told.tried < len(told.steps)


def test_waves_are_carried_out_one_by_one(firm: Store) -> None:
    plan = plan_for(waves=True)
    first = apply_plan(firm, plan, waves={1}, approve=True)
    assert {move.wave for move in first.steps} == {0, 1}
    assert states(first, Stage.GIFTS) == []
    board = {(row.wave, row.stage): row for row in plan_board(firm, plan_digest(plan), plan)}
    assert board[1, Stage.CLIENTS].states == {MoveState.DONE: 2}
    assert board[2, Stage.CLIENTS].not_begun == 4
    assert apply_plan(firm, plan, approve=True).is_complete
    assert all(row.not_begun == 0 for row in plan_board(firm, plan_digest(plan), plan))


def test_a_system_that_is_there_is_widened(firm: Store) -> None:
    plan = plan_for()
    narrow = replace(plan, systems=(replace(plan.systems[0], packages=(TAX,)),), users=(), gifts=(), successors=())
    apply_plan(firm, narrow)
    outcome = apply_plan(firm, plan, approve=True)
    assert lines(outcome, Stage.SYSTEMS)[plan.systems[0].id].detail == "widened"
    assert outcome.is_complete
    assert set(firm.snapshot().systems.get(plan.systems[0].id).packages) == set(plan.systems[0].packages)  # type: ignore[union-attr]


def test_every_step_is_told_to_who_watches(firm: Store) -> None:
    seen: list[tuple[MovePoint, int]] = []

    def watch(point: MovePoint, step: MoveStep) -> None:
        seen.append((point, step.place))

    outcome = apply_plan(firm, plan_for(), approve=True, watch=watch)
    assert [place for point, place in seen if point is MovePoint.STEP_BEGINS] == list(range(1, outcome.tried + 1))
    commits = [place for point, place in seen if point is MovePoint.AFTER_COMMIT]
    assert commits == [place for point, place in seen if point is MovePoint.BEFORE_COMMIT]
    assert commits[-1] == outcome.tried


def test_a_watcher_that_breaks_off_before_the_commit_leaves_nothing(firm: Store) -> None:
    class BrokenOff(Exception):
        pass

    def watch(point: MovePoint, step: MoveStep) -> None:
        if point is MovePoint.BEFORE_COMMIT and step.stage == Stage.APPROVALS:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        apply_plan(firm, plan_for(), approve=True, watch=watch)
    assert not list(firm.snapshot().users.values())
    assert {move.stage for move in moves_of_plan(firm, DIGEST)} == {
        "successors", "systems", "gifts", "requests",
    }  # fmt: skip
    assert apply_plan(firm, plan_for(), approve=True).is_complete


def test_successors_become_facts(firm: Store) -> None:
    apply_plan(firm, plan_for(), approve=True)
    found = firm.snapshot().catalogue.successors
    assert [row.resource for row in found[right(OLD_TAX)]] == [TAX_RETURN]


def test_single_rights_for_clients_and_gifts_of_rights(firm: Store) -> None:
    plan = plan_for()
    gift = Gift(client(0), FIRM, "", TAX_RETURN, ("write",))
    given = next(user for user in plan.users if user.reference == "ref-gitt")
    user = replace(given, packages=(), rights=(right(TAX_RETURN),), clients=(client(0), client(1)))
    system = replace(plan.systems[0], rights=(right(TAX_RETURN),))
    plan = replace(plan, users=(user,), gifts=(gift,), systems=(system,))
    waiting = apply_plan(firm, plan)
    assert {move.code for move in waiting.needs_somebody} == {"giver", "approver"}
    outcome = apply_plan(firm, plan, approve=True)
    assert [(move.code, move.step[-9:]) for move in outcome.needs_somebody] == [("client-not-found", number(11))]
    snapshot = firm.snapshot()
    assert permitted(snapshot, plan, "ref-gitt", client(0), TAX_RETURN, firm)
    assert not permitted(snapshot, plan, "ref-gitt", client(1), TAX_RETURN, firm)


def test_the_own_organisation_on_an_agent_system_user(firm: Store) -> None:
    plan = plan_for()
    own = replace(plan.users[0], kind=SystemUserKind.AGENT, clients=(FIRM,))
    plan = replace(plan, users=(own,), gifts=())
    assert apply_plan(firm, plan, approve=True).is_complete
    assert permitted(firm.snapshot(), plan, "ref-egen", FIRM, A_MELDING, firm)


def test_a_request_that_nobody_answered_for_long_is_told_apart(firm: Store) -> None:
    plan = plan_for()
    apply_plan(firm, plan)
    firm.clock = lambda: datetime.now(UTC) + timedelta(days=181)
    late = apply_plan(firm, plan)
    assert {move.code for move in late.needs_somebody if move.stage == Stage.APPROVALS} == {"approver-late"}


def test_many_clients_go_in_batches_and_back(sqlite_store: Store) -> None:
    filled(sqlite_store, 210)
    plan = plan_for(range(210), givers=range(3))
    before = migration_state(sqlite_store)
    commits: list[str] = []

    def watch(point: MovePoint, step: MoveStep) -> None:
        commits.extend([step.stage] if point is MovePoint.AFTER_COMMIT else [])

    assert apply_plan(sqlite_store, plan, approve=True, watch=watch).is_complete
    assert commits.count(Stage.CLIENTS) == 2
    assert roll_back(sqlite_store, plan_digest(plan)).is_complete
    assert migration_state(sqlite_store) == before
