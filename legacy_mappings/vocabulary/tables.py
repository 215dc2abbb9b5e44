"""The CSV files of this room, read into records."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

from core import Conferral, Role, Service, ServiceSuccessor, read_records
from legacy_mappings.vocabulary.records import (
    MainAdministratorRole,
    RolePackage,
    SensitivePackage,
    ServicePackage,
    ServiceRole,
    UnnumberedService,
)


class Tables(NamedTuple):
    """Everything the files of one folder say, file by file.

    ``conferrals`` are between register roles and legacy roles only. Left out: SENS over EKTJ (both of the
    old list, held by nobody), and what the main administrator may give, which is in a table of its own.
    The owner of a form follows from its prefix (RF, RR, BR) where no source names it, else it is empty.
    """

    roles: tuple[Role, ...]
    conferrals: tuple[Conferral, ...]
    main_administrator_roles: tuple[MainAdministratorRole, ...]
    role_packages: tuple[RolePackage, ...]
    services: tuple[Service, ...]
    unnumbered_services: tuple[UnnumberedService, ...]
    service_roles: tuple[ServiceRole, ...]
    service_successors: tuple[ServiceSuccessor, ...]
    service_packages: tuple[ServicePackage, ...]
    sensitive_packages: tuple[SensitivePackage, ...]


def read_tables(folder: Traversable) -> Tables:
    """The tables in a folder. Raises InvalidInput naming file and line of the first broken row."""
    return Tables(
        roles=read_records(folder, "legacy_roles.csv", Role),
        conferrals=read_records(folder, "conferrals.csv", Conferral),
        main_administrator_roles=read_records(folder, "main_administrator_roles.csv", MainAdministratorRole),
        role_packages=read_records(folder, "role_packages.csv", RolePackage),
        services=read_records(folder, "services.csv", Service),
        unnumbered_services=read_records(folder, "unnumbered_services.csv", UnnumberedService),
        service_roles=read_records(folder, "service_roles.csv", ServiceRole),
        service_successors=read_records(folder, "service_successors.csv", ServiceSuccessor),
        service_packages=read_records(folder, "service_packages.csv", ServicePackage),
        sensitive_packages=read_records(folder, "sensitive_packages.csv", SensitivePackage),
    )


@cache
def shipped_tables() -> Tables:
    """The tables that ship with the package."""
    return read_tables(shipped_folder())


def shipped_folder() -> Traversable:
    """Where the shipped files are."""
    return files("legacy_mappings.vocabulary")
