"""The rows that are no facts of the core: what a role or a service became, and what has no number."""

from __future__ import annotations

from dataclasses import dataclass

from core import Confidence


@dataclass(frozen=True, slots=True)
class RolePackage:
    """A package that took over from a legacy role; ``package`` is None where none was found.

    A stated row may be applied as it is; an inferred one is a proposal that somebody must confirm; without
    a package somebody must choose. ``basis`` says why, ``condition`` when the row applies (empty: always).
    """

    role: str
    package: str | None
    confidence: Confidence
    basis: str
    condition: str
    source: str
    dated: str


@dataclass(frozen=True, slots=True)
class ServiceRole:
    """A role, legacy or register, that opens ``action`` on a service of the old world.

    ``service`` is the id of a service or the name of an `UnnumberedService`; ``action`` is empty where the
    source names none.
    """

    service: str
    action: str
    role: str
    source: str
    dated: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class ServicePackage:
    """A package that the policy of ``service`` accepts.

    ``service`` is a resource; or a legacy service, or the name of an `UnnumberedService`, that no resource
    is known for.
    """

    service: str
    package: str
    basis: str
    source: str
    dated: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class UnnumberedService:
    """A service whose number on the newer platforms no source states, with what is known of it.

    ``name`` is our own. ``form_number`` is the form's name (RF-1070), ``resource`` what it is called today,
    ``minimum_level`` the authentication level it asks for (0-4).
    """

    name: str
    title: str
    owner: str
    form_number: str | None
    resource: str | None
    minimum_level: int | None
    source: str
    dated: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class MainAdministratorRole:
    """A legacy role that a main administrator (hovedadministrator) may give without having it."""

    role: str
    source: str
    dated: str
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class SensitivePackage:
    """A package that asks for a consent of its own, so that no default and no bulk step may bring it; and why.

    Source: users-and-migration §4.1 row 19; packages-and-roles §9 rule 6.
    """

    package: str
    why: str
    source: str
    dated: str
    confidence: Confidence
