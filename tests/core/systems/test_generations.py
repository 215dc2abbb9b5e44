"""The successor of an agent system user: built beside it, and each client moves when it qualifies."""

from __future__ import annotations

import uuid
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.caller import OPERATOR
from core.domain.change import put, remove
from core.domain.change_request import NewChange
from core.domain.client_relations import client_relations, packages_of
from core.domain.decision import Outcome, Reason
from core.domain.delegation import ClientDelegation
from core.domain.fold import build_snapshot, preview
from core.domain.identifiers import PartyId
from core.domain.snapshot import Snapshot
from core.domain.system import Generation, System, SystemUser, SystemUserKind
from core.domain.vocabulary import OWN_ORGANISATION, DecisionTerms, Right
from core.errors import ErrorCode, GatewayError
from core.services.change_approvals import approve_change
from core.services.change_requests import request_change
from core.services.client_rights import delegate_client_rights
from core.services.clients import add_client, delegations_for
from core.services.generations import generations_of, move_clients, move_edits
from core.services.package_delegations import give_package
from tests.core.systems.world import (
    A06,
    A07,
    BOLIG,
    CLIENT_BOSS,
    CLIENT_R,
    CLIENT_U,
    ENK,
    FACIL,
    FACIL_MANAGER,
    MVA,
    NOW,
    PAYROLL,
    SALARY,
    SIGNING,
    SYSTEM,
    TAX,
    VAT,
    House,
    facts,
    person,
    regn,
    vendor,
)
from tests.core.systems.world import given as given_before

REGISTERED_BOSS = person("registered-manager")


def changed(house: House, agent: SystemUser, **members: Any) -> None:
    """A change of the agent, asked and approved."""
    name = str(uuid.uuid4())
    assert request_change(house.store, vendor(), NewChange(name, agent.id, **members)).created
    approve_change(house.store, FACIL_MANAGER, FACIL, name)


def standings(house: House, agent: SystemUser) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Which generation each client is on, and what it lacks for the newest."""
    found = generations_of(house.now, FACIL_MANAGER, agent.id, at=NOW)
    return {each.party.id: (each.generation, each.missing) for each in found.clients}


def test_those_who_carry_the_new_packages_move_at_once_and_the_others_when_they_do(house: House) -> None:
    agent = house.agent(SIGNING)
    for client in (CLIENT_R, ENK):
        add_client(house.store, FACIL_MANAGER, agent.id, client)
    give_package(house.store, REGISTERED_BOSS, CLIENT_R, FACIL, TAX)
    changed(house, agent, required_packages=(TAX,))

    assert standings(house, agent) == {CLIENT_R: (2, ()), ENK: (1, (TAX,))}
    assert house.decision(agent, BOLIG, "write", CLIENT_R).permitted
    assert house.decision(agent, MVA, "write", ENK).permitted, "it goes on as before"
    assert not house.decision(agent, BOLIG, "write", ENK).permitted
    grounds = {each.ground: each.packages for each in delegations_for(house.now, agent.id, CLIENT_R)}
    assert grounds == {"REGN": {SIGNING}, "rettighetshaver": {TAX}}

    outcome = move_clients(house.store, FACIL_MANAGER, agent.id)
    assert (outcome.generation, outcome.moved) == (2, ())
    assert [(each.party.id, each.missing) for each in outcome.waiting] == [(ENK, (TAX,))]
    give_package(house.store, person("proprietor"), ENK, FACIL, TAX)
    assert standings(house, agent)[ENK] == (1, ()), "it qualifies, and has not been moved"
    outcome = move_clients(house.store, FACIL_MANAGER, agent.id)
    assert [party.id for party in outcome.moved] == [ENK]
    assert house.decision(agent, BOLIG, "write", ENK).permitted
    assert standings(house, agent)[ENK] == (2, ())
    assert move_clients(house.store, FACIL_MANAGER, agent.id).moved == ()


def test_what_is_taken_away_is_taken_from_everybody_who_lacks_nothing(house: House) -> None:
    agent = house.agent(SIGNING, PAYROLL)
    for client in (CLIENT_R, ENK):
        add_client(house.store, FACIL_MANAGER, agent.id, client)
    changed(house, agent, unwanted_packages=(SIGNING,))
    assert standings(house, agent) == {CLIENT_R: (2, ()), ENK: (2, ())}
    for client in (CLIENT_R, ENK):
        assert house.answer(agent, MVA, "write", client)[0] is Outcome.NOT_APPLICABLE
        assert house.decision(agent, A07, "read", client).permitted


def test_a_swap_keeps_the_old_package_for_those_who_wait(house: House) -> None:
    agent = house.agent(SIGNING)
    for client in (CLIENT_R, ENK):
        add_client(house.store, FACIL_MANAGER, agent.id, client)
    give_package(house.store, REGISTERED_BOSS, CLIENT_R, FACIL, TAX)
    changed(house, agent, required_packages=(TAX,), unwanted_packages=(SIGNING,))
    assert not house.decision(agent, MVA, "write", CLIENT_R).permitted
    assert house.decision(agent, BOLIG, "write", CLIENT_R).permitted
    assert house.decision(agent, MVA, "write", ENK).permitted
    house.write(remove(regn(ENK)))
    assert house.answer(agent, MVA, "write", ENK) == (Outcome.NOT_APPLICABLE, Reason.GROUND_ENDED)


def test_nobody_gains_what_was_not_chosen_for_them(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SALARY)
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    agent = house.agent(SALARY, rights=(Right(A06, "*"),))
    right = Right(A06, "read")
    delegate_client_rights(house.store, FACIL_MANAGER, agent.id, CLIENT_U, "rettighetshaver", rights=(right,))
    changed(house, agent, required_packages=(VAT,))
    (one,) = delegations_for(house.now, agent.id, CLIENT_U)
    assert (one.generation, one.packages, one.rights) == (2, frozenset(), {right})
    assert not house.decision(agent, MVA, "write", CLIENT_U).permitted
    assert not house.decision(agent, A06, "write", CLIENT_U).permitted
    assert house.decision(agent, A06, "read", CLIENT_U).permitted


def test_single_rights_outside_the_new_ceiling_are_taken_with_their_last_client(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, SALARY)
    agent = house.agent(VAT, rights=(Right(A06, "*"),))
    delegate_client_rights(house.store, FACIL_MANAGER, agent.id, CLIENT_U, "rettighetshaver", resources=(A06,))
    changed(house, agent, unwanted_rights=(Right(A06, "write"),))
    (one,) = delegations_for(house.now, agent.id, CLIENT_U)
    assert (one.resources, one.rights) == (frozenset(), {Right(A06, "read")})
    changed(house, agent, unwanted_rights=(Right(A06, "*"),))
    assert delegations_for(house.now, agent.id, CLIENT_U) == ()
    assert standings(house, agent) == {}


def test_the_owners_own_organisation_moves_with_who_may_give_the_package(house: House) -> None:
    agent = house.agent(VAT)
    delegate_client_rights(house.store, FACIL_MANAGER, agent.id, FACIL, OWN_ORGANISATION, packages=(VAT,))
    changed(house, agent, required_packages=(TAX,))
    assert standings(house, agent) == {FACIL: (2, ())}
    assert house.decision(agent, BOLIG, "write", FACIL).permitted


def test_the_owners_own_organisation_waits_for_who_may_not_give_it(house: House) -> None:
    agent = house.agent(VAT)
    delegate_client_rights(house.store, FACIL_MANAGER, agent.id, FACIL, OWN_ORGANISATION, packages=(VAT,))
    changed(house, agent, required_packages=(SIGNING,))
    assert standings(house, agent) == {FACIL: (1, (SIGNING,))}
    assert house.decision(agent, MVA, "write", FACIL).permitted


def test_only_client_administrators_read_and_move(house: House) -> None:
    agent = house.agent(SIGNING)
    for caller in (CLIENT_BOSS, person("outsider"), vendor()):
        for ask in (
            lambda who=caller: generations_of(house.now, who, agent.id, at=NOW),
            lambda who=caller: move_clients(house.store, who, agent.id),
        ):
            with pytest.raises(GatewayError) as raised:
                ask()
            assert raised.value.code is ErrorCode.MISSING_CLIENT_ADMINISTRATION


def test_generations_are_listed_in_order(house: House) -> None:
    agent = house.agent(SIGNING)
    changed(house, agent, required_packages=(TAX,))
    changed(house, agent, unwanted_packages=(SIGNING,))
    found = generations_of(house.now, FACIL_MANAGER, agent.id, at=NOW)
    assert [(each.number, set(each.packages)) for each in found.generations] == [
        (1, {SIGNING}),
        (2, {SIGNING, TAX}),
        (3, {TAX}),
    ]


# -- any change, any clients --------------------------------------------------------------------

_POOL = (SIGNING, PAYROLL, TAX, VAT, SALARY)
_SOME = st.frozensets(st.sampled_from(_POOL))
_AGENT = SystemUser("agent", SystemUserKind.AGENT, SYSTEM, FACIL, "any", "any", NOW)


@cache
def world() -> Snapshot:
    """The world in memory, with what two clients have given by hand."""
    system = System(SYSTEM, "1", "v", {}, {}, (), _POOL, (), (), False, False, NOW)
    hands = (given_before(CLIENT_R, FACIL, TAX), given_before(CLIENT_U, FACIL, SALARY))
    return build_snapshot([*facts(), *hands, system, _AGENT], sequence=1, terms=DecisionTerms())


def carried(client: PartyId) -> frozenset[str]:
    """What the firm's relation to the client carries."""
    relations = client_relations(world(), FACIL, client, NOW)
    return frozenset(package for holdings in relations.values() for package in packages_of(holdings))


@given(old=_SOME, new=_SOME, kept=_SOME)
def test_moving_gives_nobody_more_than_was_chosen_and_takes_nobody_out(
    old: frozenset[str], new: frozenset[str], kept: frozenset[str]
) -> None:
    first, second = (Generation(_AGENT.id, number, each, frozenset(), NOW) for number, each in ((1, old), (2, new)))
    clients = (CLIENT_R, CLIENT_U, ENK)
    delegations = [
        ClientDelegation(
            f"{client}-{ground}", _AGENT.id, 1, FACIL, client, ground,
            packages_of(holdings) & old & kept, frozenset(), frozenset(), "test",
        )
        for client in clients
        for ground, holdings in client_relations(world(), FACIL, client, NOW).items()
    ]  # fmt: skip
    before = preview(world(), [put(first), *(put(each) for each in delegations if each.packages)])
    entry = before.users.get(_AGENT.id)
    assert entry is not None
    edits = tuple(move_edits(before, OPERATOR, entry, second, NOW))
    after = preview(before, [put(second), *edits])
    for client in clients:
        had = frozenset(p for each in delegations_for(before, _AGENT.id, client) for p in each.packages)
        has = frozenset(p for each in delegations_for(after, _AGENT.id, client) for p in each.packages)
        numbers = {each.generation for each in delegations_for(after, _AGENT.id, client)}
        whole = bool(had) and had >= carried(client) & old
        if whole and not new - old <= carried(client):
            assert (has, numbers) == (had, {1}), "it waits, untouched"
        elif whole:
            assert has == carried(client) & new
            assert numbers <= {2}
        else:
            assert has == had & new
            assert numbers <= {2}
    again = after.users.get(_AGENT.id)
    assert again is not None
    assert tuple(move_edits(after, OPERATOR, again, second, NOW)) == (), "twice is as once"
