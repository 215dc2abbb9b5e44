"""The one table from errors to answers, and the setups this door refuses to open with."""

from __future__ import annotations

import json

import pytest

from core import (
    Conflict,
    DelegationRefused,
    ErrorCode,
    Fix,
    InvalidInput,
    NotAllowed,
    Refusal,
    Store,
    SystemProblemCode,
)
from rest import RestOptions, TokenTrust, UntrustworthySetup, create_rest_app, create_stand_in
from rest.authentication.register_rules import RULES
from rest.problem import Area, Body
from rest.problem_rows import PROBLEMS, REFUSALS
from rest.problems import Asker, problem_of, tell, trace_id
from tests.doors.rest.conftest import running
from tests.doors.rest.vendor import OWNDATA, PER, READ, REGISTER

ASKER = Asker("00-" + "a" * 32 + "-" + "b" * 16 + "-00")


def test_every_error_is_told_once() -> None:
    assert set(PROBLEMS) == set(ErrorCode)
    assert all(400 <= problem.status < 600 for problem in PROBLEMS.values())


def test_every_rule_of_the_register_is_told() -> None:
    assert set(RULES) == {str(code) for code in SystemProblemCode}


@pytest.mark.parametrize("code", ErrorCode)
@pytest.mark.parametrize("area", Area)
def test_every_error_has_an_answer_everywhere(code: ErrorCode, area: Area) -> None:
    error = NotAllowed(code, "a sentence", details={"system": "310000108_x"})
    reply = tell(error, area, ASKER)
    problem = problem_of(error, area)
    assert reply.status == problem.status
    if problem.body is Body.EMPTY:
        assert reply.body == b""
    elif problem.body is not Body.TEXT:
        document = json.loads(reply.body)
        assert (document["status"], document["traceId"]) == (reply.status, ASKER.trace_id)


def test_a_problem_says_what_would_help_and_hides_numbers() -> None:
    fix = Fix("missing-access", "merverdiavgift", OWNDATA, f"given by {PER}", "a person there")
    error = InvalidInput(ErrorCode.CLIENT_LACKS_PACKAGES, "no", fixes=(fix,))
    document = json.loads(tell(error, Area.CLIENTS, ASKER).body)
    assert document["title"] == "Client does not have the accesspackages the agent system user requires"
    assert document["detail"].startswith(document["title"] + ". " + OWNDATA + " lacks merverdiavgift")
    assert PER not in document["detail"]
    strict = json.loads(tell(error, Area.CLIENTS, ASKER._replace(strict=True)).body)
    assert "detail" not in strict


@pytest.mark.parametrize(
    ("what", "reason", "code"),
    [
        *(("urn:altinn:resource:x", reason, problem.code) for reason, problem in REFUSALS.items()),
        ("urn:altinn:resource:x", "anything-else", "00014"),
        ("urn:altinn:accesspackage:x", "missing-package-access", "00053"),
        ("urn:altinn:accesspackage:x", "package-unknown", "00052"),
    ],
)
def test_the_first_refusal_picks_the_code(what: str, reason: str, code: str) -> None:
    refused = DelegationRefused("no", (Refusal(what, reason), Refusal("urn:altinn:resource:y", "missing-role-access")))
    assert problem_of(refused, Area.REQUESTS).code == code


def test_text_is_quoted_for_those_who_ask_for_json() -> None:
    error = Conflict(ErrorCode.SYSTEM_EXISTS, "taken", details={"system": "310000108_x"})
    plain = tell(error, Area.REGISTER, ASKER)
    assert (plain.content_type, plain.body) == ("text/plain; charset=utf-8", b"The System already exist: 310000108_x")
    quoted = tell(error, Area.REGISTER, ASKER._replace(accept="application/json"))
    assert quoted.body == b'"The System already exist: 310000108_x"'


def test_a_malformed_trace_is_replaced() -> None:
    assert trace_id("nonsense") != "nonsense"
    assert trace_id(None) != trace_id(None)


def test_the_stand_in_opens_in_demo_only(sqlite_store: Store) -> None:
    issuer = create_stand_in(sqlite_store, "https://brobygger.example")
    trust = TokenTrust(issuer.trusted_issuers())
    options = RestOptions("https://brobygger.example", "https://brobygger.example", demo=False, issuer=issuer)
    with pytest.raises(UntrustworthySetup, match="demo only"):
        create_rest_app(sqlite_store, trust, options)


def test_without_the_stand_in_there_are_no_token_routes(sqlite_store: Store) -> None:
    import httpx

    issuer = create_stand_in(sqlite_store, "https://brobygger.example")
    options = RestOptions("https://brobygger.example", "https://brobygger.example")
    app = create_rest_app(sqlite_store, TokenTrust(issuer.trusted_issuers()), options)
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="https://brobygger.example") as http:
        for method, path in (("POST", "/token"), ("GET", "/jwk"), ("GET", "/api/GetPersonalToken")):
            assert http.request(method, path).status_code == 404


def test_strict_answers_hold_nothing_of_our_own(sqlite_url: str) -> None:
    with running(sqlite_url, strict=True) as house:
        vendor = house.vendor
        vendor.call("GET", "/systemregister/vendor", vendor.token(REGISTER))
        unknown = "/systemuser/request/vendor/00000000-0000-4000-8000-00000000dead"
        problem = vendor.call("GET", unknown, vendor.token(READ)).json()
        assert (problem["code"], "detail" in problem) == ("AUTH-00010", False)
        assert "Brobygger-Reason" not in vendor.decide("00000000-0000-4000-8000-00000000dead", OWNDATA).headers
