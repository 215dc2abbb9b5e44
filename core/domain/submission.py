"""What is handed in over the old channel, and what is answered: batches, data units, receipts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.domain.decision import Decision
from core.domain.identifiers import ServiceId
from core.domain.system import Authority, AuthorityRow
from core.errors import Fix


@dataclass(frozen=True, slots=True)
class DataUnit:
    """One form of a batch (dataenhet).

    ``participant`` is the reportee's number as sent, ``form`` the service id of its form pair, ``body``
    the ``Skjema`` element exactly as sent. ``parent_reference`` is the sender's reference of the main
    form, None where this is one. ``completed``: the data is complete from the system's side.
    """

    participant: str = field(repr=False)
    reference: str
    parent_reference: str | None
    form: ServiceId
    completed: bool
    locked: bool
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to one data unit. ``content`` is the decoded file."""

    reference: str
    parent_reference: str
    file_name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """One shipment from an enterprise system. (``enterprise_system``, ``batch_id``) names it.

    ``receipt_url`` is kept and never contacted; ``signature`` is kept as sent and never taken as the
    reportee's signing.
    """

    batch_id: str
    enterprise_system: int
    schema_version: str
    receipt_type: str
    receipt_url: str | None
    units: tuple[DataUnit, ...]
    attachments: tuple[Attachment, ...] = ()
    signature: str | None = field(default=None, repr=False)


class BatchStatus(StrEnum):
    """The state of a batch. Values are those the clients read (soap-asmx §4.4)."""

    OK = "OK"
    ALREADY_EXISTS = "AllreadyExists"
    AUTHENTICATION_FAILED = "AuthenticationFailed"
    INVALID_XML = "InvalidXml"
    FAILED = "Failed"
    NOT_FOUND = "NotFound"


class UnitStatus(StrEnum):
    """The state of one data unit."""

    OK = "OK"
    NOT_AUTHORIZED = "NotAuthorized"
    UNKNOWN_FORM = "UnknownForm"
    VALIDATION_FAILED = "ValidationFailed"
    INVALID_REFERENCE = "InvalidReference"
    NOT_PROCESSED = "NotProcessed"


@dataclass(frozen=True, slots=True)
class UnitReceipt:
    """What became of one data unit.

    ``reason`` is the reason code of the decision, also for an accepted unit (the ground it was let in
    on); ``problem`` is a sentence for a unit refused for another cause; ``fixes`` say what would help.
    ``receivers_reference`` is the service owner's own, once it has the unit: empty where it gave none.
    """

    participant: str = field(repr=False)
    reference: str
    form: ServiceId
    status: UnitStatus
    reason: str | None = None
    problem: str | None = None
    fixes: tuple[Fix, ...] = ()
    workflow_reference: str | None = None
    archive_reference: str | None = None
    receivers_reference: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch (kvittering). ``received`` is UTC. A refused batch leaves its id free."""

    batch_id: str | None
    enterprise_system: int | None
    status: BatchStatus
    received: datetime
    units: tuple[UnitReceipt, ...] = ()
    problem: str | None = None


class SubmissionDecision(NamedTuple):
    """Whether a submission may be taken in: the answer that ruled, and both worlds' answers.

    ``new`` is None where only the old world was asked. ``system_user`` is the one the resolver chose
    when the new world answered; ``row`` is the authority row that both were asked under.
    """

    authority: Authority
    ruling: Decision
    old: Decision
    new: Decision | None
    system_user: str | None
    row: AuthorityRow | None = None
