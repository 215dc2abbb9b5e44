"""What dies with a fact, and that nothing dead comes back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.caller import OPERATOR
from core.domain.cascade import dependants_of, dependants_of_edits
from core.domain.change import Fact, Operation, put, remove
from core.domain.decision import Outcome, Reason
from core.domain.delegation import ClientDelegation
from core.domain.identifiers import PartyId
from core.domain.system import SystemUserLink
from core.domain.vocabulary import Right
from core.errors import ErrorCode, NotFound
from core.services.client_rights import delegate_client_rights
from core.services.clients import add_client, delegations_for, list_clients
from core.services.package_delegations import give_package, withdraw_package
from core.services.register import end_register_role, record_register_role
from core.services.right_delegations import give_rights, withdraw_rights
from core.store.store import Written
from tests.core.systems.world import (
    A06,
    A08,
    BRANCH_U,
    CLIENT_BOSS,
    CLIENT_R,
    CLIENT_U,
    ENK,
    FACIL,
    FACIL_MANAGER,
    MVA,
    NOW,
    PAYROLL,
    PROPRIETOR,
    SALARY,
    SIGNING,
    TAX,
    VAT,
    House,
    given,
    regn,
)

RIGHTHOLDER = "rettighetshaver"


def end(house: House, *gone: Fact) -> None:
    """Remove facts with everything that hangs on them, in one transaction."""
    house.store.change(
        "test",
        lambda snapshot: Written((*(remove(fact) for fact in gone), *dependants_of(snapshot, gone)), None),
    )


def delegated(house: House, agent: str, client: str) -> dict[str, frozenset[str]]:
    found = delegations_for(house.now, agent, PartyId(client))
    return {delegation.ground: delegation.packages for delegation in found}


def test_withdrawing_takes_the_client_and_giving_anew_revives_nothing(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)
    user = house.agent(TAX)
    add_client(house.store, FACIL_MANAGER, user.id, CLIENT_U)
    assert house.decision(user, A08, "read", CLIENT_U).permitted
    edits = withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)
    assert [edit.operation for edit in edits] == [Operation.REMOVE, Operation.REMOVE]
    assert house.answer(user, A08, "read", CLIENT_U) == (Outcome.NOT_APPLICABLE, Reason.NOT_A_CLIENT)
    assert list_clients(house.now, FACIL_MANAGER, user.id, at=NOW) == ()
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)
    assert house.answer(user, A08, "read", CLIENT_U) == (Outcome.NOT_APPLICABLE, Reason.NOT_A_CLIENT)


def test_only_the_withdrawn_package_goes(house: House) -> None:
    for package in (TAX, SALARY):
        give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, package)
    user, other = house.agent(TAX, SALARY), house.agent(SALARY, ref="to")
    for agent in (user, other):
        add_client(house.store, FACIL_MANAGER, agent.id, CLIENT_U)
    withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)
    assert delegated(house, user.id, CLIENT_U) == {RIGHTHOLDER: {SALARY}}
    assert delegated(house, other.id, CLIENT_U) == {RIGHTHOLDER: {SALARY}}
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)
    assert not house.decision(user, A08, "read", CLIENT_U).permitted


def test_another_live_grant_of_the_same_ground_keeps_the_client(house: House) -> None:
    twice = given(CLIENT_U, FACIL, TAX), replace(given(CLIENT_U, FACIL, TAX), id="twice")
    house.store.import_facts("test", twice)
    user = house.agent(TAX)
    add_client(house.store, FACIL_MANAGER, user.id, CLIENT_U)
    end(house, twice[0])
    assert house.decision(user, A08, "read", CLIENT_U).permitted
    end(house, twice[1])
    assert delegated(house, user.id, CLIENT_U) == {}


def test_a_grant_that_has_run_out_keeps_nothing_alive(house: House) -> None:
    live = given(CLIENT_U, FACIL, TAX)
    ended = replace(live, id="ended", valid_to=NOW)
    house.store.import_facts("test", [live, ended])
    user = house.agent(TAX)
    add_client(house.store, FACIL_MANAGER, user.id, CLIENT_U)
    assert dependants_of(house.now, [live]) == ()
    assert [edit.operation for edit in dependants_of(house.now, [live], NOW)] == [Operation.REMOVE]


def test_giving_after_a_grant_ran_out_revives_nothing(house: House) -> None:
    user = house.agent(TAX)
    ended = given(CLIENT_U, FACIL, TAX, valid_to=NOW)
    put_on = ClientDelegation(
        "old", user.id, 1, FACIL, CLIENT_U, RIGHTHOLDER, frozenset({TAX}), frozenset(), frozenset(), "test"
    )
    house.store.import_facts("test", [ended, put_on])
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)
    assert house.answer(user, A08, "read", CLIENT_U) == (Outcome.NOT_APPLICABLE, Reason.NOT_A_CLIENT)


def test_the_ground_that_died_takes_only_its_own(house: House) -> None:
    house.store.import_facts("test", [given(CLIENT_R, FACIL, TAX)])
    user = house.agent(SIGNING, TAX)
    add_client(house.store, FACIL_MANAGER, user.id, CLIENT_R)
    end_register_role(house.store, OPERATOR, regn(CLIENT_R).id)
    assert delegated(house, user.id, CLIENT_R) == {RIGHTHOLDER: {TAX}}
    house.store.import_facts("test", [regn(CLIENT_R)])
    assert house.answer(user, MVA, "write", CLIENT_R) == (Outcome.NOT_APPLICABLE, Reason.MISSING_PACKAGE_ACCESS)
    assert house.decision(user, A08, "read", CLIENT_R).permitted


def test_a_register_role_takes_the_clients_of_that_provider_only(house: House) -> None:
    user = house.agent(SIGNING)
    for client in (CLIENT_R, ENK):
        add_client(house.store, FACIL_MANAGER, user.id, client)
    end_register_role(house.store, OPERATOR, regn(CLIENT_R).id)
    assert delegated(house, user.id, CLIENT_R) == {}
    assert delegated(house, user.id, ENK) == {"REGN": {SIGNING}}


def test_what_a_sub_unit_and_a_proprietor_had_by_inheritance_goes_too(house: House) -> None:
    grant = given(CLIENT_U, FACIL, TAX)
    house.store.import_facts("test", [grant])
    tax, signing = house.agent(TAX), house.agent(SIGNING, ref="to")
    add_client(house.store, FACIL_MANAGER, tax.id, BRANCH_U)
    add_client(house.store, FACIL_MANAGER, signing.id, PROPRIETOR)
    assert house.decision(tax, A08, "read", BRANCH_U).permitted
    assert house.decision(signing, MVA, "write", PROPRIETOR).permitted
    end(house, grant, regn(ENK))
    assert delegated(house, tax.id, BRANCH_U) == {}
    assert delegated(house, signing.id, PROPRIETOR) == {}


def test_narrowed_rights_die_with_the_holding_that_opened_them(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SALARY)
    give_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A08, ("read",))
    rights = (Right(A06, "read"), Right(A08, "read"))
    user = house.agent(rights=rights)
    delegate_client_rights(house.store, FACIL_MANAGER, user.id, CLIENT_U, RIGHTHOLDER, rights=rights)
    withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SALARY)
    (left,) = delegations_for(house.now, user.id, CLIENT_U)
    assert left.rights == {Right(A08, "read")}
    withdraw_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A08, ("read",))
    assert delegations_for(house.now, user.id, CLIENT_U) == ()


def test_a_whole_resource_that_lost_an_action_is_what_is_left_of_it(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SALARY)
    give_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06, ("read",))
    user = house.agent(rights=(Right(A06, "*"),))
    delegate_client_rights(house.store, FACIL_MANAGER, user.id, CLIENT_U, RIGHTHOLDER, resources=(A06,))
    assert house.decision(user, A06, "write", CLIENT_U).permitted
    withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SALARY)
    assert house.decision(user, A06, "read", CLIENT_U).permitted
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SALARY)
    assert not house.decision(user, A06, "write", CLIENT_U).permitted


def test_the_own_organisation_hangs_on_no_ground(house: House) -> None:
    user = house.agent(VAT)
    delegate_client_rights(house.store, FACIL_MANAGER, user.id, FACIL, "self", packages=(VAT,))
    house.store.import_facts("test", [given(FACIL, FACIL, VAT)])
    end(house, given(FACIL, FACIL, VAT))
    assert house.decision(user, MVA, "write", FACIL).permitted


def test_a_system_user_takes_links_and_delegations_and_nothing_of_others(house: House) -> None:
    user, other = house.agent(SIGNING), house.agent(SIGNING, ref="to")
    for agent in (user, other):
        add_client(house.store, FACIL_MANAGER, agent.id, CLIENT_R)
    links = [SystemUserLink(100_001, agent.id, "REGN", agent.external_ref) for agent in (user, other)]
    house.store.import_facts("test", links)
    end(house, user)
    assert house.now.users.get(user.id) is None
    assert house.now.reach.get(user.id) is None
    assert house.now.links.get(100_001) == (links[1],)
    assert house.decision(other, MVA, "write", CLIENT_R).permitted


def test_an_edit_that_replaces_the_ground_in_time_keeps_what_flows(house: House) -> None:
    user = house.agent(PAYROLL)
    add_client(house.store, FACIL_MANAGER, user.id, CLIENT_R)
    moved = replace(regn(CLIENT_R), id="regn-anew")
    assert dependants_of_edits(house.now, (remove(regn(CLIENT_R)), put(moved))) == ()
    assert len(dependants_of(house.now, [regn(CLIENT_R)])) == 1


def test_a_register_role_that_began_again_revives_nothing_and_can_be_given_a_client_anew(house: House) -> None:
    user = house.agent(SIGNING)
    add_client(house.store, FACIL_MANAGER, user.id, CLIENT_R)
    ended = end_register_role(house.store, OPERATOR, regn(CLIENT_R).id)
    assert ended == regn(CLIENT_R)
    assert record_register_role(house.store, OPERATOR, ended) == ended
    assert house.answer(user, MVA, "write", CLIENT_R) == (Outcome.NOT_APPLICABLE, Reason.NOT_A_CLIENT)
    add_client(house.store, FACIL_MANAGER, user.id, CLIENT_R)
    assert house.decision(user, MVA, "write", CLIENT_R).permitted


def test_a_register_role_needs_known_parties_and_ends_once(house: House) -> None:
    stranger = replace(regn(CLIENT_R), id="stranger", holder=PartyId("00000000-0000-0000-0000-000000000000"))
    with pytest.raises(NotFound) as unknown:
        record_register_role(house.store, OPERATOR, stranger)
    assert unknown.value.code is ErrorCode.PARTY_NOT_FOUND
    end_register_role(house.store, OPERATOR, regn(CLIENT_R).id)
    with pytest.raises(NotFound) as again:
        end_register_role(house.store, OPERATOR, regn(CLIENT_R).id)
    assert again.value.code is ErrorCode.GRANT_NOT_FOUND
