"""The documents of MessageReceiptExchange. No source shows the originals: these shapes are proposed, and only here.

Each has a root named as what it holds, with `schemaVersion`; below it one element with the `status` of the
answer first, as in the receipts of the family; and below that what was asked for. Readers that search for
words find each word once for each thing told: a message's own state is therefore `state`, never `status`.
Nothing is written self-closing, and no element has a prefix.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from core import Message, MessageAttachment, ReceiptTree, Snapshot
from soap.envelope import DECLARATION
from soap.inner import attributes, entries, escape_text
from soap.receipts import local_time

SCHEMA_VERSION = "1.0"


class AnswerStatus(StrEnum):
    """How the call went."""

    OK = "OK"
    AUTHENTICATION_FAILED = "AuthenticationFailed"
    NOT_FOUND = "NotFound"
    INVALID_DATE = "InvalidDate"


TEXTS = {
    AnswerStatus.AUTHENTICATION_FAILED: "Feil system-ID eller passord.",
    AnswerStatus.NOT_FOUND: "Det finnes ikke noe slikt som systemet kan hente.",
    AnswerStatus.INVALID_DATE: "Datoene er ikke gyldige: bruk ÅÅÅÅ-MM-DD, og fra-dato før til-dato.",
}
"""What is told with each refusal."""


def refusal_document(root: str, status: AnswerStatus, now: datetime) -> str:
    """The answer when there is nothing to give."""
    return _document(root, status, now, f"    {entries(TEXTS[status])}\n")


def message_document(snapshot: Snapshot, message: Message, now: datetime) -> str:
    """One message with everything that belongs to it."""
    return _document("AltUtMessage", AnswerStatus.OK, now, _message(snapshot, message, _content(message)))


def message_list_document(snapshot: Snapshot, messages: Iterable[Message], now: datetime) -> str:
    """Messages in the order given, each with its title."""
    rows = (_message(snapshot, each, _title(each)) for each in messages)
    return _document("AltUtMessageList", AnswerStatus.OK, now, "".join(rows))


def receipts_document(root: str, receipts: Iterable[ReceiptTree], now: datetime) -> str:
    """Receipts in the order given, each with those below it."""
    return _document(root, AnswerStatus.OK, now, "".join(_receipt(each) for each in receipts))


def _document(root: str, status: AnswerStatus, now: datetime, content: str) -> str:
    shown = attributes(status=status.value, timeReceived=local_time(now))
    return (
        f'{DECLARATION}<{root} schemaVersion="{SCHEMA_VERSION}">\n  <{root}InReceipt{shown}>\n'
        f"{content}  </{root}InReceipt>\n</{root}>\n"
    )


def _message(snapshot: Snapshot, message: Message, content: str) -> str:
    reportee = snapshot.party(message.reportee)
    code, _, edition = message.service.removeprefix("svc:").partition("/")
    shown = attributes(
        messageId=str(message.id),
        participantId="" if reportee is None else reportee.number,
        shortName=f"{code}_{edition}",
        messageReference=message.reference,
        archiveReference=message.archive_reference,
        state=message.status.value,
        requireConfirmation="true" if message.confirmation_needed else "false",
        sentDate=local_time(message.sent),
        dueDate=None if message.due is None else local_time(message.due),
    )
    return f"    <AltUt{shown}>\n{content}    </AltUt>\n"


def _title(message: Message) -> str:
    return f"      <MessageSubject>{escape_text(message.text.title)}</MessageSubject>\n"


def _content(message: Message) -> str:
    text = message.text
    files = "".join(_file(each) for each in message.attachments)
    links = "".join(
        f"          <Link{attributes(type=each.kind.value, url=each.address)}>{escape_text(each.text)}</Link>\n"
        for each in message.links
    )
    return (
        f"      <Content{attributes(languageCode=str(text.language))}>\n"
        f"        <MessageHeader>{escape_text(text.header or text.title)}</MessageHeader>\n"
        f"        <MessageSubject>{escape_text(text.title)}</MessageSubject>\n"
        f"        <MessageSummery>{escape_text(text.summary)}</MessageSummery>\n"
        f"        <HTML>{escape_text(text.body)}</HTML>\n"
        f"        <Attachments>\n{files}        </Attachments>\n"
        f"        <Links>\n{links}        </Links>\n"
        "      </Content>\n"
    )


def _file(attachment: MessageAttachment) -> str:
    shown = attributes(
        id=str(attachment.id),
        functionType=attachment.function,
        type=attachment.media,
        filename=attachment.file_name,
        name=attachment.name,
    )
    return f"          <Attachment{shown}>{base64.b64encode(attachment.data).decode()}</Attachment>\n"


def _receipt(tree: ReceiptTree, level: int = 2) -> str:
    indent = "  " * level
    shown = attributes(
        receiptId=str(tree.id),
        receiptType=tree.type.value,
        receiptStatus=tree.status.value,
        lastChanged=local_time(tree.changed),
    )
    references = "".join(
        f"{indent}  <Reference{attributes(type=each.type.value)}>{escape_text(each.value)}</Reference>\n"
        for each in tree.references
    )
    children = "".join(_receipt(each, level + 1) for each in tree.children)
    return f"{indent}<Receipt{shown}>\n{indent}  {entries(tree.text)}\n{references}{children}{indent}</Receipt>\n"
