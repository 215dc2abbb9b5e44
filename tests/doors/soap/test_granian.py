"""The door behind the server it ships with: chunked and gzip requests, Expect, HTTP/1.0, oversize (A15)."""

from __future__ import annotations

import gzip
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import Store
from tests.doors.soap.asmx_client import PATH, Answer, Client, batch, client_reads, envelope, unit
from tests.doors.soap.conftest import OWNER
from tests.doors.soap.served_app import DATABASE

TARGET = "tests.doors.soap.served_app:application"
# A form that is open today: the server has the wall clock.
UNIT = unit(OWNER, "A1", body='<Skjema skjemanummer="669" spesifikasjonsnummer="6088"/>')
SUBMIT = envelope("SubmitBatchPw", {"batch": batch(UNIT), "password": "hemmelig1"}).encode()


@pytest.fixture
def granian(world: Store, sqlite_url: str) -> Iterator[Client]:  # the world is filled before the server opens it
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port), TARGET]
    environment = {**os.environ, DATABASE: sqlite_url, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            await_connection(port, server)
            yield Client(port)
        finally:
            server.terminate()


def await_connection(port: int, server: subprocess.Popen[str]) -> None:
    """Returns when the server takes connections: it tells of its start a little before."""
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except ConnectionRefusedError:
            assert server.poll() is None, "the server has ended"
            assert time.monotonic() < deadline, "the server did not start"
        else:
            return


def raw(port: int, head: str, *parts: bytes) -> tuple[str, bytes]:
    """Send a request by hand, on a connection that the server closes; returns status line and rest."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode())
        for part in parts:
            connection.sendall(part)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    status, _, rest = answer.partition(b"\r\n")
    return status.decode(), rest


HEAD = f"POST {PATH} HTTP/1.1\nHost: gateway.example\nContent-Type: text/xml; charset=utf-8\nConnection: close\n"


@pytest.mark.acceptance("A15")
def test_what_clients_of_every_age_send_arrives(granian: Client) -> None:
    plain = granian.send(SUBMIT)
    assert client_reads(plain.result("SubmitBatchPw")) == ("OK", [("A1", "OK")])

    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (SUBMIT[:50], SUBMIT[50:])) + b"0\r\n\r\n"
    status, rest = raw(granian.port, f"{HEAD}Transfer-Encoding: chunked\n\n", chunks)
    assert status.endswith("200 OK")
    assert b"AllreadyExists" in rest

    status, rest = raw(granian.port, f"{HEAD}Expect: 100-continue\nContent-Length: {len(SUBMIT)}\n\n", SUBMIT)
    assert status.endswith("100 Continue")
    assert b"200 OK" in rest
    assert b"AllreadyExists" in rest

    old = HEAD.replace("HTTP/1.1", "HTTP/1.0").replace("Host: gateway.example\n", "")
    status, rest = raw(granian.port, f"{old}Content-Length: {len(SUBMIT)}\n\n", SUBMIT)
    assert status.endswith("200 OK")
    assert b"AllreadyExists" in rest

    packed = granian.send(gzip.compress(SUBMIT), headers={"Content-Encoding": "gzip"})
    assert client_reads(packed.result("SubmitBatchPw"))[0] == "AllreadyExists"


def test_an_oversize_request_gets_its_fault_also_when_it_is_chunked(granian: Client) -> None:
    body = b" " * (41 * 1024 * 1024)
    told = granian.send(body)
    assert (told.status, told.fault) == (500, ("soap:Client", "Forespørselen er for stor: grensen er 41943040 byte."))
    connection = http.client.HTTPConnection("127.0.0.1", granian.port, timeout=60)
    try:
        parts = (body[start : start + 2**20] for start in range(0, len(body), 2**20))
        connection.request("POST", PATH, parts, {"Content-Type": "text/xml"}, encode_chunked=True)
        response = connection.getresponse()
        assert Answer(response.status, {}, response.read()).fault == told.fault
    finally:
        connection.close()


def test_an_empty_post_is_a_fault(granian: Client) -> None:
    assert granian.send(b"").fault[0] == "soap:Client"
