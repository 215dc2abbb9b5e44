"""check_packages and check_rights: every step of who may give what."""

from __future__ import annotations

import pytest

from core.domain.identifiers import PartyId, ServiceId
from core.domain.package_check import GiveReason, check_packages, check_rights
from core.domain.party import RegisterRole
from core.domain.vocabulary import Right
from tests.core.systems.world import (
    A06,
    BRANCH_U,
    BY_ROLE,
    CITIZEN,
    CLIENT_R,
    CLIENT_U,
    EXPLICIT,
    FACIL,
    FIXED,
    LISTED,
    MAIN,
    MANAGER,
    MARKER,
    MVA,
    NOW,
    OWNDATA,
    PAYROLL,
    SALARY,
    SCOPE,
    SIGNING,
    STRANGER,
    TAX,
    VAT,
    House,
    given,
)

BOSS = PartyId("client-manager")
ACCOUNTANT = PartyId("facil-manager")
OUTSIDER = PartyId("outsider")
STRANGERS_BOSS = PartyId("stranger-manager")
MAIN_ADMIN = PartyId("own-main-admin")


def package(house: House, person: str, party: str, code: str) -> GiveReason:
    (check,) = check_packages(house.now, PartyId(person), PartyId(party), (code,), NOW)
    assert check.package == code
    assert check.allowed is (check.reasons[0] in _YES)
    return check.reasons[0]


def right(house: House, person: str, party: str, service: ServiceId, action: str) -> tuple[GiveReason, ...]:
    (check,) = check_rights(house.now, PartyId(person), PartyId(party), (Right(service, action),), NOW)
    assert check.allowed is (check.reasons[0] in _YES)
    return check.reasons


_YES = (GiveReason.ROLE_ACCESS, GiveReason.DIRECT_DELEGATION, GiveReason.MAIN_ADMINISTRATOR, GiveReason.OWN_PARTY)


def test_the_package_must_be_of_the_partys_type(house: House) -> None:
    assert package(house, BOSS, CLIENT_U, CITIZEN) is GiveReason.WRONG_PARTY_TYPE
    assert package(house, OUTSIDER, OUTSIDER, CITIZEN) is GiveReason.ROLE_ACCESS
    assert package(house, OUTSIDER, OUTSIDER, VAT) is GiveReason.WRONG_PARTY_TYPE
    assert package(house, BOSS, OUTSIDER, CITIZEN) is GiveReason.MISSING_PACKAGE_ACCESS


def test_a_role_gives_what_it_may_delegate_and_no_more(house: House) -> None:
    assert package(house, BOSS, CLIENT_U, VAT) is GiveReason.ROLE_ACCESS
    assert package(house, OUTSIDER, CLIENT_U, VAT) is GiveReason.MISSING_PACKAGE_ACCESS
    assert package(house, BOSS, "nobody", VAT) is GiveReason.WRONG_PARTY_TYPE


def test_the_package_itself_must_be_assignable(house: House) -> None:
    assert package(house, ACCOUNTANT, CLIENT_R, PAYROLL) is GiveReason.PACKAGE_NOT_ASSIGNABLE
    assert package(house, BOSS, CLIENT_U, MARKER) is GiveReason.PACKAGE_NOT_ASSIGNABLE
    assert package(house, BOSS, CLIENT_U, "nei") is GiveReason.PACKAGE_UNKNOWN


def test_what_was_given_to_a_person_may_be_given_on(house: House) -> None:
    house.store.import_facts("test", [given(CLIENT_U, OUTSIDER, TAX)])
    assert package(house, OUTSIDER, CLIENT_U, TAX) is GiveReason.DIRECT_DELEGATION
    assert package(house, OUTSIDER, CLIENT_U, VAT) is GiveReason.MISSING_PACKAGE_ACCESS


def test_a_grant_that_has_run_out_counts_for_nothing(house: House) -> None:
    house.store.import_facts("test", [given(CLIENT_U, OUTSIDER, TAX, valid_to=NOW)])
    assert package(house, OUTSIDER, CLIENT_U, TAX) is GiveReason.MISSING_PACKAGE_ACCESS


def test_key_roles_reach_what_their_organisation_was_given_one_link_deep(house: House) -> None:
    house.store.import_facts("test", [given(CLIENT_U, FACIL, TAX)])
    assert package(house, ACCOUNTANT, CLIENT_U, TAX) is GiveReason.DIRECT_DELEGATION
    house.store.import_facts("test", [RegisterRole("knuf", FACIL, OUTSIDER, "KNUF")])
    assert package(house, OUTSIDER, CLIENT_U, TAX) is GiveReason.MISSING_PACKAGE_ACCESS
    # The stranger manages the firm, but only as an organisation: its people get nothing two links away.
    house.store.import_facts("test", [RegisterRole("org", FACIL, STRANGER, "DAGL")])
    assert package(house, STRANGERS_BOSS, FACIL, VAT) is GiveReason.ROLE_ACCESS
    assert package(house, STRANGERS_BOSS, CLIENT_U, TAX) is GiveReason.MISSING_PACKAGE_ACCESS


def test_a_role_that_does_not_nest_stops_at_the_organisation(house: House) -> None:
    house.store.import_facts("test", [RegisterRole("knuf", STRANGER, FACIL, "KNUF")])
    assert package(house, ACCOUNTANT, STRANGER, VAT) is GiveReason.MISSING_PACKAGE_ACCESS
    house.store.import_facts("test", [RegisterRole("dagl", STRANGER, FACIL, "DAGL")])
    assert package(house, ACCOUNTANT, STRANGER, VAT) is GiveReason.ROLE_ACCESS


def test_a_sub_unit_has_what_its_main_unit_has_and_never_the_other_way(house: House) -> None:
    assert package(house, BOSS, BRANCH_U, VAT) is GiveReason.ROLE_ACCESS
    house.store.import_facts("test", [given(BRANCH_U, OUTSIDER, TAX)])
    assert package(house, OUTSIDER, BRANCH_U, TAX) is GiveReason.DIRECT_DELEGATION
    assert package(house, OUTSIDER, CLIENT_U, TAX) is GiveReason.MISSING_PACKAGE_ACCESS


def test_a_main_administrator_gives_without_having_but_appoints_no_other(house: House) -> None:
    assert package(house, MAIN_ADMIN, OWNDATA, VAT) is GiveReason.MAIN_ADMINISTRATOR
    assert package(house, MAIN_ADMIN, OWNDATA, MAIN) is GiveReason.MISSING_PACKAGE_ACCESS
    assert package(house, "own-manager", OWNDATA, MAIN) is GiveReason.ROLE_ACCESS
    assert package(house, MAIN_ADMIN, OWNDATA, MARKER) is GiveReason.PACKAGE_NOT_ASSIGNABLE
    assert package(house, MAIN_ADMIN, OWNDATA, "klientadministrator") is GiveReason.MISSING_PACKAGE_ACCESS


def test_for_a_single_right_the_package_need_not_be_assignable(house: House) -> None:
    assert right(house, MAIN_ADMIN, OWNDATA, EXPLICIT, "read") == (GiveReason.MAIN_ADMINISTRATOR,)
    assert right(house, "own-helper", OWNDATA, EXPLICIT, "read")[0] is GiveReason.MISSING_PACKAGE_ACCESS


def test_who_may_use_a_package_but_not_give_it_gives_no_single_right_of_it(house: House) -> None:
    assert right(house, ACCOUNTANT, CLIENT_R, A06, "read")[0] is GiveReason.MISSING_PACKAGE_ACCESS
    assert right(house, ACCOUNTANT, CLIENT_R, BY_ROLE, "write")[0] is GiveReason.MISSING_ROLE_ACCESS
    assert right(house, "registered-manager", CLIENT_R, A06, "read") == (GiveReason.ROLE_ACCESS,)


@pytest.mark.parametrize(
    ("person", "service", "action", "reasons"),
    [
        (BOSS, BY_ROLE, "write", (GiveReason.ROLE_ACCESS,)),
        (BOSS, A06, "*", (GiveReason.ROLE_ACCESS,)),
        (OUTSIDER, BY_ROLE, "write", (GiveReason.MISSING_ROLE_ACCESS, GiveReason.MISSING_DIRECT_DELEGATION)),
        (OUTSIDER, MVA, "write", (GiveReason.MISSING_PACKAGE_ACCESS, GiveReason.MISSING_DIRECT_DELEGATION)),
        (BOSS, SCOPE, "read", (GiveReason.MASKINPORTEN_SCHEMA,)),
        (BOSS, FIXED, "write", (GiveReason.RESOURCE_NOT_DELEGABLE,)),
        (BOSS, LISTED, "write", (GiveReason.NOT_ON_ACCESS_LIST,)),
        (BOSS, MVA, "sign", (GiveReason.RIGHT_UNKNOWN,)),
        (BOSS, ServiceId("nei"), "*", (GiveReason.RIGHT_UNKNOWN,)),
    ],
)
def test_each_reason_of_a_single_right(
    house: House, person: str, service: ServiceId, action: str, reasons: tuple[GiveReason, ...]
) -> None:
    assert right(house, person, CLIENT_U, service, action) == reasons


def test_every_action_must_be_giveable_where_all_are_asked_for(house: House) -> None:
    house.store.import_facts("test", [given(CLIENT_U, OUTSIDER, PAYROLL), given(CLIENT_U, FACIL, SALARY)])
    assert right(house, OUTSIDER, CLIENT_U, A06, "read") == (GiveReason.DIRECT_DELEGATION,)
    assert right(house, OUTSIDER, CLIENT_U, A06, "*")[0] is GiveReason.MISSING_PACKAGE_ACCESS
    assert right(house, ACCOUNTANT, CLIENT_U, A06, "*") == (GiveReason.DIRECT_DELEGATION,)


def test_a_listed_party_and_a_person_for_themselves_may_give(house: House) -> None:
    assert right(house, "own-manager", OWNDATA, LISTED, "write") == (GiveReason.ROLE_ACCESS,)
    assert right(house, OUTSIDER, OUTSIDER, MVA, "write") == (GiveReason.OWN_PARTY,)


def test_many_are_answered_in_the_order_asked(house: House) -> None:
    checks = check_packages(house.now, BOSS, CLIENT_U, (MANAGER, SIGNING, VAT), NOW)
    assert [(check.package, check.allowed) for check in checks] == [(MANAGER, True), (SIGNING, False), (VAT, True)]
