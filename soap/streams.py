"""A streamed call on the way in: its small envelope in memory, its file on the way to the store as it arrives."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator

from lxml import etree

from core import ContentRef, ContentWriter, DocumentTypeFound, InvalidInput, Store, TextSink, parse_in_pieces
from soap.envelope import CallRefused
from soap.intake import DOCUMENT_TYPE, EMPTY, NOT_XML, UNDECODABLE, charset_of
from soap.multipart import ContentType
from soap.names import local_name
from soap.packages import INCLUDE, includes_in, read_parts, refuse_includes, write_in_place
from soap.transfer import Base64

DATA_ELEMENT = "datastream"
"""The local name, in lower case, of the element whose content is the file: the wrapper's child in the Body."""

MOST_ENVELOPE_BYTES = 1024 * 1024
"""Most of an envelope that is kept beside the file."""

_DEPTH_OF_DATA = 4
# Envelope, Body, wrapper, data.
_IN_MEMORY = 64 * 1024
# A part no larger than this is not stored before it is known to be the file.
_SNIFFED = 256
# Bytes in which a byte order mark or a declaration is looked for.


class StreamedCall:
    """Reads one call, its file into ``store``. Raises CallRefused, or Unavailable.

    Whatever happened to it, `close` leaves nothing in the store that nothing has claimed.
    """

    def __init__(self, store: Store, largest: int) -> None:
        self._store = store
        self._largest = largest
        self._writers: list[ContentWriter] = []
        self._data: etree._Element | None = None
        self._inline = _Receiver(self._new_writer, largest)
        self._decoder = Base64()

    def read_plain(self, blocks: Iterator[bytes], content_type: str) -> tuple[etree._Element, ContentRef | None]:
        """An envelope that comes alone, with the file as base64 in it; and the file, None where there is none."""
        envelope = self._envelope(blocks, content_type)
        refuse_includes(envelope)
        return envelope, None if self._data is None else self._stored(self._inline.finish())

    def read_package(
        self, blocks: Iterator[bytes], content_type: ContentType
    ) -> tuple[etree._Element, ContentRef | None]:
        """An envelope in a package, with the file in a part of it, or in the envelope where it is small."""
        envelope, package = read_parts(
            blocks, content_type, lambda content, head: self._envelope(content, head.content_type), self._receive
        )
        file = None if self._data is None else self._inline.finish()
        for include in includes_in(envelope):
            part = package.take(include)
            if include.getparent() is self._data:
                if file:
                    raise CallRefused("Filen er sendt to ganger: både i konvolutten og i en egen del.")
                file = part
            elif isinstance(part, bytes):
                write_in_place(include, part)
            else:
                raise CallRefused("En stor del av meldingen er brukt der det ikke skal være en fil.")
        return envelope, None if file is None else self._stored(file)

    def close(self) -> None:
        """Discard what was stored and not claimed."""
        for writer in self._writers:
            writer.discard()

    def _envelope(self, blocks: Iterator[bytes], content_type: str) -> etree._Element:
        try:
            envelope = parse_in_pieces(_decoded(blocks, content_type), self._divert, most=MOST_ENVELOPE_BYTES)
        except DocumentTypeFound:
            raise CallRefused(DOCUMENT_TYPE) from None
        except InvalidInput:
            raise CallRefused(NOT_XML) from None
        if self._data is not None:
            self._inline.write(self._decoder.finish())
        return envelope

    def _divert(self, element: etree._Element, depth: int) -> TextSink | None:
        if self._data is not None and element.getparent() is self._data and element.tag != INCLUDE:
            raise CallRefused("Filen skal være base64, og har et element i seg.")
        if depth != _DEPTH_OF_DATA or local_name(element).lower() != DATA_ELEMENT:
            return None
        wrapper = element.getparent()
        body = None if wrapper is None else wrapper.getparent()
        if body is None or local_name(body) != "Body":
            return None
        if self._data is not None:
            raise CallRefused("Kallet har mer enn én fil.")
        self._data = element
        return self._take_text

    def _take_text(self, text: str) -> None:
        try:
            self._inline.write(self._decoder.decode(text.encode("ascii")))
        except UnicodeEncodeError:
            raise CallRefused("Filen er ikke base64.") from None

    def _receive(self, blocks: Iterator[bytes]) -> bytes | ContentRef:
        receiver = _Receiver(self._new_writer, self._largest)
        for block in blocks:
            receiver.write(block)
        return receiver.finish()

    def _stored(self, file: bytes | ContentRef) -> ContentRef:
        if isinstance(file, ContentRef):
            return file
        writer = self._new_writer()
        writer.write(file)
        return writer.finish()

    def _new_writer(self) -> ContentWriter:
        writer = ContentWriter(self._store)
        self._writers.append(writer)
        return writer


class _Receiver:
    """Takes a content: into memory while it is small, into the store from then on."""

    def __init__(self, new_writer: Callable[[], ContentWriter], largest: int) -> None:
        self._new_writer = new_writer
        self._largest = largest
        self._small = bytearray()
        self._writer: ContentWriter | None = None
        self._size = 0

    def write(self, block: bytes) -> None:
        """Take the next bytes. Raises CallRefused beyond the largest size, Unavailable."""
        self._size += len(block)
        if self._size > self._largest:
            raise CallRefused(f"Filen er for stor: grensen er {self._largest} byte.")
        if self._writer is None and self._size <= _IN_MEMORY:
            self._small += block
            return
        if self._writer is None:
            self._writer = self._new_writer()
            self._writer.write(bytes(self._small))
            self._small.clear()
        self._writer.write(block)

    def finish(self) -> bytes | ContentRef:
        """The bytes of a small content, the reference to a large one."""
        return bytes(self._small) if self._writer is None else self._writer.finish()


def _decoded(blocks: Iterator[bytes], content_type: str) -> Iterator[str]:
    beginning = b""
    for block in blocks:
        beginning += block
        if len(beginning) < _SNIFFED:
            continue
        if beginning.strip():
            break
        beginning = b""
    if not beginning.strip():
        raise CallRefused(EMPTY)
    decoder = codecs.getincrementaldecoder(charset_of(beginning[:_SNIFFED], content_type))()
    try:
        yield decoder.decode(beginning)
        for block in blocks:
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise CallRefused(UNDECODABLE) from None
