"""`brobygger decide`: ask one question of the store and print the answer with its proof."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click

from brobygger.commands.output import console, json_option, opened_store, print_json, teaches
from core import (
    Question,
    Right,
    ServiceId,
    Snapshot,
    Subject,
    SubjectKind,
    form_id,
    legacy_service_id,
    parse_party_number,
    prove,
)
from core import decide as ask_core


@click.command()
@click.option("--system", "enterprise_system", type=int, help="Asker: an enterprise system, by its number.")
@click.option("--with-person", help="… together with this person, logged on through it.")
@click.option("--system-user", help="Asker: a system user, by its id.")
@click.option("--person", help="Asker: a person, by national identity number or party id.")
@click.option("--person-login", help="Asker: a person with a user name of their own in the old world.")
@click.option("--organisation", help="Asker: an organisation, by its number or party id.")
@click.option("--enterprise-user", help="Asker: an enterprise user, by its id.")
@click.option("--for", "party", required=True, help="The party to act for: its number, or its party id (UUID).")
@click.option("--form", help="An .asmx form: <orNumber>/<orVersion>.")
@click.option("--service", help="An .svc service: <code>/<edition>.")
@click.option("--resource", help="A modern resource, by its id.")
@click.option("--action", default="write", show_default=True)
@click.option("--at", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="The moment (UTC); now if left out.")
@json_option
@teaches
def decide(
    party: str,
    action: str,
    at: datetime | None,
    as_json: bool,
    form: str | None,
    service: str | None,
    resource: str | None,
    **askers: Any,
) -> None:
    """Ask whether somebody may do something for a party. Exit code 0 for a Permit, 3 for anything else."""
    with opened_store() as store:
        snapshot = store.snapshot()
        moment = at.replace(tzinfo=UTC) if at is not None else store.clock()
    subject = _subject(snapshot, askers)
    right = Right(_service(form, service, resource), action)
    decision = ask_core(snapshot, Question(subject, _party(snapshot, party), right, moment))
    proof = prove(snapshot, decision)
    if as_json:
        print_json(proof)
    else:
        _print_proof(proof)
    sys.exit(0 if decision.permitted else 3)


def _subject(snapshot: Snapshot, askers: dict[str, Any]) -> Subject:
    with_person = askers.pop("with_person")
    given = {name: value for name, value in askers.items() if value is not None}
    if len(given) != 1:
        raise click.UsageError("name exactly one asker: --system, --system-user, --person, …")
    name, value = next(iter(given.items()))
    kind = SubjectKind(name.replace("_", "-"))
    if kind in (SubjectKind.PERSON, SubjectKind.PERSON_LOGIN, SubjectKind.ORGANISATION):
        return Subject(kind, _party(snapshot, value))
    person = _party(snapshot, with_person) if with_person else None
    return Subject(kind, value, person)


def _party(snapshot: Snapshot, text: str) -> str:
    """The party id of a number or a party id. A number nobody has is answered like a party that gave nothing."""
    try:
        return str(UUID(text))
    except ValueError:
        party = snapshot.party_numbered(parse_party_number(text))
        return party.id if party is not None else ""


def _service(form: str | None, service: str | None, resource: str | None) -> ServiceId:
    given = [each for each in (form, service, resource) if each is not None]
    if len(given) != 1:
        raise click.UsageError("name exactly one of --form, --service and --resource")
    if resource is not None:
        return ServiceId(resource)
    first, slash, second = given[0].partition("/")
    if not slash:
        raise click.UsageError("a form or service is two parts with a slash between")
    if service is not None:
        return legacy_service_id(first, second)
    try:
        return form_id(int(first), int(second))
    except ValueError as error:
        raise click.UsageError("a form is two numbers with a slash between") from error


def _print_proof(proof: dict[str, Any]) -> None:
    terminal = console()
    terminal.print(f"[bold]{proof['outcome']}[/bold]  {', '.join(proof['reasons'])}", highlight=False)
    terminal.print(proof["explanation"]["sentence"], highlight=False)
    for fact in proof["via"]:
        shown = ", ".join(f"{name} {value}" for name, value in fact.items() if name != "kind")
        terminal.print(f"  rests on {fact['kind']}: {shown}", highlight=False)
    for each in proof["obligations"]:
        terminal.print(f"  obliges: {each['category']} {each['level']}", highlight=False)
    for fix in proof["explanation"]["fixes"]:
        terminal.print(f"  missing {fix['missing']} for {fix['party']}", highlight=False)
        terminal.print(f"    it could come so: {fix['ground']}", highlight=False)
        terminal.print(f"    who can give it: {fix['giver']}", highlight=False)
    terminal.print(f"  facts seen up to change {proof['sequence']}", highlight=False)
