"""One message in, however it is packed: plain or MTOM, whole in memory or with its file streamed to the store."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lxml import etree

from core import ContentRef, Store
from soap.envelope import CallRefused
from soap.http_body import HttpBody
from soap.intake import envelope_in
from soap.multipart import parse_content_type
from soap.packages import announced_media, read_package, refuse_includes
from soap.streams import MOST_ENVELOPE_BYTES, StreamedCall

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken in, in bytes: of a message that lies in memory, and of a file that is streamed.

    The defaults leave room for the 30 MB of attachments in one message, and the 500 MB in one streamed
    attachment, that the later platform took.
    """

    message: int = 40 * 1024 * 1024
    attachment: int = 500 * 1024 * 1024


class Message:
    """A message that was read. As a context manager it discards, at the end, a file that nothing has claimed.

    ``envelope`` is the root; a part that it included by reference stands in its place as base64. ``media`` is
    the envelope's media type as it was announced, in lower case. ``upload`` is the file of a streamed call,
    already stored and waiting to be claimed, None where there is none; its element is empty then.
    """

    def __init__(
        self, envelope: etree._Element, media: str, upload: ContentRef | None = None, call: StreamedCall | None = None
    ) -> None:
        self.envelope = envelope
        self.media = media
        self.upload = upload
        self._call = call

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._call is not None:
            self._call.close()


def media_of(content_type: str) -> str:
    """The media type of the envelope that this Content-Type announces, empty where it does not say.

    Never fails: it chooses the version of SOAP in which a refusal is told.
    """
    try:
        return announced_media(parse_content_type(content_type))
    except CallRefused:
        return ""


def read_message(environ: WSGIEnvironment, limits: Limits, store: Store, *, streamed: bool) -> Message:
    """Read the message of a request. ``streamed`` is for the endpoints whose calls carry one file of any size.

    Raises CallRefused, or Unavailable where a file cannot be stored; then nothing of it is.
    """
    largest = 2 * limits.attachment + MOST_ENVELOPE_BYTES if streamed else limits.message
    body = HttpBody(environ, largest)
    try:
        if streamed:
            return _read_streamed(environ, body, StreamedCall(store, limits.attachment))
        return _read_whole(environ, body)
    except CallRefused:
        body.discard()
        raise


def _read_whole(environ: WSGIEnvironment, body: HttpBody) -> Message:
    announced = environ.get("CONTENT_TYPE") or ""
    content_type = parse_content_type(announced)
    if content_type.is_multipart:
        return Message(read_package(iter(body), content_type), announced_media(content_type))
    envelope = envelope_in(b"".join(body), announced)
    refuse_includes(envelope)
    return Message(envelope, content_type.media)


def _read_streamed(environ: WSGIEnvironment, body: HttpBody, call: StreamedCall) -> Message:
    announced = environ.get("CONTENT_TYPE") or ""
    try:
        content_type = parse_content_type(announced)
        if content_type.is_multipart:
            envelope, upload = call.read_package(iter(body), content_type)
        else:
            envelope, upload = call.read_plain(iter(body), announced)
    except BaseException:
        call.close()
        raise
    return Message(envelope, announced_media(content_type), upload, call)
