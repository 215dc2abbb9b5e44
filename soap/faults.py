"""The one table from the core's errors to faults: every error code once."""

from __future__ import annotations

from core import ErrorCode, GatewayError
from soap.envelope import CallRefused, Fault, Side

_CLIENT, _SERVER = Side.CLIENT, Side.SERVER

ROWS: tuple[tuple[ErrorCode, Side, str], ...] = (
    # What is sent is wrong.
    (ErrorCode.INVALID_ORGANISATION_NUMBER, _CLIENT, "Organisasjonsnummeret er ikke gyldig."),
    (ErrorCode.INVALID_PERSON_NUMBER, _CLIENT, "Fødselsnummeret er ikke gyldig."),
    (ErrorCode.INVALID_XML, _CLIENT, "Dokumentet er ikke gyldig XML."),
    (ErrorCode.INVALID_BATCH, _CLIENT, "Batchen er ikke gyldig."),
    (ErrorCode.INVALID_WORLD, _CLIENT, "Opplysningene er ikke gyldige."),
    (ErrorCode.INVALID_SYSTEM, _CLIENT, "Beskrivelsen av systemet er ikke gyldig."),
    (ErrorCode.INVALID_PASSWORD, _CLIENT, "Passordet skal ha minst sju tegn, med både bokstaver og tall."),
    (ErrorCode.INVALID_EXTERNAL_REFERENCE, _CLIENT, "Den eksterne referansen er ikke gyldig."),
    (ErrorCode.UNKNOWN_ROLE, _CLIENT, "Rollen finnes ikke."),
    (ErrorCode.UNKNOWN_PACKAGE, _CLIENT, "Tilgangspakken finnes ikke."),
    (ErrorCode.UNKNOWN_SERVICE, _CLIENT, "Tjenesten finnes ikke."),
    (ErrorCode.RIGHT_OUTSIDE_SYSTEM, _CLIENT, "Systemet er ikke registrert med rettigheten."),
    (ErrorCode.PACKAGE_OUTSIDE_SYSTEM, _CLIENT, "Systemet er ikke registrert med tilgangspakken."),
    (ErrorCode.PACKAGE_NOT_ASSIGNABLE, _CLIENT, "Tilgangspakken kan ikke gis til noen."),
    (ErrorCode.PACKAGE_NOT_DELEGABLE, _CLIENT, "Tilgangspakken kan ikke gis videre."),
    (ErrorCode.NOTHING_REQUESTED, _CLIENT, "Forespørselen ber ikke om noe."),
    (ErrorCode.AGENT_NEEDS_PACKAGES, _CLIENT, "En systembruker for klienter trenger tilgangspakker."),
    (ErrorCode.REDIRECT_NOT_REGISTERED, _CLIENT, "Adressen er ikke registrert på systemet."),
    (ErrorCode.SYSTEM_HAS_NO_REDIRECTS, _CLIENT, "Systemet har ingen registrerte adresser."),
    (ErrorCode.NOT_AN_AGENT, _CLIENT, "Systembrukeren er ikke for klienter."),
    (ErrorCode.CLIENT_NOT_FOUND, _CLIENT, "Parten er ikke klient."),
    (ErrorCode.CLIENT_LACKS_PACKAGES, _CLIENT, "Klienten har ikke gitt tilgangspakkene som trengs."),
    (ErrorCode.RIGHT_NOT_HELD, _CLIENT, "Den som gir, har ikke rettigheten selv."),
    # Who sends it, and what it may do.
    (ErrorCode.AUTHENTICATION_FAILED, _CLIENT, "Feil system-ID eller passord."),
    (ErrorCode.NOT_THE_VENDOR, _CLIENT, "Bare leverandøren av systemet kan gjøre dette."),
    (ErrorCode.NOT_THE_REQUESTED_PARTY, _CLIENT, "Bare den forespørselen er sendt til, kan svare på den."),
    (ErrorCode.MISSING_ADMINISTRATION, _CLIENT, "Den som handler, kan ikke styre tilganger for parten."),
    (ErrorCode.MISSING_CLIENT_ADMINISTRATION, _CLIENT, "Den som handler, kan ikke styre klienter for parten."),
    (ErrorCode.TOO_MANY_ATTEMPTS, _CLIENT, "For mange forsøk. Prøv igjen senere."),
    (ErrorCode.DELEGATION_REFUSED, _CLIENT, "Tilgangen kan ikke gis av den som handler."),
    # What is asked for is not there.
    (ErrorCode.PARTY_NOT_FOUND, _CLIENT, "Parten finnes ikke."),
    (ErrorCode.ORGANISATION_NOT_FOUND, _CLIENT, "Organisasjonen finnes ikke."),
    (ErrorCode.PERSON_NOT_FOUND, _CLIENT, "Personen finnes ikke."),
    (ErrorCode.SYSTEM_NOT_FOUND, _CLIENT, "Systemet finnes ikke."),
    (ErrorCode.ENTERPRISE_SYSTEM_NOT_FOUND, _CLIENT, "Fagsystemet finnes ikke."),
    (ErrorCode.SYSTEM_USER_NOT_FOUND, _CLIENT, "Systembrukeren finnes ikke."),
    (ErrorCode.REQUEST_NOT_FOUND, _CLIENT, "Forespørselen finnes ikke."),
    (ErrorCode.GRANT_NOT_FOUND, _CLIENT, "Tilgangen finnes ikke."),
    (ErrorCode.BATCH_NOT_FOUND, _CLIENT, "Batchen finnes ikke."),
    (ErrorCode.FORM_NOT_FOUND, _CLIENT, "Skjemaet finnes ikke."),
    # What is asked clashes with what is already so.
    (ErrorCode.SYSTEM_EXISTS, _CLIENT, "Systemet finnes allerede."),
    (ErrorCode.CLIENT_ID_TAKEN, _CLIENT, "Klienten er i bruk av et annet system."),
    (ErrorCode.REQUEST_NOT_NEW, _CLIENT, "Forespørselen er allerede besvart."),
    (ErrorCode.SYSTEM_USER_EXISTS, _CLIENT, "Systembrukeren finnes allerede."),
    (ErrorCode.REQUEST_PENDING, _CLIENT, "Det finnes allerede en ubesvart forespørsel."),
    (ErrorCode.REQUEST_ACCEPTED, _CLIENT, "Forespørselen er allerede godkjent."),
    (ErrorCode.REQUEST_REJECTED, _CLIENT, "Forespørselen er allerede avslått."),
    (ErrorCode.FACT_EXISTS, _CLIENT, "Opplysningen finnes allerede."),
    # Our own breakdown. A batch sent again under the same id is safe whatever became of the first.
    (ErrorCode.STORE_UNAVAILABLE, _SERVER, "Tjenesten er ikke tilgjengelig nå. Prøv igjen om litt."),
)

_FAULTS = {code: Fault(side, text) for code, side, text in ROWS}

BREAKDOWN = Fault(Side.SERVER, "Tjenesten feilet. Prøv igjen senere.")
"""For an error nobody foresaw: no detail reaches the caller."""


def refusal(error: GatewayError, about: str = "") -> CallRefused:
    """The fault for a core error. ``about`` names the thing it concerns, such as a form pair."""
    fault = _FAULTS[error.code]
    return CallRefused(f"{fault.text.removesuffix('.')}: {about}." if about else fault.text, fault.side)
