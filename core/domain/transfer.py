"""Brokered files (formidling): one file from one party to others, through the platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.domain.identifiers import PartyId, ServiceId


class FileStatus(StrEnum):
    """Whether a recipient has said that it has the file. Values are those of the contract (soap-svc §11.1)."""

    UPLOADED = "Uploaded"
    DOWNLOADED = "Downloaded"


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """A transfer announced: who sends what to whom. ``files`` are (name, checksum), ``properties`` (key, value).

    ``reportee`` and ``recipients`` are numbers; ``reference`` is the sender's own.
    """

    service: ServiceId
    reportee: str = field(repr=False)
    reference: str
    recipients: tuple[str, ...] = field(repr=False)
    files: tuple[tuple[str, str], ...] = ()
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TransferRecipient:
    """One for whom a transfer is: its receipt, when it first fetched the file, and when it said that it has it."""

    party: PartyId
    receipt: int | None = None
    downloaded: datetime | None = None
    confirmed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as it is kept. ``id`` is its file reference, a GUID nobody guesses.

    ``owner`` is the party whose system announced it, ``sender`` the reportee it was announced for. There is a
    file from ``sent`` on: its name, its content and its size in bytes.
    """

    id: str
    service: ServiceId
    sender: PartyId
    owner: PartyId
    reference: str
    files: tuple[tuple[str, str], ...]
    properties: tuple[tuple[str, str], ...]
    begun: datetime
    recipients: tuple[TransferRecipient, ...]
    sent: datetime | None = None
    file_name: str | None = None
    content: str | None = None
    size: int | None = None
    receipt: int | None = None

    def recipient(self, party: str) -> TransferRecipient | None:
        """The recipient that is this party, or None."""
        return next((each for each in self.recipients if each.party == party), None)


@dataclass(frozen=True, slots=True)
class FileSearch:
    """Which files a recipient asks for. ``service`` is None for every service, times are when they were sent."""

    status: FileStatus
    service: ServiceId | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AvailableFile:
    """A file that lies ready for a recipient, which ``receipt`` is about. ``sender`` is the sender's number."""

    transfer: str
    service: ServiceId
    sender: str = field(repr=False)
    reference: str
    file_name: str
    size: int
    sent: datetime
    status: FileStatus
    receipt: int


@dataclass(frozen=True, slots=True)
class Content:
    """A stored file to be sent out: the id of its content, its size in bytes, and its name."""

    id: str
    size: int
    name: str
