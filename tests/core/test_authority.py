"""Whose answer rules for an enterprise system, and which system user the resolver picks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import (
    Accepts,
    Authority,
    AuthorityRow,
    BatchStatus,
    Caller,
    CallerKind,
    ClientDelegation,
    Confidence,
    EnterpriseSystem,
    Fact,
    Generation,
    PackageDelegation,
    PolicyRule,
    Right,
    Service,
    ServiceId,
    ServiceKind,
    ServiceSuccessor,
    Store,
    Subject,
    SubjectKind,
    SubmissionDecision,
    System,
    SystemState,
    SystemUser,
    SystemUserKind,
    SystemUserLink,
    authorise_submission,
    build_snapshot,
    settle_authority,
    submit_batch,
)
from core.domain.vocabulary import DecisionTerms
from tests.core.submissions.test_submit import _batch, _unit
from tests.small_world import FIRM, FORM, GIVER, GRANT, STRANGER, SYSTEM, small_world

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RESOURCE = ServiceId("mva")
WIDE, NARROW = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2"
_SOURCE = ("made for the tests", "2026-11-22")


def _new_world() -> list[Fact]:
    """The form's successor, and two agent system users of the firm: one wide, one narrow, both for the stranger."""
    resource = Service(
        RESOURCE, ServiceKind.RESOURCE, "Mva", "skd", 0, None, "GenericAccessResource",
        delegable=True, access_list=False, form_number=None, source="made for the tests", dated="2026-11-22",
        confidence=Confidence.OURS,
    )  # fmt: skip
    facts: list[Fact] = [
        resource,
        PolicyRule(RESOURCE, "write", Accepts.PACKAGE, "merverdiavgift", *_SOURCE, Confidence.OURS),
        ServiceSuccessor(FORM, "write", RESOURCE, "write", *_SOURCE, Confidence.OURS),
        System("310000108_system", "internal", "310000108", {}, {}, (), (), (), (), False, False, NOW),
        PackageDelegation("given", STRANGER, FIRM, "merverdiavgift", "tests"),
    ]
    for user, packages in ((WIDE, {"merverdiavgift", "skatt-naering"}), (NARROW, {"merverdiavgift"})):
        facts += [
            SystemUser(user, SystemUserKind.AGENT, "310000108_system", FIRM, user[-2:], "Regnskap", NOW),
            Generation(user, 1, frozenset(packages), frozenset(), NOW),
            SystemUserLink(SYSTEM, user, "rettighetshaver", user[-2:]),
            ClientDelegation(
                f"client-{user[-2:]}", user, 1, FIRM, STRANGER, "rettighetshaver",
                frozenset({"merverdiavgift"}), frozenset(), frozenset(), "tests",
            ),
        ]  # fmt: skip
    return facts


def _asked(party: str, *more: Fact, without: tuple[Fact, ...] = ()) -> SubmissionDecision:
    facts = [fact for fact in (*small_world(), *_new_world(), *more) if fact not in without]
    snapshot = build_snapshot(facts, sequence=7, terms=DecisionTerms())
    subject = Subject(SubjectKind.ENTERPRISE_SYSTEM, SYSTEM)
    return authorise_submission(snapshot, subject, party, Right(FORM, "write"), NOW)


def _row(authority: Authority, reportee: str = "") -> AuthorityRow:
    return AuthorityRow(SYSTEM, reportee, authority, NOW)


def test_without_a_row_the_old_world_rules_alone() -> None:
    answer = _asked(GIVER)
    assert (answer.authority, answer.ruling.permitted, answer.new) == (Authority.OLD, True, None)
    assert not _asked(STRANGER).ruling.permitted


def test_in_shadow_the_old_answer_rules_and_both_are_told() -> None:
    gives_old = _asked(GIVER, _row(Authority.SHADOW))
    assert gives_old.ruling is gives_old.old
    assert gives_old.new is not None
    assert not gives_old.new.permitted
    gives_new = _asked(STRANGER, _row(Authority.SHADOW))
    assert not gives_new.ruling.permitted
    assert gives_new.new is not None
    assert gives_new.new.permitted


def test_under_the_new_world_the_system_users_rights_decide() -> None:
    assert _asked(STRANGER, _row(Authority.NEW)).ruling.permitted
    refused = _asked(GIVER, _row(Authority.NEW))
    assert not refused.ruling.permitted
    assert refused.ruling.reasons[0] == "not-a-client"


def test_the_row_for_the_reportee_goes_before_the_row_for_the_system() -> None:
    rows = (_row(Authority.NEW), _row(Authority.OLD, GIVER))
    assert _asked(GIVER, *rows).authority is Authority.OLD
    assert _asked(STRANGER, *rows).authority is Authority.NEW


def test_the_resolver_takes_the_narrowest_that_is_usable_now() -> None:
    assert _asked(STRANGER, _row(Authority.NEW)).system_user == NARROW
    narrow_client = next(
        fact for fact in _new_world() if isinstance(fact, ClientDelegation) and fact.system_user == NARROW
    )
    assert _asked(STRANGER, _row(Authority.NEW), without=(narrow_client,)).system_user == WIDE


def test_without_successor_or_link_the_reason_says_so() -> None:
    successor = next(fact for fact in _new_world() if isinstance(fact, ServiceSuccessor))
    gone = _asked(STRANGER, _row(Authority.NEW), without=(successor,))
    assert gone.ruling.reasons[0] == "no-successor"
    links = tuple(fact for fact in _new_world() if isinstance(fact, SystemUserLink))
    assert _asked(STRANGER, _row(Authority.NEW), without=links).ruling.reasons[0] == "no-linked-system-user"


def test_a_successor_counts_only_within_its_time() -> None:
    successor = next(fact for fact in _new_world() if isinstance(fact, ServiceSuccessor))
    ended = replace(successor, valid_to=NOW)
    assert _asked(STRANGER, _row(Authority.NEW), ended, without=(successor,)).ruling.reasons[0] == "no-successor"


def test_a_locked_system_is_refused_whichever_world_rules() -> None:
    system = next(fact for fact in small_world() if isinstance(fact, EnterpriseSystem))
    locked = replace(system, state=SystemState.LOCKED)
    barred = _asked(STRANGER, _row(Authority.NEW), locked, without=(system,))
    assert barred.ruling.reasons[0] == "system-locked"


@pytest.mark.parametrize(("party", "expected"), [("310000302", BatchStatus.OK), ("310000604", BatchStatus.FAILED)])
def test_differences_in_shadow_are_kept_for_accepted_and_refused_batches(
    store: Store, party: str, expected: BatchStatus
) -> None:
    store.import_facts("tests", [*small_world(), *_new_world(), _row(Authority.SHADOW)])
    caller = Caller(CallerKind.ENTERPRISE_SYSTEM, party=FIRM, enterprise_system=SYSTEM)
    assert submit_batch(store, caller, _batch(_unit(party))).status is expected
    settle_authority(store)
    (difference,) = store.read(lambda ledger: ledger.differences())
    assert (difference["old_outcome"] == "Permit") is (expected is BatchStatus.OK)
    assert GRANT.id
