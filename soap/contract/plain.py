"""Plain values: each scalar type of the contract, read from text and written as text."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from soap.contract.times import read_time, write_instant, write_local

XOP = "http://www.w3.org/2004/08/xop/include"

_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_BOOLEANS = MappingProxyType({"true": True, "1": True, "false": False, "0": False})
# What XML 1.0 cannot carry at all, and what must not stand in a text as it is.
_SPECIAL = re.compile("[^\t\n\x20-\x25\x27-\x3b\x3d\x3f-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = MappingProxyType({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;"})


@dataclass(frozen=True, slots=True)
class Included:
    """Content that travels beside the message (MTOM): ``href`` is that of its ``xop:Include``."""

    href: str


@dataclass(frozen=True, slots=True)
class Plain:
    """A scalar: its name in XML Schema, and how it is read and written. Both raise ValueError or TypeError.

    ``read`` is not asked about an empty text, unless ``keeps_empty``: an empty number is an absent one.
    What ``write`` returns is ready to stand in an element.
    """

    schema_name: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    keeps_empty: bool = False


def escape(text: str) -> str:
    """``text`` as character data. What XML 1.0 cannot carry becomes U+FFFD."""
    return _SPECIAL.sub(_escaped, text) if _SPECIAL.search(text) else text


def _escaped(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0], "\ufffd")


def _identical(text: str) -> str:
    return text


def _boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.strip()]
    except KeyError:
        raise ValueError from None


def _integer(bottom: int, top: int) -> Plain:
    def read(text: str) -> int:
        if _INTEGER.fullmatch(text.strip()) is None:
            raise ValueError
        number = int(text)
        if not bottom <= number <= top:
            raise ValueError
        return number

    def write(number: int) -> str:
        if not bottom <= number <= top:
            raise ValueError
        return str(int(number))

    return Plain("int", read, write)


def _named(name: str, plain: Plain) -> Plain:
    return Plain(name, plain.read, plain.write, plain.keeps_empty)


def _reference(text: str) -> int | str:
    """A parent's number, or its reference as text, as the FAQ of the platform had it (soap-svc §9.2)."""
    try:
        return _INT.read(text)
    except ValueError:
        return text


def _decimal(text: str) -> Decimal:
    if _DECIMAL.fullmatch(text.strip()) is None:
        raise ValueError
    return Decimal(text.strip())


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error as error:
        raise ValueError from error


def _encoded(content: bytes | Included) -> str:
    if isinstance(content, Included):
        return f'<xop:Include href="{escape(content.href)}" xmlns:xop="{XOP}"/>'
    return base64.b64encode(content).decode("ascii")


def _guid(text: str) -> str:
    return str(UUID(text.strip()))


def _time(text: str) -> datetime | None:
    return read_time(text.strip())


_INT = _integer(-(2**31), 2**31 - 1)
_BYTES = Plain("base64Binary", _decoded, _encoded, keeps_empty=True)

PLAIN: Mapping[str, Plain] = MappingProxyType(
    {
        "string": Plain("string", _identical, escape, keeps_empty=True),
        "any": Plain("anyType", _identical, escape, keeps_empty=True),
        "int": _INT,
        "reference": Plain("int", _reference, _INT.write),
        "long": _named("long", _integer(-(2**63), 2**63 - 1)),
        "unsignedInt": _named("unsignedInt", _integer(0, 2**32 - 1)),
        "boolean": Plain("boolean", _boolean, lambda value: "true" if value else "false"),
        "dateTime": Plain("dateTime", _time, write_local),
        "instant": Plain("dateTime", _time, write_instant),
        "double": Plain("double", _decimal, str),
        "guid": Plain("guid", _guid, _guid),
        "base64Binary": _BYTES,
        "stream": _BYTES,
    }
)
"""By the words of `SCALARS`."""
