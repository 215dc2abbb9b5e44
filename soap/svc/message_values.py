"""Messages as the contracts of the `.svc` services show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core import Message, MessageAttachment, MessageLink, MessageNotification, MessageStatus, PartyId, Snapshot

Values = dict[str, Any]

BOKMAL, NYNORSK, ENGLISH, SAMI = 1044, 2068, 1033, 1083
LANGUAGES: Mapping[int, str] = {
    ENGLISH: "English",
    BOKMAL: "NorwegianNO",
    NYNORSK: "NorwegianNN",
    SAMI: "Sami",
}
"""The contract's word for each number of a language."""

_TRANSPORTS = ("SMS", "Email", "IM", "Both", "SMSPreferred", "EmailPreferred")


def full_message(snapshot: Snapshot, message: Message) -> Values:
    """A message with everything that belongs to it, in the second generation of the contract."""
    return {
        "Correspondence": {**_correspondence(snapshot, message), "AllowForwarding": message.allow_forwarding},
        "CorrespondenceAttachments": [attachment_values(message, each) for each in message.attachments],
        "CorrespondenceLinks": link_values(message.links),
        "CorrespondenceNotifications": [_notification(each) for each in message.notifications],
    }


def first_generation(values: Values) -> Values:
    """What the first generation of the contract has of it: no word for an archived message."""
    return {**values, "Correspondence": without_archived_status(values["Correspondence"])}


def without_archived_status(values: Values) -> Values:
    """The same in the words of the first generation, which has none for an archived message."""
    if values["CorrespondenceStatus"] != MessageStatus.ARCHIVED:
        return values
    return {**values, "CorrespondenceStatus": "Default"}


def archived_message_values(snapshot: Snapshot, message: Message) -> Values:
    """A message in the archive."""
    service = snapshot.catalogue.services.get(message.service)
    return {
        "AllowForwarding": message.allow_forwarding,
        "ArchiveCorrespondenceID": message.id,
        "ArchiveReference": message.archive_reference,
        "ConfirmationDate": message.confirmed,
        "CorrespondenceSubject": message.text.subject,
        "CorrespondenceSummary": message.text.summary,
        "CorrespondenceText": message.text.body,
        "CorrespondenceTitle": message.text.title,
        "CustomMessageData": message.text.custom_data or None,
        "DateSent": message.sent,
        "DueDate": message.due,
        "ExternalSystemReference": message.reference,
        "SentBy": _sender(snapshot, message),
        "ServiceName": None if service is None else service.title,
        "CorrespondenceAttachments": [attachment_values(message, each) for each in message.attachments],
        "CorrespondenceLinks": link_values(message.links),
    }


def attachment_values(message: Message, attachment: MessageAttachment) -> Values:
    """A file of a message, with its data."""
    return {
        "AttachmentData": attachment.data,
        "AttachmentFunctionTypeID": attachment.function,
        "AttachmentID": attachment.id,
        "AttachmentName": attachment.name,
        "AttachmentTypeID": attachment.media,
        "CreatedByUserID": 0,
        "CreatedDateTime": message.sent,
        "DestinationType": "ShowToAll",
        "FileName": attachment.file_name,
        "IsAddedAfterFormFillin": False,
        "IsAssociatedToFormSet": False,
        "IsEncrypted": False,
        "ReporteeElementID": message.id,
        "SendersReference": attachment.reference,
    }


def link_values(links: tuple[MessageLink, ...]) -> list[Values]:
    """The links of a message."""
    return [{"LinkText": each.text, "LinkType": each.kind.value, "LinkURL": each.address} for each in links]


def list_entry(snapshot: Snapshot, message: Message) -> Values:
    """A message as the element list shows it. Both generations are written from it."""
    service = snapshot.catalogue.services.get(message.service)
    code, _, edition = message.service.removeprefix("svc:").partition("/")
    reportee = snapshot.party(message.reportee)
    archived = message.archived is not None
    return {
        "AllowDelete": not archived,
        "AllowNewCopy": False,
        "ArchiveId": message.id if archived else None,
        "ArchiveReference": message.archive_reference,
        "CaseID": 0,
        "CorrespondenceStatus": message.status.value,
        "DueDate": message.due,
        "EndUserSystemID": 0,
        "ExternalServiceCode": code,
        "IsCaseArchived": False,
        "IsMatched": True,
        "LastChangeType": "Archived" if archived else "Sent",
        "LastChangedBy": _sender(snapshot, message),
        "LastChangedByID": 0,
        "LastChangedDate": message.changed,
        "ReporteeElementId": 0 if archived else message.id,
        "ReporteeElementOwner": 0 if reportee is None else reportee.altinn_id,
        "ReporteeElementType": "Correspondence",
        "ReporteeName": None if reportee is None else reportee.name,
        "RoleRequirement": "Read",
        "SEReporteeElementID": message.id,
        "ServiceEditionVersion": int(edition) if edition.isdigit() else 0,
        "ServiceOwner": _number_of_sender(snapshot, message),
        "ServiceOwnerCode": None if service is None else service.owner,
        "ServiceOwnerDescription": _sender(snapshot, message),
        "Status": status_of(message),
        "TaskStatus": "Archive" if archived else "Default",
        "Title": message.text.title,
    }


def status_of(message: Message) -> str:
    """Where the message stands, in the words of the element list."""
    if message.archived is not None:
        return "Archive"
    if message.confirmed is not None:
        return "Confirmed"
    if message.read is None:
        return "NotOpenedConfirmationReq" if message.confirmation_needed else "NotOpenedNoConfirmationReq"
    return "OpenedNotConfirmed" if message.confirmation_needed else "OpenedNoConfirmedReq"


def _correspondence(snapshot: Snapshot, message: Message) -> Values:
    service = snapshot.catalogue.services.get(message.service)
    reportee = snapshot.party(message.reportee)
    number = 0 if reportee is None else reportee.altinn_id
    confirmed_by = _altinn_id(snapshot, message.confirmed_by)
    return {
        "ArchiveReference": message.archive_reference,
        "AuthenticatedUser": confirmed_by,
        "ConfirmationDate": message.confirmed,
        "CorrespondenceID": message.id,
        "CorrespondenceName": None if service is None else service.title,
        "CorrespondenceStatus": message.status.value,
        "CorrespondenceSubject": message.text.subject,
        "CorrespondenceSummary": message.text.summary,
        "CorrespondenceTitle": message.text.title,
        "CorrespondenceTxt": message.text.body,
        "CustomMessageData": message.text.custom_data or None,
        "DateSent": message.sent,
        "Description": None if service is None else service.owner,
        "DueDate": message.due,
        "ExternalSystemReference": message.reference,
        "Header": message.text.header or message.text.title,
        "IsConfirmationNeeded": message.confirmation_needed,
        "LanguageID": LANGUAGES.get(message.text.language, "Default"),
        "Reportee": number,
        "SentBy": _sender(snapshot, message),
        "SentTo": number,
        "UserID": confirmed_by,
    }


def _notification(notification: MessageNotification) -> Values:
    return {
        "FromAddress": notification.from_address,
        "LanguageCode": notification.language,
        "NotificationTypeName": notification.kind,
        "ReceiverEndPointList": [_end_point(each) for each in notification.receivers],
        "ShipmentDateTime": _or_first_day(notification.ship),
        "TextTokenSubstitutionList": [
            {"TokenNum": place, "TokenValue": token} for place, token in enumerate(notification.tokens)
        ],
    }


def _end_point(receiver: str) -> Values:
    transport, _, address = receiver.partition(":")
    return {"ReceiverAddress": address, "TransportId": transport if transport in _TRANSPORTS else None}


def _or_first_day(moment: datetime | None) -> datetime:
    """The platform's way of saying no moment where there must be one."""
    return moment or datetime(1, 1, 1)  # noqa: DTZ001 - a local time, as everything written here


def _sender(snapshot: Snapshot, message: Message) -> str:
    party = snapshot.party_numbered(message.organisation)
    return message.sent_by or ("" if party is None else party.name)


def _number_of_sender(snapshot: Snapshot, message: Message) -> int:
    party = snapshot.party_numbered(message.organisation)
    return 0 if party is None else party.altinn_id


def _altinn_id(snapshot: Snapshot, party_id: PartyId | None) -> int | None:
    party = None if party_id is None else snapshot.party(party_id)
    return None if party is None else party.altinn_id
