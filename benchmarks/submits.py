"""How many batches a second are taken in over HTTP with a durable commit, beside spyne alone."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.fresh import MEASURED_CORE
from benchmarks.load import Load, Request, on_cores, put_load

CONNECTIONS = (1, 8, 64)
OURS, PEER = "brobygger", "raw spyne"

_THREADS = 8
_ROUNDS, _SECONDS = 3, 8.0
_QUICK_ROUNDS, _QUICK_SECONDS = 2, 3.0
_WARM_UP_SECONDS = 1.0
_START_SECONDS = 60
_SYNCS = 200
_TABLES = ("submission", "data_unit", "content_chunk")
_MARK = "@BATCH@"
_PATH = "/webservices/dataexchange.asmx"
_FIELD = '<Beloep-datadef-{number} orid="{number}">{amount}</Beloep-datadef-{number}>'
_FIELDS = 27


@dataclass(frozen=True)
class Submits:
    """One server under one load: medians of the rounds.

    ``cpu`` is what a request costs the server, in microseconds of one core; ``core_share`` how much of its
    core the server got: below 0.9 it waited, for the disk or for other programs. ``ratio`` compares answers
    in a second with the peer's, ``cpu_ratio`` the cost.
    """

    server: str
    connections: int
    rounds: int
    per_second: float
    lowest: float
    highest: float
    cpu: float
    core_share: float
    generator_share: float
    p50: float
    p99: float
    ratio: float
    cpu_ratio: float


@dataclass(frozen=True)
class Report:
    """All loads of one run. ``stored`` counts rows of each server's database: as many as were acknowledged."""

    disk: str
    threads: int
    request_bytes: int
    sync_microseconds: float
    stored: dict[str, int]
    results: list[Submits]


@dataclass(frozen=True)
class _Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]
    database: Path


@dataclass(frozen=True)
class _Round:
    load: Load
    cpu_seconds: float

    @property
    def cpu(self) -> float:
        return self.cpu_seconds / self.load.acknowledged * 1e6


def run(*, quick: bool = False, connections: Sequence[int] = CONNECTIONS, threads: int = _THREADS) -> Report:
    """Measure both servers in turns. Raises RuntimeError where a batch was refused, or acknowledged and not stored."""
    rounds, seconds = (_QUICK_ROUNDS, _QUICK_SECONDS) if quick else (_ROUNDS, _SECONDS)
    others = os.sched_getaffinity(0) - {MEASURED_CORE}
    with tempfile.TemporaryDirectory(prefix="brobygger-bench-") as name, on_cores(others), ExitStack() as stack:
        folder = Path(name)
        disk = _disk_of(folder)
        sync = _sync_microseconds(folder)
        described = _described(folder / "ours.db")
        request = _request(described)
        servers = [
            stack.enter_context(_ours(folder / "ours.db", threads)),
            stack.enter_context(_peer(folder / "peer.db", threads, _system(described)["password"])),
        ]
        found, acknowledged = _in_turns(servers, request, connections, rounds, seconds)
        stored = {server.name: _check_stored(server, acknowledged[server.name]) for server in servers}
    return Report(disk, threads, len(request.body), sync, stored, list(_results(found, connections)))


def _in_turns(
    servers: Sequence[_Server], request: Request, connections: Sequence[int], rounds: int, seconds: float
) -> tuple[dict[tuple[str, int], list[_Round]], dict[str, int]]:
    ids = _ids()
    acknowledged = {
        server.name: put_load(server.port, request, ids, connections=8, seconds=_WARM_UP_SECONDS).acknowledged
        for server in servers
    }
    found: dict[tuple[str, int], list[_Round]] = {}
    for _ in range(rounds):
        for count in connections:
            for server in servers:
                before = _cpu_seconds(server.process.pid)
                load = put_load(server.port, request, ids, connections=count, seconds=seconds)
                found.setdefault((server.name, count), []).append(
                    _Round(load, _cpu_seconds(server.process.pid) - before)
                )
                acknowledged[server.name] += load.acknowledged
    return found, acknowledged


def _results(found: dict[tuple[str, int], list[_Round]], connections: Iterable[int]) -> Iterator[Submits]:
    for count in connections:
        peer = found[PEER, count]
        peer_rate = median(each.load.per_second for each in peer)
        peer_cpu = median(each.cpu for each in peer)
        for name in (OURS, PEER):
            rounds = found[name, count]
            rates = [each.load.per_second for each in rounds]
            cpu = median(each.cpu for each in rounds)
            yield Submits(
                server=name,
                connections=count,
                rounds=len(rounds),
                per_second=median(rates),
                lowest=min(rates),
                highest=max(rates),
                cpu=cpu,
                core_share=median(each.cpu_seconds / each.load.seconds for each in rounds),
                generator_share=median(each.load.generator_share for each in rounds),
                p50=median(each.load.wait(0.50) for each in rounds),
                p99=median(each.load.wait(0.99) for each in rounds),
                ratio=median(rates) / peer_rate,
                cpu_ratio=peer_cpu / cpu,
            )


# -- what is sent ---------------------------------------------------------------------------------


def _described(database: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "brobygger", "demo", "--describe", "--json"]
    described: dict[str, Any] = json.loads(subprocess.check_output(command, env=_environment(database)))
    return described


def _system(described: dict[str, Any]) -> dict[str, Any]:
    """The system of example 1, whose owner A has been given the role by B."""
    system: dict[str, Any] = described["examples"][0]["systems"]["1"]
    return system


def _request(described: dict[str, Any]) -> Request:
    """SubmitBatchPw with a batch of about 2 KB: one RF-0002 for B, not completed."""
    example, system = described["examples"][0], _system(described)
    form = example["forms"]["asmx"]
    fields = "".join(_FIELD.format(number=20_000 + each, amount=each * 1_003) for each in range(_FIELDS))
    batch = (
        f'<DataBatch schemaVersion="1.1" batchId="{_MARK}" enterpriseSystemId="{system["id"]}" '
        f'receiptType="OnDemand"><DataUnits><DataUnit participantId="{example["parties"]["B"]}" '
        f'sendersReference="{_MARK}-1" parentReference="" completed="0" locked="0">'
        f'<Skjema skjemanummer="{form["orNumber"]}" spesifikasjonsnummer="{form["orVersion"]}" '
        f'blankettnummer="RF-0002"><Omsetning-grp-2581 gruppeid="2581">{fields}</Omsetning-grp-2581></Skjema>'
        "</DataUnit></DataUnits></DataBatch>"
    )
    envelope = (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        f'<SubmitBatchPw xmlns="http://AltInn.no/webservices/"><batch>{escape(batch)}</batch>'
        f"<password>{escape(system['password'])}</password></SubmitBatchPw></soap:Body></soap:Envelope>"
    )
    head = (
        f"POST {_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml; charset=utf-8\r\n"
        'SOAPAction: "http://AltInn.no/webservices/SubmitBatchPw"\r\nContent-Length: '
    )
    return Request(head.encode(), envelope.encode(), _MARK.encode(), b'status="OK"')


def _ids() -> Iterator[str]:
    prefix = uuid.uuid4().hex[:12]
    number = 0
    while True:
        number += 1
        yield f"{prefix}-{number:08d}"


# -- servers --------------------------------------------------------------------------------------


@contextmanager
def _ours(database: Path, threads: int) -> Iterator[_Server]:
    port = _free_port()
    command = [sys.executable, "-m", "brobygger", "serve", "--demo", "--port", str(port)]
    with _served(OURS, command, port, database, _environment(database, threads)) as server:
        yield server


@contextmanager
def _peer(database: Path, threads: int, password: str) -> Iterator[_Server]:
    port = _free_port()
    options = {"--database": database, "--password": password, "--port": port, "--threads": threads}
    command = [sys.executable, "-m", "benchmarks.peers.raw_spyne"]
    command += [str(word) for option in options.items() for word in option]
    with _served(PEER, command, port, database, dict(os.environ)) as server:
        yield server


def _environment(database: Path, threads: int = _THREADS) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("BROBYGGER_")},
        "BROBYGGER_DATABASE_URL": f"sqlite:///{database}",
        "BROBYGGER_LOG_LEVEL": "warning",
        "BROBYGGER_ARCHIVE_SECONDS": "0",
        "BROBYGGER_WORKERS": "1",
        "BROBYGGER_THREADS": str(threads),
    }


@contextmanager
def _served(
    name: str, command: Sequence[str], port: int, database: Path, environment: dict[str, str]
) -> Iterator[_Server]:
    """A server in a process of its own on the measured core; what it starts inherits the core."""
    process = subprocess.Popen(command, env=environment)
    try:
        os.sched_setaffinity(process.pid, {MEASURED_CORE})
        _wait_until_served(process, port)
        yield _Server(name, port, process, database)
    finally:
        process.terminate()
        process.wait(timeout=_START_SECONDS)


def _wait_until_served(process: subprocess.Popen[bytes], port: int) -> None:
    """Until the server's own worker answers: the port is open long before that."""
    deadline = perf_counter() + _START_SECONDS
    while perf_counter() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped with exit code {process.returncode}")
        try:
            _get_description(port)
        except ConnectionRefusedError:
            sleep(0.05)
        else:
            return
    raise RuntimeError("the server did not start")


def _get_description(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=_START_SECONDS)
    try:
        connection.request("GET", f"{_PATH}?wsdl")
        connection.getresponse().read()
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _cpu_seconds(pid: int) -> float:
    """Processor time of a process and its living children, in user and kernel together."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return own + sum(_cpu_seconds(int(child)) for child in children)


# -- what is kept ---------------------------------------------------------------------------------


def _check_stored(server: _Server, acknowledged: int) -> int:
    """How many batches are stored, which must be as many as were acknowledged, each with its unit and content."""
    connection = sqlite3.connect(server.database)
    try:
        counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _TABLES}  # noqa: S608
    finally:
        connection.close()
    if set(counts.values()) != {acknowledged}:
        raise RuntimeError(f"{server.name}: {acknowledged} batches were acknowledged, but stored are {counts}")
    return acknowledged


def _disk_of(folder: Path) -> str:
    """The file system and device of ``folder``. Raises RuntimeError where it is memory: nothing is durable there."""
    mounts = [line.split()[:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    around = [each for each in mounts if folder.is_relative_to(each[1])]
    device, _, kind = max(around, key=lambda each: len(each[1]))
    if kind in ("tmpfs", "ramfs"):
        raise RuntimeError(f"{folder} is in memory: set TMPDIR to a folder on a disk")
    return f"{kind} on {device}"


def _sync_microseconds(folder: Path) -> float:
    """The median cost of one fdatasync after a page was added to a file, as a commit adds to its log."""
    page = os.urandom(4096)
    with (folder / "sync").open("wb", buffering=0) as file:
        return median(_sync_once(file.fileno(), page) for _ in range(_SYNCS)) * 1e6


def _sync_once(number: int, page: bytes) -> float:
    os.write(number, page)
    begin = perf_counter()
    os.fdatasync(number)
    return perf_counter() - begin


# -- by hand --------------------------------------------------------------------------------------


def lines(report: Report) -> Iterator[str]:
    """The report as a table for people."""
    yield (
        f"SubmitBatchPw, {report.request_bytes} bytes, durable commit, {report.disk}; one fdatasync "
        f"{report.sync_microseconds:.0f} µs; one worker, {report.threads} threads, one core"
    )
    yield (
        f"{'server':<10} {'conn':>4} {'req/s':>7} {'lowest–highest':>15} {'CPU µs':>7} {'core':>5} {'load':>5} "
        f"{'p50 ms':>7} {'p99 ms':>7} {'× req/s':>8} {'× CPU':>6}"
    )
    for each in report.results:
        span = f"{each.lowest:.0f}–{each.highest:.0f}"
        yield (
            f"{each.server:<10} {each.connections:>4} {each.per_second:>7.0f} {span:>15} {each.cpu:>7.0f} "
            f"{each.core_share:>5.2f} {each.generator_share:>5.2f} {each.p50:>7.2f} {each.p99:>7.2f} "
            f"{each.ratio:>8.2f} {each.cpu_ratio:>6.2f}"
        )
    yield f"acknowledged and stored: {', '.join(f'{name} {count}' for name, count in report.stored.items())}"


def main() -> None:
    """Measure, and print what was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="Fewer and shorter rounds.")
    options.add_argument("--json", action="store_true", help="As JSON.")
    options.add_argument("--threads", type=int, default=_THREADS, help="Request threads of each server.")
    given = options.parse_args()
    report = run(quick=given.quick, threads=given.threads)
    print(json.dumps(asdict(report), indent=2) if given.json else "\n".join(lines(report)))


if __name__ == "__main__":
    main()
