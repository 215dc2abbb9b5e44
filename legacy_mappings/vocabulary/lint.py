"""Checking the vocabulary: every code refers to something known, and nothing is said twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from typing import NamedTuple

from core import (
    AccessPackage,
    Carriage,
    Fact,
    InvalidInput,
    Nesting,
    PolicyRule,
    Role,
    RoleKind,
    RuleRow,
    Service,
    ServiceKind,
    key_of,
    shipped_vocabulary,
)
from legacy_mappings.vocabulary.tables import Tables, read_tables, shipped_folder

_ID_SHAPES = {
    ServiceKind.FORM: re.compile(r"asmx:[1-9]\d*/[1-9]\d*"),
    ServiceKind.LEGACY: re.compile(r"svc:[1-9]\d*/[1-9]\d*"),
}


class Finding(NamedTuple):
    """Something wrong in a table: which table, which row, and what; in a layer also where it stands."""

    table: str
    row: str
    problem: str
    layer: str = ""
    line: int = 0


class _Known(NamedTuple):
    """The codes that a row may point at."""

    legacy_roles: frozenset[str]
    other_roles: frozenset[str]
    packages: frozenset[str]
    services: frozenset[str]
    names: frozenset[str]
    resources: frozenset[str]


def lint(folder: Traversable | None = None) -> tuple[Finding, ...]:
    """What is wrong with the vocabulary; nothing is the right answer.

    ``folder`` holds the old world's tables, by default the shipped ones; the new world's are the shipped
    ones. A row that cannot be read at all is the only finding, with its file and line in the problem.
    """
    try:
        tables = read_tables(folder or shipped_folder())
        facts = shipped_vocabulary()
    except InvalidInput as error:
        return (Finding(error.details.get("file", ""), error.details.get("line", ""), error.message),)
    return tuple(findings_in(tables, facts))


def findings_in(tables: Tables, facts: tuple[Fact, ...]) -> Iterator[Finding]:
    """What is wrong with these tables of the old world beside these facts of the new one."""
    known = _known(tables, facts)
    yield from _said_twice(tables, facts)
    yield from _new_world(facts, known)
    yield from _roles(tables, known)
    yield from _services(tables, known)


def _known(tables: Tables, facts: tuple[Fact, ...]) -> _Known:
    resources = {fact.id for fact in facts if isinstance(fact, Service)}
    resources |= {row.resource for row in tables.service_successors}
    return _Known(
        legacy_roles=frozenset(role.code for role in tables.roles),
        other_roles=frozenset(fact.code for fact in facts if isinstance(fact, Role)),
        packages=frozenset(fact.code for fact in facts if isinstance(fact, AccessPackage)),
        services=frozenset(service.id for service in tables.services),
        names=frozenset(row.name for row in tables.unnumbered_services),
        resources=frozenset(resources | {row.resource for row in tables.unnumbered_services if row.resource}),
    )


def _said_twice(tables: Tables, facts: tuple[Fact, ...]) -> Iterator[Finding]:
    keys: list[tuple[str, tuple[object, ...]]] = [
        (type(fact).__name__, key_of(fact))
        for rows in (facts, tables.roles, tables.conferrals, tables.services, tables.service_successors)
        for fact in rows
    ]
    keys += [("main_administrator_roles", (row.role,)) for row in tables.main_administrator_roles]
    keys += [("role_packages", (row.role, row.package)) for row in tables.role_packages]
    keys += [("unnumbered_services", (row.name,)) for row in tables.unnumbered_services]
    keys += [("service_roles", (row.service, row.action, row.role)) for row in tables.service_roles]
    keys += [("service_packages", (row.service, row.package)) for row in tables.service_packages]
    keys += [("sensitive_packages", (row.package,)) for row in tables.sensitive_packages]
    for (table, key), times in Counter(keys).items():
        if times > 1:
            yield Finding(table, " ".join(map(str, key)), f"stands there {times} times")


def _new_world(facts: tuple[Fact, ...], known: _Known) -> Iterator[Finding]:
    every_role = known.other_roles | known.legacy_roles
    for fact in facts:
        if isinstance(fact, Carriage):
            yield from _unknown("carriage", f"{fact.role} {fact.package}", known.other_roles, [fact.role])
            yield from _unknown("carriage", f"{fact.role} {fact.package}", known.packages, [fact.package])
        elif isinstance(fact, Nesting):
            yield from _unknown("nesting", fact.form, known.other_roles, fact.roles)
        elif isinstance(fact, RuleRow):
            yield from _unknown("rule_rows", fact.code, every_role, fact.roles)
        elif isinstance(fact, PolicyRule):
            yield from _unknown("policy_rules", fact.service, known.resources, [fact.service])
            yield from _unknown("policy_rules", fact.service, known.packages | every_role, [fact.code])


def _roles(tables: Tables, known: _Known) -> Iterator[Finding]:
    for role in tables.roles:
        if role.kind is not RoleKind.LEGACY:
            yield Finding("legacy_roles", role.code, f"is a {role.kind} role")
    for row in tables.conferrals:
        yield from _unknown("conferrals", f"{row.role} {row.conferred_by}", known.legacy_roles, [row.role])
        yield from _unknown("conferrals", f"{row.role} {row.conferred_by}", known.other_roles, [row.conferred_by])
    for given in tables.main_administrator_roles:
        yield from _unknown("main_administrator_roles", given.role, known.legacy_roles, [given.role])
    for mapped in tables.role_packages:
        yield from _unknown("role_packages", mapped.role, known.legacy_roles, [mapped.role])
        yield from _unknown("role_packages", mapped.role, known.packages, [mapped.package] if mapped.package else [])
    for code in sorted(known.legacy_roles - {mapped.role for mapped in tables.role_packages}):
        yield Finding("role_packages", code, "says nothing of this role, not even that no package was found")
    with_package = {mapped.role for mapped in tables.role_packages if mapped.package}
    for mapped in tables.role_packages:
        if mapped.package is None and mapped.role in with_package:
            yield Finding("role_packages", mapped.role, "has packages and a row without one")


def _services(tables: Tables, known: _Known) -> Iterator[Finding]:
    every_role = known.legacy_roles | known.other_roles
    for service in tables.services:
        shape = _ID_SHAPES.get(service.kind)
        if shape is None or not shape.fullmatch(service.id):
            yield Finding("services", service.id, f"is no id of a {service.kind}")
    for opened in tables.service_roles:
        yield from _unknown("service_roles", opened.service, known.services | known.names, [opened.service])
        yield from _unknown("service_roles", opened.service, every_role, [opened.role])
    for successor in tables.service_successors:
        yield from _unknown("service_successors", successor.service, known.services, [successor.service])
    places = known.services | known.names | known.resources
    for accepted in tables.service_packages:
        yield from _unknown("service_packages", accepted.service, places, [accepted.service])
        yield from _unknown("service_packages", accepted.service, known.packages, [accepted.package])
    for sensitive in tables.sensitive_packages:
        yield from _unknown("sensitive_packages", sensitive.package, known.packages, [sensitive.package])


def _unknown(table: str, row: str, known: frozenset[str], codes: Iterable[str]) -> Iterator[Finding]:
    for code in sorted(set(codes) - known):
        yield Finding(table, row, f"`{code}` is not known")
