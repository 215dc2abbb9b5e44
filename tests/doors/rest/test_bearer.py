"""Tokens: what is accepted, and every forgery that is not. Source: pdp-and-tokens §4 and §18 rows 12–13."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from rest import KeysUnavailable, TokenTrust, TrustedIssuer, UntrustworthySetup
from rest.tokens.bearer import InvalidSystemUserClaim, InvalidToken, VerifiedToken, Verifier, read_keys
from tests.doors.rest.conftest import Clock
from tests.doors.rest.vendor import FACIL, VENDOR, jwk, key

ISSUER = "https://maskinporten.brobygger.example/"
USER = "3F6D1F86-0F1F-4F67-9B0D-6A2D9F6F7B01"
KEYS = {"keys": [jwk("issuer", "sig-1")]}


def verifier(clock: Clock, **changes: Any) -> Verifier:
    """A verifier that trusts one issuer."""
    trusted = {"name": "maskinporten", "issuer": ISSUER, "jwks": KEYS, **changes}
    return Verifier(TokenTrust((TrustedIssuer(**trusted),)), clock)


def claims(clock: Clock, **changes: Any) -> dict[str, Any]:
    now = int(clock().timestamp())
    full = {
        "iss": ISSUER,
        "iat": now,
        "exp": now + 120,
        "scope": "a:b c:d",
        "consumer": {"authority": "iso6523-actorid-upis", "ID": f"0192:{VENDOR}"},
        **changes,
    }
    return {name: value for name, value in full.items() if value is not None}


def signed(content: Mapping[str, Any], *, name: str = "issuer", **header: Any) -> str:
    return jwt.encode(dict(content), key(name), algorithm="RS256", headers={"kid": "sig-1", **header})


def by_hand(header: Mapping[str, Any], content: Mapping[str, Any], secret: bytes | None) -> str:
    """A token put together without a library, which would refuse to."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, content)]
    body = b".".join(parts)
    mark = b"" if secret is None else hmac.new(secret, body, hashlib.sha256).digest()
    return (body + b"." + base64.urlsafe_b64encode(mark).rstrip(b"=")).decode()


def accepted(token: str, clock: Clock, **changes: Any) -> VerifiedToken:
    return verifier(clock, **changes).verify(f"Bearer {token}")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_genuine_token_says_who_calls(clock: Clock) -> None:
    token = accepted(signed(claims(clock)), clock)
    assert (token.consumer, token.scopes, token.system_user) == (VENDOR, frozenset({"a:b", "c:d"}), None)


def test_a_consumer_may_come_as_text(clock: Clock) -> None:
    text = json.dumps({"authority": "iso6523-actorid-upis", "ID": f"0192:{VENDOR}"})
    assert accepted(signed(claims(clock, consumer=text)), clock).consumer == VENDOR
    for wrong in ("nonsense", {"ID": VENDOR}, {"ID": f"0192:{VENDOR}\n"}, ["0192"]):
        assert accepted(signed(claims(clock, consumer=wrong)), clock).consumer is None


CRITICAL: dict[str, Any] = {"x-2": 1}
PUBLIC_PEM = (
    key("issuer").public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
)


def test_no_forgery_is_accepted(clock: Clock) -> None:
    good = claims(clock)
    forged = {
        "alg none": by_hand({"alg": "none", "kid": "sig-1"}, good, None),
        "alg None": by_hand({"alg": "None", "kid": "sig-1"}, good, None),
        "HS256 with the public key": by_hand({"alg": "HS256", "kid": "sig-1"}, good, PUBLIC_PEM),
        "another key": signed(good, name="stranger"),
        "unknown kid": signed(good, kid="sig-2"),
        "no kid": jwt.encode(good, key("issuer"), algorithm="RS256"),
        "algorithm not configured": jwt.encode(good, key("issuer"), algorithm="RS512", headers={"kid": "sig-1"}),
        "key set from the token": signed(good, name="stranger", kid="x", jku="https://evil.example/jwk"),
        "certificate from the token": signed(good, name="stranger", kid="x", x5u="https://evil.example/x"),
        "key in the token": signed(good, name="stranger", kid="evil", jwk=jwk("stranger", "evil")),
        "critical extension": signed(good, crit=["x-2"], **CRITICAL),
        "not a token": "abc",
        "empty parts": "..",
        "changed": signed(good)[:-4] + "AAAA",
        "long header": signed(good, pad="x" * 9000),
    }
    for name, token in forged.items():
        with pytest.raises(InvalidToken):
            pytest.fail(f"accepted: {name}: {accepted(token, clock)}")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": ISSUER.rstrip("/")},
        {"iss": ISSUER.upper()},
        {"iss": None},
        {"iss": [ISSUER]},
        {"exp": None},
        {"iat": None},
        {"exp": "tomorrow"},
        {"exp": True},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_is_refused(clock: Clock, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        accepted(by_hand_signed(claims(clock, **changes)), clock)


def test_only_altinn_says_which_party_a_person_is(clock: Clock) -> None:
    token = signed(claims(clock, **{"urn:altinn:partyid": 50003001}))
    assert accepted(token, clock).party == 50003001
    assert accepted(token, clock, provider="maskinporten").party is None


@pytest.mark.parametrize("changes", [{"client_id": "a\x00"}, {"a\ud800": 1}, {"list": [{"deep": "\x00"}]}], ids=ascii)
def test_a_token_with_a_text_that_cannot_be_kept_is_refused(clock: Clock, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        accepted(signed(claims(clock, **changes)), clock)


def test_a_key_set_may_hold_what_is_no_key() -> None:
    assert set(read_keys({"keys": ["x", None, *KEYS["keys"]]})) == {"sig-1"}


def by_hand_signed(content: Mapping[str, Any]) -> str:
    """Signed without the library's own check of the claims."""
    return jwt.PyJWS().encode(json.dumps(dict(content)).encode(), key("issuer"), "RS256", headers={"kid": "sig-1"})


@pytest.mark.parametrize(
    ("changes", "fine"),
    [
        ({"exp": -9}, True),
        ({"exp": -10}, False),
        ({"iat": 10}, True),
        ({"iat": 11}, False),
        ({"nbf": 10}, True),
        ({"nbf": 11}, False),
    ],
    ids=str,
)
def test_clocks_may_differ_by_ten_seconds(clock: Clock, changes: dict[str, int], *, fine: bool) -> None:
    now = int(clock().timestamp())
    token = signed(claims(clock, **{name: now + seconds for name, seconds in changes.items()}))
    if fine:
        assert accepted(token, clock).consumer == VENDOR
    else:
        with pytest.raises(InvalidToken):
            accepted(token, clock)


@pytest.mark.parametrize(
    ("audience", "configured", "fine"),
    [
        (None, None, True),
        ("unspecified", None, True),
        ("https://other.example", None, True),
        ("https://us.example", "https://us.example", True),
        (["x", "https://us.example"], "https://us.example", True),
        (None, "https://us.example", False),
        ("unspecified", "https://us.example", False),
        ("https://us.example/", "https://us.example", False),
    ],
)
def test_an_audience_counts_where_one_is_configured(
    clock: Clock, audience: object, configured: str | None, *, fine: bool
) -> None:
    token = signed(claims(clock, aud=audience))
    if fine:
        assert accepted(token, clock, audience=configured).consumer == VENDOR
    else:
        with pytest.raises(InvalidToken):
            accepted(token, clock, audience=configured)


def details(**changes: Any) -> dict[str, Any]:
    owner = {"authority": "iso6523-actorid-upis", "ID": f"0192:{FACIL}"}
    return {"type": "urn:altinn:systemuser", "systemuser_id": [USER], "systemuser_org": owner, **changes}


def test_a_system_user_is_read_from_every_known_shape(clock: Clock) -> None:
    lower = {"authority": "iso6523-actorid-upis", "id": f"0192:{FACIL}"}
    shapes: list[object] = [
        [details()],
        details(),
        json.dumps([details()]),
        json.dumps(details()),
        [details(systemuser_org=lower, system_id="310000108_x")],
    ]
    for shape in shapes:
        user = accepted(signed(claims(clock, authorization_details=shape)), clock).system_user
        assert user is not None
        assert (user.id, user.owner) == (USER.lower(), FACIL)


@pytest.mark.parametrize(
    "shape",
    [
        [details(), details()],
        [],
        "text",
        ["text"],
        [details(systemuser_id=[])],
        [details(systemuser_id=["not-a-uuid"])],
        [details(systemuser_org={"authority": "x", "ID": f"0192:{FACIL}"})],
        [details(systemuser_org={"authority": "iso6523-actorid-upis", "ID": FACIL})],
    ],
    ids=range(8),
)
def test_an_unclear_system_user_is_refused(clock: Clock, shape: object) -> None:
    with pytest.raises(InvalidSystemUserClaim):
        accepted(signed(claims(clock, authorization_details=shape)), clock)


def test_a_remembered_token_dies_with_its_time(clock: Clock) -> None:
    opened = verifier(clock)
    token = f"Bearer {signed(claims(clock))}"
    first = opened.verify(token)
    assert opened.verify(token) is first
    clock.move(seconds=131)
    with pytest.raises(InvalidToken):
        opened.verify(token)


def test_a_remembered_token_dies_with_its_key(clock: Clock) -> None:
    sets = [KEYS, {"keys": [jwk("next", "sig-2")]}]
    opened = verifier(clock, jwks=lambda: sets[0])
    token = f"Bearer {signed(claims(clock))}"
    for _ in range(2):
        assert opened.verify(token).consumer == VENDOR
    (ring,) = (ring for _, ring in opened._issuers.values())
    ring._asked = None  # as if a day had passed
    sets.pop(0)
    assert opened.verify(f"Bearer {signed(claims(clock), name='next', kid='sig-2')}").consumer == VENDOR
    with pytest.raises(InvalidToken):
        opened.verify(token)


def test_unknown_key_ids_do_not_make_us_fetch_again_and_again(clock: Clock) -> None:
    fetched = []

    def source() -> Mapping[str, Any]:
        fetched.append(1)
        return KEYS

    opened = verifier(clock, jwks=source)
    for number in range(5):
        with pytest.raises(InvalidToken):
            opened.verify(f"Bearer {signed(claims(clock), kid=f'sig-{number + 2}')}")
    assert len(fetched) == 1


def test_keys_stay_when_the_source_fails(clock: Clock) -> None:
    answers: list[Mapping[str, Any]] = [KEYS]

    def source() -> Mapping[str, Any]:
        if not answers:
            raise KeysUnavailable
        return answers.pop()

    opened = verifier(clock, jwks=source)
    assert opened.verify(f"Bearer {signed(claims(clock))}").consumer == VENDOR
    (ring,) = (ring for _, ring in opened._issuers.values())
    ring._asked = None
    assert opened.verify(f"Bearer {signed(claims(clock, jti='2'))}").consumer == VENDOR
    with pytest.raises(InvalidToken, match="could not be fetched"):
        verifier(clock, jwks=source).verify(f"Bearer {signed(claims(clock))}")


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": ""},
        {"algorithms": ()},
        {"algorithms": ("HS256",)},
        {"algorithms": ("none",)},
        {"jwks": {"keys": []}},
        {"jwks": {"keys": [jwk("weak", "weak-1", 1024)]}},
        {"jwks": {"keys": [{"kty": "oct", "k": "AAAA", "kid": "x"}]}},
    ],
    ids=["no-issuer", "no-algorithm", "hs256", "none", "no-key", "weak-key", "secret-key"],
)
def test_a_half_described_issuer_is_not_trusted(clock: Clock, changes: dict[str, Any]) -> None:
    with pytest.raises(UntrustworthySetup):
        verifier(clock, **changes)


def test_trust_in_nobody_or_twice_in_one_is_refused() -> None:
    issuer = TrustedIssuer("maskinporten", ISSUER, KEYS)
    for issuers in ((), (issuer, issuer)):
        with pytest.raises(UntrustworthySetup):
            TokenTrust(issuers)
