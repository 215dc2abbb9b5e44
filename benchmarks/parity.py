"""How long the proof of a move takes, and how much memory, from a database file with both worlds' facts.

    python -m benchmarks.parity [--clients N]... [--check N]

Each size in a fresh process on one core: the load of the file, the comparison of every right that either world permits,
and its report as text. With ``--check`` so many of the lines are asked of `decide`, drawn at random.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import perf_counter, process_time

import click

from benchmarks.databases import url_of
from benchmarks.fresh import in_fresh_process, watched_memory
from benchmarks.machine import facts as machine_facts
from benchmarks.moved_firms import MovedFirms
from benchmarks.world import NOW
from core import (
    Question,
    Right,
    ServiceSuccessor,
    Snapshot,
    Store,
    Subject,
    SubjectKind,
    decide,
    outdated_schema,
    upgrade_schema,
)
from legacy_mappings.parity import Finding, Group, Parity, prove, report_text

_FORM = 1
# Raised whenever the generator changes, so that no old file is taken for a new one.


@dataclass(frozen=True)
class Proved:
    """One comparison: facts and seconds of the load, seconds of the comparison and the report, MB at the highest.

    ``cpu`` are the comparison's seconds on the processor, which other programs on the machine do not lengthen.
    """

    clients: int
    facts: int
    loading: float
    proving: float
    cpu: float
    pairs: int
    wrong: int
    groups: int
    telling: float
    report: float
    peak: float


@click.command()
@click.option("--clients", multiple=True, type=int, default=(1_000, 10_000, 100_000), show_default=True)
@click.option("--check", default=2_000, show_default=True, help="Lines to ask `decide` about.")
def main(clients: tuple[int, ...], check: int) -> None:
    """Measure each size and print a line."""
    for name, value in machine_facts().items():
        click.echo(f"{name}: {value}")
    click.echo(f"{'clients':>9} {'facts':>10} {'load s':>7} {'prove s':>8} {'CPU s':>7} {'pairs':>12} {'pairs/s':>11} "
               f"{'wrong':>7} {'groups':>7} {'report s':>8} {'MB':>6} {'peak MB':>8}")  # fmt: skip
    for size in clients:
        _prepared(MovedFirms(size))
        found = in_fresh_process(measure, size, check)
        click.echo(
            f"{found.clients:9,} {found.facts:10,} {found.loading:7.1f} {found.proving:8.2f} {found.cpu:7.2f} "
            f"{found.pairs:12,} "
            f"{found.pairs / found.cpu:11,.0f} {found.wrong:7,} {found.groups:7,} {found.telling:8.2f} "
            f"{found.report:6.1f} {found.peak:8,.0f}"
        )


def measure(clients: int, check: int) -> Proved:
    """Load, compare and tell, in this process."""
    with watched_memory() as memory:
        began = perf_counter()
        store = Store(url_of(_path(MovedFirms(clients))))
        snapshot = store.snapshot()
        loaded, cpu = perf_counter(), process_time()
        parity = prove(snapshot, snapshot, at=NOW)
        proved, cpu = perf_counter(), process_time() - cpu
        text = report_text(parity)
        told = perf_counter()
    _ask(snapshot, parity, check)
    wrong = parity.count(Finding.LOST) + parity.count(Finding.GAINED)
    return Proved(
        clients, snapshot.sequence, loaded - began, proved - loaded, cpu, parity.pairs, wrong, len(parity.groups),
        told - proved, len(text) / 1e6, memory.peak,
    )  # fmt: skip


def _ask(snapshot: Snapshot, parity: Parity, number: int) -> None:
    random = Random(1)
    for group in random.choices(parity.groups, [group.lines for group in parity.groups], k=number):
        party, right = random.choice(group.reportees), random.choice(group.rights)
        old, new = _sides(snapshot, group, party, right)
        expected = {
            Finding.KEPT: (True, True), Finding.CHANGED: (True, True), Finding.LOST: (True, False),
            Finding.GAINED: (False, True),
        }[group.finding]  # fmt: skip
        assert (old, new) == expected, (group.actor, group.finding, party, right)


def _sides(snapshot: Snapshot, group: Group, party: str, right: Right) -> tuple[bool, bool]:
    """Whether the enterprise system may, and whether one of its system users may do what it became."""
    catalogue = snapshot.catalogue
    if group.finding is Finding.GAINED:
        new = {right}
        old = {each for each, rows in catalogue.successors.items() if any(_new(row) == right for row in rows)}
    else:
        new, old = {_new(row) for row in catalogue.successors.get(right, ())}, {right}
    number = group.actor.enterprise_system
    users = [Subject(SubjectKind.SYSTEM_USER, link.system_user) for link in snapshot.links.get(number) or ()]
    return (
        any(_permits(snapshot, Subject(SubjectKind.ENTERPRISE_SYSTEM, number), party, each) for each in old),
        any(_permits(snapshot, user, party, each) for user in users for each in new),
    )


def _new(row: ServiceSuccessor) -> Right:
    return Right(row.resource, row.resource_action)


def _permits(snapshot: Snapshot, subject: Subject, party: str, right: Right) -> bool:
    return decide(snapshot, Question(subject, party, right, NOW)).permitted


def _path(world: MovedFirms) -> Path:
    return Path(tempfile.gettempdir()) / f"brobygger-bench-parity-{_FORM}-{world.clients}.sqlite"


def _prepared(world: MovedFirms) -> None:
    path = _path(world)
    if path.exists() and outdated_schema(url_of(path)) is None:
        return
    unfinished = path.with_suffix(".unfinished")
    for old in path.parent.glob(f"{unfinished.name}*"):
        old.unlink()
    upgrade_schema(url_of(unfinished))
    store = Store(url_of(unfinished))
    store.import_facts("benchmark", world.facts())
    store.close()
    unfinished.rename(path)


if __name__ == "__main__":
    main()
