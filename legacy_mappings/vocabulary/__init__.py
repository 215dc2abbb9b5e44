"""What the old platforms' words mean, as data: roles, services, and what each became.

Every row has its source, its date and how well it is founded. Nothing here decides anything: the facts go
into the core like any others, and the rest is for the planner and for people.
"""

from legacy_mappings.vocabulary.lint import Finding, lint
from legacy_mappings.vocabulary.lookups import (
    form_for,
    legacy_vocabulary,
    main_administrator_roles,
    packages_for_role,
    packages_for_service,
    roles_for_service,
    service_by_form_number,
    services_of_form_number,
    services_opened_by,
    successors,
    unnumbered_services,
)
from legacy_mappings.vocabulary.records import (
    MainAdministratorRole,
    RolePackage,
    ServicePackage,
    ServiceRole,
    UnnumberedService,
)
from legacy_mappings.vocabulary.tables import Tables, read_tables

__all__ = [
    "Finding",
    "MainAdministratorRole",
    "RolePackage",
    "ServicePackage",
    "ServiceRole",
    "Tables",
    "UnnumberedService",
    "form_for",
    "legacy_vocabulary",
    "lint",
    "main_administrator_roles",
    "packages_for_role",
    "packages_for_service",
    "read_tables",
    "roles_for_service",
    "service_by_form_number",
    "services_of_form_number",
    "services_opened_by",
    "successors",
    "unnumbered_services",
]
