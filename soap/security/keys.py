"""P_SHA1: keys made of two secrets, and keys derived from one (WS-Trust and WS-SecureConversation, February 2005)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from itertools import islice
from typing import Final

from lxml import etree

from soap.security import names
from soap.security.reading import at_most_one, bytes_of, just_one, name_of, number_of, text_of
from soap.security.refusals import FaultCode, SecurityRefused, invalid

_DEFAULT_LABEL: Final = "WS-SecureConversationWS-SecureConversation"
_DEFAULT_LENGTH: Final = 32
_LENGTHS: Final = (16, 64)
"""Shortest and longest derived key, in bytes: below, too weak; above, of no use to an algorithm we take."""

_FURTHEST: Final = 1024
"""Where the last byte of a derived key may stand at most: further on is only work for us."""

_NONCES: Final = (8, 128)
_PARTS: Final = frozenset({"SecurityTokenReference", "Offset", "Generation", "Length", "Label", "Nonce"})


def p_sha1(secret: bytes, seed: bytes, length: int) -> bytes:
    """``length`` bytes of the pseudo-random function P_SHA1. Source: RFC 2246, section 5."""
    blocks = -(-length // hashlib.sha1(usedforsecurity=False).digest_size)
    return b"".join(islice(_blocks(secret, seed), blocks))[:length]


def _blocks(secret: bytes, seed: bytes) -> Iterator[bytes]:
    chained = seed
    while True:
        chained = hmac.digest(secret, chained, "sha1")
        yield hmac.digest(secret, chained + seed, "sha1")


def derived_key(token: etree._Element, secret: bytes) -> bytes:
    """The key that a DerivedKeyToken describes, of the secret that it points at. Raises SecurityRefused."""
    _check_shape(token)
    length = _number(token, "Length", *_LENGTHS, default=_DEFAULT_LENGTH)
    offset = _offset(token, length)
    if offset + length > _FURTHEST:
        raise invalid(f"The derived key ends beyond byte {_FURTHEST}.")
    label = at_most_one(token, f"{{{names.WSC}}}Label")
    nonce = bytes_of(just_one(token, f"{{{names.WSC}}}Nonce"), *_NONCES)
    seed = (_DEFAULT_LABEL if label is None else text_of(label)).encode() + nonce
    return p_sha1(secret, seed, offset + length)[offset:]


def _check_shape(token: etree._Element) -> None:
    if token.get("Algorithm", names.P_SHA1) != names.P_SHA1:
        raise SecurityRefused(FaultCode.UNSUPPORTED_ALGORITHM, "Keys are derived with P_SHA1 only.")
    for child in token.iterchildren("*"):
        if name_of(child) not in _PARTS:
            raise invalid(f"A derived key with {name_of(child)} is not served.")


def _offset(token: etree._Element, length: int) -> int:
    generation = at_most_one(token, f"{{{names.WSC}}}Generation")
    if generation is None:
        return _number(token, "Offset", 0, _FURTHEST, default=0)
    if at_most_one(token, f"{{{names.WSC}}}Offset") is not None:
        raise invalid("A derived key has an offset or a generation, not both.")
    return number_of(generation, 0, _FURTHEST) * length


def _number(token: etree._Element, name: str, least: int, most: int, *, default: int) -> int:
    element = at_most_one(token, f"{{{names.WSC}}}{name}")
    return default if element is None else number_of(element, least, most)
