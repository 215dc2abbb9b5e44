"""Conformance check 18 at the door: what it adds to the core's answers is nothing but reading the question."""

from __future__ import annotations

import json
from datetime import datetime
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rest.authorization.decision_point import authorize
from tests.core.decisions.random_facts import ASKED, EVERYBODY, NEW, OTHER
from tests.core.decisions.random_worlds import RandomWorld, worlds
from tests.doors.rest.authorization.test_conformance import ACTION, PARTY, RESOURCE, request
from tests.doors.rest.vendor import attribute


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(worlds(), st.sampled_from(ASKED), st.randoms(use_true_random=False))
def test_check_18_a_question_gets_the_same_answer_alone_and_among_others(
    world: RandomWorld, at: datetime, chance: Random
) -> None:
    """I4. The others are held by `tests/core/decisions/test_invariants.py`, I5 by `tests/test_doors_agree.py`."""
    snapshot = world.snapshot()
    triples = [(holder, party, service) for holder in EVERYBODY for party in EVERYBODY for service in (NEW, OTHER)]
    chosen = chance.sample(triples, 12)
    body: dict[str, Any] = {
        "Request": {
            "AccessSubject": [],
            "Action": [{"Id": "a", "Attribute": [attribute(ACTION, "write")]}],
            "Resource": [],
            "MultiRequests": {"RequestReference": []},
        }
    }
    numbers = {party: str(snapshot.files.get(party).party.altinn_id) for party in EVERYBODY}  # type: ignore[union-attr]
    alone = []
    for place, (holder, party, service) in enumerate(chosen):
        subject = attribute(PARTY, numbers[holder])
        resource = [attribute(RESOURCE, service), attribute(PARTY, numbers[party])]
        body["Request"]["AccessSubject"].append({"Id": f"s{place}", "Attribute": [subject]})
        body["Request"]["Resource"].append({"Id": f"r{place}", "Attribute": resource})
        reference = {"ReferenceId": [f"s{place}", "a", f"r{place}"]}
        body["Request"]["MultiRequests"]["RequestReference"].append(reference)
        single = authorize(lambda: snapshot, json.dumps(request([subject], resource)).encode(), at)
        alone.append(json.loads(single.body)["response"][0])
    together = authorize(lambda: snapshot, json.dumps(body).encode(), at)
    assert json.loads(together.body)["response"] == alone
