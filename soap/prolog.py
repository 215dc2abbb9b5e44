"""What may stand before the root element of a document, and the document type that may not."""

from __future__ import annotations

import re

# Possessive throughout: a stranger's prolog must not be able to make the search go back over itself.
_MISCELLANY = re.compile(r"(?:\s++|<\?(?:(?!\?>).)*+\?>|<!--(?:(?!-->).)*+-->)*+", re.DOTALL)
_BYTE_ORDER_MARK = "\ufeff"


class DocumentTypeFound(ValueError):
    """The document has a document type declaration (DTD), which is never accepted."""


def root_onwards(text: str) -> str:
    """``text`` from its root element on: no byte order mark, declaration, comment or instruction before it.

    The text is decoded already, so a declaration at its front, whatever encoding it names, says nothing
    any more (soap-asmx §7.2). Raises DocumentTypeFound.
    """
    unmarked = text.lstrip(_BYTE_ORDER_MARK + " \t\r\n")
    before = _MISCELLANY.match(unmarked)
    start = before.end() if before is not None else 0
    if unmarked.startswith("<!DOCTYPE", start):
        raise DocumentTypeFound
    return unmarked[start:]
