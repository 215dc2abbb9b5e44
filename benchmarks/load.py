"""A load generator: one process, keep-alive connections, a new id in every request, every answer checked."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter, process_time

_LENGTH = b"content-length:"
_CHUNKED, _LAST_CHUNK = b"transfer-encoding: chunked", b"0\r\n\r\n"
_END_OF_HEAD = b"\r\n\r\n"
_STALLED_SECONDS = 60
_PART = 65_536


@dataclass(frozen=True)
class Request:
    """A request but for its ids. ``head`` ends with ``Content-Length: ``; each ``mark`` in ``body`` becomes the id."""

    head: bytes
    body: bytes
    mark: bytes
    expected: tuple[bytes, ...]
    """The body of every answer must hold one of these: servers quote differently."""


@dataclass
class Load:
    """What came of a load. Answers after the last moment are waited for and counted, but not in the rate."""

    seconds: float
    connections: int
    acknowledged: int = 0
    in_time: int = 0
    waits: list[float] = field(default_factory=list)
    generator_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Answers in a second."""
        return self.in_time / self.seconds

    @property
    def generator_share(self) -> float:
        """How much of one core the generator itself took: near 1, it is what was measured."""
        return self.generator_seconds / self.seconds

    def wait(self, share: float) -> float:
        """The time, in milliseconds, in which this share of the answers came."""
        waits = sorted(self.waits)
        return waits[min(int(len(waits) * share), len(waits) - 1)] * 1e3


def put_load(port: int, request: Request, ids: Iterator[str], *, connections: int, seconds: float) -> Load:
    """Keep ``connections`` requests under way for ``seconds``. Raises RuntimeError at the first wrong answer."""
    load = Load(seconds, connections)
    with _all_open(port, connections) as sockets:
        _Generator(request, ids, load).run(sockets)
    return load


@contextmanager
def on_cores(cores: Iterable[int]) -> Iterator[None]:
    """This process on other cores inside the block; where there are none, where it was."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(cores) or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class _Generator:
    def __init__(self, request: Request, ids: Iterator[str], load: Load) -> None:
        self._request = request
        self._parts = request.body.split(request.mark)
        self._ids = ids
        self._load = load

    def run(self, sockets: list[socket.socket]) -> None:
        by_number = {each.fileno(): each for each in sockets}
        received = dict.fromkeys(by_number, b"")
        poll = select.epoll()
        for number in by_number:
            poll.register(number, select.EPOLLIN)
        began, spent = perf_counter(), process_time()
        sent = {number: self._send(each) for number, each in by_number.items()}
        while sent:
            ready = poll.poll(_STALLED_SECONDS)
            if not ready:
                raise RuntimeError(f"no answer for {_STALLED_SECONDS} seconds")
            for number, _ in ready:
                received[number] += self._receive(by_number[number])
                if not self._is_whole(received[number]):
                    continue
                received[number] = b""
                if self._count(began, sent.pop(number)):
                    sent[number] = self._send(by_number[number])
        self._load.generator_seconds = process_time() - spent

    def _send(self, connection: socket.socket) -> float:
        body = next(self._ids).encode().join(self._parts)
        connection.sendall(b"%s%d\r\n\r\n%s" % (self._request.head, len(body), body))
        return perf_counter()

    def _receive(self, connection: socket.socket) -> bytes:
        data = connection.recv(_PART)
        if not data:
            raise RuntimeError("the server closed a connection")
        return data

    def _is_whole(self, answer: bytes) -> bool:
        head, found, body = answer.partition(_END_OF_HEAD)
        if not found or not _is_whole_body(head, body):
            return False
        if b" 200 " not in head[:16] or not any(each in body for each in self._request.expected):
            raise RuntimeError(f"a wrong answer: {answer[:2000]!r}")
        return True

    def _count(self, began: float, sent: float) -> bool:
        """Take note of an answer; whether there is time for another request."""
        now, load = perf_counter(), self._load
        is_in_time = now - began < load.seconds
        load.acknowledged += 1
        load.in_time += is_in_time
        load.waits.append(now - sent)
        return is_in_time


def _is_whole_body(head: bytes, body: bytes) -> bool:
    lower = head.lower()
    start = lower.find(_LENGTH)
    if start >= 0:
        return len(body) >= int(lower[start + len(_LENGTH) :].partition(b"\r\n")[0])
    if _CHUNKED in lower:
        return body.endswith(_LAST_CHUNK)
    raise RuntimeError(f"an answer without its length: {head!r}")


@contextmanager
def _all_open(port: int, connections: int) -> Iterator[list[socket.socket]]:
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    try:
        for each in sockets:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield sockets
    finally:
        for each in sockets:
            with suppress(OSError):
                each.close()
