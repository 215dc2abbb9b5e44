"""A synthetic vocabulary of realistic size: register roles, packages, resources and forms."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from core import (
    PERSON_INHERITS_RULE,
    REGISTERED_CLIENT_RULE,
    Accepts,
    AccessPackage,
    Carriage,
    Conferral,
    Confidence,
    Fact,
    Nesting,
    PolicyRule,
    Role,
    RoleKind,
    RuleRow,
    Service,
    ServiceId,
    ServiceKind,
    form_id,
)

SOURCE, DATED, OURS = "benchmark", "2026-01-01", Confidence.OURS

REGISTER_ROLES = ("DAGL", "LEDE", "INNH", "MEDL", "REGN", "REVI", "FFØR")
KEY_ROLES = frozenset({"DAGL", "LEDE", "INNH"})
LEGACY_ROLES = ("UTINN", "REGNA", "LOPER", "PASIG", "A0278", "ADMAI")
CONFERRED = {
    "DAGL": LEGACY_ROLES,
    "INNH": LEGACY_ROLES,
    "LEDE": LEGACY_ROLES,
    "REGN": ("UTINN", "REGNA"),
    "REVI": ("UTINN",),
}
PROVIDER_ROLES = ("REGN", "REVI")
ACTIONS = ("read", "write", "sign")

PACKAGES = tuple(f"package-{number:02}" for number in range(60))
CARRIED = {"REGN": PACKAGES[:10], "REVI": PACKAGES[6:14], "FFØR": PACKAGES[10:18]}
"""The packages each provider's register role carries; general managers carry all sixty."""

RESOURCES = tuple(ServiceId(f"synthetic-resource-{number:03}") for number in range(100))
FORMS = tuple(form_id(number, 1) for number in range(100, 150))


def vocabulary() -> Iterator[Fact]:
    """Every row of the vocabulary: 60 packages, 300 rights on 100 resources, 50 forms."""
    for code in REGISTER_ROLES:
        yield Role(code, RoleKind.REGISTER, code, code in KEY_ROLES, False, SOURCE, DATED, OURS)
    for code in LEGACY_ROLES:
        yield Role(code, RoleKind.LEGACY, code, False, True, SOURCE, DATED, OURS)
    for giver, roles in CONFERRED.items():
        for code in roles:
            yield Conferral(code, giver, SOURCE, DATED, OURS)
    for code in PACKAGES:
        yield AccessPackage(code, code, "organization", True, True, SOURCE, DATED)
    for role, packages in (*CARRIED.items(), *((role, PACKAGES) for role in sorted(KEY_ROLES))):
        for package in packages:
            yield Carriage(role, package, "", True, True, SOURCE, DATED)
    yield Nesting("*", frozenset({"REGN", "REVI"}), SOURCE, DATED)
    yield RuleRow(REGISTERED_CLIENT_RULE, frozenset({"REGN", "REVI"}), True, SOURCE, DATED, OURS)
    yield RuleRow(PERSON_INHERITS_RULE, frozenset({"REGN", "REVI"}), True, SOURCE, DATED, OURS)
    yield from _services()


def _services() -> Iterator[Fact]:
    for form in FORMS:
        yield _service(form, ServiceKind.FORM, 0)
    random = Random(1)
    for number, resource in enumerate(RESOURCES):
        yield _service(resource, ServiceKind.RESOURCE, 3)
        for action in ACTIONS:
            # Every package opens something, and a right is opened by one to three packages.
            for code in {PACKAGES[number % 60], *random.sample(PACKAGES, random.randrange(3))}:
                yield PolicyRule(resource, action, Accepts.PACKAGE, code, SOURCE, DATED, OURS)
            yield PolicyRule(resource, action, Accepts.ROLE, "DAGL", SOURCE, DATED, OURS)


def _service(service: ServiceId, kind: ServiceKind, level: int) -> Service:
    return Service(service, kind, service, "synthetic", level, level, "", True, False, "RF-0000", SOURCE, DATED, OURS)
