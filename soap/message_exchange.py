"""MessageReceiptExchange: messages and receipts for end-user systems of the first platform (soap-asmx §2.3).

Only the names of the five operations are known. Parameters and documents are proposed: the parameters here,
the documents in `message_documents`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time

from core import (
    AuthenticationFailed,
    Caller,
    InvalidInput,
    Message,
    NotFound,
    ReceiptReference,
    ReceiptTree,
    ReceiptType,
    ReferenceType,
    Store,
    authenticate_system,
    find_receipt,
    list_messages_for_archive_reference,
    list_messages_for_reportee,
    list_receipts,
    read_message,
)
from soap import ns
from soap.message_documents import (
    AnswerStatus,
    message_document,
    message_list_document,
    receipts_document,
    refusal_document,
)
from soap.receipts import OSLO
from soap.typed import Kind, TypedOperation, TypedService
from soap.visit import AsmxCall

PATH = "/webservices/MessageReceiptExchange.asmx"

_RECEIPT, _RECEIPTS = "Receipt", "ReceiptList"
# What a system of this platform has receipts for.
_TYPES = (ReceiptType.FORM_TASK, ReceiptType.CORRESPONDENCE)
_REFERENCES = (ReferenceType.EXTERNAL_SHIPMENT, ReferenceType.SENDERS, ReferenceType.ARCHIVE)
_ONE = "AltUtMessage"
_MANY = "AltUtMessageList"


def _as(call: AsmxCall, root: str, system: int | None, password: str | None, answer: Callable[[Caller], str]) -> str:
    """The answer to a system that has logged on; otherwise one that says it has not."""
    try:
        caller = call.log_on(
            system,
            lambda: authenticate_system(call.store, system or 0, password or "", source=call.visit.address),
        )
    except AuthenticationFailed:
        return refusal_document(root, AnswerStatus.AUTHENTICATION_FAILED, call.store.clock())
    return answer(caller)


def _get_message(call: AsmxCall, system: int | None, message_id: str | None, password: str | None) -> str:
    store = call.store

    def answer(caller: Caller) -> str:
        try:
            message = read_message(store, caller, _number(message_id))
        except NotFound:
            return refusal_document(_ONE, AnswerStatus.NOT_FOUND, store.clock())
        return message_document(store.snapshot(), message, store.clock())

    return _as(call, _ONE, system, password, answer)


def _for_archive_reference(
    call: AsmxCall, system: int | None, participant: str | None, reference: str | None, password: str | None
) -> str:
    store = call.store

    def answer(caller: Caller) -> str:
        found = list_messages_for_archive_reference(store, caller, participant or "", reference or "")
        return _listed(store, found)

    return _as(call, _MANY, system, password, answer)


def _for_participant(call: AsmxCall, system: int | None, participant: str | None, password: str | None) -> str:
    store = call.store

    def answer(caller: Caller) -> str:
        return _listed(store, list_messages_for_reportee(store, caller, participant or ""))

    return _as(call, _MANY, system, password, answer)


def _listed(store: Store, found: tuple[Message, ...]) -> str:
    return message_list_document(store.snapshot(), found, store.clock())


def _get_receipt(call: AsmxCall, system: int | None, receipt_id: str | None, password: str | None) -> str:
    """By the receipt's number, or else by one reference."""
    store = call.store

    def answer(caller: Caller) -> str:
        wanted = (receipt_id or "").strip()
        references = [ReceiptReference(kind, wanted) for kind in _REFERENCES] if wanted else []
        try:
            found = find_receipt(store, caller, _number(wanted), references)
        except NotFound:
            return refusal_document(_RECEIPT, AnswerStatus.NOT_FOUND, store.clock())
        return receipts_document(_RECEIPT, (found,), store.clock())

    return _as(call, _RECEIPT, system, password, answer)


def _get_receipts(
    call: AsmxCall, system: int | None, from_date: str | None, to_date: str | None, password: str | None
) -> str:
    store = call.store

    def answer(caller: Caller) -> str:
        try:
            begins, ends = _moment(from_date, time.min), _moment(to_date, time.max)
            found = [each for kind in _TYPES for each in list_receipts(store, caller, kind, begins, ends)]
        except (ValueError, InvalidInput):
            return refusal_document(_RECEIPTS, AnswerStatus.INVALID_DATE, store.clock())
        return receipts_document(_RECEIPTS, sorted(found, key=_age), store.clock())

    return _as(call, _RECEIPTS, system, password, answer)


def _age(receipt: ReceiptTree) -> tuple[datetime, int]:
    return receipt.changed, receipt.id


def _moment(text: str | None, whole_day: time) -> datetime | None:
    """A moment, or a day from its beginning or to its end; None where nothing is said. Raises ValueError."""
    stripped = (text or "").strip()
    if not stripped:
        return None
    if len(stripped) == len("2007-03-09"):
        return datetime.combine(date.fromisoformat(stripped), whole_day, OSLO)
    moment = datetime.fromisoformat(stripped)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=OSLO)


def _number(text: str | None) -> int:
    stripped = (text or "").strip()
    return int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 10 else 0


_SYSTEM = {"enterpriseSystemId": Kind.INT}
_PASSWORD = {"password": Kind.TEXT}
_PARTICIPANT = {"participantId": Kind.TEXT}

_OPERATIONS: Mapping[str, TypedOperation] = {
    "GetReceipt": TypedOperation({**_SYSTEM, "receiptId": Kind.TEXT, **_PASSWORD}, _get_receipt),
    "GetReceiptList": TypedOperation(
        {**_SYSTEM, "fromDate": Kind.TEXT, "toDate": Kind.TEXT, **_PASSWORD}, _get_receipts
    ),
    "GetAltUtMessage": TypedOperation({**_SYSTEM, "messageId": Kind.TEXT, **_PASSWORD}, _get_message),
    "GetAltUtMessageListForArchiveRef": TypedOperation(
        {**_SYSTEM, **_PARTICIPANT, "archiveReference": Kind.TEXT, **_PASSWORD}, _for_archive_reference
    ),
    "GetAltUtMessageListForParticipant": TypedOperation({**_SYSTEM, **_PARTICIPANT, **_PASSWORD}, _for_participant),
}

MESSAGE_RECEIPT_EXCHANGE = TypedService("MessageReceiptExchange", ns.DATA_EXCHANGE, PATH, _OPERATIONS)
"""The five operations whose names are known."""
