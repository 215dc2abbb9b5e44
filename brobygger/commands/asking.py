"""What commands that ask have in common: the options that name an asker, a party, a service and a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click

from core import (
    PartyId,
    Question,
    Right,
    ServiceId,
    Snapshot,
    Store,
    Subject,
    SubjectKind,
    form_id,
    legacy_service_id,
    parse_party_number,
)

Command = Callable[..., Any]

_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
_ASKERS = (
    click.option("--system", "enterprise_system", type=int, help="Asker: an enterprise system, by its number."),
    click.option("--with-person", help="… together with this person, logged on through it."),
    click.option("--system-user", help="Asker: a system user, by its id."),
    click.option("--person", help="Asker: a person, by national identity number or party id."),
    click.option("--person-login", help="Asker: a person with a user name of their own in the old world."),
    click.option("--organisation", help="Asker: an organisation, by its number or party id."),
    click.option("--enterprise-user", help="Asker: an enterprise user, by its id."),
)
_RIGHT = (
    click.option("--form", help="An .asmx form: <orNumber>/<orVersion>."),
    click.option("--service", help="An .svc service: <code>/<edition>."),
    click.option("--resource", help="A modern resource, by its id."),
    click.option("--action", default="write", show_default=True),
    click.option("--at", type=click.DateTime(_MOMENTS), help="The moment (UTC); now if left out."),
)

language_option = click.option("--language", type=click.Choice(["nb", "nn", "en"]), default="nb", show_default=True)


def question_options(command: Command) -> Command:
    """Add the options of a question: the asker, the right and the moment."""
    for option in reversed((*_ASKERS, *_RIGHT)):
        command = option(command)
    return command


def right_options(command: Command) -> Command:
    """Add the options that name a right and a moment."""
    for option in reversed(_RIGHT):
        command = option(command)
    return command


def read_question(store: Store, snapshot: Snapshot, party: str, options: dict[str, Any]) -> Question:
    """The question that the options put for ``party``. Usage errors where they cannot be read."""
    right, at = read_right(store, options)
    return Question(_subject(snapshot, options), read_party(snapshot, party), right, at)


def read_right(store: Store, options: dict[str, Any]) -> tuple[Right, datetime]:
    """The right and the moment, which are taken out of ``options``. Usage errors where they cannot be read."""
    form, service, resource = (options.pop(name) for name in ("form", "service", "resource"))
    action, at = options.pop("action"), options.pop("at")
    moment = at.replace(tzinfo=UTC) if at is not None else store.clock()
    return Right(_service(form, service, resource), action), moment


def read_party(snapshot: Snapshot, text: str) -> PartyId:
    """The party id of a number or a party id. A number nobody has is answered like a party that gave nothing."""
    try:
        return PartyId(str(UUID(text)))
    except ValueError:
        party = snapshot.party_numbered(parse_party_number(text))
        return party.id if party is not None else PartyId("")


def _subject(snapshot: Snapshot, askers: dict[str, Any]) -> Subject:
    with_person = askers.pop("with_person")
    given = {name: value for name, value in askers.items() if value is not None}
    if len(given) != 1:
        raise click.UsageError("name exactly one asker: --system, --system-user, --person, …")
    name, value = next(iter(given.items()))
    kind = SubjectKind(name.replace("_", "-"))
    if kind in (SubjectKind.PERSON, SubjectKind.PERSON_LOGIN, SubjectKind.ORGANISATION):
        return Subject(kind, read_party(snapshot, value))
    person = read_party(snapshot, with_person) if with_person else None
    return Subject(kind, value, person)


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
