"""Applying changes one after another, and building from all facts anew, give the very same snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.change import FACT_KINDS, Change, Edit, Fact, Operation, put, remove
from core.domain.decision import Question, Subject, SubjectKind, decide
from core.domain.delegation import PackageDelegation, RoleGrant
from core.domain.fold import apply_changes, build_snapshot, preview
from core.domain.identifiers import PartyId
from core.domain.party import Party, RegisterRole
from core.domain.snapshot import Snapshot
from core.domain.system import Generation, SystemUser
from core.domain.vocabulary import DecisionTerms, Right, Service, ServiceKind
from tests.core.decisions.random_facts import (
    ASKED,
    CREATED,
    NEW,
    cast,
    changed_parties,
    generations,
    grants,
    register_roles,
    system_users,
)
from tests.core.decisions.random_vocabulary import SOURCED, common_vocabulary, roles, service, services, vocabulary_rows
from tests.core.decisions.random_worlds import Facts, RandomWorld, keyed, worlds

Batch = list[Edit]
_ACCOUNT = Right(NEW, "read")


@pytest.fixture
def small() -> Facts:
    """The cast and the common vocabulary, and nobody holds anything."""
    offered = Service(NEW, ServiceKind.RESOURCE, "new", "test", 2, None, "", True, False, None, **SOURCED)
    facts: list[Fact] = [*roles(), offered, *common_vocabulary(), *cast()]
    return {keyed(fact): fact for fact in facts if getattr(fact, "service", NEW) == NEW}


@st.composite
def batches(draw: st.DrawFn, world: RandomWorld) -> list[Batch]:
    """A few transactions: facts put, put again in another state, and removed, old ones and new ones."""
    removable = [fact for fact in world.facts.values() if not isinstance(fact, Party | SystemUser)]
    put_facts = st.one_of(
        grants(), register_roles(), changed_parties(), changed_parties(), generations(), vocabulary_rows(), service(NEW)
    )
    edits = st.one_of(put_facts.map(put), put_facts.map(put), st.sampled_from(removable).map(remove))
    return draw(st.lists(st.lists(edits, min_size=1, max_size=5), min_size=1, max_size=4))


def after(facts: Facts, batch: Iterable[Edit]) -> Facts:
    """The facts as they are once the batch is written."""
    now = dict(facts)
    for edit in batch:
        if edit.operation is Operation.PUT:
            now[keyed(edit.fact)] = edit.fact
        else:
            now.pop(keyed(edit.fact), None)
    return now


def rebuilt(facts: Facts, sequence: int, terms: DecisionTerms) -> Snapshot:
    """All facts, in the order of import, built from nothing."""
    place = {kind.name: index for index, kind in enumerate(FACT_KINDS)}
    ordered = sorted(facts.items(), key=lambda item: place[item[0][0]])
    return build_snapshot((fact for _, fact in ordered), sequence=sequence, terms=terms)


def numbered(batch: Iterable[Edit], following: int) -> list[Change]:
    """The batch as it is written."""
    return [
        Change(number, edit.operation, edit.fact, CREATED, "test") for number, edit in enumerate(batch, following + 1)
    ]


@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(st.data(), worlds())
def test_applying_is_building(data: st.DataObject, world: RandomWorld) -> None:
    facts, snapshot = dict(world.facts), world.snapshot(sequence=0)

    for batch in data.draw(batches(world)):
        facts = after(facts, batch)
        snapshot = apply_changes(snapshot, numbered(batch, snapshot.sequence))

        assert_same(snapshot, rebuilt(facts, snapshot.sequence, world.terms))


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(st.data(), worlds())
def test_catching_up_with_many_transactions_at_once_is_the_same(data: st.DataObject, world: RandomWorld) -> None:
    edits = [edit for batch in data.draw(batches(world)) for edit in batch]
    before = world.snapshot(sequence=0)

    at_once = apply_changes(before, numbered(edits, 0))

    assert_same(at_once, rebuilt(after(world.facts, edits), len(edits), world.terms))
    assert before == world.snapshot(sequence=0), "the snapshot that was applied to has not changed"


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(st.data(), worlds())
def test_a_preview_is_what_the_change_would_make_without_its_number(data: st.DataObject, world: RandomWorld) -> None:
    edits = data.draw(batches(world))[0]
    before = world.snapshot(sequence=7)

    assert replace(apply_changes(before, numbered(edits, 7)), sequence=7) == preview(before, edits)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(worlds(), system_users(), services())
def test_system_users_come_and_go_with_their_generations(
    world: RandomWorld, users: list[SystemUser], offered: list[Fact]
) -> None:
    gone = [fact for fact in world.facts.values() if isinstance(fact, Generation)]
    gone_users = [fact for fact in world.facts.values() if isinstance(fact, SystemUser)]
    away = [*map(remove, gone), *map(remove, gone_users), *map(put, offered)]
    back = [*map(put, users), *map(put, gone)]

    without = apply_changes(world.snapshot(sequence=0), numbered(away, 0))
    assert_same(without, rebuilt(after(world.facts, away), len(away), world.terms))

    again = apply_changes(without, numbered(back, len(away)))
    assert_same(again, rebuilt(after(after(world.facts, away), back), len(away) + len(back), world.terms))


def test_a_party_that_changes_twice_in_one_catch_up_keeps_only_its_last_number(small: Facts) -> None:
    firm = small["party", ("firm",)]
    assert isinstance(firm, Party)
    first, second = replace(firm, number="number-first"), replace(firm, number="number-second")

    snapshot = apply_changes(rebuilt(small, 0, DecisionTerms()), numbered([put(first), put(second)], 0))

    assert snapshot.party_numbered("number-first") is None
    assert snapshot.party_numbered("number-second") == second


def test_a_proprietorship_that_becomes_a_company_no_longer_reaches_its_owner(small: Facts) -> None:
    enk = small["party", ("enk",)]
    assert isinstance(enk, Party)
    owner = RegisterRole("er-1", PartyId("enk"), PartyId("pat"), "INNH")
    accountant = RegisterRole("er-2", PartyId("enk"), PartyId("firm"), "REGN")
    question = Question(Subject(SubjectKind.ORGANISATION, "firm"), "pat", _ACCOUNT, ASKED[1])

    as_proprietorship = _applied(small, [put(owner), put(accountant)])
    as_company = _applied(small, [put(owner), put(accountant), put(replace(enk, form="AS"))])

    assert decide(as_proprietorship, question).permitted
    assert not decide(as_company, question).permitted


def test_facts_of_different_kinds_may_have_the_same_id(small: Facts) -> None:
    """A fact is identified by its kind and its key: an id is not unique across kinds."""
    given: list[Fact] = [
        RegisterRole("1", PartyId("co-a"), PartyId("firm"), "REGN"),
        RoleGrant("1", PartyId("co-a"), "firm", "UTINN", "test"),
        PackageDelegation("1", PartyId("co-a"), "firm", "pack-1", "test"),
    ]

    one_by_one = _applied(small, [put(fact) for fact in given])
    at_once = rebuilt(after(small, [put(fact) for fact in given]), 3, DecisionTerms())
    fewer = apply_changes(at_once, numbered([remove(given[1])], 3))

    for snapshot, expected in ((one_by_one, given), (at_once, given), (fewer, [given[0], given[2]])):
        file = snapshot.files.get("co-a")
        assert file is not None
        assert [holding.fact for holding in file.own] == expected


def _applied(facts: Facts, edits: list[Edit]) -> Snapshot:
    """The facts, and then each edit in a transaction of its own."""
    snapshot = rebuilt(facts, 0, DecisionTerms())
    for edit in edits:
        snapshot = apply_changes(snapshot, numbered([edit], snapshot.sequence))
    return snapshot


def assert_same(one: Snapshot, other: Snapshot) -> None:
    """Whole snapshots are equal; where they are not, the first difference is named."""
    for name in Snapshot.__slots__:
        ours, theirs = getattr(one, name), getattr(other, name)
        assert ours == theirs, name
    assert one == other
