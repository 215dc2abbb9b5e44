"""Whose tokens this door accepts, and with which keys."""

from __future__ import annotations

import logging
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
FETCH_SECONDS = 5.0
"""How long a key source may take."""

PROVIDERS = ("maskinporten", "id-porten", "altinnstudio")
"""Whose tokens the exchange takes, as its address names them. Source: pdp-and-tokens §8.1."""

_AT_THE_DOORS = (None, "maskinporten")
_REFETCH_SECONDS = 60.0
_RETRY_SECONDS = 5.0
_KEEP_SECONDS = 24 * 3600.0
_log = logging.getLogger(__name__)


class UntrustworthySetup(ValueError):
    """The door was asked to open with settings it must not serve with."""


class KeysUnavailable(Exception):
    """A key source could not be asked just now. The keys already known stay in use."""


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer whose tokens are accepted.

    ``issuer`` is compared with the token's ``iss`` letter by letter, trailing slash included. ``jwks``
    is a JWK set, or a function that fetches one and raises KeysUnavailable where it cannot. With an
    ``audience`` a token must name it; without, a token's audience is not looked at. ``provider`` is the name
    under which the exchange takes its tokens; those of another provider than Maskinporten count nowhere else.
    ``kept_here``: the keys are kept in our own store, and are read anew whenever keys change there.
    """

    name: str
    issuer: str
    jwks: Jwks | KeySource = field(repr=False)
    algorithms: tuple[str, ...] = ("RS256",)
    audience: str | None = None
    provider: str | None = None
    kept_here: bool = False

    @property
    def serves_doors(self) -> bool:
        """Whether a token of this issuer's is taken by itself, without being exchanged first."""
        return self.provider in _AT_THE_DOORS


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
    if issuer.provider is not None and issuer.provider not in PROVIDERS:
        raise UntrustworthySetup(
            f"trusted issuer `{issuer.name}` has the provider `{issuer.provider}`; there are {', '.join(PROVIDERS)}"
        )
    if not callable(issuer.jwks) and not issuer.jwks.get("keys"):
        raise UntrustworthySetup(f"trusted issuer `{issuer.name}` has no keys")


ReadKeys = Callable[[Jwks], Mapping[str, RSAPublicKey]]


class KeyRing:
    """The keys of one issuer by key id. Fetched ones are kept a day, and fetched anew for an unknown id.

    Only the thread that fetches waits for the source, and those that have no key to go on with. A source that
    fails is not asked again at once; the keys already known stay in use meanwhile. ``generation`` rises when
    the keys change: what was verified with earlier keys is then verified anew.
    """

    def __init__(self, issuer: TrustedIssuer, read: ReadKeys, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = issuer.jwks if callable(issuer.jwks) else None
        self._kept_here = issuer.kept_here
        self._read = read
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._asked: float | None = None
        self._fetched: float | None = None
        self._arrived = threading.Event()
        self._arrived.set()
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
            if self._begins_fetch(kid):
                self._fetch(self._source)
            elif kid not in self._keys:
                self._arrived.wait(2 * FETCH_SECONDS)
            if not self._keys:
                raise KeysUnavailable("no keys of the issuer are known")
        return self._keys.get(kid)

    def renew(self) -> None:
        """Read keys that are kept in our own store anew, for they may have changed there."""
        if self._source is not None and self._kept_here and self._fetched is not None:
            self._fetch(self._source)

    def _begins_fetch(self, kid: str) -> bool:
        """Whether the keys shall be fetched now, and by this thread."""
        with self._lock:
            now = self._clock()
            if not self._is_due(kid, now):
                return False
            self._asked = now
            self._arrived.clear()
            return True

    def _is_due(self, kid: str, now: float) -> bool:
        if self._asked is None:
            return True
        if now - self._asked < (_RETRY_SECONDS if self._fetched is None else _REFETCH_SECONDS):
            return False
        return self._fetched is None or kid not in self._keys or now - self._fetched >= _KEEP_SECONDS

    def _fetch(self, source: KeySource) -> None:
        try:
            fetched = self._read(source())
        except KeysUnavailable as error:
            _log.warning("the keys known stay in use: %s", error)
        else:
            # A set without a usable key is taken for a mistake at the source, not for the end of all keys.
            if fetched:
                self._fetched = self._clock()
                if dict(fetched) != dict(self._keys):
                    self._keys = fetched
                    self.generation += 1
        finally:
            self._arrived.set()
