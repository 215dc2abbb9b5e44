"""What an answer was, what it should have been, and the row of the table that says both."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

_CODE = re.compile(r"\b(?:MP-\d{3}|[A-Z]+\.VLD-\d{5}|AUTH-\d{5}|BRO-\d{5}|AM-\d{5}|STD-\d{5})\b")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: its status, the decisions where it was a decision request, the reason told, the text.

    ``refused`` is the end-user system's own refusal; ``token_requests`` how many tokens the call asked for.
    """

    status: int
    decision: str
    reason: str
    text: str
    refused: str = ""
    token_requests: int = 0


def outcome_of(answer: httpx.Response, token_requests: int = 0) -> Outcome:
    """What an HTTP answer says."""
    try:
        text = answer.content.decode()
    except UnicodeDecodeError:
        text = answer.content.hex()
    body = _json(text)
    results = body.get("response") if isinstance(body, dict) else None
    decisions = [each["decision"] for each in results] if isinstance(results, list) else []
    return Outcome(
        answer.status_code, ",".join(decisions), _reason(answer, body, text), text, token_requests=token_requests
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was expected, and what was got and why; where all is as expected they are the same words."""

    expected: str
    got: str
    reason: str


def compared(expect: Mapping[str, Any], outcome: Outcome) -> Verdict:
    """Hold an outcome against everything that is expected of it."""
    got = outcome.refused or _shortened(outcome.decision) or str(outcome.status)
    wrong = _what_is_wrong(expect, outcome)
    if not wrong:
        return Verdict(f"{got} {outcome.reason}", got, outcome.reason)
    wanted = expect.get("refused") or _shortened(expect.get("decision", "")) or str(expect.get("status", ""))
    reason = expect.get("reason") or next(iter(_texts(expect, "says")), "")
    return Verdict(f"{wanted} {reason}", got, f"{outcome.reason or 'no reason'}: {wrong}")


def _shortened(decisions: str) -> str:
    """Several decisions: how many of each kind come after each other."""
    runs = [(name, len(list(some))) for name, some in itertools.groupby(decisions.split(","))]
    return ", ".join(name if count == 1 else f"{count} × {name}" for name, count in runs)


def _what_is_wrong(expect: Mapping[str, Any], outcome: Outcome) -> str:
    """The first expectation that is not met, in a sentence; empty where all are."""
    for name in ("status", "decision", "reason", "refused", "token_requests"):
        got = getattr(outcome, name)
        if name in expect and expect[name] != got:
            return f"{name} should be {expect[name]}"
    missing = [each for each in _texts(expect, "says") if each not in outcome.text]
    if missing:
        return f"the answer does not say {missing[0]}"
    surplus = [each for each in _texts(expect, "lacks") if each in outcome.text]
    return f"the answer says {surplus[0]}" if surplus else ""


def _texts(expect: Mapping[str, Any], name: str) -> list[str]:
    found = expect.get(name, [])
    return [str(each) for each in (found if isinstance(found, list) else [found])]


def _reason(answer: httpx.Response, body: Any, text: str) -> str:
    """The gateway's reason for a decision, or the code that a refusal carries."""
    told = answer.headers.get("Brobygger-Reason") or (body.get("reason") if isinstance(body, dict) else None)
    if isinstance(told, str) and told:
        # One for each question of a request: those that are the same are told once.
        return ", ".join(dict.fromkeys(each.strip() for each in told.split(",")))
    codes = _CODE.findall(text) if answer.status_code >= 400 else []
    # Several violations come under one code that says no more than that there are some.
    return next((code for code in codes if not code.startswith("STD-")), codes[0] if codes else "")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
