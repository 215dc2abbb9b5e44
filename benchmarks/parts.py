"""The parts of the core that are measured, gathered in one place.

Benchmarks look inside the house: they time the fold and the closure apart, which no door ever calls.
"""

from __future__ import annotations

from core.domain.catalogue import Catalogue, compile_catalogue
from core.domain.change import Change, Fact, Operation
from core.domain.decision import Decision, Outcome, Question, Reason, Subject, SubjectKind, decide
from core.domain.delegation import ClientDelegation, PackageDelegation, RightDelegation, RoleGrant
from core.domain.fold import apply_changes, build_snapshot
from core.domain.identifiers import (
    PartyId,
    ServiceId,
    form_id,
    is_form,
    organisation_check_digit,
    person_check_digits,
)
from core.domain.party import Party, PartyKind, RegisterRole, Window
from core.domain.snapshot import Snapshot
from core.domain.system import (
    EnterpriseSystem,
    Generation,
    System,
    SystemUser,
    SystemUserKind,
)
from core.domain.vocabulary import (
    PERSON_INHERITS_RULE,
    REGISTERED_CLIENT_RULE,
    RIGHTHOLDER,
    AccessPackage,
    Accepts,
    Carriage,
    Confidence,
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
)
from core.store.schema import upgrade_schema
from core.store.store import Store

__all__ = [
    "PERSON_INHERITS_RULE",
    "REGISTERED_CLIENT_RULE",
    "RIGHTHOLDER",
    "AccessPackage",
    "Accepts",
    "Carriage",
    "Catalogue",
    "Change",
    "ClientDelegation",
    "Confidence",
    "Conferral",
    "Decision",
    "DecisionTerms",
    "EnterpriseSystem",
    "Fact",
    "Generation",
    "Nesting",
    "Operation",
    "Outcome",
    "PackageDelegation",
    "Party",
    "PartyId",
    "PartyKind",
    "PolicyRule",
    "Question",
    "Reason",
    "RegisterRole",
    "Right",
    "RightDelegation",
    "Role",
    "RoleGrant",
    "RoleKind",
    "RuleRow",
    "Service",
    "ServiceId",
    "ServiceKind",
    "Snapshot",
    "Store",
    "Subject",
    "SubjectKind",
    "System",
    "SystemUser",
    "SystemUserKind",
    "Window",
    "apply_changes",
    "build_snapshot",
    "compile_catalogue",
    "decide",
    "form_id",
    "is_form",
    "organisation_check_digit",
    "person_check_digits",
    "upgrade_schema",
]
