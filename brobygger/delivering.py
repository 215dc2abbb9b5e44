"""Delivering, put together from the settings: the courier with its client, and its thread beside the server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from multiprocessing.util import Finalize

import httpx

from brobygger.demo.keys import signing_key
from brobygger.demo.service_owner import PREFIX, SERVICES
from brobygger.demo.world import client_key, demo_data
from brobygger.settings import Settings
from core import Store
from delivery import Courier, Credentials, MachineClient, Target, Targets

_TIMES = httpx.Timeout(60.0, connect=10.0)


def make_courier(store: Store, settings: Settings) -> Courier | None:
    """The courier of these settings; in the demo, without a file of targets, one that knows the sample service owner.

    None where nothing is to be delivered from here: no file is named. Raises WeakSettings.
    """
    targets = settings.targets() or (_demo_targets(store, settings) if settings.demo else None)
    if targets is None:
        return None
    http = http_to_owners(demo=settings.demo)
    credentials = Credentials(targets.client_id, targets.key)
    tokens = MachineClient(http, targets.issuer, lambda: credentials, lambda: store.clock().timestamp())
    return Courier(store, http, tokens, targets)


def http_to_owners(*, demo: bool) -> httpx.Client:
    """What service owners and the token issuer are called with: it follows no redirect and takes no cookie."""
    # In the demo no connection is kept: each would hold one of the threads of the server that it calls.
    limits = httpx.Limits(max_keepalive_connections=0 if demo else None)
    # A cookie would go with the next submission, which another system user sends.
    none = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    return httpx.Client(timeout=_TIMES, limits=limits, trust_env=not demo, cookies=none)


def start_courier(store: Store, settings: Settings) -> Callable[[], None] | None:
    """Deliver in a thread of its own, looking every ``delivery_seconds``; what is returned stops it.

    That waits for what is under way, and is called by itself when the process ends: nothing is taken then that
    nobody would try before its lease is out. None where that is zero (another process delivers) or nothing is to be
    delivered. Raises WeakSettings.
    """
    courier = make_courier(store, settings) if settings.delivery_seconds > 0 else None
    if courier is None:
        return None
    stop = threading.Event()
    work = threading.Thread(target=courier.run, args=(stop, settings.delivery_seconds), name="courier", daemon=True)
    work.start()

    def end() -> None:
        stop.set()
        work.join()

    # A server's workers are children of multiprocessing, which run this at their end, and nothing of atexit's.
    return Finalize(None, end, exitpriority=1)


def _demo_targets(store: Store, settings: Settings) -> Targets:
    client = str(demo_data()["new_world"]["client_id"])
    base_url = settings.base_url()
    by_resource = {
        service.resources[0]: Target(f"{base_url}{PREFIX}{service.path}/{{party}}", service.scope)
        for service in SERVICES
        if service.writes
    }
    return Targets(f"{base_url}/", client, signing_key(client_key(store, client)), by_resource)
