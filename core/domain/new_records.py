"""What is handed to the new world's commands, and what its questions answer with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.domain.identifiers import ServiceId
from core.domain.party import Party
from core.domain.system import SystemUserKind, SystemUserRequest
from core.domain.vocabulary import Right


@dataclass(frozen=True, slots=True)
class NewSystem:
    """A system as its vendor wants it registered.

    ``id`` is ``<organisation number>_<name>``; ``name`` and ``description`` are texts by language (nb, nn,
    en); a right without an action of its own has the action ``*``; ``packages`` are codes.
    """

    id: str
    vendor: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    rights: tuple[Right, ...] = ()
    packages: tuple[str, ...] = ()
    client_ids: tuple[str, ...] = ()
    redirect_urls: tuple[str, ...] = ()
    visible: bool = True


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A system user as a vendor asks an organisation for it.

    ``owner_number`` is the organisation's number; ``external_ref`` the vendor's own key, the organisation
    number where it is left out or empty; ``title`` is the system's name where it is left out.
    """

    kind: SystemUserKind
    system: str
    owner_number: str
    external_ref: str | None = None
    title: str | None = None
    rights: tuple[Right, ...] = ()
    packages: tuple[str, ...] = ()
    redirect_url: str | None = None


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """The request for a system user; ``created`` is False where it was there already."""

    request: SystemUserRequest
    created: bool


@dataclass(frozen=True, slots=True)
class ClientView:
    """A client of an agent system user, and what was delegated for it. Everything is sorted."""

    party: Party
    grounds: tuple[str, ...]
    packages: tuple[str, ...]
    resources: tuple[ServiceId, ...]
    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class AvailableClient:
    """A party that could become a client; with ``missing_packages`` it cannot be added yet."""

    party: Party
    missing_packages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClientWish:
    """What an agent is to have for one client, or to lose, by the role it flows from.

    ``resources`` are whole resources, ``rights`` single ones.
    """

    role: str
    packages: tuple[str, ...] = ()
    resources: tuple[ServiceId, ...] = ()
    rights: tuple[Right, ...] = ()


@dataclass(frozen=True, slots=True)
class DelegationOutcome:
    """What became of one package or one resource of a wish; ``changed`` where it is not as it was."""

    role: str
    package: str | None
    resource: ServiceId | None
    changed: bool


@dataclass(frozen=True, slots=True)
class RoleAccess:
    """What flows from one role. Everything is sorted."""

    role: str
    packages: tuple[str, ...]
    resources: tuple[ServiceId, ...]
    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class ClientAccess:
    """What a party or a system user has, or gives, role by role. ``since`` is when it was taken on, where known."""

    holder: str
    roles: tuple[RoleAccess, ...]
    since: datetime | None = None
