"""`brobygger db`: bring the database to the present schema, or tell whether it is there."""

from __future__ import annotations

import sys

import click

from brobygger.commands.output import json_option, print_json, settings_for_commands, teaches
from core import check_schema, upgrade_schema


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@json_option
@teaches
def upgrade(as_json: bool) -> None:
    """Bring the database to the newest schema."""
    revision = upgrade_schema(settings_for_commands().database_url)
    if as_json:
        print_json({"revision": revision})
    else:
        click.echo(f"the schema is at revision {revision}")


@db.command()
@json_option
@teaches
def check(as_json: bool) -> None:
    """Tell whether the database can serve; exit code 1 where it cannot."""
    problems = check_schema(settings_for_commands().database_url)
    if as_json:
        print_json({"ready": not problems, "problems": list(problems)})
    else:
        click.echo("ready" if not problems else "\n".join(problems))
    sys.exit(1 if problems else 0)
