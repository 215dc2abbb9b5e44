"""AuthorizeAccessExternal: XACML 2.0 in and out, and the core's answer in between."""

from __future__ import annotations

from xml.sax.saxutils import escape, unescape

import pytest

from core import parse_untrusted
from tests.doors.soap.svc.logons.conftest import AGENCY, FIRM_NUMBER, NUMBER, STRANGER_NUMBER, Door, told
from tests.small_world import FORM

PATH = "/AuthorizationExternal/AuthorizationDecisionPointExternal.svc"
GIVER_NUMBER = "310000302"
_X = "urn:oasis:names:tc:xacml:2.0:"
_CONTEXT = f"{_X}context:schema:os"

SUBJECT = {"subject:urn:altinn:orgno": FIRM_NUMBER}
RESOURCE = {"resource:urn:altinn:reportee-orgno": GIVER_NUMBER, "resource:urn:altinn:external-resource": str(FORM)}
ACTION = {"action:urn:altinn:action-id": "Write"}


def part(name: str, attributes: dict[str, str]) -> str:
    inner = "".join(
        f'<Attribute AttributeId="{_X}{each}" DataType="http://www.w3.org/2001/XMLSchema#string">'
        f"<AttributeValue>{value}</AttributeValue></Attribute>"
        for each, value in attributes.items()
    )
    return f"<{name}>{inner}</{name}>"


def request(
    subject: dict[str, str] = SUBJECT, resource: dict[str, str] = RESOURCE, action: dict[str, str] = ACTION
) -> str:
    environment = part("Environment", {"action:urn:altinn:environment": "TT02"})
    parts = part("Subject", subject) + part("Resource", resource) + part("Action", action) + environment
    return f'<Request xmlns="{_CONTEXT}">{parts}</Request>'


def call(text: str) -> str:
    return (
        '<AuthorizeAccessExternal xmlns="http://www.altinn.no/services/Authorization/DecisionPoint/2010/10">'
        f"<XACMLRequest>{escape(text)}</XACMLRequest></AuthorizeAccessExternal>"
    )


def ask(door: Door, text: str, user: int = AGENCY) -> tuple[str, str, str]:
    """Decision, status code, reason."""
    answer = door.secured(PATH, call(text), user=str(user))
    assert answer.status_code == 200, answer.text
    inner = unescape(told(answer, "AuthorizeAccessExternalResult"))
    assert "<xacml:Decision>" in inner
    root = parse_untrusted(inner)
    found = {element.tag.partition("}")[2]: element for element in root.iter("*")}
    status = found["StatusCode"].get("Value", "")
    return found["Decision"].text or "", status.rpartition(":")[2], found["StatusMessage"].text or ""


def test_the_core_answers(door: Door) -> None:
    decision, status, reason = ask(door, request())
    assert (decision, status) == ("Permit", "ok")
    assert reason
    other = {**RESOURCE, "resource:urn:altinn:reportee-orgno": STRANGER_NUMBER}
    assert ask(door, request(resource=other))[0] == "NotApplicable"


def test_a_service_of_the_later_platform_is_named_by_code_and_edition(door: Door) -> None:
    resource = {
        "resource:urn:altinn:reportee-orgno": GIVER_NUMBER,
        "resource:urn:altinn:externalservicecode": "9999",
        "resource:urn:altinn:externalserviceeditioncode": "1",
    }
    assert ask(door, request(resource=resource)) == ("Indeterminate", "processing-error", "service-unknown")
    unknown = {"resource:urn:altinn:reporteeelementid": "123"}
    assert ask(door, request(resource=unknown)) == ("Indeterminate", "processing-error", "service-unknown")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not-xml"),
        ("not xml", "not-xml"),
        ('<!DOCTYPE Request [<!ENTITY x "y">]><Request>&x;</Request>', "not-xml"),
        ("<Response/>", "no-request"),
        ("<Request/>", "subject-missing"),
        (request(subject={**SUBJECT, "subject:urn:altinn:ssn": NUMBER}), "attributes-disagree"),
        (request(subject={"subject:urn:altinn:oauth-accesstoken": "x"}), "consent-not-offered"),
        (request(resource={}), "resource-missing"),
        (request(resource={"resource:urn:altinn:external-resource": "mva"}), "reportee-missing"),
        (request(resource={"resource:urn:altinn:reporteeelementid": "٣"}), "element-not-a-number"),
        (request(action={"action:urn:altinn:action-id": "Explode"}), "action-missing"),
        (request().replace("</Subject>", "</Subject>" + part("Subject", {"subject:urn:altinn:orgno": "310000604"})),
         "attributes-disagree"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_indeterminate(door: Door, text: str, reason: str) -> None:
    assert ask(door, text) == ("Indeterminate", "syntax-error", reason)


def test_only_a_service_owner_may_ask_about_others(door: Door) -> None:
    assert ask(door, request(), 4711)[0] == "Permit"
    of_person = request(subject={"subject:urn:altinn:ssn": NUMBER})
    assert told(door.secured(PATH, call(of_person)), "ErrorID") == "5"
