"""`brobygger world firm`: write a synthetic accountancy firm of any size, to try a migration on."""

from __future__ import annotations

import json
from pathlib import Path

import click

from brobygger.commands.output import json_option, print_json, teaches
from brobygger.demo.firm import FIRM_DAY, firm_tables, firm_world
from brobygger.demo.firm_files import firm_files


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--clients", default=5000, show_default=True, help="How many ordinary clients, beside the special cases.")
@click.option("--seed", default=1, show_default=True, help="The same seed writes the same bytes.")
@json_option
@teaches
def firm(folder: Path, clients: int, seed: int, as_json: bool) -> None:
    """Write a synthetic firm to FOLDER: world.json to import, tables of its own, and files for an inventory.

    Everything in it is made up: organisation numbers of the 310 and 313 series, persons with 80 added to the month.
    """
    document = firm_world(clients, seed)
    firm_tables(folder / "tables")
    firm_files(folder / "files", clients, seed)
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "world.json").write_text(f"{text}\n", encoding="utf-8")
    facts = {name: len(rows) for name, rows in sorted(document["facts"].items())}
    if as_json:
        print_json({"folder": str(folder), "at": FIRM_DAY.isoformat(), "facts": facts})
    else:
        click.echo(f"{sum(facts.values())} facts written to {folder}/world.json, for {FIRM_DAY:%Y-%m-%d}")
        click.echo(f"its own tables are in {folder}/tables, the same firm as files for an inventory in {folder}/files")
