"""Reads what service owners hand in: AltUt messages, version 6.0 (soap-asmx §2.4), into the core's messages.

Of the document the elements and attributes are stated, their nesting in Content partly: a Content holds
elements, or a CDATA block with the same elements in it, or with the text itself.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from core import (
    MEDIA_TYPES,
    InvalidInput,
    LinkKind,
    MessageFile,
    MessageLink,
    MessageNotification,
    MessageText,
    NewMessage,
    legacy_service_id,
    parse_untrusted,
)
from soap.inner import UnreadableDocument, read_document, text_of
from soap.names import local_name
from soap.receipts import OSLO

_SHORT_NAME = re.compile(r"([0-9A-Za-z.-]+)_([0-9]+)")
_LANGUAGE = re.compile(r"[0-9]{4}")
_BOKMAL = 1044
_NO_TYPE = "not_Applicable"
_REPLIES = {
    "ServiceCode": LinkKind.SERVICE_CODE,
    "ServiceURL": LinkKind.SERVICE_URL,
    "ArchiveReference": LinkKind.ARCHIVE_REFERENCE,
}


@dataclass(frozen=True, slots=True)
class Shipment:
    """What one document brings: the sender code, and a message for each participant of each Message."""

    sender: str
    messages: tuple[NewMessage, ...]


def read_alt_ut(text: str) -> Shipment:
    """The shipment in ``text``. Raises UnreadableDocument."""
    root = read_document(text, "GovOrgan")
    sender = _required(root, "name")
    messages = [
        _message(message, participant)
        for message in root.iterfind("{*}AltUt/{*}Message")
        for participant in message.iterfind("{*}Participant")
    ]
    if not messages:
        raise UnreadableDocument("Forsendelsen har ingen Message med Participant.")
    return Shipment(sender, tuple(messages))


def _service_in(element: etree._Element, name: str) -> tuple[str, int]:
    """(service code, edition) in an attribute that holds both. Raises UnreadableDocument."""
    matched = _SHORT_NAME.fullmatch(_required(element, name))
    if matched is None:
        raise UnreadableDocument(f"{name} skal være tjenestekode_tjenesteutgavekode.")
    return matched[1], int(matched[2])


def _message(message: etree._Element, participant: etree._Element) -> NewMessage:
    code, edition = _service_in(message, "shortName")
    content = _content(participant)
    return NewMessage(
        service=legacy_service_id(code, str(edition)),
        reference=_required(message, "messageReference"),
        reportee=_required(participant, "id"),
        text=_text(content),
        sent_by=text_of(message.find("{*}Sender/{*}Name")).strip(),
        visible=_day(participant, "VisibleDate"),
        due=_day(participant, "DueDate"),
        confirmation_needed=_yes(participant, "RequireConfirmation"),
        archive_reference=text_of(participant.find("{*}AltinnArchive")).strip() or None,
        files=tuple(_file(each) for each in content.iterfind("{*}Attachments/{*}Attachment")),
        links=tuple(_links(message)),
        notifications=tuple(_notifications(message, participant)),
    )


def _content(participant: etree._Element) -> etree._Element:
    """The Content with elements in it, wherever they stood."""
    content = participant.find("{*}Content")
    if content is None:
        raise UnreadableDocument("En Participant mangler Content.")
    inner = (content.text or "").strip()
    if len(content) or not inner.startswith("<"):
        return content
    try:
        parsed = parse_untrusted(f"<Content>{inner}</Content>", huge=True)
    except InvalidInput:
        return content
    if parsed.find("{*}MessageHeader") is None and parsed.find("{*}MessageSummery") is None:
        return content
    parsed.attrib.update(dict(content.attrib))
    return parsed


def _text(content: etree._Element) -> MessageText:
    language = content.get("languageCode", "")
    header, subject, summary = (
        text_of(content.find(f"{{*}}{name}")).strip() for name in ("MessageHeader", "MessageSubject", "MessageSummery")
    )
    html = content.find("{*}HTML")
    written_out = text_of(content) if len(content) == 0 else summary
    body = written_out if html is None else _markup(html)
    return MessageText(
        language=int(language) if _LANGUAGE.fullmatch(language) else _BOKMAL,
        title=subject or header or summary[:60] or "Melding",
        summary=summary,
        body=body.strip(),
        header=header,
        subject=subject,
    )


def _markup(html: etree._Element) -> str:
    """What stands in the element: text and elements as they were sent."""
    return (html.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in html)


def _file(attachment: etree._Element) -> MessageFile:
    try:
        data = base64.b64decode("".join(text_of(attachment).split()), validate=True)
    except (binascii.Error, ValueError):
        raise UnreadableDocument("Et vedlegg er ikke base64.") from None
    media = attachment.get("type", "")
    return MessageFile(
        name=attachment.get("name", ""),
        file_name=_required(attachment, "filename"),
        reference=attachment.get("id", ""),
        media=media if media in MEDIA_TYPES else _NO_TYPE,
        function="Invoice" if attachment.get("functionType") == "Invoice" else "Unspecified",
        content=data,
    )


def _links(message: etree._Element) -> list[MessageLink]:
    replies = message.iterfind("{*}ReplyMessages/{*}ReplyMessage/{*}Form")
    return [
        MessageLink(kind, text_of(form.find("{*}LinkText")).strip(), text_of(found).strip())
        for form in replies
        for name, kind in _REPLIES.items()
        if (found := form.find(f"{{*}}{name}")) is not None
    ]


def _notifications(message: etree._Element, participant: etree._Element) -> list[MessageNotification]:
    found = message.find("{*}NotificationMessages")
    if found is None:
        return []
    kind = text_of(found.find("{*}NotificationTypeName")).strip() or found.get("NotificationTypeName", "")
    # Another participant's addresses are not this one's business.
    alone = len(message.findall("{*}Participant")) == 1
    mine = (None, "", participant.get("id"))
    return [
        MessageNotification(kind, "", "", _receivers(each))
        for each in found.iterfind("{*}NotificationMessage")
        if alone or each.get("participantId") in mine
    ]


def _receivers(notification: etree._Element) -> tuple[str, ...]:
    phones = (f"SMS:{text_of(each).strip()}" for each in notification.iterfind("{*}SMSPhoneNumbers/{*}SMSPhoneNumber"))
    posts = (f"Email:{text_of(each).strip()}" for each in notification.iterfind("{*}EmailAddresses/{*}EmailAddress"))
    return (*phones, *posts)


def _day(participant: etree._Element, name: str) -> datetime | None:
    text = text_of(participant.find(f"{{*}}{name}")).strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableDocument(f"{name} er ikke en dato.") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=OSLO)


def _yes(participant: etree._Element, name: str) -> bool:
    return text_of(participant.find(f"{{*}}{name}")).strip().lower() in ("1", "true", "y")


def _required(element: etree._Element, name: str) -> str:
    value = element.get(name, "").strip()
    if not value:
        raise UnreadableDocument(f"{local_name(element)} mangler {name}.")
    return value
