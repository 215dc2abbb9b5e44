"""Sending messages (meldinger): a service owner puts one before a reportee, once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from core.domain.caller import Caller
from core.domain.element import ChangeType, Element, ElementKind, ElementStatus, ElementTask
from core.domain.message import FILE_FUNCTIONS, MEDIA_TYPES, Message, MessageAttachment, MessageFile, NewMessage
from core.domain.party import Party
from core.domain.service_owner import ServiceType, type_of
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import ServiceKind
from core.errors import ErrorCode, GatewayError, InvalidInput, NotAllowed, NotFound
from core.services.service_owners import owned_service
from core.store.ledger import Ledger
from core.store.store import Store

LONGEST_TITLE = 255
"""Longest title, reference or name of a file, in characters."""

_FORBIDDEN_IN_FILE_NAMES = (":", "\\")
_NO_MESSAGES_HERE = (ServiceType.COLLABORATION, ServiceType.LOOKUP, ServiceType.BROKER)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """What became of a message: its element id, and whether it had been sent before."""

    id: int
    repeated: bool


def send_message(store: Store, caller: Caller, message: NewMessage) -> SentMessage:
    """Put one message before a reportee: see `send_messages`."""
    return send_messages(store, caller, (message,))[0]


def send_messages(store: Store, caller: Caller, messages: tuple[NewMessage, ...]) -> tuple[SentMessage, ...]:
    """Put messages before their reportees, for a service owner on services of its own. All of them, or none.

    Sent again under the same reference a message is not stored twice, whatever it says the second time.
    Raises InvalidInput for an incomplete message or a service nobody knows, NotFound for such a reportee,
    NotAllowed for another's service (each names the message by its place, from 1), Unavailable.
    """
    now, snapshot = store.clock(), store.snapshot()
    sender = snapshot.party_numbered(caller.organisation or "")
    if sender is None:
        raise NotAllowed(ErrorCode.NOT_THE_SERVICE_OWNER, "only a service owner sends messages")
    checked = store.read(
        lambda ledger: [
            _checked(ledger, snapshot, caller, message, place) for place, message in enumerate(messages, start=1)
        ]
    )
    return store.write(lambda ledger: tuple(_send(ledger, sender, *each, now) for each in checked))


def _checked(
    ledger: Ledger, snapshot: Snapshot, caller: Caller, message: NewMessage, place: int
) -> tuple[Party, NewMessage]:
    """The message with its reportee, where it may be sent."""
    try:
        service = owned_service(ledger, snapshot, caller, message.service)
        if service.kind is not ServiceKind.LEGACY or type_of(service) in _NO_MESSAGES_HERE:
            raise InvalidInput(ErrorCode.INVALID_MESSAGE, f"{service.id} is not a service that sends messages")
        _check_content(message)
        reportee = snapshot.party_numbered(message.reportee.strip())
        if reportee is None:
            raise NotFound(ErrorCode.PARTY_NOT_FOUND, "the reportee of the message is not a known party")
    except GatewayError as error:
        error.details = {**error.details, "message": str(place)}
        raise
    return reportee, message


def _send(ledger: Ledger, sender: Party, reportee: Party, message: NewMessage, now: datetime) -> SentMessage:
    key = (sender.number, message.service, message.reference, reportee.id)
    before = ledger.messages.sent_before(*key)
    if before is None:
        number = ledger.next_number("element")
        # Whoever numbers things runs alone from here on, so that a second look settles it.
        before = ledger.messages.sent_before(*key)
    if before is not None:
        return SentMessage(before.id, repeated=True)
    _store(ledger, number, sender, reportee, message, now)
    return SentMessage(number, repeated=False)


def _check_content(message: NewMessage) -> None:
    needed = {"reference": message.reference, "title": message.text.title, "body": message.text.body}
    missing = [name for name, value in needed.items() if not value.strip()]
    if missing:
        raise InvalidInput(ErrorCode.INVALID_MESSAGE, f"a message has a {missing[0]}")
    names = [message.reference, message.text.title, *(item.file_name for item in message.files)]
    if max(map(len, names)) > LONGEST_TITLE:
        raise InvalidInput(
            ErrorCode.INVALID_MESSAGE, f"a title, reference or file name has at most {LONGEST_TITLE} characters"
        )
    for item in message.files:
        if not item.file_name.strip() or any(sign in item.file_name for sign in _FORBIDDEN_IN_FILE_NAMES):
            raise InvalidInput(ErrorCode.INVALID_MESSAGE, "a file has a name, without colon and backslash")
        if item.media not in MEDIA_TYPES or item.function not in FILE_FUNCTIONS:
            raise InvalidInput(ErrorCode.INVALID_MESSAGE, "a file is of a type and function that the contract names")


def _store(ledger: Ledger, number: int, sender: Party, reportee: Party, message: NewMessage, now: datetime) -> None:
    first = ledger.next_number("attachment", len(message.files)) if message.files else 0
    kept = Message(
        id=number,
        organisation=sender.number,
        service=message.service,
        reference=message.reference,
        reportee=reportee.id,
        text=message.text,
        sent_by=message.sent_by,
        sent=now,
        visible=message.visible or now,
        due=message.due,
        confirmation_needed=message.confirmation_needed,
        allow_forwarding=message.allow_forwarding,
        archive_reference=message.archive_reference,
        links=message.links,
        notifications=message.notifications,
        attachments=tuple(_attachment(first + place, item) for place, item in enumerate(message.files)),
    )
    ledger.forms.add_element(_element(kept, sender))
    ledger.messages.add(kept)
    for item, file in zip(kept.attachments, message.files, strict=True):
        ledger.add_content(item.content, file.content)


def _element(message: Message, sender: Party) -> Element:
    needed = message.confirmation_needed
    return Element(
        id=message.id,
        kind=ElementKind.MESSAGE,
        reportee=message.reportee,
        service=message.service,
        title=message.text.title,
        status=ElementStatus.NOT_OPENED_TO_CONFIRM if needed else ElementStatus.NOT_OPENED,
        task=ElementTask.DEFAULT,
        owner=sender.id,
        created=message.sent,
        changed=message.visible,
        changed_by=message.sent_by or sender.name,
        change_type=ChangeType.SENT,
        archive_reference=message.archive_reference,
        due=message.due,
        signatures_required=0,
    )


def _attachment(number: int, item: MessageFile) -> MessageAttachment:
    return MessageAttachment(
        number,
        item.name or item.file_name,
        item.file_name,
        item.reference,
        item.media,
        item.function,
        str(uuid.uuid4()),
    )
