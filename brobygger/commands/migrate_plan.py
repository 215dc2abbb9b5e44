"""`brobygger migrate plan`: the smallest set of system users, packages and single rights that covers what was used."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from brobygger.commands.mappings import tables_option
from brobygger.commands.output import json_option, opened_store, print_json, print_table, teaches
from legacy_mappings.inventory import Inventory, inventory_of_store, read_written_inventory
from legacy_mappings.planner import make_plan, needs_person, plan_digest, plan_text
from legacy_mappings.planner.records import Cover, NotCarried, Plan, PlanOptions
from legacy_mappings.vocabulary import layered_tables

_NEEDS_A_PERSON = 3
_DAY = click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"])
_STALE_DAYS = 400


@click.command()
@click.option("--vendor", required=True, help="Organisation number under which systems are entered in the register.")
@click.option(
    "--inventory", "inventory_file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An inventory as `migrate inventory --out` wrote it; else the store's own.",
)  # fmt: skip
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the plan to this file.")
@click.option(
    "--cover", type=click.Choice([str(each) for each in Cover]), default=str(Cover.USED), show_default=True,
    help="What was used or is declared, or everything permitted.",
)  # fmt: skip
@click.option("--stale-after", type=click.IntRange(1), default=_STALE_DAYS, show_default=True, help="In days.")
@click.option("--carry-stale", is_flag=True, help="Carry over what has not been used for long, too.")
@click.option("--agent-rights", is_flag=True, help="Single rights on agent system users, which only we allow.")
@click.option("--sensitive", multiple=True, metavar="PACKAGE", help="A sensitive package consented to. Repeatable.")
@click.option("--registered", multiple=True, metavar="SYSTEM=ENTRY", help="The register entry of one system.")
@click.option("--client-id", multiple=True, metavar="ENTRY=CLIENT", help="A Maskinporten client of an entry.")
@click.option("--system", "systems", multiple=True, type=int, help="Plan for these enterprise systems only.")
@click.option("--wave-size", type=click.IntRange(1), default=100, show_default=True, help="Systems in a wave.")
@click.option("--until", type=_DAY, help="Also tell what stops when imported old roles end then.")
@tables_option
@json_option
@teaches
def plan(  # the parameters are the options of the command
    vendor: str,
    inventory_file: Path | None,
    out: Path | None,
    cover: str,
    stale_after: int,
    carry_stale: bool,
    agent_rights: bool,
    sensitive: tuple[str, ...],
    registered: tuple[str, ...],
    client_id: tuple[str, ...],
    systems: tuple[int, ...],
    wave_size: int,
    until: datetime | None,
    folders: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Make a plan of an inventory: a file that a person can review, and the same from the same input.

    The exit code is 3 where something is not carried that was wanted, or waits for somebody's choice.
    """
    options = PlanOptions(
        vendor=vendor,
        cover=Cover(cover),
        stale_after=timedelta(days=stale_after),
        carry_stale=carry_stale,
        agent_rights=agent_rights,
        sensitive=frozenset(sensitive),
        registered=_entries(registered),
        client_ids=_client_ids(client_id),
        systems=frozenset(systems),
        wave_size=wave_size,
        until=None if until is None else until.replace(tzinfo=until.tzinfo or UTC),
    )
    made = make_plan(_inventory(inventory_file), layered_tables(folders), options)
    if out is not None:
        out.write_text(plan_text(made), encoding="utf-8", newline="\n")
    told = _told(made, out)
    if as_json:
        print_json(told)
    else:
        _print(made, told)
    sys.exit(_NEEDS_A_PERSON if told["needs_person"] else 0)


def _inventory(file: Path | None) -> Inventory:
    if file is not None:
        return read_written_inventory(file)
    with opened_store() as store:
        return inventory_of_store(store, store.clock())


def _pairs(texts: Iterable[str], option: str) -> Iterator[tuple[str, str]]:
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise click.BadParameter(f"`{text}` has not the form NAME=VALUE", param_hint=option)
        yield name, value


def _entries(texts: Iterable[str]) -> dict[int, str]:
    found = dict(_pairs(texts, "--registered"))
    wrong = next((name for name in found if not (name.isascii() and name.isdigit())), None)
    if wrong is not None:
        raise click.BadParameter(f"`{wrong}` is not the number of an enterprise system", param_hint="--registered")
    return {int(name): entry for name, entry in found.items()}


def _client_ids(texts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for entry, client in _pairs(texts, "--client-id"):
        found[entry].append(client)
    return {entry: tuple(clients) for entry, clients in found.items()}


# -- told -----------------------------------------------------------------------------------------


def _told(made: Plan, out: Path | None) -> dict[str, Any]:
    """The summary of a plan, as plain values."""
    over = made.over_grant
    return {
        "digest": plan_digest(made),
        "out": None if out is None else str(out),
        "system_users": len(made.users),
        "clients": sum(len(user.clients) for user in made.users),
        "waves": max((user.wave for user in made.users), default=0),
        "register_entries": [entry.id for entry in made.systems],
        "gifts": len(made.gifts),
        "successors": len(made.successors),
        "stages": [
            {"aim": each.aim, "value": each.value, "bound": each.bound, "gap": each.gap} for each in made.stages
        ],
        "over_grant": {name: getattr(over, name) for name in over.__dataclass_fields__},
        "not_carried": _by_cause(made.not_carried),
        "role_rows": len(made.role_rows),
        "without_approver": sum(1 for each in made.approvers if not each.persons),
        "stopping": sum(len(each.rights) * len(each.reportees) for each in made.stopping),
        "needs_person": needs_person(made),
    }


def _by_cause(lines: Iterable[NotCarried]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for line in lines:
        found[str(line.cause)] += max(1, len(line.rights)) * len(line.reportees)
    return dict(sorted(found.items()))


def _print(made: Plan, told: dict[str, Any]) -> None:
    columns = ("wave", "system", "ground", "kind", "clients", "packages", "rights", "reference")
    rows = (
        (str(user.wave), str(user.enterprise_system), user.ground, str(user.kind), str(len(user.clients)),
         " ".join(user.packages), str(len(user.rights)), user.reference)
        for user in made.users
    )  # fmt: skip
    print_table("System users to be", columns, rows)
    stages = ((each.aim, str(each.value), str(each.bound), str(each.gap)) for each in made.stages)
    print_table("How good it is", ("aim", "reached", "bound proved", "gap"), stages)
    print_table("Services opened but not used", ("plan", "pairs"), _over_grant_rows(made))
    causes = ((cause, str(pairs)) for cause, pairs in told["not_carried"].items())
    print_table("Not carried over", ("cause", "rights × reportees"), causes)
    click.echo(f"plan {told['digest']}" + (f", written to {told['out']}" if told["out"] else ""))
    if told["needs_person"]:
        click.echo("some of it needs a person: see not_carried, role_rows and approvers in the plan")


def _over_grant_rows(made: Plan) -> Iterator[tuple[str, str]]:
    over = made.over_grant
    yield "this plan", str(over.unused)
    yield "the main administrator's packages for everybody", str(over.administrator)
    yield "one list of packages for each role", str(over.role_list)
