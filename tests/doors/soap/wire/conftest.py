"""The streaming application, in this process and behind granian."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core import Store
from tests.doors.soap.asmx_client import Answer
from tests.doors.soap.wire.streaming_app import DATABASE, LIMITS, streaming_app

TARGET = "tests.doors.soap.wire.streaming_app:application"
ROOT = Path(__file__).parents[4]


@dataclass(frozen=True)
class Posted:
    """What came of a request."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def read(self) -> dict[str, object]:
        """What the application says that it read."""
        assert self.status == 200, self.body
        found: dict[str, object] = json.loads(self.body)
        return found

    @property
    def fault(self) -> tuple[str, str]:
        """Code and text of the fault."""
        assert self.status == 500, self.body
        assert b"Traceback" not in self.body
        return Answer(self.status, self.headers, self.body).fault


class Reader:
    """Posts to the application in this process: every byte goes the way it goes behind a server."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._app = streaming_app(store)

    def post(self, body: bytes, content_type: str, path: str = "/streamed", **more: str) -> Posted:
        """Send a body, by default to a streamed endpoint."""
        told: list[tuple[str, list[tuple[str, str]]]] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **more,
        }
        answer = b"".join(self._app(environ, lambda status, headers, *_: told.append((status, headers))))  # type: ignore[arg-type]
        status, headers = told[0]
        return Posted(int(status[:3]), {name.lower(): value for name, value in headers}, answer)

    def chunks_left(self) -> int:
        """Rows of contents in the store."""
        with self.store._reader.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM content_chunk").scalar_one())


@pytest.fixture
def reader(sqlite_store: Store) -> Reader:
    """The application in this process."""
    return Reader(sqlite_store)


@dataclass(frozen=True)
class Served:
    """A granian of its own with one worker."""

    port: int
    worker: int
    """The worker's process id."""


@pytest.fixture
def granian(sqlite_url: str) -> Iterator[Served]:
    """The application behind granian, as the gateway is served."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port), TARGET]
    environment = {**os.environ, DATABASE: sqlite_url, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as server:
        try:
            await_server(port, server)
            children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text("utf-8").split()
            yield Served(port, int(children[-1]))
        finally:
            server.terminate()


def await_server(port: int, server: subprocess.Popen[bytes]) -> None:
    """Returns when the server takes connections."""
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            assert server.poll() is None, "the server has ended"
            assert time.monotonic() < deadline, "the server did not start"
        else:
            return


__all__ = ["LIMITS", "Posted", "Reader", "Served"]
