"""`brobygger mappings`: what the old words became, how much of them is accounted for, and a user's own tables."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from brobygger.commands.output import json_option, opened_store, print_json, print_table, teaches
from core import list_role_grants, submission_use, to_plain
from legacy_mappings.vocabulary import Coverage, Layered, Placed, RowChange, Standing, diff, layered_tables, lint_layers
from legacy_mappings.vocabulary import coverage as coverage_of

_NEEDS_A_PERSON = 3
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

tables_option = click.option(
    "--tables",
    "folders",
    type=_FOLDER,
    multiple=True,
    help="A folder of your own tables, over the shipped ones. Repeat for more layers: the last has the last word.",
)


@click.group()
def mappings() -> None:
    """What old roles, services and form numbers became: shipped tables, and your own over them."""


@mappings.command()
@tables_option
@click.option("--all", "every", is_flag=True, help="List also what applies, not only what asks for a yes or blocks.")
@click.option("--used", is_flag=True, help="Only the roles given and the services used in this installation.")
@json_option
@teaches
def coverage(folders: tuple[Path, ...], every: bool, used: bool, as_json: bool) -> None:
    """How many roles and services a plan can move: what applies, what asks for a yes, what blocks.

    With --used the exit code is 3 where something asks or blocks.
    """
    layered = layered_tables(folders)
    found = _of_this_installation(layered) if used else coverage_of(layered)
    if as_json:
        print_json(_coverage_json(found))
    else:
        _print_coverage(found, every=every)
    if used and not found.is_settled:
        sys.exit(_NEEDS_A_PERSON)


@mappings.command()
@tables_option
@json_option
@teaches
def lint(folders: tuple[Path, ...], as_json: bool) -> None:
    """What is wrong with the tables: unknown codes, rows said twice, packages no system user can have.

    Exit code 3 where something was found.
    """
    found = lint_layers(folders)
    if as_json:
        print_json({"findings": [finding._asdict() for finding in found]})
    elif not found:
        click.echo("nothing found")
    else:
        rows = ((f.layer, f.table, str(f.line or ""), f.row, f.problem) for f in found)
        print_table("Findings", ("layer", "table", "line", "row", "why"), rows)
    if found:
        sys.exit(_NEEDS_A_PERSON)


@mappings.command("diff")
@tables_option
@click.option("--from", "lower", type=_FOLDER, multiple=True, help="Compare with these layers, not with the shipped.")
@json_option
@teaches
def diff_(folders: tuple[Path, ...], lower: tuple[Path, ...], as_json: bool) -> None:
    """What your own tables say otherwise than those below them: every row with its layer, file and line."""
    found = diff(layered_tables(lower), layered_tables(folders))
    if as_json:
        print_json({"changes": [_change_json(change) for change in found]})
        return
    rows = ((change.kind, change.table, *_change_row(change)) for change in found)
    print_table("Changes", ("change", "table", "subject", "before", "after"), rows)


def _of_this_installation(layered: Layered) -> Coverage:
    with opened_store() as store:
        roles = {grant.role for grant in list_role_grants(store.snapshot())}
        services = {use.right.service for use in submission_use(store)}
    return coverage_of(layered, roles=roles, services=services)


def _print_coverage(found: Coverage, *, every: bool) -> None:
    _print_counts(found)
    open_ones = {Standing.ASKS, Standing.BLOCKS}
    roles = [row for row in found.roles if every or row.standing in open_ones]
    services = [row for row in found.services if every or row.standing in open_ones]
    print_table(
        "Roles", ("role", "name", "opens", "standing", "packages"),
        ((row.role, row.name, str(row.opens), row.standing, "\n".join(row.packages)) for row in roles),
    )  # fmt: skip
    print_table(
        "Services", ("service", "action", "form", "standing", "successors"),
        ((row.service, row.action, row.form_number, row.standing, "\n".join(row.successors)) for row in services),
    )  # fmt: skip


def _coverage_json(found: Coverage) -> dict[str, Any]:
    return {
        "counts": _counts(found),
        "roles": [asdict(row) for row in found.roles],
        "services": [asdict(row) for row in found.services],
    }


def _counts(found: Coverage) -> dict[str, dict[str, int]]:
    groups = {"roles": Counter(row.standing for row in found.roles)}
    groups["services"] = Counter(row.standing for row in found.services)
    return {name: {str(standing): counted[standing] for standing in Standing} for name, counted in groups.items()}


def _print_counts(found: Coverage) -> None:
    rows = ((name, *(str(count) for count in counts.values())) for name, counts in _counts(found).items())
    print_table("Coverage", ("", *Standing), rows)


def _change_json(change: RowChange) -> dict[str, Any]:
    return {
        "table": change.table,
        "subject": list(change.subject),
        "change": change.kind,
        "before": [_placed_json(placed) for placed in change.before],
        "after": [_placed_json(placed) for placed in change.after],
    }


def _placed_json(placed: Placed) -> dict[str, Any]:
    return {"layer": placed.layer, "file": placed.file, "line": placed.line, "row": to_plain(placed.row)}


def _change_row(change: RowChange) -> tuple[str, str, str]:
    before, after = ("\n".join(map(_told, rows)) for rows in (change.before, change.after))
    return " ".join(change.subject), before, after


def _told(placed: Placed) -> str:
    return f"{_what(placed)} ({placed.row.confidence}; {placed.layer}, line {placed.line})"


def _what(placed: Placed) -> str:
    """What a row gives for its subject, in one word or two; ``none`` where it says that there is none."""
    plain = to_plain(placed.row)
    if "resource" in plain and "resource_action" in plain:
        return f"{plain['resource']}:{plain['resource_action']}" if plain["resource"] else "none"
    if "basis" in plain:
        return str(plain.get("package", "none"))
    return str(plain.get("title") or plain.get("name") or plain.get("role") or plain.get("why"))
