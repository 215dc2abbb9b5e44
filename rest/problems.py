"""From every error of the core to its status, its code and its body, as the platform writes them.

The texts are the platform's own and are matched by clients. Source: rest-systemuser §1.5 and §10.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from core import DelegationRefused, ErrorCode, Fix, GatewayError, mask_numbers_in


class Body(Enum):
    """The families of error bodies."""

    CODED = "a code of ours in a problem document"
    FRAMEWORK = "the framework's bare problem document"
    FIELDS = "the framework's list of wrong fields"
    VALIDATION = "a problem document with a list of coded violations"
    TEXT = "plain text"
    EMPTY = "nothing"


class Problem(NamedTuple):
    """How one error is told. ``code`` without its prefix; ``path`` where a violation names one."""

    status: int
    code: str
    title: str
    body: Body
    path: str = ""


class Area(Enum):
    """A part of the interface where some errors are told otherwise."""

    REQUESTS = "requests for system users"
    REGISTER = "the system register"
    AGENT_APPROVAL = "a party's answer to a request for an agent"
    LOOKUP = "look-ups of system users"
    CLIENTS = "clients of agents"


def _coded(status: int, code: str, title: str) -> Problem:
    return Problem(status, code, title, Body.CODED)


def _violation(code: str, title: str, path: str) -> Problem:
    return Problem(400, code, title, Body.VALIDATION, path)


_BAD_REQUEST = Problem(400, "", "Bad Request", Body.FRAMEWORK)
_NOT_FOUND = Problem(404, "", "Not Found", Body.FRAMEWORK)
_CONFLICT = Problem(409, "", "Conflict", Body.FRAMEWORK)
WRONG_FIELDS = Problem(400, "", "One or more validation errors occurred.", Body.FIELDS)
FORBIDDEN = Problem(403, "", "Forbidden", Body.EMPTY)
UNAUTHORIZED = Problem(401, "", "Unauthorized", Body.FRAMEWORK)
VENDOR_UNKNOWN = _coded(401, "00023", "Can't resolve the Organisation Number for the Vendor from the Token.")

_NO_ORGANISATION = _coded(400, "00000", "Can't resolve the Organisation Number from the logged in Reportee PartyId.")
_NO_SYSTEM = _coded(404, "00011", "The Id does not refer to a Registered System.")
_BAD_RIGHT = _coded(400, "00001", "One or more Right not found or not delegable.")
_REFERS_TO = "The combination of External Ids refer to"
_CLIENT_ID = "/registersystemrequest/clientid"

NOT_AN_ORGANISATION = _violation(
    "AUTH.VLD-00000",
    "the org number identifier is not valid ISO6523 identifier",
    "/registersystemrequest/vendor/id",
)

PROBLEMS: Mapping[ErrorCode, Problem] = {
    ErrorCode.INVALID_ORGANISATION_NUMBER: _NO_ORGANISATION,
    ErrorCode.INVALID_PERSON_NUMBER: WRONG_FIELDS,
    ErrorCode.INVALID_XML: _BAD_REQUEST,
    ErrorCode.INVALID_BATCH: _BAD_REQUEST,
    ErrorCode.INVALID_WORLD: _BAD_REQUEST,
    ErrorCode.INVALID_SYSTEM: Problem(400, "STD-00000", WRONG_FIELDS.title, Body.VALIDATION),
    ErrorCode.INVALID_PASSWORD: _BAD_REQUEST,
    ErrorCode.INVALID_LOGIN: _BAD_REQUEST,
    ErrorCode.INVALID_EXTERNAL_REFERENCE: WRONG_FIELDS,
    ErrorCode.UNKNOWN_ROLE: _BAD_REQUEST,
    ErrorCode.UNKNOWN_PACKAGE: _coded(400, "00052", "One or more access packages are invalid"),
    ErrorCode.UNKNOWN_SERVICE: _BAD_RIGHT,
    ErrorCode.RIGHT_OUTSIDE_SYSTEM: _BAD_RIGHT,
    ErrorCode.PACKAGE_OUTSIDE_SYSTEM: _coded(
        400, "00063", "One or more accesspackage is not found in the referenced system in the System Register."
    ),
    ErrorCode.PACKAGE_NOT_ASSIGNABLE: _coded(
        400,
        "00064",
        "One or more access packages cannot be delegated. Either they are intended for clients or they cannot be "
        "delegated further.",
    ),
    ErrorCode.PACKAGE_NOT_DELEGABLE: _coded(
        400,
        "00065",
        "One or more access packages cannot be delegated because they are not intended for client relationships",
    ),
    ErrorCode.NOTHING_REQUESTED: _coded(
        400, "00059", "No AccessPackages or Single Rights found, a SystemUser must have at least one"
    ),
    ErrorCode.AGENT_NEEDS_PACKAGES: _coded(
        400, "00058", "No AccessPackages found, an Agent SystemUser must have at least one"
    ),
    ErrorCode.REDIRECT_NOT_REGISTERED: _coded(400, "00021", "The RedirectUri was not found or not valid."),
    ErrorCode.SYSTEM_HAS_NO_REDIRECTS: _coded(400, "00026", "No redirect uris are set for the system"),
    ErrorCode.NOT_AN_AGENT: _coded(
        400, "00034", "The system user type of the provided system user GUID is not an agent."
    ),
    ErrorCode.CLIENT_NOT_FOUND: _coded(400, "00079", "Client not found."),
    ErrorCode.CLIENT_LACKS_PACKAGES: _coded(
        400, "00080", "Client does not have the accesspackages the agent system user requires"
    ),
    ErrorCode.RIGHT_NOT_HELD: _BAD_RIGHT,
    ErrorCode.AUTHENTICATION_FAILED: UNAUTHORIZED,
    ErrorCode.PERSON_AUTHENTICATION_FAILED: UNAUTHORIZED,
    ErrorCode.CODE_EXPIRED: UNAUTHORIZED,
    ErrorCode.PARTY_NOT_FOUND: _NO_ORGANISATION,
    ErrorCode.ORGANISATION_NOT_FOUND: _NO_ORGANISATION,
    ErrorCode.PERSON_NOT_FOUND: _NOT_FOUND,
    ErrorCode.SYSTEM_NOT_FOUND: _NO_SYSTEM,
    ErrorCode.ENTERPRISE_SYSTEM_NOT_FOUND: _NOT_FOUND,
    ErrorCode.ENTERPRISE_USER_NOT_FOUND: _NOT_FOUND,
    ErrorCode.SYSTEM_USER_NOT_FOUND: _coded(404, "00015", "The SystemUser was not found."),
    ErrorCode.REQUEST_NOT_FOUND: _coded(404, "00010", "The Id does not refer to a Request in our system."),
    ErrorCode.GRANT_NOT_FOUND: _coded(400, "00038", "Delegation not found"),
    ErrorCode.BATCH_NOT_FOUND: _NOT_FOUND,
    ErrorCode.FORM_NOT_FOUND: _NOT_FOUND,
    ErrorCode.CONTENT_NOT_FOUND: _NOT_FOUND,
    ErrorCode.NOT_THE_VENDOR: _NO_SYSTEM,
    ErrorCode.NOT_THE_REQUESTED_PARTY: _coded(403, "00041", "Party does not match request's orgno"),
    ErrorCode.MISSING_ADMINISTRATION: FORBIDDEN,
    ErrorCode.MISSING_CLIENT_ADMINISTRATION: FORBIDDEN,
    ErrorCode.TOO_MANY_ATTEMPTS: _coded(429, "00073", "Account is temporarily locked."),
    ErrorCode.DELEGATION_REFUSED: _coded(403, "00014", "DelegationCheck failed with unknown error."),
    ErrorCode.NOT_THE_CALLERS: FORBIDDEN,
    ErrorCode.SYSTEM_EXISTS: Problem(409, "", "The System already exist: {system}", Body.TEXT),
    ErrorCode.CLIENT_ID_TAKEN: _violation(
        "AUTH.VLD-00004", "One of the client id is already tagged with an existing system", _CLIENT_ID
    ),
    ErrorCode.REQUEST_NOT_NEW: _coded(409, "00013", "The Status of the Request is not New."),
    ErrorCode.SYSTEM_USER_EXISTS: _coded(
        400, "00004", "Failed to create new SystemUser, existing SystemUser tied to the given System-Id."
    ),
    ErrorCode.REQUEST_PENDING: _coded(400, "00007", f"{_REFERS_TO} a Pending Request, please reuse or delete."),
    ErrorCode.REQUEST_ACCEPTED: _coded(400, "00006", f"{_REFERS_TO} an already Accepted SystemUser."),
    ErrorCode.REQUEST_REJECTED: _coded(
        400, "00009", f"{_REFERS_TO} a Rejected Request, please delete and renew the Request."
    ),
    ErrorCode.FACT_EXISTS: _CONFLICT,
    ErrorCode.INVALID_MESSAGE: _BAD_REQUEST,
    ErrorCode.MESSAGE_NOT_FOUND: _NOT_FOUND,
    ErrorCode.NOT_THE_SERVICE_OWNER: FORBIDDEN,
    ErrorCode.MISSING_RIGHT: FORBIDDEN,
    ErrorCode.RECEIPT_TYPE_MISSING: _BAD_REQUEST,
    ErrorCode.DATES_REVERSED: _BAD_REQUEST,
    ErrorCode.INVALID_RECEIPT_UPDATE: _BAD_REQUEST,
    ErrorCode.RECEIPT_NOT_FOUND: _NOT_FOUND,
    ErrorCode.NOT_AUTHORISED_FOR_REPORTEE: FORBIDDEN,
    ErrorCode.NOT_AUTHORISED_TO_SIGN: FORBIDDEN,
    ErrorCode.LEVEL_TOO_LOW: FORBIDDEN,
    ErrorCode.WRONG_ELEMENT_STATE: _CONFLICT,
    ErrorCode.ELEMENT_ARCHIVED: _CONFLICT,
    ErrorCode.ELEMENT_NOT_COMPLETED: _CONFLICT,
    ErrorCode.ELEMENT_NOT_DELETABLE: _CONFLICT,
    ErrorCode.ALREADY_SIGNED: _CONFLICT,
    ErrorCode.WRONG_MESSAGE_STATE: _CONFLICT,
    ErrorCode.MESSAGE_NOT_DELETABLE: _CONFLICT,
    ErrorCode.UNKNOWN_SERVICE_OWNER: _BAD_REQUEST,
    ErrorCode.INVALID_PREFILL: _BAD_REQUEST,
    ErrorCode.BROKER_SERVICE_UNKNOWN: _BAD_REQUEST,
    ErrorCode.INVALID_REPORTEE: _BAD_REQUEST,
    ErrorCode.INVALID_TRANSFER: _BAD_REQUEST,
    ErrorCode.NO_FILE_DATA: _BAD_REQUEST,
    ErrorCode.NOT_A_ZIP_FILE: _BAD_REQUEST,
    ErrorCode.FILE_TOO_LARGE: _BAD_REQUEST,
    ErrorCode.TRANSFER_NOT_FOUND: _NOT_FOUND,
    ErrorCode.NO_FILE_READY: _NOT_FOUND,
    ErrorCode.SENDER_NOT_AUTHORISED: FORBIDDEN,
    ErrorCode.RECIPIENT_REFUSED: FORBIDDEN,
    ErrorCode.TRANSFER_NOT_AUTHORISED: FORBIDDEN,
    ErrorCode.OTHER_REPORTEE: FORBIDDEN,
    ErrorCode.RECIPIENT_NOT_AUTHORISED: FORBIDDEN,
    ErrorCode.FILE_ALREADY_UPLOADED: _CONFLICT,
    ErrorCode.INVALID_SERVICE_CODE: _BAD_REQUEST,
    ErrorCode.SERVICE_CODE_NEEDED: _BAD_REQUEST,
    ErrorCode.TRANSFER_LEVEL_TOO_LOW: FORBIDDEN,
    ErrorCode.STORE_UNAVAILABLE: Problem(503, "", "Service Unavailable", Body.FRAMEWORK),
    ErrorCode.CODE_CHANNEL_UNAVAILABLE: Problem(503, "", "Service Unavailable", Body.FRAMEWORK),
}
"""Every error of the core, once."""

_IN_AREA: Mapping[tuple[Area, ErrorCode], Problem] = {
    (Area.REGISTER, ErrorCode.INVALID_ORGANISATION_NUMBER): NOT_AN_ORGANISATION,
    (Area.REGISTER, ErrorCode.NOT_THE_VENDOR): FORBIDDEN,
    (Area.REGISTER, ErrorCode.SYSTEM_NOT_FOUND): _NOT_FOUND,
    (Area.AGENT_APPROVAL, ErrorCode.REQUEST_NOT_FOUND): _coded(
        404, "00030", "The Id does not refer to an AgentRequest in our system."
    ),
    (Area.AGENT_APPROVAL, ErrorCode.NOT_THE_REQUESTED_PARTY): _coded(
        403, "00042", "Party does not match agent request's orgno"
    ),
    (Area.LOOKUP, ErrorCode.SYSTEM_USER_NOT_FOUND): _NOT_FOUND,
    (Area.LOOKUP, ErrorCode.SYSTEM_NOT_FOUND): _NOT_FOUND,
    (Area.LOOKUP, ErrorCode.ORGANISATION_NOT_FOUND): _NOT_FOUND,
    (Area.LOOKUP, ErrorCode.NOT_THE_VENDOR): _NOT_FOUND,
    (Area.CLIENTS, ErrorCode.SYSTEM_USER_NOT_FOUND): _violation("AUTH.VLD-00014", "System user not found", "?agent"),
    (Area.CLIENTS, ErrorCode.NOT_AN_AGENT): _violation(
        "AUTH.VLD-00015", "SystemUser is not a valid system user of type agent", "?agent"
    ),
    (Area.CLIENTS, ErrorCode.PARTY_NOT_FOUND): Problem(404, "", "Party not found", Body.FRAMEWORK),
    (Area.CLIENTS, ErrorCode.ORGANISATION_NOT_FOUND): Problem(404, "", "Party not found", Body.FRAMEWORK),
}

_CHECK = "DelegationCheck failed with error: "
REFUSALS: Mapping[str, Problem] = {
    "missing-role-access": _coded(403, "00016", f"{_CHECK}Has not access by a delegation of role in ER or Altinn."),
    "missing-direct-delegation": _coded(403, "00018", f"{_CHECK}Has not access by direct delegation."),
    "missing-package-access": _coded(403, "00068", f"{_CHECK}Has not access by a delegation of package in Altinn."),
    "access-list": _coded(
        403, "00069", f"{_CHECK}The receiver does not have the right based on Access List delegation."
    ),
    "resource-not-delegable": _coded(
        403, "00070", f"{_CHECK}The resource cannot be delegated to another user or entity."
    ),
    "maskinporten-schema": _coded(
        403, "00071", f"{_CHECK}The resource is not delegable because it is a Maskinporten schema resource."
    ),
}
"""What a right that may not be given is told as, by the reason of the first refusal. Source: rest-systemuser §10.5."""

PACKAGE_REFUSED = _coded(400, "00053", "The user does not have enough access to delegate the requested access packages")

_PHRASES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    429: "Too Many Requests",
    503: "Service Unavailable",
}
_SECTIONS = {400: "15.5.1", 401: "15.5.2", 404: "15.5.5", 409: "15.5.10", 503: "15.6.4"}
_EXTENSION_OF = {"00063": "NotFoundPackages", "00064": "NotDelegablePackages", "00065": "NotDelegablePackages"}
PACKAGE_URN = "urn:altinn:accesspackage:"
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class Refused(Exception):
    """The door itself refuses, before or without the core: with a problem, and the wrong fields if any."""

    def __init__(self, problem: Problem, fields: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(problem.title)
        self.problem = problem
        self.fields = fields


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
        return REFUSALS.get(first.reason, PROBLEMS[error.code])
    return _IN_AREA.get((area, error.code), PROBLEMS[error.code])


def tell(error: GatewayError, area: Area, asker: Asker) -> Reply:
    """The answer for ``error``."""
    problem = problem_of(error, area)
    title = problem.title.format(**error.details) if problem.body is Body.TEXT else problem.title
    detail = None if asker.strict else _detail(title, error)
    return write(problem._replace(title=title), asker, detail=detail, extensions=_extensions(problem, error))


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
        document["errors"] = dict(fields or {"$": [detail or problem.title]})
    elif detail is not None:
        document["detail"] = detail
    return _problem_reply(problem.status, {**document, "traceId": asker.trace_id, **(extensions or {})})


def violations(found: Iterable[tuple[Problem, Mapping[str, str]]], asker: Asker) -> Reply:
    """The answer that lists every violation, each with its own extension members."""
    listed = [{"code": each.code, "title": each.title, "paths": [each.path], **more} for each, more in found]
    envelope = _coded(400, "STD-00000", WRONG_FIELDS.title)
    document = {**_head(envelope), "traceId": asker.trace_id, "validationErrors": listed}
    return _problem_reply(400, document)


def text_reply(status: int, text: str, accept: str) -> Reply:
    """Plain text, in quotes for those who ask for JSON."""
    if "application/json" in accept:
        return Reply(status, "application/json; charset=utf-8", _json(text))
    return Reply(status, "text/plain; charset=utf-8", text.encode())


def _head(problem: Problem) -> dict[str, Any]:
    if problem.code:
        code = problem.code if problem.code.startswith("STD") else f"AUTH-{problem.code}"
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
    return {key: ", ".join(f"{PACKAGE_URN}{package}" for package in packages.split(", "))}
