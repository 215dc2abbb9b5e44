"""Private keys of the demo's machine clients: made here, kept as JWK, never shipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from delivery import SigningKey, signing_key

__all__ = ["SigningKey", "new_key", "public_part", "signing_key"]

_KEY_BITS = 2048
_PUBLIC = ("kty", "n", "e", "kid", "alg", "use")


def new_key(kid: str) -> dict[str, Any]:
    """A new private key as a JWK, under the given key id."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key, as_dict=True)
    return {**jwk, "kid": kid, "alg": "RS256", "use": "sig"}


def public_part(jwk: Mapping[str, Any]) -> dict[str, Any]:
    """What of a private key its owner registers."""
    return {name: jwk[name] for name in _PUBLIC}
