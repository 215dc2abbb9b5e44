"""Finds form bodies in the text they were sent in, so that they are kept to the letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

_FORM_PATH = ["DataBatch", "DataUnits", "DataUnit", "Skjema"]
_OPENING, _CLOSING = "<Skjema", "</Skjema>"

# Everything with an angle bracket in a well-formed document: what is no tag first, then tags. Nothing here
# is possessive, which Python before 3.11.4 gets wrong; a well-formed document never makes it go back.
_MARKUP = re.compile(
    r"""<!--.*?-->
    |<!\[CDATA\[.*?\]\]>
    |<\?.*?\?>
    |<(?P<close>/?)(?P<name>[^\s/>]+)(?:[^>"'/]|"[^"]*"|'[^']*'|/(?!>))*(?P<empty>/?)>""",
    re.DOTALL | re.VERBOSE,
)


def form_bodies(source: str, forms: Sequence[etree._Element]) -> list[str]:
    """The text of each of ``forms``, which are the Skjema elements of ``source`` in document order.

    ``source`` has been parsed without complaint. Where a body leans on namespace prefixes that are
    declared above it, it could not stand alone as sent, and is written out with them instead.
    """
    if not any(_declares_prefixes(form.getparent()) for form in forms):
        found = _cut_out_plain(source, len(forms)) or list(_cut_out(source))
        if len(found) == len(forms):
            return found
    return [etree.tostring(form, encoding="unicode", with_tail=False) for form in forms]


def _declares_prefixes(element: etree._Element | None) -> bool:
    return element is not None and bool(element.nsmap)


def _cut_out_plain(source: str, count: int) -> list[str]:
    """The bodies where nothing else in ``source`` looks like one, as is nearly always so; else nothing.

    Without comments, CDATA and instructions, what begins with ``<`` is a tag. There are as many tags that
    begin and end a Skjema as there are forms, so all of them are the forms' own and none is in another.
    """
    if not _is_tags_alone(source) or source.count(_OPENING) != count:
        return []
    *pieces, _ = source.split(_CLOSING)
    return [piece[piece.index(_OPENING) :] + _CLOSING for piece in pieces] if len(pieces) == count else []


def _is_tags_alone(source: str) -> bool:
    # Few documents hold a ! or ? at all, and one character is found a hundred times as fast as two.
    return not ("!" in source and "<!" in source) and not ("?" in source and "<?" in source)


def _cut_out(source: str) -> Iterator[str]:
    path: list[str] = []
    start = 0
    for markup in _MARKUP.finditer(source):
        name = markup["name"]
        if name is None:
            continue
        if not markup["close"]:
            path.append(name)
            if path == _FORM_PATH:
                start = markup.start()
        if markup["close"] or markup["empty"]:
            if path == _FORM_PATH:
                yield source[start : markup.end()]
            path.pop()
