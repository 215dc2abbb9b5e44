"""Keys that sign tokens: from a file of the operator's, or kept in the ledger and made at the first start."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Protocol

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from core import KeptKey, Store, kept_keys, rotate_key, token_state
from rest.tokens.trust import MINIMUM_KEY_BITS, UntrustworthySetup

_KEY_BITS = 2048
_BLOCK = re.compile(r"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.DOTALL)


class SigningKey:
    """One private key that signs tokens. ``kid`` is made from its public part, so it never names another."""

    def __init__(self, private: rsa.RSAPrivateKey) -> None:
        self._private = private
        public = private.public_key()
        der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        self.kid = hashlib.sha256(der).hexdigest()[:40]
        numbers = public.public_numbers()
        self.jwk: dict[str, str] = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "n": _base64url(numbers.n),
            "e": _base64url(numbers.e),
        }

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The claims as a signed token."""
        return jwt.encode(dict(claims), self._private, algorithm="RS256", headers={"kid": self.kid})


class Keys(Protocol):
    """Where an issuer has its keys: the first signs, all are published."""

    def signing(self) -> tuple[SigningKey, ...]:
        """The keys, the one that signs first."""


class LedgerKeys:
    """Keys kept in the ledger under a name, made when first asked for: the present one, and the one before it.

    When one process puts in a new one, all others sign with it from their next token on.
    """

    def __init__(self, store: Store, name: str) -> None:
        self._store = store
        self._name = name
        self._read: tuple[int, tuple[SigningKey, ...]] | None = None

    def signing(self) -> tuple[SigningKey, ...]:
        """The keys, the one that signs first. Raises Unavailable."""
        epoch = token_state(self._store).epoch
        if self._read is None or self._read[0] != epoch:
            kept = kept_keys(self._store, self._name, new_private_key)
            # The number from before the keys were read: what comes in between is read twice, and never missed.
            self._read = (epoch, tuple(_loaded(key) for key in kept))
        return self._read[1]

    def rotate(self) -> SigningKey:
        """Sign with a new key from now on; the one before it stays published, those before that do not."""
        kept = rotate_key(self._store, self._name, new_private_key)
        return _loaded(kept[0])


class FileKeys:
    """The keys of a PEM file, read at the start: the first signs, the others are published as well.

    To change keys, put the new one last, so that it is known everywhere; after two days put it first; take the
    old one out when the last token signed with it has run out. Raises UntrustworthySetup.
    """

    def __init__(self, pem: str) -> None:
        self._keys = tuple(
            SigningKey(_private(block, f"signing key {number}")) for number, block in enumerate(_BLOCK.findall(pem), 1)
        )
        if not self._keys:
            raise UntrustworthySetup("the file of signing keys holds no private key in PEM form")
        if len({key.kid for key in self._keys}) != len(self._keys):
            raise UntrustworthySetup("the file of signing keys holds the same key twice")

    def signing(self) -> tuple[SigningKey, ...]:
        """The keys, the one that signs first."""
        return self._keys


def public_set(keys: Keys) -> dict[str, Any]:
    """The public parts as a JWK set."""
    return {"keys": [key.jwk for key in keys.signing()]}


def new_private_key() -> str:
    """A new private key, as PEM."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return private.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode()


def _loaded(kept: KeptKey) -> SigningKey:
    return SigningKey(_private(kept.pem, f"key {kept.number} of {kept.name}"))


def _private(pem: str, what: str) -> rsa.RSAPrivateKey:
    try:
        private = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UntrustworthySetup(f"{what} is not a readable private key without a password") from error
    if not isinstance(private, rsa.RSAPrivateKey) or private.key_size < MINIMUM_KEY_BITS:
        raise UntrustworthySetup(f"{what} must be RSA of at least {MINIMUM_KEY_BITS} bits")
    return private


def _base64url(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
