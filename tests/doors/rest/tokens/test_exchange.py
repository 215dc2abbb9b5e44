"""Exchange: what the new token says, how it is handed over, and who gets none. Source: pdp-and-tokens §8."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from core import OPERATOR, ServiceOwner, Store, register_service_owner
from rest import AltinnIssuer, Exchange, FileKeys, TokenTrust, TrustedIssuer, UntrustworthySetup
from rest.tokens.keys import new_private_key
from tests.doors.rest.tokens.conftest import BASE, Room, exchange_of
from tests.doors.rest.tokens.forgery import Genuine
from tests.doors.rest.vendor import API_SCOPE, CLIENT, FACIL, KARI, READ, VENDOR, jwk, key

OpenRoom = Callable[..., Room]
ROOT = Path(__file__).resolve().parents[4]
DIGDIR, STUDIO = "310000906", "https://studio.example/"


def exchanged(room: Room, token: str, provider: str = "maskinporten", **more: Any) -> httpx.Response:
    return room.vendor.call("GET", f"/exchange/{provider}", token, **more)


def claims_of(token: str) -> dict[str, Any]:
    read: dict[str, Any] = jwt.decode(token.strip('"'), options={"verify_signature": False})
    return read


def generated(room: Room, kind: str, **parameters: str) -> str:
    """A token of the generator's."""
    response = room.vendor.http.get(f"/api/{kind}", params=parameters)
    assert response.status_code == 200, response.text
    return response.text


def with_system_user(room: Room) -> str:
    """A Maskinporten token for a system user of its own making."""
    room.vendor.register()
    asked = room.vendor.request(partyOrgNo=FACIL, rights=[], accessPackages=_packages())
    assert asked.status_code == 201, asked.text
    assert room.vendor.answer(KARI, FACIL, asked.json()["id"]).status_code == 200
    answer = room.vendor.system_user_token(FACIL)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def _packages() -> list[dict[str, str]]:
    return [{"urn": "urn:altinn:accesspackage:merverdiavgift"}]


# -- from Maskinporten -----------------------------------------------------------------------------


def test_the_new_token_says_what_the_old_said_and_who_the_vendor_is(open_room: OpenRoom) -> None:
    room = open_room()
    old = room.vendor.token(API_SCOPE, resource="https://api.example.no")
    room.clock.move(seconds=60)
    answer = exchanged(room, old)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    before, after = claims_of(old), claims_of(answer.text)
    now = int(room.clock().timestamp())
    assert after.pop("sid")
    assert after == {
        **{name: value for name, value in before.items() if name not in {"aud", "client_amr"}},
        "iss": f"{BASE}/authentication/api/v1/openid/",
        "urn:altinn:orgNumber": VENDOR,
        "urn:altinn:authenticatemethod": "maskinporten",
        "urn:altinn:authlevel": 3,
        "iat": now,
        "nbf": now,
        "exp": now + 1800,
    }


def test_the_new_token_is_verified_with_what_is_published_and_opens_the_doors(open_room: OpenRoom) -> None:
    room = open_room()
    metadata = room.vendor.http.get("/authentication/api/v1/openid/.well-known/openid-configuration").json()
    token = exchanged(room, room.vendor.token(READ)).text
    keys = jwt.PyJWKSet.from_dict(room.vendor.http.get(metadata["jwks_uri"]).json())
    found = keys[jwt.get_unverified_header(token)["kid"]]
    options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    assert jwt.decode(token, found, algorithms=["RS256"], issuer=metadata["issuer"], options=options)
    room.clock.move(minutes=29)
    assert room.vendor.call("GET", f"/systemuser/request/vendor/bysystem/{VENDOR}_x", token).status_code != 401
    room.clock.move(minutes=2)
    assert room.vendor.call("GET", f"/systemuser/request/vendor/bysystem/{VENDOR}_x", token).status_code == 401


@pytest.mark.parametrize("accept", ["application/json", "text/plain, application/json", "*/*"])
def test_the_body_is_quoted_for_those_who_ask_for_json(open_room: OpenRoom, accept: str) -> None:
    room = open_room()
    headers = {"Authorization": f"Bearer {room.vendor.token(API_SCOPE)}", "Accept": accept}
    answer = room.vendor.http.get("/authentication/api/v1/exchange/maskinporten", headers=headers)
    is_quoted = "json" in accept
    assert answer.headers["Content-Type"].startswith("application/json" if is_quoted else "text/plain")
    assert (answer.text[0] == answer.text[-1] == '"') is is_quoted
    assert claims_of(answer.text)["client_id"] == CLIENT


def test_a_system_user_becomes_a_bare_object_or_stays_a_list(open_room: OpenRoom) -> None:
    room = open_room()
    token = with_system_user(room)
    (before,) = claims_of(token)["authorization_details"]
    assert claims_of(exchanged(room, token).text)["authorization_details"] == before
    assert room.issuer is not None
    listed = open_room(exchange=exchange_of(room.issuer, details_as_list=True))
    assert claims_of(exchanged(listed, token).text)["authorization_details"] == [before]


@pytest.mark.parametrize("minutes", [10, 1])
def test_an_exchanged_token_may_be_kept_short(open_room: OpenRoom, minutes: int) -> None:
    first = open_room()
    assert first.issuer is not None
    room = open_room(exchange=exchange_of(first.issuer, seconds=minutes * 60))
    claims = claims_of(exchanged(room, room.vendor.token(API_SCOPE)).text)
    assert claims["exp"] - claims["iat"] == minutes * 60


def test_a_service_owner_is_told_by_its_code(open_room: OpenRoom, stored: Store) -> None:
    room = open_room()
    register_service_owner(stored, OPERATOR, ServiceOwner("DIGDIR", VENDOR, "Digitaliseringsdirektoratet", 0))
    assert room.issuer is not None
    keys = {"keys": [jwk("vendor", "fjell-1")]}
    room.issuer.register_client(CLIENT, VENDOR, ("altinn:serviceowner", "altinn:serviceowner.almost", READ), keys)
    owner = room.vendor.token("altinn:serviceowner", READ)
    assert claims_of(exchanged(room, owner).text)["urn:altinn:org"] == "digdir"
    assert claims_of(exchanged(room, owner, params={"test": "true"}).text)["urn:altinn:org"] == "ttd"
    assert claims_of(exchanged(room, owner, params={"test": "false"}).text)["urn:altinn:org"] == "digdir"
    # Upstream looks for the scope inside the text; here it is the scope, letter by letter.
    for scopes in ((READ,), ("altinn:serviceowner.almost",)):
        assert "urn:altinn:org" not in claims_of(exchanged(room, room.vendor.token(*scopes)).text)


# -- from ID-porten --------------------------------------------------------------------------------


def test_a_person_is_told_as_altinn_knows_them_until_the_old_token_ends(open_room: OpenRoom) -> None:
    room = open_room()
    old = generated(room, "GetIdPortenToken", pid=KARI, scopes="altinn:clientdelegations.read", authLvl="4")
    room.clock.move(seconds=60)
    token = exchanged(room, old, "id-porten").text
    before, after = claims_of(old), claims_of(token)
    assert after["exp"] == before["exp"]
    assert {name: after[name] for name in after if name.startswith("urn:altinn:")} == {
        "urn:altinn:userid": 50000021,
        "urn:altinn:username": "",
        "urn:altinn:partyid": 50000021,
        "urn:altinn:party:uuid": "ca110000-0000-4000-8000-000000000021",
        "urn:altinn:authenticatemethod": "NotDefined",
        "urn:altinn:authlevel": 4,
    }
    found = room.vendor.call("GET", "/enduser/systemuser/agents", token, params={"party": FACIL})
    assert found.status_code == 200, found.text


def test_a_token_of_id_portens_opens_no_door_before_it_is_exchanged(open_room: OpenRoom) -> None:
    room = open_room()
    old = generated(room, "GetIdPortenToken", pid=KARI, scopes="altinn:clientdelegations.read")
    assert room.vendor.call("GET", "/enduser/systemuser/agents", old, params={"party": FACIL}).status_code == 401


def test_a_person_needs_a_scope_of_altinns_or_of_a_partners(open_room: OpenRoom) -> None:
    first = open_room()
    assert first.issuer is not None
    old = generated(first, "GetIdPortenToken", pid=KARI, scopes="openid,partner:api")
    refused = exchanged(first, old, "id-porten")
    assert (refused.status_code, refused.content) == (403, b"")
    room = open_room(exchange=exchange_of(first.issuer, partner_scopes=frozenset({"partner:api"})))
    assert exchanged(room, old, "ID-porten").status_code == 200


def test_a_person_who_is_not_known_gets_no_token(open_room: OpenRoom) -> None:
    room = open_room()
    assert room.issuer is not None
    now = int(room.clock().timestamp())
    for pid in ("14869910008", "310000205", None, 5):
        claims = {"pid": pid, "scope": "altinn:enduser", "iat": now, "exp": now + 60, "jti": str(pid)}
        token = room.issuer.id_porten_token(claims)
        assert exchanged(room, token, "id-porten").status_code == 401


# -- who gets none ---------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", ["facebook", "maskinporten2", "altinn"])
def test_an_unknown_provider_is_400(open_room: OpenRoom, provider: str) -> None:
    room = open_room()
    answer = exchanged(room, room.vendor.token(API_SCOPE), provider)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert provider in answer.text


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Basic eDp5", "bearer .."]
)
def test_garbage_is_401(open_room: OpenRoom, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = open_room().vendor.http.get("/authentication/api/v1/exchange/maskinporten", headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_an_enterprise_user_is_told_of_system_users(open_room: OpenRoom) -> None:
    room = open_room()
    headers = {"X-Altinn-EnterpriseUser-Authentication": "bmF2bjpwYXNzb3Jk"}
    answer = room.vendor.http.get("/authentication/api/v1/exchange/maskinporten", headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (410, "application/problem+json; charset=utf-8")
    assert "system user" in answer.json()["detail"]


def test_an_exchanged_token_that_runs_out_is_not_exchanged(open_room: OpenRoom) -> None:
    room = open_room()
    token = room.vendor.token(API_SCOPE)
    room.clock.move(seconds=130)
    assert exchanged(room, token).status_code == 401


def test_a_token_brings_along_nothing_that_only_altinn_may_say(open_room: OpenRoom) -> None:
    issuer = TrustedIssuer("studio", STUDIO, {"keys": [jwk("studio", "s-1")]}, provider="altinnstudio")
    room = open_room(issuers=(issuer,))
    now = int(room.clock().timestamp())
    claims = {
        "iss": STUDIO,
        "iat": now,
        "exp": now + 60,
        "scope": "altinn:instances.read",
        "aud": ["a", "b"],
        "urn:altinn:partyid": 50000021,
        "urn:altinn:userid": 50000021,
        "urn:altinn:authlevel": 4,
        "urn:altinn:org": "skd",
        "sid": "theirs",
        "name": "Utvikler",
    }
    token = Genuine(claims, "s-1", key("studio")).signed()
    answer = exchanged(room, token, "altinnstudio")
    assert answer.status_code == 200
    after = claims_of(answer.text)
    assert not [name for name in after if name.startswith("urn:altinn:") or name == "aud"]
    assert (after["name"], after["sid"] != "theirs", after["exp"]) == ("Utvikler", True, now + 1800)


def test_without_a_consumer_there_is_no_vendor_to_tell(open_room: OpenRoom) -> None:
    issuer = TrustedIssuer("mp", STUDIO, {"keys": [jwk("studio", "s-1")]}, provider="maskinporten")
    room = open_room(issuers=(issuer,))
    now = int(room.clock().timestamp())
    token = Genuine({"iss": STUDIO, "iat": now, "exp": now + 60, "scope": "a:b"}, "s-1", key("studio")).signed()
    assert exchanged(room, token).status_code == 401


# -- outside the demo ------------------------------------------------------------------------------


def real(pem: str) -> tuple[Exchange, tuple[TrustedIssuer, ...]]:
    """An exchange with the operator's own keys, for one real issuer."""
    exchange = Exchange(AltinnIssuer(BASE, FileKeys(pem)))
    issuer = TrustedIssuer("mp", STUDIO, {"keys": [jwk("studio", "s-1")]}, provider="maskinporten")
    return exchange, (issuer, exchange.altinn.trusted())


def test_the_operators_keys_sign_and_are_published_ahead(open_room: OpenRoom, stored: Store) -> None:
    first, second = new_private_key(), new_private_key()
    now = int(stored.clock().timestamp())
    consumer = {"authority": "iso6523-actorid-upis", "ID": f"0192:{VENDOR}"}
    claims = {"iss": STUDIO, "iat": now, "exp": now + 60, "scope": READ, "consumer": consumer, "jti": "1"}
    token = Genuine(claims, "s-1", key("studio")).signed()
    published = {}
    tokens = []
    for name, pem in {"before": first + second, "after": second + first}.items():
        exchange, issuers = real(pem)
        room = open_room(authorities=None, issuers=issuers, exchange=exchange)
        keys = room.vendor.http.get("/authentication/api/v1/openid/.well-known/openid-configuration/jwks").json()
        published[name] = [each["kid"] for each in keys["keys"]]
        tokens.append(exchanged(room, token).text)
    assert published["before"] == published["after"][::-1]
    assert [jwt.get_unverified_header(each)["kid"] for each in tokens] == published["before"]
    # In the last room the second key signs, and what the first one signed still counts.
    for each in tokens:
        found = room.vendor.call("POST", "/brobygger/v1/tokens/revoke", each, data={"token": "x"})
        assert found.status_code == 200


def test_without_keys_there_is_no_exchange_outside_the_demo(open_room: OpenRoom) -> None:
    issuer = TrustedIssuer("mp", STUDIO, {"keys": [jwk("studio", "s-1")]}, provider="maskinporten")
    room = open_room(authorities=None, issuers=(issuer,))
    paths = json.loads((ROOT / "rest" / "openapi" / "tokens.json").read_text("utf-8"))["paths"]
    for path, item in paths.items():
        for method in item:
            if path.rpartition("/")[2] not in ("introspection", "revoke"):
                asked = re.sub(r"{\w+}", "maskinporten", path)
                assert room.vendor.http.request(method, asked, json={}).status_code == 404, path
    assert room.vendor.http.post("/authentication/api/v1/introspection", data={"token": "x"}).json() == {
        "active": False
    }


@pytest.mark.parametrize("pem", ["", "no pem", "public", "twice", "weak", "locked"])
def test_a_file_without_good_private_keys_is_refused(pem: str) -> None:
    from cryptography.hazmat.primitives import serialization

    form, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    open_ = serialization.NoEncryption()
    if pem == "public":
        info = serialization.PublicFormat.SubjectPublicKeyInfo
        pem = key("studio").public_key().public_bytes(form, info).decode()
    elif pem == "twice":
        pem = 2 * key("studio").private_bytes(form, pkcs8, open_).decode()
    elif pem == "weak":
        pem = key("weak", 1024).private_bytes(form, pkcs8, open_).decode()
    elif pem == "locked":
        locked = serialization.BestAvailableEncryption(b"secret")
        pem = key("studio").private_bytes(form, pkcs8, locked).decode()
    with pytest.raises(UntrustworthySetup):
        FileKeys(pem)


def test_a_provider_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UntrustworthySetup, match="provider"):
        TokenTrust((TrustedIssuer("x", STUDIO, {"keys": [jwk("studio", "s-1")]}, provider="facebook"),))


# -- introspection ---------------------------------------------------------------------------------


def test_a_token_is_active_until_it_is_not(open_room: OpenRoom) -> None:
    room = open_room()
    path = "/authentication/api/v1/introspection"
    token = room.vendor.token(API_SCOPE)
    for each in (token, exchanged(room, token).text, generated(room, "GetIdPortenToken", pid=KARI)):
        answer = room.vendor.http.post(path, data={"token": each})
        assert (answer.json(), answer.headers["Cache-Control"]) == ({"active": True}, "no-store")
    room.clock.move(seconds=131)
    for each in (token, "garbage", token[:-4] + "AAAA"):
        assert room.vendor.http.post(path, data={"token": each}).json() == {"active": False}
    for data in ({}, {"token": ""}):
        assert room.vendor.http.post(path, data=data).status_code == 400
