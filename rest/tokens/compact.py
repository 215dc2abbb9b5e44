"""Reading a compact token before anything in it is believed: its three parts, and nothing said twice."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from rest.texts import all_can_be_kept

LONGEST_TOKEN = 16 * 1024
LONGEST_HEADER = 8 * 1024

_PART = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


class Unreadable(ValueError):
    """The text is not a token in compact form. The text says why."""


class Compact(NamedTuple):
    """The header and the claims of a token, as they stand there."""

    header: dict[str, Any]
    claims: dict[str, Any]


def read_compact(token: str) -> Compact:
    """The parts of a token. Nothing is verified. Raises Unreadable.

    A member that stands twice in an object is refused, for two readers could each believe another of them
    (RFC 7515 §4). So is a critical extension, for none is understood here. Source: pdp-and-tokens §4, check 1.
    """
    if len(token) > LONGEST_TOKEN:
        raise Unreadable("the token is too long")
    parts = token.split(".")
    if len(parts) != 3:
        raise Unreadable("a token has three parts")
    if len(parts[0]) > LONGEST_HEADER:
        raise Unreadable("the token's header is too long")
    header = _object(parts[0])
    if "crit" in header:
        raise Unreadable("the token demands an extension that is not understood here")
    return Compact(header, _object(parts[1]))


def _object(part: str) -> dict[str, Any]:
    if not _PART.fullmatch(part):
        raise Unreadable("a part of the token is not base64url")
    try:
        text = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        value = json.loads(text.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise Unreadable("a part of the token is not a JSON object without doubles") from error
    if not isinstance(value, dict):
        raise Unreadable("a part of the token is not a JSON object")
    if not all_can_be_kept(value):
        raise Unreadable("a text in the token holds NUL or half a character")
    return value


def _once(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(members)
    if len(read) != len(members):
        raise ValueError("a member stands twice")
    return read


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
