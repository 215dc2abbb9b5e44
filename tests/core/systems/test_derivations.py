"""decide against the table of derivations, row by row, on facts that the commands wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.change import put, remove
from core.domain.decision import Decision, Outcome, Question, Reason, Subject, SubjectKind, decide
from core.domain.identifiers import PartyId, ServiceId, organisation_check_digit
from core.domain.party import Party, PartyKind
from core.domain.system import SystemUser, SystemUserKind
from core.domain.vocabulary import Accepts, AccessListEntry, PolicyRule, Right
from core.services.clients import add_client, remove_client
from core.services.systems import delete_system
from tests.core.systems.world import (
    A06,
    A08,
    CLIENT_R,
    FACIL,
    FACIL_MANAGER,
    GRADED,
    LISTED,
    MVA,
    OWN_MANAGER,
    OWNDATA,
    PAYROLL,
    SALARY,
    SIGNING,
    STRANGER,
    SYSTEM,
    VAT,
    House,
    given,
    vendor,
)

YES, NO = Outcome.PERMIT, Outcome.NOT_APPLICABLE
BRANCH = PartyId("own-branch")


@pytest.fixture
def by_right(house: House) -> SystemUser:
    """A standard system user with one single right."""
    return house.approved(OWNDATA, OWN_MANAGER, rights=(Right(A06, "read"),), kind=SystemUserKind.STANDARD)


@pytest.fixture
def by_package(house: House) -> SystemUser:
    """A standard system user with one package."""
    return house.approved(OWNDATA, OWN_MANAGER, packages=(SALARY,), kind=SystemUserKind.STANDARD, ref="pakke")


def test_rows_1_to_1c_a_single_right(house: House, by_right: SystemUser) -> None:
    assert house.answer(by_right, A06, "read", OWNDATA) == (YES, Reason.RIGHT_ACCESS)
    assert house.answer(by_right, A06, "write", OWNDATA) == (NO, Reason.MISSING_ACCESS)
    assert house.answer(by_right, A06, "read", STRANGER) == (NO, Reason.MISSING_ACCESS)


def test_row_1d_a_sub_unit_inherits_and_its_main_unit_does_not(
    house: House, by_right: SystemUser, by_package: SystemUser
) -> None:
    number = f"31000150{organisation_check_digit('31000150')}"
    branch = Party(BRANCH, PartyKind.SUB_UNIT, number, "FILIAL", 51_900_000, "BEDR", OWNDATA)
    house.store.import_facts("test", [branch])
    for user in (by_right, by_package):
        assert house.answer(user, A06, "read", BRANCH)[0] is YES
    of_branch = house.approved(BRANCH, OWN_MANAGER, packages=(SALARY,), kind=SystemUserKind.STANDARD)
    assert house.answer(of_branch, A06, "read", BRANCH)[0] is YES
    assert house.answer(of_branch, A06, "read", OWNDATA) == (NO, Reason.MISSING_ACCESS)


def test_rows_2_to_2c_a_package(house: House, by_package: SystemUser) -> None:
    assert house.answer(by_package, A06, "write", OWNDATA) == (YES, Reason.PACKAGE_ACCESS)
    assert house.answer(by_package, A08, "read", OWNDATA) == (NO, Reason.MISSING_ACCESS)
    assert house.answer(by_package, MVA, "write", OWNDATA) == (NO, Reason.MISSING_ACCESS)


def test_rows_3_to_3d_an_agent(house: House) -> None:
    user = house.agent(SIGNING)
    assert house.answer(user, MVA, "write", CLIENT_R) == (NO, Reason.NOT_A_CLIENT)
    add_client(house.store, FACIL_MANAGER, user.id, CLIENT_R)
    assert house.answer(user, MVA, "write", CLIENT_R) == (YES, Reason.PACKAGE_ACCESS)
    assert house.answer(user, MVA, "write", FACIL) == (NO, Reason.NOT_A_CLIENT)
    # The firm also has the payroll package for this client; this system user was not given it.
    assert house.answer(user, A06, "read", CLIENT_R) == (NO, Reason.OUTSIDE_CEILING)
    remove_client(house.store, FACIL_MANAGER, user.id, CLIENT_R)
    assert house.answer(user, MVA, "write", CLIENT_R) == (NO, Reason.NOT_A_CLIENT)


def test_a_delegation_whose_ground_is_gone_is_dead_even_where_it_was_left_behind(house: House) -> None:
    user = house.agent(PAYROLL)
    (delegation,) = add_client(house.store, FACIL_MANAGER, user.id, CLIENT_R)
    regn = house.decision(user, A06, "read", CLIENT_R).via[0]
    house.write(remove(regn))
    assert house.answer(user, A06, "read", CLIENT_R) == (NO, Reason.GROUND_ENDED)
    assert house.store.find("client_delegation", delegation.id) == delegation


def test_row_7b_a_deleted_systems_users_are_inactive(house: House, by_package: SystemUser) -> None:
    agent = house.agent(SIGNING)
    add_client(house.store, FACIL_MANAGER, agent.id, CLIENT_R)
    delete_system(house.store, vendor(), SYSTEM)
    for user, party in ((by_package, OWNDATA), (agent, CLIENT_R)):
        assert house.answer(user, A06, "read", party) == (NO, Reason.SYSTEM_USER_NOT_ACTIVE)


def test_row_7_a_package_taken_off_the_system_stays_with_its_users(house: House, by_package: SystemUser) -> None:
    system = house.now.systems.get(SYSTEM)
    assert system is not None
    house.write(put(replace(system, packages=())))
    assert house.answer(by_package, A06, "write", OWNDATA)[0] is YES


def test_row_8_a_changed_policy_counts_at_once(house: House, by_package: SystemUser) -> None:
    rule = PolicyRule(A06, "write", Accepts.PACKAGE, SALARY, *GRADED)
    house.write(remove(rule))
    assert house.answer(by_package, A06, "write", OWNDATA) == (NO, Reason.ACTION_NOT_OFFERED)


def test_row_9_a_party_that_is_not_listed_is_denied(house: House) -> None:
    user = house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=SystemUserKind.STANDARD)
    assert house.answer(user, LISTED, "write", OWNDATA)[0] is YES
    for entry, outcome in (
        (AccessListEntry(LISTED, OWNDATA, frozenset({"read"})), Outcome.DENY),
        (AccessListEntry(LISTED, OWNDATA, frozenset({"write"})), YES),
    ):
        house.write(put(entry))
        assert house.answer(user, LISTED, "write", OWNDATA)[0] is outcome
    house.write(remove(entry))
    assert house.answer(user, LISTED, "write", OWNDATA) == (Outcome.DENY, Reason.NOT_ON_ACCESS_LIST)


def test_rows_10_and_11_unknown_things(house: House, by_package: SystemUser) -> None:
    unknown = house.answer(by_package, ServiceId("nei"), "read", OWNDATA)
    assert unknown == (Outcome.INDETERMINATE, Reason.SERVICE_UNKNOWN)
    assert house.answer("nei", A06, "read", OWNDATA) == (NO, Reason.SYSTEM_USER_NOT_ACTIVE)
    assert house.answer(by_package, A06, "read", "nobody") == (NO, Reason.MISSING_ACCESS)


def test_row_13_the_minimum_level_is_an_obligation(house: House, by_package: SystemUser) -> None:
    decision: Decision = house.decision(by_package, A06, "write", OWNDATA)
    assert [(each.category, each.level) for each in decision.obligations] == [("minimum-authenticationlevel", 3)]


def test_a_persons_grant_does_not_flow_to_a_firm_where_they_merely_work(house: House) -> None:
    house.store.import_facts("test", [given(OWNDATA, "facil-manager", VAT)])
    right = Right(MVA, "write")
    now = house.store.clock()
    person = Question(Subject(SubjectKind.PERSON, "facil-manager"), OWNDATA, right, now)
    firm = Question(Subject(SubjectKind.ORGANISATION, FACIL), OWNDATA, right, now)
    assert decide(house.now, person).permitted
    assert not decide(house.now, firm).permitted
