"""Exchange: an external token becomes one of Altinn's. Which are exchanged at all, and what they say afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from core import Party, PartyKind, Store, service_owner_codes
from rest.tokens.altinn import AltinnIssuer
from rest.tokens.bearer import GenuineToken, InvalidToken
from rest.tokens.mint import person_claims

EXCHANGED_SECONDS = 30 * 60

_REMOVED = frozenset({"aud", "iss", "client_amr", "sid"})
_OURS = "urn:altinn:"
_DETAILS = "authorization_details"
_SERVICE_OWNER = "altinn:serviceowner"
_LEVELS = {"idporten-loa-substantial": 3, "Level3": 3, "idporten-loa-high": 4, "Level4": 4}


class NotExchanged(Exception):
    """The token is genuine, but lacks what the exchange asks for."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """How tokens are exchanged.

    ``altinn`` signs. ``seconds`` is how long a token exchanged from Maskinporten lives: 30 minutes upstream;
    less keeps a deleted system user's token short. ``details_as_list``: what a token says of a system user stays
    a list, which the platform makes a bare object of. ``partner_scopes`` let a token of ID-porten's be exchanged
    that has no scope beginning with ``altinn:``. Source: pdp-and-tokens §8.
    """

    altinn: AltinnIssuer
    seconds: int = EXCHANGED_SECONDS
    details_as_list: bool = False
    partner_scopes: frozenset[str] = frozenset()

    def exchanged(self, store: Store, provider: str, found: GenuineToken, now: float, *, is_test: bool = False) -> str:
        """The token in exchange. Raises InvalidToken, NotExchanged or Unavailable.

        The issuer must be the one configured for the provider, letter by letter: so a token of our own, which is
        no provider's, is never exchanged again. ``is_test`` turns the service owner digdir into ttd.
        """
        if found.issuer.provider != provider:
            raise InvalidToken("the token is not from the issuer that is named in the address")
        issued = int(now)
        claims = {
            **{name: value for name, value in found.claims.items() if _is_copied(name)},
            "sid": uuid4().hex,
            "iat": issued,
            "nbf": issued,
            "exp": issued + self.seconds,
        }
        if _DETAILS in claims and found.token.system_user is not None:
            claims[_DETAILS] = self._details(claims[_DETAILS])
        if provider == "maskinporten":
            claims |= _enterprise_claims(store, found, is_test=is_test)
        elif provider == "id-porten":
            claims |= self._personal_claims(store, found)
        return self.altinn.sign(claims)

    def _details(self, details: Any) -> Any:
        """The one object that describes the system user: bare, or in a list."""
        bare = details[0] if isinstance(details, list) else details
        return [bare] if self.details_as_list else bare

    def _personal_claims(self, store: Store, found: GenuineToken) -> dict[str, Any]:
        """Who the person is in Altinn. The token keeps its own end."""
        scopes = found.token.scopes
        if not any(scope.startswith("altinn:") for scope in scopes) and scopes.isdisjoint(self.partner_scopes):
            raise NotExchanged("the token has no scope of Altinn's or of a partner's")
        person = _person(store, found.claims.get("pid"))
        login = store.snapshot().person_logins.get(person.id)
        return {
            **person_claims(person),
            "urn:altinn:username": (login.user_name if login is not None else None) or "",
            # How the person logged on is not told apart here; the level is.
            "urn:altinn:authenticatemethod": "NotDefined",
            "urn:altinn:authlevel": _LEVELS.get(str(found.claims.get("acr")), 0),
            "exp": found.claims["exp"],
        }


def _is_copied(name: str) -> bool:
    """What only Altinn may say, nobody else's token brings along."""
    return name not in _REMOVED and not name.startswith(_OURS)


def _enterprise_claims(store: Store, found: GenuineToken, *, is_test: bool) -> dict[str, Any]:
    """The vendor or service owner as Altinn names it. Raises InvalidToken where the token names none."""
    number = found.token.consumer
    if number is None:
        raise InvalidToken("the token names no consumer")
    claims: dict[str, Any] = {
        "urn:altinn:orgNumber": number,
        "urn:altinn:authenticatemethod": "maskinporten",
        "urn:altinn:authlevel": 3,
    }
    if any(scope == _SERVICE_OWNER or scope.startswith(f"{_SERVICE_OWNER}/") for scope in found.token.scopes):
        codes = service_owner_codes(store, number)
        if codes:
            code = codes[0].lower()
            claims["urn:altinn:org"] = "ttd" if is_test and code == "digdir" else code
    return claims


def _person(store: Store, pid: object) -> Party:
    party = store.snapshot().party_numbered(pid) if isinstance(pid, str) else None
    if party is None or party.kind is not PartyKind.PERSON:
        raise InvalidToken("the person in the token is not known here")
    return party
