"""A synthetic world of any size. The same size and seed always give the same world.

Every party's facts are a function of its number, so that questions can be made about a world of a
million delegations without holding it. Of a hundred parties two are providers (accountants and
auditors), twenty are persons, eight are sub-units and seventy are their clients; all delegations are
given by clients, on the average `DELEGATIONS_PER_PARTY` for each party of the world.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from itertools import islice
from random import Random
from typing import NamedTuple

from benchmarks.words import ACTIONS, CARRIED, LEGACY_ROLES, PACKAGES, PROVIDER_ROLES, RESOURCES, vocabulary
from core import (
    RIGHTHOLDER,
    ClientDelegation,
    EnterpriseSystem,
    Fact,
    Generation,
    PackageDelegation,
    Party,
    PartyId,
    PartyKind,
    RegisterRole,
    Right,
    RightDelegation,
    RoleGrant,
    ServiceId,
    System,
    SystemUser,
    SystemUserKind,
    organisation_check_digit,
    person_check_digits,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_LONG_AGO = NOW - timedelta(days=900)
_ENDED = NOW - timedelta(days=30)

DELEGATIONS_PER_PARTY = 10
AGENTS_PER_PROVIDER = 3
SUBMISSION_ROLE = "systeminnsendingsrettighet"
_SYSTEMS = 20
_CLIENTS_AT_A_TIME = 1_000
_GIVEN_BY = "benchmark"
_NO_RIGHTS: frozenset[Right] = frozenset()
_NO_SERVICES: frozenset[ServiceId] = frozenset()


class Times(NamedTuple):
    """From when to when a grant holds."""

    valid_from: datetime | None
    valid_to: datetime | None


_ALWAYS = Times(None, None)
_SINCE = Times(_LONG_AGO, None)
_OVER = Times(_LONG_AGO, _ENDED)


class Relation(NamedTuple):
    """A client's tie to one of its providers: the ground, and the packages held through it."""

    provider: int
    ground: str
    packages: tuple[str, ...]


class ClientFacts(NamedTuple):
    """Everything that one client has and has given."""

    register: list[RegisterRole]
    users: list[SystemUser]
    generations: list[Generation]
    roles: list[RoleGrant]
    packages: list[PackageDelegation]
    rights: list[RightDelegation]
    clients: list[ClientDelegation]


class World:
    """The world of ``parties`` parties made from ``seed``."""

    def __init__(self, parties: int, seed: int = 1) -> None:
        self.parties = parties
        self.seed = seed
        self.providers = max(4, parties * 2 // 100)
        self.persons = parties * 20 // 100
        self.sub_units = parties * 8 // 100
        self.clients = parties - self.providers - self.persons - self.sub_units
        # At a scale of one a client gives 14.3 things on the average: the sum of the means in `client_facts`.
        self._scale = DELEGATIONS_PER_PARTY * parties / self.clients / 14.3

    def facts(self) -> Iterator[Fact]:
        """Every fact, a thousand clients at a time and of these kind by kind."""
        yield from vocabulary()
        yield from self._parties()
        yield from self._systems()
        yield from self._agents()
        for first in range(0, self.clients, _CLIENTS_AT_A_TIME):
            numbers = range(first, min(first + _CLIENTS_AT_A_TIME, self.clients))
            some = [self.client_facts(number) for number in numbers]
            for kind in ClientFacts._fields:
                for facts in some:
                    yield from getattr(facts, kind)

    # -- who is there -------------------------------------------------------------------------

    def provider_id(self, number: int) -> PartyId:
        """Party id of a provider."""
        return PartyId(self._uuid("provider", number))

    def client_id(self, number: int) -> PartyId:
        """Party id of a client."""
        return PartyId(self._uuid("client", number))

    def person_id(self, number: int) -> PartyId:
        """Party id of a person."""
        return PartyId(self._uuid("person", number))

    def sub_unit_id(self, number: int) -> PartyId:
        """Party id of a sub-unit; it belongs to the client of the same number."""
        return PartyId(self._uuid("sub-unit", number))

    def agent_id(self, provider: int, number: int) -> str:
        """Id of one of a provider's agent system users."""
        return self._uuid("agent", provider * AGENTS_PER_PROVIDER + number)

    def standard_user_id(self, client: int) -> str:
        """Id of a client's own standard system user."""
        return self._uuid("standard", client)

    def enterprise_system_id(self, provider: int) -> int:
        """Number of a provider's enterprise system of the old world."""
        return 1_000 + provider

    def agent_packages(self, provider: int, number: int) -> tuple[str, ...]:
        """The ceiling of an agent system user: what the register roles carry, and some more."""
        extra = self._random("ceiling", provider * AGENTS_PER_PROVIDER + number).sample(PACKAGES[18:], 8)
        return (*PACKAGES[:18], *extra)

    def _parties(self) -> Iterator[Party]:
        numbers = iter(self._numbers)
        for number in range(self.providers):
            name = f"Syntetisk Regnskap {number} AS"
            identity = self.provider_id(number)
            yield Party(identity, PartyKind.ORGANISATION, next(numbers), name, 50_000_000 + number, "AS")
        for number in range(self.clients):
            form = "ENK" if self._is_sole(number) else "AS"
            name = f"Syntetisk Klient {number} {form}"
            yield Party(self.client_id(number), PartyKind.ORGANISATION, next(numbers), name, 51_000_000 + number, form)
        for number in range(self.sub_units):
            identity, name = self.sub_unit_id(number), f"Syntetisk Avdeling {number}"
            owner = self.client_id(number)
            yield Party(identity, PartyKind.SUB_UNIT, next(numbers), name, 52_000_000 + number, "BEDR", owner)
        for number, identity_number in zip(range(self.persons), _person_numbers(), strict=False):
            name = f"Syntetisk Person {number}"
            yield Party(self.person_id(number), PartyKind.PERSON, identity_number, name, 53_000_000 + number)

    def _systems(self) -> Iterator[Fact]:
        for provider in range(self.providers):
            owner = self.provider_id(provider)
            yield EnterpriseSystem(self.enterprise_system_id(provider), owner, f"Sluttbrukersystem {provider}", "-")
        for number in range(_SYSTEMS):
            name = {"nb": f"System {number}"}
            yield System(
                self._system(number), self._uuid("system", number), "310000000", name, name, (), PACKAGES,
                (f"client-{number}",), (), True, False, NOW,
            )  # fmt: skip

    def _agents(self) -> Iterator[Fact]:
        for provider in range(self.providers):
            for number in range(AGENTS_PER_PROVIDER):
                identity, reference = self.agent_id(provider, number), f"agent-{number}"
                owner, system = self.provider_id(provider), self._system(provider + number)
                yield SystemUser(identity, SystemUserKind.AGENT, system, owner, reference, "Agent", NOW)
                packages = frozenset(self.agent_packages(provider, number))
                yield Generation(identity, 1, packages, _NO_RIGHTS, NOW)

    # -- what a client has given --------------------------------------------------------------

    def client_facts(self, client: int) -> ClientFacts:
        """The facts of one client: its register roles and about fourteen delegations."""
        random = self._random("facts", client)
        party = self.client_id(client)
        facts = ClientFacts([], [], [], [], [], [], [])
        manager = "INNH" if self._is_sole(client) else "DAGL"
        facts.register.append(
            RegisterRole(_grant_id(random), party, self.person_id(random.randrange(self.persons)), manager)
        )
        relations = self._by_register(client, random, facts)
        relations += self._by_hand(client, random, facts)
        self._own_user(client, random, facts)
        self._single_rights_and_roles(client, random, facts)
        for _ in range(self._times(random, 6.0)):
            self._on_agent(client, random.choice(relations), random, facts)
        return facts

    def _by_register(self, client: int, random: Random, facts: ClientFacts) -> list[Relation]:
        relations = []
        for ground in PROVIDER_ROLES[: 1 + (random.random() < 0.3)]:
            provider = random.randrange(self.providers)
            facts.register.append(
                RegisterRole(_grant_id(random), self.client_id(client), self.provider_id(provider), ground)
            )
            relations.append(Relation(provider, ground, CARRIED[ground]))
        return relations

    def _by_hand(self, client: int, random: Random, facts: ClientFacts) -> list[Relation]:
        provider = random.randrange(self.providers)
        given = random.sample(PACKAGES[:18], self._times(random, 2.3))
        for package in given:
            facts.packages.append(
                PackageDelegation(
                    _grant_id(random), self.client_id(client), self.provider_id(provider), package, _GIVEN_BY
                )
            )
        return [Relation(provider, RIGHTHOLDER, tuple(given))] if given else []

    def _own_user(self, client: int, random: Random, facts: ClientFacts) -> None:
        giver, user = self.client_id(client), self.standard_user_id(client)
        packages = random.sample(PACKAGES, self._times(random, 2.0))
        ceiling: set[Right] = set()
        for package in packages:
            times = self._when(random)
            facts.packages.append(PackageDelegation(_grant_id(random), giver, user, package, _GIVEN_BY, *times))
        for resource in random.sample(RESOURCES, self._times(random, 2.0)):
            actions = _some_actions(random)
            ceiling.update(Right(resource, action) for action in actions)
            facts.rights.append(RightDelegation(_grant_id(random), giver, user, resource, actions, _GIVEN_BY))
        kind, system = SystemUserKind.STANDARD, self._system(client)
        facts.users.append(SystemUser(user, kind, system, giver, "own", "Standard", NOW))
        facts.generations.append(Generation(user, 1, frozenset(packages), frozenset(ceiling), NOW))

    def _single_rights_and_roles(self, client: int, random: Random, facts: ClientFacts) -> None:
        giver = self.client_id(client)
        for resource in random.sample(RESOURCES, self._times(random, 1.0)):
            provider = self.provider_id(random.randrange(self.providers))
            facts.rights.append(
                RightDelegation(_grant_id(random), giver, provider, resource, _some_actions(random), _GIVEN_BY)
            )
        for _ in range(self._times(random, 0.6)):
            provider = self.provider_id(random.randrange(self.providers))
            facts.roles.append(RoleGrant(_grant_id(random), giver, provider, SUBMISSION_ROLE, _GIVEN_BY))
        for role in random.sample(LEGACY_ROLES, self._times(random, 0.4)):
            person = self.person_id(random.randrange(self.persons))
            facts.roles.append(RoleGrant(_grant_id(random), giver, person, role, _GIVEN_BY, *self._when(random)))

    def _on_agent(self, client: int, relation: Relation, random: Random, facts: ClientFacts) -> None:
        agent = random.randrange(AGENTS_PER_PROVIDER)
        packages = frozenset(random.sample(relation.packages, min(len(relation.packages), random.randint(1, 4))))
        facts.clients.append(
            ClientDelegation(
                _grant_id(random), self.agent_id(relation.provider, agent), 1, self.provider_id(relation.provider),
                self.client_id(client), relation.ground, packages, _NO_SERVICES, _NO_RIGHTS, _GIVEN_BY,
                *self._when(random),
            )
        )  # fmt: skip

    # -- helpers ------------------------------------------------------------------------------

    @cached_property
    def system_of_provider(self) -> dict[str, int]:
        """The enterprise system's number by its owner's party id."""
        return {self.provider_id(number): self.enterprise_system_id(number) for number in range(self.providers)}

    @cached_property
    def _numbers(self) -> list[str]:
        return list(islice(_organisation_numbers(), self.providers + self.clients + self.sub_units))

    def _times(self, random: Random, mean: float) -> int:
        """A whole number around ``mean``, spread from nothing to twice as much."""
        return round(random.random() * 2 * mean * self._scale)

    def _when(self, random: Random) -> Times:
        """Nine of ten always, most of the rest since some time ago, one of a hundred over."""
        drawn = random.random()
        return _ALWAYS if drawn < 0.90 else _SINCE if drawn < 0.99 else _OVER

    def _is_sole(self, client: int) -> bool:
        return client % 5 == 4

    def _system(self, number: int) -> str:
        return f"310000000_system_{number % _SYSTEMS}"

    def _uuid(self, kind: str, number: int) -> str:
        text = blake2b(f"{self.seed}/{kind}/{number}".encode(), digest_size=16).hexdigest()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"

    def _random(self, kind: str, number: int) -> Random:
        digest = blake2b(f"{self.seed}/{kind}/{number}".encode(), digest_size=8).digest()
        return Random(int.from_bytes(digest))


def _grant_id(random: Random) -> str:
    text = f"{random.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"


def _some_actions(random: Random) -> frozenset[str]:
    return frozenset(random.sample(ACTIONS, random.randint(1, len(ACTIONS))))


def _organisation_numbers() -> Iterator[str]:
    """Valid numbers from the two series that test populations use."""
    for series in (310, 313):
        for rest in range(100_000):
            eight = f"{series}{rest:05}"
            digit = organisation_check_digit(eight)
            if digit is not None:
                yield f"{eight}{digit}"


def _person_numbers() -> Iterator[str]:
    """Valid numbers from the synthetic series (80 added to the month)."""
    for year in range(40, 100):
        for month in range(81, 93):
            for individual in range(500):
                nine = f"01{month:02}{year:02}{individual:03}"
                digits = person_check_digits(nine)
                if digits is not None:
                    yield f"{nine}{digits}"
