"""What a service owner's answer means: taken, to be tried again, or refused for good."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from core import DeliveryCause, DeliveryFailure

_SECONDS = re.compile(r"[0-9]{1,9}")
_CONFLICT = 409
_TOKEN_NOT_TAKEN = 401
_AGAIN = {408: DeliveryCause.UNREACHABLE, 425: DeliveryCause.THROTTLED, 429: DeliveryCause.THROTTLED}
_SAID = ("detail", "help", "title", "message", "error_description", "error")


@dataclass(frozen=True, slots=True)
class Answer:
    """A service owner's answer as far as it is read: status, headers in lower case, and the body's beginning."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """The service owner has it, under its own reference where it gave one."""

    status: int
    reference: str | None


def judge(answer: Answer, receipt: str, now: datetime) -> Taken | DeliveryFailure:
    """What the answer means for the delivery. ``receipt`` is the member that holds the service owner's reference.

    A 409 that comes with the reference says that the key was taken before; one with Retry-After that it is being
    taken just now; any other is a refusal. A redirect is one too: the token is for the address that was named.
    """
    body = _json(answer)
    reference = _reference(body, receipt)
    if 200 <= answer.status < 300:
        return Taken(answer.status, reference or answer.headers.get("location"))
    if answer.status == _CONFLICT and reference is not None:
        return Taken(answer.status, reference)
    return DeliveryFailure(_cause(answer), _words(answer, body), answer.status, retry_after(answer.headers, now))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """What Retry-After asks for, in seconds or as a date; None where it asks nothing that can be read."""
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=int(text))
    if text.isascii() and text.isdigit():
        return timedelta.max
    try:
        return _until(text, now)
    except (ValueError, OverflowError):
        return None


def _until(text: str, now: datetime) -> timedelta | None:
    moment = parsedate_to_datetime(text)
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    seconds = (aware - now).total_seconds()
    return timedelta(seconds=math.ceil(seconds)) if seconds > 0 else None


def _cause(answer: Answer) -> DeliveryCause:
    if answer.status == _TOKEN_NOT_TAKEN:
        return DeliveryCause.TOKEN_NOT_TAKEN
    if answer.status in _AGAIN:
        return _AGAIN[answer.status]
    if answer.status == _CONFLICT and "retry-after" in answer.headers:
        return DeliveryCause.IN_PROGRESS
    return DeliveryCause.OWNER_FAILED if answer.status >= 500 else DeliveryCause.REFUSED


def _reference(body: Any, receipt: str) -> str | None:
    value = body.get(receipt) if isinstance(body, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def _words(answer: Answer, body: Any) -> str:
    """What the service owner said, in its own words: its problem's members, or else the text as it is."""
    if isinstance(body, dict):
        said = [body[name] for name in _SAID if isinstance(body.get(name), str)]
        return " ".join(said[:2])
    kind = answer.headers.get("content-type", "")
    return answer.body.decode("utf-8", "replace") if kind.startswith("text/plain") else ""


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
