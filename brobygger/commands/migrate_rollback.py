"""`brobygger migrate rollback`: take back what was carried out of a plan."""

from __future__ import annotations

from pathlib import Path

import click

from brobygger.commands.migrate_outcome import out_option, tell, watched, wave_option
from brobygger.commands.output import json_option, opened_store, teaches
from core import plan_named
from legacy_mappings.apply import roll_back


@click.command()
@click.argument("digest")
@wave_option
@out_option
@json_option
@teaches
def rollback(digest: str, waves: tuple[int, ...], out: Path | None, as_json: bool) -> None:
    """Take back the plan with this DIGEST (its first signs will do), or some of its waves, newest step first.

    The journal in the store is enough; the plan's file is not needed. What others have changed since, or build on,
    stays, and is told: then the exit code is 3.
    """
    with opened_store() as store, watched("taking back") as watch:
        plan = plan_named(store, digest)
        outcome = roll_back(store, plan, waves=frozenset(waves) or None, watch=watch)
    tell(outcome, "Taken back", out, as_json=as_json)
