"""`brobygger migrate sunset`: who still calls the old services, whether all has been seen, and brown-outs."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from brobygger.commands.output import json_option, opened_store, print_json, print_table, teaches
from core import (
    OPERATOR,
    BrownOut,
    CallerCensus,
    CallerUse,
    CallLine,
    Projection,
    Snapshot,
    WatchedPeriod,
    add_brown_out,
    brown_out_result,
    census_coverage,
    end_brown_out,
    planned_brown_outs,
    who_calls,
)
from soap import operation_names

_LEFT = 3
_SYSTEM = "enterprise-system"

_day = click.DateTime(["%Y-%m-%d"])


@click.group()
def sunset() -> None:
    """The end of the old services: who is left, and warnings that reach them."""


# -- who is left ------------------------------------------------------------------------------------


@sunset.command()
@click.option("--since", type=_day, help="From this day on (in Norway); else from the first that was counted.")
@click.option("--until", type=_day, help="To this day, which is included; else to now.")
@click.option("--allow", "allowed", multiple=True, help="A caller that may be left: an agreed exception. Repeatable.")
@click.option("--lines", "is_long", is_flag=True, help="Each operation, address and software of each caller too.")
@json_option
@teaches
def who(since: datetime | None, until: datetime | None, allowed: tuple[str, ...], is_long: bool, as_json: bool) -> None:
    """Who still calls what, from where, how often, last when, and until when at this pace.

    The exit code is 3 while anybody is left who has logged on and is not allowed to be.
    """
    with opened_store() as store:
        census = who_calls(store, since=_date(since), until=_date(until))
        snapshot = store.snapshot()
    exempt = {_caller(name) for name in allowed}
    left = [use.caller for use in census.named if use.caller not in exempt]
    if as_json:
        print_json({**_census_row(census, snapshot), "left": left})
    else:
        _print_census(census, snapshot, is_long=is_long)
        click.echo(_pace(census, len(left)))
    sys.exit(_LEFT if left else 0)


@sunset.command()
@json_option
@teaches
def coverage(as_json: bool) -> None:
    """Which month-ends and VAT terms the census has seen: what is rare is called on those days only.

    The exit code is 3 until a whole month-end and a whole VAT term have been seen.
    """
    with opened_store() as store:
        periods = census_coverage(store)
    whole = {period.kind for period in periods if period.is_whole}
    if as_json:
        print_json([_period_row(period) for period in periods])
    else:
        columns = ("kind", "from", "to", "whole", "days with calls", "calls", "callers", "seen for the first time")
        print_table(
            "Watched periods", columns, ([str(cell) for cell in _period_row(each).values()] for each in periods)
        )
    sys.exit(0 if len(whole) == 2 else _LEFT)


# -- brown-outs -------------------------------------------------------------------------------------


@sunset.group("brown-out")
def brown_out() -> None:
    """Hours in which callers are turned away with HTTP 503 and told when to come back."""


@brown_out.command()
@click.option("--begins", required=True, help="ISO 8601 moment with time zone.")
@click.option("--ends", required=True, help="ISO 8601 moment with time zone.")
@click.option("--caller", "callers", multiple=True, help="Of the cohort: a system's number, or a caller's name.")
@click.option("--callers", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="File with the cohort, one caller a line.")  # fmt: skip
@click.option("--allow", "allowed", multiple=True, help="Let through all the same. Repeatable.")
@click.option("--operation", "operations", multiple=True, help="Only this operation is closed. Repeatable.")
@json_option
@teaches
def add(
    begins: str,
    ends: str,
    callers: tuple[str, ...],
    file: Path | None,
    allowed: tuple[str, ...],
    operations: tuple[str, ...],
    as_json: bool,
) -> None:
    """Plan a brown-out, for a cohort or for everybody."""
    unknown = {name.lower() for name in operations} - {name.lower() for name in operation_names()}
    if unknown:
        raise click.BadParameter(f"there is no operation {min(unknown)}")
    named = [*callers, *([] if file is None else file.read_text(encoding="utf-8").split())]
    if file is not None and not named:
        raise click.BadParameter("the file names nobody, and a brown-out without a cohort is for everybody")
    with opened_store() as store:
        planned = add_brown_out(
            store,
            OPERATOR,
            _moment(begins),
            _moment(ends),
            callers=map(_caller, named),
            allowed=map(_caller, allowed),
            operations=operations,
        )
    if as_json:
        print_json(_brown_out_row(planned))
    else:
        click.echo(f"planned: {planned.id}, from {planned.begins.isoformat()} to {planned.ends.isoformat()}")


@brown_out.command("list")
@json_option
@teaches
def list_(as_json: bool) -> None:
    """Every brown-out, those that are over too."""
    with opened_store() as store:
        rows = [_brown_out_row(each) for each in planned_brown_outs(store.snapshot())]
    if as_json:
        print_json(rows)
    else:
        columns = ("id", "begins", "ends", "callers", "allowed", "operations")
        print_table("Brown-outs", columns, ([_cell(row[name]) for name in columns] for row in rows))


@brown_out.command()
@click.argument("brown_out_id")
@json_option
@teaches
def end(brown_out_id: str, as_json: bool) -> None:
    """End BROWN_OUT_ID now; one that has not begun is taken out of the plan."""
    with opened_store() as store:
        ended = end_brown_out(store, OPERATOR, brown_out_id)
    if as_json:
        print_json(_brown_out_row(ended))
    else:
        click.echo(f"ended: {ended.id}")


@brown_out.command()
@click.argument("brown_out_id")
@json_option
@teaches
def result(brown_out_id: str, as_json: bool) -> None:
    """Whom BROWN_OUT_ID turned away, how often, and who has called again since it ended."""
    with opened_store() as store:
        rows = [_plain_row(each) for each in brown_out_result(store, brown_out_id)]
    if as_json:
        print_json(rows)
    else:
        columns = ("caller", "times", "first", "last", "back")
        print_table("Turned away", columns, ([_cell(row[name]) for name in columns] for row in rows))


# -- reading and showing ----------------------------------------------------------------------------


def _date(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"`{text}` is not an ISO 8601 moment") from error
    if moment.tzinfo is None:
        raise click.BadParameter(f"`{text}` has no time zone")
    return moment


def _caller(name: str) -> str:
    """A caller's name; a bare number is that of an enterprise system."""
    return f"{_SYSTEM}:{name.strip()}" if name.strip().isdigit() else name.strip()


def _shown(caller: str, snapshot: Snapshot) -> tuple[str, str]:
    """What the system or user is called, and the number of its owner, masked where it is a person's."""
    kind, _, known = caller.partition(":")
    system = snapshot.enterprise_systems.get(int(known)) if kind == _SYSTEM and known.isdigit() else None
    found = system or snapshot.enterprise_users.get(known)
    owner = None if found is None else snapshot.party(found.owner)
    return "" if found is None else found.name, "" if owner is None else owner.masked_number


def _census_row(census: CallerCensus, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "begins": None if census.begins is None else census.begins.isoformat(),
        "callers_per_week": list(census.callers_per_week),
        "calls_per_week": list(census.calls_per_week),
        "end_of_callers": _plain_row(census.end_of_callers),
        "end_of_calls": _plain_row(census.end_of_calls),
        "callers": [_use_row(use, snapshot) for use in census.callers],
    }


def _use_row(use: CallerUse, snapshot: Snapshot) -> dict[str, Any]:
    name, owner = _shown(use.caller, snapshot)
    plain = _plain_row(use)
    return {"caller": plain.pop("caller"), "name": name, "owner": owner, **plain, "addresses": list(use.addresses)}


def _print_census(census: CallerCensus, snapshot: Snapshot, *, is_long: bool) -> None:
    columns = ("caller", "name", "owner", "calls", "operations", "addresses", "not let in", "last", "trend", "ends")
    print_table("Who calls", columns, (_use_cells(use, snapshot) for use in census.callers))
    if is_long:
        named = ("caller", "service", "binding", "operation", "address", "software", "calls", "first", "last")
        lines = ((use, line) for use in census.callers for line in use.lines)
        print_table("What, and from where", named, (_line_cells(use, line) for use, line in lines))


def _use_cells(use: CallerUse, snapshot: Snapshot) -> Iterable[str]:
    operations = {(line.service, line.operation) for line in use.lines}
    caller = use.caller if use.proven else f"({use.caller or 'nobody named'})"
    addresses = use.addresses[0] if len(use.addresses) == 1 else str(len(use.addresses))
    outside = use.not_logged_on + use.browned_out
    trend, ends = _trend(use.projection)
    row = (*_shown(use.caller, snapshot), use.calls, len(operations), addresses, outside or "", _minute(use.last))
    return [caller, *(str(cell) for cell in row), trend, ends]


def _line_cells(use: CallerUse, line: CallLine) -> Iterable[str]:
    place = (line.service, line.binding, line.operation or "?", line.address, line.agent)
    return [use.caller, *place, str(line.calls), _minute(line.first), _minute(line.last)]


def _pace(census: CallerCensus, left: int) -> str:
    trend, ends = _trend(census.end_of_callers)
    weeks = " ".join(map(str, census.callers_per_week)) or "no whole week yet"
    pace = f"nobody would be left on {ends}" if ends else f"the trend is {trend}"
    return f"{left} left; callers in each week: {weeks}; at this pace {pace}"


def _trend(found: Projection) -> tuple[str, str]:
    return found.trend.value, "" if found.ends is None else found.ends.isoformat()


def _period_row(period: WatchedPeriod) -> dict[str, Any]:
    row = _plain_row(period)
    row["newly_seen"] = len(period.newly_seen)
    return row


def _brown_out_row(planned: BrownOut) -> dict[str, Any]:
    return _plain_row(planned)


def _plain_row(record: Any) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(record).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _cell(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _minute(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
