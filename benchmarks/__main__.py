"""Benchmarks: what the gateway takes, beside peers in the same run. By hand: ``make bench``.

    python -m benchmarks [--quick] [--json FILE] [decisions] [loading] [soap] [submits]

Absolute figures belong to the machine they were taken on, which is printed first; ratios and growth
travel. Nothing here is a test: a slow machine fails nothing.

- **decisions**: `decide` with its proof on one core, uniformly random distinct questions, nothing
  remembered between them: 40 % agent chains, 20 % single rights, 20 % enterprise systems of the old
  world, 20 % denials. Every answer is checked against what the question was made to give. Peers
  (cedarpy, pycasbin) get the same facts, closed for them by code of our own that the core does not
  use, and the same questions; their answers are checked against ours. Their load includes that closure.
  Figures are CPU time, so that other programs on the machine count less.
- **loading**: the snapshot from a database file, closure and all, in a fresh process, by the clock;
  its memory; single changes applied to it; facts imported in a second.
- **soap**: what one `SubmitBatchPw` costs at the old door without its store, beside spyne, node-soap,
  JAX-WS, gSOAP and a plain lxml dispatch, all checking the batch by its schema. Peers this machine
  cannot make are told of. ``python -m benchmarks.soap`` runs this and the next.
- **submits**: durable `SubmitBatchPw` calls over sockets, one worker on one core, in turns with a plain
  spyne server that does the same work. ``python -m benchmarks.submits`` has more options.

By themselves: ``python -m benchmarks.pdp`` (decisions over HTTP beside two Flask handlers), ``benchmarks.revocation``
(from an acknowledged revocation to the first denial, two workers on PostgreSQL), ``benchmarks.pages`` (long lists page
by page while others write) and ``benchmarks.attachment_memory``.

Worlds are made by `benchmarks.world`, the same every time; their database files are kept in the
temporary directory. The first run makes the largest one, which takes some minutes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from benchmarks import decisions, loading, machine, soap, submits

SIZES = (1_000, 10_000, 100_000)
QUICK_SIZES = (1_000, 4_000)
PEER_SIZES = (1_000, 10_000)
_IMPORTED = 10_000

console = Console(width=max(120, Console().width))
Rows = list[dict[str, Any]]


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(["decisions", "loading", "soap", "submits"]))
@click.option("--quick", is_flag=True, help="Small worlds only: to see that it runs, not for figures.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the figures to this file as well.")
def main(parts: Sequence[str], *, quick: bool, json_file: Path | None) -> None:
    """Measure and print."""
    sizes = QUICK_SIZES if quick else SIZES
    found: dict[str, Any] = {"machine": _machine()}
    sections: dict[str, Callable[[Sequence[int]], dict[str, Rows]]] = {"decisions": _decisions, "loading": _loading}
    for name, section in sections.items():
        if not parts or name in parts:
            found |= section(sizes)
    if not parts or "soap" in parts:
        found |= _soap(quick=quick)
    if not parts or "submits" in parts:
        found |= _submits(quick=quick)
    if json_file is not None:
        json_file.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")


def _machine() -> dict[str, str]:
    facts = machine.facts()
    _print("Machine", ["", ""], [[name, value] for name, value in facts.items()])
    return facts


def _decisions(sizes: Sequence[int]) -> dict[str, Rows]:
    ours = decisions.measure(sizes)
    rows = [
        [
            f"{each.parties:,}",
            f"{each.questions:,}",
            f"{each.each:.2f}",
            f"{each.best:.2f}",
            f"{each.per_second:,.0f}",
            *(f"{share / each.questions:.0%} {each.by_sort[sort]:.2f}" for sort, share in sorted(each.shares.items())),
            f"{each.look_up:.2f}",
            str(each.wrong),
        ]
        for each in ours
    ]
    sorts = sorted(ours[0].shares)
    heads = ["parties", "questions", "µs", "best µs", "per s", *(f"{sort} µs" for sort in sorts), "look-up µs", "wrong"]
    _print("Decisions on one core", heads, rows)
    console.print(f"growth {ours[0].parties:,} → {ours[-1].parties:,} parties: × {ours[-1].each / ours[0].each:.1f}\n")
    return {"decisions": [asdict(each) for each in ours], **_peers(sizes)}


def _peers(sizes: Sequence[int]) -> dict[str, Rows]:
    peers = decisions.compare([size for size in sizes if size in PEER_SIZES])
    rows = [
        [
            each.name,
            f"{each.parties:,}",
            f"{each.questions:,}",
            f"{each.each:,.1f}",
            f"{each.ours:.2f}",
            f"× {each.ratio:,.1f}",
            f"{each.load:.1f}",
            str(each.wrong),
            each.notes,
        ]
        for each in peers
    ]
    heads = ["peer", "parties", "questions", "µs", "ours µs", "ratio", "load s", "unlike ours", ""]
    _print("Peers, the same questions", heads, rows)
    return {"peers": [asdict(each) | {"ratio": each.ratio} for each in peers]}


def _loading(sizes: Sequence[int]) -> dict[str, Rows]:
    loads = loading.measure_loads(sizes)
    rows = [
        [
            f"{each.parties:,}",
            f"{each.delegations:,}",
            f"{each.seconds:.1f}",
            f"{each.reading:.1f}",
            f"{each.peak:,.0f}",
            f"{each.kept:,.0f}",
        ]
        for each in loads
    ]
    heads = ["parties", "delegations", "load s", "reading rows alone s", "peak MB", "kept MB"]
    _print("Loading from a file, closure included", heads, rows)
    applied = loading.measure_applies(sizes)
    rows = [
        [
            f"{each.parties:,}",
            f"{each.grant:,.0f}",
            f"{each.revocation:,.0f}",
            f"{each.party:,.0f}",
            f"{each.main_unit:,.0f}",
        ]
        for each in applied
    ]
    _print("One change, µs", ["parties", "grant", "revocation", "party", "party with a sub-unit"], rows)
    imported = loading.measure_import(min(_IMPORTED, max(sizes)))
    console.print(
        f"import: {imported.facts:,} facts in {imported.seconds:.1f} s, {imported.per_second:,.0f} a second\n"
    )
    return {
        "loads": [asdict(each) for each in loads],
        "applied": [asdict(each) for each in applied],
        "import": [asdict(imported)],
    }


def _soap(*, quick: bool) -> dict[str, Any]:
    report = soap.run(quick=quick)
    console.print("\n".join(soap.lines(report)), soft_wrap=True)
    return {"soap": asdict(report)}


def _submits(*, quick: bool) -> dict[str, Any]:
    report = submits.run(quick=quick)
    console.print("\n".join(submits.lines(report)), soft_wrap=True)
    return {"submits": asdict(report)}


def _print(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(title=title, title_justify="left", show_header=any(heads))
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
