"""What peers must be told: who holds what for whom, worked out plainly from the facts.

Written apart from the core on purpose, so that a peer's answers check the core's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from benchmarks.world import SUBMISSION_ROLE
from core import (
    PERSON_INHERITS_RULE,
    REGISTERED_CLIENT_RULE,
    RIGHTHOLDER,
    Accepts,
    Carriage,
    ClientDelegation,
    Conferral,
    EnterpriseSystem,
    Fact,
    PackageDelegation,
    Party,
    PolicyRule,
    Question,
    RegisterRole,
    RightDelegation,
    RoleGrant,
    RuleRow,
    Service,
    ServiceKind,
    SubjectKind,
)

Pair = tuple[str, str]


class Closure(NamedTuple):
    """``held``: (subject, party) → what is held; ``opened_by``: a right, package or role → what brings it."""

    held: dict[Pair, set[str]]
    opened_by: dict[str, set[str]]
    owners: dict[int, str]


class PlainQuestion(NamedTuple):
    """A question in words that any engine knows."""

    subject: str
    party: str
    right: str


def close(facts: Iterable[Fact], at: datetime) -> Closure:
    """Everything held at ``at``. Client delegations count as far as the provider's ground still carries them."""
    closer = _Closer(at)
    for fact in facts:
        closer.take(fact)
    return closer.finish()


def plain(question: Question, owners: dict[int, str]) -> PlainQuestion:
    """The question with an enterprise system replaced by its owner, which is who holds anything."""
    kind, identity = question.subject.kind, question.subject.id
    subject = owners[int(identity)] if kind is SubjectKind.ENTERPRISE_SYSTEM else str(identity)
    return PlainQuestion(subject, question.party, _right(*question.right))


class _Closer:
    def __init__(self, at: datetime) -> None:
        self._at = at
        self._parties: dict[str, Party] = {}
        self._rules: dict[str, frozenset[str]] = {}
        self._carried: dict[str, set[str]] = defaultdict(set)
        self._opened_by: dict[str, set[str]] = defaultdict(set)
        self._forms: list[str] = []
        self._owners: dict[int, str] = {}
        # (holder, party) → ground → what is held through it
        self._grounds: dict[Pair, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._delegations: list[ClientDelegation] = []

    def take(self, fact: Fact) -> None:
        if isinstance(fact, Party):
            self._parties[fact.id] = fact
        elif isinstance(fact, RuleRow):
            self._rules[fact.code] = fact.roles if fact.enabled else frozenset()
        elif isinstance(fact, EnterpriseSystem):
            self._owners[fact.id] = fact.owner
        elif isinstance(fact, (RegisterRole, RoleGrant, PackageDelegation, RightDelegation, ClientDelegation)):
            if (fact.valid_from is None or fact.valid_from <= self._at) and (
                fact.valid_to is None or self._at < fact.valid_to
            ):
                self._grant(fact)
        else:
            self._word(fact)

    def _word(self, fact: Fact) -> None:
        if isinstance(fact, Carriage) and fact.has_access:
            self._carried[fact.role].add(fact.package)
            self._opened_by[fact.package].add(_role(fact.role))
        elif isinstance(fact, Conferral):
            self._opened_by[_role(fact.role)].add(_role(fact.conferred_by))
        elif isinstance(fact, PolicyRule):
            code = fact.code if fact.accepts is Accepts.PACKAGE else _role(fact.code)
            self._opened_by[_right(fact.service, fact.action)].add(code)
        elif isinstance(fact, Service) and fact.kind is ServiceKind.FORM:
            self._forms.append(fact.id)

    def _grant(self, fact: Fact) -> None:
        if isinstance(fact, RegisterRole):
            self._grounds[fact.holder, fact.party][fact.role].add(_role(fact.role))
        elif isinstance(fact, RoleGrant):
            self._grounds[fact.receiver, fact.reportee][RIGHTHOLDER].add(_role(fact.role))
        elif isinstance(fact, PackageDelegation):
            self._grounds[fact.receiver, fact.giver][RIGHTHOLDER].add(fact.package)
        elif isinstance(fact, RightDelegation):
            rights = (_right(fact.service, action) for action in fact.actions)
            self._grounds[fact.receiver, fact.giver][RIGHTHOLDER].update(rights)
        elif isinstance(fact, ClientDelegation):
            self._delegations.append(fact)

    def finish(self) -> Closure:
        accepted = {_role(SUBMISSION_ROLE), *map(_role, self._rules[REGISTERED_CLIENT_RULE])}
        for form in self._forms:
            self._opened_by[_right(form, "write")] = accepted
        for delegation in self._delegations:
            held = self._grounds.get((delegation.provider, delegation.client), {}).get(delegation.ground, set())
            usable = delegation.packages & (held | self._carried.get(delegation.ground, set()) if held else set())
            self._grounds[delegation.system_user, delegation.client][delegation.ground].update(usable)
        return Closure(self._flow(), self._opened_by, self._owners)

    def _flow(self) -> dict[Pair, set[str]]:
        """What reaches sub-units (everything) and sole proprietors (the relations of the rule)."""
        units: dict[str, list[str]] = defaultdict(list)
        for party in self._parties.values():
            if party.main_unit is not None:
                units[party.main_unit].append(party.id)
        proprietors = self._proprietors()
        found: dict[Pair, set[str]] = defaultdict(set)
        for (subject, party_id), grounds in self._grounds.items():
            for ground, what in grounds.items():
                to_owner = proprietors.get(party_id, ()) if ground in self._rules[PERSON_INHERITS_RULE] else ()
                for reached in (party_id, *units.get(party_id, ()), *to_owner):
                    found[subject, reached] |= what
        return found

    def _proprietors(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for (holder, party_id), grounds in self._grounds.items():
            if "INNH" in grounds and self._parties[party_id].form == "ENK":
                found[party_id].append(holder)
        return found


def _role(code: str) -> str:
    return f"role:{code}"


def _right(service: str, action: str) -> str:
    return f"right:{service}/{action}"
