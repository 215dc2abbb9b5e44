"""The demo as its users run it: in processes of its own, on real sockets; and a receipt that survives kill -9."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from zeep import Client

from core import parse_untrusted

_PATIENCE = 90
BATCH = (
    '<DataBatch schemaVersion="1.1" batchId="{batch}" enterpriseSystemId="{system}" receiptType="OnDemand"><DataUnits>'
    '<DataUnit participantId="{first}" sendersReference="1" completed="0" locked="0">'
    '<Skjema skjemanummer="212" spesifikasjonsnummer="4348"/></DataUnit>'
    '<DataUnit participantId="{second}" sendersReference="2" completed="0" locked="0">'
    '<Skjema skjemanummer="212" spesifikasjonsnummer="4348"/></DataUnit></DataUnits></DataBatch>'
)


def _environment(folder: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BROBYGGER_")}
    return kept | {
        "BROBYGGER_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "BROBYGGER_PORT": str(port),
        "BROBYGGER_LOG_LEVEL": "warning",
        "BROBYGGER_ARCHIVE_SECONDS": "0.05",
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        assert process.poll() is None, "the server has ended"
        assert time.monotonic() < deadline, "the server never became ready"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1):
                return
        except OSError:
            with socket.socket() as pause:
                pause.settimeout(0.05)
                pause.connect_ex(("127.0.0.1", port))


@contextmanager
def _server(folder: Path, port: int, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "brobygger", "serve", "--demo", *options]
    process = subprocess.Popen(command, env=_environment(folder, port), start_new_session=True)
    try:
        _until_ready(process, port)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(_PATIENCE)


def _brobygger(folder: Path, port: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "brobygger", *arguments],
        env=_environment(folder, port),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )


def _described(folder: Path, port: int) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(_brobygger(folder, port, "demo", "--describe", "--json").stdout)
    return described


def _status(receipt: str) -> tuple[str, list[tuple[str, str]]]:
    root = parse_untrusted(receipt)
    batch = next(root.iter("DataBatchInReceipt"))
    units = [
        (unit.get("status", ""), " ".join(map(str, unit.itertext())).strip()) for unit in root.iter("DataUnitInReceipt")
    ]
    return batch.get("status", ""), units


def test_the_demo_answers_as_expected_and_says_so(tmp_path: Path) -> None:
    checked = _brobygger(tmp_path, _free_port(), "demo", "--check", "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    rows = json.loads(checked.stdout)
    assert len([row for row in rows if not row["shows"]]) == 28
    assert len(rows) == 191
    assert all(row["agrees"] for row in rows)
    assert {row["door"] for row in rows} == {".asmx", ".svc", "decisions", "token + PDP", "REST"}
    assert len({row["example"] for row in rows if row["shows"] == "N-iii"}) == 15
    assert [row["service"] for row in rows if row["example"] == "old services"] == [
        "GetAuthenticationChallenge",
        "SubmitFormTask",
        "GetReceipt",
        "GetReporteeElementList",
        "SubmitAltutMessagePw",
        "GetCorrespondence",
    ]


def test_the_demo_is_described_for_scripts_and_kept_when_it_is_there(tmp_path: Path) -> None:
    first, second = _described(tmp_path, 8080), _described(tmp_path, 8080)
    assert first == second, "a second start keeps what is there, client keys included"
    example = first["examples"][0]
    assert example["systems"]["1"].keys() == {"id", "password", "owner"}
    assert set(example["parties"]) == {"A", "B", "C"}
    assert example["forms"]["asmx"] == {"orNumber": 212, "orVersion": 4348}
    parties = [number for each in first["examples"] for number in each["parties"].values()]
    assert len(parties) == len(set(parties)), "each example has parties of its own"
    assert {client["role"] for client in first["new_world"]["clients"]} == {"vendor", "service-owner"}
    later = first["later_platform"]
    assert later.keys() >= {"system", "reportee", "person", "form", "messages", "service_owner", "paths", "codes"}
    assert later["system"]["id"] == example["systems"]["1"]["id"]
    assert all(path.startswith("/") for path in later["paths"].values())


def test_a_receipt_survives_kill_9_and_the_batch_is_known_after_the_restart(tmp_path: Path) -> None:
    port = _free_port()
    example = _described(tmp_path, port)["examples"][0]
    system, parties = example["systems"]["1"], example["parties"]
    batch = BATCH.format(batch="etter-drap", system=system["id"], first=parties["B"], second=parties["C"])
    wsdl = f"http://127.0.0.1:{port}/webservices/dataexchange.asmx?WSDL"
    with _server(tmp_path, port) as process:
        receipt = Client(wsdl).service.SubmitBatchPw(batch=batch, password=system["password"])
        os.killpg(process.pid, signal.SIGKILL)
    assert _status(receipt)[0] == "OK"
    with _server(tmp_path, port):
        client = Client(wsdl)
        polled = client.service.BatchReceiptPw(system["id"], "etter-drap", system["password"], 2)
        assert _status(polled)[0] == "OK"
        assert [status for status, _ in _status(polled)[1]] == ["OK", "OK"]
        again = client.service.SubmitBatchPw(batch=batch, password=system["password"])
        assert _status(again)[0] == "AllreadyExists"


def test_a_batch_with_a_stranger_in_it_is_refused_whole_with_the_reason_and_its_id_stays_free(tmp_path: Path) -> None:
    port = _free_port()
    examples = _described(tmp_path, port)["examples"]
    system, parties = examples[0]["systems"]["1"], examples[0]["parties"]
    stranger = examples[1]["parties"]["B"]
    mixed = BATCH.format(batch="blandet", system=system["id"], first=parties["B"], second=stranger)
    good = BATCH.format(batch="blandet", system=system["id"], first=parties["B"], second=parties["C"])
    with _server(tmp_path, port, "--workers", "2"):
        client = Client(f"http://127.0.0.1:{port}/webservices/dataexchange.asmx?WSDL")
        status, units = _status(client.service.SubmitBatchPw(batch=mixed, password=system["password"]))
        assert status == "Failed"
        assert [unit[0] for unit in units] == ["NotProcessed", "NotAuthorized"]
        assert "(missing-submission-role)" in units[1][1]
        assert stranger in units[1][1]
        assert _status(client.service.SubmitBatchPw(batch=good, password=system["password"]))[0] == "OK"


def test_a_gateway_without_trust_does_not_start(tmp_path: Path) -> None:
    refused = _brobygger(tmp_path, _free_port(), "serve")
    assert refused.returncode == 2
    assert "TRUSTED_ISSUERS" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("serve", "--help"), ("demo", "--help")])
def test_help_is_quick_and_there(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    helped = _brobygger(tmp_path, 8080, *arguments)
    assert helped.returncode == 0
    assert "Usage" in helped.stdout
