"""Cedar (the Rust engine, by cedarpy): subjects as entities, what they hold for each party as tags."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

import cedarpy

from benchmarks.peers.closure import Closure, PlainQuestion

_POLICY = """
permit (principal, action, resource)
when { principal.hasTag(context.party) && resource in principal.getTag(context.party) };
"""


class Cedar:
    """A parsed entity store and policy, both reused by every call."""

    def __init__(self, closure: Closure) -> None:
        self._policies = cedarpy.PolicySet.from_str(_POLICY)
        self._entities = cedarpy.Entities.from_json_str(json.dumps([*_subjects(closure), *_rights(closure)]))

    def ask(self, request: dict[str, object]) -> bool:
        """One question in one call."""
        return bool(cedarpy.is_authorized(request, self._policies, self._entities).allowed)

    def ask_all(self, requests: Sequence[dict[str, object]]) -> list[bool]:
        """Many questions in one call."""
        answers = cedarpy.is_authorized_batch(list(requests), self._policies, self._entities)
        return [bool(answer.allowed) for answer in answers]


def request_of(question: PlainQuestion) -> dict[str, object]:
    """The question as cedarpy takes it."""
    return {
        "principal": f'Subject::"{question.subject}"',
        "action": 'Action::"do"',
        "resource": f'Thing::"{question.right}"',
        "context": {"party": question.party},
    }


def _subjects(closure: Closure) -> Iterator[dict[str, object]]:
    tags: dict[str, dict[str, list[object]]] = defaultdict(dict)
    for (subject, party), held in closure.held.items():
        tags[subject][party] = [{"__entity": _thing(what)} for what in sorted(held)]
    for subject, by_party in tags.items():
        yield {"uid": {"type": "Subject", "id": subject}, "attrs": {}, "parents": [], "tags": by_party}


def _rights(closure: Closure) -> Iterator[dict[str, object]]:
    for what, openers in closure.opened_by.items():
        yield {"uid": _thing(what), "attrs": {}, "parents": [_thing(opener) for opener in sorted(openers)]}


def _thing(what: str) -> dict[str, str]:
    return {"type": "Thing", "id": what}
