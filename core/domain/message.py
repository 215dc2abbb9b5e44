"""Messages (meldinger): what a service owner sends to a reportee, and how far the reportee has come with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.domain.identifiers import PartyId, ServiceId


class MessageStatus(StrEnum):
    """How far a message has come. Values are those of the contract (soap-svc §9.4)."""

    CREATED = "Created"
    READ = "Read"
    CONFIRMED = "Confirmed"
    ARCHIVED = "Archived"
    DELETED = "DeletedByUser"


class Removal(StrEnum):
    """What deleting does: a person's message is gone for good, an organisation's goes to the bin (papirkurv)."""

    BIN = "bin"
    GONE = "gone"


class LinkKind(StrEnum):
    """What a link in a message leads to."""

    FORM = "Form"
    SERVICE_CODE = "ServiceCode"
    SERVICE_URL = "ServiceURL"
    ARCHIVE_REFERENCE = "ArchiveReference"


@dataclass(frozen=True, slots=True)
class MessageLink:
    """A way to answer, or to read more."""

    kind: LinkKind
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class MessageNotification:
    """A notice about the message that its sender asked for. Kept and shown; this gateway sends none.

    ``receivers`` are written ``<transport>:<address>``, as in ``Email:post@example.no``.
    """

    kind: str
    language: str
    from_address: str
    receivers: tuple[str, ...] = field(repr=False)
    tokens: tuple[str, ...] = ()
    ship: datetime | None = None


MEDIA_TYPES = frozenset(
    {
        "application_None",
        "application_msword",
        "application_pdf",
        "application_postscript",
        "application_rtf",
        "application_vnd_ms_excel",
        "application_vnd_ms_powerpoint",
        "application_vnd_oasis_opendocument_presentation",
        "application_vnd_oasis_opendocument_spreadsheet",
        "application_vnd_oasis_opendocument_text",
        "application_zip",
        "binary_octet_stream",
        "image_bmp",
        "image_gif",
        "image_jpeg",
        "not_Applicable",
        "text_html",
        "text_plain",
        "text_richtext",
        "text_rtf",
        "text_xml",
    }
)
"""The types of files that the contract has a word for."""

FILE_FUNCTIONS = frozenset({"Unspecified", "Invoice"})
"""What a file can be for."""


@dataclass(frozen=True, slots=True)
class MessageFile:
    """A file sent with a message. ``media`` is one of `MEDIA_TYPES`, ``function`` one of `FILE_FUNCTIONS`."""

    name: str
    file_name: str
    reference: str
    media: str
    function: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageAttachment:
    """A file kept with a message; ``content`` is the id of its content, ``data`` the file where it was read too."""

    id: int
    name: str
    file_name: str
    reference: str
    media: str
    function: str
    content: str
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class MessageText:
    """What a message says. ``language`` is the number of the language (1044 bokmål, 2068 nynorsk, 1033 English)."""

    language: int
    title: str
    summary: str
    body: str = field(repr=False)
    header: str = ""
    subject: str = ""
    custom_data: str = ""


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message on its way in. (sender's organisation, ``service``, ``reference``, ``reportee``) names it.

    ``reportee`` is a number; ``archive_reference`` that of the submission it answers; ``due`` is when it
    must have been confirmed; until ``visible`` the reportee does not see it.
    """

    service: ServiceId
    reference: str
    reportee: str = field(repr=False)
    text: MessageText
    sent_by: str = ""
    visible: datetime | None = None
    due: datetime | None = None
    confirmation_needed: bool = False
    allow_forwarding: bool = False
    archive_reference: str | None = None
    files: tuple[MessageFile, ...] = ()
    links: tuple[MessageLink, ...] = ()
    notifications: tuple[MessageNotification, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is kept. ``id`` is its element id, and its archive id once it is archived.

    ``organisation`` is the sender's number. ``archive_reference`` is that of the submission it answers, or
    else the one it gets itself when it is archived. ``read`` is when it was first fetched, ``confirmed`` when
    and ``confirmed_by`` by whom (a party id) it was confirmed.
    """

    id: int
    organisation: str
    service: ServiceId
    reference: str
    reportee: PartyId
    text: MessageText
    sent_by: str
    sent: datetime
    visible: datetime
    due: datetime | None
    confirmation_needed: bool
    allow_forwarding: bool
    archive_reference: str | None
    links: tuple[MessageLink, ...] = ()
    notifications: tuple[MessageNotification, ...] = ()
    attachments: tuple[MessageAttachment, ...] = ()
    read: datetime | None = None
    confirmed: datetime | None = None
    confirmed_by: PartyId | None = None
    archived: datetime | None = None
    removal: Removal | None = None

    @property
    def status(self) -> MessageStatus:
        """How far it has come."""
        if self.removal is not None:
            return MessageStatus.DELETED
        if self.archived is not None:
            return MessageStatus.ARCHIVED
        if self.confirmed is not None:
            return MessageStatus.CONFIRMED
        return MessageStatus.CREATED if self.read is None else MessageStatus.READ

    @property
    def changed(self) -> datetime:
        """When it last changed."""
        moments = (self.sent, self.read, self.confirmed, self.archived)
        return max(moment for moment in moments if moment is not None)

    def is_active(self, now: datetime) -> bool:
        """Whether the reportee has it in front of it: visible, not archived, not deleted."""
        return self.removal is None and self.archived is None and self.visible <= now
