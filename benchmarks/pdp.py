"""Decisions over HTTP, one worker on one core: one question a request and a hundred, beside two plain Flask handlers.

    python -m benchmarks.pdp [--quick] [--parties N] [--postgresql] [--json]

Everybody gets the same requests with the same token. Before the load, every server is asked questions whose
answers are right by construction, and must give them. What counts is processor time for a request. The share
of our rule is what `decide` takes in a process of its own for the same questions, over what a request costs.

With ``--postgresql`` ours runs on PostgreSQL as well, where each question first makes sure that no commit was
missed: at 1 and at 64 connections.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import process_time

from benchmarks.databases import prepared, url_of
from benchmarks.fresh import MEASURED_CORE, in_fresh_process
from benchmarks.load import on_cores
from benchmarks.pdp_questions import (
    MULTI,
    PATH,
    Caller,
    Plain,
    bodies,
    caller,
    multi,
    plain_questions,
    request_of,
    single,
    write_trust,
)
from benchmarks.questions import Asker, as_parsed
from benchmarks.servers import Round, Server, free_port, measured, module, served
from benchmarks.world import World
from core import Store, SubjectKind, decide, upgrade_schema
from tests.postgres import NoPostgresError, places_of_postgres, running_server

OURS, SQL, CEDAR = "brobygger", "Flask + SQLAlchemy", "Flask + cedarpy"
ON_POSTGRESQL = "brobygger, PostgreSQL"
AIM = 8.0
"""How many times a peer's rate is aimed at, for one question a request."""

_PARTIES = 1_000
_THREADS = 16
_QUESTIONS = 2_000
_CHECKED = 200
_ROUNDS, _SECONDS = 5, 4.0
_QUICK_ROUNDS, _QUICK_SECONDS = 2, 2.0


@dataclass(frozen=True)
class Row:
    """One server under one load: medians of the rounds. ``times`` is its cost over ours, for the same load."""

    server: str
    load: str
    connections: int
    decisions_per_second: float
    cpu: float
    core_share: float
    generator_share: float
    p50: float
    p99: float
    times: float


@dataclass(frozen=True)
class Work:
    """What is asked, by whom, and for how long."""

    owner: Caller
    questions: Sequence[Plain]
    rounds: int
    seconds: float


@dataclass(frozen=True)
class Report:
    """All loads of one run. ``rule`` is what `decide` takes for one question, in microseconds."""

    parties: int
    rule: float
    rows: list[Row]
    missing: dict[str, str]

    def share_of_rule(self, load: str) -> float:
        """How much of what a request costs us is spent in our rule."""
        ours = next(row for row in self.rows if row.server == OURS and row.load == load)
        return self.rule * (MULTI if load == "multi" else 1) / ours.cpu


def run(*, parties: int = _PARTIES, quick: bool = False, postgresql: bool = False) -> Report:
    """Measure all servers in turns. Raises RuntimeError at the first wrong answer."""
    rounds, seconds = (_QUICK_ROUNDS, _QUICK_SECONDS) if quick else (_ROUNDS, _SECONDS)
    world, owner = World(parties), caller()
    others = os.sched_getaffinity(0) - {MEASURED_CORE}
    missing: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="brobygger-bench-") as name, on_cores(others), ExitStack() as stack:
        folder = Path(name)
        write_trust(owner, folder)
        store = Store(url_of(prepared(world)))
        work = Work(owner, plain_questions(world, store, _QUESTIONS), rounds, seconds)
        store.close()
        rows: list[Row] = []
        servers = [stack.enter_context(each) for each in _servers(folder, parties, url_of(prepared(world)))]
        _check(servers, work)
        for load in ("single", "multi"):
            rows += _in_turns(servers, work, load, 8)
        if postgresql:
            try:
                rows += _on_postgresql(folder, world, work)
            except NoPostgresError as error:
                missing[ON_POSTGRESQL] = str(error)
    return Report(parties, in_fresh_process(rule_microseconds, parties), rows, missing)


def rule_microseconds(parties: int) -> float:
    """What one decision takes, with nothing around it: processor time, in a process that does nothing else."""
    world = World(parties)
    store = Store(url_of(prepared(world)))
    snapshot = store.snapshot()
    asked = [
        as_parsed(each.question)
        for each in Asker(world).questions(_QUESTIONS * 2)
        if each.question.subject.kind is SubjectKind.SYSTEM_USER
    ]
    times = []
    for _ in range(_ROUNDS):
        began = process_time()
        for question in asked:
            decide(snapshot, question)
        times.append((process_time() - began) / len(asked) * 1e6)
    store.close()
    return median(times)


def _servers(folder: Path, parties: int, url: str) -> Iterator[AbstractContextManager[Server]]:
    port = free_port()
    yield served(OURS, [*module("brobygger"), "serve", "--port", str(port)], port, _environment(folder, url))
    for name, way in ((SQL, "sql"), (CEDAR, "cedar")):
        port = free_port()
        options = {"way": way, "folder": folder, "parties": parties, "port": port, "threads": _THREADS}
        yield served(name, module("benchmarks.peers.flask_pdp", **options), port, os.environ)


def _environment(folder: Path, url: str) -> Mapping[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("BROBYGGER_")},
        "BROBYGGER_DATABASE_URL": url,
        "BROBYGGER_TRUSTED_ISSUERS": str(folder / "issuers.json"),
        "BROBYGGER_PUBLIC_URL": "https://bench.example",
        "BROBYGGER_LOG_LEVEL": "warning",
        "BROBYGGER_ARCHIVE_SECONDS": "0",
        "BROBYGGER_DELIVERY_SECONDS": "0",
        "BROBYGGER_WORKERS": "1",
        "BROBYGGER_THREADS": str(_THREADS),
    }


def _on_postgresql(folder: Path, world: World, work: Work) -> list[Row]:
    with contextmanager(running_server)(places_of_postgres()) as database:
        url = database.url(database.create_database())
        upgrade_schema(url)
        store = Store(url)
        store.import_facts("benchmark", world.facts())
        store.close()
        port = free_port()
        command = [*module("brobygger"), "serve", "--port", str(port)]
        with served(ON_POSTGRESQL, command, port, _environment(folder, url)) as server:
            _check([server], work)
            loads = [(load, connections) for load in ("single", "multi") for connections in (1, 64)]
            return [row for load, connections in loads for row in _in_turns([server], work, load, connections)]


def _check(servers: Sequence[Server], work: Work) -> None:
    some = work.questions[:_CHECKED]
    wanted = ["Permit" if each.permit else "NotApplicable" for each in some]
    for server in servers:
        found = [_ask(server.port, work.owner, single(each))[0] for each in some]
        together = _ask(server.port, work.owner, multi(some[:MULTI]))
        if found != wanted or together != wanted[:MULTI]:
            raise RuntimeError(f"{server.name} answers otherwise than is right")


def _ask(port: int, owner: Caller, body: bytes) -> list[str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Authorization": f"Bearer {owner.token}", "Content-Type": "application/json"}
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        return [each["decision"] for each in json.loads(answer.read())["response"]]
    finally:
        connection.close()


def _in_turns(servers: Sequence[Server], work: Work, load: str, connections: int) -> list[Row]:
    request, new = request_of(work.owner), bodies(work.questions, together=load == "multi")
    found: dict[str, list[Round]] = {}
    for server in servers:
        measured(server, request, new, connections=connections, seconds=1.0)
    for _ in range(work.rounds):
        for server in servers:
            each = measured(server, request, new, connections=connections, seconds=work.seconds)
            found.setdefault(server.name, []).append(each)
    ours = median(each.cpu for each in next(iter(found.values())))
    return [_row(name, load, connections, each, ours) for name, each in found.items()]


def _row(server: str, load: str, connections: int, rounds: Sequence[Round], ours: float) -> Row:
    cpu = median(each.cpu for each in rounds)
    return Row(
        server=server,
        load=load,
        connections=connections,
        decisions_per_second=median(each.load.per_second for each in rounds) * (MULTI if load == "multi" else 1),
        cpu=cpu,
        core_share=median(each.core_share for each in rounds),
        generator_share=median(each.load.generator_share for each in rounds),
        p50=median(each.load.wait(0.50) for each in rounds),
        p99=median(each.load.wait(0.99) for each in rounds),
        times=cpu / ours,
    )


# -- by hand --------------------------------------------------------------------------------------


def lines(report: Report) -> Iterator[str]:
    """The report as a table for people."""
    yield f"decisions over HTTP, {report.parties} parties, one worker, one core; the rule alone: {report.rule:.1f} µs"
    yield (
        f"{'server':<22} {'load':<7} {'conn':>4} {'decisions/s':>12} {'CPU µs':>8} {'core':>5} {'load':>5} "
        f"{'p50 ms':>7} {'p99 ms':>7} {'ours is ×':>9}"
    )
    for row in report.rows:
        yield (
            f"{row.server:<22} {row.load:<7} {row.connections:>4} {row.decisions_per_second:>12.0f} {row.cpu:>8.0f} "
            f"{row.core_share:>5.2f} {row.generator_share:>5.2f} {row.p50:>7.2f} {row.p99:>7.2f} {row.times:>9.1f}"
        )
    shares = (f"{load} {report.share_of_rule(load):.0%}" for load in ("single", "multi"))
    yield f"share of a request spent in our rule: {', '.join(shares)}; aim for single: {AIM:.0f} ×"
    for name, reason in report.missing.items():
        yield f"{name}: left out: {reason}"


def main() -> None:
    """Measure, and print what was found."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="Fewer and shorter rounds.")
    options.add_argument("--parties", type=int, default=_PARTIES)
    options.add_argument("--postgresql", action="store_true", help="Ours on PostgreSQL as well.")
    options.add_argument("--json", action="store_true", help="As JSON.")
    given = options.parse_args()
    report = run(parties=given.parties, quick=given.quick, postgresql=given.postgresql)
    print(json.dumps(asdict(report), indent=2) if given.json else "\n".join(lines(report)))


if __name__ == "__main__":
    main()
