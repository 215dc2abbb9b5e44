"""What the old platforms' words mean, as data: roles, services, and what each became.

Every row has its source, its date and how well it is founded. Nothing here decides anything: the facts go
into the core like any others, and the rest is for the planner and for people.
"""

from legacy_mappings.vocabulary.coverage import Coverage, RoleCovered, ServiceCovered, Standing, coverage
from legacy_mappings.vocabulary.layer_lint import lint_layers
from legacy_mappings.vocabulary.layers import ChangeKind, Layered, Placed, RowChange, diff, layered_tables
from legacy_mappings.vocabulary.lint import Finding, lint
from legacy_mappings.vocabulary.lookups import (
    confirmed,
    form_for,
    legacy_vocabulary,
    main_administrator_roles,
    packages_for_role,
    packages_for_service,
    roles_for_service,
    service_by_form_number,
    services_numbered,
    services_of_form_number,
    services_opened_by,
    successor_for,
    successors,
    successors_in,
    unnumbered_services,
)
from legacy_mappings.vocabulary.records import (
    MainAdministratorRole,
    RolePackage,
    SensitivePackage,
    ServicePackage,
    ServiceRole,
    UnnumberedService,
)
from legacy_mappings.vocabulary.tables import Tables, read_tables

__all__ = [
    "ChangeKind",
    "Coverage",
    "Finding",
    "Layered",
    "MainAdministratorRole",
    "Placed",
    "RoleCovered",
    "RolePackage",
    "RowChange",
    "SensitivePackage",
    "ServiceCovered",
    "ServicePackage",
    "ServiceRole",
    "Standing",
    "Tables",
    "UnnumberedService",
    "confirmed",
    "coverage",
    "diff",
    "form_for",
    "layered_tables",
    "legacy_vocabulary",
    "lint",
    "lint_layers",
    "main_administrator_roles",
    "packages_for_role",
    "packages_for_service",
    "read_tables",
    "roles_for_service",
    "service_by_form_number",
    "services_numbered",
    "services_of_form_number",
    "services_opened_by",
    "successor_for",
    "successors",
    "successors_in",
    "unnumbered_services",
]
