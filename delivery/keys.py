"""The private key that a machine's client signs with: read once from its JWK, never written anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

SMALLEST_KEY_BITS = 2048
"""Smaller keys are refused: the issuer takes none. Source: pdp-and-tokens §2.2 and §5."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key that has been read (which is slow, so it is done once), under its key id."""

    kid: str
    private: rsa.RSAPrivateKey = field(repr=False)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The claims as a signed token (RS256)."""
        return jwt.encode(dict(claims), self.private, algorithm="RS256", headers={"kid": self.kid})


def signing_key(jwk: Mapping[str, Any]) -> SigningKey:
    """A private JWK, read. Raises TypeError for a public one, ValueError for one that is no RSA key or too small."""
    try:
        key = jwt.algorithms.RSAAlgorithm.from_jwk(dict(jwk))
    except jwt.PyJWTError as error:
        raise ValueError("not an RSA key") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not a private key")
    if key.key_size < SMALLEST_KEY_BITS:
        raise ValueError(f"smaller than {SMALLEST_KEY_BITS} bits")
    return SigningKey(str(jwk["kid"]), key)
