"""Facts and the changes that make them: the one description of a write.

A fact is a frozen record of a registered kind. Every fact comes and goes by a numbered `Change`; the
snapshot is the fold of all changes. The ledger (submissions, receipts, attempts …) is not facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain import brown_out, change_request, delegation, fall_back_budget, party, system, vocabulary

Fact = (
    vocabulary.Role
    | vocabulary.Conferral
    | vocabulary.AccessPackage
    | vocabulary.Carriage
    | vocabulary.Nesting
    | vocabulary.RuleRow
    | vocabulary.Service
    | vocabulary.PolicyRule
    | vocabulary.ServiceSuccessor
    | party.Party
    | vocabulary.AccessListEntry
    | party.RegisterRole
    | system.EnterpriseSystem
    | system.EnterpriseUser
    | system.PersonLogin
    | system.System
    | system.SystemUserRequest
    | system.SystemUser
    | system.Generation
    | change_request.ChangeRequest
    | system.SystemUserLink
    | system.AuthorityRow
    | fall_back_budget.FallBackBudget
    | delegation.RoleGrant
    | delegation.PackageDelegation
    | delegation.RightDelegation
    | delegation.ClientDelegation
    | delegation.Connection
    | brown_out.BrownOut
)

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class FactKind:
    """A kind of fact: its name in the change log and in files, its record, and the fields that are its key."""

    name: str
    record: type[Fact]
    key_fields: tuple[str, ...]

    def key(self, fact: Fact) -> Key:
        """What identifies the fact among those of its kind."""
        return tuple(getattr(fact, name) for name in self.key_fields)


# The order is the order of import: a kind comes after those it points at.
FACT_KINDS: tuple[FactKind, ...] = (
    FactKind("role", vocabulary.Role, ("code",)),
    FactKind("conferral", vocabulary.Conferral, ("role", "conferred_by")),
    FactKind("access_package", vocabulary.AccessPackage, ("code",)),
    FactKind("carriage", vocabulary.Carriage, ("role", "package", "form")),
    FactKind("nesting", vocabulary.Nesting, ("form",)),
    FactKind("rule_row", vocabulary.RuleRow, ("code",)),
    FactKind("service", vocabulary.Service, ("id",)),
    FactKind("policy_rule", vocabulary.PolicyRule, ("service", "action", "accepts", "code")),
    FactKind("service_successor", vocabulary.ServiceSuccessor, ("service", "action", "resource", "resource_action")),
    FactKind("party", party.Party, ("id",)),
    FactKind("access_list_entry", vocabulary.AccessListEntry, ("service", "party")),
    FactKind("register_role", party.RegisterRole, ("id",)),
    FactKind("enterprise_system", system.EnterpriseSystem, ("id",)),
    FactKind("enterprise_user", system.EnterpriseUser, ("id",)),
    FactKind("person_login", system.PersonLogin, ("party",)),
    FactKind("system", system.System, ("id",)),
    FactKind("system_user_request", system.SystemUserRequest, ("id",)),
    FactKind("system_user", system.SystemUser, ("id",)),
    FactKind("generation", system.Generation, ("system_user", "number")),
    FactKind("change_request", change_request.ChangeRequest, ("id",)),
    FactKind("system_user_link", system.SystemUserLink, ("enterprise_system", "system_user")),
    FactKind("authority_row", system.AuthorityRow, ("enterprise_system", "reportee")),
    FactKind("fall_back_budget", fall_back_budget.FallBackBudget, ("enterprise_system",)),
    FactKind("role_grant", delegation.RoleGrant, ("id",)),
    FactKind("package_delegation", delegation.PackageDelegation, ("id",)),
    FactKind("right_delegation", delegation.RightDelegation, ("id",)),
    FactKind("client_delegation", delegation.ClientDelegation, ("id",)),
    FactKind("connection", delegation.Connection, ("giver", "receiver", "role")),
    FactKind("brown_out", brown_out.BrownOut, ("id",)),
)

KIND_OF: dict[type, FactKind] = {kind.record: kind for kind in FACT_KINDS}
KIND_NAMED: dict[str, FactKind] = {kind.name: kind for kind in FACT_KINDS}


def key_of(fact: Fact) -> Key:
    """What identifies the fact among those of its kind."""
    return KIND_OF[type(fact)].key(fact)


class Operation(StrEnum):
    """What a change does: put (new, or in place of the one with the same key) or remove."""

    PUT = "put"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that has not been written yet."""

    operation: Operation
    fact: Fact


@dataclass(frozen=True, slots=True)
class Change:
    """A written change: ``sequence`` orders all changes, ``by`` names who made it, ``at`` when (UTC)."""

    sequence: int
    operation: Operation
    fact: Fact
    at: datetime
    by: str


def put(fact: Fact) -> Edit:
    """A new fact, or a new state of one."""
    return Edit(Operation.PUT, fact)


def remove(fact: Fact) -> Edit:
    """The end of a fact. What flowed from it must be removed in the same transaction."""
    return Edit(Operation.REMOVE, fact)
