"""What an assertion must hold before the stand-in issuer gives a token for it: the checks and their codes.

The order of the checks is the order of refusals. Source: pdp-and-tokens §2 and §7.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from core import IssuerScope
from rest.tokens.bearer import ORGANISATION_AUTHORITY, SYSTEM_USER_TYPE, read_moment, read_scopes

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_ASSERTION_SECONDS = 120
SKEW_SECONDS = 10
KEY_DAYS = 365
TOKEN_SECONDS = 120

_LONGEST_JTI = 255
_NUMBER = re.compile(r"\d{9}", re.ASCII)
_OWNER = re.compile(r"0192:(\d{9})", re.ASCII)
_DETAIL_FIELDS = frozenset({"type", "systemuser_org", "externalRef"})
_ORGANISATION_FIELDS = frozenset({"authority", "ID", "id"})
_INTEGRATION_TYPE = "maskinporten"

INVALID_REQUEST = "invalid_request"
INVALID_GRANT = "invalid_grant"
INVALID_SCOPE = "invalid_scope"
INVALID_DETAILS = "invalid_authorization_details"
NO_SYSTEM_USER = "invalid_altinn_customer_configuration"


class GrantRefused(Exception):
    """No token. ``code`` is the issuer's own number (MP-…), None where it has none for this."""

    def __init__(self, error: str, code: str | None, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.error = error
        self.code = code
        self.message = message
        self.status = status

    @property
    def description(self) -> str:
        """The sentence on the wire; clients look for the code inside it."""
        return self.message if self.code is None else f"{self.message} ({self.code})"


class Assertion(NamedTuple):
    """What is needed of an assertion's claims once they are checked.

    ``owner`` and ``consumer`` are organisation numbers; the consumer is there where the client acts as its
    supplier. ``seconds`` is how long the token may live.
    """

    scopes: tuple[str, ...]
    seconds: int
    consumer: str | None
    audience: str | list[str] | None
    owner: str | None
    external_ref: str | None


def read_form(content_type: str, fields: Mapping[str, list[str]]) -> str:
    """The assertion in a token request. Raises GrantRefused."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise GrantRefused(INVALID_REQUEST, "MP-011", "The body must be application/x-www-form-urlencoded")
    grants, assertions = fields.get("grant_type", []), fields.get("assertion", [])
    if len(grants) != 1:
        raise GrantRefused(INVALID_REQUEST, "MP-011", "grant_type must be there once")
    if grants[0] != GRANT_TYPE:
        raise GrantRefused("unsupported_grant_type", "MP-011", f"Only {GRANT_TYPE} is served")
    if len(assertions) != 1 or not assertions[0]:
        raise GrantRefused(INVALID_REQUEST, "MP-011", "assertion must be there once")
    return assertions[0]


def check_header(header: Mapping[str, Any], algorithms: Collection[str]) -> None:
    """The algorithm, and that exactly one of kid and x5c names the key. Raises GrantRefused."""
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in algorithms:
        raise GrantRefused(INVALID_GRANT, "MP-100", "The assertion's algorithm is not one of RS256, RS384, RS512")
    if ("kid" in header) == ("x5c" in header):
        raise GrantRefused(INVALID_GRANT, "MP-100", "The assertion must name its key by kid or x5c, not both")


def check_key_age(jwk: Mapping[str, Any], now: float) -> None:
    """A key counts for a year after it was posted. Raises GrantRefused."""
    posted = jwk.get("posted")
    if isinstance(posted, (int, float)) and now - posted > KEY_DAYS * 86400:
        raise GrantRefused(INVALID_GRANT, "MP-121", "The key was registered more than a year ago")


def check_audience(claims: Mapping[str, Any], accepted: Collection[str]) -> None:
    """The assertion must be meant for this issuer. Raises GrantRefused."""
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(name, str) and name in accepted for name in named):
        raise GrantRefused(INVALID_GRANT, "MP-110", "aud does not name this issuer")


def check_times(claims: Mapping[str, Any], now: float) -> float:
    """When the assertion expires, in seconds since 1970. Raises GrantRefused."""
    issued, expires = read_moment(claims.get("iat")), read_moment(claims.get("exp"))
    if issued is None or expires is None:
        raise GrantRefused(INVALID_GRANT, "MP-130", "iat and exp must be numbers")
    if expires <= now:
        raise GrantRefused(INVALID_GRANT, "MP-130", "The assertion has expired")
    if issued > now + SKEW_SECONDS:
        raise GrantRefused(INVALID_GRANT, None, "The issue time of the assertion lies after the server's now")
    if expires - issued > LONGEST_ASSERTION_SECONDS:
        raise GrantRefused(INVALID_GRANT, "MP-130", f"exp may be at most {LONGEST_ASSERTION_SECONDS} s after iat")
    return expires


def read_jti(claims: Mapping[str, Any]) -> str | None:
    """The assertion's own id, None where it has none. Raises GrantRefused."""
    jti = claims.get("jti")
    if jti is not None and not (isinstance(jti, str) and 0 < len(jti) <= _LONGEST_JTI):
        raise GrantRefused(INVALID_GRANT, "MP-100", "jti must be a short text")
    return jti


def check_scopes(claims: Mapping[str, Any], registered: Collection[str]) -> tuple[str, ...]:
    """The scopes asked for, in order, all registered on the client. Raises GrantRefused."""
    asked = str(claims.get("scope") or "").split()
    wanting = [scope for scope in asked if scope not in registered]
    if wanting or not read_scopes(claims.get("scope")):
        what = f"`{wanting[0]}` is not registered on the client" if wanting else "no scope was asked for"
        raise GrantRefused(INVALID_SCOPE, "MP-200", f"Invalid scope: {what}")
    return tuple(dict.fromkeys(asked))


def read_consumer(claims: Mapping[str, Any]) -> str | None:
    """The organisation in whose place the client asks, None where it asks for itself. Raises GrantRefused.

    The two claims for it exclude each other, and a system user. Source: pdp-and-tokens §2.3; the codes for that
    are inferred.
    """
    named = [claims[name] for name in ("consumer_org", "iss_onbehalfof") if name in claims]
    if not named:
        return None
    if len(named) > 1 or not isinstance(named[0], str) or not _NUMBER.fullmatch(named[0]):
        raise GrantRefused(INVALID_REQUEST, "MP-011", "consumer_org must be one organisation number")
    if "authorization_details" in claims:
        raise GrantRefused(INVALID_DETAILS, "MP-302", "A delegated scope and a system user exclude each other")
    found: str = named[0]
    return found


def check_access(known: Collection[IssuerScope], organisation: str, consumer: str | None) -> None:
    """Each scope must be for clients of this kind, granted, and delegated where asked for another. Raises GrantRefused.

    A scope that the stand-in was told nothing about is everybody's. Source: pdp-and-tokens §2.5.
    """
    for scope in known:
        if _INTEGRATION_TYPE not in scope.integration_types:
            raise GrantRefused(INVALID_SCOPE, "MP-201", f"`{scope.scope}` is not for clients of this kind")
    for scope in known:
        if not scope.is_granted(consumer or organisation):
            text = f"`{scope.scope}` is not granted to the consumer's organisation"
            raise GrantRefused("access_denied", "MP-250", text, status=403)


def check_delegation(
    known: Mapping[str, IssuerScope], scopes: Collection[str], organisation: str, consumer: str | None
) -> None:
    """What is asked for in another's place must be delegated by that one. Raises GrantRefused."""
    if consumer is None:
        return
    for scope in scopes:
        if scope not in known or not known[scope].is_delegated(consumer, organisation):
            text = f"`{scope}` is not delegated to the client's organisation"
            raise GrantRefused("access_denied", "MP-251", text, status=403)


def token_seconds(known: Collection[IssuerScope], scopes: Collection[str]) -> int:
    """How long a token with these scopes lives: what the shortest of them allows. Source: pdp-and-tokens §2.6."""
    capped = [scope.longest_seconds for scope in known if scope.longest_seconds is not None]
    return min([*capped, *([TOKEN_SECONDS] if len(capped) < len(scopes) else [])])


def read_details(claims: Mapping[str, Any]) -> tuple[str, str | None] | None:
    """(owner's organisation number, external reference) of the system user asked for. Raises GrantRefused."""
    details = claims.get("authorization_details")
    if details is None:
        return None
    if not isinstance(details, list) or len(details) != 1 or not isinstance(details[0], dict):
        raise GrantRefused(INVALID_DETAILS, "MP-302", "authorization_details must be a list with one object")
    detail = details[0]
    if detail.get("type") != SYSTEM_USER_TYPE:
        raise GrantRefused(INVALID_DETAILS, "MP-301", f"Only the type {SYSTEM_USER_TYPE} is served")
    owner, reference = detail.get("systemuser_org"), detail.get("externalRef")
    unknown = set(detail) - _DETAIL_FIELDS
    unknown |= set(owner) - _ORGANISATION_FIELDS if isinstance(owner, dict) else set()
    if unknown:
        raise GrantRefused(INVALID_DETAILS, "MP-302", f"Unknown field `{min(unknown)[:40]}`")
    return _owner(owner), reference if isinstance(reference, str) else None


def _owner(owner: object) -> str:
    if isinstance(owner, dict) and owner.get("authority") == ORGANISATION_AUTHORITY:
        found = _OWNER.fullmatch(str(owner.get("ID", owner.get("id"))))
        if found:
            return found.group(1)
    raise no_system_user()


def no_system_user() -> GrantRefused:
    """One answer for every reason why no system user was found, so that customers cannot be probed."""
    return GrantRefused(NO_SYSTEM_USER, "MP-303", "The values for the system user are not valid")


def read_audience(claims: Mapping[str, Any]) -> str | list[str] | None:
    """The audience the access token shall have: what the assertion names as its resource."""
    resource = claims.get("resource")
    if isinstance(resource, str) and resource:
        return resource
    if isinstance(resource, list) and resource and all(isinstance(each, str) for each in resource):
        return resource
    return None
