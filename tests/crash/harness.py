"""Kills under load: a gateway that is shot and started again, a worker likewise, a client outside that keeps asking."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from argon2 import PasswordHasher

from core import (
    Accepts,
    Confidence,
    Fact,
    PolicyRule,
    RoleGrant,
    Service,
    ServiceKind,
    Store,
    legacy_service_id,
    upgrade_schema,
)
from tests.crash.channels import PASSWORD, SERVICE_CODE, SERVICE_EDITION
from tests.crash.judge import Verdict, judge
from tests.crash.points import AFTER_COMMIT, BEFORE_COMMIT, POINTS
from tests.crash.processes import Processes
from tests.small_world import FIRM, GIVER, small_world

RANDOM = "a random moment"
_WORKER_POINTS = (BEFORE_COMMIT, AFTER_COMMIT)
_LATEST_PASSAGE, _LATEST_OF_WORKER = 40, 12
_LONGEST_LIFE = 0.4  # seconds after its first receipt that a gateway lives, where it dies at a random moment
_FINISHED_WITHIN = 600.0  # seconds for the client to ask for every receipt once more


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run: what was killed where and how often, how long it took, and the verdict."""

    kills: Counter[str]
    seconds: float
    verdict: Verdict


def crash(database_url: str, folder: Path, kills: int, seed: int = 1) -> Outcome:
    """Kill the gateway ``kills`` times under load, at every point in turn and at random moments, and judge.

    The worker, which archives, is killed again and again meanwhile. ``database_url`` is an empty database; logs are
    left in ``folder``. Raises AssertionError where a process does not come to where it should die, or the client
    gives up.
    """
    began = time.monotonic()
    _fill(database_url)
    with _stage(database_url, folder, seed) as stage:
        for number in range(kills):
            stage.kill_gateway((*POINTS, RANDOM)[number % (len(POINTS) + 1)])
        stage.finish()
    return Outcome(stage.killed, time.monotonic() - began, judge(stage.log, database_url))


class _Stage:
    def __init__(self, processes: Processes, log: Path, seed: int) -> None:
        self.log = log
        self.killed: Counter[str] = Counter()
        self._processes = processes
        self._chance = random.Random(seed)  # noqa: S311 - the same run every time
        self._worker_at = ""

    def kill_gateway(self, where: str) -> None:
        """Start the gateway, let it serve, and have it killed there."""
        self._tend_worker()
        if where == RANDOM:
            already = self.log.stat().st_size
            gateway = self._processes.gateway()
            self._processes.until(lambda: self.log.stat().st_size > already, "was told nothing")
            gateway.outlive(self._chance.uniform(0, _LONGEST_LIFE))
            gateway.kill()
        else:
            gateway = self._processes.gateway(f"{where}:{self._chance.randint(1, _LATEST_PASSAGE)}")
            gateway.await_death()
        self.killed[f"gateway at {where}"] += 1

    def _tend_worker(self) -> None:
        """A worker is always there; where it has died, the next will die at the other point."""
        worker = self._processes.worker
        if worker is not None and worker.is_alive():
            return
        if worker is not None:
            worker.await_death()
            self.killed[f"worker at {self._worker_at}"] += 1
        self._worker_at = _WORKER_POINTS[self._worker_at == BEFORE_COMMIT]
        self._processes.start_worker(f"{self._worker_at}:{self._chance.randint(1, _LATEST_OF_WORKER)}")

    def finish(self) -> None:
        """Nothing is killed any more: the client makes sure, the worker archives what is left."""
        worker = self._processes.worker
        if worker is not None:
            worker.kill()
        self._processes.start_worker()
        self._processes.gateway()
        self._processes.stop_client(_FINISHED_WITHIN)
        self._processes.until(self._processes.nothing_waits, "is done, but units were left unarchived")


@contextmanager
def _stage(database_url: str, folder: Path, seed: int) -> Iterator[_Stage]:
    log = folder / "client.log"
    log.touch()
    with Processes.at_work(database_url, folder, log) as processes:
        yield _Stage(processes, log, seed)


def _later_platform() -> Iterator[Fact]:
    """A service that the firm's system may hand in to for the party of the batches."""
    service = legacy_service_id(SERVICE_CODE, SERVICE_EDITION)
    source = ("made for the tests", "2026-11-22")
    old = next(fact for fact in small_world() if isinstance(fact, Service))
    yield replace(old, id=service, kind=ServiceKind.LEGACY, form_number=None)
    for action in ("read", "write"):
        yield PolicyRule(service, action, Accepts.ROLE, "UTINN", *source, Confidence.STATED)
    yield RoleGrant("grant-2", GIVER, FIRM, "UTINN", "person:manager")


def _fill(database_url: str) -> None:
    upgrade_schema(database_url)
    store = Store(database_url)
    # argon2's lowest cost: the gateway is started anew again and again, and has forgotten whom it knows.
    secret = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    try:
        store.import_facts("crash", [*small_world(secret), *_later_platform()])
    finally:
        store.close()
