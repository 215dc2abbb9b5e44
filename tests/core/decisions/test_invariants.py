"""What must hold in every world, however odd: no right out of nothing, none beyond what was approved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.change import Fact
from core.domain.decision import Decision, Question, Subject, SubjectKind, decide
from core.domain.delegation import ClientDelegation, PackageDelegation, RightDelegation
from core.domain.party import Party
from core.domain.snapshot import Snapshot
from core.domain.system import Generation, SystemUser
from core.domain.vocabulary import ANY_ACTION, Accepts, PolicyRule, Right
from tests.core.decisions.random_facts import ASKED, grants, register_roles, relations
from tests.core.decisions.random_worlds import RandomWorld, keyed, questions, worlds

SLOW = list(HealthCheck)
MOMENTS = st.sampled_from(ASKED)


@settings(max_examples=40, suppress_health_check=SLOW)
@given(worlds(), MOMENTS)
def test_a_system_user_has_only_what_its_owner_holds_or_gave_of_its_own(world: RandomWorld, at: datetime) -> None:
    """I1: allowed(SU, C, R, A) ⇒ the owner holds (R, A) for C now, or C is the owner's own and it gave it."""
    snapshot = world.snapshot()

    for decision in _permits(snapshot, _asked_by_system_users(at)):
        owner = _user(world, decision).owner
        question = decision.question
        as_owner = question._replace(subject=Subject(SubjectKind.ORGANISATION, owner))
        assert decide(snapshot, as_owner).permitted or _gave_its_own(world, decision, owner), decision


@settings(max_examples=40, suppress_health_check=SLOW)
@given(worlds(), MOMENTS)
def test_a_system_user_stays_within_what_was_approved(world: RandomWorld, at: datetime) -> None:
    """I2: allowed(SU, C, R, A) ⇒ the client's generation, or the newest where there is none, opens (R, A)."""
    for decision in _permits(world.snapshot(), _asked_by_system_users(at)):
        ceiling = _ceiling(world, decision)
        right = decision.question.right
        single = ceiling.rights & {right, Right(right.service, ANY_ACTION)}
        assert single or ceiling.packages & _accepted_packages(world, decision.question), decision


@settings(max_examples=40, suppress_health_check=SLOW)
@given(worlds(), st.one_of(grants(), register_roles(), relations()), MOMENTS)
def test_something_more_never_takes_a_permit_away(world: RandomWorld, more: Fact | list[Fact], at: datetime) -> None:
    """I3: a grant added never removes a Permit, so one removed never creates one."""
    added = [fact for fact in (more if isinstance(more, list) else [more]) if keyed(fact) not in world.facts]

    fewer, all_of_them = world.snapshot(), world.snapshot(*added)

    permits = [decision.question for decision in _permits(fewer, questions(at))]
    assert [question for question in permits if not decide(all_of_them, question).permitted] == []


@settings(max_examples=20, suppress_health_check=SLOW)
@given(worlds(), st.randoms(use_true_random=False), MOMENTS)
def test_equal_facts_give_equal_answers_in_whatever_order_they_came(
    world: RandomWorld, chance: Random, at: datetime
) -> None:
    """I4: the same question gets the same answer, reasons and grounds included, from an equal snapshot."""
    shuffled = sorted(world.facts.items(), key=lambda item: (_place(world, item[0][0]), chance.random()))
    other = RandomWorld(dict(shuffled), world.terms).snapshot()
    first = world.snapshot()

    assert other == first
    for question in questions(at):
        assert decide(other, question) == decide(first, question) == decide(first, question)


@settings(max_examples=20, suppress_health_check=SLOW)
@given(worlds(), MOMENTS)
def test_a_permit_names_living_facts_and_a_refusal_names_none(world: RandomWorld, at: datetime) -> None:
    """What an answer rests on is in the world, holds at the moment, and is not there without a Permit."""
    facts, snapshot = set(map(id, world.facts.values())), world.snapshot()

    for decision in (decide(snapshot, question) for question in questions(at)):
        assert decision.permitted or not decision.via
        assert all(id(fact) in facts and _holds(fact, at) for fact in decision.via), decision


def _permits(snapshot: Snapshot, asked: Iterable[Question]) -> list[Decision]:
    return [decision for question in asked if (decision := decide(snapshot, question)).permitted]


def _asked_by_system_users(at: datetime) -> list[Question]:
    return [question for question in questions(at) if question.subject.kind is SubjectKind.SYSTEM_USER]


def _user(world: RandomWorld, decision: Decision) -> SystemUser:
    found = world.facts["system_user", (decision.question.subject.id,)]
    assert isinstance(found, SystemUser)
    return found


def _gave_its_own(world: RandomWorld, decision: Decision, owner: str) -> bool:
    """Whether the party is the owner or its sub-unit, and the Permit rests on the owner's own grant."""
    party = world.facts["party", (decision.question.party,)]
    assert isinstance(party, Party)
    grant = decision.via[-1]
    by_owner = (
        grant.giver == owner
        if isinstance(grant, PackageDelegation | RightDelegation)
        else isinstance(grant, ClientDelegation) and grant.provider == grant.client == owner
    )
    return by_owner and owner in (party.id, party.main_unit)


def _ceiling(world: RandomWorld, decision: Decision) -> Generation:
    user, grant = decision.question.subject.id, decision.via[-1]
    numbers = [
        fact.number for fact in world.facts.values() if isinstance(fact, Generation) and fact.system_user == user
    ]
    number = grant.generation if isinstance(grant, ClientDelegation) else max(numbers)
    found = world.facts["generation", (user, number)]
    assert isinstance(found, Generation)
    return found


def _accepted_packages(world: RandomWorld, question: Question) -> set[str]:
    return {
        fact.code
        for fact in world.facts.values()
        if isinstance(fact, PolicyRule)
        and (fact.service, fact.action) == question.right
        and fact.accepts is Accepts.PACKAGE
        and _holds(fact, question.at)
    }


def _holds(fact: object, at: datetime) -> bool:
    begins, ends = getattr(fact, "valid_from", None), getattr(fact, "valid_to", None)
    return (begins is None or begins <= at) and (ends is None or at < ends)


def _place(world: RandomWorld, kind: str) -> int:
    return list(dict.fromkeys(name for name, _ in world.facts)).index(kind)
