"""The embedded stand-in issuer: Maskinporten's token endpoint and Altinn's test tokens, for demo and tests only."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from core import (
    ClientRow,
    Party,
    Store,
    SystemUser,
    issuer_client,
    kept_secret,
    register_issuer_client,
    system_user_for_token,
    use_assertion,
)
from rest.tokens import grants
from rest.tokens.bearer import ORGANISATION_AUTHORITY, SYSTEM_USER_TYPE, read_key
from rest.tokens.grants import Assertion, GrantRefused
from rest.tokens.trust import ALGORITHMS, TrustedIssuer

TOKEN_SECONDS = 120
ALTINN_PATH = "/authentication/api/v1/openid/"
LONGEST_PERSONAL_TOKEN_SECONDS = 24 * 3600

_KEY_BITS = 2048
_log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class SigningKey:
    """A key that signs tokens, kept in the ledger under a name and made at the first start."""

    def __init__(self, store: Store, name: str) -> None:
        kept = kept_secret(store, name, _new_key)
        private = serialization.load_pem_private_key(kept.encode(), password=None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise TypeError(f"the secret `{name}` is not an RSA key")
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


def _new_key() -> str:
    private = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return private.private_bytes(pem, pkcs8, serialization.NoEncryption()).decode()


def _base64url(number: int) -> str:
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class StandInIssuer:
    """Stands in for Maskinporten and for Altinn's token issuer at ``public_url``.

    The issuer identifiers hold that address, so a token from here is never genuine where the real
    issuers are trusted.
    """

    def __init__(self, store: Store, public_url: str, clock: Clock) -> None:
        base = public_url.rstrip("/")
        self.issuer = f"{base}/"
        self.altinn_issuer = f"{base}{ALTINN_PATH}"
        self.help_address = f"{base}/token/help/MP-303"
        self._base = base
        self._store = store
        self._clock = clock
        self._key = SigningKey(store, "stand-in-maskinporten")
        self._altinn_key = SigningKey(store, "stand-in-altinn")

    def trusted_issuers(self) -> tuple[TrustedIssuer, ...]:
        """The two issuers, as a door trusts them."""
        return (
            TrustedIssuer("maskinporten", self.issuer, self.jwks()),
            TrustedIssuer("altinn", self.altinn_issuer, self.altinn_jwks()),
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

    def altinn_metadata(self) -> dict[str, Any]:
        """The metadata document of the Altinn issuer."""
        return {"issuer": self.altinn_issuer, "jwks_uri": f"{self.altinn_issuer}.well-known/openid-configuration/jwks"}

    def jwks(self) -> dict[str, Any]:
        """The public key that access tokens are signed with."""
        return {"keys": [self._key.jwk]}

    def altinn_jwks(self) -> dict[str, Any]:
        """The public key that test tokens for persons are signed with."""
        return {"keys": [self._altinn_key.jwk]}

    def register_client(self, client: str, organisation: str, scopes: tuple[str, ...], jwks: Mapping[str, Any]) -> None:
        """Register a client, in place of an earlier one; its keys count as posted now. Raises ValueError."""
        posted = int(self._clock().timestamp())
        keys = tuple({**jwk, "posted": posted} for jwk in jwks["keys"])
        if not keys or any(read_key(jwk) is None for jwk in keys):
            raise ValueError("every key of a client must be a public RSA key of at least 2048 bits with a kid")
        register_issuer_client(self._store, ClientRow(client, organisation, scopes, keys))

    # -- the token endpoint -------------------------------------------------------------------

    def grant(self, content_type: str, fields: Mapping[str, list[str]]) -> dict[str, Any]:
        """The answer to a token request. Raises GrantRefused, or Unavailable."""
        compact = grants.read_form(content_type, fields)
        header, claims = _parsed(compact)
        grants.check_header(header, ALGORITHMS)
        client = self._client(claims.get("iss"))
        self._check_signature(compact, header, client)
        assertion = self._checked(claims, client)
        user = None
        if assertion.owner is not None:
            user = self._system_user(client, assertion.owner, assertion.external_ref)
        return self._issue(client, assertion, user)

    def _client(self, name: object) -> ClientRow:
        client = issuer_client(self._store, str(name))
        if client is None:
            raise GrantRefused(grants.INVALID_GRANT, "MP-100", "The client is not known")
        return client

    def _check_signature(self, compact: str, header: Mapping[str, Any], client: ClientRow) -> None:
        if "x5c" in header:
            raise grants.refuse_certificate(grants.read_certificate(header["x5c"]), client.organisation)
        jwk = next((each for each in client.keys if each.get("kid") == header["kid"]), None)
        key = None if jwk is None else read_key(jwk)
        if jwk is None or key is None:
            raise GrantRefused(grants.INVALID_GRANT, "MP-100", "The key is not registered on the client")
        grants.check_key_age(jwk, self._now())
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
        details = grants.read_details(claims)
        owner, reference = details or (None, None)
        return Assertion(scopes, grants.read_audience(claims), owner, reference)

    def _use_up(self, client: str, jti: str, expires: float) -> None:
        until = datetime.fromtimestamp(expires, UTC) + timedelta(seconds=grants.SKEW_SECONDS)
        if not use_assertion(self._store, client, jti, until):
            raise GrantRefused(grants.INVALID_GRANT, "MP-012", "The assertion has been used before")

    def _system_user(self, client: ClientRow, owner: str, reference: str | None) -> SystemUser:
        snapshot = self._store.snapshot()
        user = system_user_for_token(snapshot, client.client, client.organisation, owner, reference)
        if user is None:
            _log.info(
                "no system user for client %s at owner %s, external reference %s", client.client, owner, reference
            )
            raise grants.no_system_user()
        return user

    def _issue(self, client: ClientRow, assertion: Assertion, user: SystemUser | None) -> dict[str, Any]:
        now, jti = int(self._now()), uuid4().hex
        scope = " ".join(assertion.scopes)
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "client_id": client.client,
            "client_amr": "private_key_jwt",
            "token_type": "Bearer",
            "consumer": organisation_claim(client.organisation),
            "scope": scope,
            "iat": now,
            "exp": now + TOKEN_SECONDS,
            "jti": jti,
        }
        if assertion.audience is not None:
            claims["aud"] = assertion.audience
        if user is not None and assertion.owner is not None:
            claims["authorization_details"] = [_detail(user, assertion.owner)]
        _log.info(
            "token %s for client %s, owner %s, system user %s", jti, client.client, assertion.owner, user and user.id
        )
        signed = self._key.sign(claims)
        return {"access_token": signed, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, "scope": scope}

    # -- test tokens --------------------------------------------------------------------------

    def personal_token(self, person: Party, scopes: tuple[str, ...], seconds: int, level: int = 3) -> str:
        """A token as Altinn gives a person who is logged on, for ``seconds`` and at the given level."""
        now = int(self._now())
        lifetime = max(1, min(seconds, LONGEST_PERSONAL_TOKEN_SECONDS))
        return self._altinn_key.sign(
            {
                "iss": self.altinn_issuer,
                # The user ids of the platform are not kept here; the party id stands in for it in test tokens.
                "urn:altinn:userid": person.altinn_id,
                "urn:altinn:partyid": person.altinn_id,
                "urn:altinn:party:uuid": person.id,
                "urn:altinn:authenticatemethod": "NotDefined",
                "urn:altinn:authlevel": level,
                "pid": person.number,
                "token_type": "personal",
                "scope": " ".join(scopes),
                "iat": now,
                "nbf": now,
                "exp": now + lifetime,
                "jti": uuid4().hex,
            }
        )

    def _now(self) -> float:
        return self._clock().timestamp()


_SIGNATURE_ONLY: Any = {f"verify_{claim}": False for claim in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")}


def _parsed(compact: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        header = jwt.get_unverified_header(compact)
        claims: dict[str, Any] = jwt.decode(compact, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise GrantRefused(grants.INVALID_GRANT, "MP-100", "The assertion cannot be read") from error
    return header, claims


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


def create_stand_in(store: Store, public_url: str, clock: Clock | None = None) -> StandInIssuer:
    """The stand-in issuer for this store; its keys and clients are kept there. Raises Unavailable.

    Without a clock of its own it goes by the store's.
    """
    return StandInIssuer(store, public_url, clock or store.clock)
