"""Rows of what was handed in, as the ledger takes and gives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.identifiers import ServiceId


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A stored data unit."""

    position: int
    participant: str
    reference: str
    parent_reference: str | None
    form: ServiceId
    completed: bool
    locked: bool
    reason: str
    content: str
    workflow_reference: str | None = None
    archive_reference: str | None = None


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A stored attachment."""

    position: int
    reference: str
    parent_reference: str
    file_name: str
    content: str


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """What was handed in, a batch with its units or a shipment. ``authorised_at`` is the sequence the decision saw.

    (``sender``, ``batch_id``) names it: the enterprise system and its batch id, or the owner and its
    reference for the shipment. ``reportee`` (a party id), ``service`` and ``reason`` are a shipment's; each
    unit of a batch has its own.
    """

    id: str
    channel: str
    sender: str
    batch_id: str
    owner: str
    enterprise_system: int | None
    received: datetime
    authorised_at: int
    person: str | None = None
    reportee: str | None = None
    service: str | None = None
    reason: str | None = None
    schema_version: str | None = None
    receipt_type: str | None = None
    receipt_url: str | None = None
    signature: str | None = None
    units: tuple[UnitRow, ...] = ()
    attachments: tuple[AttachmentRow, ...] = ()


def batch_sender(enterprise_system: int) -> str:
    """Whose batch ids they are, as submissions are kept: the enterprise system's."""
    return f"enterprise-system:{enterprise_system}"
