"""Why a message's security is refused: the standards' own fault codes, and the fault as a body."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from xml.sax.saxutils import escape

from soap import ns


class FaultCode(StrEnum):
    """The codes, by the prefixes of ``soap.ns.FAULT_PREFIXES``.

    Old clients open a new session on ``wsc:BadContextToken`` and on ``wsse:InvalidSecurity`` (soap-svc §2.3).
    """

    INVALID_SECURITY = "wsse:InvalidSecurity"
    INVALID_TOKEN = "wsse:InvalidSecurityToken"  # noqa: S105 -- a fault code
    UNSUPPORTED_TOKEN = "wsse:UnsupportedSecurityToken"  # noqa: S105 -- a fault code
    UNSUPPORTED_ALGORITHM = "wsse:UnsupportedAlgorithm"
    FAILED_AUTHENTICATION = "wsse:FailedAuthentication"
    FAILED_CHECK = "wsse:FailedCheck"
    TOKEN_UNAVAILABLE = "wsse:SecurityTokenUnavailable"  # noqa: S105 -- a fault code
    EXPIRED = "wsu:MessageExpired"
    BAD_CONTEXT = "wsc:BadContextToken"
    UNKNOWN_DERIVATION = "wsc:UnknownDerivationSource"
    INVALID_REQUEST = "wst:InvalidRequest"
    MUST_UNDERSTAND = "s:MustUnderstand"


class SecurityRefused(Exception):
    """The message is not let in. ``text`` is English, as the platform's was, and holds nothing secret."""

    def __init__(self, fault_code: FaultCode, text: str) -> None:
        super().__init__(text)
        self.fault_code: Final = fault_code
        self.text: Final = text


def invalid(text: str) -> SecurityRefused:
    """The refusal of a header that is not made as it should be."""
    return SecurityRefused(FaultCode.INVALID_SECURITY, text)


def refusal_body(refused: SecurityRefused, soap_namespace: str) -> str:
    """The fault as the child of the body, in the version of SOAP whose envelope namespace is given.

    The envelope declares the prefix ``s``. MustUnderstand is a code of SOAP itself; all others are subcodes.
    """
    if soap_namespace == ns.SOAP_11:
        return (
            f"<s:Fault><faultcode{_declared(refused.fault_code)}>{refused.fault_code}</faultcode>"
            f'<faultstring xml:lang="en">{escape(refused.text)}</faultstring></s:Fault>'
        )
    return (
        f"<s:Fault><s:Code>{_code_12(refused.fault_code)}</s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{escape(refused.text)}</s:Text></s:Reason></s:Fault>'
    )


def _code_12(code: FaultCode) -> str:
    if code is FaultCode.MUST_UNDERSTAND:
        return f"<s:Value>{code}</s:Value>"
    return f"<s:Value>s:Sender</s:Value><s:Subcode><s:Value{_declared(code)}>{code}</s:Value></s:Subcode>"


def _declared(code: FaultCode) -> str:
    prefix = code.partition(":")[0]
    return f' xmlns:{prefix}="{ns.FAULT_PREFIXES[prefix]}"' if prefix in ns.FAULT_PREFIXES else ""
