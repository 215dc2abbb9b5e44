"""`brobygger migrate report`: every step's report as pages that print well, with CSV and JSON beside them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click

from brobygger.commands.migrate_outcome import plan_in
from brobygger.commands.output import opened_store, teaches
from core import Snapshot, Store, mismatch_board, moves_of_plan, newest_lines, plans_begun, who_calls
from legacy_mappings.apply import plan_board
from legacy_mappings.inventory import STALE_AFTER, Lists, read_written_inventory
from legacy_mappings.parity import read_report
from legacy_mappings.planner import plan_digest
from legacy_mappings.planner.records import Plan
from legacy_mappings.reports import (
    Report,
    authority_report,
    inventory_report,
    moves_report,
    parity_report,
    plan_report,
    sunset_report,
    write_report,
)

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--inventory", type=_file, help="An inventory, as `inventory` wrote it.")
@click.option("--plan", type=_file, help="A plan, as `plan` wrote it; with how far it has been carried out.")
@click.option("--parity", type=_file, help="A parity report, as `parity` wrote it.")
@click.option("--stale-after", type=click.IntRange(1), default=STALE_AFTER.days, show_default=True, help="In days.")
@teaches
def report(folder: Path, inventory: Path | None, plan: Path | None, parity: Path | None, stale_after: int) -> None:
    """Write reports into FOLDER: of what is named, and of what the store knows: who rules, and who still calls."""
    stale = timedelta(days=stale_after)
    with opened_store() as store:
        for made in _reports(store, inventory, None if plan is None else plan_in(plan), parity, stale):
            page, *_ = write_report(folder, made)
            click.echo(str(page))


def _reports(
    store: Store, inventory: Path | None, plan: Plan | None, parity: Path | None, stale: timedelta
) -> Iterator[Report]:
    snapshot: Snapshot = store.snapshot()
    if inventory is not None:
        found = read_written_inventory(inventory)
        snapshot = found.snapshot
        yield inventory_report(found, Lists(found, stale_after=stale))
    if plan is not None:
        yield plan_report(plan, snapshot)
        digest = plan_digest(plan)
        if digest in plans_begun(store):
            moves = tuple(newest_lines(moves_of_plan(store, digest)).values())
            yield moves_report(digest, plan_board(store, digest, plan), moves)
    if parity is not None:
        yield parity_report(read_report(parity.read_text(encoding="utf-8")), store.snapshot())
    yield authority_report(mismatch_board(store), store.snapshot())
    yield sunset_report(who_calls(store), store.snapshot())
