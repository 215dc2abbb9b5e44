"""The published scenarios at the core, each with the decision before, after, and when it ends."""

from __future__ import annotations

import pytest

from core.domain.cascade import dependants_of
from core.domain.change import put, remove
from core.domain.decision import Outcome, Reason
from core.domain.new_records import NewRequest
from core.domain.party import RegisterRole
from core.domain.system import RequestStatus, SystemUserKind
from core.domain.vocabulary import Right
from core.errors import DelegationRefused, ErrorCode, GatewayError
from core.services.approvals import approve_request
from core.services.clients import add_client, available_clients, list_clients
from core.services.external_ids import system_user_for_token
from core.services.package_delegations import give_package, withdraw_package
from core.services.requests import request_system_user, vendor_request
from core.services.system_users import remove_system_user
from core.store.store import Written
from tests.core.systems.world import (
    BOLIG,
    CLIENT_B,
    CLIENT_BOSS,
    CLIENT_R,
    CLIENT_U,
    FACIL,
    FACIL_MANAGER,
    MVA,
    NAERING,
    NOW,
    OWN_HELPER,
    OWN_MANAGER,
    OWNDATA,
    PROPERTY,
    SIGNING,
    STRANGER,
    SYSTEM,
    TAX,
    VAT,
    VENDOR,
    House,
    numbered,
    regn,
    vendor,
)

STANDARD, AGENT = SystemUserKind.STANDARD, SystemUserKind.AGENT
NO, YES = Outcome.NOT_APPLICABLE, Outcome.PERMIT


def token(house: House, owner: str, ref: str | None = None) -> object:
    return system_user_for_token(house.now, "client-of-fjell", numbered(VENDOR), numbered(owner), ref)


def test_scenario_1_a_registered_accountant_reports_for_a_client(house: House) -> None:
    request = request_system_user(
        house.store, vendor(), NewRequest(AGENT, SYSTEM, numbered(FACIL), packages=(SIGNING,))
    ).request
    assert token(house, FACIL) is None
    user = approve_request(house.store, FACIL_MANAGER, FACIL, request.id, AGENT)
    assert vendor_request(house.now, vendor(), request.id, AGENT).status is RequestStatus.ACCEPTED
    found = {each.party.id for each in available_clients(house.now, FACIL_MANAGER, user.id, at=NOW)}
    assert CLIENT_R in found
    assert house.answer(user, MVA, "write", CLIENT_R) == (NO, Reason.NOT_A_CLIENT)
    add_client(house.store, FACIL_MANAGER, user.id, CLIENT_R)
    assert token(house, FACIL) == user
    assert token(house, CLIENT_R) is None
    decision = house.decision(user, MVA, "write", CLIENT_R)
    assert (decision.outcome, decision.reasons) == (YES, (Reason.PACKAGE_ACCESS, Reason.CLIENT_DELEGATION))
    assert decision.via[0] == regn(CLIENT_R)
    assert decision.obligations[0].level == 3
    assert house.answer(user, MVA, "sign", CLIENT_R) == (NO, Reason.ACTION_NOT_OFFERED)
    # A policy that lists only the tax package is the trap: the register role does not carry it.
    assert house.answer(user, MVA, "read", CLIENT_R) == (NO, Reason.OUTSIDE_CEILING)
    _move_to_another_accountant(house)
    assert house.answer(user, MVA, "write", CLIENT_R) == (NO, Reason.NOT_A_CLIENT)
    assert token(house, FACIL) == user


def _move_to_another_accountant(house: House) -> None:
    gone = regn(CLIENT_R)
    new = RegisterRole("regn-ny", CLIENT_R, STRANGER, "REGN")
    house.store.change(
        "register", lambda snapshot: Written((remove(gone), *dependants_of(snapshot, [gone]), put(new)), None)
    )


def test_scenario_2_a_property_manager_reports_for_a_housing_share(house: House) -> None:
    user = house.agent(PROPERTY, ref="team-bolig")
    assert house.answer(user, BOLIG, "write", CLIENT_B) == (NO, Reason.NOT_A_CLIENT)
    add_client(house.store, FACIL_MANAGER, user.id, CLIENT_B)
    assert house.answer(user, BOLIG, "write", CLIENT_B) == (YES, Reason.PACKAGE_ACCESS)
    assert house.answer(user, BOLIG, "write", CLIENT_R) == (NO, Reason.NOT_A_CLIENT)
    assert token(house, FACIL) is None
    assert token(house, FACIL, "team-bolig") == user


def test_scenario_3_two_system_users_keep_clients_apart(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)
    registered, unregistered = house.agent(SIGNING, ref="registrert"), house.agent(TAX, ref="uregistrert")
    add_client(house.store, FACIL_MANAGER, registered.id, CLIENT_R)
    add_client(house.store, FACIL_MANAGER, unregistered.id, CLIENT_U)
    answers = {
        (name, client): house.answer(user, NAERING, "write", client)[0]
        for name, user in (("registered", registered), ("unregistered", unregistered))
        for client in (CLIENT_R, CLIENT_U)
    }
    assert answers == {
        ("registered", CLIENT_R): YES,
        ("registered", CLIENT_U): NO,
        ("unregistered", CLIENT_R): NO,
        ("unregistered", CLIENT_U): YES,
    }
    with pytest.raises(GatewayError) as raised:
        add_client(house.store, FACIL_MANAGER, registered.id, CLIENT_U)
    assert raised.value.code is ErrorCode.CLIENT_LACKS_PACKAGES


def test_scenario_4_an_unregistered_accountant_is_given_a_package(house: House) -> None:
    user = house.agent(VAT)
    assert available_clients(house.now, FACIL_MANAGER, user.id, at=NOW) == ()
    with pytest.raises(GatewayError) as raised:
        add_client(house.store, FACIL_MANAGER, user.id, CLIENT_U)
    assert raised.value.code is ErrorCode.CLIENT_NOT_FOUND
    with pytest.raises(DelegationRefused):
        give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SIGNING)
    grant = give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    assert house.answer(user, MVA, "write", CLIENT_U) == (NO, Reason.NOT_A_CLIENT)
    (delegation,) = add_client(house.store, FACIL_MANAGER, user.id, CLIENT_U)
    decision = house.decision(user, MVA, "write", CLIENT_U)
    assert (decision.outcome, decision.via) == (YES, (grant, delegation))
    (view,) = list_clients(house.now, FACIL_MANAGER, user.id, at=NOW)
    assert (view.party.id, view.packages, view.grounds) == (CLIENT_U, (VAT,), ("rettighetshaver",))
    withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    assert house.answer(user, MVA, "write", CLIENT_U) == (NO, Reason.NOT_A_CLIENT)
    assert list_clients(house.now, FACIL_MANAGER, user.id, at=NOW) == ()


@pytest.mark.parametrize(
    ("packages", "rights", "reason"),
    [((), (Right(MVA, "*"),), Reason.RIGHT_ACCESS), ((VAT,), (), Reason.PACKAGE_ACCESS)],
    ids=["single right", "package"],
)
def test_scenario_5_own_data(
    house: House, packages: tuple[str, ...], rights: tuple[Right, ...], reason: Reason
) -> None:
    new = NewRequest(STANDARD, SYSTEM, numbered(OWNDATA), packages=packages, rights=rights)
    request = request_system_user(house.store, vendor(), new).request
    assert house.answer(request.id, MVA, "write", OWNDATA) == (NO, Reason.SYSTEM_USER_NOT_ACTIVE)
    with pytest.raises(DelegationRefused):
        approve_request(house.store, OWN_HELPER, OWNDATA, request.id, STANDARD)
    assert vendor_request(house.now, vendor(), request.id, STANDARD).status is RequestStatus.NEW
    assert token(house, OWNDATA) is None
    user = approve_request(house.store, OWN_MANAGER, OWNDATA, request.id, STANDARD)
    assert token(house, OWNDATA) == user
    assert house.answer(user, MVA, "write", OWNDATA) == (YES, reason)
    assert house.answer(user, MVA, "write", CLIENT_U) == (NO, Reason.MISSING_ACCESS)
    remove_system_user(house.store, OWN_MANAGER, OWNDATA, user.id)
    assert token(house, OWNDATA) is None
    assert house.answer(user, MVA, "write", OWNDATA) == (NO, Reason.SYSTEM_USER_NOT_ACTIVE)
