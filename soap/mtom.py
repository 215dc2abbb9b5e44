"""MTOM on the way out: an envelope and one file beside it, streamed from the store."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from soap.packages import XOP

_ENVELOPE = "<envelope@brobygger>"


@dataclass(frozen=True, slots=True)
class StreamedFile:
    """A file on its way out: the name the envelope includes it by, its size in bytes, and its blocks, read once."""

    name: str
    size: int
    blocks: Iterator[bytes]

    @property
    def include(self) -> str:
        """What stands in the envelope in place of the file."""
        return include_of(self.name)


def new_name() -> str:
    """A name for a file, used once."""
    return f"{uuid.uuid4()}@brobygger"


def include_of(name: str) -> str:
    """The XML that stands in an envelope in place of the file of this name."""
    return f"<xop:Include xmlns:xop={quoteattr(XOP)} href={quoteattr('cid:' + name)}/>"


def write_mtom(envelope: bytes, file: StreamedFile, media: str) -> tuple[list[tuple[str, str]], Iterator[bytes]]:
    """The headers of an answer, and its body piece by piece: one block of the file at a time lies in memory.

    ``envelope`` includes the file; ``media`` is the envelope's own media type, ``text/xml`` or
    ``application/soap+xml``.
    """
    boundary = f"uuid:{uuid.uuid4()}"
    before = _before(envelope, file.name, media, boundary)
    after = f"\r\n--{boundary}--\r\n".encode()
    parameters = {"type": "application/xop+xml", "start": _ENVELOPE, "boundary": boundary, "start-info": media}
    headers = [
        ("MIME-Version", "1.0"),
        ("Content-Type", "; ".join(["multipart/related", *(f'{key}="{value}"' for key, value in parameters.items())])),
        ("Content-Length", str(len(before) + file.size + len(after))),
    ]
    return headers, _body(before, file.blocks, after)


def _before(envelope: bytes, name: str, media: str, boundary: str) -> bytes:
    head = (
        f"--{boundary}\r\n"
        f"Content-ID: {_ENVELOPE}\r\n"
        "Content-Transfer-Encoding: 8bit\r\n"
        f'Content-Type: application/xop+xml; charset=utf-8; type="{media}"\r\n'
        "\r\n"
    )
    between = (
        f"\r\n--{boundary}\r\n"
        f"Content-ID: <{name}>\r\n"
        "Content-Transfer-Encoding: binary\r\n"
        "Content-Type: application/octet-stream\r\n"
        "\r\n"
    )
    return head.encode() + envelope + between.encode()


def _body(before: bytes, blocks: Iterator[bytes], after: bytes) -> Iterator[bytes]:
    yield before
    yield from blocks
    yield after
