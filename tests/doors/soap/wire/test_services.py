"""What clients send to the later platform's services arrives through the real server, however it is sent."""

from __future__ import annotations

import gzip
import http.client
import os
import shutil
import socket
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.doors.soap.asmx_client import Answer, Client
from tests.doors.soap.served_app import DATABASE
from tests.doors.soap.wire.conftest import ROOT, await_server
from tests.doors.soap.wire.packages import SOAP_11, SOAP_12, content_type, package, root

PATH = "/IntermediaryExternal/ReceiptExternalBasic.svc"
TEST = "http://www.altinn.no/services/2009/10"
CALL = f'<s:Envelope xmlns:s="{SOAP_11}"><s:Body><Test xmlns="{TEST}"/></s:Body></s:Envelope>'
TEXT = "text/xml; charset=utf-8"


@pytest.fixture(scope="module")
def gateway(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The SOAP door behind granian, on a database of its own."""
    path = tmp_path_factory.mktemp("services") / "brobygger.db"
    shutil.copy(sqlite_template, path)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    target = "tests.doors.soap.served_app:application"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "--port", str(port), target]
    environment = {**os.environ, DATABASE: f"sqlite:///{path}", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as server:
        try:
            await_server(port, server)
            yield Client(port)
        finally:
            server.terminate()


ACTION = "http://www.altinn.no/services/2009/10/IAltinnContractBase/Test"
SENT: dict[str, tuple[bytes, dict[str, str]]] = {
    "plain": (CALL.encode(), {"Content-Type": TEXT}),
    "no content type": (CALL.encode(), {}),
    "action": (CALL.encode(), {"Content-Type": TEXT, "SOAPAction": f'"{ACTION}"'}),
    "bare action": (CALL.encode(), {"Content-Type": TEXT, "SOAPAction": ACTION}),
    "empty action": (CALL.encode(), {"Content-Type": TEXT, "SOAPAction": '""'}),
    "another action": (CALL.encode(), {"Content-Type": TEXT, "SOAPAction": '"urn:x#Other"'}),
    "byte order mark": (CALL.encode("utf-8-sig"), {"Content-Type": TEXT}),
    "utf-16": (CALL.encode("utf-16"), {"Content-Type": "text/xml"}),
    "latin-1": (f"<?xml version='1.0' encoding='iso-8859-1'?>{CALL}".encode("latin-1"), {"Content-Type": "text/xml"}),
    "declares utf-16": (f"<?xml version='1.0' encoding='utf-16'?>{CALL}".encode(), {"Content-Type": TEXT}),
    "line break in front": (f"\r\n<?xml version='1.0'?>{CALL}".encode(), {"Content-Type": TEXT}),
    "comments between": (CALL.replace("><", "><!-- x -->\n<").encode(), {"Content-Type": TEXT}),
    "gzip": (gzip.compress(CALL.encode()), {"Content-Type": TEXT, "Content-Encoding": "gzip"}),
    "deflate": (zlib.compress(CALL.encode()), {"Content-Type": TEXT, "Content-Encoding": "deflate"}),
    "empty header": (CALL.replace("<s:Body>", "<s:Header/><s:Body>").encode(), {"Content-Type": TEXT}),
    "package": (package(root(CALL)), {"Content-Type": content_type()}),
}


@pytest.mark.parametrize("how", SENT)
def test_the_call_arrives_however_it_is_sent(gateway: Client, how: str) -> None:
    body, headers = SENT[how]
    answer = gateway.request("POST", PATH, body, headers)
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == TEXT
    assert "<TestResponse" in answer.text


def test_the_call_arrives_in_chunks_and_by_version_1_0_of_http(gateway: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
    connection.request("POST", PATH, iter([CALL[:50].encode(), CALL[50:].encode()]), {"Content-Type": TEXT},
                       encode_chunked=True)  # fmt: skip
    response = connection.getresponse()
    assert Answer(response.status, {}, response.read()).status == 200
    connection.close()
    head = f"POST {PATH} HTTP/{{}}\r\nContent-Type: {TEXT}\r\nContent-Length: {len(CALL)}\r\n"
    assert b" 200 OK\r\n" in raw(gateway.port, head.format("1.0") + "\r\n")
    expecting = head.format("1.1") + "Host: x\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n"
    continued = raw(gateway.port, expecting)
    assert continued.startswith(b"HTTP/1.1 100 Continue\r\n")
    assert b" 200 OK\r\n" in continued


def raw(port: int, head: str) -> bytes:
    """What the server says to a request written by hand, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(65536) if "Expect" in head else b""
        connection.sendall(CALL.encode())
        return answer + b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("case", [str.lower, str.upper, str.swapcase])
def test_an_address_is_found_in_any_letter_case(gateway: Client, case: Callable[[str], str]) -> None:
    assert gateway.request("POST", case(PATH), CALL.encode(), {"Content-Type": TEXT}).status == 200


def test_version_1_2_of_soap_is_refused_where_1_1_is_spoken(gateway: Client) -> None:
    body = CALL.replace(SOAP_11, SOAP_12).encode()
    assert gateway.request("POST", PATH, body, {"Content-Type": "application/soap+xml"}).status == 415


def test_a_length_counted_in_characters_is_a_fault(gateway: Client) -> None:
    body = CALL.replace("<Test", "<!-- æøå --><Test").encode()
    head = f"POST {PATH} HTTP/1.0\r\nContent-Type: {TEXT}\r\nContent-Length: {len(body.decode())}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=30) as connection:
        connection.sendall(head.encode() + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b" 500 " in answer.splitlines()[0]
    assert b"<ErrorID>0</ErrorID>" in answer
