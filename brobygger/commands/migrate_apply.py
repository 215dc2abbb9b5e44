"""`brobygger migrate apply`: carry out a plan, or some of its waves."""

from __future__ import annotations

import os
from pathlib import Path

import click

from brobygger.commands.migrate_outcome import out_option, plan_in, plan_option, tell, watched, wave_option
from brobygger.commands.output import json_option, opened_store, settings_for_commands, teaches
from brobygger.settings import PREFIX
from legacy_mappings.apply import apply_plan


@click.command("apply")
@plan_option
@click.option("--approve", is_flag=True, help="Approve in the parties' place. In the stand-in only (BROBYGGER_DEMO).")
@wave_option
@out_option
@json_option
@teaches
def apply_command(plan_file: Path, approve: bool, waves: tuple[int, ...], out: Path | None, as_json: bool) -> None:
    """Carry out a plan. Run again, it goes on where it stopped: what was done is not done again.

    Requests and gifts wait for the persons who decide; run it again when they have. The exit code is 3 as long as a
    step waits or has failed.
    """
    if approve:
        _require_stand_in()
    plan = plan_in(plan_file)
    with opened_store() as store, watched("carrying out") as watch:
        outcome = apply_plan(store, plan, waves=frozenset(waves) or None, approve=approve, watch=watch)
    tell(outcome, "Carried out", out, as_json=as_json)


def _require_stand_in() -> None:
    """The variable is set to true by hand: commands otherwise assume it, for those that serve nobody."""
    if f"{PREFIX}DEMO" not in os.environ or not settings_for_commands().demo:
        raise click.UsageError(
            "--approve is for the stand-in only, where no real party decides: set BROBYGGER_DEMO=true"
        )
