"""An HTTP answer of the door, whole or streamed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

HTML = "text/html; charset=utf-8"
XML = "text/xml; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Response:
    """Status, type and body. A streamed body gives its ``length`` where it is known beforehand."""

    body: bytes | Iterable[bytes]
    content_type: str
    status: str = "200 OK"
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None


def send(response: Response, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Hand the answer to the server. HEAD gets the headers only."""
    length = len(response.body) if isinstance(response.body, bytes) else response.length
    sized = [] if length is None else [("Content-Length", str(length))]
    start_response(response.status, [("Content-Type", response.content_type), *sized, *response.headers])
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    return [response.body] if isinstance(response.body, bytes) else response.body


def closed_for(seconds: int | None) -> tuple[tuple[str, str], ...]:
    """The headers that say when to come back; none where nothing is closed."""
    return () if seconds is None else (("Retry-After", str(seconds)),)


NOT_FOUND = Response(b"Not found\n", PLAIN, "404 Not Found")
METHOD_NOT_ALLOWED = Response(b"Method not allowed\n", PLAIN, "405 Method Not Allowed", (("Allow", "GET, HEAD, POST"),))
