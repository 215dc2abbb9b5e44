"""The one parser for XML that strangers send: no document types, no entities, no network, bounded."""

from __future__ import annotations

import codecs
import re
from typing import AnyStr

from lxml import etree

from core.errors import ErrorCode, InvalidInput

MOST_BYTES = 64 * 1024 * 1024
"""Largest document read at all; doors set lower limits of their own."""

# One piece at a time, each found in one go: a stranger's prolog cannot make the search go back over itself.
_MISCELLANY = r"\s+|<\?.*?\?>|<!--.*?-->"
_BEFORE_ROOT = re.compile(_MISCELLANY, re.DOTALL)
_BEFORE_ROOT_IN_BYTES = re.compile(_MISCELLANY.encode("ascii"), re.DOTALL)


class DocumentTypeFound(InvalidInput):
    """The document has a document type declaration (DTD), which is never accepted."""

    def __init__(self) -> None:
        super().__init__(ErrorCode.INVALID_XML, "not acceptable XML: a document type is not allowed")


def root_onwards(text: str) -> str:
    """``text`` from its root element on: no byte order mark, declaration, comment or instruction before it.

    The text is decoded already, so a declaration at its front, whatever encoding it names, says nothing
    any more (soap-asmx §7.2). Raises DocumentTypeFound, before anything in the document type is read.
    """
    unmarked = text.lstrip("\ufeff \t\r\n")
    start = _end_of_pieces(_BEFORE_ROOT, unmarked)
    if unmarked.startswith("<!DOCTYPE", start):
        raise DocumentTypeFound
    return unmarked[start:]


def parse_untrusted(document: str | bytes, *, huge: bool = False) -> etree._Element:
    """The root element of ``document``. ``huge`` lifts lxml's limit of 10 MB on one text (attachments).

    A ``str`` is already decoded and is read from its root element on; bytes are read by their own
    declaration. Raises InvalidInput for anything that is not well-formed, has a document type, or is too
    large or too deep (libxml2's own limit).
    """
    if len(document) > MOST_BYTES:
        raise _invalid(f"larger than {MOST_BYTES} bytes")
    try:
        root = etree.fromstring(_encoded(document), _parser(huge=huge))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise _invalid(_first_line(error)) from error
    # Bytes in an encoding that hides the prolog from the search above are caught here.
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise DocumentTypeFound
    return root


def _encoded(document: str | bytes) -> bytes:
    if isinstance(document, str):
        return root_onwards(document).encode("utf-8", "surrogatepass")
    stripped = document.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    if stripped.startswith(b"<!DOCTYPE", _end_of_pieces(_BEFORE_ROOT_IN_BYTES, stripped)):
        raise DocumentTypeFound
    return stripped


def _end_of_pieces(piece: re.Pattern[AnyStr], text: AnyStr) -> int:
    end = 0
    while found := piece.match(text, end):
        end = found.end()
    return end


def _parser(*, huge: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=huge
    )


def _first_line(error: Exception) -> str:
    text = str(error).splitlines()[0] if str(error) else "cannot be read"
    return text[:200]


def _invalid(what: str) -> InvalidInput:
    return InvalidInput(ErrorCode.INVALID_XML, f"not acceptable XML: {what}")
