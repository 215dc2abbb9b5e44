"""Strict reading of what stands in a security header: one child, one text, bounded bytes, a moment, a number."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from lxml import etree

from soap.names import local_name
from soap.security.refusals import invalid

MOST_TEXT: Final = 1024
"""Longest text of one element, in characters, where nothing else is said."""

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|([+-])([0-9]{2}):([0-9]{2}))?"
)
_BLANKS = re.compile(r"[ \t\r\n]+")


def name_of(element: etree._Element) -> str:
    """The element's local name, for a message; cut short."""
    return local_name(element)[:60]


def children(parent: etree._Element, tag: str = "*") -> Iterator[etree._Element]:
    """The child elements of this name, or all of them: never comments."""
    return parent.iterchildren(tag)


def at_most_one(parent: etree._Element, tag: str) -> etree._Element | None:
    """The only child of this name, None where there is none. Raises SecurityRefused where there are more."""
    found = children(parent, tag)
    first = next(found, None)
    if next(found, None) is not None:
        raise invalid(f"{local_name(tag)} stands more than once in {name_of(parent)}.")
    return first


def just_one(parent: etree._Element, tag: str) -> etree._Element:
    """The only child of this name. Raises SecurityRefused where there is none, or more."""
    found = at_most_one(parent, tag)
    if found is None:
        raise invalid(f"{local_name(tag)} is missing in {name_of(parent)}.")
    return found


def text_of(element: etree._Element, most: int = MOST_TEXT) -> str:
    """The element's text, without blanks around it.

    A comment would divide the text: what is signed is the whole, so what is read must be the whole too.
    """
    text = element.text or ""
    if len(element):
        raise invalid(f"{name_of(element)} holds more than text.")
    if len(text) > most:
        raise invalid(f"{name_of(element)} is too long.")
    return text.strip()


def bytes_of(element: etree._Element, least: int, most: int) -> bytes:
    """The bytes that the element's base64 stands for: at least ``least`` and at most ``most`` of them."""
    text = _BLANKS.sub("", text_of(element, most * 2 + 64))
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise invalid(f"{name_of(element)} is not base64.") from None
    if base64.b64encode(content).decode() != text:
        raise invalid(f"{name_of(element)} is not base64 as it is written by the rule.")
    if not least <= len(content) <= most:
        raise invalid(f"{name_of(element)} has {len(content)} bytes: from {least} to {most} are taken.")
    return content


def number_of(element: etree._Element, least: int, most: int) -> int:
    """A whole number within bounds."""
    text = text_of(element, 10)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise invalid(f"{name_of(element)} is not a number from {least} to {most}.")
    return int(text)


def moment_of(element: etree._Element) -> datetime:
    """An xs:dateTime, in UTC. One without an offset is UTC already, as the standard asks senders to write."""
    found = _MOMENT.fullmatch(text_of(element, 64))
    try:
        if found is not None:
            return _moment(found)
    except (ValueError, OverflowError):
        pass
    raise invalid(f"{name_of(element)} is not a moment in time.")


def _moment(found: re.Match[str]) -> datetime:
    plain, fraction, _, sign, hours, minutes = found.groups()
    whole = datetime.fromisoformat(plain).replace(microsecond=int((fraction or "0")[:6].ljust(6, "0")))
    if sign is None:
        return whole.replace(tzinfo=UTC)
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return whole.replace(tzinfo=timezone(offset if sign == "+" else -offset)).astimezone(UTC)
