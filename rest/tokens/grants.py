"""What an assertion must hold before the stand-in issuer gives a token for it: the checks and their codes.

The order of the checks is the order of refusals. Source: pdp-and-tokens §2 and §7.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

from rest.tokens.bearer import ORGANISATION_AUTHORITY, SYSTEM_USER_TYPE, read_scopes

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LONGEST_ASSERTION_SECONDS = 120
SKEW_SECONDS = 10
KEY_DAYS = 365

_LONGEST_JTI = 255
_OWNER = re.compile(r"0192:(\d{9})", re.ASCII)
_DETAIL_FIELDS = frozenset({"type", "systemuser_org", "externalRef"})
_ORGANISATION_FIELDS = frozenset({"authority", "ID", "id"})
_CERTIFICATE_ORGANISATION = (ObjectIdentifier("2.5.4.97"), ObjectIdentifier("2.5.4.5"))

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
    """What is needed of an assertion's claims once they are checked: ``owner`` is an organisation number."""

    scopes: tuple[str, ...]
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
    if header.get("alg") not in algorithms:
        raise GrantRefused(INVALID_GRANT, "MP-100", "The assertion's algorithm is not one of RS256, RS384, RS512")
    if ("kid" in header) == ("x5c" in header):
        raise GrantRefused(INVALID_GRANT, "MP-100", "The assertion must name its key by kid or x5c, not both")
    if "x5c" in header:
        read_certificate(header["x5c"])


def read_certificate(chain: object) -> x509.Certificate:
    """The first certificate of an x5c header. Raises GrantRefused."""
    if not isinstance(chain, list) or not chain or not all(isinstance(each, str) for each in chain):
        raise GrantRefused(INVALID_GRANT, "MP-123", "x5c must be a list of certificates")
    try:
        return x509.load_der_x509_certificate(base64.b64decode(chain[0], validate=True))
    except ValueError as error:
        raise GrantRefused(INVALID_GRANT, "MP-123", "x5c cannot be read as a certificate") from error


def refuse_certificate(certificate: x509.Certificate, organisation: str) -> GrantRefused:
    """Why the certificate gives no token: the stand-in trusts no certificate authority, hence none at all."""
    named = {
        str(attribute.value)
        for kind in _CERTIFICATE_ORGANISATION
        for attribute in certificate.subject.get_attributes_for_oid(kind)
    }
    if not any(name.endswith(organisation) for name in named):
        return GrantRefused(INVALID_GRANT, "MP-122", "The certificate's organisation is not that of the client")
    return GrantRefused(INVALID_GRANT, "MP-120", "The certificate is not issued by an authority trusted here")


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
    issued, expires = _number(claims.get("iat")), _number(claims.get("exp"))
    if issued is None or expires is None:
        raise GrantRefused(INVALID_GRANT, "MP-130", "iat and exp must be numbers")
    if expires <= now:
        raise GrantRefused(INVALID_GRANT, "MP-130", "The assertion has expired")
    if issued > now + SKEW_SECONDS:
        raise GrantRefused(INVALID_GRANT, None, "The issue time of the assertion lies after the server's now")
    if expires - issued > LONGEST_ASSERTION_SECONDS:
        raise GrantRefused(INVALID_GRANT, "MP-130", f"exp may be at most {LONGEST_ASSERTION_SECONDS} s after iat")
    return expires


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


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
    if "consumer_org" in claims or "iss_onbehalfof" in claims:
        raise GrantRefused(
            "access_denied", "MP-251", "The scope is not delegated to the client's organisation", status=403
        )
    return tuple(dict.fromkeys(asked))


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
