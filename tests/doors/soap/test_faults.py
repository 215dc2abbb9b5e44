"""Faults: one table, every code once; the same words in both versions; a breakdown that tells nothing (A16)."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pytest

from core import ErrorCode, GatewayError, Store
from soap.envelope import SOAP_11, SOAP_12, Fault, Side
from soap.faults import BREAKDOWN, ROWS, refusal
from tests.doors.soap import asmx_client
from tests.doors.soap.asmx_client import Client, batch, client_reads, envelope, unit
from tests.doors.soap.conftest import OWNER

GOLDEN = Path(__file__).with_name("golden")


def test_the_table_has_every_error_code_exactly_once() -> None:
    assert sorted(code for code, _, _ in ROWS) == sorted(ErrorCode)
    assert all(text.endswith(".") for _, _, text in ROWS)
    assert [code for code, side, _ in ROWS if side is Side.SERVER] == [
        ErrorCode.STORE_UNAVAILABLE,
        ErrorCode.CODE_CHANNEL_UNAVAILABLE,
        ErrorCode.BROWN_OUT,
    ]


@pytest.mark.parametrize("code", ErrorCode)
def test_a_cores_own_message_never_reaches_the_wire(code: ErrorCode) -> None:
    fault = refusal(GatewayError(code, "a message of the core for 01819012365")).fault
    assert "01819012365" not in SOAP_11.fault(fault).decode()


def test_a_fault_names_what_it_is_about() -> None:
    error = GatewayError(ErrorCode.FORM_NOT_FOUND, "x")
    assert refusal(error, "9/9").fault == Fault(Side.CLIENT, "Skjemaet finnes ikke: 9/9.")


@pytest.mark.parametrize("version", [SOAP_11, SOAP_12])
def test_a_faults_text_is_escaped(version: object) -> None:
    assert isinstance(version, type(SOAP_11))
    written = version.fault(Fault(Side.SERVER, "<a> & {b} ]]>"))
    assert "<a> & {b} ]]>" in [each.text for each in ET.fromstring(written).iter()]


def test_faults_to_the_letter(door: Client) -> None:
    for name, soap in (("fault-soap11.xml", asmx_client.SOAP_11), ("fault-soap12.xml", asmx_client.SOAP_12)):
        assert door.send(envelope("SubmitBatchX", {}, soap=soap)).body == (GOLDEN / name).read_bytes()


@pytest.mark.acceptance("A16")
def test_a_database_that_cannot_be_asked_is_a_server_fault_and_the_batch_id_stays_free(
    door: Client, world: Store, sqlite_url: str
) -> None:
    sent = batch(unit(OWNER, "A1"))
    path = sqlite_url.removeprefix("sqlite:///")
    with_table(path, "ALTER TABLE submission RENAME TO hidden")
    answer = door.send(envelope("SubmitBatchPw", {"batch": sent, "password": "hemmelig1"}))
    assert (answer.status, answer.fault) == (
        500,
        ("soap:Server", "Tjenesten er ikke tilgjengelig nå. Prøv igjen om litt."),
    )
    with_table(path, "ALTER TABLE hidden RENAME TO submission")
    assert client_reads(door.submit(sent)) == ("OK", [("A1", "OK")])


def with_table(path: str, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)


@pytest.mark.acceptance("A16")
def test_what_nobody_foresaw_is_a_server_fault_without_detail(
    door: Client, world: Store, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> object:
        raise ZeroDivisionError(f"divided the reportee {OWNER} by zero")

    world.clock = broken  # type: ignore[assignment]
    answer = door.send(envelope("AltInnStatus", {}))
    assert (answer.status, answer.fault) == (500, ("soap:Server", BREAKDOWN.text))
    assert "ZeroDivisionError" not in answer.text
    assert "ZeroDivisionError" in caplog.text
    assert "divided the reportee" not in caplog.text.replace('raise ZeroDivisionError(f"divided the reportee', "")
