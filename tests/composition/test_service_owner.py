"""The demo's sample service owner as an outside party: whose tokens it believes, what it asks, what it answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from brobygger.application import create_application
from brobygger.demo.end_user_system import EndUserSystem, NotOnTheTeam, Team
from brobygger.demo.keys import new_key, public_part, signing_key
from brobygger.demo.service_owner import create_service_owner
from brobygger.demo.world import client_key, demo_data, seed_demo
from brobygger.settings import Settings
from core import Store
from delivery import RENEW_SECONDS, Credentials, MachineClient, Wanted
from tests.composition.outside_world import (
    ALTINN,
    ISSUER,
    KEY,
    NOW,
    OWNER,
    PARTY,
    PERMIT,
    PRIVATE,
    SCOPE,
    STRANGER,
    USER,
    VENDOR,
    World,
    claims,
    detail,
    private,
    signed,
)


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    with made.http:
        yield made


@pytest.fixture
def service_owner(world: World) -> Iterator[httpx.Client]:
    """The service owner's own API."""
    app = create_service_owner(world.http, ISSUER, lambda: Credentials("owner-client", PRIVATE[id(KEY)]), world.clock)
    with httpx.Client(transport=httpx.WSGITransport(app), base_url="https://owner.example") as client:
        yield client


def send(
    service_owner: httpx.Client, token: str, path: str = f"skd/mva/{PARTY}", method: str = "POST"
) -> httpx.Response:
    return service_owner.request(method, f"/demo/{path}", headers={"Authorization": f"Bearer {token}"})


# -- what is let through --------------------------------------------------------------------------


def test_a_right_token_with_a_permit_is_served(service_owner: httpx.Client, world: World) -> None:
    answer = send(service_owner, signed())
    assert answer.status_code == 201, answer.text
    told = {"party": PARTY, "systemUser": USER, "owner": OWNER, "vendor": VENDOR}
    assert told.items() <= answer.json().items()
    asked = next(request for request in world.asked if request.url.path == "/authorization/api/v1/authorize")
    assert asked.headers["Authorization"].startswith("Bearer owned-"), "the caller's token is never handed on"
    (subject,) = json.loads(asked.content)["Request"]["AccessSubject"]
    assert subject["Attribute"] == [{"AttributeId": "urn:altinn:systemuser:uuid", "Value": USER}]


@pytest.mark.parametrize(
    "changes",
    [
        {"authorization_details": detail()},
        {"authorization_details": [detail(systemuser_id=[USER.upper()])]},
        {
            "authorization_details": [
                detail(systemuser_org={"authority": "iso6523-actorid-upis", "id": f"0192:{OWNER}"})
            ]
        },
        {"authorization_details": [detail(system_id=None)]},
        {"aud": "unspecified"},
        {"aud": f"{ISSUER}demo"},
        {"aud": ["https://other.example", f"{ISSUER}demo"]},
        {"iat": NOW + 9},
        {"exp": NOW - 9},
        {"iss": ALTINN},
        {"consumer": None},
    ],
    ids=lambda changes: "-".join(changes) if isinstance(changes, dict) else "",
)
def test_the_shapes_that_genuine_tokens_come_in(service_owner: httpx.Client, changes: dict[str, Any]) -> None:
    answer = send(service_owner, signed(**changes))
    assert answer.status_code == 201, answer.text
    assert answer.json()["systemUser"] == USER


# -- what is not ----------------------------------------------------------------------------------


def part(value: dict[str, Any]) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


def unsigned(alg: str) -> str:
    return (part({"alg": alg, "kid": "kid-1"}) + b"." + part(claims()) + b".").decode()


def signed_with_the_public_key() -> str:
    """HS256 with the public key as the secret: what a check that lets the token choose falls for."""
    pem = (
        private(KEY)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    message = part({"alg": "HS256", "kid": "kid-1", "typ": "JWT"}) + b"." + part(claims())
    seal = base64.urlsafe_b64encode(hmac.new(pem, message, hashlib.sha256).digest()).rstrip(b"=")
    return (message + b"." + seal).decode()


ATTACKS: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no JWT": lambda: "abc",
    "three empty parts": lambda: "..",
    "alg none": lambda: unsigned("none"),
    "alg none in capitals": lambda: unsigned("NONE"),
    "HS256 with the public key": signed_with_the_public_key,
    "somebody else's key under the same kid": lambda: signed(STRANGER),
    "unknown kid": lambda: signed(header={"kid": "kid-2"}),
    "no kid": lambda: jwt.encode(claims(), private(KEY), "RS256"),
    "its own key in jwk": lambda: signed(STRANGER, {"jwk": public_part(STRANGER)}),
    "its own keys at jku": lambda: signed(STRANGER, {"jku": "https://evil.example/jwk"}),
    "its own certificate at x5u": lambda: signed(STRANGER, {"x5u": "https://evil.example/cert"}),
    "a critical extension": lambda: signed(header={"crit": ["b64"], "b64": True}),
    "issuer without its slash": lambda: signed(iss=ISSUER.rstrip("/")),
    "issuer that contains the right one": lambda: signed(iss=f"https://evil.example/?{ISSUER}"),
    "no issuer": lambda: signed(iss=None),
    "expired": lambda: signed(iat=NOW - 200, exp=NOW - 10),
    "no exp": lambda: signed(exp=None),
    "no iat": lambda: signed(iat=None),
    "exp as a text": lambda: signed(exp=str(NOW + 100)),
    "issued in the future": lambda: signed(iat=NOW + 11),
    "not before the future": lambda: signed(nbf=NOW + 11),
    "another audience": lambda: signed(aud="https://other.example"),
    "other audiences": lambda: signed(aud=["https://other.example", "unspecified"]),
    "cut short": lambda: signed()[:-4],
    "very large": lambda: signed(padding="x" * 20_000),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_token_that_cannot_be_believed_is_401_and_nothing_is_asked(
    service_owner: httpx.Client, world: World, attack: str
) -> None:
    answer = send(service_owner, ATTACKS[attack]())
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"], "a refusal teaches"
    assert answer.json()["help"]
    assert world.times("/authorization/api/v1/authorize") == 0
    assert all(request.url.host == "issuer.example" for request in world.asked), "no address of the token's is fetched"


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": None},
        {"scope": "skatteetaten:eksempel.les"},
        {"scope": "xskatteetaten:eksempel"},
        {"scope": SCOPE.upper()},
        {"scope": f"{SCOPE}\tdigdir:dialogporten"},
        {"authorization_details": None},
        {"authorization_details": []},
        {"authorization_details": [detail(), detail()]},
        {"authorization_details": [detail(type="urn:altinn:consent")]},
        {"authorization_details": [detail(systemuser_id=[])]},
        {"authorization_details": [detail(systemuser_id=["not-a-uuid"])]},
        {"authorization_details": [detail(systemuser_id=USER[:-1])]},
        {"authorization_details": [detail(systemuser_org={"authority": "other", "ID": f"0192:{OWNER}"})]},
        {"authorization_details": [detail(systemuser_org={"authority": "iso6523-actorid-upis", "ID": OWNER})]},
        {"authorization_details": [detail(systemuser_org="0192:310000205")]},
        {"authorization_details": json.dumps([detail()])},
        {"consumer": {"authority": "iso6523-actorid-upis", "ID": "0192:31000010x"}},
    ],
    ids=lambda changes: hashlib.sha256(json.dumps(changes).encode()).hexdigest()[:8],
)
def test_a_genuine_token_of_the_wrong_kind_is_403_and_nothing_is_asked(
    service_owner: httpx.Client, world: World, changes: dict[str, Any]
) -> None:
    answer = send(service_owner, signed(**changes))
    assert answer.status_code == 403, answer.text
    assert answer.json()["help"]
    assert world.times("/authorization/api/v1/authorize") == 0


@pytest.mark.parametrize(
    ("results", "status"),
    [
        ([{"decision": "NotApplicable"}], 403),
        ([{"decision": "Deny"}], 403),
        ([{"decision": "Indeterminate"}], 403),
        ([{"decision": "permit"}], 403),
        ([PERMIT, PERMIT], 503),
        ([], 503),
        ([{}], 503),
    ],
)
def test_whatever_is_not_exactly_one_permit_is_a_no(
    service_owner: httpx.Client, world: World, results: list[dict[str, Any]], status: int
) -> None:
    world.results = results
    assert send(service_owner, signed()).status_code == status


@pytest.mark.parametrize(("level", "status"), [("3", 201), ("4", 403)])
def test_a_system_user_has_level_3(service_owner: httpx.Client, world: World, level: str, status: int) -> None:
    assigned = {"category": "urn:altinn:minimum-authenticationlevel", "value": level}
    world.results = [{"decision": "Permit", "obligations": [{"attributeAssignment": [assigned]}]}]
    assert send(service_owner, signed()).status_code == status


def test_an_address_must_name_an_organisation(service_owner: httpx.Client, world: World) -> None:
    assert send(service_owner, signed(), "skd/mva/31000030").status_code == 400
    assert send(service_owner, signed(), "nav/avstemming/310000302").status_code == 405
    assert send(service_owner, signed(), "skd/unknown/310000302").status_code == 404


# -- keys -----------------------------------------------------------------------------------------


def test_keys_are_found_by_discovery_once_and_anew_for_an_unknown_one(
    service_owner: httpx.Client, world: World
) -> None:
    for _ in range(3):
        assert send(service_owner, signed()).status_code == 201
    assert world.times("/jwk") == 1
    newer = new_key("kid-2")
    world.jwks = [public_part(KEY), public_part(newer)]
    assert send(service_owner, signed(newer)).status_code == 401, "asked again at most every half minute"
    assert world.times("/jwk") == 1
    world.now += 31
    assert send(service_owner, signed(newer)).status_code == 201
    assert world.times("/jwk") == 2


def test_keys_of_another_issuer_or_too_small_are_not_taken(service_owner: httpx.Client, world: World) -> None:
    world.published_issuer = ISSUER.rstrip("/")
    assert send(service_owner, signed()).status_code == 503
    world.published_issuer, world.jwks = ISSUER, [{"kty": "RSA", "kid": "kid-1", "n": "AQAB", "e": "AQAB"}, {"kid": 1}]
    assert send(service_owner, signed()).status_code == 503
    world.jwks = [public_part(KEY)]
    assert send(service_owner, signed()).status_code == 201, "asked again at once where none are known"


def test_keys_that_are_known_stay_when_the_issuer_cannot_be_asked(service_owner: httpx.Client, world: World) -> None:
    assert send(service_owner, signed()).status_code == 201
    world.jwks = []
    world.now += 24 * 3600
    fresh: dict[str, Any] = {"iat": int(world.now), "exp": int(world.now) + 100}
    world.published_issuer = "https://another.example/"
    assert send(service_owner, signed(**fresh)).status_code == 201


# -- tokens of one's own --------------------------------------------------------------------------


def test_the_service_owners_token_is_kept_and_renewed_before_it_ends(service_owner: httpx.Client, world: World) -> None:
    for _ in range(3):
        send(service_owner, signed())
    assert world.times("/token") == 1
    world.now += world.lifetime - RENEW_SECONDS - 1
    send(service_owner, signed(exp=NOW + 1000))
    assert world.times("/token") == 1
    world.now += 1
    send(service_owner, signed(exp=NOW + 1000))
    assert world.times("/token") == 2


def test_tokens_are_kept_apart_by_everything_that_tells_them_apart(world: World) -> None:
    client = MachineClient(world.http, ISSUER, lambda: Credentials("c", PRIVATE[id(KEY)]), world.clock)
    scope = frozenset({SCOPE})
    wanted = [
        Wanted(scope),
        Wanted(scope, OWNER),
        Wanted(scope, OWNER, "a"),
        Wanted(scope, OWNER, "b"),
        Wanted(scope, VENDOR, "a"),
        Wanted(scope | {"other"}, OWNER, "a"),
        Wanted(scope, OWNER, "a", frozenset({"https://owner.example"})),
    ]
    tokens = [client.token(each) for each in wanted]
    assert len(set(tokens)) == len(wanted)
    assert [client.token(each) for each in wanted] == tokens
    assertions = [parse_qs(request.content.decode())["assertion"][0] for request in world.asked]
    sent = [jwt.decode(each, options={"verify_signature": False}) for each in assertions]
    assert [each.get("authorization_details", [{}])[0].get("externalRef") for each in sent[:4]] == [
        None,
        None,
        "a",
        "b",
    ]
    assert len({each["jti"] for each in sent}) == len(sent)
    assert all(each["exp"] - each["iat"] <= 120 for each in sent)


def test_an_employee_outside_the_team_never_causes_a_token_request(world: World) -> None:
    tokens = MachineClient(world.http, ISSUER, lambda: Credentials("c", PRIVATE[id(KEY)]), world.clock)
    teams = [
        Team("bolig", frozenset({"Ida"}), frozenset({PARTY}), "team-bolig"),
        Team("drift", frozenset({"Odd"}), frozenset({VENDOR}), "team-drift"),
    ]
    system = EndUserSystem(world.http, tokens, OWNER, teams)
    for employee in ("Odd", "Ingen", "ida"):
        with pytest.raises(NotOnTheTeam):
            system.send(employee, PARTY, "/demo/skd/boligsameie", SCOPE)
    assert world.asked == []
    system.send("Ida", PARTY, "/demo/skd/boligsameie", SCOPE)
    assert [request.url.path for request in world.asked] == ["/token", f"/demo/skd/boligsameie/{PARTY}"]


# -- and the real gateway -------------------------------------------------------------------------


def test_it_stands_beside_the_gateway_and_asks_it_like_anybody(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    seed_demo(store)
    base = "http://brobygger.example"
    application = create_application(store, Settings(database_url=sqlite_url, demo=True, public_url=base))
    new = demo_data()["new_world"]
    owner, vendor = (
        Credentials(each, signing_key(client_key(store, each)))
        for each in (new["service_owner_client"], new["client_id"])
    )
    with httpx.Client(transport=httpx.WSGITransport(application), base_url=base) as http:
        app = create_service_owner(http, f"{base}/", lambda: owner, time.time)
        tokens = MachineClient(http, f"{base}/", lambda: vendor)
        token = tokens.token(Wanted(frozenset({SCOPE}), OWNER, "registrerte-klienter"))
        with httpx.Client(transport=httpx.WSGITransport(app), base_url=base) as service_owner:
            served, refused = send(service_owner, token), send(service_owner, token, "skd/mva/310000604")
            bearerless = service_owner.post(f"/demo/skd/mva/{PARTY}")
        beside, stand_in = http.post(f"/demo/skd/mva/{PARTY}"), http.get("/demo/issuer/clients")
    store.close()
    assert (served.status_code, served.json()["reason"]) == (201, "package-access")
    assert (refused.status_code, refused.json()["reason"]) == (403, "not-a-client")
    assert (bearerless.status_code, beside.status_code) == (401, 401)
    assert new["client_id"] in {each["client"] for each in stand_in.json()}


def test_it_is_not_there_outside_the_demo(sqlite_url: str, tmp_path: Any) -> None:
    trusted = tmp_path / "issuers.json"
    trusted.write_text(
        json.dumps(
            [{"name": "x", "issuer": "https://x/", "jwks": {"keys": [public_part(KEY)]}, "algorithms": ["RS256"]}]
        )
    )
    settings = Settings(sqlite_url, public_url="https://gateway.example", trusted_issuers=str(trusted))
    store = Store(sqlite_url)
    application = create_application(store, settings)
    with httpx.Client(transport=httpx.WSGITransport(application), base_url="https://gateway.example") as http:
        answer = http.post(f"/demo/skd/mva/{PARTY}")
    store.close()
    assert answer.status_code == 404
