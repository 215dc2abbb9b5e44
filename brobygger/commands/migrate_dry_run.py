"""`brobygger migrate dry-run`: what carrying out a plan would come to, on a copy of the facts."""

from __future__ import annotations

from pathlib import Path

import click

from brobygger.commands.migrate_outcome import out_option, plan_in, plan_option, tell, watched, wave_option
from brobygger.commands.output import json_option, opened_store, teaches
from legacy_mappings.apply import dry_run
from legacy_mappings.inventory import read_written_inventory


@click.command("dry-run")
@plan_option
@click.option(
    "--inventory",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Rehearse on this inventory's facts; else on the store's.",
)
@click.option("--nobody-approves", is_flag=True, help="As long as no person has said yes to anything.")
@wave_option
@out_option
@json_option
@teaches
def dry_run_command(
    plan_file: Path,
    inventory: Path | None,
    nobody_approves: bool,
    waves: tuple[int, ...],
    out: Path | None,
    as_json: bool,
) -> None:
    """Rehearse a plan with the same commands that would carry it out; nothing is written.

    Everybody who could say yes does; where nobody could, the step says so. The exit code is 3 where a step would fail
    or wait.
    """
    plan = plan_in(plan_file)
    chosen = frozenset(waves) or None
    approve = not nobody_approves
    with watched("rehearsing") as watch:
        if inventory is not None:
            facts = read_written_inventory(inventory).snapshot
            outcome, _ = dry_run(facts, plan, waves=chosen, approve=approve, watch=watch)
        else:
            with opened_store() as store:
                outcome, _ = dry_run(store, plan, waves=chosen, approve=approve, watch=watch)
    tell(outcome, "Rehearsal", out, as_json=as_json)
