"""Receipts of the later platform: one for what was handed in, and one below it for each form and attachment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class ReceiptStatus(StrEnum):
    """How it went. Values are those on the wire (soap-svc §8.1)."""

    NOT_SET = "NotSet"
    OK = "OK"
    UNEXPECTED_ERROR = "UnExpectedError"
    VALIDATION_FAILED = "ValidationFailed"
    REJECTED = "Rejected"


class ReceiptType(StrEnum):
    """What the receipt is for. Values are those on the wire (soap-svc §8.1)."""

    NOT_SET = "NotSet"
    FORM_TASK = "FormTask"
    CORRESPONDENCE = "Correspondence"
    PIN_CODE = "PINCODE"
    SUBSCRIPTION = "Subscription"
    OUTBOUND = "Outbound"
    PREFILL = "PreFill"
    REGISTER_DLS = "RegisterDLS"
    REGISTER_DSF = "RegisterDSF"
    REGISTER_ER = "RegisterER"
    REGISTER_DSF_PROPERTY = "RegisterDSFProperty"
    REGISTER_DSF_STREET = "RegisterDSFStreet"
    REGISTER_DSF_COUNTRY = "RegisterDSFCountry"
    REGISTER_DSF_USER = "RegisterDSFUser"
    LOOKUP = "LookUp"
    REGISTER_DSF_STREET_ADD = "RegisterDSFStreetAdd"
    REGISTER_DSF_PROPERTY_ADD = "RegisterDSFPropertyAdd"
    BROKER_SERVICE = "BrokerService"


class ReferenceType(StrEnum):
    """What a reference in a receipt is. Values are those on the wire (soap-svc §8.1)."""

    NOT_SET = "NotSet"
    EXTERNAL_SHIPMENT = "ExternalShipmentReference"
    END_USER_SYSTEM = "EndUserSystemReference"
    PARENT = "ParentReference"
    SENDERS = "SendersReference"
    WORKFLOW = "WorkFlowReference"
    BATCH = "BatchReference"
    OUTBOUND_SHIPMENT = "OutboundShipmentReference"
    RECEIVERS = "ReceiversReference"
    ALTINN1 = "Altinn1Reference"
    OWNER_PARTY = "OwnerPartyReference"
    PARTY = "PartyReference"
    ARCHIVE = "ArchiveReference"


SEARCHABLE = (
    ReferenceType.ARCHIVE,
    ReferenceType.OUTBOUND_SHIPMENT,
    ReferenceType.BATCH,
    ReferenceType.END_USER_SYSTEM,
    ReferenceType.EXTERNAL_SHIPMENT,
    ReferenceType.SENDERS,
)
"""References a receipt is found by, beside its number and its workflow reference (soap-svc §8.3)."""


class ReceiptReference(NamedTuple):
    """A reference in a receipt."""

    type: ReferenceType
    value: str


@dataclass(frozen=True, slots=True)
class ReceiptTree:
    """A receipt with those below it. There are two levels at most (soap-svc §8.2).

    ``id`` is 0 for a refusal that was not stored, ``parent`` is 0 at the top, ``changed`` is UTC.
    ``history`` holds the earlier texts, newest first, a line each. ``owner`` is the party id of the
    sender, which may read and update it; parties named by a PartyReference may too.
    """

    id: int
    parent: int
    owner: str
    type: ReceiptType
    status: ReceiptStatus
    text: str
    changed: datetime
    history: str = ""
    position: int = 0
    sender: str | None = None
    reference: str | None = None
    submission: str | None = None
    element: int | None = None
    references: tuple[ReceiptReference, ...] = ()
    children: tuple[ReceiptTree, ...] = ()

    def value_of(self, kind: ReferenceType) -> str | None:
        """The first reference of this type, or None."""
        return next((each.value for each in self.references if each.type is kind), None)


def with_history(history: str, text: str) -> str:
    """The history once ``text`` has been replaced: it comes on top (soap-svc §8.2)."""
    if not text:
        return history
    return f"{text}\n{history}" if history else text
