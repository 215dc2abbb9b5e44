"""Builds what streaming clients send: files inside envelopes, and MTOM packages as several toolkits write them."""

from __future__ import annotations

import base64
from dataclasses import dataclass

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
XOP = "http://www.w3.org/2004/08/xop/include"
NAMESPACE = "http://www.altinn.no/services/test"


def include(href: str) -> str:
    """An xop:Include."""
    return f'<x:Include xmlns:x="{XOP}" href="{href}"/>'


def envelope(
    data: str, *, soap: str = SOAP_11, header: str = "<FileName>a.zip</FileName>", name: str = "dataStream"
) -> str:
    """A streamed call with ``data`` in its data element."""
    return (
        f'<s:Envelope xmlns:s="{soap}"><s:Header>{header}</s:Header><s:Body>'
        f'<StreamedAttachmentBasicBE xmlns="{NAMESPACE}"><{name}>{data}</{name}></StreamedAttachmentBasicBE>'
        "</s:Body></s:Envelope>"
    )


def inline(data: bytes, **more: str) -> bytes:
    """The file as base64 in the envelope."""
    return envelope(base64.b64encode(data).decode(), **more).encode()


@dataclass(frozen=True)
class Part:
    """A part of a package as it is sent."""

    head: str
    body: bytes

    def sent(self, boundary: str, end: str) -> bytes:
        """The part behind its boundary."""
        head = self.head.replace("\n", end)
        return f"--{boundary}{end}{head}{end}{end}".encode() + self.body + end.encode()


def root(text: str | bytes, *, name: str = "<root@client>", media: str = "text/xml", charset: str = "utf-8") -> Part:
    """The envelope's part."""
    head = (
        f'Content-Type: application/xop+xml; charset={charset}; type="{media}"\n'
        f"Content-Transfer-Encoding: 8bit\nContent-ID: {name}"
    )
    return Part(head, text.encode(charset) if isinstance(text, str) else text)


def part(data: bytes, *, name: str = "<file@client>", coding: str = "binary") -> Part:
    """A file's part."""
    return Part(
        f"Content-Type: application/octet-stream\nContent-Transfer-Encoding: {coding}\nContent-ID: {name}", data
    )


def package(
    *parts: Part, boundary: str = "b", end: str = "\r\n", preamble: bytes = b"", epilogue: bytes = b""
) -> bytes:
    """The parts, one after the other."""
    inside = b"".join(each.sent(boundary, end) for each in parts)
    return preamble + inside + f"--{boundary}--{end}".encode() + epilogue


def content_type(boundary: str = '"b"', media: str = "text/xml", start: str | None = "<root@client>") -> str:
    """The Content-Type of a package; ``boundary`` as it is written."""
    begin = "" if start is None else f'; start="{start}"'
    return f'multipart/related; type="application/xop+xml"{begin}; boundary={boundary}; start-info="{media}"'
