"""The one application: both doors behind one address, health beside them, the archiver at work."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

from brobygger.logs import WSGIApplication, configure_logs, logged
from brobygger.settings import Settings, WeakSettings
from core import GatewayError, Store, archive_submissions, check_schema
from rest import RestOptions, TokenTrust, TrustedIssuer, create_rest_app, create_stand_in
from soap import SoapOptions, create_soap_app

_LOGGER = logging.getLogger("brobygger")

StartResponse = Callable[..., Any]


def application_from_environment() -> WSGIApplication:
    """What a server worker calls: read the environment, open the store, build the application.

    Raises WeakSettings, or GatewayError where the database is not ready.
    """
    settings = Settings.from_env(os.environ)
    configure_logs(settings.log_level)
    store = open_store(settings)
    start_archiver(store, settings.archive_seconds)
    return create_application(store, settings)


def open_store(settings: Settings) -> Store:
    """The store of these settings. Raises WeakSettings where its schema is not the one this code needs."""
    problems = check_schema(settings.database_url)
    if problems:
        raise WeakSettings(problems[0])
    return Store(settings.database_url, terms=settings.terms())


def create_application(store: Store, settings: Settings) -> WSGIApplication:
    """Both doors and the health routes. ``/webservices…`` in any letter case is the SOAP door's."""
    soap = create_soap_app(
        store, SoapOptions(public_url=settings.base_url(), max_request_bytes=settings.max_request_bytes)
    )
    rest = create_rest_app(store, _trust(store, settings), _rest_options(store, settings))

    def serve(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path[:12].lower() == "/webservices":
            return soap(environ, start_response)
        if path == "/health/live":
            return _answer(start_response, "200 OK", {"status": "alive"})
        if path == "/health/ready":
            return _ready(store, start_response)
        return rest(environ, start_response)

    return logged(serve)


def start_archiver(store: Store, seconds: float) -> threading.Event | None:
    """Archive accepted submissions every ``seconds``, in a thread of its own; set the event to stop it.

    Zero turns it off: another process archives.
    """
    if seconds <= 0:
        return None
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(seconds):
            try:
                while archive_submissions(store):
                    pass
            except GatewayError as error:
                _LOGGER.warning("archiving waits", extra={"facts": {"code": str(error.code)}})

    threading.Thread(target=work, name="archiver", daemon=True).start()
    return stop


def _trust(store: Store, settings: Settings) -> TokenTrust:
    named = [
        TrustedIssuer(
            name=str(row["name"]),
            issuer=str(row["issuer"]),
            jwks=row["jwks"],
            algorithms=tuple(row["algorithms"]),
            audience=row.get("audience"),
        )
        for row in settings.issuers()
    ]
    if settings.demo:
        named += create_stand_in(store, settings.base_url()).trusted_issuers()
    return TokenTrust(tuple(named))


def _rest_options(store: Store, settings: Settings) -> RestOptions:
    return RestOptions(
        public_url=settings.base_url(),
        confirm_url=settings.confirm_url or settings.base_url(),
        demo=settings.demo,
        issuer=create_stand_in(store, settings.base_url()) if settings.demo else None,
        strict_upstream=settings.strict_upstream,
    )


def _ready(store: Store, start_response: StartResponse) -> Iterable[bytes]:
    try:
        sequence = store.snapshot().sequence
    except GatewayError as error:
        return _answer(start_response, "503 Service Unavailable", {"status": "not ready", "code": str(error.code)})
    return _answer(start_response, "200 OK", {"status": "ready", "sequence": sequence})


def _answer(start_response: StartResponse, status: str, body: dict[str, Any]) -> Iterable[bytes]:
    data = json.dumps(body).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(data)))])
    return [data]
