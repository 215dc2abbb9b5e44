"""The first platform's columns: what each client does with DataExchange, and what it must have been told."""

from __future__ import annotations

import time
import uuid

import pytest

from tests.clients.drivers import Driver, Fault
from tests.clients.world import CLIENT_NUMBER, NAME, PASSWORD, SYSTEM, World
from tests.doors.soap.asmx_client import BODY, batch, client_reads, unit

_ARCHIVED_WITHIN = 30.0  # seconds; five times a second is what the gateway is told


def _data_batch(batch_id: str) -> str:
    # As a .NET system writes it: the string says utf-16, whatever it travels in.
    declaration = '<?xml version="1.0" encoding="utf-16"?>'
    one = unit(CLIENT_NUMBER, f"{batch_id}-1", completed="0", locked="0")
    return declaration + batch(one, batch_id=batch_id, system=SYSTEM)


def _submitted(driver: Driver) -> str:
    batch_id = f"{CLIENT_NUMBER}-{uuid.uuid4().hex[:12]}"
    told = driver.call("DataExchange", "SubmitBatchPw", batch=_data_batch(batch_id), password=PASSWORD)
    assert client_reads(told.text()) == ("OK", [(f"{batch_id}-1", "OK")])
    return batch_id


def submit(driver: Driver, world: World) -> None:
    """A batch is taken in, its text arrives letter by letter, and the same batch again exists already."""
    batch_id = _submitted(driver)
    assert NAME in BODY
    assert world.stored_bodies(batch_id) == [BODY]
    again = driver.call("DataExchange", "SubmitBatchPw", batch=_data_batch(batch_id), password=PASSWORD)
    assert client_reads(again.text()) == ("AllreadyExists", [])


def status(driver: Driver, _world: World) -> None:
    """The state of a batch, of one that was never sent, and for a stranger; the state of the platform."""
    batch_id = _submitted(driver)
    known = {"enterpriseSystemId": SYSTEM, "batchId": batch_id, "password": PASSWORD}
    told = driver.call("DataExchange", "BatchStatusPw", **known).text()
    assert client_reads(told) == ("OK", [(f"{batch_id}-1", "OK")])
    unknown = driver.call("DataExchange", "BatchStatusPw", **{**known, "batchId": "nothing"}).text()
    assert client_reads(unknown) == ("NotFound", [])
    stranger = driver.call("DataExchange", "BatchStatusPw", **{**known, "enterpriseSystemId": 1}).text()
    assert client_reads(stranger) == ("AuthenticationFailed", [])
    assert 'status="OK"' in driver.call("DataExchange", "AltInnStatus").text()


def receipt(driver: Driver, _world: World) -> None:
    """The receipt, polled until the unit has become a task for its party and is archived."""
    batch_id = _submitted(driver)
    known = {"enterpriseSystemId": SYSTEM, "batchId": batch_id, "password": PASSWORD, "version": 2}
    deadline = time.monotonic() + _ARCHIVED_WITHIN
    while True:
        told = driver.call("DataExchange", "BatchReceiptPw", **known).text()
        assert client_reads(told) == ("OK", [(f"{batch_id}-1", "OK")])
        if "workflowReference" in told:
            break
        assert time.monotonic() < deadline, "the unit was never archived"
    assert 'workflowReference="WF-' in told
    assert 'archiveReference="AR' in told


def fault(driver: Driver, _world: World) -> None:
    """A fault's text is shown, and the driver goes on after it."""
    with pytest.raises(Fault) as told:
        driver.call("DataExchange", "GetSchemaDefinition", orNumber=7, orVersion=8)
    assert told.value.text == "Skjemaet finnes ikke: 7/8."
    with pytest.raises(Fault) as told:
        driver.call("DataExchange", "BatchStatus", enterpriseSystemId=SYSTEM, batchId="æøå")
    text = "BatchStatus uten passord krever klientsertifikat, som ikke tilbys her. Bruk BatchStatusPw."
    assert told.value.text == text
    assert client_reads(
        driver.call("DataExchange", "BatchStatusPw", enterpriseSystemId=SYSTEM, batchId="æøå", password=PASSWORD).text()
    ) == ("NotFound", [])
