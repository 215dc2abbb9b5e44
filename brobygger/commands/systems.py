"""`brobygger system`: enterprise systems of the old world."""

from __future__ import annotations

from typing import Any

import click

from brobygger.commands.output import json_option, opened_store, party_by_number, print_json, print_table, teaches
from core import OPERATOR, EnterpriseSystem, Snapshot, lock_system, register_enterprise_system


@click.group()
def system() -> None:
    """Enterprise systems: who owns them, and whether they may log on."""


@system.command()
@click.option("--owner", required=True, help="Organisation number or national identity number of the owner.")
@click.option("--name", required=True, help="What the owner calls the system.")
@click.option("--number", type=int, help="The system id, where it must be kept; else the next free one.")
@click.password_option(help="At least 7 characters, with a letter and a digit. Asked for when left out.")
@json_option
@teaches
def add(owner: str, name: str, number: int | None, password: str, as_json: bool) -> None:
    """Register an enterprise system on its owner."""
    with opened_store() as store:
        party = party_by_number(store.snapshot(), owner)
        added = register_enterprise_system(store, OPERATOR, party.id, name, password, number=number)
        row = _row(store.snapshot(), added)
    if as_json:
        print_json(row)
    else:
        click.echo(f"enterprise system {added.id} is registered on {row['owner']}")


@system.command("list")
@json_option
@teaches
def list_(as_json: bool) -> None:
    """Every enterprise system with its owner and state."""
    with opened_store() as store:
        snapshot = store.snapshot()
    rows = [_row(snapshot, each) for each in sorted(snapshot.enterprise_systems.values(), key=lambda each: each.id)]
    if as_json:
        print_json(rows)
    else:
        columns = ("id", "name", "owner", "owner_name", "state")
        print_table("Enterprise systems", columns, ([str(row[name]) for name in columns] for row in rows))


@system.command()
@click.argument("number", type=int)
@click.option("--unlock", is_flag=True, help="Unlock it instead.")
@json_option
@teaches
def lock(number: int, unlock: bool, as_json: bool) -> None:
    """Lock enterprise system NUMBER: from now on it cannot log on, and nothing is permitted to it."""
    with opened_store() as store:
        locked = lock_system(store, OPERATOR, number, locked=not unlock)
        row = _row(store.snapshot(), locked)
    if as_json:
        print_json(row)
    else:
        click.echo(f"enterprise system {number} is {row['state']}")


def _row(snapshot: Snapshot, each: EnterpriseSystem) -> dict[str, Any]:
    owner = snapshot.party(each.owner)
    return {
        "id": each.id,
        "name": each.name,
        "owner": owner.masked_number if owner else each.owner,
        "owner_name": owner.name if owner else "",
        "state": str(each.state),
        "locked_until": each.locked_until.isoformat() if each.locked_until else None,
    }
