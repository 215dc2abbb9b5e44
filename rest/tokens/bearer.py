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
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from rest.tokens.trust import MINIMUM_KEY_BITS, Jwks, KeyRing, KeysUnavailable, TokenTrust, TrustedIssuer

LEEWAY_SECONDS = 10
SYSTEM_USER_TYPE = "urn:altinn:systemuser"
ORGANISATION_AUTHORITY = "iso6523-actorid-upis"

_LONGEST_TOKEN = 16 * 1024
_LONGEST_HEADER = 8 * 1024
_REMEMBERED = 10_000
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

    ``expires`` is in seconds since 1970, without leeway.
    """

    issuer: str
    scopes: frozenset[str]
    client: str | None
    consumer: str | None
    party: int | None = field(repr=False)
    system_user: SystemUserClaim | None
    expires: float

    def allows(self, any_of: frozenset[str]) -> bool:
        """Whether the token has at least one of these scopes, letter by letter."""
        return not self.scopes.isdisjoint(any_of)


def read_keys(jwks: Jwks) -> dict[str, RSAPublicKey]:
    """The usable keys of a JWK set by key id: RSA for signing, long enough, named. Others are left out."""
    found: dict[str, RSAPublicKey] = {}
    for jwk in jwks.get("keys", ()):
        key = read_key(jwk)
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


@dataclass(frozen=True, slots=True)
class _Remembered:
    token: VerifiedToken
    ring: KeyRing
    generation: int


class Verifier:
    """Verifies tokens against the trusted issuers. Safe to use from many threads."""

    def __init__(self, trust: TokenTrust, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._issuers = {issuer.issuer: (issuer, KeyRing(issuer, read_keys)) for issuer in trust.issuers}
        self._known: dict[bytes, _Remembered] = {}
        self._lock = threading.Lock()

    def verify(self, authorization: str | None) -> VerifiedToken:
        """What the ``Authorization`` header proves. Raises InvalidToken or InvalidSystemUserClaim."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise InvalidToken("no bearer token")
        if len(token) > _LONGEST_TOKEN:
            raise InvalidToken("the token is too long")
        return self._remembered(token.strip())

    def _remembered(self, token: str) -> VerifiedToken:
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        known = self._known.get(digest)
        if known is not None and self._still_good(known):
            return known.token
        issuer, ring = self._issuer_of(token)
        generation = ring.generation
        verified = _read_claims(issuer, _genuine(token, issuer, ring), self._clock().timestamp())
        self._remember(digest, _Remembered(verified, ring, generation))
        return verified

    def _still_good(self, known: _Remembered) -> bool:
        unchanged = known.generation == known.ring.generation
        return unchanged and self._clock().timestamp() < known.token.expires + LEEWAY_SECONDS

    def _remember(self, digest: bytes, entry: _Remembered) -> None:
        with self._lock:
            self._known[digest] = entry
            while len(self._known) > _REMEMBERED:
                del self._known[next(iter(self._known))]

    def _issuer_of(self, token: str) -> tuple[TrustedIssuer, KeyRing]:
        """The trusted issuer that the token claims to come from. Nothing is believed yet."""
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise InvalidToken("the token cannot be read") from error
        found = self._issuers.get(str(claims.get("iss")))
        if found is None:
            raise InvalidToken("the issuer is not trusted")
        return found


def _genuine(token: str, issuer: TrustedIssuer, ring: KeyRing) -> dict[str, Any]:
    """The claims, once the signature is right. Only ``alg`` and ``kid`` of the header are read.

    Source of the rule: pdp-and-tokens §4: a key or an address of a key inside the token is ignored.
    """
    if token.find(".") > _LONGEST_HEADER:
        raise InvalidToken("the token's header is too long")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise InvalidToken("the token's header cannot be read") from error
    if header.get("alg") not in issuer.algorithms:
        raise InvalidToken("the algorithm is not allowed for the issuer")
    key = _key(ring, header.get("kid"))
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
    client, party = claims.get("client_id"), claims.get("urn:altinn:partyid")
    return VerifiedToken(
        issuer=issuer.name,
        scopes=read_scopes(claims.get("scope")),
        client=client if isinstance(client, str) else None,
        consumer=_organisation(_unpacked(claims.get("consumer"))),
        party=int(party) if isinstance(party, (int, str)) and str(party).isdecimal() else None,
        system_user=_system_user(claims.get("authorization_details")),
        expires=expires,
    )


def read_scopes(scope: object) -> frozenset[str]:
    """The scopes of a ``scope`` claim: separated by single spaces, each kept letter by letter."""
    return frozenset(scope.split(" ")) - {""} if isinstance(scope, str) else frozenset()


def _check_times(claims: Mapping[str, Any], now: float) -> float:
    expires, issued, begins = (_moment(claims.get(name)) for name in ("exp", "iat", "nbf"))
    if expires is None or issued is None:
        raise InvalidToken("exp and iat must be numbers")
    if expires <= now - LEEWAY_SECONDS:
        raise InvalidToken("the token has expired")
    if issued > now + LEEWAY_SECONDS or (begins is not None and begins > now + LEEWAY_SECONDS):
        raise InvalidToken("the token is from the future")
    return expires


def _moment(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


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
