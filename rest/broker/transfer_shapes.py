"""The JSON shapes of brokered files. Names and order are the broker's."""

from __future__ import annotations

from typing import Any

from core import FileTransfer, Party, RecipientProgress, TransferEvent
from rest.shapes import moment_json


def overview_json(found: FileTransfer) -> dict[str, Any]:
    """A transfer as it stands."""
    transfer = found.transfer
    return {
        "fileTransferId": transfer.id,
        "resourceId": transfer.service,
        "fileName": transfer.files[0][0],
        "sendersFileTransferReference": transfer.reference,
        "checksum": found.checksum,
        "fileTransferSize": transfer.size or 0,
        "fileTransferStatus": str(found.state),
        "fileTransferStatusText": found.text,
        "fileTransferStatusChanged": moment_json(found.changed),
        "created": moment_json(transfer.begun),
        "expirationTime": moment_json(found.expires),
        "sender": _organisation(found.sender),
        "recipients": [_recipient_json(each) for each in found.recipients],
        "propertyList": dict(transfer.properties),
    }


def details_json(found: FileTransfer) -> dict[str, Any]:
    """A transfer with its history: its own, and its recipients'."""
    parties = {each.party.id: each.party for each in found.recipients}
    return {
        **overview_json(found),
        "fileTransferStatusHistory": [_event_json(each) for each in found.events if each.party is None],
        "recipientFileTransferStatusHistory": [
            _recipient_event_json(each, parties[each.party]) for each in found.events if each.party is not None
        ],
    }


def _organisation(party: Party) -> str:
    return f"0192:{party.number}"


def _recipient_json(recipient: RecipientProgress) -> dict[str, str]:
    return {
        "recipient": _organisation(recipient.party),
        "currentRecipientFileTransferStatusCode": str(recipient.state),
        "currentRecipientFileTransferStatusText": recipient.text,
        "currentRecipientFileTransferStatusChanged": moment_json(recipient.changed),
    }


def _event_json(event: TransferEvent) -> dict[str, str]:
    return {
        "fileTransferStatus": event.state,
        "fileTransferStatusText": event.text,
        "fileTransferStatusChanged": moment_json(event.at),
    }


def _recipient_event_json(event: TransferEvent, party: Party) -> dict[str, str]:
    return {
        "recipient": _organisation(party),
        "recipientFileTransferStatusCode": event.state,
        "recipientFileTransferStatusText": event.text,
        "recipientFileTransferStatusChanged": moment_json(event.at),
    }
