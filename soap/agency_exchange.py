"""AgencyDataExchange: where service owners of the first platform hand in messages and prefill (soap-asmx §2.4).

Everything about a shipment is told in a receipt with HTTP 200, as everywhere on the first platform. A sender
proves itself with the password of the enterprise system its code is registered with. ``sequenceno`` is not
checked: a repeat is known by the reference of each message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from core import (
    AuthenticationFailed,
    Caller,
    ErrorCode,
    GatewayError,
    InvalidInput,
    NewMessage,
    NotAllowed,
    NotFound,
    SentMessage,
    authenticate_service_owner,
    mask_number,
    send_messages,
    start_prefilled,
    submit_prefill,
)
from soap.alt_ut import Shipment, read_alt_ut
from soap.inner import UnreadableDocument, gov_organ_receipt
from soap.prefill_document import PrefillShipment, read_prefill
from soap.typed import Kind, TypedOperation, TypedService
from soap.verification import verify_message
from soap.visit import AsmxCall

NAMESPACE = "http://AltInn.no/agencywebservices/"
PATH = "/webservicesagency/AgencyDataExchange.asmx"

_ALT_UT, _PREFILL = "ALTUT", "PREFILL"
_NOT_KNOWN = "Feil avsenderkode eller passord."

# Status words of a shipment. Only that a good one begins with OK is stated; the others are the batch's.
_OK, _INVALID_XML, _FAILED, _AUTHENTICATION_FAILED = "OK", "InvalidXml", "Failed", "AuthenticationFailed"

_PROBLEMS = {
    ErrorCode.INVALID_MESSAGE: "Meldingen mangler referanse, tittel eller tekst, eller har noe som er for langt.",
    ErrorCode.INVALID_PREFILL: "Preutfyllingen mangler referanse, skjema eller skjemadata.",
    ErrorCode.UNKNOWN_SERVICE: "Tjenesten finnes ikke.",
    ErrorCode.PARTY_NOT_FOUND: "Mottakeren finnes ikke.",
    ErrorCode.NOT_THE_SERVICE_OWNER: "Tjenesten er en annen etats.",
}
"""Why a shipment was refused, by the first thing that was wrong with it."""

S = TypeVar("S", Shipment, PrefillShipment)


def _hand_in(
    call: AsmxCall,
    kind: str,
    text: str | None,
    password: str | None,
    read: Callable[[str], S],
    keep: Callable[[Caller, S], tuple[str, ...]],
) -> str:
    """The receipt for a shipment; ``keep`` returns what it says of an accepted one."""
    store = call.store

    def receipt(status: str, *texts: str) -> str:
        return gov_organ_receipt(kind, status, store.clock(), *texts)

    try:
        shipment = read(text or "")
    except UnreadableDocument as unreadable:
        return receipt(_INVALID_XML, unreadable.problem)
    try:
        caller = call.log_on(None, lambda: authenticate_service_owner(store, shipment.sender, password or ""))
    except AuthenticationFailed:
        return receipt(_AUTHENTICATION_FAILED, _NOT_KNOWN)
    try:
        return receipt(_OK, *keep(caller, shipment))
    except (InvalidInput, NotFound, NotAllowed) as error:
        return receipt(_FAILED, _problem(error), "Ingenting er lagret.")


def _problem(error: GatewayError) -> str:
    text = _PROBLEMS.get(error.code)
    if text is None:
        raise error
    return f"Nr. {error.details.get('message', '1')} i forsendelsen: {text}"


def _submit_message(call: AsmxCall, text: str | None, password: str | None) -> str:
    def keep(caller: Caller, shipment: Shipment) -> tuple[str, ...]:
        sent = send_messages(call.store, caller, shipment.messages)
        return tuple(_accepted(message, each) for message, each in zip(shipment.messages, sent, strict=True))

    return _hand_in(call, _ALT_UT, text, password, read_alt_ut, keep)


def _accepted(message: NewMessage, sent: SentMessage) -> str:
    what = "er mottatt fra før" if sent.repeated else "er mottatt"
    return f"Melding {message.reference} til {mask_number(message.reportee)} {what} ({sent.id})."


def _submit_prefill(call: AsmxCall, text: str | None, password: str | None) -> str:
    def keep(caller: Caller, shipment: PrefillShipment) -> tuple[str, ...]:
        submit_prefill(call.store, caller, shipment.sets)
        return tuple(f"Preutfylling {each.reference} er mottatt." for each in shipment.sets)

    return _hand_in(call, _PREFILL, text, password, read_prefill, keep)


def _submit_and_start(call: AsmxCall, text: str | None, password: str | None) -> str:
    def keep(caller: Caller, shipment: PrefillShipment) -> tuple[str, ...]:
        numbers = start_prefilled(call.store, caller, shipment.sets)
        return tuple(
            f"Preutfylling {each.reference} er mottatt og lagt til utfylling ({number})."
            for each, number in zip(shipment.sets, numbers, strict=True)
        )

    return _hand_in(call, _PREFILL, text, password, read_prefill, keep)


_OPERATIONS: Mapping[str, TypedOperation] = {
    "SubmitAltutMessagePw": TypedOperation({"altutMessage": Kind.TEXT, "password": Kind.TEXT}, _submit_message),
    "SubmitOnlinePrefillPw": TypedOperation({"prefillMessage": Kind.TEXT, "password": Kind.TEXT}, _submit_prefill),
    "SubmitAndInstantiateOnlinePrefillPw": TypedOperation(
        {"prefillMessage": Kind.TEXT, "password": Kind.TEXT}, _submit_and_start
    ),
    "VerifyMessage": TypedOperation(
        {"messageData": Kind.TEXT}, lambda call, text: verify_message(call.store, text), is_markup=True
    ),
}

AGENCY_DATA_EXCHANGE = TypedService("AgencyDataExchange", NAMESPACE, PATH, _OPERATIONS)
"""The four operations of the contract, complete."""
