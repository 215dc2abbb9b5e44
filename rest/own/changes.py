"""The change feed: what began, changed and ended, for those it concerns."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import FEED_KINDS, MOST_EVENTS, Cause, FeedEvent, Party, PartyKind, read_changes
from rest.body import read_optional
from rest.door import Call, Door, json_response
from rest.own.sights import CHANGES_SCOPES, sight_of
from rest.problem import Area
from rest.problem_rows import WRONG_FIELDS
from rest.problems import Refused

_USUAL_LIMIT = 100
_LARGEST_SEQUENCE = 2**63 - 1


def add_change_routes(door: Door) -> None:
    """Serve the change feed."""
    door.route("GET", "/brobygger/v1/changes", changes, CHANGES_SCOPES, Area.LOOKUP)


def changes(call: Call) -> Response:
    """What came after ``since``; ``next`` is where to go on, also where there is nothing."""
    since = _number("since", 0, _LARGEST_SEQUENCE, 0)
    limit = _number("limit", 1, MOST_EVENTS, _USUAL_LIMIT)
    page = read_changes(call.store, sight_of(call, CHANGES_SCOPES), since, limit, _kinds())
    answer = {"events": [_event(each) for each in page.events], "next": page.next, "more": page.more}
    return json_response(answer, headers={"Cache-Control": "no-store"})


def _event(event: FeedEvent) -> dict[str, Any]:
    user = event.system_user
    told: dict[str, Any] = {
        "sequence": event.sequence,
        "at": event.at.isoformat(),
        "what": event.what,
        "event": str(event.event),
        "party": _party(event.party),
        "system": event.system,
        "systemUser": None if user is None else {"id": user.id, "externalRef": user.external_ref},
        "fact": event.fact,
        "before": event.before,
        "cause": None if event.cause is None else _cause(event.cause),
    }
    return told


def _party(party: Party | None) -> dict[str, str | None] | None:
    if party is None:
        return None
    return {"id": party.id, "number": None if party.kind is PartyKind.PERSON else party.number}


def _cause(cause: Cause) -> dict[str, Any]:
    return {"sequence": cause.sequence, "what": cause.what, "event": str(cause.event), "fact": cause.fact}


def _number(name: str, least: int, most: int, usual: int) -> int:
    text = read_optional(request.args, name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= 19 and least <= int(text) <= most):
        raise Refused(WRONG_FIELDS, {name: [f"A whole number from {least} to {most} is expected."]})
    return int(text)


def _kinds() -> tuple[str, ...]:
    text = read_optional(request.args, "kind")
    if text is None:
        return FEED_KINDS
    kinds = tuple(each.strip() for each in text.split(","))
    unknown = sorted(set(kinds) - set(FEED_KINDS))
    if unknown:
        raise Refused(WRONG_FIELDS, {"kind": [f"The kinds are {', '.join(FEED_KINDS)}."]})
    return kinds
