"""Systems of both worlds: enterprise systems, registered systems, system users and requests for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.domain.identifiers import PartyId
from core.domain.vocabulary import Right


class SystemState(StrEnum):
    """Whether an enterprise system or user may log on."""

    ACTIVE = "active"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class EnterpriseSystem:
    """An end-user system of the old world (datasystem), registered on its owner.

    ``id`` is the number the owner was given at registration (fagsystem-ID); the owner is an
    organisation or a person. ``secret`` is the argon2 hash of the password. ``locked_until`` is set after
    too many wrong passwords; an operator's lock (``state``) has no end.
    """

    id: int
    owner: PartyId
    name: str
    secret: str = field(repr=False)
    state: SystemState = SystemState.ACTIVE
    locked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseUser:
    """A user of the old world bound to an organisation's certificate (virksomhetsbruker)."""

    id: str
    owner: PartyId
    name: str
    secret: str = field(repr=False)
    state: SystemState = SystemState.ACTIVE


@dataclass(frozen=True, slots=True)
class PersonLogin:
    """A person's own log-on to the old world (profil). A person has one at the most.

    ``user_name`` (brukernavn) is compared without regard to case. ``secret`` is the argon2 hash of the
    password; ``phone`` is where one-time codes are sent, and is shown masked only. With ``allows_systems``
    the person lets systems log on with the user name, for that person's own reporting and nothing else
    (soap-svc §5.1). ``state`` is an operator's lock; a lock after wrong tries is in the ledger.
    """

    party: PartyId
    secret: str = field(repr=False)
    user_name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    allows_systems: bool = False
    state: SystemState = SystemState.ACTIVE

    @property
    def masked_phone(self) -> str:
        """The telephone number as it may be shown: its last two digits."""
        return "" if self.phone is None else f"{'*' * (len(self.phone) - 2)}{self.phone[-2:]}"


@dataclass(frozen=True, slots=True)
class System:
    """A system in the system register, owned by a vendor.

    ``id`` is ``<organisation number>_<name>`` and never reused. ``packages`` and ``rights`` are the
    most a system user of it may ever ask for. ``client_ids`` are the Maskinporten clients that may get
    tokens for its system users; one client belongs to one system.
    """

    id: str
    internal_id: str
    vendor: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    rights: tuple[Right, ...]
    packages: tuple[str, ...]
    client_ids: tuple[str, ...]
    redirect_urls: tuple[str, ...]
    visible: bool
    deleted: bool
    created: datetime


class SystemUserKind(StrEnum):
    """For whom a system user works: its owner, or its owner's clients."""

    STANDARD = "standard"
    AGENT = "agent"


class RequestStatus(StrEnum):
    """Where a request stands."""

    NEW = "New"
    ACCEPTED = "Accepted"
    REJECTED = "Rejected"


REQUEST_LIFETIME = timedelta(days=180)
"""How old a request, or a change request, becomes before it is shown as timed out. Source: rest-systemuser §5.7."""


def has_timed_out(created: datetime, now: datetime) -> bool:
    """Whether what was asked at ``created`` is shown as timed out. It can be answered all the same."""
    return now - created >= REQUEST_LIFETIME


@dataclass(frozen=True, slots=True)
class SystemUserRequest:
    """A vendor asks an organisation to approve a system user. The id becomes the system user's id.

    (``system``, ``owner``, ``external_ref``) is the vendor's key: one live request or system user each.
    """

    id: str
    kind: SystemUserKind
    system: str
    owner: PartyId
    external_ref: str
    title: str
    rights: tuple[Right, ...]
    packages: tuple[str, ...]
    status: RequestStatus
    escalated: bool
    redirect_url: str | None
    created: datetime


@dataclass(frozen=True, slots=True)
class SystemUser:
    """The identity (systembruker) that a vendor's system has at ``owner``.

    The identity is stable; what it may do at most is said by its generations.
    """

    id: str
    kind: SystemUserKind
    system: str
    owner: PartyId
    external_ref: str
    title: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Generation:
    """One approved ceiling of a system user: packages and rights it may have at the most.

    Numbers begin at 1 and rise. A client stays on the generation it was put on until it is moved.
    """

    system_user: str
    number: int
    packages: frozenset[str]
    rights: frozenset[Right]
    created: datetime


@dataclass(frozen=True, slots=True)
class SystemUserLink:
    """An enterprise system's successor for one ground: this system user, under this external reference."""

    enterprise_system: int
    system_user: str
    ground: str
    external_ref: str


class Authority(StrEnum):
    """Which world's answer rules for an enterprise system.

    In ``shadow`` the old world rules and the new one is asked too.
    """

    OLD = "old"
    SHADOW = "shadow"
    NEW = "new"


EVERY_REPORTEE = ""
"""As the reportee of an authority row: the row is for the whole system."""


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """Whose answer rules for (enterprise system, reportee), or for the system as a whole."""

    enterprise_system: int
    reportee: str
    authority: Authority
    since: datetime
