"""Every decision case, answered by the core; and whether the cases cover what the core can answer."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from core.domain.decision import Outcome, Reason, SubjectKind, decide
from core.domain.identifiers import is_form, parse_party_number
from core.domain.party import Party
from core.domain.plain import from_plain, to_plain
from core.domain.snapshot import Snapshot
from tests.worlds import Case, World, all_cases, cases_for, fact_id

NEVER_FIRST = {
    Reason.CLIENT_DELEGATION: "always the second reason, after what the ground carries",
    Reason.NOT_FRESH: "given by a door whose store cannot be read, never by decide",
    Reason.NO_SUCCESSOR: "given where an old right is translated to the new world, never by decide",
    Reason.NEW_WORLD_FAILED: "given where the new world is asked on behalf of an old system, never by decide",
    Reason.NO_LINKED_SYSTEM_USER: "given where a system user is sought for an old system, never by decide",
}

AT_LEAST = {"core": 340, "decisions": 340, "cli": 340, "pdp": 180, "asmx": 45}


@cache
def snapshot_of(world: World) -> Snapshot:
    """The snapshot of a world, built once."""
    return world.snapshot(sequence=41)


@pytest.mark.parametrize("case", cases_for("core"), ids=lambda case: case.id)
def test_the_core_answers_as_the_rules_say(case: Case) -> None:
    decision = decide(snapshot_of(case.world), case.question)

    assert (decision.outcome, decision.reasons[0]) == (case.outcome, case.reason), case.why
    if case.via is not None:
        assert tuple(fact_id(fact) for fact in decision.via) == case.via, case.why
    if case.obligations is not None:
        assert decision.obligations == case.obligations, case.why


@pytest.mark.parametrize("case", cases_for("core"), ids=lambda case: case.id)
def test_an_answer_says_what_it_was_asked_and_what_it_saw(case: Case) -> None:
    decision = decide(snapshot_of(case.world), case.question)

    assert (decision.question, decision.sequence) == (case.question, 41)
    assert decision.permitted or (decision.via, decision.obligations) == ((), ())


def test_every_reason_decides_at_least_one_case() -> None:
    seen = {case.reason for case in all_cases()}

    assert {reason for reason in Reason if reason not in seen} == set(NEVER_FIRST)


def test_every_outcome_appears() -> None:
    assert {case.outcome for case in all_cases()} == set(Outcome)


def test_every_kind_of_subject_is_told_yes_and_no() -> None:
    told = {(case.question.subject.kind, case.outcome is Outcome.PERMIT) for case in all_cases()}

    assert told == {(kind, answer) for kind in SubjectKind for answer in (True, False)}


def test_a_client_delegation_is_named_after_what_its_ground_carries() -> None:
    through = [case for case in cases_for("core") if case.via and str(case.via[-1]).startswith("delegation-")]

    assert len(through) >= 25
    for case in through:
        assert decide(snapshot_of(case.world), case.question).reasons[1:] == (Reason.CLIENT_DELEGATION,)


def test_there_are_enough_cases_at_every_door() -> None:
    counts = Counter(door for case in all_cases() for door in case.doors)

    assert set(counts) == set(AT_LEAST)
    assert all(counts[door] >= least for door, least in AT_LEAST.items()), counts
    assert all(len(case.doors) >= 3 for case in all_cases())


def test_a_case_names_only_doors_that_can_ask_it() -> None:
    asmx = [case.question for case in cases_for("asmx")]
    pdp = [case.question for case in cases_for("pdp")]

    assert all(is_form(each.right.service) and each.right.action == "write" for each in asmx)
    assert all(each.subject.kind is SubjectKind.ENTERPRISE_SYSTEM and not each.subject.person for each in asmx)
    old_callers = {SubjectKind.ENTERPRISE_SYSTEM, SubjectKind.ENTERPRISE_USER, SubjectKind.PERSON_LOGIN}
    assert all(each.subject.kind not in old_callers and ":" not in each.right.service for each in pdp)


def test_names_and_questions_are_unique_within_their_world() -> None:
    names = Counter(case.id for case in all_cases())
    questions = Counter((case.world.name, case.question) for case in all_cases())

    assert [name for name, count in names.items() if count > 1] == []
    assert [question for question, count in questions.items() if count > 1] == []


def test_every_case_says_which_rule_it_rests_on() -> None:
    assert [case.id for case in all_cases() if "§" not in case.why or not case.why.endswith(".")] == []


def test_the_cast_is_synthetic_and_its_numbers_are_right() -> None:
    parties = [fact for world in _worlds() for fact in world.facts if isinstance(fact, Party)]

    assert len({party.number for party in parties}) >= 20
    for party in parties:
        assert parse_party_number(party.number) == party.number
        if len(party.number) == 9:
            assert party.number.startswith(("310", "313"))
        else:
            assert int(party.number[2:4]) > 80, "a person of the synthetic series has 80 added to the month"


def test_every_fact_of_the_cases_survives_the_way_to_plain_values_and_back() -> None:
    facts = [fact for world in _worlds() for fact in world.facts]

    assert len({type(fact) for fact in facts}) >= 18
    for fact in facts:
        assert from_plain(type(fact), to_plain(fact)) == fact


def _worlds() -> list[World]:
    return list(dict.fromkeys(case.world for case in all_cases()))
