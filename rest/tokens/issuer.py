"""The embedded stand-in issuer: Maskinporten's token endpoint, and keys for ID-porten's tokens; demo and tests only."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from core import (
    ClientRow,
    Store,
    SystemUser,
    issuer_client,
    issuer_scopes,
    register_issuer_client,
    system_user_for_token,
    use_assertion,
    why_no_system_user,
)
from rest.tokens import grants
from rest.tokens.altinn import AltinnIssuer
from rest.tokens.bearer import ORGANISATION_AUTHORITY, SYSTEM_USER_TYPE, read_key
from rest.tokens.certificates import CertificateTrust
from rest.tokens.compact import Unreadable, read_compact
from rest.tokens.grants import Assertion, GrantRefused
from rest.tokens.keys import LedgerKeys, SigningKey, public_set
from rest.tokens.trust import ALGORITHMS, TrustedIssuer

_log = logging.getLogger(__name__)
_KEY, _CERTIFICATE = "private_key_jwt", "virksomhetssertifikat"

Clock = Callable[[], datetime]


class StandInIssuer:
    """Stands in for Maskinporten, ID-porten and Altinn's token issuer at ``public_url``.

    The issuer identifiers hold that address, so a token from here is never genuine where the real
    issuers are trusted. ``authorities`` are the certificate authorities (PEM) whose enterprise certificates
    may sign assertions; without any, none may.
    """

    def __init__(self, store: Store, public_url: str, clock: Clock, authorities: bytes = b"") -> None:
        base = public_url.rstrip("/")
        self.issuer = f"{base}/"
        self.id_porten_issuer = f"{base}/idporten/"
        self.help_address = f"{base}/token/help/MP-303"
        self._base = base
        self._store = store
        self._clock = clock
        self._certificates = CertificateTrust(authorities)
        self._keys = {name: LedgerKeys(store, f"stand-in-{name}") for name in ("maskinporten", "id-porten", "altinn")}
        self.altinn = AltinnIssuer(base, self._keys["altinn"])

    def trusted_issuers(self) -> tuple[TrustedIssuer, ...]:
        """The three issuers, as a door trusts them."""
        return (
            TrustedIssuer("maskinporten", self.issuer, self.jwks, provider="maskinporten", kept_here=True),
            TrustedIssuer(
                "id-porten", self.id_porten_issuer, self.id_porten_jwks, provider="id-porten", kept_here=True
            ),
            self.altinn.trusted(),
        )

    def metadata(self) -> dict[str, Any]:
        """The metadata document of RFC 8414."""
        return {
            "issuer": self.issuer,
            "token_endpoint": f"{self._base}/token",
            "jwks_uri": f"{self._base}/jwk",
            "grant_types_supported": [grants.GRANT_TYPE],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": sorted(ALGORITHMS),
            "authorization_details_types_supported": [SYSTEM_USER_TYPE],
        }

    def id_porten_metadata(self) -> dict[str, Any]:
        """The metadata document of the one that stands in for ID-porten."""
        return {"issuer": self.id_porten_issuer, "jwks_uri": f"{self.id_porten_issuer}jwks"}

    def jwks(self) -> dict[str, Any]:
        """The public keys that access tokens are signed with: the present one, and the one before."""
        return public_set(self._keys["maskinporten"])

    def id_porten_jwks(self) -> dict[str, Any]:
        """The public keys that tokens of ID-porten's kind are signed with."""
        return public_set(self._keys["id-porten"])

    def rotate_key(self, name: str) -> SigningKey | None:
        """Sign with a new key from now on; the one before it stays published. None for a name that has no keys.

        ``name`` is maskinporten, id-porten or altinn.
        """
        keys = self._keys.get(name)
        return None if keys is None else keys.rotate()

    def register_client(self, client: str, organisation: str, scopes: tuple[str, ...], jwks: Mapping[str, Any]) -> None:
        """Register a client, in place of an earlier one; its keys count as posted now. Raises ValueError."""
        keys = tuple(self.posted_key(jwk) for jwk in jwks["keys"])
        if len({jwk["kid"] for jwk in keys}) != len(keys):
            raise ValueError("two keys of a client have the same kid")
        register_issuer_client(self._store, ClientRow(client, organisation, scopes, keys))

    def posted_key(self, jwk: Mapping[str, Any]) -> dict[str, Any]:
        """A client's public key as it is registered: posted now. Raises ValueError."""
        if read_key(jwk) is None:
            raise ValueError("every key of a client must be a public RSA key of at least 2048 bits with a kid")
        public = {name: jwk[name] for name in ("kty", "n", "e", "kid", "use", "alg") if name in jwk}
        return {**public, "posted": int(self._now())}

    # -- the token endpoint -------------------------------------------------------------------

    def grant(self, content_type: str, fields: Mapping[str, list[str]]) -> dict[str, Any]:
        """The answer to a token request. Raises GrantRefused, or Unavailable."""
        text = grants.read_form(content_type, fields)
        try:
            compact = read_compact(text)
        except Unreadable as error:
            raise GrantRefused(grants.INVALID_GRANT, "MP-100", f"The assertion cannot be read: {error}") from error
        grants.check_header(compact.header, ALGORITHMS)
        client = self._client(compact.claims.get("iss"))
        self._check_signature(text, self._key(compact.header, client))
        assertion = self._checked(compact.claims, client)
        user = None
        if assertion.owner is not None:
            user = self._system_user(client, assertion.owner, assertion.external_ref)
        return self._issue(client, assertion, user, _CERTIFICATE if "x5c" in compact.header else _KEY)

    def _client(self, name: object) -> ClientRow:
        client = issuer_client(self._store, name) if isinstance(name, str) else None
        if client is None:
            raise GrantRefused(grants.INVALID_GRANT, "MP-100", "The client is not known")
        return client

    def _key(self, header: Mapping[str, Any], client: ClientRow) -> RSAPublicKey:
        if "x5c" in header:
            return self._certificates.key(header["x5c"], client.organisation, self._clock())
        jwk = next((each for each in client.keys if each.get("kid") == header["kid"]), None)
        key = None if jwk is None else read_key(jwk)
        if jwk is None or key is None:
            raise GrantRefused(grants.INVALID_GRANT, "MP-100", "The key is not registered on the client")
        grants.check_key_age(jwk, self._now())
        return key

    def _check_signature(self, compact: str, key: RSAPublicKey) -> None:
        try:
            jwt.decode(compact, key, algorithms=sorted(ALGORITHMS), options=_SIGNATURE_ONLY)
        except jwt.PyJWTError as error:
            raise GrantRefused(grants.INVALID_GRANT, "MP-124", "The signature does not verify") from error

    def _checked(self, claims: Mapping[str, Any], client: ClientRow) -> Assertion:
        grants.check_audience(claims, {self.issuer, self._base, f"{self._base}/token"})
        expires = grants.check_times(claims, self._now())
        jti = grants.read_jti(claims)
        if jti is not None:
            self._use_up(client.client, jti, expires)
        scopes = grants.check_scopes(claims, client.scopes)
        known = {scope.scope: scope for scope in issuer_scopes(self._store, scopes)}
        consumer = grants.read_consumer(claims)
        grants.check_access(known.values(), client.organisation, consumer)
        grants.check_delegation(known, scopes, client.organisation, consumer)
        seconds = grants.token_seconds(known.values(), scopes)
        owner, reference = grants.read_details(claims) or (None, None)
        return Assertion(scopes, seconds, consumer, grants.read_audience(claims), owner, reference)

    def _use_up(self, client: str, jti: str, expires: float) -> None:
        until = datetime.fromtimestamp(expires, UTC) + timedelta(seconds=grants.SKEW_SECONDS)
        if not use_assertion(self._store, client, jti, until):
            raise GrantRefused(grants.INVALID_GRANT, "MP-012", "The assertion has been used before")

    def _system_user(self, client: ClientRow, owner: str, reference: str | None) -> SystemUser:
        snapshot = self._store.snapshot()
        asked = (client.client, client.organisation, owner, reference)
        user = system_user_for_token(snapshot, *asked)
        if user is None:
            why = why_no_system_user(snapshot, *asked)
            _log.info("MP-303 for client %s at owner %s: %s", client.client, owner, why)
            raise grants.no_system_user()
        return user

    def _issue(self, client: ClientRow, assertion: Assertion, user: SystemUser | None, method: str) -> dict[str, Any]:
        now, jti = int(self._now()), uuid4().hex
        scope = " ".join(assertion.scopes)
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "client_id": client.client,
            "client_amr": method,
            "token_type": "Bearer",
            "consumer": organisation_claim(assertion.consumer or client.organisation),
            "scope": scope,
            "iat": now,
            "exp": now + assertion.seconds,
            "jti": jti,
        }
        if assertion.audience is not None:
            claims["aud"] = assertion.audience
        if assertion.consumer is not None:
            claims["supplier"] = organisation_claim(client.organisation)
            claims["delegation_source"] = self._base
        if user is not None and assertion.owner is not None:
            claims["authorization_details"] = [_detail(user, assertion.owner)]
        _log.info(
            "token %s for client %s, owner %s, system user %s", jti, client.client, assertion.owner, user and user.id
        )
        signed = self._keys["maskinporten"].signing()[0].sign(claims)
        return {"access_token": signed, "token_type": "Bearer", "expires_in": assertion.seconds, "scope": scope}

    # -- tokens of ID-porten's kind -----------------------------------------------------------

    def id_porten_token(self, claims: Mapping[str, Any]) -> str:
        """A token of ID-porten's kind with these claims."""
        return self._keys["id-porten"].signing()[0].sign({**claims, "iss": self.id_porten_issuer})

    def _now(self) -> float:
        return self._clock().timestamp()


_SIGNATURE_ONLY: Any = {f"verify_{claim}": False for claim in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")}


def organisation_claim(number: str) -> dict[str, str]:
    """An organisation as tokens name it."""
    return {"authority": ORGANISATION_AUTHORITY, "ID": f"0192:{number}"}


def _detail(user: SystemUser, owner: str) -> dict[str, Any]:
    return {
        "type": SYSTEM_USER_TYPE,
        "systemuser_id": [user.id],
        "systemuser_org": organisation_claim(owner),
        "system_id": user.system,
    }


def create_stand_in(
    store: Store, public_url: str, clock: Clock | None = None, authorities: bytes = b""
) -> StandInIssuer:
    """The stand-in issuer for this store; its keys and clients are kept there. Raises Unavailable.

    Without a clock of its own it goes by the store's.
    """
    return StandInIssuer(store, public_url, clock or store.clock, authorities)
