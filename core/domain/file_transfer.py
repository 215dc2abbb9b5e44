"""Brokered files of the new world: states, events, and how a resource brokers. Source: pdp-and-tokens §16."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.domain.identifiers import PartyId, ServiceId
from core.domain.party import Party
from core.domain.transfer import Transfer
from core.domain.vocabulary import Service, ServiceKind

BROKER_RESOURCE = "brokerservice"
"""The type of resources that broker files, in lower case."""

LIFETIME = timedelta(days=30)
GRACE = timedelta(hours=2)
"""How long files are kept where a resource says nothing else: at the most, and after all have confirmed."""


class TransferState(StrEnum):
    """How far a transfer has come. Source: pdp-and-tokens §16.2."""

    INITIALIZED = "Initialized"
    UPLOAD_STARTED = "UploadStarted"
    UPLOAD_PROCESSING = "UploadProcessing"
    PUBLISHED = "Published"
    CANCELLED = "Cancelled"
    ALL_CONFIRMED = "AllConfirmedDownloaded"
    PURGED = "Purged"
    FAILED = "Failed"


class RecipientState(StrEnum):
    """How far a recipient has come."""

    INITIALIZED = "Initialized"
    DOWNLOAD_STARTED = "DownloadStarted"
    DOWNLOAD_CONFIRMED = "DownloadConfirmed"


@dataclass(frozen=True, slots=True)
class BrokerResource:
    """How a resource brokers files, as its owner has set it.

    ``most_bytes`` is None for as many as are taken at all. A file is kept for ``lifetime``, and where
    ``purge_confirmed`` is set no longer than ``grace`` after all recipients have confirmed.
    ``owner_required``: the owner is the sender or the only recipient of every file.
    """

    service: ServiceId
    most_bytes: int | None = None
    lifetime: timedelta = LIFETIME
    purge_confirmed: bool = True
    grace: timedelta = GRACE
    owner_required: bool = False


@dataclass(frozen=True, slots=True)
class NewFileTransfer:
    """A transfer as its sender announces it. ``sender`` and ``recipients`` are organisation numbers.

    ``checksum`` is an MD5 in hexadecimal, None where none is to be held against the file.
    """

    service: ServiceId
    file_name: str
    sender: str
    recipients: tuple[str, ...]
    reference: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    checksum: str | None = None


@dataclass(frozen=True, slots=True)
class TransferProgress:
    """What is kept of a transfer beside `Transfer`: its state since when, why, and when the file is purged.

    ``checksum`` is the MD5 of the file that was uploaded.
    """

    transfer: str
    service: ServiceId
    sender: PartyId
    state: TransferState
    text: str
    changed: datetime
    expires: datetime
    checksum: str | None = None

    def state_at(self, at: datetime) -> TransferState:
        """The state at ``at``: a file whose time is over is as good as purged, swept away or not."""
        return TransferState.PURGED if at >= self.expires else self.state


@dataclass(frozen=True, slots=True)
class TransferEvent:
    """A state that was reached: the transfer's, or where ``party`` is given that recipient's."""

    at: datetime
    state: str
    text: str
    party: PartyId | None = None


@dataclass(frozen=True, slots=True)
class RecipientProgress:
    """How far a recipient has come, and since when."""

    party: Party = field(repr=False)
    state: RecipientState
    text: str
    changed: datetime


@dataclass(frozen=True, slots=True)
class FileTransfer:
    """A transfer with its state as of now, the parties in it, and what has happened to it."""

    transfer: Transfer
    state: TransferState
    text: str
    changed: datetime
    expires: datetime
    checksum: str | None
    sender: Party = field(repr=False)
    recipients: tuple[RecipientProgress, ...]
    events: tuple[TransferEvent, ...]


class TransferRole(StrEnum):
    """In which role the caller is looked for."""

    SENDER = "sender"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True)
class TransferSearch:
    """Which transfers of a resource are wanted; None is no filter. Times are when they were announced."""

    service: ServiceId
    state: TransferState | None = None
    recipient_state: RecipientState | None = None
    since: datetime | None = None
    until: datetime | None = None
    role: TransferRole | None = None
    ascending: bool = False


def brokers_files(service: Service) -> bool:
    """Whether the service is a resource that brokers files."""
    return service.kind is ServiceKind.RESOURCE and service.resource_type.lower() == BROKER_RESOURCE
