"""Altinn's own token issuer: who it is, the keys it signs with, and what it publishes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest.tokens.keys import Keys, public_set
from rest.tokens.trust import TrustedIssuer

ALTINN_PATH = "/authentication/api/v1/openid/"
METADATA_PATH = f"{ALTINN_PATH}.well-known/openid-configuration"
KEYS_PATH = f"{METADATA_PATH}/jwks"


class AltinnIssuer:
    """Issues tokens as Altinn does, at ``public_url``; that address is in the issuer identifier."""

    def __init__(self, public_url: str, keys: Keys) -> None:
        base = public_url.rstrip("/")
        self.issuer = f"{base}{ALTINN_PATH}"
        self._keys_address = f"{base}{KEYS_PATH}"
        self._keys = keys

    def trusted(self) -> TrustedIssuer:
        """This issuer, as a door trusts it."""
        return TrustedIssuer("altinn", self.issuer, self.jwks, kept_here=True)

    def metadata(self) -> dict[str, Any]:
        """The metadata document. Source: pdp-and-tokens §5."""
        return {
            "issuer": self.issuer,
            "jwks_uri": self._keys_address,
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def jwks(self) -> dict[str, Any]:
        """The public keys: the one that signs first, then those before or after it."""
        return public_set(self._keys)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A token of this issuer with these claims."""
        return self._keys.signing()[0].sign({**claims, "iss": self.issuer})
