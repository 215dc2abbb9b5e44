"""The XACML 2.0 context as service owners spoke it: requests read from a text, responses written into one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from xml.sax.saxutils import escape

from lxml import etree

from core import GatewayError, Obligation, Outcome, ServiceId, Target, legacy_service_id, parse_untrusted
from soap.names import local_name

CONTEXT = "urn:oasis:names:tc:xacml:2.0:context:schema:os"
_POLICY = "urn:oasis:names:tc:xacml:2.0:policy:schema:os"
_NAMES = "urn:oasis:names:tc:xacml:2.0:"
_STATUS_OK = "urn:oasis:names:tc:xacml:2.0:response:urn:altinn:ok"
_STATUS = "urn:oasis:names:tc:xacml:1.0:status:"
_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
_LONGEST = 100_000
_MOST_DIGITS = 18

# The actions of the contract, and what they are called in policies (soap-svc §11.4).
_ACTIONS = {
    "read": "read",
    "write": "write",
    "sign": "sign",
    "archiveread": "archive-read",
    "archivedelete": "archive-delete",
    "access": "access",
    "serviceownerarchiveread": "service-owner-archive-read",
    "delegate": "delegate",
}


class MalformedRequest(Exception):
    """The text is no request that can be answered. The word is for the status message."""


class Asked(NamedTuple):
    """One request: the subject's number, what it wants to get at, and how."""

    subject: str
    target: Target
    action: str


@dataclass(frozen=True, slots=True)
class Result:
    """What goes into the response: the decision, its first reason, and what it obliges to."""

    outcome: Outcome
    reason: str
    status: str
    obligations: tuple[Obligation, ...] = ()


def ok(outcome: Outcome, reason: str, obligations: tuple[Obligation, ...]) -> Result:
    """A decision that was made."""
    return Result(outcome, reason, _STATUS_OK, obligations)


def not_decided(reason: str, status: str = "processing-error") -> Result:
    """Indeterminate, with one of the standard's statuses."""
    return Result(Outcome.INDETERMINATE, reason, f"{_STATUS}{status}")


def syntax_error(reason: str) -> Result:
    """The answer to a request that cannot be read."""
    return not_decided(reason, "syntax-error")


def read_request(text: str) -> Asked:
    """The one question in an XACML 2.0 request. Raises MalformedRequest."""
    if len(text) > _LONGEST:
        raise MalformedRequest("request-too-large")
    try:
        root = parse_untrusted(text)
    except GatewayError as error:
        raise MalformedRequest("not-xml") from error
    if local_name(root) != "Request":
        raise MalformedRequest("no-request")
    subjects, resources, actions = (dict(_attributes(root, part)) for part in ("Subject", "Resource", "Action"))
    return Asked(_subject(subjects), _target(resources), _action(actions))


def write_response(result: Result) -> str:
    """The response, with the prefix that clients search the text for."""
    return (
        f'<xacml:Response xmlns:xacml="{CONTEXT}"><xacml:Result>'
        f"<xacml:Decision>{result.outcome}</xacml:Decision>"
        f'<xacml:Status><xacml:StatusCode Value="{result.status}"/>'
        f"<xacml:StatusMessage>{escape(result.reason)}</xacml:StatusMessage></xacml:Status>"
        f"{_obligations(result.obligations)}</xacml:Result></xacml:Response>"
    )


def _obligations(obligations: tuple[Obligation, ...]) -> str:
    if not obligations:
        return ""
    each = "".join(
        f'<Obligation ObligationId="urn:altinn:obligation:authenticationLevel{number}" FulfillOn="Permit">'
        f'<AttributeAssignment AttributeId="urn:altinn:{obligation.category}" DataType="{_INTEGER}">'
        f"{obligation.level}</AttributeAssignment></Obligation>"
        for number, obligation in enumerate(obligations, start=1)
    )
    return f'<Obligations xmlns="{_POLICY}">{each}</Obligations>'


def _attributes(root: etree._Element, part: str) -> Iterator[tuple[str, str]]:
    """Attributes of a part by name, in lower case and without what all names begin with. Raises MalformedRequest."""
    prefix = f"{_NAMES}{part.lower()}:urn:altinn:"
    seen: dict[str, str] = {}
    for section in root.iterchildren(f"{{*}}{part}"):
        for attribute in section.iterchildren("{*}Attribute"):
            name = attribute.get("AttributeId", "").strip()
            value = "".join((element.text or "").strip() for element in attribute.iterchildren("{*}AttributeValue"))
            key = name.lower().removeprefix(prefix)
            if seen.setdefault(key, value) != value:
                # One of two being allowed must not pass for both.
                raise MalformedRequest("attributes-disagree")
    yield from seen.items()


def _subject(attributes: dict[str, str]) -> str:
    if "oauth-accesstoken" in attributes:
        raise MalformedRequest("consent-not-offered")
    return _only_one(attributes, ("ssn", "orgno"), "subject-missing")


def _target(attributes: dict[str, str]) -> Target:
    reportee = None
    if any(name in attributes for name in _REPORTEES):
        reportee = _only_one(attributes, _REPORTEES, "reportee-missing")
    elements = [attributes[name] for name in ("reporteeelementid", "archivereporteeelementid") if name in attributes]
    named = [
        *elements,
        *(attributes[name] for name in ("externalservicecode", "external-resource") if name in attributes),
    ]
    if len(named) != 1:
        raise MalformedRequest("resource-missing" if not named else "attributes-disagree")
    if elements:
        return Target(reportee, element=_number(elements[0]))
    if reportee is None:
        raise MalformedRequest("reportee-missing")
    if "external-resource" in attributes:
        return Target(reportee, ServiceId(named[0]))
    return Target(reportee, legacy_service_id(named[0], attributes.get("externalserviceeditioncode", "")))


_REPORTEES = ("reportee-ssn", "reportee-orgno")


def _action(attributes: dict[str, str]) -> str:
    action = _ACTIONS.get(attributes.get("action-id", "").lower())
    if action is None:
        raise MalformedRequest("action-missing")
    return action


def _only_one(attributes: dict[str, str], names: tuple[str, ...], missing: str) -> str:
    found = [attributes[name] for name in names if attributes.get(name)]
    if len(found) != 1:
        raise MalformedRequest("attributes-disagree" if found else missing)
    return found[0]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise MalformedRequest("element-not-a-number")
    return int(text)
