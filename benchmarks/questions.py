"""Random distinct questions about a synthetic world, each with the answer that is right by construction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from random import Random
from typing import NamedTuple, TypeVar

from benchmarks.words import FORMS, PACKAGES, PROVIDER_ROLES, vocabulary
from benchmarks.world import AGENTS_PER_PROVIDER, NOW, SUBMISSION_ROLE, World
from core import (
    Accepts,
    ClientDelegation,
    PolicyRule,
    Question,
    Right,
    Subject,
    SubjectKind,
)

S = TypeVar("S", bound=str)


class Asked(NamedTuple):
    """A question, what sort it is, and whether the answer must be yes."""

    sort: str
    question: Question
    permit: bool


SHARES = {"agent chain": 40, "single right": 20, "old world": 20, "denial": 20}
"""How many of a hundred questions are of each sort."""


class Asker:
    """Makes questions about one world."""

    def __init__(self, world: World, seed: int = 7) -> None:
        self._world = world
        self._random = Random(seed)
        self._packages_of: dict[Right, frozenset[str]] = _packages_by_right()
        self._rights_of = _rights_by_package(self._packages_of)
        self._rights = sorted(self._packages_of)
        self._sorts: dict[str, Callable[[], Question | None]] = {
            "agent chain": self._chain,
            "single right": self._single_right,
            "old world": self._old_world,
            "denial": self._denial,
        }

    def questions(self, count: int) -> list[Asked]:
        """That many distinct questions in random order, in the shares of `SHARES`."""
        found: list[Asked] = []
        seen: set[Question] = set()
        for sort, share in SHARES.items():
            wanted = len(found) + count * share // 100
            while len(found) < wanted:
                question = self._sorts[sort]()
                if question is not None and question not in seen:
                    seen.add(question)
                    found.append(Asked(sort, question, sort != "denial"))
        self._random.shuffle(found)
        return found

    # -- yes ----------------------------------------------------------------------------------

    def _chain(self) -> Question | None:
        client = self._client()
        live = [given for given in self._world.client_facts(client).clients if _is_live(given)]
        if not live:
            return None
        given = self._random.choice(live)
        package = self._random.choice(sorted(given.packages))
        right = self._random.choice(self._rights_of[package])
        return self._ask(SubjectKind.SYSTEM_USER, given.system_user, client, right)

    def _single_right(self) -> Question | None:
        client = self._client()
        given = self._random.choice(self._world.client_facts(client).rights or [None])
        if given is None:
            return None
        is_own = given.receiver == self._world.standard_user_id(client)
        kind = SubjectKind.SYSTEM_USER if is_own else SubjectKind.ORGANISATION
        right = Right(given.service, self._random.choice(sorted(given.actions)))
        return self._ask(kind, given.receiver, client, right)

    def _old_world(self) -> Question:
        client = self._client()
        system = self._random.choice(self._submitters(client))
        return self._ask(SubjectKind.ENTERPRISE_SYSTEM, system, client, self._form())

    # -- no -----------------------------------------------------------------------------------

    def _denial(self) -> Question | None:
        return self._random.choice((self._not_a_client, self._not_delegated, self._no_role, self._not_given))()

    def _not_a_client(self) -> Question | None:
        client, provider = self._client(), self._random.randrange(self._world.providers)
        user = self._world.agent_id(provider, self._random.randrange(AGENTS_PER_PROVIDER))
        if any(given.system_user == user for given in self._world.client_facts(client).clients):
            return None
        return self._ask(SubjectKind.SYSTEM_USER, user, client, self._random.choice(self._rights))

    def _not_delegated(self) -> Question | None:
        client = self._client()
        given = self._world.client_facts(client).clients
        if not given:
            return None
        user = self._random.choice(given).system_user
        delegated = {package for each in given if each.system_user == user for package in each.packages}
        right = self._random.choice(self._rights)
        if not self._packages_of[right].isdisjoint(delegated):
            return None
        return self._ask(SubjectKind.SYSTEM_USER, user, client, right)

    def _no_role(self) -> Question | None:
        client, provider = self._client(), self._random.randrange(self._world.providers)
        system = self._world.enterprise_system_id(provider)
        if system in self._submitters(client):
            return None
        return self._ask(SubjectKind.ENTERPRISE_SYSTEM, system, client, self._form())

    def _not_given(self) -> Question | None:
        client, right = self._client(), self._random.choice(self._rights)
        user = self._world.standard_user_id(client)
        facts = self._world.client_facts(client)
        packages = {given.package for given in facts.packages if given.receiver == user}
        rights = {(given.service, action) for given in facts.rights for action in given.actions}
        if right in rights or not self._packages_of[right].isdisjoint(packages):
            return None
        return self._ask(SubjectKind.SYSTEM_USER, user, client, right)

    # -- helpers ------------------------------------------------------------------------------

    def _client(self) -> int:
        return self._random.randrange(self._world.clients)

    def _form(self) -> Right:
        return Right(self._random.choice(FORMS), "write")

    def _submitters(self, client: int) -> list[int]:
        """The systems whose owners may submit for the client: registered with it, or given the role."""
        facts = self._world.client_facts(client)
        holders: set[str] = {role.holder for role in facts.register if role.role in PROVIDER_ROLES}
        holders |= {given.receiver for given in facts.roles if given.role == SUBMISSION_ROLE}
        return sorted(self._world.system_of_provider[holder] for holder in holders)

    def _ask(self, kind: SubjectKind, subject: str | int, client: int, right: Right) -> Question:
        """Where the client has a sub-unit, every other question is about that: what the client gave reaches it."""
        is_owner = kind is SubjectKind.SYSTEM_USER and subject == self._world.standard_user_id(client)
        party = self._world.client_id(client)
        if client < self._world.sub_units and not is_owner and self._random.random() < 0.5:
            party = self._world.sub_unit_id(client)
        return Question(Subject(kind, subject), party, right, NOW)


def as_parsed(question: Question) -> Question:
    """The same question in new objects, as a door hands it over: no text has its hash ready."""
    subject, party, right, at = question
    identity = _new(subject.id) if isinstance(subject.id, str) else subject.id
    return Question(Subject(subject.kind, identity), _new(party), Right(_new(right.service), _new(right.action)), at)


def shares_of(asked: Iterable[Asked]) -> dict[str, int]:
    """How many questions there are of each sort."""
    return dict(Counter(each.sort for each in asked))


def _new(text: S) -> S:
    copy: S = f"{text} "[:-1]  # type: ignore[assignment]
    return copy


def _is_live(given: ClientDelegation) -> bool:
    return bool(given.packages) and (given.valid_to is None or given.valid_to > NOW)


def _packages_by_right() -> dict[Right, frozenset[str]]:
    found: dict[Right, set[str]] = defaultdict(set)
    for row in vocabulary():
        if isinstance(row, PolicyRule) and row.accepts is Accepts.PACKAGE:
            found[Right(row.service, row.action)].add(row.code)
    return {right: frozenset(packages) for right, packages in found.items()}


def _rights_by_package(packages_of: dict[Right, frozenset[str]]) -> dict[str, list[Right]]:
    return {
        package: sorted(right for right, packages in packages_of.items() if package in packages) for package in PACKAGES
    }
