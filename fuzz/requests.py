"""A request as the fuzzer mutates it: path, Content-Type and Content-Encoding, a line each, and the body."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Request:
    """A POST."""

    path: str
    content_type: str
    coding: str
    body: bytes

    @classmethod
    def of(cls, data: bytes) -> Request:
        """The request in these bytes; what is missing at their end is empty."""
        path, content_type, coding, body = [*data.split(b"\n", 3), b"", b"", b""][:4]
        return cls(path.decode("latin-1"), content_type.decode("latin-1"), coding.decode("latin-1"), body)

    def __bytes__(self) -> bytes:
        head = f"{self.path}\n{self.content_type}\n{self.coding}\n"
        return head.encode("latin-1", "replace") + self.body

    def environ(self) -> dict[str, Any]:
        """What a server hands to the application."""
        return {
            "REQUEST_METHOD": "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": "",
            "CONTENT_TYPE": self.content_type,
            "CONTENT_LENGTH": str(len(self.body)),
            "HTTP_CONTENT_ENCODING": self.coding,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.body),
        }


@dataclass(frozen=True)
class Answer:
    """What came of it."""

    status: int
    media: str
    body: bytes


def send(application: Application, request: Request) -> Answer:
    """Post the request. Whatever the application raises comes out."""
    told: list[tuple[str, list[tuple[str, str]]]] = []
    body = b"".join(application(request.environ(), lambda status, headers, *_: told.append((status, headers))))
    status, headers = told[0]
    content_type = dict(headers).get("Content-Type", "")
    return Answer(int(status[:3]), content_type.partition(";")[0], body)
