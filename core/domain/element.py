"""Elements: what lies in a reportee's inbox or archive, and how far each has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.domain.identifiers import PartyId, ServiceId


class ElementKind(StrEnum):
    """What an element is."""

    FORM_TASK = "form-task"
    MESSAGE = "message"


class ElementStatus(StrEnum):
    """Where an element stands, in the words of the element list (soap-svc §9.4)."""

    NOT_OPENED = "NotOpenedNoConfirmationReq"
    NOT_OPENED_TO_CONFIRM = "NotOpenedConfirmationReq"
    OPENED = "OpenedNoConfirmedReq"
    OPENED_TO_CONFIRM = "OpenedNotConfirmed"
    CONFIRMED = "Confirmed"
    FILL_IN = "FillIn"
    SIGN_IN = "SignIn"
    SEND_IN = "SendIn"
    ARCHIVE = "Archive"


class ElementTask(StrEnum):
    """The step a form task stands in, in the words of the element list (soap-svc §9.4)."""

    DEFAULT = "Default"
    FORM_FILLING = "FormFilling"
    SIGNING = "Signing"
    PARALLEL_SIGNING = "ParallelSigning"
    SEND_IN = "SendIn"
    ARCHIVE = "Archive"


STATUS_OF = {
    ElementTask.FORM_FILLING: ElementStatus.FILL_IN,
    ElementTask.SIGNING: ElementStatus.SIGN_IN,
    ElementTask.PARALLEL_SIGNING: ElementStatus.SIGN_IN,
    ElementTask.SEND_IN: ElementStatus.SEND_IN,
    # Decided, and still to be archived by the worker.
    ElementTask.ARCHIVE: ElementStatus.SEND_IN,
}
"""The status of a form task that is not archived yet, by its step."""


class ChangeType(StrEnum):
    """What the last change of an element was, in the words of the element list."""

    SENT = "Sent"
    SAVED = "Saved"
    ARCHIVED = "Archived"


class Validation(StrEnum):
    """What is known of a form's data, in the words of the form set (soap-svc §9.4)."""

    VALID = "Valid"
    NON_VALID = "NonValid"
    NOT_VALIDATED = "NotValidated"


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a reportee. ``id`` is the ReporteeElementId, which is the WorkFlowReference.

    ``owner`` is the party that handed it in (or sent the message), ``person`` who did it for that party,
    ``changed_by`` a name to show. ``archive_reference`` is, for a message, that of what it answers.
    ``task`` is ARCHIVE and ``archived`` None while everything is decided and only the archiving is left.
    ``delegated_users`` and ``encrypted_key`` are JSON, kept and passed on.
    """

    id: int
    kind: ElementKind
    reportee: PartyId
    service: ServiceId
    title: str
    status: ElementStatus
    task: ElementTask
    owner: PartyId
    created: datetime
    changed: datetime
    changed_by: str
    change_type: ChangeType
    person: PartyId | None = None
    enterprise_system: int | None = None
    submission: str | None = None
    archive_reference: str | None = None
    archived: datetime | None = None
    due: datetime | None = None
    deleted: datetime | None = None
    case_id: int | None = None
    signatures_required: int = 1
    delegation_locked: bool = False
    delegated_users: str | None = field(default=None, repr=False)
    encrypted_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ElementForm:
    """A form of an element. ``id`` is its FormID and ItemID; ``content`` where its data lies."""

    id: int
    element: int
    position: int
    format_id: str
    format_version: int
    reference: str
    parent_reference: str
    completed: bool
    validation: Validation
    content: str
    created: datetime
    receipt: int | None = None


@dataclass(frozen=True, slots=True)
class ElementAttachment:
    """A file of an element. ``id`` is its AttachmentID and ItemID; ``content`` where it lies."""

    id: int
    element: int
    position: int
    name: str
    reference: str
    parent_reference: str
    file_name: str
    type_name: str
    encrypted: bool
    checksum: str
    size: int
    content: str
    created: datetime
    added_later: bool = False
    receipt: int | None = None


@dataclass(frozen=True, slots=True)
class ElementSignature:
    """A person's signing of an element.

    ``text`` is the text that was signed, ``forms`` and ``attachments`` the ids it covers, ``told`` what the
    end-user system said about the signing (JSON).
    """

    element: int
    position: int
    person: PartyId
    at: datetime
    level: int
    text: str
    forms: tuple[int, ...]
    attachments: tuple[int, ...]
    told: str


@dataclass(frozen=True, slots=True)
class ProcessStep:
    """A step an element has been taken into, by whom and when."""

    element: int
    position: int
    activity: ElementTask
    person: PartyId | None
    enterprise_system: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ServiceForm:
    """A form that a service is declared to consist of. ``position`` 0 is the main form (hovedskjema)."""

    service: ServiceId
    format_id: str
    format_version: int
    position: int
    name: str
    mandatory: bool


@dataclass(frozen=True, slots=True)
class AttachmentRule:
    """How large, in bytes, a streamed attachment of a service may be."""

    service: ServiceId
    most_bytes: int
