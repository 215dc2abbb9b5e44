"""AltinnFault: the one table from the core's errors to its numbers, and how it is written in both versions of SOAP."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

from core import ErrorCode, GatewayError, mask_numbers_in
from soap import ns
from soap.envelope import Side

NO_INFORMATION = "No information available"
NO_USER = "-no value-"
UNFORESEEN = "Your request suffered from a non-functional error"
"""The beginning of the text for everything unexpected and everything unreadable; clients match it."""


@dataclass(frozen=True, slots=True)
class AltinnFault:
    """The fault detail of every operation (soap-svc §6). ``guid`` is what support asks for."""

    error_id: int
    message: str
    guid: str
    extended: str = NO_INFORMATION


class CallFailed(Exception):
    """The call ends in an AltinnFault with this number and English text, whatever the core says."""

    def __init__(self, error_id: int, message: str, extended: str = NO_INFORMATION) -> None:
        super().__init__(message)
        self.error_id = error_id
        self.message = message
        self.extended = extended


ROWS: tuple[tuple[ErrorCode, int, str | None], ...] = (
    (ErrorCode.AUTHENTICATION_FAILED, 5, "Wrong username/password supplied."),
    (ErrorCode.PERSON_AUTHENTICATION_FAILED, 989, "Incorrect username/password/pin given for user"),
    (ErrorCode.CODE_EXPIRED, 989, "Pin session time has time out for user. Request new"),
    (ErrorCode.NOT_THE_CALLERS, 5, None),
    (ErrorCode.MESSAGE_NOT_FOUND, 14, None),
    (ErrorCode.NOT_THE_SERVICE_OWNER, 5, None),
    (ErrorCode.MISSING_RIGHT, 14, None),
    (ErrorCode.WRONG_MESSAGE_STATE, 14, None),
    (ErrorCode.MESSAGE_NOT_DELETABLE, 40009, None),
    (ErrorCode.UNKNOWN_SERVICE_OWNER, 30005, None),
    (ErrorCode.NOT_AUTHORISED_FOR_REPORTEE, 5, None),
    (ErrorCode.LEVEL_TOO_LOW, 17, None),
    (ErrorCode.NOT_AUTHORISED_TO_SIGN, 30002, None),
    (ErrorCode.RECEIPT_NOT_FOUND, 30008, None),
    (ErrorCode.RECEIPT_TYPE_MISSING, 30101, None),
    (ErrorCode.DATES_REVERSED, 30102, None),
    # Code 0 by a bug of the platform that clients know (soap-svc §7.3).
    (ErrorCode.INVALID_RECEIPT_UPDATE, 0, None),
    (ErrorCode.WRONG_ELEMENT_STATE, 14, None),
    (ErrorCode.ELEMENT_NOT_DELETABLE, 40010, None),
    (ErrorCode.ELEMENT_ARCHIVED, 60035, None),
    (ErrorCode.ALREADY_SIGNED, 60036, None),
    (ErrorCode.ELEMENT_NOT_COMPLETED, 60037, None),
    (ErrorCode.BROKER_SERVICE_UNKNOWN, 40210, None),
    (ErrorCode.INVALID_REPORTEE, 40214, None),
    (ErrorCode.NO_FILE_DATA, 40205, None),
    (ErrorCode.NOT_A_ZIP_FILE, 40206, None),
    (ErrorCode.FILE_TOO_LARGE, 40204, None),
    (ErrorCode.TRANSFER_NOT_FOUND, 40212, None),
    (ErrorCode.NO_FILE_READY, 40207, None),
    (ErrorCode.SENDER_NOT_AUTHORISED, 40201, None),
    (ErrorCode.RECIPIENT_REFUSED, 40202, None),
    (ErrorCode.TRANSFER_NOT_AUTHORISED, 40211, None),
    (ErrorCode.OTHER_REPORTEE, 40213, None),
    (ErrorCode.RECIPIENT_NOT_AUTHORISED, 40215, None),
    (ErrorCode.FILE_ALREADY_UPLOADED, 40208, None),
    (ErrorCode.INVALID_SERVICE_CODE, 30013, None),
    (ErrorCode.SERVICE_CODE_NEEDED, 40039, None),
    (ErrorCode.TRANSFER_LEVEL_TOO_LOW, 40216, None),
)
"""Error code, ErrorID, and the text that clients match or show; None says what the core says.

A code without a row is ErrorID 0 with the core's own sentence. Source: soap-svc §7.
"""

_BY_CODE = {code: (error_id, message) for code, error_id, message in ROWS}


def fault_for(error: GatewayError, guid: str) -> AltinnFault:
    """The fault a core error becomes. What would help, and who can give it, is told beside the message."""
    error_id, message = _BY_CODE.get(error.code, (0, None))
    fixes = [f"{fix.missing} for {fix.party}: {fix.ground}; {fix.giver} can give it." for fix in error.fixes]
    return AltinnFault(error_id, message or mask_numbers_in(error.message), guid, " ".join(fixes) or NO_INFORMATION)


def unforeseen(guid: str, about: str = "") -> AltinnFault:
    """The fault for what cannot be read, which ``about`` says, and for our own breakdown, which nothing says."""
    return AltinnFault(0, f"{UNFORESEEN} [{guid}]", guid, about or NO_INFORMATION)


_CODES_12 = {Side.CLIENT: "Sender", Side.SERVER: "Receiver"}

_DETAIL = (
    '<AltinnFault xmlns="{ns}" xmlns:i="{xsi}">'
    "<AltinnErrorMessage>{message}</AltinnErrorMessage>"
    "<AltinnExtendedErrorMessage>{extended}</AltinnExtendedErrorMessage>"
    "<AltinnLocalizedErrorMessage>{message}</AltinnLocalizedErrorMessage>"
    "<ErrorGuid>{guid}</ErrorGuid><ErrorID>{error_id}</ErrorID><UserGuid>{user}</UserGuid><UserId/></AltinnFault>"
)


def detail(fault: AltinnFault) -> str:
    """The seven elements, all of them, in order and without prefix: clients rely on each of the three."""
    return _DETAIL.format(
        ns=ns.ALTINN_FAULT,
        xsi=ns.XSI,
        message=escape(fault.message),
        extended=escape(fault.extended),
        guid=fault.guid,
        error_id=fault.error_id,
        user=NO_USER,
    )


def body_11(fault: AltinnFault, side: Side = Side.CLIENT) -> str:
    """The fault as the body of SOAP 1.1. The code is Client for our own trouble too, as the platform had it."""
    return (
        f'<s:Fault><faultcode>s:{side.value}</faultcode><faultstring xml:lang="nb-NO">An error occurred</faultstring>'
        f"<detail>{detail(fault)}</detail></s:Fault>"
    )


def body_12(fault: AltinnFault, side: Side = Side.CLIENT) -> str:
    """The fault as the body of SOAP 1.2."""
    code = _CODES_12[side]
    return (
        f"<s:Fault><s:Code><s:Value>s:{code}</s:Value></s:Code>"
        '<s:Reason><s:Text xml:lang="nb-NO">An error occurred</s:Text></s:Reason>'
        f"<s:Detail>{detail(fault)}</s:Detail></s:Fault>"
    )
