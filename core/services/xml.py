"""The one parser for XML that strangers send: no document types, no entities, no network, bounded."""

from __future__ import annotations

import codecs
import re

from lxml import etree

from core.errors import ErrorCode, InvalidInput

MOST_BYTES = 64 * 1024 * 1024
"""Largest document read at all; doors set lower limits of their own."""

_PROLOG_DOCTYPE = re.compile(r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<!DOCTYPE", re.DOTALL)
_PROLOG_DOCTYPE_BYTES = re.compile(_PROLOG_DOCTYPE.pattern.encode("ascii"), re.DOTALL)
_DECLARATION = re.compile(r"<\?xml\b.*?\?>", re.DOTALL)
_SPACE = "\ufeff \t\r\n"


def parse_untrusted(document: str | bytes, *, huge: bool = False) -> etree._Element:
    """The root element of ``document``. ``huge`` lifts lxml's limit of 10 MB on one text (attachments).

    A ``str`` is already decoded: a declaration at its front is dropped, whatever encoding it names, and so
    are a byte order mark and white space before it. Bytes are read by their own declaration.
    Raises InvalidInput for anything that is not well-formed, has a document type, or is too large or too
    deep (libxml2's own limit).
    """
    if len(document) > MOST_BYTES:
        raise _invalid(f"larger than {MOST_BYTES} bytes")
    try:
        root = etree.fromstring(_encoded(document), _parser(huge=huge))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise _invalid(_first_line(error)) from error
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise _invalid("a document type is not allowed")
    return root


def _encoded(document: str | bytes) -> bytes:
    if isinstance(document, bytes):
        stripped = document.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
        if _PROLOG_DOCTYPE_BYTES.match(stripped):
            raise _invalid("a document type is not allowed")
        return stripped
    text = document.lstrip(_SPACE)
    declaration = _DECLARATION.match(text)
    if declaration is not None:
        text = text[declaration.end() :]
    # Refused before the parser sees it, so that nothing in the document type is even read.
    if _PROLOG_DOCTYPE.match(text):
        raise _invalid("a document type is not allowed")
    return text.encode("utf-8", "surrogatepass")


def _parser(*, huge: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=huge,
    )


def _first_line(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else "cannot be read"
    return text[:200]


def _invalid(what: str) -> InvalidInput:
    return InvalidInput(ErrorCode.INVALID_XML, f"not acceptable XML: {what}")
