"""Bearer tokens: verified once, remembered until they expire, and turned into what they say of the caller."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from core import TokenState
from rest.tokens.compact import LONGEST_TOKEN, Compact, Unreadable, read_compact
from rest.tokens.trust import MINIMUM_KEY_BITS, Jwks, KeyRing, KeysUnavailable, TokenTrust, TrustedIssuer

LEEWAY_SECONDS = 10
SYSTEM_USER_TYPE = "urn:altinn:systemuser"
ORGANISATION_AUTHORITY = "iso6523-actorid-upis"

_REMEMBERED = 10_000
_LONGEST_PARTY_ID = 10
_LATEST = 1e11
_ORGANISATION = re.compile(r"0192:(\d{9})", re.ASCII)
# Times and audience are held against our own clock and rules below; the library's clock cannot be set.
_OPTIONS: Any = {
    **dict.fromkeys(("verify_exp", "verify_iat", "verify_nbf", "verify_aud", "verify_iss"), False),
    "require": ["exp", "iat", "iss"],
}

_log = logging.getLogger(__name__)


class InvalidToken(Exception):
    """The token proves nothing. The text says why, for the log; the caller is not told."""


class InvalidSystemUserClaim(Exception):
    """The token is genuine, but what it says of a system user is not one whole, readable claim."""


@dataclass(frozen=True, slots=True)
class SystemUserClaim:
    """The system user a token was issued for: its id, the organisation that owns it, and its system."""

    id: str
    owner: str
    system: str | None


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """What a genuine token says. ``consumer`` is an organisation number, ``party`` a numeric party id.

    ``expires`` is in seconds since 1970, without leeway; ``id`` is the token's own (``jti``).
    """

    issuer: str
    scopes: frozenset[str]
    client: str | None
    consumer: str | None
    party: int | None = field(repr=False)
    system_user: SystemUserClaim | None
    expires: float
    id: str | None = None

    def allows(self, any_of: frozenset[str]) -> bool:
        """Whether the token has at least one of these scopes, letter by letter."""
        return not self.scopes.isdisjoint(any_of)


def read_keys(jwks: Jwks) -> dict[str, RSAPublicKey]:
    """The usable keys of a JWK set by key id: RSA for signing, long enough, named. Others are left out."""
    found: dict[str, RSAPublicKey] = {}
    for jwk in jwks.get("keys", ()):
        key = read_key(jwk) if isinstance(jwk, dict) else None
        if key is not None:
            found[jwk["kid"]] = key
    return found


def read_key(jwk: Mapping[str, Any]) -> RSAPublicKey | None:
    """The public key of one JWK, or None where it is not a named RSA signing key of at least 2048 bits."""
    if jwk.get("kty") != "RSA" or jwk.get("use", "sig") != "sig" or not isinstance(jwk.get("kid"), str):
        return None
    try:
        key = RSAAlgorithm.from_jwk(dict(jwk))
    except (jwt.InvalidKeyError, ValueError, TypeError):
        return None
    usable = isinstance(key, RSAPublicKey) and key.key_size >= MINIMUM_KEY_BITS
    return key if usable and isinstance(key, RSAPublicKey) else None


class GenuineToken(NamedTuple):
    """A token that was found genuine: whose it is, all it says, and what is read of that."""

    issuer: TrustedIssuer
    claims: Mapping[str, Any]
    token: VerifiedToken


@dataclass(frozen=True, slots=True)
class _Remembered:
    token: VerifiedToken
    issuer: str
    ring: KeyRing
    generation: int


def bearer_of(authorization: str | None) -> str:
    """The token in an ``Authorization`` header. Raises InvalidToken."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise InvalidToken("no bearer token")
    if len(token) > LONGEST_TOKEN:
        raise InvalidToken("the token is too long")
    return token.strip()


_NOTHING_REVOKED = TokenState(0, frozenset())


class Verifier:
    """Verifies tokens against the trusted issuers. Safe to use from many threads.

    A token is remembered until it expires, its issuer's keys change, or it is taken back: ``state`` is asked
    for that with every token, remembered or not.
    """

    def __init__(
        self,
        trust: TokenTrust,
        clock: Callable[[], datetime],
        state: Callable[[], TokenState] = lambda: _NOTHING_REVOKED,
    ) -> None:
        self._clock = clock
        self._state = state
        self._epoch = _NOTHING_REVOKED.epoch
        self._issuers = {issuer.issuer: (issuer, KeyRing(issuer, read_keys)) for issuer in trust.issuers}
        self._known: dict[bytes, _Remembered] = {}
        self._lock = threading.Lock()

    def verify(self, authorization: str | None) -> VerifiedToken:
        """What the ``Authorization`` header proves. Raises InvalidToken, InvalidSystemUserClaim or Unavailable."""
        token = bearer_of(authorization)
        state = self._present_state()
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        known = self._known.get(digest)
        if known is None or not self._still_good(known):
            known = self._verified(token)
            self._remember(digest, known)
        _check_not_revoked(state, known.issuer, known.token)
        return known.token

    def examine(self, token: str) -> GenuineToken:
        """A token of any trusted issuer, also of one whose tokens are only exchanged, with all its claims.

        Raises InvalidToken, InvalidSystemUserClaim or Unavailable.
        """
        state = self._present_state()
        compact = _parts(token)
        issuer, ring = self._issuer_of(compact)
        claims = _genuine(token, compact, issuer, ring)
        verified = _read_claims(issuer, claims, self._clock().timestamp())
        _check_not_revoked(state, issuer.issuer, verified)
        return GenuineToken(issuer, claims, verified)

    def _verified(self, token: str) -> _Remembered:
        compact = _parts(token)
        issuer, ring = self._issuer_of(compact)
        if not issuer.serves_doors:
            raise InvalidToken("a token of this issuer must be exchanged first")
        generation = ring.generation
        verified = _read_claims(issuer, _genuine(token, compact, issuer, ring), self._clock().timestamp())
        return _Remembered(verified, issuer.issuer, ring, generation)

    def _present_state(self) -> TokenState:
        """What was taken back. Where keys of our own may have changed, they are read anew first."""
        state = self._state()
        if state.epoch != self._epoch:
            for _, ring in self._issuers.values():
                ring.renew()
            self._epoch = state.epoch
        return state

    def _still_good(self, known: _Remembered) -> bool:
        unchanged = known.generation == known.ring.generation
        return unchanged and self._clock().timestamp() < known.token.expires + LEEWAY_SECONDS

    def _remember(self, digest: bytes, entry: _Remembered) -> None:
        with self._lock:
            self._known[digest] = entry
            while len(self._known) > _REMEMBERED:
                del self._known[next(iter(self._known))]

    def _issuer_of(self, compact: Compact) -> tuple[TrustedIssuer, KeyRing]:
        """The trusted issuer that the token claims to come from. Nothing is believed yet."""
        named = compact.claims.get("iss")
        found = self._issuers.get(named) if isinstance(named, str) else None
        if found is None:
            raise InvalidToken("the issuer is not trusted")
        return found


def _parts(token: str) -> Compact:
    try:
        return read_compact(token)
    except Unreadable as error:
        raise InvalidToken(str(error)) from error


def _check_not_revoked(state: TokenState, issuer: str, token: VerifiedToken) -> None:
    if token.id is not None and (issuer, token.id) in state.revoked:
        raise InvalidToken("the token has been taken back")


def _genuine(token: str, compact: Compact, issuer: TrustedIssuer, ring: KeyRing) -> dict[str, Any]:
    """The claims, once the signature is right. Only ``alg`` and ``kid`` of the header are read.

    Source of the rule: pdp-and-tokens §4: a key or an address of a key inside the token is ignored.
    """
    alg, kid = compact.header.get("alg"), compact.header.get("kid")
    if not isinstance(alg, str) or alg not in issuer.algorithms:
        raise InvalidToken("the algorithm is not allowed for the issuer")
    key = _key(ring, kid)
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(issuer.algorithms),
            options=_OPTIONS,
        )
    except jwt.PyJWTError as error:
        raise InvalidToken(f"the token is not genuine: {type(error).__name__}") from error
    return claims


def _key(ring: KeyRing, kid: object) -> RSAPublicKey:
    try:
        key = ring.key(kid) if isinstance(kid, str) else None
    except KeysUnavailable as error:
        raise InvalidToken("the issuer's keys could not be fetched") from error
    if key is None:
        raise InvalidToken("the key id is not among the issuer's keys")
    return key


def _read_claims(issuer: TrustedIssuer, claims: Mapping[str, Any], now: float) -> VerifiedToken:
    if claims["iss"] != issuer.issuer:
        raise InvalidToken("the issuer is not trusted")
    expires = _check_times(claims, now)
    _check_audience(issuer, claims.get("aud"))
    client, jti = claims.get("client_id"), claims.get("jti")
    # What only Altinn may say is not believed of an issuer whose tokens are there to be exchanged.
    party = claims.get("urn:altinn:partyid") if issuer.provider is None else None
    return VerifiedToken(
        issuer=issuer.name,
        scopes=read_scopes(claims.get("scope")),
        client=client if isinstance(client, str) else None,
        consumer=_organisation(_unpacked(claims.get("consumer"))),
        party=_party(party),
        system_user=_system_user(claims.get("authorization_details")),
        expires=expires,
        id=jti if isinstance(jti, str) else None,
    )


def _party(claim: object) -> int | None:
    text = str(claim) if isinstance(claim, (int, str)) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_PARTY_ID else None


def read_scopes(scope: object) -> frozenset[str]:
    """The scopes of a ``scope`` claim: separated by single spaces, each kept letter by letter."""
    return frozenset(scope.split(" ")) - {""} if isinstance(scope, str) else frozenset()


def _check_times(claims: Mapping[str, Any], now: float) -> float:
    expires, issued, begins = (read_moment(claims.get(name)) for name in ("exp", "iat", "nbf"))
    if expires is None or issued is None:
        raise InvalidToken("exp and iat must be numbers")
    if expires <= now - LEEWAY_SECONDS:
        raise InvalidToken("the token has expired")
    if issued > now + LEEWAY_SECONDS or (begins is not None and begins > now + LEEWAY_SECONDS):
        raise InvalidToken("the token is from the future")
    return expires


def read_moment(value: object) -> float | None:
    """Seconds since 1970, None for what is no moment that a clock could show."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < _LATEST:
        return None
    return float(value)


def _check_audience(issuer: TrustedIssuer, audience: object) -> None:
    if issuer.audience is None:
        return
    named = audience if isinstance(audience, list) else [audience]
    if issuer.audience not in named:
        raise InvalidToken("the token is meant for another audience")


def _unpacked(claim: object) -> object:
    """A claim that may have come as an object or as the text of one."""
    if not isinstance(claim, str):
        return claim
    try:
        return json.loads(claim)
    except ValueError:
        return None


def _organisation(claim: object) -> str | None:
    """The organisation number of an ``{authority, ID}`` claim; ``id`` is read as well."""
    if not isinstance(claim, dict):
        return None
    found = _ORGANISATION.fullmatch(str(claim.get("ID", claim.get("id"))))
    return found.group(1) if found else None


def _system_user(claim: object) -> SystemUserClaim | None:
    """The one system user named, None where none is. Source: pdp-and-tokens §3.2 and §4, check 8."""
    if claim is None:
        return None
    details = _unpacked(claim)
    details = [details] if isinstance(details, dict) else details
    if not isinstance(details, list) or len(details) != 1 or not isinstance(details[0], dict):
        raise InvalidSystemUserClaim("authorization_details must hold exactly one object")
    detail = details[0]
    if detail.get("type") != SYSTEM_USER_TYPE:
        return None
    owner, ids, system = detail.get("systemuser_org"), detail.get("systemuser_id"), detail.get("system_id")
    number = _organisation(owner)
    if number is None or not isinstance(owner, dict) or owner.get("authority") != ORGANISATION_AUTHORITY:
        raise InvalidSystemUserClaim("systemuser_org must name one organisation: authority and ID `0192:<nine digits>`")
    if not isinstance(ids, list) or not ids:
        raise InvalidSystemUserClaim("systemuser_id must be a list with the id of the system user")
    return SystemUserClaim(_uuid(ids[0]), number, system if isinstance(system, str) else None)


def _uuid(text: object) -> str:
    try:
        return str(UUID(str(text)))
    except ValueError as error:
        raise InvalidSystemUserClaim("systemuser_id must hold a UUID") from error
