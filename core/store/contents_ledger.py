"""Contents inside one transaction: pieces written ahead of what will refer to them, claimed, discarded, read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from core.errors import ErrorCode, NotFound
from core.store.tables import content_chunk
from core.store.tables_contents import unclaimed_content

KeepChunk = Callable[[str, int, bytes], None]


class ContentsLedger:
    """Contents in the current transaction. Reached as ``ledger.contents``.

    A content that was stored in pieces belongs to nobody until it is claimed. Claim it in the transaction that
    stores the reference to it, whatever table that is in: then both are there or neither.
    """

    def __init__(self, connection: Connection, keep_chunk: KeepChunk) -> None:
        self._connection = connection
        self._keep_chunk = keep_chunk

    def start(self, content: str, at: datetime) -> None:
        """Announce a content that will be stored in pieces."""
        self._connection.execute(insert(unclaimed_content), {"id": content, "started": at})

    def add_chunk(self, content: str, position: int, data: bytes) -> None:
        """Store one piece of an announced content."""
        self._keep_chunk(content, position, data)

    def claim(self, content: str) -> None:
        """Make a content part of what this transaction stores, so that it stays. To claim it again changes nothing.

        Raises NotFound where it was discarded or swept away: the reference must not be stored then.
        """
        mine = delete(unclaimed_content).where(unclaimed_content.c.id == content)
        if self._connection.execute(mine).rowcount == 0 and not self.exists(content):
            raise NotFound(ErrorCode.CONTENT_NOT_FOUND, "the content is not stored, or is no longer stored")

    def exists(self, content: str) -> bool:
        """Whether anything is stored under this id."""
        first = select(content_chunk.c.position).where(
            content_chunk.c.content == content, content_chunk.c.position == 0
        )
        return self._connection.execute(first).one_or_none() is not None

    def is_unclaimed(self, content: str) -> bool:
        """Whether the content is stored, or being stored, and nothing has claimed it."""
        waiting = select(unclaimed_content.c.id).where(unclaimed_content.c.id == content)
        return self._connection.execute(waiting).one_or_none() is not None

    def unclaimed_before(self, moment: datetime, limit: int) -> list[str]:
        """Contents begun before ``moment`` that nothing has claimed, the oldest first."""
        old = select(unclaimed_content.c.id).where(unclaimed_content.c.started < moment)
        return list(self._connection.execute(old.order_by(unclaimed_content.c.started).limit(limit)).scalars())

    def discard(self, content: str) -> bool:
        """Delete a content that nothing has claimed; False, and nothing deleted, where something has."""
        mine = delete(unclaimed_content).where(unclaimed_content.c.id == content)
        if self._connection.execute(mine).rowcount == 0:
            return False
        self._connection.execute(delete(content_chunk).where(content_chunk.c.content == content))
        return True

    def chunk(self, content: str, position: int) -> bytes | None:
        """One piece, or None behind the last one."""
        wanted = select(content_chunk.c.data).where(
            content_chunk.c.content == content, content_chunk.c.position == position
        )
        found = self._connection.execute(wanted).scalar_one_or_none()
        return None if found is None else bytes(found)

    def size(self, content: str) -> int:
        """Bytes in a content, without reading them. Raises NotFound."""
        lengths = select(func.sum(func.length(content_chunk.c.data))).where(content_chunk.c.content == content)
        found = self._connection.execute(lengths).scalar_one()
        if found is None:
            raise NotFound(ErrorCode.CONTENT_NOT_FOUND, "the content is not stored")
        return int(found)
