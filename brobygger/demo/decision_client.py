"""Asking the decision point over HTTP, as a service owner's enforcement point does. Source: pdp-and-tokens §9."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from delivery import MachineClient, NoToken, Wanted

PATH = "/authorization/api/v1/authorize"
_SCOPE = "altinn:authorization/authorize"
_ACTION = "urn:oasis:names:tc:xacml:1.0:action:action-id"
_MINIMUM_LEVEL = "urn:altinn:minimum-authenticationlevel"

SYSTEM_USER_LEVEL = 3
"""A system user counts as level 3, whichever form its token has. Source: pdp-and-tokens §9.9."""


class NoDecision(Exception):
    """The decision point could not be asked, or gave no answer that can be used. Whoever asked must refuse."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: may the system user do ``action`` on ``resource`` for the organisation ``party``?"""

    system_user: str
    resource: str
    action: str
    party: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer. ``reason`` is the gateway's own, empty where the decision point gives none."""

    decision: str
    reason: str
    level: int

    @property
    def allows(self) -> bool:
        """Permit, with a minimum level that a system user reaches; anything else is a no."""
        return self.decision == "Permit" and self.level <= SYSTEM_USER_LEVEL


class DecisionClient:
    """Asks with the service owner's own token; the end user's token is never forwarded."""

    def __init__(self, http: httpx.Client, client: MachineClient) -> None:
        self._http = http
        self._client = client

    def ask(self, questions: Sequence[Asked]) -> tuple[Answered, ...]:
        """The answers, in order: one each, or none at all. Raises NoDecision."""
        try:
            token = self._client.token(Wanted(frozenset({_SCOPE})))
            headers = {"Authorization": f"Bearer {token}"}
            answer = self._http.post(PATH, json=request_body(questions), headers=headers).raise_for_status()
            results = answer.json()["response"]
            reasons = answer.headers.get("Brobygger-Reason", "").split(",")
            found = tuple(_answered(each, reason) for each, reason in _in_step(results, reasons))
        except (httpx.HTTPError, NoToken, ValueError, KeyError, TypeError) as error:
            raise NoDecision("the decision point could not be asked") from error
        # A broken question in a batch makes one answer out of many.
        if len(found) != len(questions):
            raise NoDecision("the decision point gave another number of answers than there were questions")
        return found


def request_body(questions: Sequence[Asked]) -> dict[str, Any]:
    """The questions as an XACML request: one as it is, several as a multi request."""
    if len(questions) == 1:
        (asked,) = questions
        return {
            "Request": {
                "AccessSubject": [_category(_subject(asked))],
                "Action": [_category(_action(asked))],
                "Resource": [_category(_resource(asked))],
            }
        }
    return {
        "Request": {
            "AccessSubject": [_category(_subject(each), f"s{n}") for n, each in enumerate(questions)],
            "Action": [_category(_action(each), f"a{n}") for n, each in enumerate(questions)],
            "Resource": [_category(_resource(each), f"r{n}") for n, each in enumerate(questions)],
            "MultiRequests": {
                "RequestReference": [{"ReferenceId": [f"s{n}", f"a{n}", f"r{n}"]} for n in range(len(questions))]
            },
        }
    }


def _subject(asked: Asked) -> list[tuple[str, str]]:
    return [("urn:altinn:systemuser:uuid", asked.system_user)]


def _action(asked: Asked) -> list[tuple[str, str]]:
    return [(_ACTION, asked.action)]


def _resource(asked: Asked) -> list[tuple[str, str]]:
    return [("urn:altinn:resource", asked.resource), ("urn:altinn:organization:identifier-no", asked.party)]


def _category(attributes: list[tuple[str, str]], name: str | None = None) -> dict[str, Any]:
    category: dict[str, Any] = {"Attribute": [{"AttributeId": key, "Value": value} for key, value in attributes]}
    return category if name is None else {"Id": name, **category}


def _in_step(results: list[Any], reasons: list[str]) -> list[tuple[Any, str]]:
    return [(each, reasons[n] if n < len(reasons) else "") for n, each in enumerate(results)]


def _answered(result: dict[str, Any], reason: str) -> Answered:
    return Answered(str(result["decision"]), reason.strip(), max(_levels(result), default=0))


def _levels(result: dict[str, Any]) -> list[int]:
    """The minimum levels that the obligations ask of the caller."""
    return [
        int(assigned["value"])
        for obligation in result.get("obligations") or ()
        for assigned in obligation["attributeAssignment"]
        if assigned["category"] == _MINIMUM_LEVEL
    ]
