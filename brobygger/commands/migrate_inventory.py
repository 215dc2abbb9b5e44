"""`brobygger migrate inventory`: what the old world permits and what was used, out of the store and of files."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from brobygger.commands.mappings import tables_option
from brobygger.commands.output import json_option, opened_store, print_json, print_table, teaches
from core import OPERATOR, Snapshot, mask_numbers_in
from legacy_mappings.inventory import (
    STALE_AFTER,
    Inventory,
    Lists,
    inventory_of_store,
    keep_inventory,
    read_inventory,
    write_inventory,
)
from legacy_mappings.vocabulary import layered_tables

_NEEDS_A_PERSON = 3
_SHOWN = 20


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the inventory to this file.")
@click.option("--with-store", is_flag=True, help="Read the files on top of what the store knows already.")
@click.option("--keep", is_flag=True, help="Put what was read into the store. Implies --with-store.")
@click.option("--expect", multiple=True, metavar="WHAT=ROWS", help="A control total of a file or a table. Repeatable.")
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"]), help="As it was then; else now.")
@click.option("--stale-after", type=click.IntRange(1), default=STALE_AFTER.days, show_default=True, help="In days.")
@tables_option
@json_option
@teaches
def inventory(
    files: tuple[Path, ...],
    out: Path | None,
    with_store: bool,
    keep: bool,
    expect: tuple[str, ...],
    at: datetime | None,
    stale_after: int,
    folders: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Take stock: of the store, or of FILES (CSV, JSON, xlsx, access logs, or folders of them).

    The run stops where totals do not reconcile. The exit code is 3 where rows could not be taken in, or where
    something was used that nothing permits.
    """
    expected = dict(_expectation(each) for each in expect)
    with opened_store() as store:
        moment = store.clock() if at is None else at.replace(tzinfo=at.tzinfo or UTC)
        found = None if files and not (with_store or keep) else inventory_of_store(store, moment)
        if files or folders or found is None:
            # Tables of the user's own bring services and roles that the store may not have.
            tables = layered_tables(folders).tables
            found = read_inventory(files, tables, moment, expected=expected, base=found, terms=store.snapshot().terms)
        kept = keep_inventory(store, OPERATOR, found) if keep else 0
    if out is not None:
        write_inventory(found, out)
    lists = Lists(found, stale_after=timedelta(days=stale_after))
    told = _told(found, lists)
    if as_json:
        print_json({**told, "kept": kept, "out": None if out is None else str(out)})
    else:
        _print(told, kept, out)
    sys.exit(_NEEDS_A_PERSON if found.bad_rows or told["unexplained"] else 0)


def _expectation(text: str) -> tuple[str, int]:
    what, equals, rows = text.rpartition("=")
    if not (what and equals and rows.isascii() and rows.isdigit()):
        raise click.BadParameter(f"`{text}` is not WHAT=ROWS", param_hint="--expect")
    return what, int(rows)


def _told(found: Inventory, lists: Lists) -> dict[str, Any]:
    """Everything the command says, as plain values: organisations by number, persons by party id."""
    snapshot = found.snapshot
    summary = asdict(lists.summary())
    return {
        "at": found.at.isoformat(),
        "summary": summary,
        "counts": [asdict(count) for count in found.counts],
        "bad_rows": [asdict(row) for row in found.bad_rows],
        "notes": [asdict(note) for note in found.notes],
        "person_owned": [
            {**_plain(asdict(each)), "owner": each.owner, "proprietorships": _numbers(snapshot, each.proprietorships)}
            for each in lists.person_owned()
        ],
        "dead_systems": [
            {**_plain(asdict(each)), "owner": _number(snapshot, each.owner)} for each in lists.dead_systems()
        ],
        "stale": [{**_plain(asdict(each)), "reportee": _number(snapshot, each.reportee)} for each in lists.stale()],
        "unexplained": [
            {
                "enterprise_system": each.enterprise_system,
                "right": list(each.right),
                "reportees": _numbers(snapshot, each.reportees),
                "reason": each.reason,
            }
            for each in lists.unexplained()
        ],
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _number(snapshot: Snapshot, party: str) -> str:
    found = snapshot.party(party)
    return party if found is None or found.number != found.masked_number else found.number


def _numbers(snapshot: Snapshot, parties: Iterable[str]) -> list[str]:
    return [_number(snapshot, party) for party in parties]


def _print(told: dict[str, Any], kept: int, out: Path | None) -> None:
    figures = told["summary"]
    print_table(
        "Inventory",
        ("what", "how many"),
        [
            *((f"parties: {kind}", str(count)) for kind, count in figures["parties"].items()),
            *((name.replace("_", " "), str(value)) for name, value in figures.items() if isinstance(value, int)),
            *((f"permitted on {ground}", str(count)) for ground, count in figures["permitted_by_ground"].items()),
        ],
    )
    print_table(
        "Totals",
        ("source", "table", "stated", "read", "taken", "bad"),
        (
            (row["source"], row["what"], _shown(row["stated"]), str(row["read"]), str(row["taken"]), str(row["bad"]))
            for row in told["counts"]
        ),
    )
    _print_some("Bad rows", ("file", "line", "reason"), told["bad_rows"])
    _print_some("Owned by persons", ("enterprise_system", "owner", "proprietorships"), told["person_owned"])
    _print_some("Dead systems", ("enterprise_system", "owner", "last", "why"), told["dead_systems"])
    _print_some("Stale", ("enterprise_system", "reportee", "last", "why"), told["stale"])
    _print_some("Used, and permitted by nothing", ("enterprise_system", "right", "reason"), told["unexplained"])
    for note in told["notes"]:
        click.echo(mask_numbers_in(f"{note['file']}: {note['text']}" if note["file"] else note["text"]))
    if kept:
        click.echo(f"{kept} facts put into the store")
    if out is not None:
        click.echo(f"written to {out}")


def _print_some(title: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    more = f" (the first {_SHOWN} of {len(rows)})" if len(rows) > _SHOWN else ""
    shown = ([_shown(row[name]) for name in columns] for row in rows[:_SHOWN])
    print_table(f"{title}{more}", [name.replace("_", " ") for name in columns], shown)


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "–" if value is None else str(value)
