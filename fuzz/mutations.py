"""Mutations that keep a request readable, so that what is behind the parsers is reached as well."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from xml.sax.saxutils import escape, unescape

from lxml import etree

from fuzz.requests import Request
from fuzz.samples import XOP

_TEXTS = (
    "", " ", "0", "1", "-1", "true", "4711", "2147483648", "99999999999999999999", "1e9", "NaN", "x" * 300, "QUJD",
    "QUJD=", "æøå", "\U0001f600", "\x85", "310000000", "310000507", "01819012365", "2026-01-15", "0001-01-01T00:00:00",
    "9999-12-31T23:59:59+14:00", "2026-01-15T12:00:00.1234567Z", "24:00:00", "../../x", "%00", "%s", "{0}", "' OR 1=1",
    "cid:f", "hemmelig1", "<x>", "&lt;x/&gt;", "]]>", "--b",
)  # fmt: skip
_MARKUP = (
    "<!DOCTYPE a [<!ENTITY x 'y'>]>", "<!DOCTYPE a SYSTEM 'file:///etc/hostname'>",
    "<?xml version='1.0' encoding='utf-16'?>",
    "<?x y?>", "<!-- x -->", "<![CDATA[", "]]>", "&x;", "&#0;", "&#x10FFFF;", "&amp;amp;", "<a xmlns='urn:x'>", "</a>",
    "\r\n--b--\r\n", "\r\n--b\r\n\r\n", "\nContent-Transfer-Encoding: base64\n", "\ufeff",
)  # fmt: skip
_CONTENT_TYPES = (
    "text/xml", "text/xml; charset=utf-16", "text/xml; charset=iso-8859-1", 'text/xml; charset="utf-8"',
    'application/soap+xml; action="x"', "application/soap+xml", "application/xop+xml", "",
    'multipart/related; boundary=b; type="application/xop+xml"; start-info="application/soap+xml"',
)  # fmt: skip

Change = Callable[[random.Random, bytes], bytes]


def mutate(data: bytes, seed: int) -> bytes:
    """One change, drawn by ``seed``: of the request's head, of its markup, or of the tree in its body."""
    lots = random.Random(seed)
    request = Request.of(data)
    if not request.path.startswith("/"):
        return _changed(lots, data)
    match lots.randrange(8):
        case 0:
            return bytes(Request(request.path, lots.choice(_CONTENT_TYPES), request.coding, request.body))
        case 1:
            return bytes(Request(request.path, request.content_type, lots.choice(("", "gzip", "x")), request.body))
    return bytes(Request(request.path, request.content_type, request.coding, _changed(lots, request.body)))


def _changed(lots: random.Random, body: bytes) -> bytes:
    change: Change = lots.choice((_insert, _in_tree, _in_tree, _in_tree, _in_text, _repeat))
    return change(lots, body)


def _insert(lots: random.Random, body: bytes) -> bytes:
    at = lots.randrange(len(body) + 1)
    return body[:at] + lots.choice(_MARKUP).encode() + body[at:]


def _repeat(lots: random.Random, body: bytes) -> bytes:
    begin, end = sorted(lots.randrange(len(body) + 1) for _ in range(2))
    return body[:end] + body[begin:end] * lots.randrange(4) + body[end:]


def _in_text(lots: random.Random, body: bytes) -> bytes:
    """Change the document inside a text: a batch travels so."""
    text = body.decode("utf-8", "replace")
    begin, end = text.find("&lt;"), text.rfind("&gt;")
    if begin < 0 or end < begin:
        return _insert(lots, body)
    inner = _in_tree(lots, unescape(text[begin : end + 4]).encode()).decode("utf-8", "replace")
    return (text[:begin] + escape(inner) + text[end + 4 :]).encode()


def _in_tree(lots: random.Random, body: bytes) -> bytes:
    """Change an element of the body, or of the envelope's part in a package."""
    begin, end = body.find(b"<"), body.rfind(b">") + 1
    try:
        root = etree.fromstring(body[begin:end], etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return _insert(lots, body)
    everything = [each for each in root.iter() if isinstance(each.tag, str)]
    try:
        _change_element(lots, lots.choice(everything), everything)
    except (ValueError, TypeError):
        return _insert(lots, body)
    return body[:begin] + etree.tostring(root) + body[end:]


def _change_element(lots: random.Random, chosen: etree._Element, everything: Sequence[etree._Element]) -> None:
    parent = chosen.getparent()
    match lots.randrange(9):
        case 0 if parent is not None:
            parent.remove(chosen)
        case 1 if parent is not None:
            parent.append(deepcopy(chosen))
        case 2:
            chosen.append(deepcopy(lots.choice(everything)))
        case 3:
            chosen.tag = lots.choice(everything).tag
        case 4:
            chosen.tag = f"{{urn:x}}{etree.QName(chosen).localname}"
        case 5 if chosen.attrib:
            chosen.set(lots.choice(list(chosen.attrib)), lots.choice(_TEXTS))
        case 6:
            chosen.set("{http://www.w3.org/2001/XMLSchema-instance}nil", lots.choice(("true", "1", "x")))
        case 7:
            etree.SubElement(chosen, f"{{{XOP}}}Include").set("href", lots.choice(("cid:f", "file:///etc/hostname")))
        case _:
            chosen.text = lots.choice(_TEXTS)
