"""What commands for cohorts have in common: the options that name enterprise systems and reportees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from brobygger.commands.asking import read_party
from core import Allowance, AuthorityRow, Place, Snapshot, Store, cohort_of
from legacy_mappings.planner import read_plan

Command = Callable[..., Any]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SEPARATOR = re.compile(r"[;,\t]")
_OPTIONS = (
    click.option("--cohort", default="", help="The cohort's name: what is named with it, or was named so before."),
    click.option("--system", "systems", type=int, multiple=True, help="An enterprise system, by number. Repeatable."),
    click.option("--reportee", "reportees", multiple=True, help="Only this reportee of the one system. Repeatable."),
    click.option("--plan", type=_FILE, help="The systems of a wave of this plan …"),
    click.option("--wave", type=click.IntRange(min=1), help="… by the number of the wave."),
    click.option("--file", type=_FILE, help="Lines of `system` or `system;reportee` (number or party id)."),
)
_BUDGET = (
    click.option("--window", type=float, help="Hours in which differences are counted; 24 if nothing is set."),
    click.option("--most-mismatches", type=click.IntRange(min=0), help="How many in the window are let pass."),
    click.option("--most-errors", type=click.IntRange(min=0), help="How often the new world may give no answer."),
)


def cohort_options(command: Command) -> Command:
    """Add the options that name a cohort."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def budget_options(command: Command) -> Command:
    """Add the options of a budget."""
    for option in reversed(_BUDGET):
        command = option(command)
    return command


def read_cohort(store: Store, asked: dict[str, Any]) -> tuple[Place, ...]:
    """The places that the options name: those given, else those that were named so before.

    A usage error where they do not go together; raises NotFound for a cohort nobody has named.
    """
    snapshot = store.snapshot()
    found = {*_named(snapshot, asked), *_planned(asked), *_listed(snapshot, asked["file"])}
    if found:
        return tuple(sorted(found))
    if not asked["cohort"]:
        raise click.UsageError("name a cohort: --cohort, --system, --plan with --wave, or --file")
    return cohort_of(store, asked["cohort"])


def read_allowance(asked: dict[str, Any]) -> Allowance | None:
    """The budget that the options ask for; None where none of them is given."""
    given = {name: asked[name] for name in ("most_mismatches", "most_errors") if asked[name] is not None}
    if asked["window"] is not None:
        given["window"] = timedelta(hours=asked["window"])
    return Allowance(**given) if given else None


def told_row(row: AuthorityRow) -> dict[str, Any]:
    """A row as commands print it."""
    return {
        "system": row.enterprise_system,
        "reportee": row.reportee,
        "authority": str(row.authority),
        "since": row.since.isoformat(),
    }


def _named(snapshot: Snapshot, asked: dict[str, Any]) -> Iterator[Place]:
    systems, reportees = asked["systems"], asked["reportees"]
    if not reportees:
        yield from map(Place, systems)
        return
    if len(systems) != 1:
        raise click.UsageError("--reportee goes with exactly one --system")
    for reportee in reportees:
        yield Place(systems[0], read_party(snapshot, reportee))


def _planned(asked: dict[str, Any]) -> Iterator[Place]:
    if (asked["plan"] is None) is not (asked["wave"] is None):
        raise click.UsageError("--plan and --wave go together")
    if asked["plan"] is not None:
        plan = read_plan(asked["plan"].read_text(encoding="utf-8"))
        systems = {user.enterprise_system for user in plan.users if user.wave == asked["wave"]}
        if not systems:
            raise click.BadParameter(f"the plan has no wave {asked['wave']}")
        yield from map(Place, systems)


def _listed(snapshot: Snapshot, file: Path | None) -> Iterator[Place]:
    lines = () if file is None else file.read_text(encoding="utf-8-sig").splitlines()
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in _SEPARATOR.split(line)]
        is_head = number == 1 and not cells[0].isdigit()
        if is_head or not cells[0]:
            continue
        if not cells[0].isdigit() or len(cells) > 2:
            raise click.BadParameter(f"line {number} is neither `system` nor `system;reportee`")
        reportee = cells[1] if len(cells) == 2 else ""
        yield Place(int(cells[0]), read_party(snapshot, reportee)) if reportee else Place(int(cells[0]))
