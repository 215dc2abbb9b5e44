"""Bytes of a file as text, whatever the program that wrote them took for granted."""

from __future__ import annotations

import codecs
import unicodedata

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 4096


def decoded(data: bytes) -> str:
    """The text of a file: lines end with a line feed, letters with rings and strokes are single characters.

    A mark at the beginning says which Unicode it is; without one UTF-16 is known by its zero bytes. Else each line is
    UTF-8, and where it is not, cp1252 (files are often put together from several): no line is ever lost for its bytes.
    """
    text = _text(data)
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def _text(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], encoding)
    wide = _wide(data[:_LOOKED_AT])
    if wide is not None:
        return _lenient(data, wide)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(map(_line, data.split(b"\n")))


def _lenient(data: bytes, encoding: str) -> str:
    # A broken character becomes the replacement character, so that its row stays and can be refused by itself.
    return "\n".join(map(_line, data.split(b"\n"))) if encoding == "utf-8" else data.decode(encoding, errors="replace")


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Latin text is zero."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    if head[1::2].count(0) > 0.6 * pairs and head[0::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if head[0::2].count(0) > 0.6 * pairs and head[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return None


def _line(line: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")
