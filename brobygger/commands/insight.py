"""`brobygger resolve`, `explain`, `what-if` and `changes`: what no other platform tells, on the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import click

from brobygger.commands.asking import (
    language_option,
    question_options,
    read_party,
    read_question,
    read_right,
    right_options,
)
from brobygger.commands.output import console, json_option, opened_store, print_json, print_table, teaches
from core import (
    EVERYTHING,
    FEED_KINDS,
    MOST_EVENTS,
    FeedEvent,
    Language,
    Question,
    Right,
    ServiceId,
    Snapshot,
    Store,
    Subject,
    SubjectKind,
    Wanted,
    by_service,
    decide,
    explained_text,
    prove,
    prove_resolution,
    read_changes,
    read_supposed,
    resolve_client,
    what_ends,
    what_if,
)

_NOT_PERMITTED = 3


@click.command("explain")
@question_options
@click.option("--for", "party", required=True, help="The party to act for: its number, or its party id (UUID).")
@language_option
@json_option
@teaches
def explain(party: str, language: str, as_json: bool, **asked: Any) -> None:
    """Explain the answer to a question, in bokmål, nynorsk or English. Exit codes as for `decide`."""
    with opened_store() as store:
        snapshot = store.snapshot()
        decision = decide(snapshot, read_question(store, snapshot, party, asked))
    if as_json:
        print_json(prove(snapshot, decision, Language(language)))
    else:
        click.echo(explained_text(snapshot, decision, Language(language)), nl=False)
    sys.exit(0 if decision.permitted else _NOT_PERMITTED)


@click.command("resolve")
@click.option("--client", required=True, help="The client: its number, or its party id (UUID).")
@click.option("--owner", help="Only system users of this organisation: its number, or its party id.")
@right_options
@language_option
@json_option
@teaches
def resolve(client: str, owner: str | None, language: str, as_json: bool, **asked: Any) -> None:
    """Find the system user to use for a client, or what each lacks. Exit code 0 where one can, 3 where none can."""
    with opened_store() as store:
        snapshot = store.snapshot()
        right, at = read_right(store, asked)
    by = read_party(snapshot, owner) if owner is not None else None
    found = resolve_client(snapshot, EVERYTHING, Wanted(read_party(snapshot, client), right, at, by))
    told = prove_resolution(snapshot, EVERYTHING, found, Language(language))
    if as_json:
        print_json(told)
    else:
        _print_resolution(told)
    sys.exit(0 if found.usable else _NOT_PERMITTED)


@click.command("what-if")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@json_option
@teaches
def what_if_command(file: TextIO, as_json: bool) -> None:
    """Ask questions as they would be answered with facts added or taken away. Nothing is stored.

    FILE is a JSON object (`-` reads it from standard input): `questions`, a list of {subject: {kind, id}, party,
    right: [service, action]}; `add`, facts of a world document with their `kind`; `remove`, their kinds and keys.
    Parties are party ids or organisation numbers.
    """
    supposed = _object(file)
    with opened_store() as store:
        answer = _compared(store, supposed)
    if as_json:
        print_json(answer)
    else:
        _print_supposition(answer)


@click.command("changes")
@click.option("--since", type=click.IntRange(min=0), default=0, show_default=True, help="The change to go on after.")
@click.option("--limit", type=click.IntRange(1, MOST_EVENTS), default=100, show_default=True)
@click.option(
    "--kind", "kinds", type=click.Choice(FEED_KINDS), multiple=True, help="Only these; everything if left out."
)
@json_option
@teaches
def changes(since: int, limit: int, kinds: tuple[str, ...], as_json: bool) -> None:
    """Tell what began, changed and ended."""
    with opened_store() as store:
        page = read_changes(store, EVERYTHING, since, limit, kinds or FEED_KINDS)
    rows = [_told(event) for event in page.events]
    if as_json:
        print_json({"events": rows, "next": page.next, "more": page.more})
        return
    columns = ("change", "at", "what", "event", "party", "why")
    shown = [[str(row[name]) for name in ("sequence", "at", "what", "event", "party", "cause")] for row in rows]
    print_table("Changes", columns, shown)
    console().print(f"go on with --since {page.next}" + (": there is more" if page.more else ""), highlight=False)


# -- resolve --------------------------------------------------------------------------------------


def _print_resolution(told: dict[str, Any]) -> None:
    terminal = console()
    usable = [each for each in (told["systemUser"], *told["others"]) if each is not None]
    for place, each in enumerate(usable):
        first = "use" if place == 0 else "or "
        terminal.print(
            f"{first} {each['id']}  {each['externalRef']}  of {each['owner']}  on {each['ground']}", highlight=False
        )
    for each in told["unusable"]:
        terminal.print(f"not {each['id']}  {each['externalRef']}  lacks {', '.join(each['lacks'])}", highlight=False)
        terminal.print(f"    {each['sentence']}", highlight=False)
        _print_fixes(each["fixes"])
    _print_fixes(told["help"])


def _print_fixes(fixes: list[dict[str, str]]) -> None:
    for fix in fixes:
        for part in (f"{fix['missing']} ({fix['party']})", fix["ground"], fix["giver"]):
            console().print(f"    · {part}", highlight=False, soft_wrap=True)


# -- what-if --------------------------------------------------------------------------------------


def _object(file: TextIO) -> Mapping[str, Any]:
    try:
        read = json.load(file)
    except ValueError as error:
        raise click.UsageError("the file is not JSON") from error
    if not isinstance(read, dict):
        raise click.UsageError("the file must hold a JSON object")
    for name in ("questions", "add", "remove"):
        rows = read.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise click.UsageError(f"`{name}` must be a list of objects")
    return read


def _compared(store: Store, supposed: Mapping[str, Any]) -> dict[str, Any]:
    snapshot = store.snapshot()
    edits = read_supposed(store, snapshot, EVERYTHING, supposed.get("add", []), supposed.get("remove", []))
    try:
        questions = [_question(store, snapshot, each) for each in supposed.get("questions", [])]
    except (KeyError, TypeError, ValueError) as error:
        raise click.UsageError("each question is an object with subject, party and right") from error
    found = what_if(snapshot, questions, edits, store.clock())
    lost = what_ends(snapshot, [edit.fact for edit in edits if edit.operation == "remove"], store.clock())
    return {
        "answers": [
            {
                "before": {"outcome": str(each.before.outcome), "reasons": list(map(str, each.before.reasons))},
                "after": {"outcome": str(each.after.outcome), "reasons": list(map(str, each.after.reasons))},
                "changed": each.changed,
            }
            for each in found.compared
        ],
        "losses": [
            {"systemUser": loss.user.id, "party": loss.party, "services": by_service(loss.rights)}
            for loss in lost.losses
        ],
        "leftOff": lost.left_off,
    }


def _question(store: Store, snapshot: Snapshot, plain: Mapping[str, Any]) -> Question:
    kind = SubjectKind(plain["subject"]["kind"])
    asker = plain["subject"]["id"]
    of_party = kind in (SubjectKind.PERSON, SubjectKind.PERSON_LOGIN, SubjectKind.ORGANISATION)
    subject = Subject(kind, read_party(snapshot, asker) if of_party else asker)
    service, action = plain["right"]
    return Question(subject, read_party(snapshot, plain["party"]), Right(ServiceId(service), action), store.clock())


def _print_supposition(answer: dict[str, Any]) -> None:
    rows = [
        (str(place), each["before"]["outcome"], each["after"]["outcome"], ", ".join(each["after"]["reasons"]))
        for place, each in enumerate(answer["answers"])
    ]
    print_table("Answers", ("question", "now", "then", "why"), rows)
    for loss in answer["losses"]:
        services = "; ".join(f"{service}: {', '.join(actions)}" for service, actions in loss["services"].items())
        console().print(f"{loss['systemUser']} would lose for {loss['party']}: {services}", highlight=False)


# -- changes --------------------------------------------------------------------------------------


def _told(event: FeedEvent) -> dict[str, Any]:
    cause = event.cause
    return {
        "sequence": event.sequence,
        "at": event.at.isoformat(),
        "what": event.what,
        "event": str(event.event),
        "party": "" if event.party is None else event.party.masked_number,
        "system": event.system or "",
        "systemUser": "" if event.system_user is None else event.system_user.id,
        "fact": event.fact,
        "cause": "" if cause is None else f"{cause.what} {cause.sequence} {cause.event}",
    }
