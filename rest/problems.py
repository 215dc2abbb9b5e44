"""How errors are written: the families of bodies that the platform answers with. Source: rest-systemuser §1.5."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from core import DelegationRefused, ErrorCode, Fix, GatewayError, InvalidMembers, mask_numbers_in
from rest.problem import Area, Body, Problem, coded
from rest.problem_rows import IN_AREA, PACKAGE_REFUSED, PROBLEMS, REFUSALS, WRONG_FIELDS

_PHRASES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    416: "Range Not Satisfiable",
    429: "Too Many Requests",
    503: "Service Unavailable",
}
_SECTIONS = {400: "15.5.1", 401: "15.5.2", 404: "15.5.5", 409: "15.5.10", 410: "15.5.11", 422: "15.5.21", 503: "15.6.4"}
_EXTENSION_OF = {"00063": "NotFoundPackages", "00064": "NotDelegablePackages", "00065": "NotDelegablePackages"}
PACKAGE_URN = "urn:altinn:accesspackage:"
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Refused(Exception):
    """The door itself refuses, before or without the core: with a problem, and the wrong fields if any.

    ``detail`` is what the platform itself says there beside the title.
    """

    def __init__(
        self, problem: Problem, fields: Mapping[str, list[str]] | None = None, *, detail: str | None = None
    ) -> None:
        super().__init__(problem.title)
        self.problem = problem
        self.fields = fields
        self.detail = detail


class Violations(Exception):
    """The door refuses a call that breaks several rules, or may: each with extension members of its own."""

    def __init__(self, found: Iterable[tuple[Problem, Mapping[str, str]]]) -> None:
        super().__init__()
        self.found = tuple(found)


class Reply(NamedTuple):
    """An answer of any framework: status, content type and body."""

    status: int
    content_type: str
    body: bytes


class Asker(NamedTuple):
    """What the shape of an error body depends on, besides the error itself.

    ``strict``: nothing is added to what the platform itself would say.
    """

    trace_id: str
    accept: str = ""
    strict: bool = False


def trace_id(traceparent: str | None) -> str:
    """The caller's trace id, or a new one."""
    if traceparent is not None and _TRACEPARENT.fullmatch(traceparent):
        return traceparent
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def problem_of(error: GatewayError, area: Area) -> Problem:
    """How ``error`` is told in ``area``."""
    if isinstance(error, DelegationRefused) and error.refusals:
        first = error.refusals[0]
        if first.what.startswith(PACKAGE_URN):
            unknown = first.reason == "package-unknown"
            return PROBLEMS[ErrorCode.UNKNOWN_PACKAGE] if unknown else PACKAGE_REFUSED
        return IN_AREA.get((area, error.code), REFUSALS.get(first.reason, PROBLEMS[error.code]))
    return IN_AREA.get((area, error.code), PROBLEMS[error.code])


def tell(error: GatewayError, area: Area, asker: Asker) -> Reply:
    """The answer for ``error``."""
    problem = problem_of(error, area)
    title = mask_numbers_in(problem.title.format(**error.details)) if problem.body is Body.TEXT else problem.title
    detail = None if asker.strict else _detail(title, error)
    fields = error.problems if isinstance(error, InvalidMembers) else None
    return write(
        problem._replace(title=title), asker, detail=detail, extensions=_extensions(problem, error), fields=fields
    )


def write(
    problem: Problem,
    asker: Asker,
    *,
    detail: str | None = None,
    extensions: Mapping[str, Any] | None = None,
    fields: Mapping[str, list[str]] | None = None,
) -> Reply:
    """The answer for ``problem``; ``fields`` are the wrong fields with what is wrong."""
    if problem.body is Body.EMPTY:
        return Reply(problem.status, "", b"")
    if problem.body is Body.TEXT:
        return text_reply(problem.status, problem.title, asker.accept)
    if problem.body is Body.VALIDATION:
        return violations([(problem, {})], asker)
    document = _head(problem)
    if problem.body is Body.FIELDS:
        wrong = fields or {"$": [detail or problem.title]}
        document["errors"] = {name: [mask_numbers_in(text) for text in texts] for name, texts in wrong.items()}
    elif detail is not None:
        document["detail"] = detail
    return _problem_reply(problem.status, {**document, "traceId": asker.trace_id, **(extensions or {})})


def _told_back(members: Mapping[str, str]) -> dict[str, str]:
    """Members that tell back what was sent: no identity number gets through."""
    return {name: mask_numbers_in(text) for name, text in members.items()}


def violations(found: Iterable[tuple[Problem, Mapping[str, str]]], asker: Asker) -> Reply:
    """The answer that lists every violation, each with its own extension members."""
    listed = [
        {"code": each.code, "title": each.title, "paths": [each.path], **_told_back(more)} for each, more in found
    ]
    envelope = coded(400, "STD-00000", WRONG_FIELDS.title)
    document = {**_head(envelope), "traceId": asker.trace_id, "validationErrors": listed}
    return _problem_reply(400, document)


def text_reply(status: int, text: str, accept: str) -> Reply:
    """Plain text, in quotes for those who ask for JSON."""
    if "application/json" in accept:
        return Reply(status, "application/json; charset=utf-8", _json(text))
    return Reply(status, "text/plain; charset=utf-8", text.encode())


def _head(problem: Problem) -> dict[str, Any]:
    if problem.code:
        code = f"AUTH-{problem.code}" if problem.code.isdecimal() else problem.code
        return {
            "type": f"urn:altinn:error:{code}",
            "title": problem.title,
            "status": problem.status,
            "code": code,
            "statusDescription": _PHRASES[problem.status],
        }
    section = _SECTIONS.get(problem.status)
    kind = {"type": f"https://tools.ietf.org/html/rfc9110#section-{section}"} if section else {}
    return {**kind, "title": problem.title, "status": problem.status}


def _problem_reply(status: int, document: Mapping[str, Any]) -> Reply:
    return Reply(status, "application/problem+json; charset=utf-8", _json(document))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _detail(title: str, error: GatewayError) -> str:
    """The title and what would help. No identity number gets through, whatever the error says."""
    helps = " ".join(_sentence(fix) for fix in error.fixes) or f"{error.message[:1].upper()}{error.message[1:]}."
    return mask_numbers_in(f"{title.rstrip('.')}. {helps}")


def _sentence(fix: Fix) -> str:
    return f"{fix.party} lacks {fix.missing}: {fix.ground}. Ask {fix.giver}."


def _extensions(problem: Problem, error: GatewayError) -> dict[str, str]:
    key, packages = _EXTENSION_OF.get(problem.code), error.details.get("packages")
    if key is None or packages is None:
        return {}
    return _told_back({key: ", ".join(f"{PACKAGE_URN}{package}" for package in packages.split(", "))})
