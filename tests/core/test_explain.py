"""explain and prove: no denial without what would fix it and who can give it; no number or secret shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from string import Formatter

import pytest

from core import (
    DecisionTerms,
    Language,
    Question,
    Right,
    Snapshot,
    Subject,
    SubjectKind,
    Words,
    build_snapshot,
    decide,
    explain,
    explained_text,
    prove,
)
from core.domain import explain_fixes, explain_words
from core.domain.question import Reason
from tests.small_world import FIRM, FORM, GIVER, MANAGER, STRANGER, SYSTEM, small_world
from tests.worlds import Case, World, all_cases

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SNAPSHOT = build_snapshot(small_world(secret="$argon2id$hidden"), sequence=3, terms=DecisionTerms())
SYSTEM_ASKS = Subject(SubjectKind.ENTERPRISE_SYSTEM, SYSTEM)


def test_every_reason_has_its_words_and_every_denial_its_fix() -> None:
    permits = set(explain_words.GROUNDS)
    assert set(Reason) == permits | set(explain_words.CAUSES)
    assert not permits & set(explain_words.CAUSES)
    assert set(explain_fixes.FIXES) == set(Reason) - permits
    assert set(explain_words.SUBJECTS) == set(SubjectKind)


def every_text() -> Iterator[tuple[str, Words]]:
    tables = {name: getattr(explain_words, name) for name in ("GROUNDS", "CAUSES", "SUBJECTS", "VIA", "HEADINGS")}
    for table, rows in tables.items():
        yield from ((f"{table} {key}", words) for key, words in rows.items())
    for reason, fix in explain_fixes.FIXES.items():
        for part in ("missing", "ground", "giver"):
            yield f"{part} of {reason}", getattr(fix, part)
    yield from ((name, words) for name, words in vars(explain_words).items() if isinstance(words, Words))


@pytest.mark.parametrize("words", [pytest.param(words, id=name) for name, words in every_text()])
def test_every_text_is_there_in_all_three_languages_and_names_the_same(words: Words) -> None:
    texts = [words.of(language) for language in Language]
    assert len(texts) == 3
    assert all(text.strip() for text in texts)
    names = [{field for _, field, _, _ in Formatter().parse(text) if field} for text in texts]
    assert names[0] == names[1] == names[2]


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_every_case_can_be_explained_in_every_language(case: Case) -> None:
    snapshot = _snapshot(case.world)
    decision = decide(snapshot, case.question)
    told = {language: explain(snapshot, decision, language) for language in Language}
    for explained in told.values():
        assert len(explained.reasons) == len(decision.reasons)
        assert len(explained.chain) == len(decision.via)
        assert bool(explained.fixes) is not decision.permitted
        assert "{" not in str(explained)
    assert told[Language.NB].sentence != told[Language.EN].sentence
    if not decision.permitted:
        assert told[Language.NN].reasons != told[Language.EN].reasons


@cache
def _snapshot(world: World) -> Snapshot:
    return world.snapshot()


def test_a_missing_submission_role_is_explained_with_party_ground_and_giver() -> None:
    decision = decide(SNAPSHOT, Question(SYSTEM_ASKS, STRANGER, Right(FORM, "write"), NOW))
    explained = explain(SNAPSHOT, decision)
    (fix,) = explained.fixes
    assert (fix.code, fix.missing, fix.party) == (
        "missing-submission-role",
        "systeminnsendingsrettighet",
        "310000604",
    )
    assert "310000205" in fix.ground
    assert "ADMAI/HADM" in fix.giver


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("party", [FIRM, GIVER, STRANGER, MANAGER, "nobody"])
@pytest.mark.parametrize("action", ["write", "sign"])
def test_a_proof_never_shows_an_identity_number_or_a_secret(party: str, action: str, language: Language) -> None:
    for subject in (SYSTEM_ASKS, Subject(SubjectKind.PERSON, MANAGER), Subject(SubjectKind.PERSON_LOGIN, MANAGER)):
        decision = decide(SNAPSHOT, Question(subject, party, Right(FORM, action), NOW))
        shown = json.dumps(prove(SNAPSHOT, decision, language)) + explained_text(SNAPSHOT, decision, language)
        assert "01817010055" not in shown
        assert "$argon2id$hidden" not in shown
        assert decision.permitted or prove(SNAPSHOT, decision)["explanation"]["fixes"]


def test_a_proof_names_the_facts_a_permit_rests_on() -> None:
    decision = decide(SNAPSHOT, Question(SYSTEM_ASKS, GIVER, Right(FORM, "write"), NOW))
    proof = prove(SNAPSHOT, decision, Language.NB)
    assert proof["via"] == [
        {
            "kind": "role_grant",
            "id": "grant-1",
            "reportee": GIVER,
            "receiver": FIRM,
            "role": "systeminnsendingsrettighet",
        }
    ]
    assert proof["sequence"] == 3
    assert proof["explanation"]["chain"] == [
        "Giveren AS (310000302) har gitt Regnskapsfirmaet AS (310000205) rollen systeminnsendingsrettighet (grant-1)"
    ]


def test_a_text_for_people_has_the_sentence_the_reason_and_the_chain() -> None:
    decision = decide(SNAPSHOT, Question(SYSTEM_ASKS, GIVER, Right(FORM, "write"), NOW))
    text = explained_text(SNAPSHOT, decision, Language.NN)
    assert text.startswith("# Permit\n\nsluttbrukarsystem 4711 kan write asmx:212/4348 for 310000302")
    assert "1. Giveren AS (310000302) har gitt Regnskapsfirmaet AS (310000205) rolla" in text
    assert text.endswith("til og med endring 3.\n")
