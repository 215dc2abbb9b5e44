"""Requests that are right, made from the contract: where the mutations begin."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from fuzz.requests import Request
from fuzz.world import CODE, EDITION, FORM, OTHER, OWNER, PASSWORD, PERSON, SYSTEM
from soap.contract import ENDPOINTS, Binding, Element, Endpoint, Member, Operation, contract
from soap.contract.model import Enumeration, ListOf, Struct

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
XOP = "http://www.w3.org/2004/08/xop/include"
ASMX = "/webservices/dataexchange.asmx"
_TEXT, _TEXT_12 = "text/xml; charset=utf-8", "application/soap+xml; charset=utf-8"
_PACKAGE = 'multipart/related; type="application/xop+xml"; start="<r>"; boundary="b"; start-info="text/xml"'
_DEEPEST = 4
CREATED, EXPIRES = "2026-01-15T12:00:00Z", "2026-01-15T12:05:00Z"
"""When a message was made and until when it holds. Whoever posts it puts the present in their place."""

_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"

# By part of a member's name, in lower case; the first that fits.
_WORDS = (
    ("password", PASSWORD),
    ("systemusername", str(SYSTEM)),
    ("username", str(SYSTEM)),
    ("pincode", "12345"),
    ("authmethod", "AltinnPin"),
    ("ssn", PERSON),
    ("reportee", OWNER),
    ("partynumber", OTHER),
    ("edition", str(EDITION)),
    ("servicecode", CODE),
    ("language", "1044"),
    ("formdata", "<Skjema>1</Skjema>"),
    ("dataformatid", "999"),
    ("dataformatversion", "12345"),
    ("filename", "a.zip"),
    ("batch", f'<DataBatch schemaVersion="1.1" batchId="b" enterpriseSystemId="{SYSTEM}"/>'),
)
_SCALARS = {
    "int": "1",
    "reference": "1",
    "long": "1",
    "unsignedInt": "1",
    "boolean": "true",
    "dateTime": "2026-01-15T12:00:00",
    "instant": "2026-01-15T12:00:00.0000000+01:00",
    "double": "1.5",
    "base64Binary": "QUJD",
    "stream": "QUJD",
    "guid": "6f0d3c0e-0001-4d4a-9b8e-000000000001",
}


def batch(*units: str, attributes: str = "", extra: str = "") -> str:
    """A DataBatch of the world's system."""
    return (
        f'<DataBatch schemaVersion="1.1" batchId="310000000-01-42" enterpriseSystemId="{SYSTEM}" '
        f'receiptType="OnDemand"{attributes}><DataUnits>{"".join(units)}</DataUnits>{extra}</DataBatch>'
    )


def unit(reference: str, attributes: str = "", *, participant: str = OWNER, inner: str = "") -> str:
    """A DataUnit with an open form."""
    return (
        f"<DataUnit participantId={quoteattr(participant)} sendersReference={quoteattr(reference)} {attributes}>"
        f'<Skjema skjemanummer="{FORM[0]}" spesifikasjonsnummer="{FORM[1]}">{inner}</Skjema></DataUnit>'
    )


def batches() -> list[str]:
    """Batches as senders write them."""
    file = '<Attachment sendersReference="V" parentReference="A1" fileName="v">QUJD</Attachment>'
    return [
        batch(unit("A1")),
        batch(
            unit("A1", 'completed="1" locked="0"'),
            unit("A2", 'parentReference="A1"'),
            extra=f"<Attachments>{file}</Attachments>",
        ),
        "<?xml version='1.0' encoding='ISO-8859-1'?>\n"
        + batch(unit("Æ", inner="<a b='c'>&#230;&amp;<![CDATA[<]]></a>")),
        batch(unit("A1"), extra='<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><x/></Signature>'),
        escape(batch(unit("A1"))),
        batch(unit("A1", participant=OTHER)),
    ]


def requests() -> Iterator[Request]:
    """A right request for each operation, in each binding, and the ways to pack one."""
    yield from _old_channel()
    for endpoint in ENDPOINTS.values():
        for operation in endpoint.operations.values():
            body = _element(operation.request)
            yield _posted(endpoint, operation, body)
    yield from _packed()


def _old_channel() -> Iterator[Request]:
    for each in batches():
        parameters = f"<batch>{escape(each)}</batch><password>{PASSWORD}</password>"
        inner = f'<SubmitBatchPw xmlns="http://AltInn.no/webservices/">{parameters}</SubmitBatchPw>'
        for namespace, content_type in ((SOAP_11, _TEXT), (SOAP_12, _TEXT_12)):
            yield Request(ASMX, content_type, "", _envelope(namespace, "", inner))
    document = _envelope(SOAP_11, "", inner)
    yield Request(ASMX, "text/xml", "gzip", gzip.compress(document, mtime=0))
    yield Request(ASMX, "text/xml", "", document.decode().encode("utf-16"))
    yield Request(ASMX, "text/xml; charset=iso-8859-1", "", document.decode().encode("latin-1"))


def _packed() -> Iterator[Request]:
    for endpoint in ENDPOINTS.values():
        if not endpoint.streamed or endpoint.binding is not Binding.BASIC:
            continue
        for operation in endpoint.operations.values():
            if not operation.headers:
                continue
            header = _header(endpoint, operation)
            include = f'<x:Include xmlns:x="{XOP}" href="cid:f"/>'
            root = _envelope(SOAP_11, header, _element(operation.request).replace(">QUJD<", f">{include}<"))
            yield Request(endpoint.path.lower(), _PACKAGE, "", _package(root, "binary", b"ABC"))
            yield Request(endpoint.path.lower(), _PACKAGE, "", _package(root, "base64", base64.b64encode(b"ABC")))


def _package(root: bytes, coding: str, file: bytes) -> bytes:
    return b"".join(
        (
            b'--b\r\nContent-Type: application/xop+xml; charset=utf-8; type="text/xml"\r\nContent-ID: <r>\r\n\r\n',
            root,
            f"\r\n--b\r\nContent-ID: <f>\r\nContent-Transfer-Encoding: {coding}\r\n\r\n".encode(),
            file,
            b"\r\n--b--\r\n",
        )
    )


def _posted(endpoint: Endpoint, operation: Operation, body: str) -> Request:
    addressed = endpoint.binding.addressed
    namespace, content_type = (SOAP_12, _TEXT_12) if addressed else (SOAP_11, _TEXT)
    return Request(endpoint.path.lower(), content_type, "", _envelope(namespace, _header(endpoint, operation), body))


def _header(endpoint: Endpoint, operation: Operation) -> str:
    told = "".join(_element(each) for each in operation.headers)
    if not endpoint.binding.addressed:
        return told
    return (
        f'<a:Action xmlns:a="http://www.w3.org/2005/08/addressing">{operation.action}</a:Action>'
        f'<o:Security xmlns:o="{_SECURITY}" xmlns:u="{_UTILITY}"><u:Timestamp u:Id="_0">'
        f"<u:Created>{CREATED}</u:Created><u:Expires>{EXPIRES}</u:Expires></u:Timestamp>"
        f'<o:UsernameToken u:Id="t"><o:Username>{SYSTEM}</o:Username><o:Password>{PASSWORD}</o:Password>'
        f"</o:UsernameToken></o:Security>{told}"
    )


def _envelope(namespace: str, header: str, body: str) -> bytes:
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return f'<s:Envelope xmlns:s="{namespace}">{head}<s:Body>{body}</s:Body></s:Envelope>'.encode()


def _element(element: Element) -> str:
    inner = "".join(_member(each, element.namespace, 0) for each in element.members)
    if element.type:
        inner = _scalar(element.name, element.type)
    return f'<{element.name} xmlns="{element.namespace}">{inner}</{element.name}>'


def _member(member: Member, namespace: str, depth: int) -> str:
    kind = contract().types.get(member.type)
    inner = ""
    match kind:
        case Struct() if depth < _DEEPEST:
            inner = "".join(_member(each, kind.namespace, depth + 1) for each in kind.members)
        case ListOf() if depth < _DEEPEST:
            inner = _member(kind.item, kind.namespace, depth + 1)
        case Enumeration():
            inner = kind.words[0]
        case None:
            inner = _scalar(member.name, member.type)
    return f'<{member.name} xmlns="{namespace}">{inner}</{member.name}>'


def _scalar(name: str, kind: str) -> str:
    if kind in _SCALARS and kind not in ("int", "reference"):
        return _SCALARS[kind]
    lower = name.lower()
    return escape(next((word for part, word in _WORDS if part in lower), _SCALARS.get(kind, "x")))
