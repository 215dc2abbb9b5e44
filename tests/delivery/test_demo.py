"""The demo's sample service owner gets what was handed in over the old door, over a real socket, and takes it once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx
import pytest

from brobygger.delivering import make_courier, start_courier
from brobygger.demo.keys import signing_key
from brobygger.demo.world import client_key, demo_data, seed_demo
from brobygger.settings import Settings
from core import (
    Batch,
    Caller,
    CallerKind,
    DataUnit,
    Delivery,
    DeliveryState,
    EnterpriseSystem,
    RoleGrant,
    Store,
    archive_submissions,
    batch_receipt,
    delivery_counts,
    list_deliveries,
    put,
    submit_batch,
)
from delivery import Courier, Credentials, MachineClient, Wanted
from tests.core.forms.world import edit
from tests.served import Served, served
from tests.small_world import FORM, SUBMISSION_ROLE

SYSTEM, FIRM, CLIENT = 4711, "310000205", "310000302"
ADDRESS = f"/demo/skd/mva/{CLIENT}"


@pytest.fixture
def gateway(sqlite_url: str) -> Iterator[Served]:
    """The demo, with an enterprise system of the accounting firm that its client lets report."""
    with served(sqlite_url) as running:
        seed_demo(running.store)
        snapshot = running.store.snapshot()
        firm, client = snapshot.party_numbered(FIRM), snapshot.party_numbered(CLIENT)
        assert firm is not None
        assert client is not None
        edit(
            running.store,
            put(EnterpriseSystem(SYSTEM, firm.id, "Lønn og regnskap", "no password opens this")),
            put(RoleGrant("grant-delivery", client.id, firm.id, SUBMISSION_ROLE, "person:manager")),
        )
        yield running


def _handed_in(store: Store) -> Caller:
    firm = store.snapshot().party_numbered(FIRM)
    assert firm is not None
    caller = Caller(CallerKind.ENTERPRISE_SYSTEM, party=firm.id, enterprise_system=SYSTEM)
    unit = DataUnit(CLIENT, "a", None, FORM, completed=False, locked=False, body="<Skjema/>")
    assert submit_batch(store, caller, Batch("b1", SYSTEM, "1.1", "OnDemand", None, (unit,))).status == "OK"
    archive_submissions(store)
    return caller


def _courier(gateway: Served) -> Courier:
    made = make_courier(gateway.store, Settings(demo=True, public_url=gateway.url))
    assert made is not None
    return made


def _delivery(store: Store) -> Delivery:
    (found,) = list_deliveries(store, list(DeliveryState))
    return found


def test_the_service_owner_receives_it_once_and_shows_it(gateway: Served) -> None:
    caller = _handed_in(gateway.store)
    assert _courier(gateway).drain() == 1
    delivered = _delivery(gateway.store)
    assert (delivered.state, delivered.status, delivered.words) == (DeliveryState.DELIVERED, 201, "")
    assert delivered.external_ref == "registrerte-klienter"
    (unit,) = batch_receipt(gateway.store, caller, "b1").units
    assert unit.receivers_reference == delivered.reference
    with httpx.Client(base_url=gateway.url, trust_env=False) as http:
        bearer = {"Authorization": f"Bearer {_token(gateway, http)}"}
        told = http.get(f"{ADDRESS}/received", headers=bearer).json()
        (received,) = told["received"]
        assert (received["receipt"], received["idempotencyKey"]) == (delivered.reference, delivered.key)
        assert (received["systemUser"], received["archiveReference"]) == (delivered.system_user, unit.archive_reference)
        another = {**bearer, "Idempotency-Key": delivered.key}
        refused = http.post(ADDRESS, headers=another, files={"delivery": (None, "{}"), "form": ("1.xml", b"<Other/>")})
        assert refused.status_code == 422
        broken = http.post(ADDRESS, headers={**bearer, "Idempotency-Key": "new"}, content=b"")
        assert broken.status_code == 400


def test_a_repeat_under_the_key_gets_the_same_receipt_and_is_kept_once(gateway: Served) -> None:
    _handed_in(gateway.store)
    runner = _courier(gateway)
    runner.drain()
    first = _delivery(gateway.store)
    # As after a crash between the service owner's answer and its commit here.
    gateway.store.write(
        lambda ledger: ledger.deliveries.change(
            first.element, state=DeliveryState.READY, due=gateway.store.clock(), reference=None
        )
    )
    assert runner.drain() == 1
    second = _delivery(gateway.store)
    assert (second.status, second.reference, second.key) == (200, first.reference, first.key)


def test_the_servers_own_thread_delivers_and_stops_when_it_is_told(gateway: Served) -> None:
    assert start_courier(gateway.store, Settings(demo=True, public_url=gateway.url, delivery_seconds=0)) is None
    assert start_courier(gateway.store, Settings(public_url="https://bro.example")) is None, "nothing says where to"
    end = start_courier(gateway.store, Settings(demo=True, public_url=gateway.url, delivery_seconds=0.02))
    assert end is not None
    _handed_in(gateway.store)
    pause, tries = threading.Event(), 0
    while delivery_counts(gateway.store)[DeliveryState.DELIVERED] == 0:
        tries += 1
        assert tries < 1000
        pause.wait(0.05)
    end()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("courier")]


def _token(gateway: Served, http: httpx.Client) -> str:
    client = str(demo_data()["new_world"]["client_id"])
    credentials = Credentials(client, signing_key(client_key(gateway.store, client)))
    tokens = MachineClient(http, f"{gateway.url}/", lambda: credentials)
    return tokens.token(Wanted(frozenset({"skatteetaten:eksempel"}), FIRM, "registrerte-klienter"))
