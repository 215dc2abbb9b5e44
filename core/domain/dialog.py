"""Dialogs (Dialogporten): what a service owner puts before a party, and what of it is shown to whom.

Source of the words: pdp-and-tokens §15.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.domain.identifiers import PartyId, ServiceId
from core.domain.party import Party


class DialogStatus(StrEnum):
    """How far the matter has come. Source: pdp-and-tokens §15.2."""

    DRAFT = "Draft"
    IN_PROGRESS = "InProgress"
    AWAITING = "Awaiting"
    REQUIRES_ATTENTION = "RequiresAttention"
    COMPLETED = "Completed"
    NOT_APPLICABLE = "NotApplicable"


class SystemLabel(StrEnum):
    """Where the end user keeps the dialog."""

    DEFAULT = "Default"
    BIN = "Bin"
    ARCHIVE = "Archive"


class DialogOrder(StrEnum):
    """By which moment a list of dialogs is in order; ties are in order of id."""

    CREATED = "createdAt"
    UPDATED = "updatedAt"
    CONTENT_UPDATED = "contentUpdatedAt"
    DUE = "dueAt"


@dataclass(frozen=True, slots=True)
class DialogText:
    """A text of a dialog by language (``nb``, ``nn``, ``en`` …), and the media type of all of them."""

    by_language: Mapping[str, str]
    media: str = "text/plain"


@dataclass(frozen=True, slots=True)
class DialogEndpoint:
    """Where an action of a dialog can be done."""

    url: str
    method: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class DialogAction:
    """Something a system may do about a dialog, where the service's policy permits ``action``.

    ``resource`` is another service whose policy decides, None for the dialog's own.
    """

    action: str
    name: str | None
    resource: ServiceId | None
    endpoints: tuple[DialogEndpoint, ...] = ()


TITLE = "title"
NON_SENSITIVE_TITLE = "nonSensitiveTitle"
"""Texts with a rule of their own: the first must be there; the second stands in for it where the level is too low."""

LISTED_TEXTS = (TITLE, "summary", "senderName", "extendedStatus")
"""The texts that lists show; the others are for who opens the dialog."""

TEXTS = (*LISTED_TEXTS, NON_SENSITIVE_TITLE, "additionalInfo", "mainContentReference")
"""Every text that a dialog may have."""


@dataclass(frozen=True, slots=True)
class NewDialog:
    """A dialog as a service owner puts it forward. ``party`` is a number; ``id`` is chosen here where it is None."""

    service: ServiceId
    party: str = field(repr=False)
    status: DialogStatus
    content: Mapping[str, DialogText] = field(repr=False)
    id: str | None = None
    idempotency_key: str | None = None
    extended_status: str | None = None
    external_reference: str | None = None
    process: str | None = None
    preceding_process: str | None = None
    progress: int | None = None
    label: SystemLabel = SystemLabel.DEFAULT
    api_only: bool = False
    due: datetime | None = None
    visible: datetime | None = None
    expires: datetime | None = None
    actions: tuple[DialogAction, ...] = ()


@dataclass(frozen=True, slots=True)
class Dialog:
    """A dialog as it is kept.

    ``revision`` changes with every change by the service owner. ``organisation`` is the owner's number and
    ``owner_code`` its short code. It is shown from ``visible`` until ``expires``; ``seen`` when anybody
    first opened it since its content was updated. ``deleted`` ones are told apart from those that never were.
    """

    id: str
    revision: str
    organisation: str
    owner_code: str
    service: ServiceId
    party: PartyId
    status: DialogStatus
    content: Mapping[str, DialogText] = field(repr=False)
    created: datetime
    updated: datetime
    content_updated: datetime
    idempotency_key: str | None = None
    extended_status: str | None = None
    external_reference: str | None = None
    process: str | None = None
    preceding_process: str | None = None
    progress: int | None = None
    label: SystemLabel = SystemLabel.DEFAULT
    api_only: bool = False
    due: datetime | None = None
    visible: datetime | None = None
    expires: datetime | None = None
    deleted: datetime | None = None
    seen: datetime | None = None
    actions: tuple[DialogAction, ...] = ()

    def is_shown(self, at: datetime) -> bool:
        """Whether end users see it at ``at``: no longer waiting, not expired yet."""
        return (self.visible is None or self.visible <= at) and (self.expires is None or at < self.expires)


@dataclass(frozen=True, slots=True)
class SeenEntry:
    """Somebody opened a dialog. ``actor`` is who, as told to others: an organisation, or a person masked."""

    id: str
    dialog: str
    at: datetime
    actor: str
    name: str


@dataclass(frozen=True, slots=True)
class DialogPeriod:
    """From ``after`` to ``before``, both included; None is open."""

    after: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class DialogPosition:
    """Where a page of dialogs ended: the moment it is in order of, and the id."""

    moment: datetime | None
    id: str


@dataclass(frozen=True, slots=True)
class DialogSearch:
    """Which dialogs are wanted. Empty and None are no filter; ``parties`` are numbers.

    Source: pdp-and-tokens §15.2.
    """

    parties: tuple[str, ...] = field(default=(), repr=False)
    services: tuple[ServiceId, ...] = ()
    owner_codes: tuple[str, ...] = ()
    statuses: tuple[DialogStatus, ...] = ()
    extended_statuses: tuple[str, ...] = ()
    labels: tuple[SystemLabel, ...] = ()
    process: str | None = None
    external_reference: str | None = None
    without_api_only: bool = False
    created: DialogPeriod = DialogPeriod()
    updated: DialogPeriod = DialogPeriod()
    content_updated: DialogPeriod = DialogPeriod()
    due: DialogPeriod = DialogPeriod()
    text: str | None = field(default=None, repr=False)
    order: DialogOrder = DialogOrder.CONTENT_UPDATED
    ascending: bool = False
    after: DialogPosition | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class ListedDialog:
    """A dialog in a list. ``content`` holds the texts that the caller may see there."""

    dialog: Dialog
    party: Party
    content: Mapping[str, DialogText] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DialogPage:
    """One page of a search. ``next`` is where the following one begins, None on the last."""

    items: tuple[ListedDialog, ...]
    next: DialogPosition | None


@dataclass(frozen=True, slots=True)
class OpenedDialog:
    """A dialog as it was opened: with the actions that are permitted, and who has seen it since its last update.

    ``actor`` is the caller as the seen log names it.
    """

    dialog: Dialog
    party: Party
    permitted: frozenset[DialogAction]
    seen: tuple[SeenEntry, ...]
    actor: str
