"""Worlds built by the commands themselves, in any order: what must hold after every one of them.

Source of the invariants: pdp-and-tokens §11 (I1 to I3) and §12.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.caller import OPERATOR, Caller
from core.domain.client_relations import client_relations, packages_of
from core.domain.decision import Question, Subject, SubjectKind, decide
from core.domain.identifiers import PartyId, ServiceId
from core.domain.new_records import ClientWish
from core.domain.vocabulary import ANY_ACTION, OWN_ORGANISATION, RIGHTHOLDER, Right
from core.errors import GatewayError
from core.services.agent_delegations import delegate_to_agent, withdraw_from_agent
from core.services.agents import remove_agent
from core.services.clients import add_client, remove_client
from core.services.connections import connect, disconnect
from core.services.own_organisation import connect_own_organisation, disconnect_own_organisation
from core.services.package_delegations import give_package, withdraw_package
from core.services.register import end_register_role, record_register_role
from core.services.right_delegations import give_rights, replace_rights, withdraw_rights
from core.store.keeping import Kept
from tests.core.systems.world import (
    A06,
    A07,
    A08,
    BRANCH_U,
    CLIENT_BOSS,
    CLIENT_R,
    CLIENT_U,
    FACIL,
    FACIL_MANAGER,
    MVA,
    NOW,
    PAYROLL,
    SALARY,
    SIGNING,
    TAX,
    VAT,
    House,
    person,
    regn,
)

SERVICES = (A06, A07, A08, MVA)
ACTIONS = ("read", "write")
BOSSES = {CLIENT_U: CLIENT_BOSS, CLIENT_R: person("registered-manager")}
PARTIES = (CLIENT_U, CLIENT_R, BRANCH_U, FACIL)
EVERY_RIGHT = tuple(Right(service, action) for service in SERVICES for action in ACTIONS)

Permits = frozenset[tuple[str, str, Right]]


class Step(NamedTuple):
    """One command: what it does to Permits (1 only more, -1 only fewer, 0 both), and how it is run."""

    name: str
    effect: int
    client: PartyId
    package: str
    service: ServiceId
    actions: tuple[str, ...]
    agent: int
    role: str


def steps() -> st.SearchStrategy[Step]:
    """Any command on any of the small world's parties."""
    kinds = {
        1: "connect give give-rights add delegate delegate-rights delegate-resource regn self",
        -1: "take take-rights disconnect remove withdraw withdraw-rights leave regn-ends self-ends",
        0: "replace-rights",
    }
    named = [(name, effect) for effect, names in kinds.items() for name in names.split()]
    return st.builds(
        lambda kind, *rest: Step(*kind, *rest),
        st.sampled_from(named),
        st.sampled_from((CLIENT_U, CLIENT_R)),
        st.sampled_from((VAT, TAX, SALARY, SIGNING, PAYROLL)),
        st.sampled_from(SERVICES),
        st.sampled_from((("read",), ("write",), ACTIONS)),
        st.integers(0, 2),
        st.sampled_from((RIGHTHOLDER, "REGN")),
    )


def run(house: House, agents: list[str], step: Step) -> None:
    """Run the command as whoever may; a refusal changes nothing."""
    store, boss, agent = house.store, BOSSES[step.client], agents[step.agent]
    wish = ClientWish(step.role, (step.package,))
    rights = ClientWish(step.role, rights=tuple(Right(step.service, action) for action in step.actions))
    whole = ClientWish(step.role, resources=(step.service,))
    place: tuple[PartyId, PartyId, str] = (FACIL, step.client, agent)
    pair: tuple[Caller, PartyId, PartyId] = (boss, step.client, FACIL)
    commands: dict[str, Callable[[], object]] = {
        "connect": lambda: connect(store, *pair),
        "disconnect": lambda: disconnect(store, boss, step.client, step.client, FACIL, cascade=True),
        "give": lambda: give_package(store, *pair, step.package, connected_only=step.agent == 0),
        "take": lambda: withdraw_package(store, *pair, step.package),
        "give-rights": lambda: give_rights(store, *pair, step.service, step.actions),
        "take-rights": lambda: withdraw_rights(store, *pair, step.service, step.actions),
        "replace-rights": lambda: replace_rights(store, *pair, step.service, step.actions),
        "add": lambda: add_client(store, FACIL_MANAGER, agent, step.client),
        "remove": lambda: remove_client(store, FACIL_MANAGER, agent, step.client),
        "delegate": lambda: delegate_to_agent(store, FACIL_MANAGER, *place, (wish,)),
        "delegate-rights": lambda: delegate_to_agent(store, FACIL_MANAGER, *place, (rights,)),
        "delegate-resource": lambda: delegate_to_agent(store, FACIL_MANAGER, *place, (whole,)),
        "withdraw": lambda: withdraw_from_agent(store, FACIL_MANAGER, *place, (wish,)),
        "withdraw-rights": lambda: withdraw_from_agent(store, FACIL_MANAGER, *place, (rights,)),
        "leave": lambda: remove_agent(store, FACIL_MANAGER, FACIL, agent, cascade=True),
        "regn": lambda: record_register_role(store, OPERATOR, regn(step.client)),
        "regn-ends": lambda: end_register_role(store, OPERATOR, f"regn-{step.client}"),
        "self": lambda: connect_own_organisation(store, FACIL_MANAGER, FACIL, FACIL, agent),
        "self-ends": lambda: disconnect_own_organisation(store, FACIL_MANAGER, FACIL, FACIL, agent),
    }
    before = house.now.sequence
    try:
        commands[step.name]()
    except GatewayError:
        assert house.now.sequence == before


def permits(house: House, agents: list[str]) -> Permits:
    """Everything that is permitted."""
    return frozenset(
        (agent, party, right)
        for agent in agents
        for party in PARTIES
        for right in EVERY_RIGHT
        if house.decision(agent, right.service, right.action, party).permitted
    )


@dataclass(frozen=True)
class Prepared:
    """The house with its agents, and how it was before any command."""

    house: House
    agents: list[str]
    kept: Kept


@pytest.fixture
def prepared(house: House) -> Prepared:
    """One house for every example; each begins where this left it."""
    agents = _agents(house)
    for package in (VAT, TAX, SALARY):
        give_package(house.store, CLIENT_BOSS, CLIENT_U, FACIL, package)
    give_rights(house.store, CLIENT_BOSS, CLIENT_U, FACIL, A06, ("read",))
    add_client(house.store, FACIL_MANAGER, agents[2], CLIENT_U)
    for client, role, packages in ((CLIENT_U, RIGHTHOLDER, (TAX, SALARY)), (CLIENT_R, "REGN", (SIGNING, PAYROLL))):
        delegate_to_agent(house.store, FACIL_MANAGER, FACIL, client, agents[0], (ClientWish(role, packages),))
    for client, role in ((CLIENT_U, RIGHTHOLDER), (CLIENT_R, "REGN")):
        wish = ClientWish(role, rights=(Right(A06, "read"),))
        delegate_to_agent(house.store, FACIL_MANAGER, FACIL, client, agents[1], (wish,))
    assert len(permits(house, agents)) > 20
    return Prepared(house, agents, house.store.keep())


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(steps(), min_size=3, max_size=12))
def test_every_command_keeps_the_invariants(prepared: Prepared, script: list[Step]) -> None:
    """I1, I2, and I3: a grant more never takes a Permit away, one less never makes one. And nothing dead is left."""
    house, agents = prepared.house, prepared.agents
    house.store.return_to(prepared.kept)
    before = permits(house, agents)
    for step in script:
        run(house, agents, step)
        after = permits(house, agents)
        assert step.effect < 1 or before <= after, step
        assert step.effect > -1 or after <= before, step
        for agent, party, right in after - before:
            _check_one(house, agent, party, right)
        assert list(_dead(house)) == [], step
        before = after
    for agent, party, right in before:
        _check_one(house, agent, party, right)


def _agents(house: House) -> list[str]:
    """A wide agent, one narrowed to single rights, and one whose packages could be its owner's."""
    narrow = (Right(A06, "read"), Right(A07, "read"), Right(MVA, "write"))
    return [
        house.agent(VAT, TAX, SALARY, SIGNING, PAYROLL, ref="wide").id,
        house.agent(rights=narrow, ref="narrow").id,
        house.agent(SALARY, VAT, ref="assignable").id,
    ]


def _check_one(house: House, agent: str, party: str, right: Right) -> None:
    snapshot = house.now
    entry = snapshot.users.get(agent)
    assert entry is not None
    # I1: what the owner holds for the party now, or its own.
    owner = Question(Subject(SubjectKind.ORGANISATION, entry.user.owner), party, right, NOW)
    assert party == entry.user.owner or decide(snapshot, owner).permitted, (agent, party, right)
    # I2: within what was approved.
    policy = snapshot.catalogue.policies[right]
    ceiling = entry.latest
    assert policy.packages & ceiling.packages or {right, Right(right.service, ANY_ACTION)} & ceiling.rights


def _dead(house: House) -> Iterator[object]:
    """Delegations of what is not held any longer: giving anew would revive them."""
    snapshot = house.now
    for party in (CLIENT_U, CLIENT_R):
        file = snapshot.files.get(party)
        for each in file.delegations if file is not None else ():
            held = client_relations(snapshot, FACIL, party, NOW).get(each.ground, ())
            if each.ground != OWN_ORGANISATION and not (held and each.packages <= packages_of(held)):
                yield each
