"""`brobygger migrate parity`: the proof, as a report that can be signed; and whether the gate lets it pass."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from brobygger.commands.output import console, json_option, opened_store, print_json, print_table, teaches
from brobygger.commands.parity_options import Approvals, approvals_options, read_text, signature_path
from brobygger.commands.progress import progress
from core import Snapshot, Store
from legacy_mappings.inventory import read_written_inventory
from legacy_mappings.parity import (
    Finding,
    Gate,
    Group,
    Parity,
    gate,
    prove_until_settled,
    report_text,
    stops,
    systems_of,
)
from legacy_mappings.planner import read_plan
from legacy_mappings.planner.records import Stopping
from legacy_mappings.signing import sign_report

_NEEDS_A_PERSON = 3
_SHOWN = 40
_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"])
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--inventory", type=_file, help="The old world as this inventory has it; else as the store has it.")
@click.option("--plan", type=_file, help="What this plan does not carry over is agreed to be lost.")
@click.option("--system", "systems", type=int, multiple=True, help="Only this enterprise system. Repeatable.")
@click.option("--at", type=_MOMENT, help="As it is at this moment; else now.")
@click.option("--until", type=_MOMENT, help="Also tell what stops when the old roles end, at this moment.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
@click.option("--key", type=_file, help="Sign the report with this private key; the signature is OUT.sig.")
@json_option
@teaches
@approvals_options
def parity(
    inventory: Path | None,
    plan: Path | None,
    systems: tuple[int, ...],
    at: datetime | None,
    until: datetime | None,
    out: Path | None,
    key: Path | None,
    approvals: Approvals,
    as_json: bool,
) -> None:
    """Compare every right that either world permits: kept, changed, lost and why, gained and by what.

    The comparison is made again until two runs agree. The exit code is 0 where the gate lets it pass, 3 where it needs
    persons first.
    """
    if key is not None and out is None:
        raise click.UsageError("--key signs a file: name it with --out")
    with opened_store() as store:
        moment = _moment(at) or store.clock()
        found = _compared(store, inventory, plan, systems, moment)
        ending = stops(store.snapshot(), moment, _moment(until) or moment, systems or None) if until else ()
    if out is not None:
        _write(report_text(found), out, key)
    passed = gate(found, approvals.texts, approvals.signatories, most_lost=approvals.most_lost)
    if as_json:
        print_json({**told(found, passed), "stops": [_stopping(row) for row in ending], "out": out and str(out)})
    else:
        show(found, passed)
        _show_stops(ending)
    sys.exit(0 if passed.passes else _NEEDS_A_PERSON)


def _moment(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=at.tzinfo or UTC)


def _compared(
    store: Store, inventory: Path | None, plan: Path | None, systems: tuple[int, ...], at: datetime
) -> Parity:
    agreed = None if plan is None else read_plan(read_text(plan))
    before = None if inventory is None else read_written_inventory(inventory).snapshot
    read = _reading(store, before)
    with progress("systems compared", len(systems) or len(systems_of(*read()))) as watch:
        return prove_until_settled(read, at=at, plan=agreed, systems=systems or None, watch=watch)


def _reading(store: Store, before: Snapshot | None) -> Callable[[], tuple[Snapshot, Snapshot]]:
    def read() -> tuple[Snapshot, Snapshot]:
        now = store.snapshot()
        return (now if before is None else before), now

    return read


def _write(text: str, out: Path, key: Path | None) -> None:
    # Signed first: a key that cannot be read leaves no report without a signature.
    signature = None if key is None else sign_report(text, read_text(key))
    out.write_text(text, encoding="utf-8", newline="\n")
    if signature is not None:
        signature_path(out).write_text(signature, encoding="utf-8", newline="\n")


# -- what is told -----------------------------------------------------------------------------------


def told(found: Parity, passed: Gate) -> dict[str, Any]:
    """A comparison and its gate as plain values; every group that was lost or gained."""
    return {
        "at": found.at.isoformat(),
        "pairs": found.pairs,
        "passes": found.passes,
        "settled": found.settled,
        "lines": {str(finding): found.count(finding) for finding in Finding},
        "lost_agreed": found.count(Finding.LOST, agreed=True),
        "moved": len(found.moved),
        "groups": [_group(group) for group in _wrong(found)],
        "gate": {
            "passes": passed.passes,
            "reasons": list(passed.reasons),
            "approved_by": list(passed.approved_by),
            "refused": list(passed.refused),
        },
    }


def _wrong(found: Parity) -> list[Group]:
    return [group for group in found.groups if group.finding in {Finding.LOST, Finding.GAINED}]


def _group(group: Group) -> dict[str, Any]:
    return {
        "finding": str(group.finding),
        "cause": group.cause,
        "agreed": group.agreed,
        "enterprise_system": group.actor.enterprise_system,
        "ground": group.actor.ground,
        "reference": group.actor.reference,
        "system_user": group.actor.system_user,
        "rights": [list(right) for right in group.rights],
        "reportees": list(group.reportees),
        "chain": list(group.chain),
    }


def _stopping(row: Stopping) -> dict[str, Any]:
    return {
        "enterprise_system": row.enterprise_system,
        "ground": row.ground,
        "rights": [list(right) for right in row.rights],
        "reportees": list(row.reportees),
        "keeps": row.keeps,
    }


def show(found: Parity, passed: Gate) -> None:
    """Print the counts, the first groups that were lost or gained, and whether the gate lets it pass."""
    rows = [(str(finding), str(found.count(finding))) for finding in Finding]
    rows += [("lost, agreed", str(found.count(Finding.LOST, agreed=True))), ("moved, groups", str(len(found.moved)))]
    print_table(f"{found.pairs} pairs compared, {found.passes} times", ("lines", "count"), rows)
    wrong = _wrong(found)
    if wrong:
        columns = ("finding", "cause", "agreed", "system", "ground", "reference", "rights", "reportees")
        print_table("Lost and gained", columns, (_row(group) for group in wrong[:_SHOWN]))
        if len(wrong) > _SHOWN:
            console().print(f"and {len(wrong) - _SHOWN} groups more: --out writes all of them", highlight=False)
    for line in (*passed.reasons, *(f"an approval does not count: {each}" for each in passed.refused)):
        console().print(line, highlight=False, soft_wrap=True)
    console().print("the gate is passed" if passed.passes else "the gate is NOT passed", highlight=False)


def _row(group: Group) -> tuple[str, ...]:
    actor = group.actor
    return (
        str(group.finding), group.cause, "yes" if group.agreed else "", str(actor.enterprise_system), actor.ground,
        actor.reference, str(len(group.rights)), str(len(group.reportees)),
    )  # fmt: skip


def _show_stops(rows: tuple[Stopping, ...]) -> None:
    if rows:
        shown = [
            (
                str(row.enterprise_system),
                row.ground,
                str(len(row.rights)),
                str(len(row.reportees)),
                row.keeps or "nothing",
            )
            for row in rows[:_SHOWN]
        ]
        print_table("Stops when the old roles end", ("system", "ground", "rights", "reportees", "keeps it"), shown)
