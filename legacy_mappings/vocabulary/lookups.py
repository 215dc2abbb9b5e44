"""Questions to the old words: what a role became, which service a form number means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Protocol, TypeVar

from core import Accepts, Confidence, Fact, PolicyRule, Right, Service, ServiceSuccessor, form_id, is_legacy
from legacy_mappings.vocabulary.records import RolePackage, ServicePackage, ServiceRole, UnnumberedService
from legacy_mappings.vocabulary.tables import Tables, shipped_tables

K = TypeVar("K")
T = TypeVar("T")


class Graded(Protocol):
    """A row with a confidence."""

    @property
    def confidence(self) -> Confidence:
        """How well it is founded."""


@cache
def legacy_vocabulary() -> tuple[Fact, ...]:
    """The facts of the old world: its roles, who confers them, its services, and the roles those accept.

    The submission role has its own name as code, for no source states one.
    """
    tables = shipped_tables()
    return (*tables.roles, *tables.conferrals, *tables.services, *_policy_rules(tables.service_roles))


def successors() -> tuple[ServiceSuccessor, ...]:
    """What actions on legacy services are in the new world, where a resource is known."""
    return shipped_tables().service_successors


def confirmed(row: Graded) -> bool:
    """Whether a row applies in bulk: a source states it, or a user said yes to it.

    What is inferred or our own is a proposal that needs a yes. Source: packages-and-roles §9 rule 5.
    """
    return row.confidence in {Confidence.STATED, Confidence.USER}


def successors_in(tables: Tables) -> Mapping[Right, tuple[ServiceSuccessor, ...]]:
    """What each action on a legacy service is in the new world, by these tables; in order of resource and action."""
    rows = sorted(tables.service_successors, key=lambda row: (row.resource, row.resource_action))
    return _grouped(rows, lambda row: Right(row.service, row.action))


def successor_for(tables: Tables, right: Right) -> tuple[ServiceSuccessor, ...]:
    """What one action on a legacy service is in the new world; nothing where no row says so.

    Who asks often takes `successors_in` once.
    """
    return successors_in(tables).get(right, ())


def services_numbered(tables: Tables, number: str) -> tuple[Service, ...]:
    """Every service of these tables that is the form ``RF-0002`` in some version, oldest version first."""
    wanted = number.strip().upper()
    return tuple(sorted((row for row in tables.services if (row.form_number or "").upper() == wanted), key=_version))


def packages_for_role(code: str) -> tuple[RolePackage, ...]:
    """What a legacy role became: candidates, or one row without a package, or nothing for an unknown role.

    Role codes are compared without regard to case, as the platform does.
    """
    return _role_packages().get(code.casefold(), ())


def packages_for_service(service: str) -> tuple[ServicePackage, ...]:
    """The packages that open a service: by its own id or name, else by the resources that succeeded it."""
    return _service_packages().get(service, ()) or tuple(
        row for resource in sorted(_resources_of(service)) for row in _service_packages().get(resource, ())
    )


def roles_for_service(service: str) -> tuple[ServiceRole, ...]:
    """The roles that open a service of the old world, by id or by the name of an unnumbered one."""
    return _service_roles().get(service, ())


def services_opened_by(role: str) -> tuple[ServiceRole, ...]:
    """What a role is known to open: services by id, or by the name of an unnumbered one."""
    return _opened_by().get(role.casefold(), ())


def services_of_form_number(number: str) -> tuple[Service, ...]:
    """Every service that is the form ``RF-0002`` in some version, oldest version first."""
    return _forms().get(number.strip().upper(), ())


def service_by_form_number(number: str) -> Service | None:
    """The newest version of the form, or None for a number that is not known."""
    found = services_of_form_number(number)
    return found[-1] if found else None


def form_for(or_number: int, or_version: int) -> Service | None:
    """The form with this pair in Oppgaveregisteret: the form's number and the message's specification."""
    return _services().get(form_id(or_number, or_version))


def unnumbered_services() -> tuple[UnnumberedService, ...]:
    """The services whose numbers on the newer platforms are not stated anywhere."""
    return shipped_tables().unnumbered_services


def main_administrator_roles() -> frozenset[str]:
    """The legacy roles that a main administrator may give without having them."""
    return frozenset(row.role for row in shipped_tables().main_administrator_roles)


def _policy_rules(rows: Iterable[ServiceRole]) -> tuple[PolicyRule, ...]:
    known = _services()
    return tuple(
        PolicyRule(
            service=known[row.service].id,
            action=row.action,
            accepts=Accepts.ROLE,
            code=row.role,
            source=row.source,
            dated=row.dated,
            confidence=row.confidence,
        )
        for row in rows
        if is_legacy(row.service)
    )


def _resources_of(service: str) -> set[str]:
    by_number = {row.resource for row in successors() if row.service == service}
    return by_number | {row.resource for row in unnumbered_services() if row.name == service and row.resource}


@cache
def _services() -> Mapping[str, Service]:
    return {row.id: row for row in shipped_tables().services}


@cache
def _forms() -> Mapping[str, tuple[Service, ...]]:
    numbered = [row for row in shipped_tables().services if row.form_number]
    return _grouped(sorted(numbered, key=_version), lambda row: row.form_number or "")


def _version(service: Service) -> int:
    return int(service.id.rpartition("/")[2])


@cache
def _role_packages() -> Mapping[str, tuple[RolePackage, ...]]:
    return _grouped(shipped_tables().role_packages, lambda row: row.role.casefold())


@cache
def _service_packages() -> Mapping[str, tuple[ServicePackage, ...]]:
    return _grouped(shipped_tables().service_packages, lambda row: row.service)


@cache
def _service_roles() -> Mapping[str, tuple[ServiceRole, ...]]:
    return _grouped(shipped_tables().service_roles, lambda row: row.service)


@cache
def _opened_by() -> Mapping[str, tuple[ServiceRole, ...]]:
    return _grouped(shipped_tables().service_roles, lambda row: row.role.casefold())


def _grouped(rows: Iterable[T], key: Callable[[T], K]) -> dict[K, tuple[T, ...]]:
    found: dict[K, list[T]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return {name: tuple(group) for name, group in found.items()}
