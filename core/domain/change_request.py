"""Change requests: a vendor asks for other packages and rights than a system user has now.

The lists say how it shall end, and not what is to be added or taken away. Source: rest-systemuser §6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.identifiers import ServiceId
from core.domain.system import Generation
from core.domain.vocabulary import ANY_ACTION, Right


class ChangeStatus(StrEnum):
    """Where a change request stands. `NO_CHANGE_NEEDED` is only ever answered and never stored."""

    NEW = "New"
    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    NO_CHANGE_NEEDED = "NoChangeNeeded"


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A vendor asks that a system user shall have some things, and not have others.

    ``id`` is the vendor's own correlation id. What is in neither list stays as it is; what is in both ends
    as unwanted.
    """

    id: str
    system_user: str
    system: str
    required_rights: tuple[Right, ...]
    unwanted_rights: tuple[Right, ...]
    required_packages: tuple[str, ...]
    unwanted_packages: tuple[str, ...]
    status: ChangeStatus
    redirect_url: str | None
    created: datetime

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.required_rights or self.unwanted_rights or self.required_packages or self.unwanted_packages)


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change as a vendor asks for it. ``id`` is the vendor's own, and names the change from then on."""

    id: str
    system_user: str
    required_rights: tuple[Right, ...] = ()
    unwanted_rights: tuple[Right, ...] = ()
    required_packages: tuple[str, ...] = ()
    unwanted_packages: tuple[str, ...] = ()
    redirect_url: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """The change request; ``created`` is False where it was there already, or nothing was asked for."""

    change: ChangeRequest
    created: bool


def packages_after(has: Iterable[str], change: ChangeRequest) -> frozenset[str]:
    """The packages there shall be, where there are ``has`` now."""
    return (frozenset(has) | frozenset(change.required_packages)) - frozenset(change.unwanted_packages)


def actions_after(
    has: Iterable[str], change: ChangeRequest, service: ServiceId, offered: Iterable[str]
) -> frozenset[str]:
    """The actions on one service there shall be, where there are ``has`` now; ``*`` for all of them.

    ``offered`` are all the actions of the service: what is left when one is taken out of ``*``.
    """
    wanted = frozenset(has) | actions_on(service, change.required_rights)
    unwanted = actions_on(service, change.unwanted_rights)
    if ANY_ACTION in unwanted:
        return frozenset()
    if ANY_ACTION in wanted:
        return frozenset(offered) - unwanted if unwanted else frozenset({ANY_ACTION})
    return wanted - unwanted


def actions_on(service: ServiceId, rights: Iterable[Right]) -> frozenset[str]:
    """The actions that ``rights`` name on the service."""
    return frozenset(right.action for right in rights if right.service == service)


def services_of(change: ChangeRequest) -> tuple[ServiceId, ...]:
    """The services whose rights the change is about, in order."""
    return tuple(sorted({right.service for right in (*change.required_rights, *change.unwanted_rights)}))


def rights_after(
    has: frozenset[Right], change: ChangeRequest, offered: Mapping[ServiceId, tuple[str, ...]]
) -> frozenset[Right]:
    """The rights there shall be, where there are ``has`` now. ``offered`` are the actions of each service."""
    touched = services_of(change)
    kept = (right for right in has if right.service not in touched)
    changed = (
        Right(service, action)
        for service in touched
        for action in actions_after(actions_on(service, has), change, service, offered.get(service, ()))
    )
    return frozenset((*kept, *changed))


def ceiling_after(
    ceiling: Generation, change: ChangeRequest, offered: Mapping[ServiceId, tuple[str, ...]], at: datetime
) -> Generation:
    """The generation that follows ``ceiling`` when the change is made; the same one where nothing is altered."""
    packages = packages_after(ceiling.packages, change)
    rights = rights_after(ceiling.rights, change, offered)
    if packages == ceiling.packages and rights == ceiling.rights:
        return ceiling
    return Generation(ceiling.system_user, ceiling.number + 1, packages, rights, at)
