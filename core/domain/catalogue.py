"""The vocabulary closed for use: what each right asks for, what each role brings.

Built anew whenever a row of the vocabulary changes, so that no question ever walks a hierarchy.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, TypeVar

from core.domain.change import Fact
from core.domain.identifiers import PartyId, ServiceId
from core.domain.party import Window, window_of
from core.domain.vocabulary import (
    ANY_ACTION,
    CLIENT_ROLES_RULE,
    REGISTERED_CLIENT_RULE,
    Accepts,
    AccessListEntry,
    AccessPackage,
    Carriage,
    Conferral,
    DecisionTerms,
    Nesting,
    PolicyRule,
    Right,
    Role,
    RoleKind,
    RuleRow,
    Service,
    ServiceKind,
    ServiceSuccessor,
)

K = TypeVar("K")

NOTHING: frozenset[str] = frozenset()


class Obligation(NamedTuple):
    """Something the asker must see to before it acts on a Permit: a minimum authentication level (0–4)."""

    category: str
    level: int


MINIMUM_LEVEL = "minimum-authenticationlevel"
MINIMUM_LEVEL_ORG = "minimum-authenticationlevel-org"


@dataclass(frozen=True, slots=True)
class Policy:
    """What one right asks for, ready to be compared with what somebody holds.

    ``roles`` and ``packages`` are accepted alike; ``lasting_roles`` are the roles that go on counting
    when imported legacy roles have ended. ``timed`` are rules that hold only within their own window.
    ``depends_on_time``: the question's moment must be looked at. ``level`` is the service's minimum.
    """

    right: Right
    whole: Right
    service: Service
    roles: frozenset[str]
    lasting_roles: frozenset[str]
    packages: frozenset[str]
    timed: tuple[PolicyRule, ...]
    obligations: tuple[Obligation, ...]
    window: Window | None
    access_list: Mapping[PartyId, frozenset[str]] | None
    depends_on_time: bool
    level: int
    is_form: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The vocabulary in the shape that decisions read.

    ``roles_with[r]`` is r and every legacy role it confers; ``carried[(r, form)]`` the packages the
    holder of r may use at a unit of that form; ``giveable[(r, form)]`` those it may give on;
    ``opened_by[c]`` the rights whose policy accepts the role or package c, at some time.
    """

    roles: Mapping[str, Role]
    packages: Mapping[str, AccessPackage]
    services: Mapping[ServiceId, Service]
    rules: Mapping[str, RuleRow]
    nesting: Mapping[str, frozenset[str]]
    roles_with: Mapping[str, frozenset[str]]
    conferred_by: Mapping[str, frozenset[str]]
    carried: Mapping[tuple[str, str], frozenset[str]]
    giveable: Mapping[tuple[str, str], frozenset[str]]
    policies: Mapping[Right, Policy]
    actions: Mapping[ServiceId, tuple[str, ...]]
    opened_by: Mapping[str, tuple[Right, ...]]
    successors: Mapping[Right, tuple[ServiceSuccessor, ...]]

    def carried_by(self, role: str, form: str | None) -> frozenset[str]:
        """Packages the holder of ``role`` may use at a unit of ``form``."""
        return _for_form(self.carried, role, form)

    def giveable_by(self, role: str, form: str | None) -> frozenset[str]:
        """Packages the holder of ``role`` may give on from a unit of ``form``."""
        return _for_form(self.giveable, role, form)

    def roles_brought_by(self, role: str) -> frozenset[str]:
        """The role itself and every legacy role it confers."""
        return self.roles_with.get(role) or frozenset({role})

    def is_key_role(self, role: str) -> bool:
        """Whether a person with it also has what the organisation was given."""
        known = self.roles.get(role)
        return known is not None and known.key_role

    def nests(self, role: str, form: str | None) -> bool:
        """Whether the role, held by an organisation, reaches the people with a key role there."""
        default = self.nesting.get("*", NOTHING)
        return role in self.nesting.get(form or "*", default)

    def rule_roles(self, code: str) -> frozenset[str]:
        """The roles a rule row is about; none when it is switched off or absent."""
        row = self.rules.get(code)
        return row.roles if row is not None and row.enabled else NOTHING

    def is_client_role(self, role: str) -> bool:
        """Whether the register role makes the party a client of its holder."""
        return role in self.rule_roles(CLIENT_ROLES_RULE)


def compile_catalogue(facts: Iterable[Fact], terms: DecisionTerms) -> Catalogue:
    """Close the vocabulary. ``facts`` are all rows of the vocabulary and nothing else is read."""
    by_type: dict[type, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_type[type(fact)].append(fact)
    roles = {row.code: row for row in by_type[Role] if isinstance(row, Role)}
    rules = {row.code: row for row in by_type[RuleRow] if isinstance(row, RuleRow)}
    services = {row.id: row for row in by_type[Service] if isinstance(row, Service)}
    conferrals = [row for row in by_type[Conferral] if isinstance(row, Conferral)]
    carriages = [row for row in by_type[Carriage] if isinstance(row, Carriage)]
    policies = _compile_policies(services, by_type, roles, rules, terms)
    return Catalogue(
        roles=roles,
        packages={row.code: row for row in by_type[AccessPackage] if isinstance(row, AccessPackage)},
        services=services,
        rules=rules,
        nesting={row.form: row.roles for row in by_type[Nesting] if isinstance(row, Nesting)},
        roles_with=_close_roles(conferrals),
        conferred_by=_group((row.role, row.conferred_by) for row in conferrals),
        carried=_group(((row.role, row.form), row.package) for row in carriages if row.has_access),
        giveable=_group(((row.role, row.form), row.package) for row in carriages if row.can_delegate),
        policies=policies,
        actions=_actions(policies),
        opened_by=_opened_by(policies),
        successors=_successors(by_type[ServiceSuccessor]),
    )


def _compile_policies(
    services: Mapping[ServiceId, Service],
    by_type: Mapping[type, list[Fact]],
    roles: Mapping[str, Role],
    rules: Mapping[str, RuleRow],
    terms: DecisionTerms,
) -> dict[Right, Policy]:
    rows: dict[Right, list[PolicyRule]] = defaultdict(list)
    for row in by_type.get(PolicyRule, ()):
        if isinstance(row, PolicyRule) and row.service in services:
            rows[Right(row.service, row.action)].append(row)
    for rules_of in rows.values():
        rules_of.sort(key=lambda row: (row.accepts, row.code))
    registered = rules.get(REGISTERED_CLIENT_RULE)
    submission = {terms.submission_role} | terms.submission_role_aliases
    form_roles = submission | (registered.roles if registered and registered.enabled else NOTHING)
    for service in services.values():
        if service.kind is ServiceKind.FORM:
            rows.setdefault(Right(service.id, "write"), [])
    lists = _access_lists(by_type.get(AccessListEntry, ()))
    lasting = frozenset(code for code, role in roles.items() if role.kind is not RoleKind.LEGACY)
    return {
        right: replace(
            _policy(right, services[right.service], tuple(rules_of), form_roles, lasting, lists),
            depends_on_time=_depends_on_time(services[right.service], rules_of, terms),
        )
        for right, rules_of in rows.items()
    }


def _depends_on_time(service: Service, rules: Iterable[PolicyRule], terms: DecisionTerms) -> bool:
    timed: list[Service | PolicyRule] = [service, *rules]
    return terms.old_roles_until is not None or any(row.valid_from or row.valid_to for row in timed)


def _policy(
    right: Right,
    service: Service,
    rules: tuple[PolicyRule, ...],
    form_roles: frozenset[str] | set[str],
    lasting: frozenset[str],
    lists: Mapping[ServiceId, Mapping[PartyId, frozenset[str]]],
) -> Policy:
    steady = [rule for rule in rules if rule.valid_from is None and rule.valid_to is None]
    roles = frozenset(rule.code for rule in steady if rule.accepts is Accepts.ROLE)
    if service.kind is ServiceKind.FORM:
        roles |= form_roles
    return Policy(
        right=right,
        whole=Right(right.service, ANY_ACTION),
        service=service,
        roles=roles,
        lasting_roles=lasting,
        packages=frozenset(rule.code for rule in steady if rule.accepts is Accepts.PACKAGE),
        timed=tuple(rule for rule in rules if rule not in steady),
        obligations=_obligations(service),
        window=window_of(service.valid_from, service.valid_to),
        access_list=lists.get(service.id, {}) if service.access_list else None,
        depends_on_time=True,
        level=service.minimum_level,
        is_form=service.kind is ServiceKind.FORM,
    )


def narrowed(policy: Policy, at: datetime, lasting: frozenset[str] | None) -> Policy:
    """The policy as it stands at ``at``: with the timed rules that hold then.

    ``lasting`` is the set of roles that outlive the imported legacy roles, or None while those last.
    """
    now = [rule for rule in policy.timed if Window(rule.valid_from, rule.valid_to).holds(at)]
    roles = policy.roles | {rule.code for rule in now if rule.accepts is Accepts.ROLE}
    return replace(
        policy,
        roles=roles if lasting is None else roles & lasting,
        packages=policy.packages | {rule.code for rule in now if rule.accepts is Accepts.PACKAGE},
        timed=(),
    )


def _obligations(service: Service) -> tuple[Obligation, ...]:
    found = []
    if service.minimum_level > 0:
        found.append(Obligation(MINIMUM_LEVEL, service.minimum_level))
    if service.minimum_level_org is not None:
        found.append(Obligation(MINIMUM_LEVEL_ORG, service.minimum_level_org))
    return tuple(found)


def _access_lists(rows: Iterable[Fact]) -> dict[ServiceId, dict[PartyId, frozenset[str]]]:
    lists: dict[ServiceId, dict[PartyId, frozenset[str]]] = defaultdict(dict)
    for row in rows:
        if isinstance(row, AccessListEntry):
            lists[row.service][row.party] = row.actions
    return lists


def _successors(rows: Iterable[Fact]) -> dict[Right, tuple[ServiceSuccessor, ...]]:
    found: dict[Right, list[ServiceSuccessor]] = defaultdict(list)
    for row in rows:
        if isinstance(row, ServiceSuccessor):
            found[Right(row.service, row.action)].append(row)
    return {
        right: tuple(sorted(rows_of, key=lambda row: (row.resource, row.resource_action)))
        for right, rows_of in found.items()
    }


def _actions(policies: Mapping[Right, Policy]) -> dict[ServiceId, tuple[str, ...]]:
    found: dict[ServiceId, list[str]] = defaultdict(list)
    for right in sorted(policies):
        found[right.service].append(right.action)
    return {service: tuple(actions) for service, actions in found.items()}


def _opened_by(policies: Mapping[Right, Policy]) -> dict[str, tuple[Right, ...]]:
    found: dict[str, set[Right]] = defaultdict(set)
    for right, policy in policies.items():
        for code in (*policy.roles, *policy.packages, *(rule.code for rule in policy.timed)):
            found[code].add(right)
    return {code: tuple(sorted(rights)) for code, rights in found.items()}


def _close_roles(conferrals: Iterable[Conferral]) -> dict[str, frozenset[str]]:
    found = _group((row.conferred_by, row.role) for row in conferrals)
    return {role: brought | {role} for role, brought in found.items()}


def _group(pairs: Iterable[tuple[K, str]]) -> dict[K, frozenset[str]]:
    found: dict[K, set[str]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return {key: frozenset(values) for key, values in found.items()}


def _for_form(table: Mapping[tuple[str, str], frozenset[str]], role: str, form: str | None) -> frozenset[str]:
    every = table.get((role, ""), NOTHING)
    own = table.get((role, form), NOTHING) if form else NOTHING
    return every | own if own else every
