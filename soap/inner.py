"""Documents that travel as a string inside a call: read in four steps (soap-asmx §7.3), written in the family's way."""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from core import DocumentTypeFound, InvalidInput, parse_untrusted, root_onwards
from soap.envelope import DECLARATION
from soap.names import local_name
from soap.receipts import local_time

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_SPACES = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}


class UnreadableDocument(Exception):
    """The string is not the document it should be. ``problem`` is a Norwegian sentence."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def read_document(text: str, *root_names: str) -> etree._Element:
    """The root element of the document in ``text``, which must have one of these names. Raises UnreadableDocument."""
    if not text.strip():
        raise UnreadableDocument("Dokumentet er tomt, eller det er sendt som XML-elementer i stedet for tekst.")
    try:
        root = parse_untrusted(root_onwards(_unescaped_once(text)), huge=True)
    except DocumentTypeFound:
        raise UnreadableDocument("Dokumentet har en dokumenttype (DOCTYPE). Det er ikke tillatt.") from None
    except InvalidInput:
        raise UnreadableDocument("Dokumentet er ikke velformet XML.") from None
    if local_name(root) not in root_names:
        raise UnreadableDocument(f"Rotelementet er ikke {' eller '.join(root_names)}.")
    return root


def _unescaped_once(text: str) -> str:
    if not text.lstrip().startswith("&lt;"):
        return text
    holder = parse_untrusted(f"<text>{text}</text>", huge=True)
    return holder.text or "" if len(holder) == 0 else ""


def text_of(element: etree._Element | None) -> str:
    """All text in the element, CDATA and children's included; empty where there is no element."""
    return "" if element is None else str(element.xpath("string()"))


def attributes(**values: str | None) -> str:
    """Attributes as a start tag holds them, in this order, double-quoted; those that are None are left out."""
    return "".join(f' {name}="{_attribute(value)}"' for name, value in values.items() if value is not None)


def _attribute(value: str) -> str:
    text = escape_text(value).replace('"', "&quot;")
    return "".join(_SPACES.get(character, character) for character in text)


def escape_text(value: str) -> str:
    """A text as it stands in an element; what XML cannot say becomes a question mark."""
    return _CONTROLS.sub("?", value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def entries(*texts: str) -> str:
    """A Message element with an entry for each text, as every receipt of the family has it."""
    rows = "".join(f"<MessageEntry>{escape_text(' '.join(text.split()))}</MessageEntry>" for text in texts)
    return f"<Message>{rows}</Message>"


def gov_organ_receipt(receipt_type: str | None, status: str, received: datetime, *texts: str) -> str:
    """The receipt of everything a service owner hands in: GovOrganReceipt, version 6.0."""
    shown = attributes(receiptType=receipt_type, status=status, timeReceived=local_time(received))
    return (
        f'{DECLARATION}<GovOrganReceipt schemaVersion="6.0">\n  <DataUnitInReceipt{shown}>\n'
        f"    {entries(*texts)}\n  </DataUnitInReceipt>\n</GovOrganReceipt>\n"
    )
