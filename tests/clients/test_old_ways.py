"""The first platform's batch, sent in every way its clients are known to send it: those that no generated proxy takes.

What cannot be run here any more (NuSOAP on today's PHP, Axis2, which Debian has not) is sent as the bytes it sent.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.clients.drivers import Driver
from tests.clients.gateway import Gateway
from tests.clients.toolchains import AXIS, DOTNET_SOAP_12, HERE, PHP, Command, Toolchain, axis_call, axis_interface
from tests.clients.world import CLIENT_NUMBER, NAME, PASSWORD, SYSTEM, World
from tests.doors.soap.asmx_client import BODY, PATH, SOAP_11, TNS, batch, client_reads, unit

RECEIPT = ("int enterpriseSystemId", "java.lang.String batchId", "java.lang.String password", "int version")
INTERFACE = [
    "java.lang.String submitBatch(java.lang.String batch)",
    "java.lang.String submitBatchPw(java.lang.String batch, java.lang.String password)",
    "java.lang.String batchStatus(int enterpriseSystemId, java.lang.String batchId)",
    "java.lang.String batchStatusPw(int enterpriseSystemId, java.lang.String batchId, java.lang.String password)",
    "java.lang.String batchReceipt(int enterpriseSystemId, java.lang.String batchId, int version)",
    f"java.lang.String batchReceiptPw({', '.join(RECEIPT)})",
    "java.lang.String getSchemaDefinition(long orNumber, long orVersion)",
    "java.lang.String activeForms()",
    "java.lang.String altInnStatus()",
]


def need(toolchain: Toolchain) -> None:
    """Skip where the toolchain is not here."""
    if toolchain.missing():
        pytest.skip(toolchain.missing())


def handed_in(world: World, way: str, send: Callable[[str], str]) -> None:
    """A batch sent this way is taken in, letter by letter, and the receipt is read as its client reads it."""
    document = '<?xml version="1.0" encoding="iso-8859-1"?>' + batch(
        unit(CLIENT_NUMBER, "A1", completed="0"), batch_id=f"old-{way}", system=SYSTEM
    )
    assert client_reads(send(document)) == ("OK", [("A1", "OK")])
    assert NAME in BODY
    assert world.stored_bodies(f"old-{way}") == [BODY]


def told(command: Command, *words: str, document: str) -> str:
    """What a program prints that is handed batch and password."""
    done = subprocess.run(
        [*command.words, *words],
        env={**os.environ, **command.environment},
        input=json.dumps({"batch": document, "password": PASSWORD}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.acceptance("A1")
def test_axis_generates_the_interface_that_the_client_of_2005_has(served_gateway: Gateway, tmp_path: Path) -> None:
    need(AXIS)
    source = axis_interface(f"{served_gateway.url}{PATH}?WSDL", tmp_path)
    methods = [line.strip() for line in source.splitlines() if line.strip().startswith("public java")]
    assert methods == [f"public {method} throws java.rmi.RemoteException;" for method in INTERFACE]


@pytest.mark.acceptance("A3")
@pytest.mark.parametrize("way", ["without-wsdl", "compressed"])
def test_php(served_gateway: Gateway, client_world: World, way: str) -> None:
    need(PHP)
    program = Command(["php", str(HERE / "php" / "old_ways.php"), way, f"{served_gateway.url}{PATH}"])
    handed_in(client_world, way, lambda document: told(program, document=document))


@pytest.mark.acceptance("A3")
def test_axis_with_its_own_settings(served_gateway: Gateway, client_world: World, tmp_path: Path) -> None:
    need(AXIS)
    program = axis_call(tmp_path)
    address = f"{served_gateway.url}{PATH}"
    handed_in(client_world, "axis", lambda document: told(program, address, document=document))


@pytest.mark.acceptance("A3", "A4")
def test_a_dotnet_proxy_that_speaks_soap_1_2(served_gateway: Gateway, client_world: World, tmp_path: Path) -> None:
    need(DOTNET_SOAP_12)
    driver = Driver(DOTNET_SOAP_12, {"DataExchange": f"{served_gateway.url}{PATH}?WSDL"}, tmp_path)

    def send(document: str) -> str:
        return driver.call("DataExchange", "SubmitBatchPw", batch=document, password=PASSWORD).text()

    try:
        handed_in(client_world, "dotnet-1.2", send)
    finally:
        driver.close()


XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
QUALIFIED = f'<SubmitBatchPw xmlns="{TNS}"><batch>{{batch}}</batch><password>{{password}}</password></SubmitBatchPw>'
UNQUALIFIED = (
    f'<ns1:SubmitBatchPw xmlns:ns1="{TNS}"><batch xsi:type="xsd:string">{{batch}}</batch>'
    '<password xsi:type="xsd:string">{password}</password></ns1:SubmitBatchPw>'
)
LATIN = ("HTTP/1.0", "text/xml; charset=ISO-8859-1", "ISO-8859-1")
BYTES = {
    "nusoap": (*LATIN, QUALIFIED, ""),
    "nusoap-without-wsdl": (*LATIN, UNQUALIFIED, ""),
    "axis2": ("HTTP/1.1", "text/xml; charset=UTF-8", "UTF-8", QUALIFIED, "Transfer-Encoding: chunked"),
}


@pytest.mark.acceptance("A3", "A15")
@pytest.mark.parametrize("way", BYTES)
def test_the_bytes_of_clients_that_cannot_be_run(served_gateway: Gateway, client_world: World, way: str) -> None:
    handed_in(client_world, way, lambda document: sent_as_bytes(served_gateway.url, way, document))


def sent_as_bytes(url: str, way: str, document: str) -> str:
    """The result in the answer to a request written by hand."""
    version, content_type, charset, form, more = BYTES[way]
    wrapper = form.format(batch=escape(document), password=PASSWORD)
    message = (
        f'<?xml version="1.0" encoding="{charset}"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP_11}" {XSI}>'
        f"<SOAP-ENV:Body>{wrapper}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    ).encode(charset)
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(message), message) if more else message
    head = [
        f"POST {PATH} {version}",
        f"Host: {urlsplit(url).netloc}",
        f"Content-Type: {content_type}",
        f'SOAPAction: "{TNS}SubmitBatchPw"',
        more or f"Content-Length: {len(message)}",
        "Connection: close",
    ]
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert " 200 " in answer.partition("\r\n")[0], answer
    return unescape(answer.partition("<SubmitBatchPwResult>")[2].partition("</SubmitBatchPwResult>")[0])
