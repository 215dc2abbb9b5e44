"""A token issuer and a service owner on a real socket, that can be slow, and can kill who calls them."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Meanwhile = Callable[[int, str], None]


class RealOwner:
    """What was taken, by key, and how often each was. ``meanwhile`` runs between the taking and the answer."""

    def __init__(self) -> None:
        self.meanwhile: Meanwhile = lambda _call, _key: None
        self.url = ""
        self.taken: dict[str, tuple[str, str]] = {}
        self.times: Counter[str] = Counter()
        self.calls = 0
        self._lock = threading.Lock()

    def take(self, key: str, body: bytes) -> tuple[int, dict[str, str]]:
        """Take a delivery, once for each key."""
        digest = hashlib.sha256(body).hexdigest()
        with self._lock:
            self.calls += 1
            call = self.calls
            is_new = key not in self.taken
            if is_new:
                self.taken[key] = (f"ref-{len(self.taken) + 1}", digest)
                self.times[key] += 1
            receipt, before = self.taken[key]
        self.meanwhile(call, key)
        if before != digest:
            return 422, {"detail": "another body under the same key"}
        return (201 if is_new else 200), {"receipt": receipt}


@contextmanager
def real_owner() -> Iterator[RealOwner]:
    """The service owner, served until the block ends."""
    owner = RealOwner()
    server = _Server(("127.0.0.1", 0), _handler(owner))
    owner.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield owner
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that break: the tests break them."""


def _handler(owner: RealOwner) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                self.close_connection = True  # who called is gone, with half of it
                return
            if self.path == "/token":
                status, said = 200, {"access_token": "token", "expires_in": "120"}
            else:
                status, said = owner.take(self.headers["Idempotency-Key"], body)
            text = json.dumps(said).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
            except OSError:
                self.close_connection = True  # who called is gone

        def log_message(self, *_arguments: object) -> None:
            """Say nothing: pytest shows what matters."""

    return Handler
