"""`brobygger grant`: legacy roles given by reportees."""

from __future__ import annotations

from typing import Any

import click

from brobygger.commands.output import json_option, opened_store, party_by_number, print_json, print_table, teaches
from core import OPERATOR, Caller, CallerKind, RoleGrant, Snapshot, Store, give_role, list_role_grants, revoke_role

_as_option = click.option("--as", "person", help="Act as this person (national identity number); else as operator.")


@click.group()
def grant() -> None:
    """Legacy roles that reportees have given."""


@grant.command()
@click.option("--from", "giver", required=True, help="Number of the reportee that gives.")
@click.option("--to", "receiver", required=True, help="Number of the party that receives.")
@click.option("--role", required=True, help="The role code, such as systeminnsendingsrettighet or UTINN.")
@_as_option
@json_option
@teaches
def add(giver: str, receiver: str, role: str, person: str | None, as_json: bool) -> None:
    """Give a role from one party to another."""
    with opened_store() as store:
        snapshot = store.snapshot()
        reportee, to = party_by_number(snapshot, giver), party_by_number(snapshot, receiver)
        given = give_role(store, _caller(store, person), reportee.id, to.id, role)
        row = _row(store.snapshot(), given)
    if as_json:
        print_json(row)
    else:
        click.echo(f"{row['from']} has given {row['role']} to {row['to']}: grant {given.id}")


@grant.command("list")
@click.option("--from", "giver", help="Only grants from this party.")
@click.option("--to", "receiver", help="Only grants to this party.")
@json_option
@teaches
def list_(giver: str | None, receiver: str | None, as_json: bool) -> None:
    """The role grants in the store."""
    with opened_store() as store:
        snapshot = store.snapshot()
    reportee = party_by_number(snapshot, giver).id if giver else None
    to = party_by_number(snapshot, receiver).id if receiver else None
    rows = [_row(snapshot, each) for each in list_role_grants(snapshot, reportee=reportee, receiver=to)]
    if as_json:
        print_json(rows)
    else:
        columns = ("id", "from", "to", "role")
        print_table("Role grants", columns, ([str(row[name]) for name in columns] for row in rows))


@grant.command()
@click.argument("grant_id")
@_as_option
@json_option
@teaches
def revoke(grant_id: str, person: str | None, as_json: bool) -> None:
    """Withdraw grant GRANT_ID; from now on nothing is permitted on it."""
    with opened_store() as store:
        withdrawn = revoke_role(store, _caller(store, person), grant_id)
        row = _row(store.snapshot(), withdrawn)
    if as_json:
        print_json(row)
    else:
        click.echo(f"{row['from']} has withdrawn {row['role']} from {row['to']}")


def _caller(store: Store, person: str | None) -> Caller:
    if person is None:
        return OPERATOR
    return Caller(CallerKind.PERSON, party=party_by_number(store.snapshot(), person).id)


def _row(snapshot: Snapshot, each: RoleGrant) -> dict[str, Any]:
    giver, receiver = snapshot.party(each.reportee), snapshot.party(each.receiver)
    return {
        "id": each.id,
        "from": giver.masked_number if giver else each.reportee,
        "to": receiver.masked_number if receiver else each.receiver,
        "role": each.role,
        "valid_from": each.valid_from.isoformat() if each.valid_from else None,
        "valid_to": each.valid_to.isoformat() if each.valid_to else None,
    }
