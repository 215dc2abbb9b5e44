"""Every known attack on a token, at each place that takes one, with the answer it gets (`-s` prints the table).

Source: pdp-and-tokens §4, §7, §8.4, §18 rows 13–15.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core import Store
from rest import TokenTrust, TrustedIssuer
from rest.tokens.bearer import InvalidToken, Verifier
from tests.doors.rest.conftest import Clock, facts
from tests.doors.rest.test_bearer import claims, signed
from tests.doors.rest.tokens.conftest import BASE, Room, opened
from tests.doors.rest.tokens.forgery import FORGERIES, Forge, Genuine
from tests.doors.rest.vendor import AUTHORIZE, CLIENT, FACIL, VENDOR, jwk, key, question, system_user_detail

ISSUER, OTHER_ISSUER = "https://maskinporten.example/", "https://other.example/"
AUDIENCE = "https://audience.example"
USER = "3f6d1f86-0f1f-4f67-9b0d-6a2d9f6f7b01"


def details(**changes: Any) -> dict[str, Any]:
    """What a token says of a system user, changed as told."""
    return {**system_user_detail(FACIL), "systemuser_id": [USER], **changes}


@pytest.fixture(scope="module")
def rooms(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Room, Room]]:
    """Two processes' doors that trust the stand-in and two more issuers, one of them with an audience."""
    path = tmp_path_factory.mktemp("attacks") / "brobygger.db"
    path.write_bytes(sqlite_template.read_bytes())
    clock, url = Clock(), f"sqlite:///{path}"
    store, another = Store(url, clock=clock), Store(url, clock=clock)
    store.import_facts("test", facts())
    issuers = (
        TrustedIssuer("real", ISSUER, {"keys": [jwk("issuer", "sig-1")]}, audience=AUDIENCE, provider="maskinporten"),
        TrustedIssuer("other", OTHER_ISSUER, {"keys": [jwk("other-issuer", "other-1")]}),
    )
    found, beside = opened(store, clock, issuers=issuers), opened(another, clock, issuers=issuers)
    yield found, beside
    for each in (found, beside):
        each.store.close()
        each.check()


@pytest.fixture
def room(rooms: tuple[Room, Room]) -> Room:
    """The first of the doors."""
    return rooms[0]


def assertion(room: Room) -> Genuine:
    """A genuine assertion of the vendor's."""
    return Genuine(room.vendor.claims(), "fjell-1", key("vendor"))


def bearer(room: Room) -> Genuine:
    """A genuine token of the issuer that is trusted for an audience."""
    now = int(room.clock().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "scope": AUTHORIZE,
        "client_id": CLIENT,
        "consumer": {"authority": "iso6523-actorid-upis", "ID": f"0192:{VENDOR}"},
        "iat": now,
        "exp": now + 120,
        "jti": str(uuid.uuid4()),
    }
    return Genuine(claims, "sig-1", key("issuer"))


Answer = tuple[int, str]


def at_the_token_endpoint(room: Room, token: str) -> Answer:
    """What the stand-in's token endpoint answers: the status, and the code inside the sentence."""
    response = room.vendor.ask_token(token)
    if response.status_code == 200:
        return 200, "a token"
    document = response.json()
    code = re.search(r"\((MP-\d{3})\)", document["error_description"])
    return response.status_code, f"{document['error']} {code.group(1) if code else '(text only)'}"


def at_a_door(room: Room, token: str) -> Answer:
    """What the decision point answers."""
    body = question(USER, FACIL, "write", "skd-eksempel-mva")
    response = room.vendor.call("POST", "/authorization/api/v1/authorize", token, json=body)
    return response.status_code, response.headers.get("WWW-Authenticate", "")


def at_a_route(room: Room, token: str) -> Answer:
    """What a route behind the framework answers."""
    response = room.vendor.call("POST", "/brobygger/v1/tokens/revoke", token, data={"token": "x"})
    return response.status_code, response.headers.get("WWW-Authenticate", "")


def at_the_exchange(room: Room, token: str) -> Answer:
    """What the exchange answers."""
    response = room.vendor.call("GET", "/exchange/maskinporten", token)
    return response.status_code, response.headers.get("WWW-Authenticate", "")


def told(place: str, name: str, answer: Answer) -> None:
    """A row of the table, for whoever looks."""
    print(f"{place:<15} {name:<42} {answer[0]} {answer[1]}")  # noqa: T201 -- the table is for reading


# -- what must be refused everywhere ---------------------------------------------------------------

CODES = {
    "another's key under the right kid": "MP-124",
    "jwk in the header": "MP-124",
    "jku in the header": "MP-124",
    "x5u in the header": "MP-124",
    "signature cut off": "MP-124",
    "signature of another token": "MP-124",
}


def test_what_is_genuine_is_taken(room: Room) -> None:
    """Else the refusals below would prove nothing."""
    assert at_the_token_endpoint(room, assertion(room).signed()) == (200, "a token")
    for place in (at_a_door, at_a_route, at_the_exchange):
        assert place(room, bearer(room).signed())[0] == 200


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_assertion_gets_no_token(room: Room, name: str) -> None:
    answer = at_the_token_endpoint(room, FORGERIES[name](assertion(room)))
    told("token endpoint", name, answer)
    assert answer == (400, f"invalid_grant {CODES.get(name, 'MP-100')}")


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_proves_nothing(room: Room, name: str) -> None:
    token = FORGERIES[name](bearer(room))
    for place, ask in {"decision point": at_a_door, "route": at_a_route, "exchange": at_the_exchange}.items():
        answer = ask(room, token)
        told(place, name, answer)
        assert answer == (401, "Bearer")


@given(place=st.integers(min_value=0, max_value=2_000), sign=st.sampled_from("AZaz09-_.=+ \n\0é"))
def test_no_token_survives_a_changed_letter(place: int, sign: str) -> None:
    """But for the last letter of its signature, whose spare bits say nothing."""
    clock = Clock()
    trusted = TrustedIssuer("real", ISSUER, {"keys": [jwk("issuer", "sig-1")]})
    token = signed(claims(clock, iss=ISSUER))
    at = place % (len(token) - 1)
    changed = token[:at] + sign + token[at + 1 :]
    assume(changed != token)
    with pytest.raises(InvalidToken):
        Verifier(TokenTrust((trusted,)), clock).verify(f"Bearer {changed}")


# -- what an assertion says ------------------------------------------------------------------------

ASSERTIONS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "expired": ("invalid_grant MP-130", {"iat": -120, "exp": -1}, {}),
    "121 seconds": ("invalid_grant MP-130", {"iat": 0, "exp": 121}, {}),
    "iat 11 s ahead": ("invalid_grant (text only)", {"iat": 11, "exp": 100}, {}),
    "iat is a number nobody can hold": ("invalid_grant MP-130", {}, {"iat": 10**400}),
    "exp without end": ("invalid_grant MP-130", {}, {"exp": 10**11}),
    "audience swapped": ("invalid_grant MP-110", {}, {"aud": "https://test.maskinporten.no/"}),
    "audience with two slashes": ("invalid_grant MP-110", {}, {"aud": f"{BASE}//"}),
    "issuer swapped": ("invalid_grant MP-100", {}, {"iss": "somebody-else"}),
    "issuer with a trailing slash": ("invalid_grant MP-100", {}, {"iss": f"{CLIENT}/"}),
    "issuer is a list": ("invalid_grant MP-100", {}, {"iss": [CLIENT]}),
    "two authorization_details": (
        "invalid_authorization_details MP-302",
        {},
        {"authorization_details": [system_user_detail(FACIL)] * 2},
    ),
    "ID without 0192": (
        "invalid_altinn_customer_configuration MP-303",
        {},
        {"authorization_details": [{**system_user_detail(FACIL), "systemuser_org": {"ID": FACIL}}]},
    ),
}


@pytest.mark.parametrize("name", ASSERTIONS)
def test_an_assertion_that_says_something_wrong_gets_no_token(room: Room, name: str) -> None:
    expected, times, changes = ASSERTIONS[name]
    now = int(room.clock().timestamp())
    answer = at_the_token_endpoint(
        room, assertion(room).signed(None, **{claim: now + seconds for claim, seconds in times.items()}, **changes)
    )
    told("token endpoint", name, answer)
    assert answer == (400, expected)


def test_an_assertion_is_never_taken_twice(rooms: tuple[Room, Room]) -> None:
    """Not even where the same claims are signed anew, or by another process."""
    genuine = assertion(rooms[0])
    assert at_the_token_endpoint(rooms[0], genuine.signed())[0] == 200
    for place in rooms:
        answer = at_the_token_endpoint(place, genuine.signed({"typ": "JWT"}))
        told("token endpoint", "replayed jti", answer)
        assert answer == (400, "invalid_grant MP-012")


@pytest.mark.parametrize("spelling", ["ID", "id"])
def test_both_spellings_of_the_owner_are_read_in_an_assertion(room: Room, spelling: str) -> None:
    owner = {"authority": "iso6523-actorid-upis", spelling: f"0192:{FACIL}"}
    detail = {**system_user_detail(FACIL), "systemuser_org": owner}
    answer = at_the_token_endpoint(room, assertion(room).signed(authorization_details=[detail]))
    told("token endpoint", f"{spelling} of the owner (no such system user)", answer)
    assert answer == (400, "invalid_altinn_customer_configuration MP-303")


# -- what a token says -----------------------------------------------------------------------------

TOKENS: dict[str, tuple[dict[str, int], dict[str, Any]]] = {
    "expired": ({"exp": -10}, {}),
    "exp is a text": ({}, {"exp": "tomorrow"}),
    "exp is a number nobody can hold": ({}, {"exp": 10**400}),
    "no exp": ({}, {"exp": None}),
    "no iat": ({}, {"iat": None}),
    "iat 11 s ahead": ({"iat": 11}, {}),
    "nbf 11 s ahead": ({"nbf": 11}, {}),
    "audience swapped": ({}, {"aud": "https://other.example"}),
    "audience with a trailing slash": ({}, {"aud": f"{AUDIENCE}/"}),
    "no audience": ({}, {"aud": None}),
    "issuer swapped": ({}, {"iss": OTHER_ISSUER}),
    "issuer without its slash": ({}, {"iss": ISSUER.rstrip("/")}),
    "issuer with another slash": ({}, {"iss": f"{ISSUER}/"}),
    "issuer in upper case": ({}, {"iss": ISSUER.upper()}),
    "issuer as a list": ({}, {"iss": [ISSUER]}),
    "an issuer nobody trusts": ({}, {"iss": "https://evil.example/"}),
}


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_that_says_something_wrong_proves_nothing(room: Room, name: str) -> None:
    times, changes = TOKENS[name]
    now = int(room.clock().timestamp())
    moments: dict[str, Any] = {claim: now + seconds for claim, seconds in times.items()}
    token = bearer(room).signed(None, **moments, **changes)
    for place, ask in {"decision point": at_a_door, "route": at_a_route, "exchange": at_the_exchange}.items():
        answer = ask(room, token)
        told(place, name, answer)
        assert answer == (401, "Bearer")


def test_one_issuers_key_signs_for_no_other(room: Room) -> None:
    """The key is genuine, and its issuer trusted; but it is not the one that the token names."""
    foreign: Forge = lambda it: Genuine(it.claims, "other-1", key("other-issuer")).signed()  # noqa: E731 -- as the table
    for place, ask in {"decision point": at_a_door, "exchange": at_the_exchange}.items():
        answer = ask(room, foreign(bearer(room)))
        told(place, "another trusted issuer's key", answer)
        assert answer == (401, "Bearer")


OF_SYSTEM_USERS: dict[str, tuple[object, bool]] = {
    "a list of one": ([details()], True),
    "a bare object": (details(), True),
    "text of a list": (json.dumps([details()]), True),
    "id in lower case": (
        [details(systemuser_org={"authority": "iso6523-actorid-upis", "id": f"0192:{FACIL}"})],
        True,
    ),
    "two authorization_details": ([details(), details()], False),
    "none in the list": ([], False),
    "an owner without 0192": ([details(systemuser_org={"authority": "iso6523-actorid-upis", "ID": FACIL})], False),
    "another authority": ([details(systemuser_org={"authority": "x", "ID": f"0192:{FACIL}"})], False),
    "an id that is none": ([details(systemuser_id=["x"])], False),
}


@pytest.mark.parametrize("name", OF_SYSTEM_USERS)
def test_a_system_user_is_one_or_none(room: Room, name: str) -> None:
    shape, fine = OF_SYSTEM_USERS[name]
    token = bearer(room).signed(authorization_details=shape)
    for place, ask, refused in (
        ("decision point", at_a_door, (403, "")),
        ("route", at_a_route, (403, "")),
        ("exchange", at_the_exchange, (401, "Bearer")),
    ):
        answer = ask(room, token)
        told(place, name, answer)
        assert answer == ((200, "") if fine else refused)


# -- the exchange's own ----------------------------------------------------------------------------


def test_a_token_of_ours_is_not_exchanged_again(room: Room) -> None:
    once = room.vendor.call("GET", "/exchange/maskinporten", bearer(room).signed())
    assert once.status_code == 200
    for provider in ("maskinporten", "id-porten", "altinnstudio"):
        again = room.vendor.call("GET", f"/exchange/{provider}", once.text)
        told("exchange", f"exchanged before, as {provider}", (again.status_code, ""))
        assert again.status_code == 401


def test_a_token_is_exchanged_as_its_own_providers_only(room: Room) -> None:
    """And one that no provider is configured for (the other issuer's) is not exchanged at all."""
    other = Genuine({**bearer(room).claims, "iss": OTHER_ISSUER}, "other-1", key("other-issuer")).signed()
    assert at_a_door(room, other)[0] == 200
    for provider, token in (("id-porten", bearer(room).signed()), ("maskinporten", other)):
        response = room.vendor.call("GET", f"/exchange/{provider}", token)
        told("exchange", f"as {provider}, of another issuer", (response.status_code, ""))
        assert response.status_code == 401
