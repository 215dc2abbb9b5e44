"""The one application: both doors behind one address, health beside them, the archiver at work."""

from __future__ import annotations

import gc
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from brobygger.code_channel import connect_code_channel
from brobygger.logs import WSGIApplication, configure_logs, logged
from brobygger.settings import Settings, WeakSettings
from core import GatewayError, Store, archive_submissions, outdated_schema, sweep_contents
from rest import RestOptions, TokenTrust, TrustedIssuer, create_rest_app, create_stand_in
from soap import SoapOptions, answers, create_soap_app

_LOGGER = logging.getLogger("brobygger")
_SWEEP_SECONDS = 3600.0

StartResponse = Callable[..., Any]


def application_from_environment() -> WSGIApplication:
    """What a server worker calls: read the environment, open the store, build the application.

    Raises WeakSettings, or GatewayError where the database is not ready.
    """
    settings = Settings.from_env(os.environ)
    configure_logs(settings.log_level)
    store = open_store(settings)
    # The facts stay as long as the process: the collector need not walk them with every round.
    gc.freeze()
    connect_code_channel(store, settings, demo=settings.demo)
    start_archiver(store, settings.archive_seconds)
    return create_application(store, settings)


def open_store(settings: Settings) -> Store:
    """The store of these settings. Raises WeakSettings where its schema is not the one this code needs."""
    outdated = outdated_schema(settings.database_url)
    if outdated is not None:
        raise WeakSettings(outdated)
    return Store(settings.database_url, terms=settings.terms())


def create_application(store: Store, settings: Settings) -> WSGIApplication:
    """Both doors and the health routes. Every path of an old service, in any letter case, is the SOAP door's."""
    soap = create_soap_app(store, _soap_options(settings))
    rest = _modern_door(store, settings)

    def serve(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if answers(path):
            return soap(environ, start_response)
        if path == "/health/live":
            return _answer(start_response, "200 OK", {"status": "alive"})
        if path == "/health/ready":
            return _ready(store, start_response)
        return rest(environ, start_response)

    return logged(serve)


def start_archiver(store: Store, seconds: float) -> threading.Event | None:
    """Archive accepted submissions every ``seconds``, in a thread of its own; set the event to stop it.

    Now and then it also sweeps away what uploads left that broke off. Zero turns it off: another process archives.
    """
    if seconds <= 0:
        return None
    stop = threading.Event()

    def work() -> None:
        swept = -_SWEEP_SECONDS
        while not stop.wait(seconds):
            try:
                while archive_submissions(store):
                    pass
                if time.monotonic() - swept >= _SWEEP_SECONDS:
                    sweep_contents(store)
                    swept = time.monotonic()
            except GatewayError as error:
                _LOGGER.warning("archiving waits", extra={"facts": {"code": str(error.code)}})

    threading.Thread(target=work, name="archiver", daemon=True).start()
    return stop


def _soap_options(settings: Settings) -> SoapOptions:
    authorities = settings.authorities()
    return SoapOptions(
        public_url=settings.base_url(),
        max_request_bytes=settings.max_request_bytes,
        max_attachment_bytes=settings.max_attachment_bytes,
        certificate_authorities=(authorities,) if authorities else (),
    )


def _modern_door(store: Store, settings: Settings) -> WSGIApplication:
    stand_in = create_stand_in(store, settings.base_url()) if settings.demo else None
    issuers = tuple(_issuer(row) for row in settings.issuers())
    if stand_in is not None:
        issuers += stand_in.trusted_issuers()
    options = RestOptions(
        public_url=settings.base_url(),
        confirm_url=settings.confirm_url or settings.base_url(),
        demo=settings.demo,
        issuer=stand_in,
        strict_upstream=settings.strict_upstream,
    )
    return create_rest_app(store, TokenTrust(issuers), options)


def _issuer(row: dict[str, Any]) -> TrustedIssuer:
    missing = [name for name in ("name", "issuer", "jwks", "algorithms") if not row.get(name)]
    if missing:
        raise WeakSettings(f"BROBYGGER_TRUSTED_ISSUERS: an issuer lacks `{missing[0]}`")
    return TrustedIssuer(
        name=str(row["name"]),
        issuer=str(row["issuer"]),
        jwks=row["jwks"],
        algorithms=tuple(row["algorithms"]),
        audience=row.get("audience"),
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
