"""What is refused before any SOAP is read: too large, empty, undecodable, with a DTD, not XML, not an envelope."""

from __future__ import annotations

import codecs
import re
import zlib
from typing import TYPE_CHECKING, Any

from lxml import etree

from core import DocumentTypeFound, InvalidInput, parse_untrusted
from soap.envelope import VERSIONS, CallRefused, SoapVersion

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

_BLOCK = 64 * 1024
_INFLATE = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_CHARSET = re.compile(r"""charset\s*=\s*["']?([^\s"';]+)""", re.IGNORECASE)
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Named one by one: Python's other codecs hold some that take quadratic time (idna, punycode).
_READABLE = frozenset({"utf-8", "utf-16", "utf-16-le", "utf-16-be", "iso8859-1", "iso8859-15", "cp1252", "ascii"})


def read_envelope(environ: WSGIEnvironment, limit: int) -> etree._Element:
    """The root element of the request's document, at most ``limit`` bytes long. Raises CallRefused."""
    body = _inflated(_read_body(environ, limit), environ.get("HTTP_CONTENT_ENCODING", ""), limit)
    if not body.strip():
        raise CallRefused("Forespørselen er tom: den skal inneholde en SOAP-konvolutt.")
    try:
        # Unlimited text length here: an attachment sits inside one text, and the body's size is bounded.
        return parse_untrusted(_decoded(body, environ.get("CONTENT_TYPE") or ""), huge=True)
    except DocumentTypeFound:
        raise CallRefused("Konvolutten har en dokumenttype (DOCTYPE). Det er ikke tillatt.") from None
    except InvalidInput:
        raise CallRefused("Forespørselen er ikke velformet XML.") from None


def version_of(envelope: etree._Element) -> SoapVersion:
    """The version of SOAP that the envelope is of. Raises CallRefused for anything else."""
    name = etree.QName(envelope)
    version = VERSIONS.get(name.namespace or "")
    if version is None or name.localname != "Envelope":
        raise CallRefused("Dokumentet er ikke en SOAP-konvolutt av versjon 1.1 eller 1.2.")
    return version


def operation_in(envelope: etree._Element, version: SoapVersion) -> etree._Element:
    """The element that names the operation: the first in the envelope's body. Raises CallRefused.

    Comments and instructions inside it are taken away, so that a text they divide is one text.
    """
    body = envelope.find(f"{{{version.namespace}}}Body")
    operation = None if body is None else next(body.iterchildren("*"), None)
    if operation is None:
        raise CallRefused("Konvolutten har ingen operasjon i Body.")
    etree.strip_tags(operation, etree.Comment, etree.ProcessingInstruction)
    return operation


def _too_large(limit: int) -> CallRefused:
    return CallRefused(f"Forespørselen er for stor: grensen er {limit} byte.")


def _read_body(environ: WSGIEnvironment, limit: int) -> bytes:
    stream, length = environ["wsgi.input"], _announced_length(environ)
    body = _read_at_most(stream, limit + 1 if length is None else min(length, limit + 1))
    if len(body) > limit:
        # Read on, within reason, so that a client still sending gets to see the answer.
        _discard(stream, limit if length is None else min(length - len(body), limit))
        raise _too_large(limit)
    return body


def _announced_length(environ: WSGIEnvironment) -> int | None:
    """Content-Length, or None where the body ends by itself (chunked)."""
    announced = environ.get("CONTENT_LENGTH") or ""
    if announced:
        if not (announced.isascii() and announced.isdigit()):
            raise CallRefused("Content-Length er ikke et tall.")
        return int(announced)
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    return None if chunked or environ.get("wsgi.input_terminated") else 0


def _read_at_most(stream: Any, most: int) -> bytes:
    parts: list[bytes] = []
    while most > 0:
        part = stream.read(min(most, _BLOCK))
        if not part:
            break
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _discard(stream: Any, most: int) -> None:
    while most > 0 and (part := stream.read(min(most, _BLOCK))):
        most -= len(part)


def _inflated(body: bytes, encoding: str, limit: int) -> bytes:
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding not in _INFLATE:
        raise CallRefused("Content-Encoding er ukjent: bruk gzip, deflate eller ingen.")
    try:
        inflater = zlib.decompressobj(_INFLATE[encoding])
        inflated = inflater.decompress(body, limit + 1)
    except zlib.error:
        raise CallRefused("Forespørselen lar seg ikke pakke ut.") from None
    if len(inflated) > limit:
        raise _too_large(limit)
    if not inflater.eof:
        raise CallRefused("Den pakkede forespørselen er ikke hel.")
    return inflated


def _decoded(body: bytes, content_type: str) -> str:
    charset = _charset_of(body, content_type)
    try:
        if codecs.lookup(charset).name in _READABLE:
            return body.decode(charset)
    except LookupError:
        pass
    except UnicodeDecodeError:
        raise CallRefused("Forespørselen følger ikke tegnsettet den oppgir.") from None
    raise CallRefused("Tegnsettet er ukjent: bruk utf-8, utf-16 eller iso-8859-1.")


def _charset_of(body: bytes, content_type: str) -> str:
    """The header's charset, else a byte order mark's, else the declaration's, else UTF-8 (soap-asmx §7.2)."""
    announced = _CHARSET.search(content_type)
    if announced is not None:
        return announced.group(1)
    for mark, charset in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return charset
    declared = _DECLARED.match(body[:256])
    return "utf-8" if declared is None else declared.group(1).decode("ascii")
