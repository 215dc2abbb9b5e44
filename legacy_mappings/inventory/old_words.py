"""The vocabulary that files are read with: the facts of both worlds, and what roles and services are called."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from core import (
    ANY_ACTION,
    Accepts,
    Confidence,
    Fact,
    PolicyRule,
    Role,
    RoleKind,
    Service,
    ServiceId,
    ServiceKind,
    form_id,
    is_form,
    is_legacy,
    legacy_service_id,
    shipped_vocabulary,
)
from legacy_mappings.inventory.cells import Unreadable, clean
from legacy_mappings.inventory.columns import plain
from legacy_mappings.vocabulary import Tables

SUBMIT = "write"
"""The action that handing in a form is."""

ONLY_SINGLE_RIGHTS = "enkeltrettighet"
"""In the policy of a service that only a file speaks of: a role that nobody has, so only single rights open it."""

_EVERY_ACTION = frozenset({"read", SUBMIT, "sign", "archive-read"})
_PAIR = re.compile(r"(?:(asmx|svc):)?(\d{1,9})\s*[/:_-]\s*(\d{1,9})", re.IGNORECASE)
_FORM_NUMBER = re.compile(r"([A-Z]{2})[ -]?(\d{3,5}[A-Z]?)", re.IGNORECASE)
_EDITIONS_BEGIN_AT = 100_000


def vocabulary_of(tables: Tables) -> tuple[Fact, ...]:
    """The facts that a store with these tables has before anything is known of anybody, in the order of import.

    What services became is no part of an inventory: a plan takes it from the tables and says what must be entered.
    """
    known = {row.id for row in tables.services}
    policies = tuple(
        PolicyRule(ServiceId(row.service), row.action, Accepts.ROLE, row.role, row.source, row.dated, row.confidence)
        for row in tables.service_roles
        if is_legacy(row.service) and row.service in known
    )
    return (*shipped_vocabulary(), *tables.roles, *tables.conferrals, *tables.services, *policies)


class OldWords:
    """What a role or a service in a file is, whatever it is called there.

    A service that no table knows becomes one that only the files speak of: ``found`` holds it, with the actions
    that were named, so that what was given on it is not lost.
    """

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._codes: dict[str, str] = {}
        self._names: dict[str, set[str]] = defaultdict(set)
        self._kinds: dict[str, RoleKind] = {}
        self._known_roles: dict[str, tuple[str, bool]] = {}
        self._services: dict[str, ServiceId] = {}
        self._versions: dict[str, list[ServiceId]] = defaultdict(list)
        self._offered: dict[ServiceId, set[str]] = {}
        self.found: dict[ServiceId, set[str]] = {}
        for fact in facts:
            self._learn(fact)
        self.actions = frozenset(action for offered in self._offered.values() for action in offered)

    def _learn(self, fact: Fact) -> None:
        if isinstance(fact, Role):
            self._codes[plain(fact.code)] = fact.code
            self._names[plain(fact.name)].add(fact.code)
            self._kinds[fact.code] = fact.kind
        elif isinstance(fact, Service):
            self._services[fact.id.casefold()] = fact.id
            if fact.form_number:
                self._versions[plain(fact.form_number)].append(fact.id)
            if fact.kind is ServiceKind.FORM:
                self._offered.setdefault(fact.id, set()).add(SUBMIT)
        elif isinstance(fact, PolicyRule):
            self._offered.setdefault(fact.service, set()).add(fact.action)

    def role(self, cell: str) -> tuple[str, bool]:
        """The code of a role named by code, URN or name, and whether the register gives it. Raises Unreadable."""
        known = self._known_roles.get(cell)
        if known is None:
            known = self._known_roles[cell] = self._role(cell)
        return known

    def _role(self, cell: str) -> tuple[str, bool]:
        word = plain(clean(cell).rpartition(":")[2])
        named = self._names.get(word, set())
        code = self._codes.get(word) or (min(named) if len(named) == 1 else None)
        if code is None and named:
            raise Unreadable("Several roles have this name. Write the code of the one that is meant.")
        if code is None or self._kinds[code] is RoleKind.MODERN:
            raise Unreadable("There is no such role in the tables. Correct it, or add it to your legacy_roles.csv.")
        return code, self._kinds[code] is RoleKind.REGISTER

    def services(self, value: Callable[[str], str]) -> tuple[ServiceId, ...]:
        """The services that the columns of a row name: mostly one, every version of a form where it has no version.

        ``value`` gives the cell of a column. Raises Unreadable.
        """
        code, edition = value("code"), value("edition")
        if code and edition:
            return self._numbered(code, edition, legacy_service_id)
        number, version = value("or_number"), value("or_version")
        if number and version:
            return self._numbered(number, version, lambda one, other: form_id(int(one), int(other)))
        for column in ("service", "form_number", "code", "or_number"):
            if value(column):
                return self._named(value(column))
        raise Unreadable("No service is named. Write service code and edition, form and version, or a form number.")

    def _numbered(self, one: str, other: str, made: Callable[[str, str], ServiceId]) -> tuple[ServiceId, ...]:
        digits = [clean(each).removesuffix(".0") for each in (one, other)]
        if not all(each.isascii() and each.isdigit() and int(each) > 0 and len(each) < 10 for each in digits):
            raise Unreadable("The service is not two whole numbers. Write its code and its edition with digits only.")
        return (made(str(int(digits[0])), str(int(digits[1]))),)

    def _named(self, cell: str) -> tuple[ServiceId, ...]:
        text = clean(cell)
        exact = self._services.get(text.casefold())
        if exact is not None:
            return (exact,)
        pair = _PAIR.fullmatch(text)
        if pair is not None:
            return self._numbered(pair[2], pair[3], _maker(pair))
        versions = self._versions.get(plain(text))
        if versions:
            return tuple(versions)
        if _FORM_NUMBER.fullmatch(text):
            raise Unreadable("No form in the tables has this number. Add it to your services.csv, or correct it.")
        raise Unreadable("No service in the tables is called this. Write its code and edition, or its form number.")

    def note(self, services: Iterable[ServiceId], actions: Iterable[str]) -> None:
        """Remember the actions on services that no table has."""
        for service in services:
            offered = self._offered.get(service)
            missing = set(actions) - (offered or set())
            if offered is None or missing - {ANY_ACTION}:
                self.found.setdefault(service, set()).update(missing)

    def facts(self, source: str, dated: str) -> tuple[Fact, ...]:
        """The services and actions that only the files speak of, as facts. A form has no action but to hand it in."""
        unknown = [service for service in sorted(self.found) if service.casefold() not in self._services]
        rules = [
            PolicyRule(service, action, Accepts.ROLE, ONLY_SINGLE_RIGHTS, source, dated, Confidence.USER)
            for service, actions in sorted(self.found.items())
            if not is_form(service)
            for action in sorted(actions - {ANY_ACTION} or _EVERY_ACTION)
        ]
        return (*(_service(service, source, dated) for service in unknown), *rules)


def _maker(pair: re.Match[str]) -> Callable[[str, str], ServiceId]:
    """Which platform a pair of numbers is of: as it says, else by its second number, which editions have six digits of.

    Source: packages-and-roles §10 (3357/130815 and 212/4348).
    """
    said = (pair[1] or "").lower()
    if said == "svc" or (not said and int(pair[3]) >= _EDITIONS_BEGIN_AT):
        return legacy_service_id
    return lambda one, other: form_id(int(one), int(other))


def _service(service: ServiceId, source: str, dated: str) -> Service:
    kind = ServiceKind.FORM if is_form(service) else ServiceKind.LEGACY
    return Service(
        service, kind, service, "", minimum_level=0, minimum_level_org=None, resource_type="", delegable=True,
        access_list=False, form_number=None, source=source, dated=dated, confidence=Confidence.USER,
    )  # fmt: skip
