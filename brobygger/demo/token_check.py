"""How the sample service owner validates a token before it believes a word of it. Source: pdp-and-tokens §4."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ALGORITHMS = ("RS256", "RS384", "RS512")
LEEWAY_SECONDS = 10

_LARGEST_TOKEN = 16 * 1024
_LARGEST_HEADER = 8 * 1024
_SMALLEST_KEY_BITS = 2048
_KEEP_SECONDS = 24 * 3600.0
_REFETCH_SECONDS = 30.0
_SYSTEM_USER = "urn:altinn:systemuser"
_AUTHORITY = "iso6523-actorid-upis"
_ORGANISATION = re.compile(r"0192:(\d{9})", re.ASCII)


class BadToken(Exception):
    """The token is missing or cannot be believed: HTTP 401."""


class NoKeys(Exception):
    """The issuer's keys could not be fetched, and none are known from before: HTTP 503."""


class NotEnough(Exception):
    """The token is genuine, and not of the kind that is needed here: HTTP 403. ``help`` says what would be."""

    def __init__(self, message: str, help_: str) -> None:
        super().__init__(message)
        self.help = help_


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer that is trusted: its identifier, letter by letter, and where its metadata is found."""

    identifier: str
    metadata: str


@dataclass(frozen=True, slots=True)
class SystemUserToken:
    """Who calls: the system user, who owns it, and (for the log only) the vendor of its system."""

    system_user: str
    owner: str
    vendor: str


class PublishedKeys:
    """The public keys of one issuer, found by discovery; kept a day, fetched anew for an unknown key id.

    A fetch that fails keeps what was known; another is not tried for a while, so that strangers with
    made-up key ids cannot make us hammer the issuer. Source: pdp-and-tokens §5.
    """

    def __init__(self, http: httpx.Client, issuer: Issuer, clock: Callable[[], float]) -> None:
        self._http = http
        self._issuer = issuer
        self._clock = clock
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._fetched = float("-inf")
        self._lock = threading.Lock()

    def key(self, kid: str) -> RSAPublicKey | None:
        """The key with this id, or None. Raises NoKeys."""
        with self._lock:
            age = self._clock() - self._fetched
            if not self._keys or age >= (_KEEP_SECONDS if kid in self._keys else _REFETCH_SECONDS):
                self._fetched = self._clock()
                self._fetch()
            if not self._keys:
                raise NoKeys("the issuer's keys could not be fetched")
            return self._keys.get(kid)

    def _fetch(self) -> None:
        try:
            metadata = self._http.get(self._issuer.metadata).raise_for_status().json()
            if metadata["issuer"] != self._issuer.identifier:
                return
            published = self._http.get(metadata["jwks_uri"]).raise_for_status().json()["keys"]
            self._keys = {jwk["kid"]: key for jwk in published if (key := _usable(jwk)) is not None}
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return


def _usable(jwk: Mapping[str, Any]) -> RSAPublicKey | None:
    try:
        key = jwt.algorithms.RSAAlgorithm.from_jwk(dict(jwk))
    except (jwt.PyJWTError, ValueError):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _SMALLEST_KEY_BITS else None


class TokenCheck:
    """Validates tokens of the trusted issuers. A token that names audiences must name ``audience`` among them."""

    def __init__(
        self,
        http: httpx.Client,
        issuers: tuple[Issuer, ...],
        audience: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = {issuer.identifier: PublishedKeys(http, issuer, clock) for issuer in issuers}
        self._audience = audience
        self._clock = clock

    def system_user(self, authorization: str | None, scope: str) -> SystemUserToken:
        """Who calls, where the token is genuine, has ``scope``, and is one system user's.

        Raises BadToken, NotEnough, NoKeys.
        """
        claims = self._genuine(_bearer(authorization))
        if scope not in str(claims.get("scope", "")).split(" "):
            raise NotEnough(
                f"The token does not have the scope {scope}.",
                f"Ask the issuer for a token with the scope {scope}; it must be registered on your client.",
            )
        return _read_system_user(claims)

    def _genuine(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            unread = jwt.decode(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError) as error:
            raise BadToken("The token cannot be read.") from error
        # Which issuer's keys to take is all that is believed so far; what the header says of keys is not read.
        issuer = unread.get("iss")
        if header.get("alg") not in ALGORITHMS or not isinstance(issuer, str) or issuer not in self._keys:
            raise BadToken("The token is signed with an algorithm, or by an issuer, that is not trusted here.")
        key = self._keys[issuer].key(str(header.get("kid")))
        if key is None:
            raise BadToken("The token names a key that its issuer has not published.")
        claims = self._verified(token, key, issuer)
        self._check_times(claims)
        if not self._is_for_us(claims.get("aud")):
            raise BadToken("The token is meant for another audience.")
        return claims

    @staticmethod
    def _verified(token: str, key: RSAPublicKey, issuer: str) -> dict[str, Any]:
        ours: Any = {"require": ["exp", "iat", "iss"], **{f"verify_{name}": False for name in _CHECKED_BY_HAND}}
        try:
            claims: dict[str, Any] = jwt.decode(token, key, algorithms=list(ALGORITHMS), issuer=issuer, options=ours)
        except jwt.PyJWTError as error:
            raise BadToken("The token's signature or claims are not right.") from error
        return claims

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        times = [claims["exp"], claims["iat"], claims.get("nbf", claims["iat"])]
        if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in times):
            raise BadToken("The token's times are no numbers.")
        expires, *begins = times
        if expires + LEEWAY_SECONDS <= now:
            raise BadToken("The token has expired: get a new one some seconds before `exp`.")
        if max(begins) > now + LEEWAY_SECONDS:
            raise BadToken("The token is not valid yet: is your clock right?")

    def _is_for_us(self, audience: Any) -> bool:
        """Older tokens carry the literal `unspecified`, which is as good as no audience."""
        named = audience if isinstance(audience, list) else [audience]
        return named in ([None], ["unspecified"]) or self._audience in named


_CHECKED_BY_HAND = ("exp", "iat", "nbf", "aud")
"""Times go by a clock that can be given, and a token without an audience is taken."""


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BadToken("No token: send it as `Authorization: Bearer <token>`.")
    token = token.strip()
    if len(token) > _LARGEST_TOKEN or len(token.partition(".")[0]) > _LARGEST_HEADER:
        raise BadToken("The token is too large.")
    return token


def _read_system_user(claims: Mapping[str, Any]) -> SystemUserToken:
    """The one system user of the token. An exchanged token has the bare object in place of the list."""
    details = claims.get("authorization_details")
    found = details if isinstance(details, list) else [details]
    if len(found) != 1 or not isinstance(found[0], dict) or found[0].get("type") != _SYSTEM_USER:
        raise NotEnough(
            "The token is not one system user's: it must have exactly one authorization_details.",
            "Send authorization_details of the type urn:altinn:systemuser with one organisation in the token request.",
        )
    ids = found[0].get("systemuser_id")
    consumer = claims.get("consumer")
    return SystemUserToken(
        system_user=_uuid(ids[0] if isinstance(ids, list) and ids else None),
        owner=_organisation(found[0].get("systemuser_org")),
        vendor=_organisation(consumer) if consumer is not None else "",
    )


def _uuid(value: Any) -> str:
    try:
        return str(uuid.UUID(value))
    except (TypeError, ValueError, AttributeError) as error:
        raise NotEnough("The token's systemuser_id is no UUID.", "Get a token from the issuer, unchanged.") from error


def _organisation(value: Any) -> str:
    authority, number = (value.get("authority"), _id_of(value)) if isinstance(value, dict) else (None, "")
    match = _ORGANISATION.fullmatch(number)
    if authority != _AUTHORITY or match is None:
        raise NotEnough("The token names an organisation in no known way.", "Get a token from the issuer, unchanged.")
    return match.group(1)


def _id_of(value: Mapping[str, Any]) -> str:
    """Documentation writes ``id`` in some places; tokens have ``ID``. Both are read."""
    return str(value.get("ID", value.get("id", "")))
