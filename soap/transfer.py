"""Base64 and quoted-printable in pieces: text in, bytes out, nothing held but what does not yet make a whole."""

from __future__ import annotations

import binascii
from typing import Protocol

from soap.envelope import CallRefused

_WHITE_SPACE = b" \t\r\n"


class Decoder(Protocol):
    """Takes a coded content piece by piece."""

    def decode(self, piece: bytes) -> bytes:
        """The bytes that this piece completes. Raises CallRefused."""

    def finish(self) -> bytes:
        """What is left. Raises CallRefused where the content ends in the middle of something."""


class Plain:
    """No coding: 7bit, 8bit, binary."""

    def decode(self, piece: bytes) -> bytes:
        """The piece."""
        return piece

    def finish(self) -> bytes:
        """Nothing is left."""
        return b""


class Base64:
    """Base64 with any white space in it, and nothing else beside its alphabet."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_padded = False

    def decode(self, piece: bytes) -> bytes:
        """The bytes of each whole group of four characters."""
        waiting = self._rest + piece.translate(None, _WHITE_SPACE)
        whole = len(waiting) // 4 * 4
        self._rest = waiting[whole:]
        return self._decoded(waiting[:whole])

    def finish(self) -> bytes:
        """Nothing is left, or the text was not whole."""
        if self._rest:
            raise _not_base64()
        return b""

    def _decoded(self, groups: bytes) -> bytes:
        if not groups:
            return b""
        if self._is_padded:
            raise _not_base64()
        self._is_padded = groups.endswith(b"=")
        try:
            return binascii.a2b_base64(groups, strict_mode=True)
        except binascii.Error:
            raise _not_base64() from None


class QuotedPrintable:
    """Quoted-printable: decoded up to the last line break, or up to what may be half an escape."""

    def __init__(self) -> None:
        self._rest = b""

    def decode(self, piece: bytes) -> bytes:
        """The bytes of what cannot be half an escape."""
        waiting = self._rest + piece
        escape = waiting.rfind(b"=", max(len(waiting) - 3, 0))
        end = len(waiting) if escape < 0 else escape
        self._rest = waiting[end:]
        return binascii.a2b_qp(waiting[:end])

    def finish(self) -> bytes:
        """The last escape."""
        return binascii.a2b_qp(self._rest)


DECODERS: dict[str, type[Decoder]] = {
    "": Plain,
    "7bit": Plain,
    "8bit": Plain,
    "binary": Plain,
    "base64": Base64,
    "quoted-printable": QuotedPrintable,
}
"""By Content-Transfer-Encoding, in lower case."""


def _not_base64() -> CallRefused:
    return CallRefused("Et vedlegg er ikke base64.")
