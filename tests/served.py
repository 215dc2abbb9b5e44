"""A whole gateway on a real socket in the test's own process, with a clock that the test moves."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from brobygger.application import create_application
from brobygger.settings import Settings
from core import DecisionTerms, Fact, Store


class MovableClock:
    """A clock that stands where it is put; ``None`` lets it follow the wall clock."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def __call__(self) -> datetime:
        """The moment."""
        return self.at or datetime.now(UTC)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing: pytest shows what matters."""


def _not_yet(_environ: object, _start_response: object) -> list[bytes]:
    """Holds the place of the application, which must know the port before it can be made."""
    return []


class Served:
    """A gateway that is being served."""

    def __init__(self, store: Store, url: str, clock: MovableClock, database_url: str) -> None:
        self.store = store
        self.url = url
        self.clock = clock
        self.database_url = database_url


@contextmanager
def served(
    database_url: str, facts: Iterable[Fact] = (), terms: DecisionTerms | None = None, *, strict: bool = False
) -> Iterator[Served]:
    """Serve a demo-mode gateway on ``database_url``, which has the newest schema, with ``facts`` in it."""
    clock = MovableClock()
    store = Store(database_url, clock=clock, terms=terms)
    store.import_facts("tests", facts)
    server = make_server("127.0.0.1", 0, _not_yet, server_class=_Server, handler_class=_Quiet)
    url = f"http://127.0.0.1:{server.server_port}"
    settings = Settings(
        database_url=database_url, demo=True, public_url=url, log_level="warning", strict_upstream=strict
    )
    server.set_app(create_application(store, settings))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield Served(store, url, clock, database_url)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        store.close()
