"""Reads multipart messages (MIME) as they arrive: part by part, block by block, whatever their size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from soap.envelope import CallRefused
from soap.transfer import DECODERS

MOST_PARTS = 64
"""Most parts in one message, the envelope among them."""

MOST_HEADER_BYTES = 16 * 1024
"""Largest head of one part, and longest Content-Type that is read."""

_LONGEST_BOUNDARY = 256
_LONGEST_PADDING = 128
# Blanks after a boundary, to the end of its line; more of them mean that it is none.
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]*)')
_HEADER = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
_FOLDED = re.compile(rb"\r?\n[ \t]+")
_LINE_END = re.compile(rb"\r?\n")
_AFTER_BOUNDARY = rb"(?:(--)[ \t]{0,%d}(?:\r?\n|\Z)|[ \t]{0,%d}\r?\n)" % (_LONGEST_PADDING, _LONGEST_PADDING)


@dataclass(frozen=True, slots=True)
class ContentType:
    """A Content-Type: the media type in lower case, and its parameters by name in lower case."""

    media: str
    parameters: Mapping[str, str]

    @property
    def is_multipart(self) -> bool:
        """Whether the content is made of related parts."""
        return self.media == "multipart/related"


def parse_content_type(text: str) -> ContentType:
    """A Content-Type as tolerantly as it can be read; the first of two equal parameters counts. Raises CallRefused."""
    if len(text) > MOST_HEADER_BYTES:
        raise CallRefused("Content-Type er for lang.")
    media, semicolon, rest = text.partition(";")
    parameters: dict[str, str] = {}
    for name, value in _PARAMETER.findall(semicolon + rest):
        parameters.setdefault(name.lower(), _unquoted(value))
    return ContentType(media.strip().lower(), parameters)


@dataclass(frozen=True, slots=True)
class PartHead:
    """The headers of a part, by name in lower case; the first of two equal ones counts."""

    headers: Mapping[str, str]

    @property
    def content_id(self) -> str:
        """Content-ID without its angle brackets; empty where there is none."""
        return bare_id(self.headers.get("content-id", ""))

    @property
    def content_type(self) -> str:
        """Content-Type as it was sent."""
        return self.headers.get("content-type", "")

    @property
    def transfer_encoding(self) -> str:
        """Content-Transfer-Encoding in lower case."""
        return self.headers.get("content-transfer-encoding", "").strip().lower()


def bare_id(text: str) -> str:
    """A Content-ID without white space and angle brackets around it."""
    return text.strip().removeprefix("<").removesuffix(">").strip()


class MultipartReader:
    """The parts of a message, in order. Raises CallRefused for what is not one, or is not whole.

    Iterate `parts`, and the blocks of each part before the next is asked for; what is not read is skipped.
    At most a block and a part's head lie in memory.
    """

    def __init__(self, blocks: Iterator[bytes], boundary: str) -> None:
        try:
            mark = boundary.encode("latin-1")
        except UnicodeEncodeError:
            mark = b""
        if not mark or len(mark) > _LONGEST_BOUNDARY:
            raise CallRefused("Meldingen er multipart, men boundary mangler eller er ugyldig.")
        self._blocks = blocks
        self._mark = b"\n--" + mark
        self._boundary = re.compile(re.escape(self._mark) + _AFTER_BOUNDARY)
        # Content stands behind a line break in the buffer, so that a boundary right at its beginning is found, too.
        self._buffer = bytearray(b"\n")
        self._has_ended = False
        self._is_inside = True
        self._is_at_end = False

    def parts(self) -> Iterator[tuple[PartHead, Iterator[bytes]]]:
        """Each part's head, and the blocks of its content, decoded."""
        count = 0
        self._skip()
        while not self._has_ended:
            count += 1
            if count > MOST_PARTS:
                raise CallRefused(f"Meldingen har for mange deler: grensen er {MOST_PARTS}.")
            self._is_inside = True
            head = self._head()
            yield head, self._decoded(head)
            self._skip()

    def _skip(self) -> None:
        for _ in self._content():
            pass

    def _decoded(self, head: PartHead) -> Iterator[bytes]:
        kind = DECODERS.get(head.transfer_encoding)
        if kind is None:
            raise CallRefused("En del av meldingen har en ukjent Content-Transfer-Encoding.")
        decoder = kind()
        for block in self._content():
            yield decoder.decode(block)
        yield decoder.finish()

    def _content(self) -> Iterator[bytes]:
        """The bytes up to the next boundary, which is taken as well."""
        begin = 1
        while self._is_inside:
            found = self._next_boundary()
            if found is not None:
                content = bytes(self._buffer[begin : self._line_begins(found.start())])
                self._has_ended, self._is_inside = found[1] is not None, False
                del self._buffer[: found.end()]
                yield content
                return
            if self._is_at_end:
                raise CallRefused("Meldingen er ikke hel: den siste boundary mangler.")
            # All but what may be the beginning of a boundary, and the line break before it.
            sure = len(self._buffer) - len(self._mark) - _LONGEST_PADDING - 8
            if sure > begin:
                content = bytes(self._buffer[begin:sure])
                del self._buffer[:sure]
                begin = 0
                yield content
            self._more()

    def _next_boundary(self) -> re.Match[bytes] | None:
        """The next boundary of which all can be seen."""
        # What only begins like one is rare, and then the expression finds its way faster.
        begins = self._buffer.find(self._mark)
        found = None if begins < 0 else self._boundary.search(self._buffer, begins)
        if found is not None and found.end() == len(self._buffer) and not found[0].endswith(b"\n") and self._more():
            # Its line may go on, and it be none.
            return self._next_boundary()
        return found

    def _line_begins(self, found: int) -> int:
        """Where the line break before a boundary begins: CR LF, or LF alone."""
        return found - 1 if found > 0 and self._buffer[found - 1] == ord("\r") else found

    def _head(self) -> PartHead:
        """The head up to the empty line, of which the line break stays."""
        searched = 0
        while True:
            if self._buffer.startswith((b"\r\n", b"\n")):
                del self._buffer[: self._buffer.index(b"\n")]
                return PartHead({})
            ends = [at for mark in (b"\n\r\n", b"\n\n") if (at := self._buffer.find(mark, searched)) >= 0]
            if ends:
                end = min(ends)
                head = bytes(self._buffer[:end])
                del self._buffer[: self._buffer.index(b"\n", end + 1)]
                return _parsed_head(head)
            if len(self._buffer) > MOST_HEADER_BYTES:
                raise CallRefused(f"Hodet til en del av meldingen er for stort: grensen er {MOST_HEADER_BYTES} byte.")
            searched = max(len(self._buffer) - 2, 0)
            if not self._more():
                raise CallRefused("Meldingen er ikke hel: en del slutter i hodet.")

    def _more(self) -> bool:
        block = next(self._blocks, None)
        self._is_at_end = block is None
        self._buffer += block or b""
        return block is not None


def _parsed_head(head: bytes) -> PartHead:
    if len(head) > MOST_HEADER_BYTES:
        raise CallRefused(f"Hodet til en del av meldingen er for stort: grensen er {MOST_HEADER_BYTES} byte.")
    headers: dict[str, str] = {}
    for line in _LINE_END.split(_FOLDED.sub(b" ", head)):
        matched = _HEADER.fullmatch(line)
        if matched is None:
            raise CallRefused("Hodet til en del av meldingen lar seg ikke lese.")
        headers.setdefault(matched[1].decode("ascii").lower(), matched[2].decode("latin-1").strip())
    return PartHead(headers)


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
