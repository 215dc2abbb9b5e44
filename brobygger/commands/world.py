"""`brobygger world`: read a whole world from a file, or write the one in the store."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from brobygger.commands.firm import firm
from brobygger.commands.output import json_option, opened_store, print_json, print_table, teaches
from brobygger.demo.world import seed_vocabulary
from core import OPERATOR, ErrorCode, InvalidInput, export_world, import_world


@click.group()
def world() -> None:
    """Parties, register roles, systems, grants, services and resources, as one JSON document."""


@world.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@teaches
def import_(file: Path, as_json: bool) -> None:
    """Put every fact of FILE into the store; all of it, or nothing where a reference is wrong."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"{file.name} is not JSON") from error
    with opened_store() as store:
        seed_vocabulary(store)
        imported = import_world(store, OPERATOR, document)
    if as_json:
        print_json({"facts": dict(imported.facts), "form_schemas": imported.schemas})
    else:
        print_table("Imported", ("kind", "facts"), ((name, str(count)) for name, count in imported.facts.items()))


@world.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@teaches
def export(file: Path, as_json: bool) -> None:
    """Write every fact in the store to FILE, sorted. The file holds password hashes: keep it safe."""
    with opened_store() as store:
        document = export_world(store)
    with open(file, "w", encoding="utf-8", opener=_for_its_owner_only) as opened:
        opened.write(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    counts = {name: len(rows) for name, rows in document["facts"].items()}
    if as_json:
        print_json({"file": str(file), "facts": counts})
    else:
        click.echo(f"{sum(counts.values())} facts written to {file}")


def _for_its_owner_only(path: str, flags: int) -> int:
    """Opened so that nobody else can read the file from its first byte on, also where it was there before."""
    opened = os.open(path, flags, 0o600)
    os.fchmod(opened, 0o600)
    return opened


world.add_command(firm)
