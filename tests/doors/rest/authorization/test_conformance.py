"""The decision point's conformance checks by number: 1–12, 16 and 17, over HTTP. Source: pdp-and-tokens §18.

Checks 13 to 15 are of tokens, and are with those; the invariants of 18 are in `test_invariants.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from core import (
    OPERATOR,
    Caller,
    CallerKind,
    PartyId,
    Store,
    delete_system,
    give_package,
    import_register,
    remove_client,
    remove_system_user,
    withdraw_package,
)
from tests.doors.rest.authorized_parties.conftest import AGENT, OWN_SCOPE, STANDARD
from tests.doors.rest.conftest import House, running
from tests.doors.rest.vendor import (
    AUTHORIZE,
    FACIL,
    KARI,
    OWNDATA,
    OWNDATA_UUID,
    PARTY_ID,
    READ,
    attribute,
)
from tests.doors.rest.vendor import (
    OTHER as OTHER_FIRM,
)

WORLDS = (Path(__file__).parent.parent / "authorized_parties" / "world.json", Path(__file__).parent / "world.json")
PATH = "/authorization/api/v1/authorize"
USER, ORGANISATION = "urn:altinn:systemuser:uuid", "urn:altinn:organization:identifier-no"
PERSON, PARTY_UUID, PARTY = "urn:altinn:person:identifier-no", "urn:altinn:party:uuid", "urn:altinn:partyid"
RESOURCE, ACTION = "urn:altinn:resource", "urn:oasis:names:tc:xacml:1.0:action:action-id"
MVA, LISTED = "skd-eksempel-mva", "skd-med-liste"
BY_RIGHT, OF_OTHER = "5a5e0000-0000-4000-8000-000000000003", "5a5e0000-0000-4000-8000-000000000004"
CLIENT = "310002003"
NOBODY = "00000000-0000-4000-8000-00000000dead"
OK, ERROR = "ok", "processing-error"

Attributes = list[dict[str, Any]]


@pytest.fixture(scope="module")
def asked(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A door for checks that change nothing."""
    path = tmp_path_factory.mktemp("conformance") / "brobygger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with running(f"sqlite:///{path}", *WORLDS) as house:
        yield house


@pytest.fixture
def changing(sqlite_url: str) -> Iterator[House]:
    """A door for one check."""
    with running(sqlite_url, *WORLDS) as house:
        yield house


def request(subject: Attributes, resource: Attributes, action: str = "write") -> dict[str, Any]:
    """A single request."""
    return {
        "Request": {
            "AccessSubject": [{"Attribute": subject}] if subject else [],
            "Action": [{"Attribute": [attribute(ACTION, action)]}],
            "Resource": [{"Attribute": resource}] if resource else [],
        }
    }


def about(party: str, service: str = MVA, kind: str = ORGANISATION) -> Attributes:
    """A resource and a party."""
    return [attribute(RESOURCE, service), attribute(kind, party)]


def ask(house: House, subject: Attributes, resource: Attributes, action: str = "write") -> dict[str, Any]:
    """The one result of a request."""
    answer = house.vendor.authorize(request(subject, resource, action))
    assert answer.status_code == 200, answer.text
    (result,) = answer.json()["response"]
    return dict(result)


def told(result: dict[str, Any]) -> tuple[str, str]:
    """Decision and status."""
    return result["decision"], result["status"]["statusCode"]["value"].rpartition(":")[2]


def user(number: str) -> Attributes:
    """A system user as the subject."""
    return [attribute(USER, number)]


def may(house: House, number: str, party: str, service: str = MVA, action: str = "write") -> tuple[str, str]:
    """What a system user may do."""
    return told(ask(house, user(number), about(party, service), action))


# -- 1 to 7 -----------------------------------------------------------------------------------------


def test_check_1_a_single_right_by_resource_and_party_id(asked: House) -> None:
    result = ask(asked, user(BY_RIGHT), about(str(PARTY_ID[OWNDATA]), kind=PARTY))
    assert told(result) == ("Permit", OK)
    assert result["obligations"] == [
        {
            "id": "urn:altinn:obligation:authenticationLevel1",
            "attributeAssignment": [
                {
                    "attributeId": "urn:altinn:obligation-assignment:1",
                    "value": "3",
                    "category": "urn:altinn:minimum-authenticationlevel",
                    "dataType": "http://www.w3.org/2001/XMLSchema#integer",
                    "issuer": None,
                }
            ],
        }
    ]


def test_check_2_a_system_user_to_whom_the_party_gave_nothing(asked: House) -> None:
    assert may(asked, BY_RIGHT, OTHER_FIRM) == ("NotApplicable", OK)
    assert may(asked, AGENT, "310002062") == ("NotApplicable", OK)


def test_check_3_a_second_subject_attribute(asked: House) -> None:
    for more in (attribute(ORGANISATION, OWNDATA), attribute("urn:altinn:accesspackage", "merverdiavgift")):
        result = ask(asked, [*user(STANDARD), more], about(OWNDATA))
        assert (*told(result), result["obligations"], result["category"]) == ("Indeterminate", ERROR, None, None)


def test_check_4_a_party_by_uuid_by_party_id_and_by_number_in_one_request(asked: House) -> None:
    names = [
        attribute(PARTY_UUID, OWNDATA_UUID, IncludeInResult=True),
        attribute(PARTY, str(PARTY_ID[OWNDATA]), IncludeInResult=True),
        attribute(ORGANISATION, OWNDATA, IncludeInResult=True),
    ]
    results = several(asked, STANDARD, names)
    assert [told(result) for result in results] == [("Permit", OK)] * 3
    echoed = [each["attribute"] for result in results for each in result["category"]]
    assert [[each["value"] for each in attributes] for attributes in echoed] == [
        [OWNDATA_UUID],
        [str(PARTY_ID[OWNDATA])],
        [OWNDATA],
    ]


def permitted(house: House, number: str, parties: Sequence[str], service: str, action: str) -> Sequence[str]:
    """Those of the parties for which the system user may do something."""
    results = several(house, number, [attribute(PARTY_UUID, each) for each in parties], service, action)
    return [party for party, result in zip(parties, results, strict=True) if told(result)[0] == "Permit"]


def several(
    house: House, number: str, parties: Attributes, service: str = MVA, action: str = "write"
) -> list[dict[str, Any]]:
    """The results of one request about several parties."""
    body = {
        "Request": {
            "AccessSubject": [{"Id": "s", "Attribute": user(number)}],
            "Action": [{"Id": "a", "Attribute": [attribute(ACTION, action)]}],
            "Resource": [
                {"Id": f"r{place}", "Attribute": [attribute(RESOURCE, service), party]}
                for place, party in enumerate(parties)
            ],
            "MultiRequests": {
                "RequestReference": [{"ReferenceId": ["s", "a", f"r{place}"]} for place in range(len(parties))]
            },
        }
    }
    results: list[dict[str, Any]] = house.vendor.authorize(body).json()["response"]
    return results


def test_check_5_an_action_that_the_package_does_not_give(asked: House) -> None:
    assert may(asked, AGENT, CLIENT, action="write") == ("Permit", OK)
    assert may(asked, AGENT, CLIENT, action="sign") == ("NotApplicable", OK)
    assert may(asked, AGENT, CLIENT, action="fly") == ("NotApplicable", OK)


def test_check_6_a_subject_without_the_package(asked: House) -> None:
    for subject in (attribute(ORGANISATION, OTHER_FIRM), attribute(PERSON, KARI)):
        assert told(ask(asked, [subject], about(OWNDATA))) == ("NotApplicable", OK)


def test_check_7_no_subject_no_resource(asked: House) -> None:
    assert told(ask(asked, [], about(OWNDATA))) == ("Indeterminate", ERROR)
    assert told(ask(asked, user(STANDARD), [])) == ("Indeterminate", ERROR)
    assert told(ask(asked, user(STANDARD), [attribute(ORGANISATION, OWNDATA)])) == ("Indeterminate", ERROR)
    body = request([], about(OWNDATA))
    body["Request"]["Action"][0]["Id"], body["Request"]["Resource"][0]["Id"] = "a", "r"
    body["Request"]["MultiRequests"] = {"RequestReference": [{"ReferenceId": ["a", "r"]}] * 2}
    (result,) = asked.vendor.authorize(body).json()["response"]
    assert told(result) == ("Indeterminate", ERROR)


# -- 8 to 12 ----------------------------------------------------------------------------------------


def test_check_8_an_access_list(asked: House) -> None:
    assert may(asked, STANDARD, OWNDATA, LISTED, "read") == ("Permit", OK)
    assert may(asked, STANDARD, OWNDATA, LISTED, "write") == ("Deny", OK), "outside the action filter"
    assert may(asked, OF_OTHER, OTHER_FIRM, LISTED, "read") == ("Deny", OK), "no member"
    person = ask(asked, [attribute(PERSON, KARI)], about(KARI, LISTED, PERSON), "read")
    assert told(person) == ("Deny", OK), "a person is never a member"


def test_check_9_an_app_by_its_parts_and_by_its_resource_id(asked: House) -> None:
    parts = [attribute("urn:altinn:org", "skd"), attribute("urn:altinn:app", "skjema")]
    whole = [attribute(RESOURCE, "app_skd_skjema")]
    for party, expected in ((OWNDATA, "Permit"), (OTHER_FIRM, "NotApplicable")):
        named = attribute(ORGANISATION, party)
        for service in (parts, whole, [*parts, *whole]):
            assert told(ask(asked, user(STANDARD), [*service, named], "read")) == (expected, OK)
    instance = attribute("urn:altinn:instance-id", f"{PARTY_ID[OWNDATA]}/{NOBODY}")
    assert told(ask(asked, user(STANDARD), [*parts, instance], "read")) == ("Permit", OK)


def test_check_10_names_of_members_in_any_case(asked: House) -> None:
    def renamed(value: Any, how: Callable[[str], str]) -> Any:
        if isinstance(value, dict):
            return {how(name): renamed(item, how) for name, item in value.items()}
        return [renamed(item, how) for item in value] if isinstance(value, list) else value

    body = request(user(STANDARD), [*about(OWNDATA)[:1], attribute(ORGANISATION, OWNDATA, IncludeInResult=True)])
    expected = asked.vendor.authorize(body).content
    for how in (str.lower, str.upper, lambda name: name[:1].lower() + name[1:]):
        assert asked.vendor.authorize(renamed(body, how)).content == expected


def test_check_11_what_is_not_known(asked: House) -> None:
    assert may(asked, STANDARD, OWNDATA, "finnes-ikke") == ("Indeterminate", ERROR)
    assert may(asked, STANDARD, "310000019") == ("NotApplicable", OK)
    assert may(asked, NOBODY, OWNDATA) == ("NotApplicable", OK)
    unknown = (attribute(PARTY, "59999999"), attribute(PARTY_UUID, NOBODY))
    assert [told(each)[0] for each in several(asked, STANDARD, list(unknown))] == ["NotApplicable"] * 2


def test_check_12_without_token_without_scope_and_without_sense(asked: House) -> None:
    def post(headers: dict[str, str], content: bytes = b"{}") -> httpx.Response:
        return asked.vendor.http.post(PATH, content=content, headers=headers)

    assert post({}).status_code == 401
    assert post({"Authorization": f"Bearer {asked.vendor.token(READ)}"}).status_code == 403
    genuine = {"Authorization": f"Bearer {asked.vendor.token(AUTHORIZE)}"}
    for content in (b"", b"{", b"[]", b'{"Request": 1}'):
        assert post(genuine, content).status_code == 400


def test_the_open_door_for_other_parts_of_the_platform_is_not_there(asked: House) -> None:
    """`/decision` asks for no token: it is for a network of one's own, and here there is none. §9.1."""
    assert asked.vendor.http.post("/authorization/api/v1/decision", json={}).status_code == 404


# -- every attribute of §9.6 ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        attribute("urn:altinn:resource:instance-id", "en-instans"),
        attribute("urn:altinn:appresource", "events"),
        attribute("urn:altinn:task", "Task_1"),
        attribute("urn:altinn:end-event", "EndEvent_1"),
        attribute("urn:altinn:subresource", "vedlegg"),
        attribute("urn:altinn:instance-id", f"{PARTY_ID[OWNDATA]}/{NOBODY}"),
        attribute(PARTY_UUID, OWNDATA_UUID.upper()),
        attribute("urn:altinn:organizationnumber", OWNDATA),
        attribute("urn:noe:ukjent", "x"),
    ],
    ids=range(9),
)
def test_finer_parts_and_second_names_of_the_same_party_change_nothing(asked: House, more: dict[str, Any]) -> None:
    assert told(ask(asked, user(STANDARD), [*about(OWNDATA), more])) == ("Permit", OK)


@pytest.mark.parametrize(
    "claimed",
    [
        attribute("urn:altinn:rolecode", "DAGL"),
        attribute("urn:altinn:accesspackage", "merverdiavgift"),
        attribute("urn:altinn:partytype", "organization"),
        attribute("urn:altinn:access-list", "x"),
        attribute("urn:digitaltdodsbo:rolecode", "arving"),
        attribute("urn:altinn:sessionid", "x"),
        attribute("urn:scope", "skatteetaten:alt"),
    ],
    ids=range(7),
)
def test_what_a_caller_claims_for_its_subject_gives_nothing_and_takes_nothing(
    asked: House, claimed: dict[str, Any]
) -> None:
    for party, expected in ((OTHER_FIRM, "NotApplicable"), (OWNDATA, "Permit")):
        subject = [attribute(ORGANISATION, party), claimed]
        assert told(ask(asked, subject, about(OWNDATA))) == (expected, OK)


# -- 16 ---------------------------------------------------------------------------------------------


def test_check_16_the_list_and_the_decision_point_agree_over_http(asked: House) -> None:
    """On random graphs: `tests/core/authorised_parties`. Here the two doors, on one world."""
    token = asked.vendor.http.get(
        "/api/GetEnterpriseToken",
        params={"env": "tt02", "scopes": f"{OWN_SCOPE}.resourceowner", "orgNo": OTHER_FIRM},
        auth=("a", "b"),
    ).text
    resources = [
        each["identifier"] for each in asked.vendor.http.get("/resourceregistry/api/v1/resource/resourcelist").json()
    ]
    parties = [file.party.id for file in asked.store.snapshot().files.values()]
    for number in (STANDARD, AGENT, BY_RIGHT):
        listed = asked.vendor.call(
            "POST",
            "/accessmanagement/api/v1/resourceowner/authorizedparties",
            token,
            json={"type": USER, "value": number},
        ).json()
        shown = {
            (each["partyUuid"], resource)
            for item in listed
            for each in (item, *item["subunits"])
            for resource in each["authorizedResources"]
        }
        open_for = {
            (party, resource)
            for resource in resources
            for action in ("read", "write", "sign")
            for party in permitted(asked, number, parties, resource, action)
        }
        assert shown == open_for
        assert open_for


# -- 17 ---------------------------------------------------------------------------------------------

VENDOR_CALLER = Caller(CallerKind.VENDOR, organisation="310000108")
FACIL_ID = PartyId("fac11000-0000-4000-8000-000000000001")
CLIENT_ID = PartyId("aa100000-0000-4000-8000-000000000001")


def _end_role(store: Store) -> None:
    import_register(store, OPERATOR, ended=[{"party": CLIENT, "holder": FACIL, "role": "REGN"}])


def _end_provider(store: Store) -> None:
    import_register(store, OPERATOR, [{"number": FACIL, "ended": "2026-05-01"}])


def _remove_client(store: Store) -> None:
    remove_client(store, OPERATOR, AGENT, CLIENT_ID)


def _remove_agent(store: Store) -> None:
    remove_system_user(store, OPERATOR, FACIL_ID, AGENT)


def _delete_system(store: Store) -> None:
    delete_system(store, VENDOR_CALLER, "310000108_aktorer")


@pytest.mark.parametrize(
    "revoke", [_end_role, _end_provider, _remove_client, _remove_agent, _delete_system], ids=lambda each: each.__name__
)
def test_check_17_a_revocation_at_any_edge_counts_in_the_next_request(
    changing: House, revoke: Callable[[Store], None]
) -> None:
    for party in (CLIENT, "310002011"):
        assert may(changing, AGENT, party) == ("Permit", OK)
    revoke(changing.store)
    for party in (CLIENT, "310002011"):
        assert may(changing, AGENT, party) == ("NotApplicable", OK)


def test_check_17_a_package_taken_back_by_the_owner_or_by_a_client(changing: House) -> None:
    assert may(changing, STANDARD, OWNDATA) == ("Permit", OK)
    owner = PartyId(OWNDATA_UUID)
    withdraw_package(changing.store, OPERATOR, owner, PartyId(STANDARD), "merverdiavgift")
    assert may(changing, STANDARD, OWNDATA) == ("NotApplicable", OK)
    other = [attribute(ORGANISATION, OTHER_FIRM)]
    other_id = PartyId("5e1f0000-0000-4000-8000-000000000809")
    give_package(changing.store, OPERATOR, owner, other_id, "merverdiavgift")
    assert told(ask(changing, other, about(OWNDATA))) == ("Permit", OK)
    withdraw_package(changing.store, OPERATOR, owner, other_id, "merverdiavgift")
    assert told(ask(changing, other, about(OWNDATA))) == ("NotApplicable", OK)
