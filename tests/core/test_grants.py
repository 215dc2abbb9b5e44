"""Giving and withdrawing legacy roles: who may, to whom, and how a person is found."""

from __future__ import annotations

import pytest

from core import (
    OPERATOR,
    Caller,
    CallerKind,
    Conferral,
    Confidence,
    DelegationRefused,
    ErrorCode,
    Fact,
    InvalidInput,
    NotAllowed,
    NotFound,
    Party,
    PartyId,
    PartyKind,
    Store,
    check_delegation,
    give_role,
    give_role_to_person,
    list_role_grants,
    revoke_role,
)
from tests.small_world import FIRM, GIVER, MANAGER, STRANGER, SUBMISSION_ROLE, small_world

HELPER = PartyId("00000000-0000-4000-8000-00000000000e")
HELPER_NUMBER = "02817010094"
MANAGES = Caller(CallerKind.PERSON, party=MANAGER)


@pytest.fixture
def filled(sqlite_store: Store) -> Store:
    """The small world, where a general manager has ADMAI and UTINN, and a person to give roles to."""
    source = ("made for the tests", "2026-11-22", Confidence.STATED)
    more: list[Fact] = [
        Conferral("ADMAI", "DAGL", *source),
        Conferral("UTINN", "DAGL", *source),
        Party(HELPER, PartyKind.PERSON, HELPER_NUMBER, "André Bjørn Håkonsén", 5),
    ]
    sqlite_store.import_facts("tests", [*small_world(), *more])
    return sqlite_store


def test_a_general_manager_may_give_the_submission_role_though_nobody_is_recorded_as_holding_it(filled: Store) -> None:
    grant = give_role(filled, MANAGES, GIVER, STRANGER, SUBMISSION_ROLE)
    assert grant in list_role_grants(filled.snapshot(), receiver=STRANGER)
    assert grant.given_by == f"person:{MANAGER}"
    assert give_role(filled, MANAGES, GIVER, STRANGER, SUBMISSION_ROLE) == grant, "given already"


def test_only_what_is_held_and_only_where_one_administers(filled: Store) -> None:
    assert give_role(filled, MANAGES, GIVER, STRANGER, "UTINN")
    with pytest.raises(DelegationRefused) as refused:
        give_role(filled, MANAGES, STRANGER, FIRM, "UTINN")
    assert [refusal.reason for refusal in refused.value.refusals] == ["missing-administration", "role-not-held"]
    assert "ADMAI" in refused.value.fixes[0].giver
    with pytest.raises(DelegationRefused) as refused:
        give_role(filled, MANAGES, GIVER, FIRM, "DAGL")
    assert [refusal.reason for refusal in refused.value.refusals] == ["role-not-delegable"]


def test_the_check_before_and_the_refusal_after_are_one(filled: Store) -> None:
    snapshot, now = filled.snapshot(), filled.clock()
    check = check_delegation(snapshot, MANAGER, STRANGER, "UTINN", at=now)
    with pytest.raises(DelegationRefused) as refused:
        give_role(filled, MANAGES, STRANGER, FIRM, "UTINN")
    assert refused.value.refusals[0].fixes == check.fixes


def test_the_alias_of_the_submission_role_is_kept_under_its_name(filled: Store) -> None:
    assert give_role(filled, MANAGES, GIVER, STRANGER, "FAGUT").role == SUBMISSION_ROLE


def test_unknown_roles_and_parties_are_told(filled: Store) -> None:
    with pytest.raises(InvalidInput) as unknown_role:
        give_role(filled, OPERATOR, GIVER, FIRM, "NOSUCH")
    assert unknown_role.value.code is ErrorCode.UNKNOWN_ROLE
    with pytest.raises(NotFound):
        give_role(filled, OPERATOR, GIVER, "nobody", "UTINN")
    with pytest.raises(NotFound):
        give_role(filled, OPERATOR, PartyId("nobody"), FIRM, "UTINN")


@pytest.mark.parametrize("name", ["Håkonsén", "HÅKONSEN", " håkonsen "])
def test_a_person_is_found_by_number_and_family_name_folded(filled: Store, name: str) -> None:
    grant = give_role_to_person(filled, MANAGES, GIVER, HELPER_NUMBER, name, "UTINN")
    assert grant.receiver == HELPER


def test_a_wrong_name_and_an_unknown_number_are_answered_alike_and_seldom(filled: Store) -> None:
    messages = set()
    for number, name in [(HELPER_NUMBER, "Hakonsen"), ("01817010055x", "Håkonsen"), ("03817010023", "X")]:
        with pytest.raises(NotFound) as refused:
            give_role_to_person(filled, MANAGES, GIVER, number, name, "UTINN")
        messages.add((refused.value.code, refused.value.message))
    assert len(messages) == 1
    with pytest.raises(NotFound):
        give_role_to_person(filled, MANAGES, GIVER, HELPER_NUMBER, "Feil", "UTINN")
    with pytest.raises(NotAllowed) as too_many:
        give_role_to_person(filled, MANAGES, GIVER, HELPER_NUMBER, "Håkonsen", "UTINN")
    assert too_many.value.code is ErrorCode.TOO_MANY_ATTEMPTS


def test_a_person_cannot_be_given_a_role_without_the_name(filled: Store) -> None:
    with pytest.raises(NotFound):
        give_role(filled, MANAGES, GIVER, HELPER, "UTINN")


def test_withdrawing_needs_administration_and_is_final(filled: Store) -> None:
    grant = give_role(filled, MANAGES, GIVER, STRANGER, "UTINN")
    with pytest.raises(DelegationRefused):
        revoke_role(filled, Caller(CallerKind.PERSON, party=HELPER), grant.id)
    assert revoke_role(filled, MANAGES, grant.id) == grant
    assert list_role_grants(filled.snapshot(), receiver=STRANGER) == ()
    with pytest.raises(NotFound):
        revoke_role(filled, MANAGES, grant.id)
