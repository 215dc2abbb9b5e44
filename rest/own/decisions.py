"""Decisions with their proof: the same answer as the decision point's, and what it rests on."""

from __future__ import annotations

from flask import Response, request

from core import decide, prove
from rest.body import read_object
from rest.door import Call, Door, json_response
from rest.own.asked import PARAMETER, read_question
from rest.own.sights import DECIDING, require_askable
from rest.problem import Area


def add_decision_routes(door: Door) -> None:
    """Serve decisions with proof."""
    door.route("POST", "/brobygger/v1/decisions", answer, DECIDING, Area.LOOKUP)


def answer(call: Call) -> Response:
    """One decision, with the facts it rests on and what would turn it round."""
    asked = read_object(request.get_data(), PARAMETER)
    snapshot = call.store.snapshot()
    question = read_question(snapshot, asked, call.store.clock())
    require_askable(call, [question])
    return json_response(prove(snapshot, decide(snapshot, question)))
