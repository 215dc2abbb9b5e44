"""Private keys of the demo's machine clients: made here, kept as JWK, never shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

_KEY_BITS = 2048
_PUBLIC = ("kty", "n", "e", "kid", "alg", "use")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key that has been read (which is slow, so it is done once), under its key id."""

    kid: str
    private: rsa.RSAPrivateKey = field(repr=False)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The claims as a signed token (RS256)."""
        return jwt.encode(dict(claims), self.private, algorithm="RS256", headers={"kid": self.kid})


def new_key(kid: str) -> dict[str, Any]:
    """A new private key as a JWK, under the given key id."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key, as_dict=True)
    return {**jwk, "kid": kid, "alg": "RS256", "use": "sig"}


def public_part(jwk: Mapping[str, Any]) -> dict[str, Any]:
    """What of a private key its owner registers."""
    return {name: jwk[name] for name in _PUBLIC}


def signing_key(jwk: Mapping[str, Any]) -> SigningKey:
    """A private JWK, read. Raises TypeError for a public one."""
    key = jwt.algorithms.RSAAlgorithm.from_jwk(dict(jwk))
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not a private key")
    return SigningKey(str(jwk["kid"]), key)
