"""Contents of any size, streamed to the database and back in bounded memory.

A content is stored in pieces, each committed before the next is taken, and belongs to nobody until the
transaction that refers to it claims it: ``ledger.claim_content(content_id)``. What nobody claims is discarded
by the door that took it in, or swept a day later (`sweep_contents`).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from core.errors import GatewayError
from core.store.ledger import CHUNK, Ledger
from core.store.store import Store

_AT_ONCE = 4 * CHUNK
# Bytes in one transaction: few commits for a large content, and no other writer waits long.

UNCLAIMED_FOR = timedelta(days=1)
"""How long a content may lie there unclaimed: far longer than any request takes."""

_SWEPT_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ContentRef:
    """A stored content: its id, its size in bytes, and its SHA-256 in hexadecimal."""

    id: str
    size: int
    sha256: str


class ContentWriter:
    """Takes a content in blocks of any size, and keeps at most about a megabyte of it in memory.

    End with `finish` or with `discard`; `store_content` sees to that.
    """

    def __init__(self, store: Store) -> None:
        self.id = str(uuid.uuid4())
        self._store = store
        self._waiting = bytearray()
        self._chunks = 0
        self._size = 0
        self._digest = hashlib.sha256()

    @property
    def size(self) -> int:
        """Bytes taken so far."""
        return self._size

    def write(self, block: bytes) -> None:
        """Take the next bytes. Raises Unavailable where they cannot be stored."""
        self._digest.update(block)
        self._size += len(block)
        self._waiting += block
        while len(self._waiting) >= _AT_ONCE:
            self._commit(_AT_ONCE)

    def finish(self) -> ContentRef:
        """The whole content, durably stored and waiting to be claimed. Raises Unavailable."""
        if self._waiting or self._chunks == 0:
            self._commit(len(self._waiting))
        return ContentRef(self.id, self._size, self._digest.hexdigest())

    def discard(self) -> None:
        """Leave nothing of it. Where the database is away, the sweep does it later."""
        self._waiting.clear()
        if self._chunks:
            with suppress(GatewayError):
                discard_content(self._store, self.id)

    def _commit(self, length: int) -> None:
        data = bytes(self._waiting[:length])
        del self._waiting[:length]
        chunks = [data[start : start + CHUNK] for start in range(0, max(length, 1), CHUNK)]
        first, now = self._chunks, self._store.clock()

        def keep(ledger: Ledger) -> None:
            if first == 0:
                ledger.contents.start(self.id, now)
            for position, chunk in enumerate(chunks, start=first):
                ledger.contents.add_chunk(self.id, position, chunk)

        self._store.write(keep)
        self._chunks += len(chunks)


@contextmanager
def store_content(store: Store) -> Iterator[ContentWriter]:
    """A writer for one content: finished when the block ends well, discarded when it does not.

    Ask the writer's ``id`` and ``size``, or call its `finish` last, for the reference.
    """
    writer = ContentWriter(store)
    try:
        yield writer
        writer.finish()
    except BaseException:
        writer.discard()
        raise


def read_content(store: Store, content: str) -> Iterator[bytes]:
    """The pieces of a content in order, each read in a transaction of its own. Raises Unavailable.

    A content never changes once it is whole, so that no view has to be held open for a slow reader.
    """
    position = 0
    while (chunk := _chunk(store, content, position)) is not None:
        yield chunk
        position += 1


def read_range(store: Store, content: str, start: int, length: int) -> Iterator[bytes]:
    """``length`` bytes of a content from the byte ``start`` on, as far as there are any; else as `read_content`.

    Every piece but the last is `CHUNK` bytes long, so that no piece before ``start`` is read.
    """
    position, skip = divmod(start, CHUNK)
    while length > 0 and (chunk := _chunk(store, content, position)) is not None:
        part = chunk[skip : skip + length]
        length -= len(part)
        position, skip = position + 1, 0
        yield part


def content_size(store: Store, content: str) -> int:
    """Bytes in a content. Raises NotFound, Unavailable."""
    return store.read(lambda ledger: ledger.contents.size(content))


def discard_content(store: Store, content: str) -> bool:
    """Delete a content that nothing has claimed; False where something has, or it is not there. Raises Unavailable."""
    if not store.read(lambda ledger: ledger.contents.is_unclaimed(content)):
        return False
    return store.write(lambda ledger: ledger.contents.discard(content))


def sweep_contents(store: Store, *, older_than: timedelta = UNCLAIMED_FOR) -> int:
    """Delete contents that were begun longer ago than this and that nothing has claimed; returns how many.

    What is left of uploads that broke off with their process. Raises Unavailable.
    """
    moment = store.clock() - older_than
    swept = 0
    while old := store.read(lambda ledger: ledger.contents.unclaimed_before(moment, _SWEPT_AT_ONCE)):
        swept += sum(discard_content(store, content) for content in old)
    return swept


def _chunk(store: Store, content: str, position: int) -> bytes | None:
    return store.read(lambda ledger: ledger.contents.chunk(content, position))
