"""The decision point: conformance rows 1–7 and 10–12, and rules of our own. Source: pdp-and-tokens §9 and §18."""

from __future__ import annotations

import json
import sqlite3
from copy import deepcopy
from typing import Any

import httpx
import pytest

from rest.authorization.decision_point import authorize
from rest.authorization.xacml import MalformedRequest, read_request
from tests.doors.rest.conftest import House
from tests.doors.rest.test_scenario_own_data import BY_PACKAGE, BY_RIGHT, approved
from tests.doors.rest.vendor import (
    AUTHORIZE,
    KARI,
    OTHER,
    OWNDATA,
    OWNDATA_UUID,
    PARTY_ID,
    PER,
    READ,
    Vendor,
    attribute,
    decision,
    question,
)

PATH = "/authorization/api/v1/authorize"
USER = "urn:altinn:systemuser:uuid"
PERSON = "urn:altinn:person:identifier-no"
ORGANISATION = "urn:altinn:organization:identifier-no"
ACTION = "urn:oasis:names:tc:xacml:1.0:action:action-id"
SUBJECT_CATEGORY = "urn:oasis:names:tc:xacml:1.0:subject-category:access-subject"
ACTION_CATEGORY = "urn:oasis:names:tc:xacml:3.0:attribute-category:action"
RESOURCE_CATEGORY = "urn:oasis:names:tc:xacml:3.0:attribute-category:resource"
NOBODY = "00000000-0000-4000-8000-00000000dead"


@pytest.fixture(scope="module")
def user(shared: House) -> str:
    """A standard system user with a package."""
    return approved(shared.vendor, **BY_PACKAGE)


def asked(
    subject: list[dict[str, Any]],
    party: dict[str, Any] | None,
    *,
    action: str | None = "write",
    service: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A decision request from its parts."""
    resource = [service or attribute("urn:altinn:resource", "skd-eksempel-mva"), *([party] if party else [])]
    actions = [attribute(ACTION, action)] if action else []
    return {
        "Request": {
            "AccessSubject": [{"Attribute": subject}],
            "Action": [{"Attribute": actions}],
            "Resource": [{"Attribute": resource}],
        }
    }


def status(response: httpx.Response) -> tuple[str, str, str]:
    """Decision, status without its prefix, our reason."""
    (result,) = response.json()["response"]
    code = result["status"]["statusCode"]["value"].rpartition(":")[2]
    return result["decision"], code, response.headers["Brobygger-Reason"]


OWN = attribute(ORGANISATION, OWNDATA)


def test_row_1_a_single_right_by_party_id(house: House) -> None:
    user = approved(house.vendor, **BY_RIGHT)
    party = attribute("urn:altinn:partyid", str(PARTY_ID[OWNDATA]))
    answer = house.vendor.authorize(asked([attribute(USER, user)], party))
    (result,) = answer.json()["response"]
    assert status(answer) == ("Permit", "ok", "right-access")
    assert result["obligations"][0]["id"] == "urn:altinn:obligation:authenticationLevel1"


def test_rows_2_5_6_and_11_what_nobody_gave(shared: House, user: str) -> None:
    ask = shared.vendor.authorize
    assert status(ask(asked([attribute(USER, user)], attribute(ORGANISATION, OTHER))))[:2] == ("NotApplicable", "ok")
    assert status(ask(asked([attribute(USER, user)], OWN, action="sign")))[:2] == ("NotApplicable", "ok")
    assert status(ask(asked([attribute(USER, user)], OWN, action="archive"))) == (
        "NotApplicable",
        "ok",
        "action-not-offered",
    )
    assert status(ask(asked([attribute(ORGANISATION, OTHER)], OWN)))[:2] == ("NotApplicable", "ok")
    unknown_user = ask(asked([attribute(USER, NOBODY)], OWN))
    assert status(unknown_user) == ("NotApplicable", "ok", "system-user-not-active")
    unknown_party = ask(asked([attribute(USER, user)], attribute(ORGANISATION, "310000019")))
    assert status(unknown_party)[:2] == ("NotApplicable", "ok")
    unknown = ask(asked([attribute(USER, user)], OWN, service=attribute("urn:altinn:resource", "finnes-ikke")))
    assert status(unknown) == ("Indeterminate", "processing-error", "service-unknown")


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ([attribute(USER, NOBODY), attribute(ORGANISATION, OTHER)], ("processing-error", "subject-not-alone")),
        ([attribute(USER, NOBODY), attribute(USER, NOBODY)], ("processing-error", "subject-not-alone")),
        ([attribute(USER, "not-a-uuid")], ("processing-error", "attribute-malformed")),
        ([], ("processing-error", "subject-missing")),
        ([attribute("urn:altinn:rolecode", "DAGL")], ("processing-error", "subject-missing")),
        ([attribute(PERSON, "14869910008")], ("processing-error", "subject-unknown")),
        ([attribute("urn:altinn:userid", "20000001")], ("processing-error", "subject-unknown")),
        ([attribute(ORGANISATION, "310000019")], ("syntax-error", "subject-unknown")),
        ([attribute(PERSON, PER), attribute(ORGANISATION, OTHER)], ("processing-error", "attributes-disagree")),
        (
            [attribute(PERSON, PER), attribute("urn:altinn:partyid", "50000021")],
            ("processing-error", "attributes-disagree"),
        ),
        ([attribute("urn:altinn:partyid", "x")], ("processing-error", "attribute-malformed")),
        ([attribute(PERSON, PER, DataType="date")], ("processing-error", "data-type-unknown")),
    ],
    ids=range(12),
)
def test_rows_3_and_7_a_subject_that_cannot_be_asked_about(
    shared: House, subject: list[dict[str, Any]], expected: tuple[str, str]
) -> None:
    answer = shared.vendor.authorize(asked(subject, OWN))
    assert status(answer) == ("Indeterminate", *expected)
    (result,) = answer.json()["response"]
    assert (result["obligations"], result["category"]) == (None, None)


def test_row_7_no_resource(shared: House, user: str) -> None:
    body = asked([attribute(USER, user)], None)
    body["Request"]["Resource"] = [{"Attribute": [OWN]}]
    assert status(shared.vendor.authorize(body)) == ("Indeterminate", "processing-error", "resource-missing")


def several(user: str, *, subject: bool = True) -> dict[str, Any]:
    """Three questions about one party, named in three ways."""
    named = [
        attribute("urn:altinn:party:uuid", OWNDATA_UUID, IncludeInResult=True),
        attribute("urn:altinn:partyid", str(PARTY_ID[OWNDATA]), IncludeInResult=True),
        attribute(ORGANISATION, OWNDATA, IncludeInResult=True),
    ]
    service = attribute("urn:altinn:resource", "skd-eksempel-mva")
    return {
        "Request": {
            "AccessSubject": [{"Id": "s1", "Attribute": [attribute(USER, user)]}] if subject else [],
            "Action": [{"Id": "a1", "Attribute": [attribute(ACTION, "write")]}],
            "Resource": [{"Id": f"r{i}", "Attribute": [service, party]} for i, party in enumerate(named)],
            "MultiRequests": {
                "RequestReference": [
                    {"ReferenceId": [*(["s1"] if subject else []), "a1", f"r{i}"]} for i in range(len(named))
                ]
            },
        }
    }


def test_row_4_three_names_of_one_party_in_one_request(shared: House, user: str) -> None:
    answer = shared.vendor.authorize(several(user))
    results = answer.json()["response"]
    assert [result["decision"] for result in results] == ["Permit"] * 3
    assert [result["category"][0]["attribute"][0]["value"] for result in results] == [
        OWNDATA_UUID,
        str(PARTY_ID[OWNDATA]),
        OWNDATA,
    ]
    assert results[0]["category"][0] == {
        "categoryId": RESOURCE_CATEGORY,
        "id": None,
        "content": None,
        "attribute": [
            {
                "attributeId": "urn:altinn:party:uuid",
                "value": OWNDATA_UUID,
                "issuer": None,
                "dataType": "http://www.w3.org/2001/XMLSchema#string",
                "includeInResult": False,
            }
        ],
    }
    assert answer.headers["Brobygger-Reason"] == "package-access,package-access,package-access"


def test_row_7_a_batch_without_subject_or_with_an_unknown_reference_fails_as_one(shared: House, user: str) -> None:
    without = shared.vendor.authorize(several(user, subject=False))
    assert status(without) == ("Indeterminate", "processing-error", "subject-missing")
    body = several(user)
    body["Request"]["MultiRequests"]["RequestReference"][1]["ReferenceId"] = ["s1", "a1", "nowhere"]
    assert status(shared.vendor.authorize(body)) == ("Indeterminate", "syntax-error", "reference-unknown")


def test_one_reference_is_a_single_request(shared: House, user: str) -> None:
    body = question(user, OWNDATA, "write", "skd-eksempel-mva")
    body["Request"]["MultiRequests"] = {"RequestReference": [{"ReferenceId": ["ignored"]}]}
    assert decision(shared.vendor.authorize(body)) == "Permit"


def test_row_8_an_access_list(shared: House, user: str) -> None:
    def listed(action: str, party: str) -> str:
        return decision(shared.vendor.decide(user, party, action, "skd-med-liste"))

    assert (listed("read", OWNDATA), listed("write", OWNDATA)) == ("Permit", "Deny")
    assert listed("read", OTHER) == "NotApplicable"


def test_row_9_an_app_is_named_in_two_ways(shared: House, user: str) -> None:
    whole = attribute("urn:altinn:resource", "app_skd_skjema")
    parts = asked([attribute(USER, user)], OWN, action="read", service=attribute("urn:altinn:org", "skd"))
    parts["Request"]["Resource"][0]["Attribute"].append(attribute("urn:altinn:app", "skjema"))
    named = asked([attribute(USER, user)], OWN, action="read", service=whole)
    assert [decision(shared.vendor.authorize(body)) for body in (named, parts)] == ["Permit", "Permit"]


def renamed(value: Any, how: Any) -> Any:
    """The request with its members' names changed."""
    if isinstance(value, dict):
        return {how(name): renamed(item, how) for name, item in value.items()}
    return [renamed(item, how) for item in value] if isinstance(value, list) else value


def test_row_10_the_case_of_names_is_free(shared: House, user: str) -> None:
    body = several(user)
    expected = shared.vendor.authorize(body).content
    for how in (str.lower, str.upper, lambda name: name[0].lower() + name[1:]):
        assert shared.vendor.authorize(renamed(body, how)).content == expected


def test_generic_categories_say_the_same(shared: House, user: str) -> None:
    body = question(user, OWNDATA, "write", "skd-eksempel-mva")["Request"]
    named = {"AccessSubject": SUBJECT_CATEGORY, "Action": ACTION_CATEGORY, "Resource": RESOURCE_CATEGORY}
    generic = [{"CategoryId": category, **body[name][0]} for name, category in named.items()]
    assert decision(shared.vendor.authorize({"Request": {"Category": generic}})) == "Permit"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"Request": []}',
        b'{"Request": {"Resource": {}}}',
        b"[" * 100_000,
        json.dumps(asked([{"AttributeId": "x", "Value": 1}], OWN)).encode(),
        b" " * (1024 * 1024 + 1),
    ],
    ids=range(8),
)
def test_row_12_a_body_that_is_no_request(shared: House, body: bytes) -> None:
    answer = shared.vendor.call("POST", PATH, shared.vendor.token(AUTHORIZE), content=body)
    assert (answer.status_code, answer.json()["title"]) == (400, "One or more validation errors occurred.")


def test_row_12_without_token_or_scope(shared: House) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}):
        answer = shared.vendor.http.post(PATH, json={}, headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")
    answer = shared.vendor.call("POST", PATH, shared.vendor.token(READ), json={})
    assert (answer.status_code, answer.content) == (403, b"")


def test_claimed_roles_and_packages_are_not_believed(shared: House) -> None:
    claims = [
        attribute(ORGANISATION, OTHER),
        attribute("urn:altinn:rolecode", "DAGL"),
        attribute("urn:altinn:accesspackage", "merverdiavgift"),
    ]
    assert decision(shared.vendor.authorize(asked(claims, OWN))) == "NotApplicable"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (attribute(PERSON, PER), "Permit"),
        (attribute(PERSON, KARI), "NotApplicable"),
        (attribute("urn:altinn:person:uuid", "ba110000-0000-4000-8000-000000000024"), "Permit"),
        (attribute("urn:altinn:partyid", "50000024"), "Permit"),
        (attribute("urn:altinn:party:uuid", "BA110000-0000-4000-8000-000000000024"), "Permit"),
        (attribute(ORGANISATION, OWNDATA), "Permit"),
        (attribute("urn:altinn:organizationnumber", OWNDATA), "Permit"),
        (attribute("urn:altinn:organization:uuid", OWNDATA_UUID), "Permit"),
        (attribute("urn:altinn:org", "skd"), "NotApplicable"),
        (attribute("urn:altinn:partyid", "59999999"), "NotApplicable"),
    ],
    ids=range(10),
)
def test_every_kind_of_subject(shared: House, subject: dict[str, Any], expected: str) -> None:
    assert decision(shared.vendor.authorize(asked([subject], OWN))) == expected


def test_two_answers_are_never_one(shared: House, user: str) -> None:
    body = asked([attribute(USER, user)], OWN)
    body["Request"]["Action"][0]["Attribute"].append(attribute(ACTION, "sign"))
    assert status(shared.vendor.authorize(body)) == ("Indeterminate", "processing-error", "attributes-disagree")
    for extra in (attribute("urn:altinn:resource", "skd-bare-mva"), attribute(ORGANISATION, OTHER)):
        body = deepcopy(asked([attribute(USER, user)], OWN))
        body["Request"]["Resource"][0]["Attribute"].append(extra)
        assert status(shared.vendor.authorize(body)) == ("Indeterminate", "processing-error", "attributes-disagree")


def test_both_minimum_levels_are_obligations(shared: House, user: str) -> None:
    (result,) = shared.vendor.decide(user, OWNDATA, "read", "skd-begge-nivaa").json()["response"]
    assigned = [each["attributeAssignment"][0] for each in result["obligations"]]
    assert [(each["category"], each["value"]) for each in assigned] == [
        ("urn:altinn:minimum-authenticationlevel", "4"),
        ("urn:altinn:minimum-authenticationlevel-org", "3"),
    ]


def test_more_than_a_thousand_references_are_refused(user: str) -> None:
    body = several(user)
    references = body["Request"]["MultiRequests"]["RequestReference"]
    body["Request"]["MultiRequests"]["RequestReference"] = references * 334
    with pytest.raises(MalformedRequest):
        read_request(json.dumps(body).encode())


def test_a_store_that_cannot_be_asked_is_no_answer(house: House) -> None:
    token = house.vendor.token(AUTHORIZE)
    body = question(NOBODY, OWNDATA, "write", "skd-eksempel-mva")
    path = str(house.store._url).removeprefix("sqlite:///")
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE fact_sequence")
    connection.close()
    answer = house.vendor.call("POST", PATH, token, json=body)
    assert status(answer) == ("Indeterminate", "processing-error", "not-fresh")
    proof = {"subject": {"kind": "system-user", "id": NOBODY}, "party": {"number": OWNDATA}}
    native = house.vendor.call(
        "POST", "/brobygger/v1/decisions", token, json={**proof, "service": {"resource": "x"}, "action": "write"}
    )
    assert (native.status_code, native.json()["title"]) == (503, "Service Unavailable")


def test_it_needs_no_framework(house: House) -> None:
    vendor: Vendor = house.vendor
    body = json.dumps(question(NOBODY, OWNDATA, "write", "skd-eksempel-mva")).encode()
    answer = authorize(house.store.snapshot, body, house.clock())
    assert answer.reasons == "system-user-not-active"
    assert answer.body == vendor.authorize(json.loads(body)).content
