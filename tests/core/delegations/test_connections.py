"""Connections and agents: the commands themselves. Source: pdp-and-tokens §14.3 and §14.6."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain.connections import agents_of, connection, connections_from, connections_to, is_connected
from core.domain.decision import Question, Reason, Subject, SubjectKind, decide
from core.domain.delegation import AGENT, ClientDelegation
from core.domain.fold import build_snapshot
from core.domain.identifiers import PartyId
from core.domain.new_records import ClientWish
from core.domain.vocabulary import RIGHTHOLDER, Right
from core.errors import ErrorCode, GatewayError
from core.services.agent_delegations import delegate_to_agent, give_up_client
from core.services.agents import add_agent, leave_provider, remove_agent
from core.services.client_lists import list_agents, own_clients, own_providers
from core.services.connections import connect, disconnect, person_named
from core.services.package_delegations import give_package, withdraw_package
from core.services.system_users import remove_system_user
from tests.core.systems.world import (
    CLIENT_BOSS,
    CLIENT_R,
    CLIENT_U,
    FACIL,
    FACIL_MANAGER,
    MVA,
    NOW,
    SIGNING,
    STRANGER,
    VAT,
    House,
    person,
)

EMPLOYEE = PartyId("outsider")


def refused(call: Any, *arguments: Any, **named: Any) -> ErrorCode:
    with pytest.raises(GatewayError) as raised:
        call(*arguments, **named)
    return raised.value.code


def permitted(house: House, subject: str, party: str, kind: SubjectKind = SubjectKind.PERSON) -> tuple[bool, Reason]:
    decision = decide(house.now, Question(Subject(kind, subject), party, Right(MVA, "write"), NOW))
    return decision.permitted, decision.reasons[0]


def test_a_connection_gives_nothing_and_is_needed_where_it_is_asked_for(house: House) -> None:
    store = house.store
    wanted = (store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    assert refused(give_package, *wanted, connected_only=True) is ErrorCode.NOT_CONNECTED
    made = connect(store, CLIENT_BOSS, CLIENT_U, FACIL)
    assert connect(store, CLIENT_BOSS, CLIENT_U, FACIL) == made
    assert connection(house.now, CLIENT_U, FACIL) == made
    assert permitted(house, FACIL, CLIENT_U, SubjectKind.ORGANISATION)[0] is False
    give_package(*wanted, connected_only=True)
    assert permitted(house, FACIL, CLIENT_U, SubjectKind.ORGANISATION)[0] is True
    # Taking the package back leaves the connection.
    withdraw_package(*wanted)
    assert is_connected(house.now, CLIENT_U, FACIL, NOW)


def test_what_was_given_is_a_connection_without_a_row(house: House) -> None:
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    assert connection(house.now, CLIENT_U, FACIL) is None
    (sent,) = [each for each in connections_from(house.now, CLIENT_U, NOW) if each.receiver.id == FACIL]
    assert (sent.roles, sent.packages) == ((RIGHTHOLDER,), (VAT,))
    received = {each.giver.id: each.roles for each in connections_to(house.now, FACIL, NOW)}
    assert received[CLIENT_U] == (RIGHTHOLDER,)
    assert received[CLIENT_R] == ("REGN",)
    ended = (house.store, CLIENT_BOSS, CLIENT_U, CLIENT_U, FACIL)
    assert refused(disconnect, *ended, cascade=False) is ErrorCode.CONNECTION_IN_USE
    disconnect(*ended, cascade=True)
    assert not is_connected(house.now, CLIENT_U, FACIL, NOW)


def test_the_end_of_a_connection_leaves_no_client_delegation(house: House) -> None:
    user = house.agent(VAT)
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    wish = ClientWish(RIGHTHOLDER, (VAT,))
    delegate_to_agent(house.store, FACIL_MANAGER, FACIL, CLIENT_U, user.id, (wish,))
    # The receiver gives it up as well as the giver takes it back.
    edits = disconnect(house.store, FACIL_MANAGER, FACIL, CLIENT_U, FACIL, cascade=True)
    assert any(isinstance(edit.fact, ClientDelegation) for edit in edits)
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    assert not house.decision(user, MVA, "write", CLIENT_U).permitted


def test_changes_one_by_one_make_what_all_facts_at_once_make(house: House) -> None:
    connect(house.store, CLIENT_BOSS, CLIENT_U, FACIL)
    connect(house.store, CLIENT_BOSS, CLIENT_U, STRANGER)
    add_agent(house.store, FACIL_MANAGER, FACIL, EMPLOYEE, introduced=True)
    disconnect(house.store, CLIENT_BOSS, CLIENT_U, CLIENT_U, STRANGER, cascade=False)
    now = house.now
    again = build_snapshot(house.store.facts(), sequence=now.sequence, terms=now.terms)
    assert set(now.connections) == {CLIENT_U, FACIL}
    assert {each: again.connections.get(each) for each in again.connections} == {
        each: now.connections.get(each) for each in now.connections
    }
    assert [again.connected_to.get(each) for each in (FACIL, STRANGER, EMPLOYEE)] == [
        now.connected_to.get(each) for each in (FACIL, STRANGER, EMPLOYEE)
    ]
    assert now.connected_to.get(STRANGER) is None


def test_nobody_else_ends_a_connection(house: House) -> None:
    connect(house.store, CLIENT_BOSS, CLIENT_U, FACIL)
    stranger = person("stranger-manager")
    ended = (CLIENT_U, FACIL)
    assert (
        refused(disconnect, house.store, stranger, CLIENT_U, *ended, cascade=True) is ErrorCode.MISSING_ADMINISTRATION
    )
    assert refused(disconnect, house.store, stranger, STRANGER, *ended, cascade=True) is ErrorCode.NOT_THE_CALLERS


def test_an_employee_acts_as_an_agent_while_it_is_one(house: House) -> None:
    store, wish = house.store, ClientWish("REGN", (SIGNING,))
    place = (store, FACIL_MANAGER, FACIL, CLIENT_R, EMPLOYEE, (wish,))
    assert refused(delegate_to_agent, *place) is ErrorCode.NOT_CONNECTED
    assert refused(add_agent, store, FACIL_MANAGER, FACIL, EMPLOYEE) is ErrorCode.NOT_CONNECTED
    add_agent(store, FACIL_MANAGER, FACIL, EMPLOYEE, introduced=True)
    (outcome,) = delegate_to_agent(*place)
    assert outcome.changed
    assert permitted(house, EMPLOYEE, CLIENT_R) == (True, Reason.PACKAGE_ACCESS)
    assert permitted(house, EMPLOYEE, CLIENT_U)[0] is False
    me = person(EMPLOYEE)
    assert [each.holder for each in own_clients(house.now, me, NOW)[FACIL]] == [CLIENT_R]
    assert [each.holder for each in own_providers(house.now, me, NOW)] == [FACIL]
    assert refused(remove_agent, store, FACIL_MANAGER, FACIL, EMPLOYEE, cascade=False) is ErrorCode.DELEGATION_IN_USE
    give_up_client(store, me, FACIL, CLIENT_R, (wish,))
    assert permitted(house, EMPLOYEE, CLIENT_R)[0] is False
    delegate_to_agent(*place)
    leave_provider(store, me, FACIL)
    assert permitted(house, EMPLOYEE, CLIENT_R)[0] is False
    assert agents_of(house.now, FACIL) == {}


def test_what_an_employee_has_dies_with_its_ground(house: House) -> None:
    add_agent(house.store, FACIL_MANAGER, FACIL, EMPLOYEE, introduced=True)
    give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    wish = ClientWish(RIGHTHOLDER, (VAT,))
    delegate_to_agent(house.store, FACIL_MANAGER, FACIL, CLIENT_U, EMPLOYEE, (wish,))
    assert permitted(house, EMPLOYEE, CLIENT_U)[0] is True
    withdraw_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, VAT)
    assert permitted(house, EMPLOYEE, CLIENT_U)[0] is False


def test_an_agent_system_user_takes_its_relation_with_it(house: House) -> None:
    user = house.agent(SIGNING)
    add_agent(house.store, FACIL_MANAGER, FACIL, user.id)
    assert [each.holder for each in list_agents(house.now, FACIL_MANAGER, FACIL, NOW)] == [user.id]
    assert connection(house.now, FACIL, user.id, AGENT) is not None
    remove_system_user(house.store, FACIL_MANAGER, FACIL, user.id)
    assert agents_of(house.now, FACIL) == {}


def test_a_person_is_found_by_number_and_last_name(house: House) -> None:
    found = house.now.party(EMPLOYEE)
    assert found is not None
    last = found.name.rpartition(" ")[2]
    assert person_named(house.now, found.number, last.lower()) == found
    assert refused(person_named, house.now, found.number, "") is ErrorCode.PERSON_NOT_FOUND
    assert refused(person_named, house.now, found.number, "x") is ErrorCode.PERSON_NOT_FOUND
    assert refused(person_named, house.now, "01829010182", last) is ErrorCode.PERSON_NOT_FOUND
