"""what-if: the answers as they would be, without anything being stored; and what would end with a grant."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import (
    PackageDelegation,
    PartyId,
    Question,
    RegisterRole,
    Right,
    ServiceId,
    Snapshot,
    Subject,
    SubjectKind,
    SystemUser,
    apply_changes,
    by_service,
    decide,
    put,
    remove,
    what_ends,
    what_if,
)
from core.domain.cascade import dependants_of
from tests.core.decisions.random_facts import ASKED
from tests.core.decisions.random_worlds import RandomWorld, questions, worlds
from tests.core.decisions.test_changes import batches, numbered
from tests.worlds import CASES, read_world

AT = datetime(2026, 9, 1, 12, tzinfo=UTC)
FILE = CASES / "resolving" / "many-system-users.json"
CLIENT, GIVER = PartyId("c11e0000-0000-4000-8000-000000000001"), PartyId("c11e0000-0000-4000-8000-000000000003")
FACIL = PartyId("facade00-0000-4000-8000-000000000001")
BOLIG = Right(ServiceId("skd-eksempel-boligsameie"), "write")


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return read_world("what-if", json.loads(FILE.read_text("utf-8"))["world"]).snapshot(sequence=9)


def asked(user: int, party: PartyId = CLIENT, right: Right = BOLIG) -> Question:
    return Question(Subject(SubjectKind.SYSTEM_USER, f"5ba00000-0000-4000-8000-00000000000{user}"), party, right, AT)


def role_of(snapshot: Snapshot) -> RegisterRole:
    return next(each for each in snapshot.grounds(CLIENT) if isinstance(each, RegisterRole))


def test_each_question_is_answered_now_and_as_it_would_be(snapshot: Snapshot) -> None:
    found = what_if(snapshot, [asked(1), asked(2), asked(3)], [remove(role_of(snapshot))], AT)
    assert [each.changed for each in found.compared] == [True, False, True]
    first = found.compared[0]
    assert (first.before.permitted, first.after.permitted) == (True, False)
    assert {getattr(edit.fact, "id", "") for edit in found.also} == {"delegation-1", "delegation-4"}
    assert first.after.sequence == 9


def test_a_reason_that_changes_is_a_change(snapshot: Snapshot) -> None:
    sign = Right(ServiceId("skd-eksempel-mva"), "sign")
    given = PackageDelegation("new", GIVER, FACIL, "merverdiavgift", "test")
    found = what_if(snapshot, [asked(2, GIVER, sign)], [put(given)], AT)
    assert [each.changed for each in found.compared] == [False]


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), worlds())
def test_it_is_what_writing_would_bring_and_nothing_is_changed(data: st.DataObject, world: RandomWorld) -> None:
    before, again = world.snapshot(sequence=3), world.snapshot(sequence=3)
    edits = data.draw(batches(world))[0]
    every = questions(ASKED[1])[::7]
    found = what_if(before, every, edits, ASKED[1])
    written = apply_changes(before, numbered([*edits, *found.also], 3))
    for question, compared in zip(every, found.compared, strict=True):
        assert compared.before == decide(before, question)
        assert compared.after._replace(sequence=0) == decide(written, question)._replace(sequence=0)
    assert before == again


def test_what_ends_with_a_register_role(snapshot: Snapshot) -> None:
    found = what_ends(snapshot, [role_of(snapshot)], AT)
    lost = {loss.user.external_ref: by_service(loss.rights) for loss in found.losses if loss.party == CLIENT}
    assert set(lost) == {"registrert", "bred"}
    assert lost["registrert"]["skd-eksempel-boligsameie"] == ("write",)
    assert lost["registrert"]["skd-eksempel-mva"] == ("read", "sign", "write")
    # The sub-units of the client lose it too.
    assert len({loss.party for loss in found.losses}) > 1
    assert found.left_off == 0


def test_what_ends_with_an_approval_and_with_nothing(snapshot: Snapshot) -> None:
    entry = snapshot.users.get("5ba00000-0000-4000-8000-000000000006")
    assert entry is not None
    found = what_ends(snapshot, [entry.latest], AT)
    assert {(loss.user.external_ref, loss.rights) for loss in found.losses if loss.party == CLIENT} == {
        ("rett", (BOLIG,))
    }
    assert what_ends(snapshot, [], AT).losses == ()


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), worlds())
def test_what_ends_is_every_permit_that_would_go(data: st.DataObject, world: RandomWorld) -> None:
    snapshot = world.snapshot()
    grants = [fact for fact in world.facts.values() if isinstance(fact, (RegisterRole, PackageDelegation))]
    gone = data.draw(st.sampled_from(grants))
    found = what_ends(snapshot, [gone], ASKED[1])
    told = {(loss.user.id, loss.party, right) for loss in found.losses for right in loss.rights}
    after = apply_changes(snapshot, numbered([remove(gone), *dependants_of(snapshot, [gone], ASKED[1])], 1))
    for question in questions(ASKED[1]):
        if question.subject.kind is SubjectKind.SYSTEM_USER:
            lost = decide(snapshot, question).permitted and not decide(after, question).permitted
            assert ((str(question.subject.id), question.party, question.right) in told) is lost


def test_no_system_user_is_told_twice(snapshot: Snapshot) -> None:
    found = what_ends(snapshot, [role_of(snapshot), role_of(snapshot)], AT)
    pairs = [(loss.user.id, loss.party) for loss in found.losses]
    assert len(pairs) == len(set(pairs))
    assert all(isinstance(loss.user, SystemUser) for loss in found.losses)
