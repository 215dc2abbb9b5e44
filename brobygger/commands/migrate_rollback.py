"""`brobygger migrate rollback`: take back what was carried out of a plan."""

from __future__ import annotations

from pathlib import Path

import click

from brobygger.commands.migrate_outcome import out_option, plan_in, tell, watched, wave_option
from brobygger.commands.output import json_option, opened_store, teaches
from core import plan_named
from legacy_mappings.apply import roll_back
from legacy_mappings.planner import plan_digest

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("digest", required=False)
@click.option(
    "--plan", "plan_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The plan itself."
)
@wave_option
@out_option
@json_option
@teaches
def rollback(
    digest: str | None, plan_file: Path | None, waves: tuple[int, ...], out: Path | None, as_json: bool
) -> None:
    """Take back the plan with this DIGEST (its first signs will do), or some of its waves, newest step first.

    The journal in the store is enough; the plan's file only tells which one. What others have changed since, or build
    on, stays, and is told: then the exit code is 3.
    """
    if (digest is None) == (plan_file is None):
        raise click.UsageError("name the plan by its digest, or by its file with --plan")
    named = plan_digest(plan_in(plan_file)) if plan_file is not None else digest or ""
    with opened_store() as store, watched("taking back") as watch:
        plan = plan_named(store, named)
        outcome = roll_back(store, plan, waves=frozenset(waves) or None, watch=watch)
    tell(outcome, "Taken back", out, as_json=as_json)
