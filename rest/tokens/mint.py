"""Test tokens as the platform's public generator makes them: the claims of each kind. Demo only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from core import Party
from rest.tokens.altinn import AltinnIssuer
from rest.tokens.bearer import SYSTEM_USER_TYPE
from rest.tokens.issuer import StandInIssuer, organisation_claim

LONGEST_SECONDS = 24 * 3600
_MARK = "brobygger-test-tokens"
_LOA = {3: "idporten-loa-substantial", 4: "idporten-loa-high"}
_LOW = "idporten-loa-low"


class Mint:
    """Makes test tokens that need no log-on, signed as the Altinn issuer's."""

    def __init__(self, issuer: StandInIssuer, clock: Callable[[], datetime]) -> None:
        self._issuer = issuer
        self._altinn: AltinnIssuer = issuer.altinn
        self._clock = clock

    def enterprise(self, organisation: str, scopes: tuple[str, ...], seconds: int, more: Mapping[str, Any]) -> str:
        """A token as one exchanged from Maskinporten, for an organisation."""
        return self._signed(
            {
                "scope": " ".join(scopes),
                "token_type": "Bearer",
                "client_id": str(uuid4()),
                "consumer": organisation_claim(organisation),
                "urn:altinn:orgNumber": organisation,
                "urn:altinn:authenticatemethod": "maskinporten",
                "urn:altinn:authlevel": 3,
                **more,
            },
            seconds,
        )

    def system_user(
        self, detail: Mapping[str, Any], vendor: str, scopes: tuple[str, ...], seconds: int, more: Mapping[str, Any]
    ) -> str:
        """A token as one exchanged for a system user; what it says of that is a list, as the generator has it."""
        return self._signed(
            {
                "scope": " ".join(scopes),
                "token_type": "Bearer",
                "client_id": str(uuid4()),
                "consumer": organisation_claim(vendor),
                "authorization_details": [{"type": SYSTEM_USER_TYPE, **detail}],
                "urn:altinn:authenticatemethod": "systemuser",
                "urn:altinn:authlevel": 3,
                **more,
            },
            seconds,
        )

    def personal(
        self, person: Party, scopes: tuple[str, ...], seconds: int, level: int, more: Mapping[str, Any]
    ) -> str:
        """A token as Altinn gives a person who is logged on."""
        return self._signed(
            {
                **person_claims(person),
                "urn:altinn:authenticatemethod": "NotDefined",
                "urn:altinn:authlevel": level,
                "acr": _LOA.get(level, _LOW),
                "pid": person.number,
                "client_id": str(uuid4()),
                # The generator says "Bearer" here; the platform's own tokens for persons say "personal".
                "token_type": "personal",
                "scope": " ".join(scopes),
                **more,
            },
            seconds,
        )

    def platform(self, app: str, seconds: int) -> str:
        """A token as the platform's own parts call each other with. It has no scope."""
        return self._signed({"urn:altinn:app": app}, seconds)

    def id_porten(self, person: Party, scopes: tuple[str, ...], seconds: int, level: int) -> str:
        """A token as ID-porten gives an end-user system for a person who is logged on: to be exchanged."""
        return self._issuer.id_porten_token(
            {
                "sub": uuid4().hex,
                "pid": person.number,
                "acr": _LOA.get(level, _LOW),
                "amr": ["TestID"],
                "client_id": str(uuid4()),
                "client_amr": "private_key_jwt",
                "token_type": "Bearer",
                "scope": " ".join(scopes),
                "sid": uuid4().hex,
                **self._times(seconds),
            }
        )

    def _signed(self, claims: Mapping[str, Any], seconds: int) -> str:
        times = self._times(seconds)
        return self._altinn.sign({**claims, **times, "nbf": times["iat"], "actual_iss": _MARK})

    def _times(self, seconds: int) -> dict[str, Any]:
        now = int(self._clock().timestamp())
        return {"iat": now, "exp": now + max(1, min(seconds, LONGEST_SECONDS)), "jti": uuid4().hex}


def person_claims(person: Party) -> dict[str, Any]:
    """A person as Altinn's tokens name them.

    The platform's own user ids are not kept here: the party id stands in for them.
    """
    return {
        "urn:altinn:userid": person.altinn_id,
        "urn:altinn:partyid": person.altinn_id,
        "urn:altinn:party:uuid": person.id,
    }
