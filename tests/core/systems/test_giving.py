"""Giving and withdrawing packages and single rights between parties."""

from __future__ import annotations

import pytest

from core.domain.caller import OPERATOR
from core.domain.change import Operation
from core.domain.decision import Question, Subject, SubjectKind, decide
from core.domain.identifiers import PartyId, ServiceId
from core.domain.vocabulary import Right
from core.errors import DelegationRefused, ErrorCode, GatewayError, InvalidInput, NotAllowed, NotFound
from core.services.package_delegations import give_package, withdraw_package
from core.services.right_delegations import give_rights, withdraw_rights
from tests.core.systems.world import (
    A06,
    BRANCH_U,
    CLIENT_BOSS,
    CLIENT_U,
    FACIL,
    FACIL_MANAGER,
    MAIN,
    MVA,
    NOW,
    OWN_HELPER,
    OWN_MANAGER,
    OWNDATA,
    PAYROLL,
    REPRESENTATIVE,
    SALARY,
    TAX,
    VAT,
    House,
    given,
)

OUTSIDER = PartyId("outsider")


def may(house: House, holder: str, party: str, service: ServiceId, action: str) -> bool:
    subject = Subject(SubjectKind.ORGANISATION, holder)
    return decide(house.now, Question(subject, party, Right(service, action), NOW)).permitted


def test_a_package_given_opens_until_it_is_withdrawn(house: House) -> None:
    assert not may(house, FACIL, CLIENT_U, MVA, "write")
    grant = give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    assert (grant.giver, grant.receiver, grant.package) == (CLIENT_U, FACIL, VAT)
    assert may(house, FACIL, CLIENT_U, MVA, "write")
    assert may(house, FACIL, BRANCH_U, MVA, "write")
    assert give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT) == grant
    (edit,) = withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    assert (edit.operation, edit.fact) == (Operation.REMOVE, grant)
    assert not may(house, FACIL, CLIENT_U, MVA, "write")
    with pytest.raises(NotFound) as raised:
        withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    assert raised.value.code is ErrorCode.GRANT_NOT_FOUND


def test_only_who_manages_the_givers_accesses_gives_and_withdraws(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    for act in (
        lambda: give_package(house.store, FACIL_MANAGER, CLIENT_U, OUTSIDER, VAT),
        lambda: withdraw_package(house.store, FACIL_MANAGER, CLIENT_U, FACIL, VAT),
        lambda: give_rights(house.store, FACIL_MANAGER, CLIENT_U, OUTSIDER, MVA),
        lambda: withdraw_rights(house.store, FACIL_MANAGER, CLIENT_U, FACIL, MVA),
    ):
        with pytest.raises(NotAllowed) as raised:
            act()
        assert raised.value.code is ErrorCode.MISSING_ADMINISTRATION
    assert may(house, FACIL, CLIENT_U, MVA, "write")


@pytest.mark.parametrize(
    ("receiver", "package", "code"),
    [
        ("nobody", VAT, ErrorCode.PARTY_NOT_FOUND),
        (FACIL, "nei", ErrorCode.UNKNOWN_PACKAGE),
        (FACIL, PAYROLL, ErrorCode.DELEGATION_REFUSED),
        (FACIL, MAIN, ErrorCode.PACKAGE_NOT_ASSIGNABLE),
        (FACIL, REPRESENTATIVE, ErrorCode.PACKAGE_NOT_ASSIGNABLE),
    ],
)
def test_each_rule_is_kept(house: House, receiver: str, package: str, code: ErrorCode) -> None:
    for caller in (CLIENT_BOSS, OPERATOR):
        with pytest.raises(GatewayError) as raised:
            give_package(house.store, caller, CLIENT_U, PartyId(receiver), package)
        assert raised.value.code is code


def test_a_person_may_be_given_what_an_organisation_may_not(house: House) -> None:
    assert give_package(house.store, CLIENT_BOSS, CLIENT_U, OUTSIDER, MAIN).receiver == OUTSIDER
    assert give_package(house.store, CLIENT_BOSS, CLIENT_U, OUTSIDER, REPRESENTATIVE).receiver == OUTSIDER


def test_who_manages_accesses_without_holding_is_told_what_is_missing(house: House) -> None:
    with pytest.raises(DelegationRefused) as raised:
        give_package(house.store, OWN_HELPER, OWNDATA, FACIL, VAT)
    (refusal,) = raised.value.refusals
    assert (refusal.what, refusal.reason) == ("urn:altinn:accesspackage:merverdiavgift", "missing-package-access")
    give_package(house.store, OWN_MANAGER, OWNDATA, PartyId("own-helper"), VAT)
    assert give_package(house.store, OWN_HELPER, OWNDATA, FACIL, VAT).giver == OWNDATA


def test_a_grant_that_has_run_out_makes_room_for_a_new_one(house: House) -> None:
    ended = given(CLIENT_U, FACIL, VAT, valid_to=NOW)
    house.store.import_facts("test", [ended])
    assert not may(house, FACIL, CLIENT_U, MVA, "write")
    assert give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT).id != ended.id
    assert may(house, FACIL, CLIENT_U, MVA, "write")
    assert house.store.find("package_delegation", ended.id) is None


def test_single_rights_add_up_and_are_withdrawn_one_by_one(house: House) -> None:
    first = give_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06, ("read",))
    second = give_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06, ("write",))
    assert (second.id, second.actions) == (first.id, {"read", "write"})
    assert give_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06, ("read",)) == second
    withdraw_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06, ("read",))
    assert (may(house, FACIL, CLIENT_U, A06, "read"), may(house, FACIL, CLIENT_U, A06, "write")) == (False, True)
    withdraw_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06)
    assert house.store.find("right_delegation", first.id) is None
    with pytest.raises(NotFound):
        withdraw_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06)


def test_every_action_less_one_is_the_others(house: House) -> None:
    grant = give_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06)
    assert grant.actions == {"*"}
    assert give_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06, ("read",)) == grant
    withdraw_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06, ("write",))
    assert (may(house, FACIL, CLIENT_U, A06, "read"), may(house, FACIL, CLIENT_U, A06, "write")) == (True, False)


def test_single_rights_are_refused_with_their_reason(house: House) -> None:
    with pytest.raises(InvalidInput) as unknown:
        give_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, ServiceId("nei"))
    assert unknown.value.code is ErrorCode.UNKNOWN_SERVICE
    with pytest.raises(DelegationRefused) as raised:
        give_rights(house.store, OWN_HELPER, OWNDATA, FACIL, A06, ("read", "sign"))
    assert [refusal.reason for refusal in raised.value.refusals] == ["missing-package-access", "right-unknown"]
    with pytest.raises(NotFound):
        give_rights(house.store, CLIENT_BOSS, CLIENT_U, PartyId("nobody"), A06)


def test_what_others_gave_is_not_withdrawn_along(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SALARY)
    give_package(house.store, CLIENT_BOSS, CLIENT_U, OUTSIDER, TAX)
    assert len(withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)) == 1
    file = house.now.files.get(CLIENT_U)
    assert file is not None
    assert {receiver for receiver in file.receivers if receiver != "client-manager"} == {FACIL, OUTSIDER}
