"""The answers as they would be with facts added or taken away, and what would end with a grant. Nothing is stored."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from core import (
    Compared,
    Decision,
    Edit,
    InvalidFacts,
    Language,
    Loss,
    Question,
    Sight,
    Snapshot,
    WhatIf,
    by_service,
    explain,
    read_supposed,
    shown_edit,
    shown_user,
    what_ends,
    what_if,
)
from rest.body import Members, read_object, wrong_body
from rest.door import Call, Door, json_response
from rest.own.asked import PARAMETER, as_seen, read_language, read_moment, read_question
from rest.own.sights import WHAT_IF_SCOPES, require_all_askable, require_askable, sight_of
from rest.problem import Area
from rest.problem_rows import WRONG_FIELDS
from rest.problems import Refused

MOST_QUESTIONS = 100
"""The most questions of one call."""


def add_what_if_routes(door: Door) -> None:
    """Serve what-if."""
    door.route("POST", "/brobygger/v1/what-if", compare, WHAT_IF_SCOPES, Area.LOOKUP)
    door.route("POST", "/brobygger/v1/what-if/ends", ends, WHAT_IF_SCOPES, Area.LOOKUP)


def compare(call: Call) -> Response:
    """Each question with its answer now, and as it would be."""
    asked = read_object(request.get_data(), PARAMETER)
    sight = sight_of(call, WHAT_IF_SCOPES)
    snapshot, now = call.store.snapshot(), call.store.clock()
    questions = _questions(call, sight, asked)
    require_askable(call, questions)
    edits = _supposed(call, sight, asked)
    language = read_language(asked.text("language"))
    found = what_if(snapshot, questions, edits, read_moment(asked.text("at"), now))
    answers = [_compared(found, each, language) for each in found.compared]
    changed = [place for place, each in enumerate(found.compared) if each.changed]
    also = [shown_edit(each) for each in found.also]
    answer = {"sequence": snapshot.sequence, "answers": answers, "changed": changed, "also": also}
    return json_response(answer, headers={"Content-Language": str(language), "Vary": "Accept-Language"})


def ends(call: Call) -> Response:
    """What system users would lose, and for whom, if the facts were taken away."""
    asked = read_object(request.get_data(), PARAMETER)
    asked.require("remove")
    require_all_askable(call)
    sight = sight_of(call, WHAT_IF_SCOPES)
    snapshot = call.store.snapshot()
    gone = [edit.fact for edit in _supposed(call, sight, asked)]
    found = what_ends(snapshot, gone, read_moment(asked.text("at"), call.store.clock()))
    losses = [_loss(snapshot, each) for each in found.losses]
    also = [shown_edit(each) for each in found.also]
    return json_response({
        "sequence": snapshot.sequence, "losses": losses, "leftOff": found.left_off, "also": also,
    })  # fmt: skip


def _questions(call: Call, sight: Sight, asked: Members) -> list[Question]:
    asked.require("questions")
    wanted = asked.members("questions")
    if not 0 < len(wanted) <= MOST_QUESTIONS:
        raise wrong_body(f"The member 'questions' must hold from 1 to {MOST_QUESTIONS} questions.", PARAMETER)
    snapshot, now = call.store.snapshot(), call.store.clock()
    return [as_seen(snapshot, sight, read_question(snapshot, each, now)) for each in wanted]


def _supposed(call: Call, sight: Sight, asked: Members) -> tuple[Edit, ...]:
    try:
        return read_supposed(call.store, call.store.snapshot(), sight, asked.plain("add"), asked.plain("remove"))
    except InvalidFacts as error:
        fields: dict[str, list[str]] = {}
        for place, problem in error.problems:
            fields.setdefault(place, []).append(problem)
        raise Refused(WRONG_FIELDS, fields) from error


def _compared(found: WhatIf, each: Compared, language: Language) -> dict[str, Any]:
    return {
        "changed": each.changed,
        "before": _answer(found.before, each.before, language),
        "after": _answer(found.after, each.after, language),
    }


def _answer(snapshot: Snapshot, decision: Decision, language: Language) -> dict[str, Any]:
    return {
        "outcome": str(decision.outcome),
        "reasons": [str(reason) for reason in decision.reasons],
        "sentence": explain(snapshot, decision, language).sentence,
    }


def _loss(snapshot: Snapshot, loss: Loss) -> dict[str, Any]:
    party = snapshot.party(loss.party)
    services = [{"service": name, "actions": list(actions)} for name, actions in by_service(loss.rights).items()]
    number = "" if party is None else party.masked_number
    return {
        "systemUser": shown_user(snapshot, loss.user),
        "party": {"id": loss.party, "number": number},
        "services": services,
    }
