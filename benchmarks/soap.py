"""What one call of the old channel costs, beside peers that do the same: SubmitBatchPw, 2 KB, checked by its schema.

    python -m benchmarks.soap [--quick] [--json] [--only-doors]

First the doors without a store, in turns: each on one core, the load on another. Every server parses the
envelope, checks the password, checks the batch by its XML schema and answers with a receipt. Ours does all
that it ever does but keep the rows: it reads facts and schema from its database, checks the password against
an argon2 hash (remembered), authorises, and makes the rows. Then, by `benchmarks.submits`, ours with its
durable commit beside spyne with a commit in each call.

The figure that counts is processor time for a request: other programs on the machine hardly move it. Peers
that cannot be made on this machine are told of (`benchmarks.peers.build`).
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from benchmarks import submits
from benchmarks.fresh import MEASURED_CORE
from benchmarks.load import Request, on_cores
from benchmarks.message import Message, ids, prepared
from benchmarks.peers import build
from benchmarks.servers import Round, Server, free_port, measured, module, ours_environment, served

OURS = "ours without store"
AIMS = {"raw spyne": 4.0, "node-soap": 2.5, "JAX-WS": 1.4, "gSOAP": 0.55, "lxml + XSD": 0.85}
"""By peer, how many times its rate is aimed at."""

_THREADS = 8
_CONNECTIONS = 8
_ROUNDS, _SECONDS = 5, 4.0
_QUICK_ROUNDS, _QUICK_SECONDS = 3, 2.0
_WARM_UP_SECONDS = {"JAX-WS": 8.0, "node-soap": 3.0}
_SHORT_WARM_UP_SECONDS = 1.0


@dataclass(frozen=True)
class Door:
    """One server: medians of the rounds. ``times_ours`` is its cost over ours, which is how much faster ours is."""

    server: str
    rounds: int
    cpu: float
    lowest_cpu: float
    per_second: float
    core_share: float
    generator_share: float
    p50: float
    p99: float
    times_ours: float
    aim: float | None


@dataclass(frozen=True)
class Report:
    """All doors of one run, and which peers were missing, with the reason."""

    connections: int
    threads: int
    request_bytes: int
    doors: list[Door]
    missing: dict[str, str] = field(default_factory=dict)


def run(*, quick: bool = False) -> Report:
    """Measure all doors in turns. Raises RuntimeError at the first wrong answer."""
    rounds, seconds = (_QUICK_ROUNDS, _QUICK_SECONDS) if quick else (_ROUNDS, _SECONDS)
    others = os.sched_getaffinity(0) - {MEASURED_CORE}
    with tempfile.TemporaryDirectory(prefix="brobygger-bench-") as name, on_cores(others), ExitStack() as stack:
        folder = Path(name)
        environment = ours_environment(folder / "ours.db", _THREADS)
        message = prepared(folder / "ours.db", environment)
        peers = build.made(message)
        servers = [stack.enter_context(each) for each in _servers(folder, message, environment, peers)]
        found = _in_turns(servers, message.request, rounds, seconds)
    missing = {peer.name: peer.missing for peer in peers if peer.command is None}
    return Report(_CONNECTIONS, _THREADS, len(message.request.body), list(_doors(found)), missing)


def _servers(
    folder: Path, message: Message, environment: dict[str, str], peers: Sequence[build.Peer]
) -> Iterator[AbstractContextManager[Server]]:
    schema = folder / "batch.xsd"
    schema.write_text(message.batch_schema, encoding="utf-8")
    checked = {"schema": schema, "password": message.password}
    ours, lxml, spyne = free_port(), free_port(), free_port()
    for name, port, command in (
        (OURS, ours, module("benchmarks.peers.ours_without_store", port=ours, threads=_THREADS)),
        ("lxml + XSD", lxml, module("benchmarks.peers.lxml_dispatch", port=lxml, threads=_THREADS, **checked)),
        ("raw spyne", spyne, module("benchmarks.peers.raw_spyne", port=spyne, threads=_THREADS, **checked)),
    ):
        yield served(name, command, port, environment)
    for peer in peers:
        if peer.command is not None:
            port = free_port()
            yield served(peer.name, peer.command(port, _THREADS), port, os.environ)


def _in_turns(servers: Sequence[Server], request: Request, rounds: int, seconds: float) -> dict[str, list[Round]]:
    new = ids()
    for server in servers:
        warm = _WARM_UP_SECONDS.get(server.name, _SHORT_WARM_UP_SECONDS)
        measured(server, request, new, connections=_CONNECTIONS, seconds=warm)
    found: dict[str, list[Round]] = {server.name: [] for server in servers}
    for _ in range(rounds):
        for server in servers:
            each = measured(server, request, new, connections=_CONNECTIONS, seconds=seconds)
            found[server.name].append(each)
    return found


def _doors(found: dict[str, list[Round]]) -> Iterator[Door]:
    ours = median(each.cpu for each in found[OURS])
    for name, rounds in found.items():
        cpu = median(each.cpu for each in rounds)
        yield Door(
            server=name,
            rounds=len(rounds),
            cpu=cpu,
            lowest_cpu=min(each.cpu for each in rounds),
            per_second=median(each.load.per_second for each in rounds),
            core_share=median(each.core_share for each in rounds),
            generator_share=median(each.load.generator_share for each in rounds),
            p50=median(each.load.wait(0.50) for each in rounds),
            p99=median(each.load.wait(0.99) for each in rounds),
            times_ours=cpu / ours,
            aim=AIMS.get(name),
        )


# -- by hand --------------------------------------------------------------------------------------


def lines(report: Report) -> Iterator[str]:
    """The report as a table for people."""
    yield (
        f"SubmitBatchPw, {report.request_bytes} bytes, validated, nothing kept; one worker, one core, "
        f"{report.connections} connections; ours also authorises"
    )
    yield (
        f"{'server':<19} {'CPU µs':>7} {'lowest':>7} {'req/s':>7} {'core':>5} {'load':>5} {'p50 ms':>7} {'p99 ms':>7} "
        f"{'ours is ×':>9} {'aim':>5}"
    )
    for each in report.doors:
        aim = "" if each.aim is None else f"{each.aim:.2f}"
        yield (
            f"{each.server:<19} {each.cpu:>7.0f} {each.lowest_cpu:>7.0f} {each.per_second:>7.0f} "
            f"{each.core_share:>5.2f} {each.generator_share:>5.2f} {each.p50:>7.2f} {each.p99:>7.2f} "
            f"{each.times_ours:>9.2f} {aim:>5}"
        )
    for name, reason in report.missing.items():
        yield f"{name}: left out: {reason}"


def main() -> None:
    """Measure, and print what was found."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="Fewer and shorter rounds.")
    options.add_argument("--json", action="store_true", help="As JSON.")
    options.add_argument("--only-doors", action="store_true", help="Leave out the durable commits.")
    given = options.parse_args()
    doors = run(quick=given.quick)
    durable = None if given.only_doors else submits.run(quick=given.quick)
    if given.json:
        print(json.dumps({"doors": asdict(doors), "durable": durable and asdict(durable)}, indent=2))
        return
    print("\n".join(lines(doors)), flush=True)
    if durable is not None:
        print("\n".join(["", *submits.lines(durable)]))


if __name__ == "__main__":
    main()
