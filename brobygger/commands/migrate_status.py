"""`brobygger migrate status`: how far plans have come, wave by wave."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from brobygger.commands.migrate_outcome import NEEDS_A_PERSON, plan_in, print_board, told_board
from brobygger.commands.output import json_option, opened_store, print_json, teaches
from core import Store, plan_named, plans_begun
from legacy_mappings.apply import BoardRow, needs_somebody, plan_board
from legacy_mappings.planner import plan_digest


@click.command()
@click.argument("digest", required=False)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The plan itself: then what has not been begun is counted too.",
)
@json_option
@teaches
def status(digest: str | None, plan_file: Path | None, as_json: bool) -> None:
    """The board of one plan (the first signs of its DIGEST will do), or of every plan that was begun.

    The exit code is 3 where a step waits, has failed, or could not be taken back.
    """
    with opened_store() as store:
        boards = _boards(store, digest, plan_file)
    if as_json:
        print_json([{"plan": plan, "board": told_board(rows)} for plan, rows in boards.items()])
    else:
        for plan, rows in boards.items():
            print_board(f"Plan {plan[:16]}", rows)
        if not boards:
            click.echo("no plan has been begun here")
    stuck = any(needs_somebody(row) for rows in boards.values() for row in rows)
    sys.exit(NEEDS_A_PERSON if stuck else 0)


def _boards(store: Store, digest: str | None, plan_file: Path | None) -> dict[str, tuple[BoardRow, ...]]:
    if plan_file is not None:
        plan = plan_in(plan_file)
        return {plan_digest(plan): plan_board(store, plan_digest(plan), plan)}
    plans = (plan_named(store, digest),) if digest is not None else plans_begun(store)
    return {each: plan_board(store, each) for each in plans}
