"""Whose tokens this door accepts, and with which keys."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

Jwks = Mapping[str, Any]
KeySource = Callable[[], Jwks]

ALGORITHMS = frozenset({"RS256", "RS384", "RS512"})
"""Every signature algorithm that can be configured at all. Source: pdp-and-tokens §4, check 2."""

MINIMUM_KEY_BITS = 2048
_REFETCH_SECONDS = 60.0
_KEEP_SECONDS = 24 * 3600.0


class UntrustworthySetup(ValueError):
    """The door was asked to open with settings it must not serve with."""


class KeysUnavailable(Exception):
    """A key source could not be asked just now. The keys already known stay in use."""


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer whose tokens are accepted.

    ``issuer`` is compared with the token's ``iss`` letter by letter, trailing slash included. ``jwks``
    is a JWK set, or a function that fetches one and raises KeysUnavailable where it cannot. With an
    ``audience`` a token must name it; without, a token's audience is not looked at.
    """

    name: str
    issuer: str
    jwks: Jwks | KeySource = field(repr=False)
    algorithms: tuple[str, ...] = ("RS256",)
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class TokenTrust:
    """Every issuer this door trusts. Raises UntrustworthySetup for one that is not wholly described."""

    issuers: tuple[TrustedIssuer, ...]

    def __post_init__(self) -> None:
        if not self.issuers:
            raise UntrustworthySetup("no trusted issuer: name at least one issuer, with its keys and algorithms")
        for issuer in self.issuers:
            _check(issuer)
        names = [issuer.issuer for issuer in self.issuers]
        if len(set(names)) != len(names):
            raise UntrustworthySetup("the same issuer is trusted twice: which keys count would be undecided")


def _check(issuer: TrustedIssuer) -> None:
    if not issuer.issuer:
        raise UntrustworthySetup(f"trusted issuer `{issuer.name}` has no issuer identifier")
    if not issuer.algorithms:
        raise UntrustworthySetup(f"trusted issuer `{issuer.name}` has no algorithms")
    unknown = sorted(set(issuer.algorithms) - ALGORITHMS)
    if unknown:
        raise UntrustworthySetup(
            f"trusted issuer `{issuer.name}` allows `{unknown[0]}`; only {', '.join(sorted(ALGORITHMS))} can be allowed"
        )
    if not callable(issuer.jwks) and not issuer.jwks.get("keys"):
        raise UntrustworthySetup(f"trusted issuer `{issuer.name}` has no keys")


ReadKeys = Callable[[Jwks], Mapping[str, RSAPublicKey]]


class KeyRing:
    """The keys of one issuer by key id. Fetched ones are kept a day, and fetched anew for an unknown id.

    ``generation`` rises when the keys change: what was verified with earlier keys is then verified anew.
    """

    def __init__(self, issuer: TrustedIssuer, read: ReadKeys, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = issuer.jwks if callable(issuer.jwks) else None
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._asked: float | None = None
        self.generation = 0
        if not callable(issuer.jwks):
            self._keys = read(issuer.jwks)
            if not self._keys:
                raise UntrustworthySetup(
                    f"trusted issuer `{issuer.name}` has no usable key: RSA of at least {MINIMUM_KEY_BITS} bits, "
                    "with a kid"
                )

    def key(self, kid: str) -> RSAPublicKey | None:
        """The key with this id, or None. Raises KeysUnavailable where no keys were ever fetched."""
        if self._source is not None:
            self._refresh(self._source, kid)
        return self._keys.get(kid)

    def _refresh(self, source: KeySource, kid: str) -> None:
        with self._lock:
            now = self._clock()
            age = None if self._asked is None else now - self._asked
            if age is not None and age < (_REFETCH_SECONDS if kid not in self._keys else _KEEP_SECONDS):
                return
            self._asked = now
            self._fetch(source)

    def _fetch(self, source: KeySource) -> None:
        try:
            fetched = self._read(source())
        except KeysUnavailable:
            if not self._keys:
                self._asked = None
                raise
            return
        if dict(fetched) != dict(self._keys):
            self._keys = fetched
            self.generation += 1
