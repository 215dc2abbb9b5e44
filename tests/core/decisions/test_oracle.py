"""Two independent readings of the same rules agree: on the cases, and on random worlds."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.decision import Decision, Outcome, SubjectKind, decide
from tests.core.decisions.oracle import Oracle
from tests.core.decisions.random_facts import ASKED
from tests.core.decisions.random_worlds import RandomWorld, questions, worlds
from tests.worlds import Case, World, all_cases


@cache
def oracle_of(world: World) -> Oracle:
    """The second opinion on a world, made once."""
    return Oracle(world.facts, world.terms)


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_the_second_opinion_gives_every_case_its_outcome(case: Case) -> None:
    assert oracle_of(case.world).outcome(case.question) == case.outcome, case.why


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(worlds(), st.sampled_from(ASKED))
def test_decide_and_the_second_opinion_agree_on_random_worlds(world: RandomWorld, at: datetime) -> None:
    snapshot = world.snapshot()
    oracle = Oracle(world.facts.values(), world.terms)

    differences = [
        (question, decision.outcome, decision.reasons, expected)
        for question in questions(at)
        if (expected := oracle.outcome(question)) != (decision := decide(snapshot, question)).outcome
    ]

    assert differences == []


def test_the_random_worlds_are_worth_asking() -> None:
    """Yes and no are both common, by every kind of subject: otherwise agreement would prove little."""
    told: Counter[tuple[SubjectKind, Outcome]] = Counter()
    reasons: set[str] = set()

    @settings(max_examples=60, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(worlds(), st.sampled_from(ASKED))
    def ask(world: RandomWorld, at: datetime) -> None:
        snapshot = world.snapshot()
        for decision in (decide(snapshot, question) for question in questions(at)):
            told[(decision.question.subject.kind, decision.outcome)] += 1
            reasons.update(_by_whom(decision))

    ask()

    for kind in SubjectKind:
        assert told[(kind, Outcome.PERMIT)] >= 20, (kind, told)
        assert told[(kind, Outcome.NOT_APPLICABLE)] >= 20, (kind, told)
    assert {"system-user: right-access", "system-user: package-access", "person: package-access"} <= reasons
    assert {"system-user: outside-ceiling", "system-user: ground-ended", "organisation: not-on-access-list"} <= reasons


def _by_whom(decision: Decision) -> list[str]:
    return [f"{decision.question.subject.kind}: {reason}" for reason in decision.reasons]
