"""Who is calling: one answer for unknown, wrong and locked, and the lock (A6)."""

from __future__ import annotations

import re

import pytest

from core import OPERATOR, Store, lock_system
from tests.doors.soap.asmx_client import SOAP_12, Client, batch, client_reads, envelope, messages, unit
from tests.doors.soap.conftest import OWNER, Clock


@pytest.mark.acceptance("A6")
def test_unknown_wrong_and_locked_are_told_alike_but_for_echoed_ids(door: Client, world: Store) -> None:
    wrong = door.submit(batch(unit(OWNER, "A1")), password="galt")
    empty = door.submit(batch(unit(OWNER, "A1")), password="")
    unknown = door.submit(batch(unit(OWNER, "A1"), system=9999))
    lock_system(world, OPERATOR, 4712)
    locked = door.submit(batch(unit(OWNER, "A1"), system=4712))
    assert client_reads(wrong) == ("AuthenticationFailed", [])
    assert messages(wrong) == ["Feil system-ID eller passord."]
    assert wrong == empty == unknown.replace("9999", "4711") == locked.replace("4712", "4711")
    assert world.read(lambda ledger: ledger.count_submissions()) == 0


def test_a_poll_without_the_right_password_is_told_the_same(door: Client) -> None:
    wrong = door.poll("B", password="galt")
    unknown = door.poll("B", system=9999)
    assert client_reads(wrong) == ("AuthenticationFailed", [])
    assert wrong == unknown.replace("9999", "4711")
    assert client_reads(door.poll("B", system=0, password=""))[0] == "AuthenticationFailed"


@pytest.mark.acceptance("A6")
def test_after_four_wrong_tries_the_right_password_is_refused_for_an_hour(door: Client, clock: Clock) -> None:
    sent = batch(unit(OWNER, "A1"))
    for _ in range(4):
        assert client_reads(door.submit(sent, password="galt"))[0] == "AuthenticationFailed"
    assert client_reads(door.submit(sent))[0] == "AuthenticationFailed"
    clock.pass_time(minutes=59)
    assert client_reads(door.submit(sent))[0] == "AuthenticationFailed"
    clock.pass_time(minutes=2)
    assert client_reads(door.submit(sent))[0] == "OK"


def test_three_wrong_tries_do_not_lock(door: Client) -> None:
    for _ in range(3):
        door.poll("B", password="galt")
    assert client_reads(door.poll("B"))[0] == "NotFound"


@pytest.mark.parametrize("operation", ["SubmitBatch", "BatchStatus", "BatchReceipt"])
def test_operations_without_a_password_are_refused_with_what_to_use_instead(door: Client, operation: str) -> None:
    answer = door.send(envelope(operation, {}))
    assert answer.status == 500
    assert answer.fault == (
        "soap:Client",
        f"{operation} uten passord krever klientsertifikat, som ikke tilbys her. Bruk {operation}Pw.",
    )


@pytest.mark.parametrize("operation", ["RequestAuthenticationChallengePw", "RequestInfoText", "RequestPrefillData"])
def test_later_operations_are_named_as_not_offered(door: Client, operation: str) -> None:
    assert door.send(envelope(operation, {})).fault == ("soap:Client", f"Operasjonen {operation} tilbys ikke.")
    answer = door.send(envelope(operation, {}, soap=SOAP_12))
    assert answer.fault == ("soap:Sender", f"Operasjonen {operation} tilbys ikke.")


def test_a_password_is_told_to_nobody(door: Client, caplog: pytest.LogCaptureFixture) -> None:
    door.submit(batch(unit(OWNER, "A1")), password="dypt-hemmelig-7")
    door.send(envelope("SubmitBatchX", {"password": "dypt-hemmelig-7"}))
    door.send(envelope("BatchStatusPw", {"enterpriseSystemId": "dypt-hemmelig-7"}))
    assert re.search("dypt-hemmelig-7", caplog.text) is None
