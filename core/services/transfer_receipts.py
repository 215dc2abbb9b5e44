"""Receipts of brokered files: one for the sender, and below it one for each recipient."""

from __future__ import annotations

from datetime import datetime

from core.domain.receipt_tree import (
    ReceiptReference,
    ReceiptStatus,
    ReceiptTree,
    ReceiptType,
    ReferenceType,
    with_history,
)
from core.domain.snapshot import Snapshot
from core.domain.transfer import Transfer
from core.store.ledger import Ledger

UPLOADED = "Upload of file {name} was successful. Recipients can now download the file."
READY = "The file is ready for download."
DOWNLOADED = "The file has been downloaded by the recipient."
CONFIRMED = "The recipient has confirmed that the file was downloaded."
"""Texts of the receipts; the first is the contract's (soap-svc §11.1)."""


def receipts_of(snapshot: Snapshot, transfer: Transfer, first: int) -> ReceiptTree:
    """The receipt of a file that has been uploaded, numbered from ``first`` on, with one for each recipient."""
    changed = transfer.sent or transfer.begun
    common = (
        ReceiptReference(ReferenceType.EXTERNAL_SHIPMENT, transfer.id),
        *((ReceiptReference(ReferenceType.SENDERS, transfer.reference),) if transfer.reference else ()),
    )
    sender = (ReceiptReference(ReferenceType.OWNER_PARTY, _number(snapshot, transfer.sender)),)
    children = tuple(
        ReceiptTree(
            id=first + place,
            parent=first,
            owner=transfer.owner,
            type=ReceiptType.BROKER_SERVICE,
            status=ReceiptStatus.OK,
            text=READY,
            changed=changed,
            position=place - 1,
            references=(*common, ReceiptReference(ReferenceType.PARTY, _number(snapshot, each.party))),
        )
        for place, each in enumerate(transfer.recipients, start=1)
    )
    return ReceiptTree(
        id=first,
        parent=0,
        owner=transfer.owner,
        type=ReceiptType.BROKER_SERVICE,
        status=ReceiptStatus.OK,
        text=UPLOADED.format(name=transfer.file_name),
        changed=changed,
        references=(*common, *sender),
        children=children,
    )


def note_on_receipt(ledger: Ledger, receipt: int | None, text: str, at: datetime) -> None:
    """Write on a recipient's receipt how far it has come; what stood there goes to the history."""
    before = None if receipt is None else ledger.forms.receipt(receipt)
    if before is not None:
        history = with_history(before.history, before.text)
        ledger.forms.change_receipt(before.id, text=text, history=history, changed=at)


def _number(snapshot: Snapshot, party_id: str) -> str:
    party = snapshot.party(party_id)
    return "" if party is None else party.number
