"""A service owner on a real socket: too slow to answer in time, and killing whoever delivers before it answers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from core import DeliveryState, Store
from tests.delivery.real_owner import RealOwner, real_owner
from tests.delivery.world import Outside, courier, deliveries, facts, hand_in

ROOT = Path(__file__).resolve().parents[2]
_KILLS = 1
_MOST_RUNS = 3
_LEASE_MINUTES = 11


@pytest.fixture
def owner() -> Iterator[RealOwner]:
    with real_owner() as served:
        yield served


def test_a_service_owner_that_took_it_and_answered_too_late(world: Store, outside: Outside, owner: RealOwner) -> None:
    answered = threading.Event()
    owner.meanwhile = lambda call, _key: None if call > 1 else (answered.wait(20), None)[1]
    hand_in(world, "a")
    with httpx.Client(trust_env=False, timeout=0.3) as http:
        runner = courier(world, outside, http=http, address=f"{owner.url}/mva/{{party}}")
        assert runner.drain() == 1
        answered.set()
        (waiting,) = deliveries(world)
        assert (waiting.state, waiting.words) == (DeliveryState.READY, "ReadTimeout")
        assert len(owner.taken) == 1
        world.clock.move(minutes=1)  # type: ignore[attr-defined]
        assert runner.drain() == 1
    (delivered,) = deliveries(world)
    assert (delivered.state, delivered.status, delivered.attempts) == (DeliveryState.DELIVERED, 200, 2)
    assert owner.times == {delivered.key: 1}


def test_killed_between_the_owners_taking_and_its_answer(database_url: str, owner: RealOwner) -> None:
    store = Store(database_url)
    store.import_facts("tests", facts())
    hand_in(store, *(f"u{number}" for number in range(5)))
    running: list[subprocess.Popen[bytes]] = []
    killed: list[str] = []

    def kill_sometimes(call: int, key: str) -> None:
        if call % 3 == 2 and len(killed) < _KILLS:
            killed.append(key)
            os.kill(running[-1].pid, signal.SIGKILL)

    owner.meanwhile = kill_sometimes
    for run in range(_MOST_RUNS):
        # Each run comes when the leases of the one before are out.
        ahead = str(run * _LEASE_MINUTES)
        command = [sys.executable, "-m", "tests.delivery.worker", database_url, owner.url, ahead]
        running.append(subprocess.Popen(command, cwd=ROOT))
        if running[-1].wait(timeout=100) == 0:
            break
    assert len(killed) == _KILLS
    assert [each.returncode for each in running] == [-signal.SIGKILL] * _KILLS + [0]
    done = deliveries(store)
    assert {each.state for each in done} == {DeliveryState.DELIVERED}
    assert owner.times == {each.key: 1 for each in done}
    assert {each.key: each.reference for each in done} == {key: receipt for key, (receipt, _) in owner.taken.items()}
    assert all(each.delivered is not None and each.delivered < datetime.now(UTC) + timedelta(days=1) for each in done)
    store.close()
