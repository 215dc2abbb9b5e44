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

import httpx

from brobygger.code_channel import connect_code_channel
from brobygger.counting import start_census
from brobygger.delivering import start_courier
from brobygger.demo.keys import signing_key
from brobygger.demo.service_owner import create_service_owner, serves
from brobygger.demo.world import client_key, demo_data
from brobygger.guarding import start_guard
from brobygger.logs import WSGIApplication, configure_logs, logged
from brobygger.opening import open_store
from brobygger.settings import Settings, WeakSettings
from core import GatewayError, Store, archive_submissions, purge_file_transfers, sweep_contents
from delivery import Credentials
from rest import (
    AltinnIssuer,
    Exchange,
    FileKeys,
    RestOptions,
    StandInIssuer,
    TokenTrust,
    TrustedIssuer,
    create_rest_app,
    create_stand_in,
    fetched_keys,
)
from soap import SoapOptions, SunsetNotice, answers, create_soap_app

_LOGGER = logging.getLogger("brobygger")
_SWEEP_SECONDS = 3600.0
_LOOPBACK_SECONDS = 10.0

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
    start_courier(store, settings)
    start_census(store, settings.census_seconds)
    start_guard(store)
    return create_application(store, settings)


def create_application(store: Store, settings: Settings) -> WSGIApplication:
    """Both doors and the health routes; in the demo also the sample service owner.

    Every path of an old service, in any letter case, is the SOAP door's.
    """
    soap = create_soap_app(store, _soap_options(settings))
    rest = _modern_door(store, settings)
    service_owner = _service_owner(store, settings) if settings.demo else None

    def serve(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if answers(path):
            return soap(environ, start_response)
        if path == "/health/live":
            return _answer(start_response, "200 OK", {"status": "alive"})
        if path == "/health/ready":
            return _ready(store, start_response)
        if service_owner is not None and serves(path):
            return service_owner(environ, start_response)
        return rest(environ, start_response)

    return logged(serve)


def start_archiver(store: Store, seconds: float) -> threading.Event | None:
    """Archive accepted submissions every ``seconds``, in a thread of its own; set the event to stop it.

    Now and then it also sweeps away what uploads left that broke off, and brokered files whose time is over.
    Zero turns it off: another process archives.
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
                    purge_file_transfers(store)
                    swept = time.monotonic()
            except GatewayError as error:
                _LOGGER.warning("archiving waits", extra={"facts": {"code": str(error.code)}})
            except Exception:
                _LOGGER.exception("archiving broke")

    threading.Thread(target=work, name="archiver", daemon=True).start()
    return stop


def _soap_options(settings: Settings) -> SoapOptions:
    authorities = settings.authorities()
    return SoapOptions(
        public_url=settings.base_url(),
        max_request_bytes=settings.max_request_bytes,
        max_attachment_bytes=settings.max_attachment_bytes,
        certificate_authorities=(authorities,) if authorities else (),
        trusted_proxies=settings.trusted_proxies,
        counted=settings.census_seconds > 0,
        notice=SunsetNotice(*settings.sunset_moments(), settings.soap_sunset_link, settings.soap_sunset_in_envelope),
    )


def _modern_door(store: Store, settings: Settings) -> WSGIApplication:
    authorities = settings.authorities()
    stand_in = create_stand_in(store, settings.base_url(), authorities=authorities) if settings.demo else None
    issuers = tuple(_issuer(row, is_demo=settings.demo) for row in settings.issuers())
    exchange = _exchange(settings, stand_in, issuers)
    if stand_in is not None:
        issuers += stand_in.trusted_issuers()
    elif exchange is not None:
        issuers += (exchange.altinn.trusted(),)
    options = RestOptions(
        public_url=settings.base_url(),
        confirm_url=settings.confirm_url or settings.base_url(),
        demo=settings.demo,
        issuer=stand_in,
        exchange=exchange,
        strict_upstream=settings.strict_upstream,
        own_resources_only=settings.own_resources_only,
        max_upload_bytes=settings.max_attachment_bytes,
    )
    return create_rest_app(store, TokenTrust(issuers), options)


def _service_owner(store: Store, settings: Settings) -> WSGIApplication:
    """The sample service owner: an outside party, so it gets an address and a key, and no store.

    It calls this same server, so the server must have more than one thread.
    """
    client = str(demo_data()["new_world"]["service_owner_client"])
    base_url = settings.base_url()
    # No connection is kept: each would hold one of the threads that answer it.
    one_at_a_time = httpx.Limits(max_keepalive_connections=0)
    http = httpx.Client(base_url=base_url, timeout=_LOOPBACK_SECONDS, limits=one_at_a_time, trust_env=False)
    return create_service_owner(
        http,
        f"{base_url}/",
        lambda: Credentials(client, signing_key(client_key(store, client))),
        lambda: store.clock().timestamp(),
    )


def _exchange(
    settings: Settings, stand_in: StandInIssuer | None, issuers: tuple[TrustedIssuer, ...]
) -> Exchange | None:
    """How tokens are exchanged: in the demo with the stand-in's keys, elsewhere only with keys of the operator's."""
    pem = settings.signing_keys()
    if stand_in is not None and pem:
        raise WeakSettings("BROBYGGER_EXCHANGE_KEYS: the demo signs with keys of its own")
    if stand_in is None and not pem:
        return None
    if stand_in is None and all(issuer.provider is None for issuer in issuers):
        raise WeakSettings("BROBYGGER_EXCHANGE_KEYS: no trusted issuer names a provider, so nothing can be exchanged")
    return Exchange(
        altinn=AltinnIssuer(settings.base_url(), FileKeys(pem)) if stand_in is None else stand_in.altinn,
        seconds=settings.exchange_minutes * 60,
        details_as_list=settings.exchange_details_as_list,
        partner_scopes=frozenset(settings.exchange_partner_scopes.replace(",", " ").split()),
    )


_OF_AN_ISSUER = frozenset({"name", "issuer", "jwks", "jwks_uri", "discovery", "algorithms", "audience", "provider"})


def _issuer(row: dict[str, Any], *, is_demo: bool) -> TrustedIssuer:
    """A trusted issuer as its file describes it. A member that is misspelt must not weaken it unseen."""
    missing = [name for name in ("name", "issuer", "algorithms") if not row.get(name)]
    if missing:
        raise WeakSettings(f"BROBYGGER_TRUSTED_ISSUERS: an issuer lacks `{missing[0]}`")
    unknown = sorted(set(row) - _OF_AN_ISSUER)
    if unknown:
        raise WeakSettings(f"BROBYGGER_TRUSTED_ISSUERS: issuer `{row['name']}` has an unknown member `{unknown[0]}`")
    keys = [name for name in ("jwks", "jwks_uri", "discovery") if row.get(name)]
    if len(keys) != 1:
        raise WeakSettings(
            f"BROBYGGER_TRUSTED_ISSUERS: issuer `{row['name']}` needs one of `jwks`, `jwks_uri` and `discovery`"
        )
    where = {keys[0]: str(row[keys[0]])} if keys[0] != "jwks" else {}
    return TrustedIssuer(
        name=str(row["name"]),
        issuer=str(row["issuer"]),
        jwks=fetched_keys(str(row["issuer"]), **where, plain_http=is_demo) if where else row["jwks"],
        algorithms=tuple(row["algorithms"]),
        audience=row.get("audience"),
        provider=row.get("provider"),
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
