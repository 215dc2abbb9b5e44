"""What is remembered of each change to a system in the register, and where a system user stands in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.new_records import NewSystem
from core.domain.system import SystemUser
from core.domain.vocabulary import Right


class SystemChangeKind(StrEnum):
    """What was done to a system. Source: rest-systemuser §3.9."""

    CREATE = "create"
    UPDATE = "update"
    RIGHTS = "rightsupdate"
    PACKAGES = "accesspackageupdate"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class SystemChange:
    """One line of a system's change log.

    ``by`` is the organisation number of whoever did it, empty for the operator; ``client`` the Maskinporten client
    it was done with. What was submitted is ``whole``, ``rights`` or ``packages``, after its kind; nothing at a
    deletion.
    """

    system: str
    kind: SystemChangeKind
    by: str
    client: str | None
    at: datetime
    whole: NewSystem | None = None
    rights: tuple[Right, ...] | None = None
    packages: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class NumberedUser:
    """A standing system user and its ordinal, which never changes and rises with every new system user."""

    ordinal: int
    user: SystemUser


@dataclass(frozen=True, slots=True)
class StreamedUser:
    """A system user as it was left by the newest change to it, whose sequence orders the stream."""

    sequence: int
    user: SystemUser
    removed: bool
    changed: datetime


@dataclass(frozen=True, slots=True)
class UserStream:
    """One page of the stream of system users, and the sequence of the newest item there is."""

    users: tuple[StreamedUser, ...]
    newest: int
