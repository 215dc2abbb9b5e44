"""Whether a stored content is a ZIP archive, told from its first bytes and its last, without reading the rest."""

from __future__ import annotations

from core.store.ledger import CHUNK, Ledger

_LOCAL_FILE, _CENTRAL_FILE, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"
_END_LENGTH, _LOCATOR_LENGTH = 22, 20
_LONGEST_COMMENT = 0xFFFF
_IN_ZIP64 = 0xFFFFFFFF


def is_zip(ledger: Ledger, content: str, size: int) -> bool:
    """Whether the content begins as an archive and ends with a directory of what is in it."""
    head = _bytes_at(ledger, content, 0, len(_LOCAL_FILE))
    if size < _END_LENGTH or head not in (_LOCAL_FILE, _END):
        return False
    start = max(size - _END_LENGTH - _LONGEST_COMMENT, 0)
    tail = _bytes_at(ledger, content, start, size - start)
    place = tail.rfind(_END)
    while place >= 0:
        if _is_end(ledger, content, tail, start, place):
            return True
        place = tail.rfind(_END, 0, place)
    return False


def _is_end(ledger: Ledger, content: str, tail: bytes, start: int, place: int) -> bool:
    """Whether the directory's end stands here: its comment fills the rest, and the directory is where it says."""
    record = tail[place : place + _END_LENGTH]
    if len(record) < _END_LENGTH or place + _END_LENGTH + _number(record, 20, 2) != len(tail):
        return False
    entries, length, offset = _number(record, 10, 2), _number(record, 12, 4), _number(record, 16, 4)
    if _IN_ZIP64 in (length, offset):
        return tail[max(place - _LOCATOR_LENGTH, 0) : place].startswith(_ZIP64_LOCATOR)
    if entries == 0:
        return length == 0
    return offset + length <= start + place and _bytes_at(ledger, content, offset, 4) == _CENTRAL_FILE


def _number(record: bytes, start: int, length: int) -> int:
    return int.from_bytes(record[start : start + length], "little")


def _bytes_at(ledger: Ledger, content: str, start: int, length: int) -> bytes:
    """``length`` bytes from ``start`` on, or as many as there are."""
    first, last = start // CHUNK, max(start + length - 1, start) // CHUNK
    pieces = [ledger.contents.chunk(content, position) or b"" for position in range(first, last + 1)]
    begins = start - first * CHUNK
    return b"".join(pieces)[begins : begins + length]
