"""The words both worlds are described in: roles, access packages, services and what they accept.

All of it is data with a source; no rule in this package knows a role or package by name, apart from
the few names that the platforms themselves give a meaning to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.domain.identifiers import PartyId, ServiceId

ANY_ACTION = "*"
"""As the action of a single right: every action of the service."""

RIGHTHOLDER = "rettighetshaver"
"""The ground of everything a party has given by its own hand (rettighetshaver)."""

OWN_ORGANISATION = "self"
"""The ground of an agent system user that also works for its own owner."""


class Confidence(StrEnum):
    """How well a row is founded."""

    STATED = "stated"
    INFERRED = "inferred"
    OURS = "ours"
    USER = "user"


class RoleKind(StrEnum):
    """Which world a role belongs to."""

    REGISTER = "register"
    LEGACY = "legacy"
    MODERN = "modern"


class Right(NamedTuple):
    """One action on one service: the unit every decision is about."""

    service: ServiceId
    action: str


@dataclass(frozen=True, slots=True)
class Role:
    """A role code and what kind of role it is.

    ``key_role``: a person with it at an organisation also has what the organisation was given
    (nøkkelrolle). ``delegable``: may be given on; None where no source says.
    """

    code: str
    kind: RoleKind
    name: str
    key_role: bool
    delegable: bool | None
    source: str
    dated: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Conferral:
    """Whoever has the register role ``conferred_by`` also has the legacy role ``role``."""

    role: str
    conferred_by: str
    source: str
    dated: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class AccessPackage:
    """An access package (tilgangspakke): the unit of authority in the new world.

    ``assignable``: an organisation may give it to somebody, a standard system user included.
    ``delegable``: a provider may pass it on to its agent. ``party_type``: organization or person.
    """

    code: str
    name: str
    party_type: str
    assignable: bool
    delegable: bool
    source: str
    dated: str

    @property
    def urn(self) -> str:
        """The package as it is written on the wire."""
        return f"urn:altinn:accesspackage:{self.code}"


@dataclass(frozen=True, slots=True)
class Carriage:
    """The register role ``role`` carries the access package ``package``.

    ``has_access``: the holder may use it; ``can_delegate``: the holder may give it on. ``form``: only
    where the unit has this organisation form; empty for every form.
    """

    role: str
    package: str
    form: str
    has_access: bool
    can_delegate: bool
    source: str
    dated: str


@dataclass(frozen=True, slots=True)
class Nesting:
    """In units of this form, these register roles pass through an organisation that holds them.

    The form ``*`` is the rule for every form without a row of its own.
    """

    form: str
    roles: frozenset[str]
    source: str
    dated: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule that is a fact: which roles it is about, where it comes from, and its switch."""

    code: str
    roles: frozenset[str]
    enabled: bool
    source: str
    dated: str
    confidence: Confidence


REGISTERED_CLIENT_RULE = "registered-accountant-or-auditor-submits"
"""Rule row: an owner with one of these register roles at the reportee needs no submission role."""

SUBMISSION_GIVER_RULE = "general-manager-gives-submission-role"
"""Rule row: holders of these register roles count as holding the submission role when giving it."""

ADMINISTRATION_RULE = "legacy-administration"
"""Rule row: the legacy roles that let a person give roles on a reportee's behalf."""

PERSON_INHERITS_RULE = "sole-proprietor-inherits"
"""Rule row: these relations of a sole proprietorship (ENK) reach its owner as a person."""

CLIENT_ROLES_RULE = "client-relations"
"""Rule row: the register roles that make the holder's party a client of it."""


class ServiceKind(StrEnum):
    """Which platform a service lives on."""

    FORM = "form"
    LEGACY = "legacy"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Service:
    """A form, a legacy service or a modern resource.

    ``minimum_level`` is the authentication level a caller must have (0–4), ``minimum_level_org`` the
    same for organisation-authenticated callers, None where there is none. ``resource_type`` and
    ``delegable`` matter for modern resources. ``access_list``: only listed parties may be acted for.
    """

    id: ServiceId
    kind: ServiceKind
    title: str
    owner: str
    minimum_level: int
    minimum_level_org: int | None
    resource_type: str
    delegable: bool
    access_list: bool
    form_number: str | None
    source: str
    dated: str
    confidence: Confidence
    valid_from: datetime | None = None
    valid_to: datetime | None = None


class Accepts(StrEnum):
    """What a policy rule asks the caller to hold."""

    ROLE = "role"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """Whoever holds ``code`` (a role or a package) may do ``action`` on ``service``."""

    service: ServiceId
    action: str
    accepts: Accepts
    code: str
    source: str
    dated: str
    confidence: Confidence
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccessListEntry:
    """A party that a service with an access list may be used for, and for which actions (empty: all)."""

    service: ServiceId
    party: PartyId
    actions: frozenset[str]


@dataclass(frozen=True, slots=True)
class ServiceSuccessor:
    """What one action on a legacy service is in the new world: one action on one resource.

    A row that is only inferred is a proposal: nothing is decided on it until somebody has said yes to it.
    """

    service: ServiceId
    action: str
    resource: ServiceId
    resource_action: str
    source: str
    dated: str
    confidence: Confidence
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def is_followed(self, at: datetime) -> bool:
        """Whether decisions follow it at ``at``: it is in force, and more than a proposal."""
        begun = self.valid_from is None or self.valid_from <= at
        ended = self.valid_to is not None and self.valid_to <= at
        return begun and not ended and self.confidence is not Confidence.INFERRED


@dataclass(frozen=True, slots=True)
class DecisionTerms:
    """The settings that decisions depend on.

    ``submission_role`` is the code under which systeminnsendingsrettighet is kept (no source states an
    official one); ``submission_role_aliases`` are other codes read as the same role;
    ``old_roles_until`` the moment imported legacy roles stop authorising, None for never.
    """

    submission_role: str = "systeminnsendingsrettighet"
    submission_role_aliases: frozenset[str] = frozenset({"FAGUT"})
    old_roles_until: datetime | None = None
