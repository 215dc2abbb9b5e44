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
    (ErrorCode.INVALID_LOGIN, _CLIENT, "Brukernavnet eller telefonnummeret er ikke gyldig."),
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
    (ErrorCode.INVALID_MESSAGE, _CLIENT, "Meldingen er ikke gyldig."),
    (ErrorCode.UNKNOWN_SERVICE_OWNER, _CLIENT, "Tjenesteeieren finnes ikke."),
    (ErrorCode.INVALID_PREFILL, _CLIENT, "Preutfyllingen er ikke gyldig."),
    (ErrorCode.BROKER_SERVICE_UNKNOWN, _CLIENT, "Formidlingstjenesten finnes ikke."),
    (ErrorCode.INVALID_REPORTEE, _CLIENT, "Avgiveren er verken et organisasjonsnummer eller et fødselsnummer."),
    (ErrorCode.INVALID_TRANSFER, _CLIENT, "Forsendelsen er ikke gyldig."),
    (ErrorCode.NO_FILE_DATA, _CLIENT, "Forsendelsen har ingen fil."),
    (ErrorCode.NOT_A_ZIP_FILE, _CLIENT, "Filen er ikke en ZIP-fil."),
    (ErrorCode.FILE_TOO_LARGE, _CLIENT, "Filen er for stor."),
    (ErrorCode.INVALID_SERVICE_CODE, _CLIENT, "Tjenestekoden er ikke gyldig."),
    (ErrorCode.SERVICE_CODE_NEEDED, _CLIENT, "Tjenestekoden mangler."),
    # Who sends it, and what it may do.
    (ErrorCode.AUTHENTICATION_FAILED, _CLIENT, "Feil system-ID eller passord."),
    (ErrorCode.PERSON_AUTHENTICATION_FAILED, _CLIENT, "Feil fødselsnummer, passord eller engangskode."),
    (ErrorCode.CODE_EXPIRED, _CLIENT, "Engangskoden virker ikke lenger. Be om en ny."),
    (ErrorCode.NOT_THE_VENDOR, _CLIENT, "Bare leverandøren av systemet kan gjøre dette."),
    (ErrorCode.NOT_THE_REQUESTED_PARTY, _CLIENT, "Bare den forespørselen er sendt til, kan svare på den."),
    (ErrorCode.MISSING_ADMINISTRATION, _CLIENT, "Den som handler, kan ikke styre tilganger for parten."),
    (ErrorCode.MISSING_CLIENT_ADMINISTRATION, _CLIENT, "Den som handler, kan ikke styre klienter for parten."),
    (ErrorCode.TOO_MANY_ATTEMPTS, _CLIENT, "For mange forsøk. Prøv igjen senere."),
    (ErrorCode.DELEGATION_REFUSED, _CLIENT, "Tilgangen kan ikke gis av den som handler."),
    (ErrorCode.NOT_THE_CALLERS, _CLIENT, "Opplysningene gjelder andre enn den som spør."),
    (ErrorCode.NOT_THE_SERVICE_OWNER, _CLIENT, "Bare etaten som eier tjenesten, kan gjøre dette."),
    (ErrorCode.MISSING_RIGHT, _CLIENT, "Den som handler, mangler rettigheten."),
    (ErrorCode.SENDER_NOT_AUTHORISED, _CLIENT, "Avsenderen har ikke rettighet til å sende."),
    (ErrorCode.RECIPIENT_REFUSED, _CLIENT, "En mottaker er ukjent eller mangler rettighet."),
    (ErrorCode.TRANSFER_NOT_AUTHORISED, _CLIENT, "Den som handler, mangler rettigheten til forsendelsen."),
    (ErrorCode.OTHER_REPORTEE, _CLIENT, "Forsendelsen er en annen avgivers."),
    (ErrorCode.RECIPIENT_NOT_AUTHORISED, _CLIENT, "Mottakeren har ikke rettighet til å laste ned."),
    (ErrorCode.TRANSFER_LEVEL_TOO_LOW, _CLIENT, "Tjenesten krever et høyere sikkerhetsnivå."),
    # What is asked for is not there.
    (ErrorCode.PARTY_NOT_FOUND, _CLIENT, "Parten finnes ikke."),
    (ErrorCode.ORGANISATION_NOT_FOUND, _CLIENT, "Organisasjonen finnes ikke."),
    (ErrorCode.PERSON_NOT_FOUND, _CLIENT, "Personen finnes ikke."),
    (ErrorCode.SYSTEM_NOT_FOUND, _CLIENT, "Systemet finnes ikke."),
    (ErrorCode.ENTERPRISE_SYSTEM_NOT_FOUND, _CLIENT, "Fagsystemet finnes ikke."),
    (ErrorCode.ENTERPRISE_USER_NOT_FOUND, _CLIENT, "Virksomhetsbrukeren finnes ikke."),
    (ErrorCode.SYSTEM_USER_NOT_FOUND, _CLIENT, "Systembrukeren finnes ikke."),
    (ErrorCode.REQUEST_NOT_FOUND, _CLIENT, "Forespørselen finnes ikke."),
    (ErrorCode.GRANT_NOT_FOUND, _CLIENT, "Tilgangen finnes ikke."),
    (ErrorCode.BATCH_NOT_FOUND, _CLIENT, "Batchen finnes ikke."),
    (ErrorCode.FORM_NOT_FOUND, _CLIENT, "Skjemaet finnes ikke."),
    (ErrorCode.CONTENT_NOT_FOUND, _CLIENT, "Innholdet finnes ikke."),
    (ErrorCode.MESSAGE_NOT_FOUND, _CLIENT, "Meldingen finnes ikke."),
    (ErrorCode.TRANSFER_NOT_FOUND, _CLIENT, "Forsendelsen finnes ikke."),
    (ErrorCode.NO_FILE_READY, _CLIENT, "Det er ingen fil klar til nedlasting."),
    # What is asked clashes with what is already so.
    (ErrorCode.SYSTEM_EXISTS, _CLIENT, "Systemet finnes allerede."),
    (ErrorCode.CLIENT_ID_TAKEN, _CLIENT, "Klienten er i bruk av et annet system."),
    (ErrorCode.REQUEST_NOT_NEW, _CLIENT, "Forespørselen er allerede besvart."),
    (ErrorCode.SYSTEM_USER_EXISTS, _CLIENT, "Systembrukeren finnes allerede."),
    (ErrorCode.REQUEST_PENDING, _CLIENT, "Det finnes allerede en ubesvart forespørsel."),
    (ErrorCode.REQUEST_ACCEPTED, _CLIENT, "Forespørselen er allerede godkjent."),
    (ErrorCode.REQUEST_REJECTED, _CLIENT, "Forespørselen er allerede avslått."),
    (ErrorCode.FACT_EXISTS, _CLIENT, "Opplysningen finnes allerede."),
    (ErrorCode.WRONG_MESSAGE_STATE, _CLIENT, "Meldingen er ikke i en tilstand der dette kan gjøres."),
    (ErrorCode.MESSAGE_NOT_DELETABLE, _CLIENT, "Meldingen kan ikke slettes."),
    (ErrorCode.RECEIPT_TYPE_MISSING, _CLIENT, "Kvitteringstypen mangler."),
    (ErrorCode.DATES_REVERSED, _CLIENT, "Fra-datoen er etter til-datoen."),
    (ErrorCode.INVALID_RECEIPT_UPDATE, _CLIENT, "Endringen av kvitteringen er ikke gyldig."),
    (ErrorCode.RECEIPT_NOT_FOUND, _CLIENT, "Kvitteringen finnes ikke."),
    (ErrorCode.NOT_AUTHORISED_FOR_REPORTEE, _CLIENT, "Den som sender inn, kan ikke sende inn for avgiveren."),
    (ErrorCode.NOT_AUTHORISED_TO_SIGN, _CLIENT, "Den som handler, kan ikke signere for avgiveren."),
    (ErrorCode.LEVEL_TOO_LOW, _CLIENT, "Tjenesten krever et høyere sikkerhetsnivå."),
    (ErrorCode.WRONG_ELEMENT_STATE, _CLIENT, "Elementet er ikke i et trinn der dette kan gjøres."),
    (ErrorCode.ELEMENT_ARCHIVED, _CLIENT, "Elementet er allerede arkivert."),
    (ErrorCode.ELEMENT_NOT_COMPLETED, _CLIENT, "Elementet er ikke ferdig utfylt."),
    (ErrorCode.ELEMENT_NOT_DELETABLE, _CLIENT, "Elementet kan ikke slettes."),
    (ErrorCode.ALREADY_SIGNED, _CLIENT, "Personen har allerede signert."),
    (ErrorCode.FILE_ALREADY_UPLOADED, _CLIENT, "Filen er allerede lastet opp."),
    # Our own breakdown. A batch sent again under the same id is safe whatever became of the first.
    (ErrorCode.STORE_UNAVAILABLE, _SERVER, "Tjenesten er ikke tilgjengelig nå. Prøv igjen om litt."),
    (ErrorCode.CODE_CHANNEL_UNAVAILABLE, _SERVER, "Engangskoden kunne ikke sendes. Prøv igjen om litt."),
)

_FAULTS = {code: Fault(side, text) for code, side, text in ROWS}

BREAKDOWN = Fault(Side.SERVER, "Tjenesten feilet. Prøv igjen senere.")
"""For an error nobody foresaw: no detail reaches the caller."""


def refusal(error: GatewayError, about: str = "") -> CallRefused:
    """The fault for a core error. ``about`` names the thing it concerns, such as a form pair."""
    fault = _FAULTS[error.code]
    return CallRefused(f"{fault.text.removesuffix('.')}: {about}." if about else fault.text, fault.side)
