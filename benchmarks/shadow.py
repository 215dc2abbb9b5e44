"""What shadow adds to the answers of the old door under load: the old world alone, both asked, and both differing.

    python -m benchmarks.shadow [--quick] [--json]

One server on one core takes SubmitBatchPw calls with a durable commit; between rounds the authority of the calling
system is changed under it. `agrees` asks both worlds and finds no difference; `differs` writes one with every batch.
Rounds follow each other in turns, so that what else the machine does falls on all alike; medians of the rounds.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median

from benchmarks.fresh import MEASURED_CORE
from benchmarks.load import on_cores
from benchmarks.message import ids, prepared
from benchmarks.servers import Round, free_port, measured, module, ours_environment, served
from core import (
    OPERATOR,
    Accepts,
    Allowance,
    Authority,
    ClientDelegation,
    Confidence,
    EnterpriseSystem,
    Fact,
    Generation,
    PackageDelegation,
    PartyId,
    Place,
    PolicyRule,
    Service,
    ServiceId,
    ServiceKind,
    ServiceSuccessor,
    Store,
    System,
    SystemUser,
    SystemUserKind,
    SystemUserLink,
    Written,
    mismatch_board,
    put,
    remove,
    set_authority,
    utc_now,
)

MODES = ("old", "agrees", "differs")
AIM_P99 = 1.0
"""Milliseconds that shadow may add to the slowest of a hundred. Source: users-and-migration §3 item 4."""

_THREADS, _CONNECTIONS = 8, 4
_ROUNDS, _SECONDS = 5, 5.0
_QUICK_ROUNDS, _QUICK_SECONDS = 3, 2.0
_WARM_UP_SECONDS = 1.0
_RESOURCE, _USER, _PACKAGE = ServiceId("bench-shadow"), "00000000-0000-4000-8000-00000000be01", "merverdiavgift"
_SOURCE = ("made for the benchmark", "2026-11-22")
_ENDLESS = Allowance(timedelta(days=1), 10**9, 10**9)


@dataclass(frozen=True)
class Shadowed:
    """One mode: milliseconds of the answers, microseconds of a core for each, and what each is above the old world's.

    ``noted`` is how many differences were written, ``compared`` how many questions were put to both worlds.
    """

    mode: str
    rounds: int
    per_second: float
    p50: float
    p99: float
    cpu: float
    added_p50: float
    added_p99: float
    added_cpu: float


@dataclass(frozen=True)
class Report:
    """All modes of one run; differences noted and comparisons counted by the end of it."""

    connections: int
    acknowledged: int
    compared: int
    noted: int
    results: list[Shadowed]


def run(*, quick: bool = False, connections: int = _CONNECTIONS) -> Report:
    """Measure. Raises RuntimeError where a batch was refused, or nothing or too much was noted."""
    rounds, seconds = (_QUICK_ROUNDS, _QUICK_SECONDS) if quick else (_ROUNDS, _SECONDS)
    others = os.sched_getaffinity(0) - {MEASURED_CORE}
    with tempfile.TemporaryDirectory(prefix="brobygger-shadow-") as name, on_cores(others), ExitStack() as stack:
        database = Path(name) / "ours.db"
        environment = ours_environment(database, _THREADS)
        message = prepared(database, environment)
        store = Store(f"sqlite:///{database}")
        stack.callback(store.close)
        switch = _Switch(store)
        port = free_port()
        command = [*module("brobygger"), "serve", "--port", str(port)]
        server = stack.enter_context(served("brobygger", command, port, environment))
        measured(server, message.request, ids(), connections=connections, seconds=_WARM_UP_SECONDS)
        found: dict[str, list[Round]] = {mode: [] for mode in MODES}
        for _ in range(rounds):
            for mode in MODES:
                switch.to(mode)
                found[mode].append(measured(server, message.request, ids(), connections=connections, seconds=seconds))
        server.process.terminate()
        server.process.wait()
        return _reported(store, found, connections)


class _Switch:
    """Changes the authority of the calling system, and whether the new world agrees."""

    def __init__(self, store: Store) -> None:
        self._store = store
        snapshot = store.snapshot()
        # The message is the first one's: that of example 1.
        system = min(snapshot.enterprise_systems.values(), key=lambda each: each.id)
        self._system = system.id
        facts = [*_vocabulary(snapshot.catalogue.services), *_user(system)]
        parties = sorted(file.party.id for file in snapshot.files.values() if file.party.id != system.owner)
        for number, party in enumerate(parties):
            facts.append(PackageDelegation(f"bench-{number}", party, system.owner, _PACKAGE, "bench"))
        self._clients = [_client(number, system.owner, party) for number, party in enumerate(parties)]
        store.change("bench", lambda _: Written((*map(put, facts), *map(put, self._clients)), None))

    def to(self, mode: str) -> None:
        """Make it so."""
        edits = tuple(map(remove if mode == "differs" else put, self._clients))
        self._store.change("bench", lambda _: Written(edits, None))
        authority = Authority.OLD if mode == "old" else Authority.SHADOW
        set_authority(self._store, OPERATOR, [Place(self._system)], authority, allowance=_ENDLESS)


def _vocabulary(services: Iterable[ServiceId]) -> Iterator[Fact]:
    yield Service(
        _RESOURCE, ServiceKind.RESOURCE, "Målt", "bench", 0, None, "GenericAccessResource", delegable=True,
        access_list=False, form_number=None, source=_SOURCE[0], dated=_SOURCE[1], confidence=Confidence.OURS,
    )  # fmt: skip
    yield PolicyRule(_RESOURCE, "write", Accepts.PACKAGE, _PACKAGE, *_SOURCE, Confidence.OURS)
    for service in sorted(services):
        if service.startswith("asmx:"):
            yield ServiceSuccessor(service, "write", _RESOURCE, "write", *_SOURCE, Confidence.OURS)


def _user(system: EnterpriseSystem) -> Iterator[Fact]:
    began = utc_now()
    yield System("bench_system", "bench", "310000108", {}, {}, (), (_PACKAGE,), (), (), False, False, began)
    yield SystemUser(_USER, SystemUserKind.AGENT, "bench_system", system.owner, "bench", "Målt", began)
    yield Generation(_USER, 1, frozenset({_PACKAGE}), frozenset(), began)
    yield SystemUserLink(system.id, _USER, "rettighetshaver", "bench")


def _client(number: int, owner: PartyId, party: PartyId) -> ClientDelegation:
    packages: frozenset[str] = frozenset({_PACKAGE})
    return ClientDelegation(
        f"bench-{number}",
        _USER,
        1,
        owner,
        party,
        "rettighetshaver",
        packages,
        frozenset(),
        frozenset(),
        "bench",
    )


def _reported(store: Store, found: dict[str, list[Round]], connections: int) -> Report:
    differing = sum(each.load.acknowledged for each in found["differs"])
    compared = differing + sum(each.load.acknowledged for each in found["agrees"])
    noted = sum(cause.count for cause in mismatch_board(store).causes)
    counted = sum(row.compared for row in store.read(lambda ledger: ledger.authority.compared()))
    if (noted, counted) != (differing, compared):
        raise RuntimeError(f"{differing} differed and {noted} were noted; {compared} were compared, {counted} counted")
    every = sum(each.load.acknowledged for rounds in found.values() for each in rounds)
    return Report(connections, every, counted, noted, list(_results(found)))


def _results(found: dict[str, list[Round]]) -> Iterator[Shadowed]:
    old50, old99, old_cpu = _figures(found["old"])
    for mode in MODES:
        p50, p99, cpu = _figures(found[mode])
        rate = median(each.load.per_second for each in found[mode])
        yield Shadowed(mode, len(found[mode]), rate, p50, p99, cpu, p50 - old50, p99 - old99, cpu - old_cpu)


def _figures(rounds: Sequence[Round]) -> tuple[float, float, float]:
    p50, p99 = (median(each.load.wait(share) for each in rounds) for share in (0.50, 0.99))
    return p50, p99, median(each.cpu for each in rounds)


def lines(report: Report) -> Iterator[str]:
    """The report as a table for people."""
    yield f"SubmitBatchPw, {report.connections} connections, one core; {report.acknowledged} acknowledged"
    heads = ("req/s", "p50 ms", "p99 ms", "CPU µs", "+p50", "+p99", "+CPU", "aim")
    yield " ".join([f"{'mode':<8}", *(f"{head:>7}" for head in heads)])
    for each in report.results:
        aim = "" if each.mode == "old" else f"<{AIM_P99:.0f}"
        yield (
            f"{each.mode:<8} {each.per_second:>7.0f} {each.p50:>7.2f} {each.p99:>7.2f} {each.cpu:>7.0f} "
            f"{each.added_p50:>7.2f} {each.added_p99:>7.2f} {each.added_cpu:>7.0f} {aim:>7}"
        )
    yield f"compared {report.compared}, differences noted {report.noted}: as many as there were"


def main() -> None:
    """Measure, and print what was found."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="Fewer and shorter rounds.")
    options.add_argument("--json", action="store_true", help="As JSON.")
    options.add_argument("--connections", type=int, default=_CONNECTIONS)
    given = options.parse_args()
    report = run(quick=given.quick, connections=given.connections)
    print(json.dumps(asdict(report), indent=2) if given.json else "\n".join(lines(report)))


if __name__ == "__main__":
    main()
