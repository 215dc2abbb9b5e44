"""Who has given what to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.identifiers import PartyId, ServiceId
from core.domain.vocabulary import Right


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A legacy role that ``reportee`` (avgiver) has given to ``receiver``.

    The receiver is a party (a person or an organisation) or an enterprise user; ``given_by`` says who
    did it, for the audit.
    """

    id: str
    reportee: PartyId
    receiver: str
    role: str
    given_by: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class PackageDelegation:
    """An access package that ``giver`` has given to ``receiver``: a party, or a system user of its own."""

    id: str
    giver: PartyId
    receiver: str
    package: str
    given_by: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class RightDelegation:
    """Single rights that ``giver`` has given to ``receiver``: actions on one service, ``*`` for all of them."""

    id: str
    giver: PartyId
    receiver: str
    service: ServiceId
    actions: frozenset[str]
    given_by: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClientDelegation:
    """A client that ``provider`` has put on one generation of its agent system user.

    ``ground`` is the relation it flows from: a register role of the provider at the client (REGN, REVI,
    FFØR …), ``rettighetshaver`` for what the client gave by its own hand, or ``self`` for the provider's
    own organisation. When the ground ends, the delegation is dead. ``packages``, whole ``resources`` and
    single ``rights`` add up.
    """

    id: str
    system_user: str
    generation: int
    provider: PartyId
    client: PartyId
    ground: str
    packages: frozenset[str]
    resources: frozenset[ServiceId]
    rights: frozenset[Right]
    given_by: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None


Grant = RoleGrant | PackageDelegation | RightDelegation | ClientDelegation
