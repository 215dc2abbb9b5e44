"""SystemAuthentication: which one-time code a person has to answer with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import Challenge, ChallengeStatus, local_date, request_challenge, system_number
from soap.svc.call import Call, Handler

_TEXTS = {
    ChallengeStatus.OK: "Engangskoden er sendt som SMS til mobiltelefonen din.",
    ChallengeStatus.INVALID_CREDENTIALS: "Feil fødselsnummer, brukernavn eller passord.",
    ChallengeStatus.NO_LETTER: "Du har ingen ubrukte engangskoder. Bestill et nytt brev.",
    ChallengeStatus.NO_PHONE: "Det er ikke registrert noe mobilnummer på profilen din.",
    ChallengeStatus.LOCKED: "Brukeren er sperret. Prøv igjen senere.",
    ChallengeStatus.METHOD_NOT_OFFERED: "Denne typen engangskode kan ikke brukes her.",
    ChallengeStatus.DEAD: "Brukeren er ikke lenger aktiv.",
}


def _get_challenge(call: Call, values: Mapping[str, Any]) -> dict[str, Any]:
    request = values.get("challengeRequest") or {}
    call.visit.claims(call.store, system_number(request.get("SystemUserName") or ""))
    challenge = request_challenge(
        call.store,
        request.get("SystemUserName") or "",
        request.get("UserSSN") or "",
        request.get("UserPassword") or "",
        (request.get("AuthMethod") or "").strip(),
        source=call.source,
    )
    now = call.store.clock()
    return {
        "Message": _message(challenge),
        "Status": str(challenge.status),
        # Clients read both whatever the status is.
        "ValidFrom": challenge.valid_from or now,
        "ValidTo": challenge.valid_to or now,
    }


def _message(challenge: Challenge) -> str:
    """What to tell the person. Clients take the third word, or the first digits, for the code's number (§9.1)."""
    if challenge.number is None or challenge.letter_date is None:
        return _TEXTS[challenge.status]
    return f"Bruk engangskode {challenge.number} fra brevet datert {local_date(challenge.letter_date)}."


HANDLERS: Mapping[str, Handler] = {"GetAuthenticationChallenge": _get_challenge}
"""The operations of the service."""
