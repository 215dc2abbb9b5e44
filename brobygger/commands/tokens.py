"""`brobygger token`: tokens taken back before their time, and keys for those that are exchanged."""

from __future__ import annotations

from datetime import timedelta

import click

from brobygger.commands.output import json_option, opened_store, print_json, print_table, teaches
from core import OPERATOR, RevokedToken, revoke_token, revoked_tokens
from rest import new_private_key


@click.group()
def token() -> None:
    """Tokens that are refused here although they have not run out; keys that sign exchanged ones."""


@token.command()
@click.argument("jti")
@click.option("--issuer", required=True, help="The token's `iss`, letter by letter.")
@click.option(
    "--hours",
    type=click.IntRange(1, 24 * 366),
    default=24,
    show_default=True,
    help="For how long: till it has run out.",
)
@json_option
@teaches
def revoke(jti: str, issuer: str, hours: int, as_json: bool) -> None:
    """Refuse the token with the id JTI from now on, in every process."""
    with opened_store() as store:
        row = revoke_token(store, OPERATOR, issuer, jti, store.clock() + timedelta(hours=hours))
    if as_json:
        print_json(_row(row))
    else:
        click.echo(f"{row.jti} of {row.issuer} is refused until {row.expires.isoformat()}")


@token.command("list")
@json_option
@teaches
def list_(as_json: bool) -> None:
    """The tokens that are refused and have not run out."""
    with opened_store() as store:
        rows = [_row(each) for each in revoked_tokens(store)]
    if as_json:
        print_json(rows)
    else:
        columns = ("issuer", "jti", "until", "revoked", "by")
        print_table("Tokens taken back", columns, ([row[name] for name in columns] for row in rows))


@token.command("new-key")
def new_key() -> None:
    """Print a new private key (PEM) for BROBYGGER_EXCHANGE_KEYS. It is kept nowhere else."""
    click.echo(new_private_key(), nl=False)


def _row(each: RevokedToken) -> dict[str, str]:
    return {
        "issuer": each.issuer,
        "jti": each.jti,
        "until": each.expires.isoformat(),
        "revoked": each.revoked.isoformat(),
        "by": each.by,
    }
