"""A courier in a process of its own, whose clock is ahead by as much as it is told: delivers what is due, and ends."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import httpx

from core import Store
from delivery import Courier, Credentials, MachineClient, Target, Targets
from tests.delivery.world import CLIENT, KEY, RESOURCE, SCOPE


def main(database: str, owner: str, minutes: str) -> None:
    """Deliver until nothing is due."""
    ahead = timedelta(minutes=int(minutes))
    store = Store(database, clock=lambda: datetime.now(UTC) + ahead)
    http = httpx.Client(trust_env=False, timeout=30)
    targets = Targets(f"{owner}/", CLIENT, KEY, {RESOURCE: Target(f"{owner}/mva/{{party}}", SCOPE)})
    tokens = MachineClient(http, targets.issuer, lambda: Credentials(CLIENT, KEY), lambda: store.clock().timestamp())
    Courier(store, http, tokens, targets, hands=2).drain()


if __name__ == "__main__":
    main(*sys.argv[1:])
