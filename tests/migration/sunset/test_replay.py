"""A log of a week's calls is replayed over both platforms: the console names every one of its callers."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import NamedTuple

import httpx
import pytest

from core import EnterpriseSystem, Store, who_calls
from soap import SoapOptions, create_soap_app
from tests.doors.soap.asmx_client import PATH, batch, envelope, unit
from tests.doors.soap.conftest import OWNER, Clock, party
from tests.doors.soap.svc.svc_client import basic_envelope, body_of, elements, operation

RECEIPTS = "/IntermediaryExternal/ReceiptExternalBasic.svc"
SEARCH = (
    '<receipt xmlns:r="http://schemas.altinn.no/services/Intermediary/Receipt/2015/06"><r:ReceiptId>1</r:ReceiptId>'
    "<r:References/></receipt>"
)
SYSTEMS, CALLS = 60, 400


class Logged(NamedTuple):
    """A line of the log: which system called what from where, with which software, how long after the line before."""

    system: int
    path: str
    operation: str
    address: str
    agent: str
    seconds: int


def made_log(seed: int) -> list[Logged]:
    """A week in which every system calls at least once, some much more than others."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    systems = [200_000 + number for number in range(SYSTEMS)]
    often = chance.choices(systems, weights=[1 + number % 17 for number in range(SYSTEMS)], k=CALLS - SYSTEMS)
    lines = []
    for system in chance.sample([*systems, *often], CALLS):
        path, name = chance.choice([(PATH, "BatchStatusPw"), (PATH, "SubmitBatchPw"), (RECEIPTS, "GetReceiptBasicV2")])
        address = f"198.51.100.{system % 200 + chance.randrange(2)}"
        lines.append(Logged(system, path, name, address, f"EUS/{system % 5}", chance.randrange(1200)))
    return lines


def document(line: Logged) -> str:
    """The message of a line. None of them is right in all it says; who sends it is proven all the same."""
    if line.path == RECEIPTS:
        _, called = operation(line.path, line.operation)
        pair = elements({"systemUserName": line.system, "systemPassword": "hemmelig1"})
        return basic_envelope(body_of(called.request.namespace, called.request.name, pair + SEARCH))
    if line.operation == "SubmitBatchPw":
        sent = batch(
            unit(OWNER, "1", body='<Skjema skjemanummer="669" spesifikasjonsnummer="6088"/>'), system=line.system
        )
        return envelope(line.operation, {"batch": sent, "password": "hemmelig1"})
    return envelope(line.operation, {"enterpriseSystemId": line.system, "batchId": "x", "password": "hemmelig1"})


@pytest.fixture
def crowd(world: Store, password_hash: str) -> Store:
    """The world with a crowd of systems."""
    numbers = range(200_000, 200_000 + SYSTEMS)
    systems = [EnterpriseSystem(number, party(OWNER), f"EUS {number}", password_hash) for number in numbers]
    world.import_facts("test", systems)
    return world


def test_every_caller_in_a_replayed_log_is_named_with_all_it_called(
    crowd: Store, clock: Clock, sqlite_url: str
) -> None:
    log = made_log(seed=7)
    other = Store(sqlite_url, clock=clock)
    try:
        # Two processes behind one proxy, each with a share of the calls.
        doors = [create_soap_app(store, SoapOptions(trusted_proxies=1)) for store in (crowd, other)]
        clients = [httpx.Client(transport=httpx.WSGITransport(app), base_url="http://bro.example") for app in doors]
        for number, line in enumerate(log):
            clock.now += timedelta(seconds=line.seconds)
            headers = {"Content-Type": "text/xml", "X-Forwarded-For": line.address, "User-Agent": line.agent}
            clients[number % 2].post(line.path, content=document(line).encode(), headers=headers)
        who_calls(other)
        census = who_calls(crowd)
    finally:
        other.close()
    wanted = Counter((f"enterprise-system:{line.system}", line.operation, line.address, line.agent) for line in log)
    found = Counter({
        (use.caller, line.operation, line.address, line.agent): line.calls
        for use in census.callers for line in use.lines
    })  # fmt: skip
    assert found == wanted
    assert len(census.named) == SYSTEMS == len(census.callers)
