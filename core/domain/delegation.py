"""Who has given what to whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from core.domain.identifiers import PartyId, ServiceId
from core.domain.party import Window, window_of
from core.domain.vocabulary import RIGHTHOLDER, Right

AGENT = "agent"
"""The relation of a provider to the people and agent system users that work for its clients."""

_NONE: frozenset[str] = frozenset()
_NO_RIGHTS: frozenset[Right] = frozenset()


class _ByHand:
    """What is common to all that a party gives by its own hand: each is also a *holding* of its receiver.

    ``roles``, ``packages`` and ``rights`` are what it brings. It reaches the people with a key role at the
    receiver (``nests``), and its ground is the giver's own will.
    """

    __slots__ = ()

    ground: ClassVar[str] = RIGHTHOLDER
    nests: ClassVar[bool] = True
    valid_from: datetime | None
    valid_to: datetime | None

    @property
    def fact(self) -> Self:
        """The fact behind the holding: itself."""
        return self

    @property
    def window(self) -> Window | None:
        """When it is in force; None for always."""
        return window_of(self.valid_from, self.valid_to)

    @property
    def roles(self) -> frozenset[str]:
        """The roles it brings."""
        return _NONE

    @property
    def packages(self) -> frozenset[str]:
        """The access packages it brings."""
        return _NONE

    @property
    def rights(self) -> frozenset[Right]:
        """The single rights it brings."""
        return _NO_RIGHTS


@dataclass(frozen=True, slots=True)
class RoleGrant(_ByHand):
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

    @property
    def roles(self) -> frozenset[str]:
        """The roles it brings."""
        return frozenset({self.role})


@dataclass(frozen=True, slots=True)
class PackageDelegation(_ByHand):
    """An access package that ``giver`` has given to ``receiver``: a party, or a system user of its own."""

    id: str
    giver: PartyId
    receiver: str
    package: str
    given_by: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    @property
    def packages(self) -> frozenset[str]:
        """The access packages it brings."""
        return frozenset({self.package})


@dataclass(frozen=True, slots=True)
class RightDelegation(_ByHand):
    """Single rights that ``giver`` has given to ``receiver``: actions on one service, ``*`` for all of them."""

    id: str
    giver: PartyId
    receiver: str
    service: ServiceId
    actions: frozenset[str]
    given_by: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    @property
    def rights(self) -> frozenset[Right]:
        """The single rights it brings."""
        return frozenset(Right(self.service, action) for action in self.actions)


@dataclass(frozen=True, slots=True)
class ClientDelegation:
    """A client that ``provider`` has put on one generation of its agent system user.

    ``ground`` is the relation it flows from: a register role of the provider at the client (REGN, REVI,
    FFØR …), ``rettighetshaver`` for what the client gave by its own hand, or ``self`` for the provider's
    own organisation. When the ground ends, the delegation is dead. ``packages``, whole ``resources`` and
    single ``rights`` add up. ``system_user`` can also be a person who is the provider's agent; then there is
    no ceiling, and ``generation`` is 0.
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


@dataclass(frozen=True, slots=True)
class Connection:
    """``giver`` has taken ``receiver`` on in ``role``; that alone gives nothing.

    As ``rettighetshaver`` the receiver, a party, may be given packages and rights; as ``agent`` a person or an
    agent system user may be given the giver's clients. What was given in the role ends with it.
    """

    giver: PartyId
    receiver: str
    role: str
    given_by: str
    since: datetime


Grant = RoleGrant | PackageDelegation | RightDelegation | ClientDelegation
