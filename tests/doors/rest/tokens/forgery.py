"""Tokens that no library would make: put together by hand, and each way to forge one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.doors.rest.vendor import jwk, key

Forge = Callable[["Genuine"], str]


class Genuine:
    """What a genuine token would be made of: its claims, its key id and its key."""

    def __init__(self, claims: Mapping[str, Any], kid: str, private: rsa.RSAPrivateKey) -> None:
        self.claims = dict(claims)
        self.kid = kid
        self.private = private

    def signed(self, header: Mapping[str, Any] | None = None, **changes: Any) -> str:
        """Signed with the right key; the header and the claims changed as told (None takes a claim away)."""
        head = {"alg": "RS256", "kid": self.kid, **(header or {})}
        claims = {name: value for name, value in {**self.claims, **changes}.items() if value is not None}
        return by_hand(json.dumps(head), json.dumps(claims), self.private)

    def public_pem(self) -> bytes:
        """The public key, as somebody would use it for a secret."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form)


def by_hand(header: str, claims: str, secret: rsa.RSAPrivateKey | bytes | None) -> str:
    """A token of these texts: signed with RS256, with HS256, or not at all."""
    parts = [base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in (header, claims)]
    body = b".".join(parts)
    if secret is None:
        mark = b""
    elif isinstance(secret, bytes):
        mark = hmac.new(secret, body, hashlib.sha256).digest()
    else:
        mark = secret.sign(body, padding.PKCS1v15(), hashes.SHA256())
    return (body + b"." + base64.urlsafe_b64encode(mark).rstrip(b"=")).decode()


def _strangers(header: Mapping[str, Any]) -> Forge:
    """Signed with a stranger's key, with a header that would bring that key along."""
    return lambda genuine: jwt.encode(genuine.claims, key("stranger"), algorithm="RS256", headers=dict(header))


def _doubled(genuine: Genuine) -> str:
    header = f'{{"alg":"RS256","kid":"nobody","kid":"{genuine.kid}"}}'
    return by_hand(header, json.dumps(genuine.claims), genuine.private)


def _doubled_claim(genuine: Genuine) -> str:
    text = json.dumps(genuine.claims)
    return by_hand(json.dumps({"alg": "RS256", "kid": genuine.kid}), '{"scope":"x",' + text[1:], genuine.private)


FORGERIES: dict[str, Forge] = {
    "alg none": lambda it: by_hand(json.dumps({"alg": "none", "kid": it.kid}), json.dumps(it.claims), None),
    "alg nOnE": lambda it: by_hand(json.dumps({"alg": "nOnE", "kid": it.kid}), json.dumps(it.claims), None),
    "HS256 with the public key": lambda it: by_hand(
        json.dumps({"alg": "HS256", "kid": it.kid}), json.dumps(it.claims), it.public_pem()
    ),
    "PS256 (not allowed)": lambda it: it.signed({"alg": "PS256"}),
    "alg is a list": lambda it: it.signed({"alg": ["RS256"]}),
    "wrong kid": lambda it: it.signed({"kid": "nobody"}),
    "kid is a path": lambda it: it.signed({"kid": "../../etc/passwd"}),
    "kid is a number": lambda it: it.signed({"kid": 1}),
    "no kid": lambda it: jwt.encode(it.claims, it.private, algorithm="RS256"),
    "another's key under the right kid": lambda it: _strangers({"kid": it.kid})(it),
    "jwk in the header": lambda it: _strangers({"kid": it.kid, "jwk": jwk("stranger", it.kid)})(it),
    "jku in the header": lambda it: _strangers({"kid": it.kid, "jku": "https://evil.example/jwk"})(it),
    "x5u in the header": lambda it: _strangers({"kid": it.kid, "x5u": "https://evil.example/x5u"})(it),
    "crit with an unknown extension": lambda it: it.signed({"crit": ["x-2"], "x-2": 1}),
    "crit, empty": lambda it: it.signed({"crit": []}),
    "kid twice in the header": _doubled,
    "a claim twice": _doubled_claim,
    "signature cut off": lambda it: it.signed().rpartition(".")[0] + ".",
    "signature of another token": lambda it: (
        it.signed(jti="other").rpartition(".")[0] + "." + it.signed().rpartition(".")[2]
    ),
    "over-long token": lambda it: it.signed(pad="x" * 16_400),
    "over-long header": lambda it: it.signed({"pad": "x" * 9_000}),
    "deeply nested claims": lambda it: by_hand(
        json.dumps({"alg": "RS256", "kid": it.kid}), '{"a":' + "[" * 6_000 + "]" * 6_000 + "}", it.private
    ),
    "claims are a list": lambda it: by_hand(json.dumps({"alg": "RS256", "kid": it.kid}), "[1]", it.private),
    "two parts": lambda it: it.signed().rpartition(".")[0],
    "four parts": lambda it: f"{it.signed()}.x",
    "not base64url": lambda it: it.signed().replace(".", "+.", 1),
}
"""Forgeries that must be refused wherever a token is taken, by name."""
