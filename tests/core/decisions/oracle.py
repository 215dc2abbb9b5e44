"""A second opinion: the rules of both worlds as plain loops over raw facts, sharing no code with the core's.

Slow and simple on purpose. It reads the records and nothing else of the core, so that a mistake in an
index, in the fold or in the catalogue cannot hide in it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from core.domain.delegation import ClientDelegation, PackageDelegation, RightDelegation, RoleGrant
from core.domain.party import Party, PartyKind, RegisterRole
from core.domain.system import EnterpriseSystem, EnterpriseUser, Generation, SystemState, SystemUser
from core.domain.system import System as RegisteredSystem
from core.domain.vocabulary import (
    Accepts,
    AccessListEntry,
    Carriage,
    Conferral,
    DecisionTerms,
    Nesting,
    PolicyRule,
    Role,
    RoleKind,
    RuleRow,
    Service,
    ServiceKind,
)

R = TypeVar("R")
PERMIT, DENY, NOT_APPLICABLE, INDETERMINATE = "Permit", "Deny", "NotApplicable", "Indeterminate"
ANSWER = {True: PERMIT, False: NOT_APPLICABLE}
TWO_YEARS = timedelta(days=730)


class Asker(Protocol):
    """Who asks: kind, id, and the person who logged on through a system."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str | int: ...
    @property
    def person(self) -> str | None: ...


class Asked(Protocol):
    """A question."""

    @property
    def subject(self) -> Asker: ...
    @property
    def party(self) -> str: ...
    @property
    def right(self) -> tuple[str, str]: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class Accepted:
    """What opens one right at one moment; ``form``: it is the sending of an old form."""

    form: bool
    roles: frozenset[str]
    packages: frozenset[str]
    right: tuple[str, str]
    level: int


@dataclass(frozen=True)
class Held:
    """What one fact gives its holder for a party at one moment."""

    holder: str
    giver: str | None
    ground: str
    roles: frozenset[str]
    packages: frozenset[str]
    rights: frozenset[tuple[str, str]]
    nests: bool

    def opens(self, accepted: Accepted) -> bool:
        """Whether it opens the right."""
        service, _ = accepted.right
        return bool(
            self.roles & accepted.roles
            or self.packages & accepted.packages
            or accepted.right in self.rights
            or (service, "*") in self.rights
        )


class Oracle:
    """Answers questions about one list of facts."""

    def __init__(self, facts: Iterable[object], terms: DecisionTerms) -> None:
        self._facts = list(facts)
        self._terms = terms
        self._held_at: dict[tuple[str, datetime], list[Held]] = {}

    def outcome(self, question: Asked) -> str:
        """The outcome of the question, as the wire spells it."""
        service_id, action = question.right
        service = next((each for each in self._all(Service) if each.id == service_id), None)
        if service is None:
            return INDETERMINATE
        rules = [each for each in self._all(PolicyRule) if (each.service, each.action) == (service_id, action)]
        form = service.kind is ServiceKind.FORM and action == "write"
        if not (rules or form) or not _now(service, question.at):
            return NOT_APPLICABLE
        accepted = self._accepted(question, rules, service)
        answer = self._answer(question, accepted)
        return self._after_list(question, service) if answer == PERMIT else answer

    def _all(self, kind: type[R]) -> Iterator[R]:
        return (fact for fact in self._facts if isinstance(fact, kind))

    # -- what the right asks for --------------------------------------------------------------------

    def _accepted(self, question: Asked, rules: list[PolicyRule], service: Service) -> Accepted:
        form = service.kind is ServiceKind.FORM and question.right[1] == "write"
        now = [each for each in rules if _now(each, question.at)]
        roles = {each.code for each in now if each.accepts is Accepts.ROLE}
        if form:
            roles |= {self._terms.submission_role} | self._rule("registered-accountant-or-auditor-submits")
        return Accepted(
            form=form,
            roles=frozenset(role for role in roles if self._still_counts(role, question.at)),
            packages=frozenset(each.code for each in now if each.accepts is Accepts.PACKAGE),
            right=(question.right[0], question.right[1]),
            level=service.minimum_level,
        )

    def _still_counts(self, role: str, at: datetime) -> bool:
        until = self._terms.old_roles_until
        if until is None or at < until:
            return True
        return any(each.code == role and each.kind is not RoleKind.LEGACY for each in self._all(Role))

    def _rule(self, code: str) -> set[str]:
        return {role for row in self._all(RuleRow) if row.code == code and row.enabled for role in row.roles}

    def _after_list(self, question: Asked, service: Service) -> str:
        if not service.access_list:
            return PERMIT
        party = self._party(question.party)
        if party is None or party.kind is PartyKind.PERSON:
            return DENY
        for entry in self._all(AccessListEntry):
            if (entry.service, entry.party) == (service.id, question.party):
                return PERMIT if not entry.actions or question.right[1] in entry.actions else DENY
        return DENY

    # -- who asks -----------------------------------------------------------------------------------

    def _answer(self, question: Asked, accepted: Accepted) -> str:
        kind, subject = question.subject.kind, str(question.subject.id)
        if kind == "enterprise-system":
            return self._enterprise_system(question, accepted)
        if kind == "enterprise-user":
            return self._enterprise_user(question, accepted)
        if kind == "person-login":
            own = subject == question.party and self._party(subject) is not None
            return ANSWER[own] if not own or accepted.level <= 2 else DENY
        if kind == "system-user":
            return ANSWER[self._system_user(question, accepted)]
        if subject == question.party and self._party(subject) is not None:
            return PERMIT
        if kind == "person":
            return ANSWER[self._person_holds(subject, question, accepted)]
        return ANSWER[self._holds(subject, question, accepted)]

    def _enterprise_system(self, question: Asked, accepted: Accepted) -> str:
        system = next((each for each in self._all(EnterpriseSystem) if each.id == question.subject.id), None)
        if system is None:
            return NOT_APPLICABLE
        if system.state is SystemState.LOCKED or accepted.level > 2:
            return DENY
        person, action = question.subject.person, accepted.right[1]
        by_person = person is not None and (
            (person == question.party and self._party(person) is not None)
            or self._person_holds(person, question, accepted)
        )
        if action == "sign" and not accepted.form:
            return ANSWER[by_person]
        by_owner = system.owner == question.party or self._holds(system.owner, question, accepted)
        return ANSWER[by_owner or (by_person and action in {"read", "archive-read"} and not accepted.form)]

    def _enterprise_user(self, question: Asked, accepted: Accepted) -> str:
        user = next((each for each in self._all(EnterpriseUser) if each.id == question.subject.id), None)
        if user is None:
            return NOT_APPLICABLE
        if user.state is SystemState.LOCKED or accepted.level > 3:
            return DENY
        if self._holds(user.id, question, accepted):
            return PERMIT
        key = any(
            each.holder == user.id and "ECKEYROLE" in each.roles and self._still_counts("ECKEYROLE", question.at)
            for each in self._held(user.owner, question.at)
        )
        return ANSWER[key and self._holds(user.owner, question, accepted)]

    def _holds(self, holder: str, question: Asked, accepted: Accepted) -> bool:
        held = self._held(question.party, question.at)
        return any(each.holder == holder and each.opens(accepted) for each in held)

    def _person_holds(self, person: str, question: Asked, accepted: Accepted) -> bool:
        if self._holds(person, question, accepted):
            return True
        keys = {each.code for each in self._all(Role) if each.key_role}
        at_organisations = {
            each.party
            for each in self._all(RegisterRole)
            if each.holder == person and each.role in keys and _now(each, question.at)
        }
        return any(
            each.holder in at_organisations and each.nests and each.opens(accepted)
            for each in self._held(question.party, question.at)
        )

    # -- system users -------------------------------------------------------------------------------

    def _system_user(self, question: Asked, accepted: Accepted) -> bool:
        user = next((each for each in self._all(SystemUser) if each.id == question.subject.id), None)
        systems = [each for each in self._all(RegisteredSystem) if user is not None and each.id == user.system]
        ceilings = {
            each.number: each for each in self._all(Generation) if user is not None and each.system_user == user.id
        }
        if user is None or not ceilings or not systems or systems[0].deleted:
            return False
        given = [
            each
            for each in self._held(question.party, question.at)
            if each.holder == user.id and each.giver == user.owner and each.opens(accepted)
        ]
        if given and _inside(ceilings[max(ceilings)], accepted):
            return True
        return any(
            each.generation in ceilings
            and _inside(ceilings[each.generation], accepted)
            and self._flows(each, user, question, accepted)
            for each in self._delegations(user.id, question)
        )

    def _delegations(self, user: str, question: Asked) -> Iterator[ClientDelegation]:
        """Those for the party, its main unit, or its owner's sole proprietorship."""
        party = self._party(question.party)
        if party is None:
            return
        inherited = self._rule("sole-proprietor-inherits")
        enterprises = {each.id for each in self._enterprises(party, question.at)}
        for each in self._all(ClientDelegation):
            if each.system_user != user or not _now(each, question.at):
                continue
            same = each.client in (party.id, _main_unit(party))
            if same or (each.client in enterprises and each.ground in inherited):
                yield each

    def _flows(self, each: ClientDelegation, user: SystemUser, question: Asked, accepted: Accepted) -> bool:
        service = accepted.right[0]
        by_right = accepted.right in each.rights or (service, "*") in each.rights or service in each.resources
        if each.provider != user.owner:
            return False
        if each.ground == "self":
            return each.client == each.provider and bool(each.packages & accepted.packages or by_right)
        held = [
            one
            for one in self._held(each.client, question.at)
            if one.holder == each.provider and one.ground == each.ground
        ]
        return any(
            each.packages & one.packages & accepted.packages or (by_right and one.opens(accepted)) for one in held
        )

    # -- what is held for a party -------------------------------------------------------------------

    def _party(self, party: str) -> Party | None:
        return next((each for each in self._all(Party) if each.id == party), None)

    def _held(self, party: str, at: datetime) -> list[Held]:
        if (party, at) not in self._held_at:
            self._held_at[(party, at)] = list(self._find_held(party, at))
        return self._held_at[(party, at)]

    def _find_held(self, party_id: str, at: datetime) -> Iterator[Held]:
        party = self._party(party_id)
        if party is None:
            return
        yield from self._own(party, at)
        main = self._party(_main_unit(party) or "")
        if main is not None:
            yield from self._own(main, at)
        inherited = self._rule("sole-proprietor-inherits")
        for enterprise in self._enterprises(party, at):
            yield from (each for each in self._own(enterprise, at) if each.ground in inherited)

    def _enterprises(self, person: Party, at: datetime) -> Iterator[Party]:
        """The sole proprietorships that the person owns, as long as their relations reach the person."""
        if person.kind is not PartyKind.PERSON or (person.ended is not None and at >= person.ended):
            return
        owned = {
            each.party
            for each in self._all(RegisterRole)
            if each.holder == person.id and each.role == "INNH" and _now(each, at)
        }
        for each in self._all(Party):
            recent = each.ended is None or at < each.ended + TWO_YEARS
            if each.id in owned and each.form == "ENK" and recent:
                yield each

    def _own(self, party: Party, at: datetime) -> Iterator[Held]:
        none: frozenset[str] = frozenset()
        for fact in self._facts:
            if isinstance(fact, RegisterRole) and fact.party == party.id and _now(fact, at):
                conferred = {each.role for each in self._all(Conferral) if each.conferred_by == fact.role}
                packages = self._carried(fact.role, party.form)
                roles = frozenset({fact.role} | conferred)
                yield Held(fact.holder, None, fact.role, roles, packages, frozenset(), self._nests(fact.role, party))
            elif isinstance(fact, RoleGrant) and fact.reportee == party.id and _now(fact, at):
                alias = fact.role in self._terms.submission_role_aliases
                role = frozenset({self._terms.submission_role if alias else fact.role})
                yield Held(fact.receiver, None, "rettighetshaver", role, none, frozenset(), True)
            elif isinstance(fact, PackageDelegation) and fact.giver == party.id and _now(fact, at):
                package = frozenset({fact.package})
                yield Held(fact.receiver, fact.giver, "rettighetshaver", none, package, frozenset(), True)
            elif isinstance(fact, RightDelegation) and fact.giver == party.id and _now(fact, at):
                rights = frozenset((str(fact.service), action) for action in fact.actions)
                yield Held(fact.receiver, fact.giver, "rettighetshaver", none, none, rights, True)

    def _carried(self, role: str, form: str | None) -> frozenset[str]:
        return frozenset(
            each.package
            for each in self._all(Carriage)
            if each.role == role and each.has_access and each.form in ("", form or "")
        )

    def _nests(self, role: str, party: Party) -> bool:
        main = self._party(_main_unit(party) or "")
        form = (main or party).form
        rows = {each.form: each.roles for each in self._all(Nesting)}
        return role in rows.get(form or "*", rows.get("*", frozenset()))


def _main_unit(party: Party) -> str | None:
    return party.main_unit if party.kind is PartyKind.SUB_UNIT else None


def _inside(ceiling: Generation, accepted: Accepted) -> bool:
    return bool(
        ceiling.packages & accepted.packages
        or accepted.right in ceiling.rights
        or (accepted.right[0], "*") in ceiling.rights
    )


def _now(fact: object, at: datetime) -> bool:
    begins: datetime | None = getattr(fact, "valid_from", None)
    ends: datetime | None = getattr(fact, "valid_to", None)
    return (begins is None or begins <= at) and (ends is None or at < ends)
