"""What a command prints: a table for people, JSON for scripts, one clear line for an error."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from brobygger.opening import open_store
from brobygger.settings import Settings, WeakSettings
from core import DelegationRefused, GatewayError, Party, Snapshot, Store, mask_numbers_in, parse_party_number

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")

_REFUSED, _MISUSED = 1, 2
_WIDE = 200
_SENTENCES = frozenset({"why"})


def console() -> Console:
    """The terminal, wide enough that nothing is cut where it is not a terminal."""
    return Console(width=None if sys.stdout.isatty() else _WIDE)


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print rows as a table."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        # Codes and numbers are worthless when they are cut; sentences may fold.
        table.add_column(column, no_wrap=column not in _SENTENCES, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console().print(table)


def teaches(command: F) -> F:
    """A command whose errors are told in one line, with what would help, and an exit code scripts can use."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except WeakSettings as error:
            click.echo(f"refused to start: {error}", err=True)
            sys.exit(_MISUSED)
        except GatewayError as error:
            click.echo(mask_numbers_in(f"{error.code}: {error.message}"), err=True)
            for line in _help_lines(error):
                click.echo(mask_numbers_in(f"  {line}"), err=True)
            sys.exit(_REFUSED)

    return run  # type: ignore[return-value]


def _help_lines(error: GatewayError) -> Iterator[str]:
    if isinstance(error, DelegationRefused):
        for refusal in error.refusals:
            yield f"{refusal.what}: {refusal.reason}"
    for fix in error.fixes:
        yield f"missing {fix.missing} for {fix.party}; {fix.ground}; who can give it: {fix.giver}"


def settings_for_commands() -> Settings:
    """The settings of this environment, for commands that serve nobody: no issuer or https is asked for."""
    environ = dict(os.environ)
    environ.setdefault("BROBYGGER_DEMO", "true")
    return Settings.from_env(environ)


@contextmanager
def opened_store() -> Iterator[Store]:
    """The store of this environment, closed afterwards."""
    store = open_store(settings_for_commands())
    try:
        yield store
    finally:
        store.close()


def party_by_number(snapshot: Snapshot, number: str) -> Party:
    """The party with this number. A usage error where there is none."""
    found = snapshot.party_numbered(parse_party_number(number))
    if found is None:
        raise click.BadParameter("no party has this number")
    return found
