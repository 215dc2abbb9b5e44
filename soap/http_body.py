"""The bytes of a request: read in blocks, unpacked, and never more of them than a limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from soap.envelope import CallRefused

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

BLOCK = 64 * 1024
"""Most bytes in one block."""

_INFLATE = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class HttpBody:
    """The body of a request, at most ``limit`` bytes long, packed and unpacked. Iterate it once.

    Iterating raises CallRefused for a body that is longer, packed in an unknown way, or not whole.
    """

    def __init__(self, environ: WSGIEnvironment, limit: int) -> None:
        self._stream: Any = environ["wsgi.input"]
        self._encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
        self._limit = limit
        self._read = 0
        self._length = _announced_length(environ)

    def __iter__(self) -> Iterator[bytes]:
        packed = self._encoding not in ("", "identity")
        if packed and self._encoding not in _INFLATE:
            raise CallRefused("Content-Encoding er ukjent: bruk gzip, deflate eller ingen.")
        taken = 0
        for block in _inflated(self._raw(), self._encoding) if packed else self._raw():
            taken += len(block)
            if taken > self._limit:
                raise self._too_large()
            yield block

    def discard(self) -> None:
        """Read on, within reason, so that a client that is still sending gets to see the answer."""
        most = self._limit if self._length is None else min(self._length - self._read, self._limit)
        while most > 0 and (block := self._stream.read(min(most, BLOCK))):
            most -= len(block)

    def _raw(self) -> Iterator[bytes]:
        # One byte beyond the limit is enough to know.
        most = self._limit + 1 if self._length is None else min(self._length, self._limit + 1)
        while most > self._read and (block := self._stream.read(min(most - self._read, BLOCK))):
            self._read += len(block)
            if self._read > self._limit:
                raise self._too_large()
            yield block

    def _too_large(self) -> CallRefused:
        return CallRefused(f"Forespørselen er for stor: grensen er {self._limit} byte.")


def _announced_length(environ: WSGIEnvironment) -> int | None:
    """Content-Length, or None where the body ends by itself (chunked)."""
    announced = environ.get("CONTENT_LENGTH") or ""
    if announced:
        if not (announced.isascii() and announced.isdigit() and len(announced) < 19):
            raise CallRefused("Content-Length er ikke et tall.")
        return int(announced)
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    return None if chunked or environ.get("wsgi.input_terminated") else 0


def _inflated(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """What is packed in the blocks, a block at a time: however much that is, one block of it lies in memory."""
    inflater = zlib.decompressobj(_INFLATE[encoding])
    try:
        for block in blocks:
            waiting, is_full = block, True
            while waiting or is_full:
                unpacked = inflater.decompress(waiting, BLOCK)
                waiting, is_full = inflater.unconsumed_tail, len(unpacked) == BLOCK
                if unpacked:
                    yield unpacked
            if inflater.eof:
                break
    except zlib.error:
        raise CallRefused("Forespørselen lar seg ikke pakke ut.") from None
    if not inflater.eof:
        raise CallRefused("Den pakkede forespørselen er ikke hel.")
