"""The whole gateway in this process: offline, on a database of its own, with a clock to move and a quick reset."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from werkzeug.serving import WSGIRequestHandler, make_server

from brobygger.application import create_application
from brobygger.code_channel import connect_code_channel
from brobygger.demo.calls import system_user_details
from brobygger.demo.describe import describe_demo
from brobygger.demo.keys import signing_key
from brobygger.demo.world import seed_demo, seed_vocabulary
from brobygger.settings import Settings
from core import OPERATOR, Kept, Store, archive_submissions, import_world, upgrade_schema, write_census

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Clock:
    """The gateway's clock: the machine's own, until it is moved or stopped."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._stopped: datetime | None = None

    def __call__(self) -> datetime:
        """The time now, in UTC."""
        return (self._stopped or datetime.now(UTC)) + self._ahead

    def move(self, **by: float) -> None:
        """Move it, as ``timedelta`` takes it: ``clock.move(days=180)``."""
        self._ahead += timedelta(**by)

    def stop(self, at: datetime | None = None) -> None:
        """Let it stand still, now or at a moment with a time zone; moving it still works."""
        self._stopped, self._ahead = at or self(), timedelta()

    def reset(self) -> None:
        """The machine's own time again."""
        self._stopped, self._ahead = None, timedelta()


@dataclass
class Stack:
    """A running gateway: both SOAP platforms, the modern API, and the stand-in for the token issuer.

    ``http`` calls it in this process, without a socket; `serve` gives the address of a real one.
    ``store`` is open to the functions of `core`.
    """

    store: Store
    clock: Clock
    base_url: str
    http: httpx.Client
    _serve: Callable[[], Callable[[], None]] = field(repr=False)
    _start: Kept = field(repr=False)
    _stop: Callable[[], None] | None = field(default=None, repr=False)

    def keep(self) -> Kept:
        """Everything as it is now, for `reset`."""
        return self.store.keep()

    def reset(self, to: Kept | None = None) -> None:
        """Everything as it was at the start, or when it was kept; the clock is the machine's own again."""
        self.store.return_to(to or self._start)
        self.clock.reset()

    def serve(self) -> str:
        """The address of a real socket that answers until the end of the session; the same one each time."""
        if self._stop is None:
            self._stop = self._serve()
        return self.base_url

    def work(self) -> None:
        """Do what would be done in the background by now: archive what was accepted, write the counts."""
        while archive_submissions(self.store):
            pass
        write_census(self.store)

    def load(self, world: dict[str, Any]) -> None:
        """Put a world document in, as `brobygger world import` does. Raises InvalidInput."""
        import_world(self.store, OPERATOR, world)

    def described(self) -> dict[str, Any]:
        """The demo world for a script: numbers, passwords, forms, clients with their keys."""
        return describe_demo(self.store, self.base_url)

    def token(
        self, scopes: str, *, role: str = "vendor", owner: str | None = None, external_ref: str | None = None
    ) -> str:
        """A token of the stand-in issuer for a client of the demo world: ``vendor`` or ``service-owner``.

        ``owner`` asks for the system user of this organisation, with this external reference. Raises
        RuntimeError with the issuer's own words where there is none.
        """
        client = next(each for each in self.described()["new_world"]["clients"] if each["role"] == role)
        answer = self.http.post(
            "/token", data={"grant_type": _GRANT, "assertion": self._assertion(client, scopes, owner, external_ref)}
        )
        if answer.status_code != 200:
            raise RuntimeError(f"no token: {answer.text}")
        return str(answer.json()["access_token"])

    def authorised(self, token: str) -> dict[str, str]:
        """The headers of a call with this token."""
        return {"Authorization": f"Bearer {token}"}

    def close(self) -> None:
        """Stop the socket, if there is one, and let go of the database."""
        if self._stop is not None:
            self._stop()
        self.http.close()
        self.store.close()

    def _assertion(self, client: dict[str, Any], scopes: str, owner: str | None, external_ref: str | None) -> str:
        now = int(self.clock().timestamp())
        claims: dict[str, Any] = {
            "iss": client["client_id"],
            "aud": f"{self.base_url}/",
            "scope": scopes,
            "iat": now,
            "exp": now + 100,
            "jti": str(uuid4()),
        }
        if owner is not None:
            claims["authorization_details"] = system_user_details(owner, external_ref)
        key = client["key"]
        return signing_key(key).sign(claims)


@contextmanager
def running_stack(*, seeded: bool = True) -> Iterator[Stack]:
    """A gateway in this process on a database of its own, with the demo world or with the vocabulary only."""
    with tempfile.TemporaryDirectory(prefix="brobygger-test-") as folder:
        stack = _opened(Path(folder), seeded=seeded)
        try:
            yield stack
        finally:
            stack.close()


def _opened(folder: Path, *, seeded: bool) -> Stack:
    settings = Settings(
        database_url=f"sqlite:///{folder / 'brobygger.db'}", port=_free_port(), demo=True, archive_seconds=0
    )
    upgrade_schema(settings.database_url)
    clock = Clock()
    store = Store(settings.database_url, clock=clock, terms=settings.terms())
    (seed_demo if seeded else seed_vocabulary)(store)
    connect_code_channel(store, settings, demo=True)
    application = create_application(store, settings)
    http = httpx.Client(transport=httpx.WSGITransport(app=application), base_url=settings.base_url())
    # The issuer makes its key when it is first asked for: every reset would cost a new one.
    http.get("/jwk")
    return Stack(store, clock, settings.base_url(), http, lambda: _served(application, settings.port), store.keep())


def _served(application: Callable[..., Any], port: int) -> Callable[[], None]:
    """Answer at this port of the local host, in threads; returns what stops it."""

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Say nothing: a test reads answers, not logs."""

    server = make_server("127.0.0.1", port, application, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()

    def stop() -> None:
        server.shutdown()
        thread.join()
        server.server_close()

    return stop


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
