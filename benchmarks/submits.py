"""How many batches a second are taken in over HTTP with a durable commit, beside spyne alone."""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.fresh import MEASURED_CORE
from benchmarks.load import Request, on_cores
from benchmarks.message import ids, prepared
from benchmarks.servers import Round, Server, free_port, measured, module, ours_environment, served

CONNECTIONS = (1, 8, 64)
OURS, PEER = "brobygger", "raw spyne"
AIMS = {1: 2.0, 8: 4.0, 64: 4.0}
"""By connections, how many times the peer's rate is aimed at."""

_THREADS = 8
_ROUNDS, _SECONDS = 3, 8.0
_QUICK_ROUNDS, _QUICK_SECONDS = 2, 3.0
_WARM_UP_SECONDS = 1.0
_SYNCS = 200
_TABLES = ("submission", "data_unit", "content_chunk")


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


def run(*, quick: bool = False, connections: Sequence[int] = CONNECTIONS, threads: int = _THREADS) -> Report:
    """Measure both servers in turns. Raises RuntimeError where a batch was refused, or acknowledged and not stored."""
    rounds, seconds = (_QUICK_ROUNDS, _QUICK_SECONDS) if quick else (_ROUNDS, _SECONDS)
    others = os.sched_getaffinity(0) - {MEASURED_CORE}
    with tempfile.TemporaryDirectory(prefix="brobygger-bench-") as name, on_cores(others), ExitStack() as stack:
        folder = Path(name)
        disk, sync = _disk_of(folder), _sync_microseconds(folder)
        databases = {OURS: folder / "ours.db", PEER: folder / "peer.db"}
        environment = ours_environment(databases[OURS], threads)
        message = prepared(databases[OURS], environment)
        schema = folder / "batch.xsd"
        schema.write_text(message.batch_schema, encoding="utf-8")
        ours, peer = free_port(), free_port()
        spyne = module(
            "benchmarks.peers.raw_spyne",
            database=databases[PEER],
            schema=schema,
            password=message.password,
            port=peer,
            threads=threads,
        )
        servers = [
            stack.enter_context(served(OURS, [*module("brobygger"), "serve", "--port", str(ours)], ours, environment)),
            stack.enter_context(served(PEER, spyne, peer, os.environ)),
        ]
        found, acknowledged = _in_turns(servers, message.request, connections, rounds, seconds)
        stored = {name: _check_stored(name, databases[name], acknowledged[name]) for name in databases}
    return Report(disk, threads, len(message.request.body), sync, stored, list(_results(found, connections)))


def _in_turns(
    servers: Sequence[Server], request: Request, connections: Sequence[int], rounds: int, seconds: float
) -> tuple[dict[tuple[str, int], list[Round]], dict[str, int]]:
    new = ids()
    acknowledged = {
        each.name: measured(each, request, new, connections=8, seconds=_WARM_UP_SECONDS).load.acknowledged
        for each in servers
    }
    found: dict[tuple[str, int], list[Round]] = {}
    for _ in range(rounds):
        for count in connections:
            for server in servers:
                each = measured(server, request, new, connections=count, seconds=seconds)
                found.setdefault((server.name, count), []).append(each)
                acknowledged[server.name] += each.load.acknowledged
    return found, acknowledged


def _results(found: dict[tuple[str, int], list[Round]], connections: Iterable[int]) -> Iterator[Submits]:
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
                core_share=median(each.core_share for each in rounds),
                generator_share=median(each.load.generator_share for each in rounds),
                p50=median(each.load.wait(0.50) for each in rounds),
                p99=median(each.load.wait(0.99) for each in rounds),
                ratio=median(rates) / peer_rate,
                cpu_ratio=peer_cpu / cpu,
            )


# -- what is kept ---------------------------------------------------------------------------------


def _check_stored(server: str, database: Path, acknowledged: int) -> int:
    """How many batches are stored, which must be as many as were acknowledged, each with its unit and content."""
    connection = sqlite3.connect(database)
    try:
        counts = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _TABLES}  # noqa: S608
    finally:
        connection.close()
    if set(counts.values()) != {acknowledged}:
        raise RuntimeError(f"{server}: {acknowledged} batches were acknowledged, but stored are {counts}")
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
        f"SubmitBatchPw, {report.request_bytes} bytes, validated, durable commit, {report.disk}; one fdatasync "
        f"{report.sync_microseconds:.0f} µs; one worker, {report.threads} threads, one core"
    )
    yield (
        f"{'server':<10} {'conn':>4} {'req/s':>7} {'lowest–highest':>15} {'CPU µs':>7} {'core':>5} {'load':>5} "
        f"{'p50 ms':>7} {'p99 ms':>7} {'× req/s':>8} {'× CPU':>6} {'aim':>5}"
    )
    for each in report.results:
        span = f"{each.lowest:.0f}–{each.highest:.0f}"
        aim = f"{AIMS[each.connections]:.1f}" if each.server == OURS and each.connections in AIMS else ""
        yield (
            f"{each.server:<10} {each.connections:>4} {each.per_second:>7.0f} {span:>15} {each.cpu:>7.0f} "
            f"{each.core_share:>5.2f} {each.generator_share:>5.2f} {each.p50:>7.2f} {each.p99:>7.2f} "
            f"{each.ratio:>8.2f} {each.cpu_ratio:>6.2f} {aim:>5}"
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
