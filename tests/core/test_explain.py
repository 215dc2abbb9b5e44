"""explain and prove: no denial without what would fix it and who can give it; no number or secret shown."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from core import DecisionTerms, Question, Right, Subject, SubjectKind, build_snapshot, decide, explain, prove
from core.domain import explain as module
from core.domain.question import Reason
from tests.small_world import FIRM, FORM, GIVER, MANAGER, STRANGER, SYSTEM, small_world

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SNAPSHOT = build_snapshot(small_world(secret="$argon2id$hidden"), sequence=3, terms=DecisionTerms())
SYSTEM_ASKS = Subject(SubjectKind.ENTERPRISE_SYSTEM, SYSTEM)


def test_every_reason_has_its_words_and_every_denial_its_fix() -> None:
    permits = set(module._GROUNDS)
    assert set(Reason) == permits | set(module._CAUSES)
    assert set(module._FIXES) == set(Reason) - permits


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


@pytest.mark.parametrize("party", [FIRM, GIVER, STRANGER, MANAGER, "nobody"])
@pytest.mark.parametrize("action", ["write", "sign"])
def test_a_proof_never_shows_an_identity_number_or_a_secret(party: str, action: str) -> None:
    for subject in (SYSTEM_ASKS, Subject(SubjectKind.PERSON, MANAGER), Subject(SubjectKind.PERSON_LOGIN, MANAGER)):
        decision = decide(SNAPSHOT, Question(subject, party, Right(FORM, action), NOW))
        shown = json.dumps(prove(SNAPSHOT, decision))
        assert "01817010055" not in shown
        assert "$argon2id$hidden" not in shown
        assert decision.permitted or prove(SNAPSHOT, decision)["explanation"]["fixes"]


def test_a_proof_names_the_facts_a_permit_rests_on() -> None:
    decision = decide(SNAPSHOT, Question(SYSTEM_ASKS, GIVER, Right(FORM, "write"), NOW))
    proof = prove(SNAPSHOT, decision)
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
