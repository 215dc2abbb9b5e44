"""The ledger's part for messages: who sends them, what they say, and how far each has come."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select, update

from core.domain.identifiers import PartyId, ServiceId
from core.domain.message import (
    LinkKind,
    Message,
    MessageAttachment,
    MessageLink,
    MessageNotification,
    MessageText,
    Removal,
)
from core.domain.service_owner import ServiceOwner
from core.store.tables import content_chunk
from core.store.tables_forms import element
from core.store.tables_messages import message, message_attachment, service_owner

_TEXTS = tuple(each.name for each in fields(MessageText))
_PLAIN = tuple(
    each.name for each in fields(Message) if each.name not in {"text", "links", "notifications", "attachments"}
)


class MessagesLedger:
    """Messages in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # -- service owners -----------------------------------------------------------------------

    def set_service_owner(self, owner: ServiceOwner) -> None:
        """Keep a service owner, in place of an earlier one with its code."""
        self._connection.execute(delete(service_owner).where(service_owner.c.code == owner.code))
        self._connection.execute(service_owner.insert(), {name: getattr(owner, name) for name in owner.__slots__})

    def service_owner(self, code: str) -> ServiceOwner | None:
        """The service owner with this sender code, or None."""
        row = self._connection.execute(select(service_owner).where(service_owner.c.code == code)).one_or_none()
        return None if row is None else ServiceOwner(*row)

    def service_owners(self, organisation: str | None = None) -> tuple[ServiceOwner, ...]:
        """The service owners that are this organisation, or all of them, in order of code."""
        wanted = select(service_owner).order_by(service_owner.c.code)
        if organisation is not None:
            wanted = wanted.where(service_owner.c.organisation == organisation)
        return tuple(ServiceOwner(*row) for row in self._connection.execute(wanted))

    # -- messages -----------------------------------------------------------------------------

    def add(self, new: Message) -> None:
        """Store a message with its attachments, whose contents are stored apart."""
        values: dict[str, Any] = {name: getattr(new, name) for name in _PLAIN}
        values.update({name: getattr(new.text, name) for name in _TEXTS})
        values["links"] = json.dumps([[link.kind, link.text, link.address] for link in new.links])
        values["notifications"] = json.dumps([_plain_notification(each) for each in new.notifications])
        self._connection.execute(message.insert(), values)
        rows = [
            {"message": new.id, "position": position, **_attachment_values(each)}
            for position, each in enumerate(new.attachments)
        ]
        if rows:
            self._connection.execute(message_attachment.insert(), rows)

    def message(self, message_id: int) -> Message | None:
        """The message with its attachments, whose data is not read, or None."""
        return self._one(message.c.id == message_id)

    def sent_before(self, organisation: str, service: str, reference: str, reportee: str) -> Message | None:
        """The message that its sender calls by this reference, or None."""
        columns = message.c
        return self._one(
            columns.organisation == organisation,
            columns.service == service,
            columns.reference == reference,
            columns.reportee == reportee,
        )

    def messages_for(
        self, reportee: str, *, archive_reference: str | None = None, since: datetime | None, until: datetime | None
    ) -> tuple[Message, ...]:
        """The reportee's messages that are not deleted, newest first, without attachments."""
        deleted = select(element.c.id).where(element.c.reportee == reportee, element.c.deleted.is_not(None))
        where = [message.c.reportee == reportee, message.c.removal.is_(None), message.c.id.not_in(deleted)]
        if archive_reference is not None:
            where.append(message.c.archive_reference == archive_reference)
        if since is not None:
            where.append(message.c.sent >= since)
        if until is not None:
            where.append(message.c.sent <= until)
        wanted = select(message).where(*where).order_by(message.c.sent.desc(), message.c.id.desc())
        return tuple(_message(row) for row in self._connection.execute(wanted).mappings())

    def attachment_data(self, attachment: MessageAttachment) -> MessageAttachment:
        """The attachment with its file."""
        chunk = content_chunk.c
        wanted = select(chunk.data).where(chunk.content == attachment.content).order_by(chunk.position)
        return replace(attachment, data=b"".join(self._connection.execute(wanted).scalars()))

    # -- how far they have come ---------------------------------------------------------------

    def mark_read(self, message_id: int, at: datetime) -> bool:
        """Note the first reading; False where it was read before."""
        return self._mark(message_id, message.c.read.is_(None), read=at)

    def mark_confirmed(self, message_id: int, at: datetime, by: PartyId | None) -> bool:
        """Note the confirmation; False where it was confirmed before."""
        return self._mark(message_id, message.c.confirmed.is_(None), confirmed=at, confirmed_by=by)

    def mark_archived(self, message_id: int, at: datetime, archive_reference: str) -> bool:
        """Move the message to the archive; False where it was there, or was deleted."""
        standing = message.c.archived.is_(None) & message.c.removal.is_(None)
        return self._mark(message_id, standing, archived=at, archive_reference=archive_reference)

    def put_in_bin(self, message_id: int) -> bool:
        """Delete the message so that it could be fetched back; False where it was archived or deleted."""
        standing = message.c.archived.is_(None) & message.c.removal.is_(None)
        return self._mark(message_id, standing, removal=Removal.BIN)

    def wipe(self, message_id: int) -> bool:
        """Delete the message for good: its row stays, so that it cannot be sent again, but nothing it said."""
        standing = message.c.archived.is_(None) & message.c.removal.is_(None)
        empty = dict.fromkeys(("title", "summary", "body", "header", "subject", "custom_data"), "")
        if not self._mark(message_id, standing, removal=Removal.GONE, links="[]", notifications="[]", **empty):
            return False
        of_message = message_attachment.c.message == message_id
        contents = select(message_attachment.c.content).where(of_message)
        self._connection.execute(delete(content_chunk).where(content_chunk.c.content.in_(contents)))
        self._connection.execute(delete(message_attachment).where(of_message))
        return True

    def _mark(self, message_id: int, still: ColumnElement[bool], **values: Any) -> bool:
        changed = update(message).where(message.c.id == message_id, still).values(**values)
        return self._connection.execute(changed).rowcount == 1

    def _one(self, *where: ColumnElement[bool]) -> Message | None:
        row = self._connection.execute(select(message).where(*where)).mappings().one_or_none()
        if row is None:
            return None
        columns = message_attachment.c
        wanted = select(message_attachment).where(columns.message == row["id"]).order_by(columns.position)
        found = self._connection.execute(wanted).mappings()
        return replace(_message(row), attachments=tuple(_attachment(each) for each in found))


def _message(row: Any) -> Message:
    values = {name: row[name] for name in _PLAIN}
    values["service"], values["reportee"] = ServiceId(row["service"]), PartyId(row["reportee"])
    return Message(
        **values,
        text=MessageText(**{name: row[name] for name in _TEXTS}),
        links=tuple(MessageLink(LinkKind(kind), text, address) for kind, text, address in json.loads(row["links"])),
        notifications=tuple(_notification(each) for each in json.loads(row["notifications"])),
    )


def _attachment_values(attachment: MessageAttachment) -> dict[str, Any]:
    return {name: getattr(attachment, name) for name in MessageAttachment.__slots__ if name != "data"}


def _attachment(row: Any) -> MessageAttachment:
    return MessageAttachment(**{name: row[name] for name in MessageAttachment.__slots__ if name != "data"})


def _plain_notification(notification: MessageNotification) -> dict[str, Any]:
    return {
        "kind": notification.kind,
        "language": notification.language,
        "from_address": notification.from_address,
        "receivers": notification.receivers,
        "tokens": notification.tokens,
        "ship": None if notification.ship is None else notification.ship.isoformat(),
    }


def _notification(plain: dict[str, Any]) -> MessageNotification:
    return MessageNotification(
        plain["kind"],
        plain["language"],
        plain["from_address"],
        _texts(plain["receivers"]),
        _texts(plain["tokens"]),
        None if plain["ship"] is None else datetime.fromisoformat(plain["ship"]),
    )


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)
