"""Clients of agent system users: who is available, who is added, and all or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.caller import Caller
from core.domain.change import put
from core.domain.identifiers import PartyId
from core.domain.party import RegisterRole
from core.domain.system import Generation, SystemUserKind
from core.errors import ErrorCode, GatewayError, InvalidInput, NotAllowed, NotFound
from core.services.clients import add_client, agent_system_users, available_clients, list_clients, remove_client
from core.services.package_delegations import give_package
from tests.core.systems.world import (
    A06,
    BRANCH_R,
    BRANCH_U,
    CLIENT_B,
    CLIENT_BOSS,
    CLIENT_F,
    CLIENT_R,
    CLIENT_U,
    ENK,
    FACIL,
    FACIL_MANAGER,
    MVA,
    NOW,
    OWN_MANAGER,
    OWNDATA,
    PAYROLL,
    PROPERTY,
    PROPRIETOR,
    SIGNING,
    TAX,
    VAT,
    House,
    given,
    numbered,
    person,
    regn,
)


def error_of(house: House, agent: str, client: str, caller: Caller = FACIL_MANAGER) -> GatewayError:
    with pytest.raises(GatewayError) as raised:
        add_client(house.store, caller, agent, PartyId(client))
    return raised.value


def listed(house: House, agent: str) -> dict[str, tuple[str, ...]]:
    views = list_clients(house.now, FACIL_MANAGER, agent, at=NOW)
    return {view.party.id: view.packages for view in views}


def available(house: House, agent: str) -> dict[str, tuple[str, ...]]:
    found = available_clients(house.now, FACIL_MANAGER, agent, at=NOW)
    return {each.party.id: each.missing_packages for each in found}


def test_clients_are_available_by_any_package_with_what_each_lacks(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)
    user = house.agent(SIGNING, TAX)
    assert available(house, user.id) == {CLIENT_R: (TAX,), CLIENT_U: (SIGNING,), ENK: (TAX,)}
    assert available(house, house.agent(PROPERTY, ref="bolig").id) == {CLIENT_B: ()}


def test_a_sub_unit_is_available_for_what_it_gave_itself(house: House) -> None:
    house.store.import_facts("test", [given(BRANCH_U, FACIL, TAX)])
    assert available(house, house.agent(TAX).id) == {BRANCH_U: ()}


def test_a_client_is_added_with_every_package_and_removed(house: House) -> None:
    user = house.agent(SIGNING, PAYROLL)
    (delegation,) = add_client(house.store, FACIL_MANAGER, user.id, CLIENT_R)
    assert (delegation.ground, delegation.packages, delegation.generation) == ("REGN", {SIGNING, PAYROLL}, 1)
    assert listed(house, user.id) == {CLIENT_R: (PAYROLL, SIGNING)}
    assert house.decision(user, MVA, "write", CLIENT_R).permitted
    assert house.decision(user, A06, "read", BRANCH_R).permitted
    before = house.now.sequence
    assert add_client(house.store, FACIL_MANAGER, user.id, CLIENT_R) == (delegation,)
    assert house.now.sequence == before
    assert remove_client(house.store, FACIL_MANAGER, user.id, CLIENT_R) == (delegation,)
    assert listed(house, user.id) == {}
    assert not house.decision(user, MVA, "write", CLIENT_R).permitted
    assert remove_client(house.store, FACIL_MANAGER, user.id, CLIENT_R) == ()


def test_adding_is_all_or_nothing_and_names_what_is_missing(house: House) -> None:
    user = house.agent(SIGNING, TAX)
    error = error_of(house, user.id, CLIENT_R)
    assert error.code is ErrorCode.CLIENT_LACKS_PACKAGES
    assert dict(error.details) == {"missing": TAX}
    (fix,) = error.fixes
    assert fix.party == numbered(CLIENT_R)
    assert "tilgangsstyrer" in fix.giver
    assert listed(house, user.id) == {}
    assert error_of(house, user.id, CLIENT_U).code is ErrorCode.CLIENT_NOT_FOUND
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, TAX)
    lacking = error_of(house, user.id, CLIENT_U)
    assert (lacking.code, lacking.fixes[0].giver) == (ErrorCode.CLIENT_LACKS_PACKAGES, "Enhetsregisteret")


def test_grounds_may_be_mixed_and_each_has_its_own_delegation(house: House) -> None:
    house.store.import_facts("test", [given(CLIENT_R, FACIL, TAX)])
    delegations = add_client(house.store, FACIL_MANAGER, house.agent(SIGNING, TAX).id, CLIENT_R)
    assert {each.ground: each.packages for each in delegations} == {"REGN": {SIGNING}, "rettighetshaver": {TAX}}


def test_a_package_carried_twice_is_delegated_from_both_grounds(house: House) -> None:
    house.store.import_facts("test", [given(CLIENT_U, FACIL, SIGNING), regn(CLIENT_U)])
    delegations = add_client(house.store, FACIL_MANAGER, house.agent(SIGNING).id, CLIENT_U)
    assert [each.ground for each in delegations] == ["REGN", "rettighetshaver"]


def test_the_property_package_needs_the_clients_form(house: House) -> None:
    user = house.agent(PROPERTY)
    assert error_of(house, user.id, CLIENT_F).code is ErrorCode.CLIENT_LACKS_PACKAGES
    assert add_client(house.store, FACIL_MANAGER, user.id, CLIENT_B)[0].ground == "FFØR"


def test_a_general_managers_role_makes_no_client(house: House) -> None:
    house.write(put(RegisterRole("org", OWNDATA, FACIL, "DAGL")))
    assert error_of(house, house.agent(VAT).id, OWNDATA).code is ErrorCode.CLIENT_NOT_FOUND
    assert error_of(house, house.agent(VAT, ref="to").id, FACIL).code is ErrorCode.CLIENT_NOT_FOUND
    assert error_of(house, house.agent(VAT, ref="tre").id, "nobody").code is ErrorCode.CLIENT_NOT_FOUND


def test_only_who_administers_the_owners_clients_may(house: House) -> None:
    user = house.agent(SIGNING)
    for caller in (person("outsider"), OWN_MANAGER, person("registered-manager")):
        assert error_of(house, user.id, CLIENT_R, caller).code is ErrorCode.MISSING_CLIENT_ADMINISTRATION
        with pytest.raises(NotAllowed):
            remove_client(house.store, caller, user.id, CLIENT_R)
        with pytest.raises(NotAllowed):
            list_clients(house.now, caller, user.id, at=NOW)
        with pytest.raises(NotAllowed):
            available_clients(house.now, caller, user.id, at=NOW)
        with pytest.raises(NotAllowed):
            agent_system_users(house.now, caller, numbered(FACIL), at=NOW)
    house.store.import_facts("test", [given(FACIL, "outsider", "klientadministrator")])
    assert add_client(house.store, person("outsider"), user.id, CLIENT_R)


def test_a_standard_system_user_has_no_clients(house: House) -> None:
    user = house.approved(OWNDATA, OWN_MANAGER, packages=(VAT,), kind=SystemUserKind.STANDARD)
    assert error_of(house, user.id, CLIENT_R, OWN_MANAGER).code is ErrorCode.NOT_AN_AGENT
    assert error_of(house, "nei", CLIENT_R, OWN_MANAGER).code is ErrorCode.SYSTEM_USER_NOT_FOUND
    with pytest.raises(InvalidInput):
        list_clients(house.now, OWN_MANAGER, user.id, at=NOW)


def test_agent_system_users_are_listed_for_their_owner(house: House) -> None:
    first, second = house.agent(SIGNING), house.agent(TAX, ref="to")
    house.approved(FACIL, FACIL_MANAGER, packages=(VAT,), kind=SystemUserKind.STANDARD, ref="tre")
    found = agent_system_users(house.now, FACIL_MANAGER, numbered(FACIL), at=NOW)
    assert {user.id for user in found} == {first.id, second.id}
    with pytest.raises(NotFound) as raised:
        agent_system_users(house.now, FACIL_MANAGER, "310009997", at=NOW)
    assert raised.value.code is ErrorCode.ORGANISATION_NOT_FOUND


def test_a_sole_proprietor_is_reached_through_the_enterprise(house: House) -> None:
    user = house.agent(SIGNING)
    add_client(house.store, FACIL_MANAGER, user.id, ENK)
    assert house.decision(user, MVA, "write", ENK).permitted
    assert house.decision(user, MVA, "write", PROPRIETOR).permitted
    assert listed(house, user.id) == {ENK: (SIGNING,)}


def test_adding_again_moves_a_client_to_the_latest_generation(house: House) -> None:
    user = house.agent(SIGNING)
    (first,) = add_client(house.store, FACIL_MANAGER, user.id, CLIENT_R)
    latest = Generation(user.id, 2, frozenset({PAYROLL}), frozenset(), NOW)
    house.write(put(latest))
    assert house.decision(user, MVA, "write", CLIENT_R).permitted
    (moved,) = add_client(house.store, FACIL_MANAGER, user.id, CLIENT_R)
    assert moved == replace(first, generation=2, packages=frozenset({PAYROLL}))
    assert not house.decision(user, MVA, "write", CLIENT_R).permitted
    assert house.decision(user, A06, "read", CLIENT_R).permitted


def test_a_relation_that_has_run_out_makes_no_client(house: House) -> None:
    house.store.import_facts("test", [given(CLIENT_U, FACIL, TAX, valid_to=NOW)])
    user = house.agent(TAX)
    assert available(house, user.id) == {}
    assert error_of(house, user.id, CLIENT_U).code is ErrorCode.CLIENT_NOT_FOUND
