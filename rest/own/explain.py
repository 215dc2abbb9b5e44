"""The proof of any decision in bokmål, nynorsk or English, for programs and for people."""

from __future__ import annotations

from flask import Response, request

from core import Language, Question, decide, explained_text, prove
from rest.body import read_object, read_optional
from rest.door import Call, Door, json_response
from rest.own.asked import PARAMETER, as_seen, read_language, read_question, read_question_parameters
from rest.own.sights import EXPLAIN_SCOPES, require_askable, sight_of
from rest.problem import Area

_PATH = "/brobygger/v1/explain"
_JSON, _MARKDOWN, _PLAIN = "application/json", "text/markdown", "text/plain"


def add_explain_routes(door: Door) -> None:
    """Serve explanations."""
    door.route("POST", _PATH, explain_asked, EXPLAIN_SCOPES, Area.LOOKUP)
    door.route("GET", _PATH, explain_addressed, EXPLAIN_SCOPES, Area.LOOKUP)


def explain_asked(call: Call) -> Response:
    """The explanation of the answer to the question in the body."""
    asked = read_object(request.get_data(), PARAMETER)
    question = read_question(call.store.snapshot(), asked, call.store.clock())
    return _explained(call, question, read_language(asked.text("language")))


def explain_addressed(call: Call) -> Response:
    """The explanation of the answer to the question in the address."""
    question = read_question_parameters(call.store.snapshot(), request.args, call.store.clock())
    return _explained(call, question, read_language(read_optional(request.args, "language")))


def _explained(call: Call, question: Question, language: Language) -> Response:
    sight = sight_of(call, EXPLAIN_SCOPES)
    require_askable(call, [question])
    snapshot = call.store.snapshot()
    decision = decide(snapshot, as_seen(snapshot, sight, question))
    headers = {"Content-Language": str(language), "Vary": "Accept, Accept-Language"}
    wanted = request.accept_mimetypes.best_match([_JSON, _MARKDOWN, _PLAIN], _JSON)
    if wanted == _JSON:
        return json_response(prove(snapshot, decision, language), headers=headers)
    text = explained_text(snapshot, decision, language)
    return Response(text, 200, headers, content_type=f"{wanted}; charset=utf-8")
