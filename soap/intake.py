"""What is refused before any SOAP is read: too large, empty, undecodable, with a DTD, not XML, not an envelope."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from lxml import etree

from core import DocumentTypeFound, InvalidInput, parse_untrusted
from soap.envelope import VERSIONS, CallRefused, SoapVersion
from soap.http_body import HttpBody
from soap.names import local_name, namespace_of

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

NOT_XML = "Forespørselen er ikke velformet XML."
DOCUMENT_TYPE = "Konvolutten har en dokumenttype (DOCTYPE). Det er ikke tillatt."
EMPTY = "Forespørselen er tom: den skal inneholde en SOAP-konvolutt."
UNDECODABLE = "Forespørselen følger ikke tegnsettet den oppgir."

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
    return envelope_in(read_whole(HttpBody(environ, limit)), environ.get("CONTENT_TYPE") or "")


def read_whole(body: HttpBody) -> bytes:
    """All of a body. Raises CallRefused, after giving the client time to hear of it."""
    try:
        return b"".join(body)
    except CallRefused:
        body.discard()
        raise


def envelope_in(document: bytes, content_type: str) -> etree._Element:
    """The root element of an envelope in bytes that came under this Content-Type. Raises CallRefused."""
    if not document.strip():
        raise CallRefused(EMPTY)
    try:
        # Unlimited text length here: an attachment sits inside one text, and the body's size is bounded.
        return parse_untrusted(_decoded(document, content_type), huge=True)
    except DocumentTypeFound:
        raise CallRefused(DOCUMENT_TYPE) from None
    except InvalidInput:
        raise CallRefused(NOT_XML) from None


def charset_of(beginning: bytes, content_type: str) -> str:
    """The header's charset, else a byte order mark's, else the declaration's, else UTF-8 (soap-asmx §7.2).

    Raises CallRefused for one that is not read here.
    """
    charset = _named_charset(beginning, content_type)
    try:
        if codecs.lookup(charset).name in _READABLE:
            return charset
    except (LookupError, ValueError):
        pass  # ValueError for a NUL in the name.
    raise CallRefused("Tegnsettet er ukjent: bruk utf-8, utf-16 eller iso-8859-1.")


def version_of(envelope: etree._Element) -> SoapVersion:
    """The version of SOAP that the envelope is of. Raises CallRefused for anything else."""
    version = VERSIONS.get(namespace_of(envelope))
    if version is None or local_name(envelope) != "Envelope":
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


def _decoded(document: bytes, content_type: str) -> str:
    try:
        return document.decode(charset_of(document[:256], content_type))
    except UnicodeDecodeError:
        raise CallRefused(UNDECODABLE) from None


def _named_charset(beginning: bytes, content_type: str) -> str:
    announced = _CHARSET.search(content_type)
    if announced is not None:
        return announced.group(1)
    for mark, charset in _BYTE_ORDER_MARKS:
        if beginning.startswith(mark):
            return charset
    declared = _DECLARED.match(beginning)
    return "utf-8" if declared is None else declared.group(1).decode("ascii")
