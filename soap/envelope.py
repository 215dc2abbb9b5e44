"""The two versions of SOAP: how each is recognised, and how each writes a fault."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from xml.sax.saxutils import escape

from soap import ns

FAULT_STATUS = "500 Internal Server Error"
"""Every fault travels with this: with 400 or 401 old clients lose the text (soap-asmx §5.3)."""


CLOSED_STATUS = "503 Service Unavailable"
"""Except one for what is closed for a while: caches, proxies and clients' own retries know what to make of it."""


class Side(StrEnum):
    """Who has to do something about a fault."""

    CLIENT = "Client"
    SERVER = "Server"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a fault says. ``text`` is Norwegian and holds no identity number."""

    side: Side
    text: str


class CallRefused(Exception):
    """The call ends in a fault. ``retry_after``, in seconds, is for what is closed for a while."""

    def __init__(self, text: str, side: Side = Side.CLIENT, *, retry_after: int | None = None) -> None:
        super().__init__(text)
        self.fault = Fault(side, text)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, eq=False)
class SoapVersion:
    """One version of SOAP: its envelope namespace, the content type of its messages, and its fault."""

    namespace: str
    content_type: str
    codes: dict[Side, str]
    fault_template: str

    def fault(self, fault: Fault) -> bytes:
        """The envelope with this fault in it."""
        text = escape(fault.text)
        return self.fault_template.format(ns=self.namespace, code=self.codes[fault.side], text=text).encode()


DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'

SOAP_11 = SoapVersion(
    namespace=ns.SOAP_11,
    content_type="text/xml; charset=utf-8",
    codes={Side.CLIENT: "soap:Client", Side.SERVER: "soap:Server"},
    fault_template=DECLARATION + '<soap:Envelope xmlns:soap="{ns}"><soap:Body><soap:Fault>'
    "<faultcode>{code}</faultcode><faultstring>{text}</faultstring><detail/>"
    "</soap:Fault></soap:Body></soap:Envelope>",
)

SOAP_12 = SoapVersion(
    namespace=ns.SOAP_12,
    content_type="application/soap+xml; charset=utf-8",
    codes={Side.CLIENT: "soap:Sender", Side.SERVER: "soap:Receiver"},
    fault_template=DECLARATION + '<soap:Envelope xmlns:soap="{ns}"><soap:Body><soap:Fault>'
    "<soap:Code><soap:Value>{code}</soap:Value></soap:Code>"
    '<soap:Reason><soap:Text xml:lang="nb">{text}</soap:Text></soap:Reason>'
    "</soap:Fault></soap:Body></soap:Envelope>",
)

VERSIONS = {version.namespace: version for version in (SOAP_11, SOAP_12)}


def version_by_content_type(content_type: str) -> SoapVersion:
    """The version a request's Content-Type announces; 1.1 for anything that is not 1.2's own."""
    return SOAP_12 if content_type.strip().lower().startswith("application/soap+xml") else SOAP_11
