"""How much memory a worker takes for a 50 MB file by MTOM, in and out again, above what it holds when idle.

    python -m benchmarks.attachment_memory [--megabytes 50] [--json FILE]

The whole gateway behind granian, as it is served; the file goes through the broker service, streamed, over a real
socket, once with its length announced, once in chunks. The peak is the kernel's own (VmHWM), looked for anew before
each transfer. Aimed at: at most 20 MB.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import io
import json
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from argon2 import PasswordHasher

from benchmarks.servers import free_port, module, ours_environment, served
from core import (
    Accepts,
    Confidence,
    EnterpriseSystem,
    Fact,
    Party,
    PartyId,
    PartyKind,
    PolicyRule,
    Service,
    ServiceId,
    ServiceKind,
    Store,
    upgrade_schema,
)

AIM = 20.0
_MEGABYTE = 1024 * 1024
_BLOCK = 64 * 1024
_SENDER, _RECEIVER = "310000000", "310000507"
_SYSTEMS = {_SENDER: 4711, _RECEIVER: 4712}
_PASSWORD = "hemmelig1"  # noqa: S105 - of nobody
_SERVICE = ServiceId("svc:9080/260101")
_PATH = "/ServiceEngineExternal/BrokerServiceExternalBasic.svc"
_STREAMED = "/ServiceEngineExternal/BrokerServiceExternalBasicStreamed.svc"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_BROKER = "http://www.altinn.no/services/ServiceEngine/Broker/2015/06"
_TYPES = "http://schemas.altinn.no/services/ServiceEngine/Broker/2015/06"
_PACKAGE = 'multipart/related; type="application/xop+xml"; start="<root>"; boundary="b"; start-info="text/xml"'


@dataclass(frozen=True)
class Peak:
    """One transfer, in MB: what the worker held before it, and how far it rose above that."""

    transfer: str
    size: float
    idle: float
    above_idle: float


def main() -> int:
    """Measure and print; the exit code is 1 where the aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    found = measure(asked.megabytes * _MEGABYTE)
    for peak in found:
        print(
            f"{peak.transfer:<24} {peak.size:6.1f} MB   idle {peak.idle:6.1f} MB   above idle {peak.above_idle:5.1f} MB"
        )
    highest = max(peak.above_idle for peak in found)
    print(f"highest: {highest:.1f} MB above idle; aimed at: {AIM:.0f}")
    if asked.json is not None:
        asked.json.write_text(json.dumps([asdict(peak) for peak in found], indent=1), "utf-8")
    return int(highest > AIM)


def measure(size: int) -> list[Peak]:
    """Each transfer of a file of about this size, after small ones have warmed the worker up."""
    with tempfile.TemporaryDirectory(prefix="brobygger-attachment-") as folder:
        database, port = Path(folder) / "bench.db", free_port()
        _fill(f"sqlite:///{database}")
        command = [*module("brobygger"), "serve", "--port", str(port)]
        with served("brobygger", command, port, ours_environment(database, 8)) as server:
            gateway, worker = _Gateway(port), _worker(server.process.pid)
            for _ in range(3):
                gateway.download(gateway.upload(_archive(_BLOCK), chunked=False))
            return list(_transfers(gateway, worker, _archive(size)))


def _transfers(gateway: _Gateway, worker: int, file: bytes) -> Iterator[Peak]:
    digest = hashlib.sha256(file).digest()
    references: list[str] = []

    def send(*, chunked: bool) -> None:
        references.append(gateway.upload(file, chunked=chunked))

    def fetch() -> None:
        if hashlib.sha256(gateway.download(references[-1])).digest() != digest:
            raise RuntimeError("the file came back changed")

    steps: dict[str, Callable[[], None]] = {
        "in, length announced": lambda: send(chunked=False),
        "out": fetch,
        "in, chunked": lambda: send(chunked=True),
        "out again": fetch,
    }
    for name, step in steps.items():
        idle = _status(worker, "VmRSS")
        Path(f"/proc/{worker}/clear_refs").write_text("5", "ascii")
        step()
        yield Peak(name, len(file) / _MEGABYTE, idle, _status(worker, "VmHWM") - idle)


class _Gateway:
    """A client of the broker service."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sent = 0

    def upload(self, file: bytes, *, chunked: bool) -> str:
        """Announce a file and send it by MTOM; returns its reference."""
        self._sent += 1
        told = self._post(_PATH, "text/xml; charset=utf-8", [_announcement(self._sent)], chunked=False)
        reference = _text(told, "InitiateBrokerServiceBasicResult")
        parts = [_before(reference), *(file[at : at + _BLOCK] for at in range(0, len(file), _BLOCK)), b"\r\n--b--\r\n"]
        receipt = self._post(_STREAMED, _PACKAGE, parts, chunked=chunked)
        if _text(receipt, "ReceiptStatusCode") != "OK":
            raise RuntimeError(receipt.decode())
        return reference

    def download(self, reference: str) -> bytes:
        """Fetch a file by MTOM."""
        body = (
            f'<DownloadFileStreamedBasic xmlns="{_BROKER}">{_pair(_RECEIVER)}<fileReference>{reference}</fileReference>'
            f"<reportee>{_RECEIVER}</reportee></DownloadFileStreamedBasic>"
        )
        answer = self._post(_STREAMED, "text/xml; charset=utf-8", [_envelope(body)], chunked=False)
        _, _, rest = answer.partition(b"application/octet-stream\r\n\r\n")
        return rest[: rest.rindex(b"\r\n--uuid:")]

    def _post(self, path: str, content_type: str, parts: list[bytes], *, chunked: bool) -> bytes:
        headers = {"Content-Type": content_type, "SOAPAction": '""'}
        if not chunked:
            headers["Content-Length"] = str(sum(map(len, parts)))
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            connection.request("POST", path, iter(parts), headers, encode_chunked=chunked)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status != http.HTTPStatus.OK:
            raise RuntimeError(answer.decode())
        return answer


def _announcement(number: int) -> bytes:
    return _envelope(
        f'<InitiateBrokerServiceBasic xmlns="{_BROKER}" xmlns:t="{_TYPES}">{_pair(_SENDER)}<brokerServiceInitiation>'
        "<t:Manifest><t:ExternalServiceCode>9080</t:ExternalServiceCode>"
        f"<t:ExternalServiceEditionCode>260101</t:ExternalServiceEditionCode><t:Reportee>{_SENDER}</t:Reportee>"
        f"<t:SendersReference>F-{number}</t:SendersReference></t:Manifest><t:RecipientList><t:Recipient>"
        f"<t:PartyNumber>{_RECEIVER}</t:PartyNumber></t:Recipient></t:RecipientList></brokerServiceInitiation>"
        "</InitiateBrokerServiceBasic>"
    )


def _before(reference: str) -> bytes:
    told = {"FileName": "data.zip", "Reference": reference, "Reportee": _SENDER}
    told |= {"SystemPassword": _PASSWORD, "SystemUserName": str(_SYSTEMS[_SENDER])}
    header = "".join(f'<{name} xmlns="{_BROKER}">{value}</{name}>' for name, value in told.items())
    include = '<x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:file"/>'
    body = f'<StreamedPayloadBasicBE xmlns="{_BROKER}"><DataStream>{include}</DataStream></StreamedPayloadBasicBE>'
    root = b'--b\r\nContent-Type: application/xop+xml; charset=utf-8; type="text/xml"\r\nContent-ID: <root>\r\n\r\n'
    return root + _envelope(body, header) + b"\r\n--b\r\nContent-ID: <file>\r\n\r\n"


def _envelope(body: str, header: str = "") -> bytes:
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return f'<s:Envelope xmlns:s="{_SOAP}">{head}<s:Body>{body}</s:Body></s:Envelope>'.encode()


def _pair(owner: str) -> str:
    return f"<systemUserName>{_SYSTEMS[owner]}</systemUserName><systemPassword>{_PASSWORD}</systemPassword>"


def _text(answer: bytes, name: str) -> str:
    found = re.search(rf"<(?:\w+:)?{name}[^>]*>([^<]*)</", answer.decode())
    if found is None:
        raise RuntimeError(answer.decode())
    return found[1]


def _archive(size: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("data.bin", hashlib.sha256(b"seed").digest() * (size // 32))
    return held.getvalue()


def _fill(url: str) -> None:
    upgrade_schema(url)
    store = Store(url)
    try:
        store.import_facts("benchmark", _facts())
    finally:
        store.close()


def _facts() -> Iterator[Fact]:
    source = ("made for the benchmark", "2026-11-22", Confidence.OURS)
    yield Service(
        _SERVICE, ServiceKind.LEGACY, "Formidling", "974761076", 0, None, "Broker", True, False, None, *source
    )
    yield from (PolicyRule(_SERVICE, action, Accepts.ROLE, "UTINN", *source) for action in ("read", "write"))
    secret = PasswordHasher().hash(_PASSWORD)
    for place, (number, system) in enumerate(_SYSTEMS.items()):
        party = PartyId(f"party-{number}")
        yield Party(party, PartyKind.ORGANISATION, number, f"Oppdiktet {place}", 50_001 + place)
        yield EnterpriseSystem(system, party, "Fagsystem", secret)


def _worker(server: int) -> int:
    """The process that answers: the last that the server started."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text("ascii").split()
    return _worker(int(children[-1])) if children else server


def _status(process: int, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text("ascii"), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    sys.exit(main())
