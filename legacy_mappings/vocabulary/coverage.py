"""How much of the old world the tables account for: which roles and services apply, ask for a yes, or block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from core import DecisionTerms, Right, ServiceKind, ServiceSuccessor, is_form
from legacy_mappings.vocabulary.layers import Layered
from legacy_mappings.vocabulary.lookups import confirmed, successors_in
from legacy_mappings.vocabulary.records import RolePackage
from legacy_mappings.vocabulary.tables import Tables

_FORM_ACTION = "write"


class Standing(StrEnum):
    """What a plan does with a role or a right: packages-and-roles §9 rule 5."""

    APPLIES = "applies"
    ASKS = "asks"
    BLOCKS = "blocks"
    NONE = "none"


_SETTLED = frozenset({Standing.APPLIES, Standing.NONE})


@dataclass(frozen=True, slots=True, order=True)
class RoleCovered:
    """A legacy role and the packages that took over from it.

    It applies where a source or the user says so, asks where packages are only proposed, blocks where none was
    found; ``none`` is a user's word that there is none. ``opens`` counts the rights that it is known to open: a plan
    goes by these, and by the packages only where there are none.
    """

    role: str
    name: str
    standing: Standing
    packages: tuple[str, ...]
    opens: int


@dataclass(frozen=True, slots=True, order=True)
class ServiceCovered:
    """An action on a legacy service and the resource's actions that took over from it, as ``resource:action``.

    ``form_number`` and ``action`` are empty where none is known.
    """

    service: str
    action: str
    title: str
    form_number: str
    standing: Standing
    successors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Legacy roles, and the known actions on legacy services, in order of code."""

    roles: tuple[RoleCovered, ...]
    services: tuple[ServiceCovered, ...]

    @property
    def is_settled(self) -> bool:
        """Whether nothing asks for a yes and nothing blocks."""
        roles = (row.standing for row in self.roles if not row.opens)
        return all(standing in _SETTLED for standing in (*roles, *(row.standing for row in self.services)))


def coverage(
    layered: Layered, *, roles: Collection[str] | None = None, services: Collection[str] | None = None
) -> Coverage:
    """What these tables account for: all they know, or only these role codes and services."""
    of_roles = (row for row in _roles(layered.tables) if roles is None or row.role in roles)
    of_services = (row for row in _services(layered) if services is None or row.service in services)
    return Coverage(tuple(sorted(of_roles)), tuple(sorted(of_services)))


def _roles(tables: Tables) -> Iterator[RoleCovered]:
    rows: dict[str, list[RolePackage]] = {}
    for row in tables.role_packages:
        rows.setdefault(row.role, []).append(row)
    opens = _rights_opened(tables)
    for role in tables.roles:
        of_role = rows.get(role.code, [])
        packages = tuple(sorted(row.package for row in of_role if row.package is not None))
        yield RoleCovered(role.code, role.name, _standing_of_role(of_role), packages, opens[role.code])


def _rights_opened(tables: Tables) -> Counter[str]:
    """How many rights each role opens. The submission role opens every form: packages-and-roles §9 rule 7."""
    opens = Counter(row.role for row in tables.service_roles)
    terms = DecisionTerms()
    for code in {terms.submission_role, *terms.submission_role_aliases}:
        opens[code] += sum(row.kind is ServiceKind.FORM for row in tables.services)
    return opens


def _standing_of_role(rows: list[RolePackage]) -> Standing:
    if not any(row.package for row in rows):
        return Standing.NONE if any(confirmed(row) for row in rows) else Standing.BLOCKS
    return Standing.APPLIES if any(confirmed(row) for row in rows) else Standing.ASKS


def _services(layered: Layered) -> Iterator[ServiceCovered]:
    tables = layered.tables
    known = successors_in(tables)
    actions: dict[str, set[str]] = {}
    for service, action in _rights(tables, {*known, *layered.none}):
        actions.setdefault(service, set()).add(action)
    for row in tables.services:
        for action in actions.get(row.id, {_FORM_ACTION if is_form(row.id) else ""}):
            right = Right(row.id, action)
            successors = known.get(right, ())
            standing = Standing.NONE if right in layered.none else _standing_of(successors)
            targets = tuple(f"{each.resource}:{each.resource_action}" for each in successors)
            yield ServiceCovered(row.id, action, row.title, row.form_number or "", standing, targets)


def _rights(tables: Tables, mapped: Iterable[Right]) -> Iterator[tuple[str, str]]:
    yield from mapped
    yield from ((row.service, row.action) for row in tables.service_roles if row.action)


def _standing_of(successors: tuple[ServiceSuccessor, ...]) -> Standing:
    if not successors:
        return Standing.BLOCKS
    return Standing.APPLIES if any(confirmed(row) for row in successors) else Standing.ASKS
