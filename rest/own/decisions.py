"""Decisions with their proof: the same answer as the decision point's, and what it rests on."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from flask import Response, request

from core import (
    Question,
    Right,
    ServiceId,
    Snapshot,
    Subject,
    SubjectKind,
    decide,
    form_id,
    legacy_service_id,
    prove,
)
from rest.body import Members, read_object, wrong_body
from rest.door import Call, Door, json_response
from rest.front import DECIDE_SCOPES
from rest.problem import Area

_PARAMETER = "question"
_OF_PARTIES = frozenset({SubjectKind.PERSON, SubjectKind.PERSON_LOGIN, SubjectKind.ORGANISATION})
_NOBODY = ""


def add_decision_routes(door: Door) -> None:
    """Serve decisions with proof."""
    scopes = DECIDE_SCOPES | {"brobygger:decisions"}
    door.route("POST", "/brobygger/v1/decisions", answer, scopes, Area.LOOKUP)


def answer(call: Call) -> Response:
    """One decision, with the facts it rests on and what would turn it round."""
    asked = read_object(request.get_data(), _PARAMETER)
    snapshot = call.store.snapshot()
    decision = decide(snapshot, _question(snapshot, asked, call.store.clock()))
    return json_response(prove(snapshot, decision))


def _question(snapshot: Snapshot, asked: Members, now: datetime) -> Question:
    asked.require("subject", "party", "service", "action")
    right = Right(_service(asked.member("service")), asked.text("action") or "")
    party = _party(snapshot, asked.member("party"))
    return Question(_subject(snapshot, asked.member("subject")), party, right, _moment(asked.text("at"), now))


def _subject(snapshot: Snapshot, asked: Members) -> Subject:
    asked.require("kind")
    kinds = {str(kind): kind for kind in SubjectKind}
    kind = kinds.get(asked.text("kind") or "")
    if kind is None:
        raise wrong_body(f"The member 'kind' must be one of {', '.join(kinds)}.", _PARAMETER)
    person = _party(snapshot, asked.member("person")) if "person" in asked else None
    if kind in _OF_PARTIES:
        return Subject(kind, _party(snapshot, asked), person)
    asked.require("id")
    name = asked.whole_number("id") if kind is SubjectKind.ENTERPRISE_SYSTEM else asked.text("id")
    return Subject(kind, name or _NOBODY, person)


def _party(snapshot: Snapshot, asked: Members) -> str:
    """The party named by ``number`` or ``id`` (its UUID); nobody's id for one that is not known."""
    if "number" in asked:
        party = snapshot.party_numbered(asked.text("number") or "")
        return _NOBODY if party is None else party.id
    asked.require("id")
    try:
        return str(UUID(asked.text("id") or ""))
    except ValueError as error:
        raise wrong_body("The member 'id' of a party must be a UUID.", _PARAMETER) from error


def _service(asked: Members) -> ServiceId:
    if "form" in asked:
        form = asked.member("form")
        return form_id(form.whole_number("orNumber"), form.whole_number("orVersion"))
    if "service" in asked:
        service = asked.member("service")
        service.require("code", "edition")
        return legacy_service_id(service.text("code") or "", service.text("edition") or "")
    if "resource" not in asked:
        raise wrong_body("The member 'service' must hold form, service or resource.", _PARAMETER)
    return ServiceId(asked.text("resource") or "")


def _moment(text: str | None, now: datetime) -> datetime:
    if text is None:
        return now
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise wrong_body("The member 'at' must be a moment in ISO 8601.", _PARAMETER) from error
    return moment.replace(tzinfo=moment.tzinfo or UTC)
