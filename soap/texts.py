"""The Norwegian texts of receipts: one for each status and each reason a decision can have."""

from __future__ import annotations

from core import BatchStatus, Reason, UnitReceipt, UnitStatus, mask_number, mask_numbers_in

_LONGEST_NAME = 40

BATCH_TEXTS = {
    BatchStatus.ALREADY_EXISTS: "Batchen er allerede mottatt.",
    BatchStatus.AUTHENTICATION_FAILED: "Feil system-ID eller passord.",
    BatchStatus.INVALID_XML: "Batchen er avvist: den er ikke en gyldig DataBatch. Ingenting er lagret.",
    BatchStatus.NOT_FOUND: "Systemet har ikke sendt noen batch med denne batchId.",
}
"""Texts of the batches that have no units to tell about."""

GROUNDS = {
    Reason.OWN_PARTY: "eieren av systemet rapporterer for seg selv",
    Reason.SUBMISSION_ROLE: "systeminnsendingsrettighet",
    Reason.REGISTERED_CLIENT: "eieren av systemet er registrert regnskapsfører eller revisor",
    Reason.ROLE_ACCESS: "rolle som tjenesten godtar",
    Reason.REGISTER_ROLE_ACCESS: "rolle i Enhetsregisteret som tjenesten godtar",
    Reason.PACKAGE_ACCESS: "tilgangspakke",
    Reason.RIGHT_ACCESS: "enkeltrettighet",
    Reason.CLIENT_DELEGATION: "klientdelegering til systembrukeren",
}
"""What an accepted unit was let in on."""

REFUSALS = {
    Reason.MISSING_SUBMISSION_ROLE: (
        "Eier av system {system} mangler systeminnsendingsrettighet (gamle tjenester) for {party}",
        "Den som kan gi roller på vegne av {party}, kan gi den til eieren av systemet.",
    ),
    Reason.MISSING_ROLE_ACCESS: (
        "Eier av system {system} mangler en rolle som tjenesten godtar for {party}",
        "Den som kan gi roller på vegne av {party}, kan gi den til eieren av systemet.",
    ),
    Reason.MISSING_ACCESS: (
        "Systembrukeren for system {system} mangler tilgang for {party}",
        "En tilgangsstyrer eller hovedadministrator hos {party} kan gi en tilgangspakke eller enkeltrettighet.",
    ),
    Reason.MISSING_PACKAGE_ACCESS: (
        "Det som er delegert til systembrukeren for {party}, åpner ikke skjemaet",
        "En klientadministrator hos eieren av systemet kan legge til tilgangspakken som trengs.",
    ),
    Reason.OUTSIDE_CEILING: (
        "Systembrukeren for system {system} er ikke godkjent for skjemaet",
        "Leverandøren av systemet kan be om det; en tilgangsstyrer hos eieren av systemet godkjenner.",
    ),
    Reason.NOT_A_CLIENT: (
        "{party} er ikke klient av systembrukeren for system {system}",
        "En klientadministrator hos eieren av systemet kan legge til klienten.",
    ),
    Reason.GROUND_ENDED: (
        "Forholdet som klientdelegeringen for {party} bygger på, er slutt",
        "{party} kan registrere forholdet på nytt eller gi fullmakt; så legger en klientadministrator til klienten.",
    ),
    Reason.OLD_ROLES_ENDED: (
        "De gamle rollene gir ikke lenger tilgang for {party}",
        "Leverandøren av systemet ber om en systembruker; en tilgangsstyrer hos eieren av systemet godkjenner.",
    ),
    Reason.SYSTEM_USER_NOT_ACTIVE: (
        "System {system} har ingen aktiv systembruker",
        "Leverandøren av systemet ber om en systembruker; en tilgangsstyrer hos eieren av systemet godkjenner.",
    ),
    Reason.NO_SUCCESSOR: (
        "Skjemaet har ingen etterfølger i den nye løsningen",
        "Den som forvalter denne tjenesten, kan legge inn etterfølgeren.",
    ),
    Reason.NO_LINKED_SYSTEM_USER: (
        "System {system} er ikke koblet til noen systembruker",
        "Den som forvalter denne tjenesten, kan koble systemet til en systembruker.",
    ),
    Reason.NEW_WORLD_FAILED: (
        "Den nye løsningen kunne ikke svare for {party}",
        "Prøv igjen om litt. Den som forvalter denne tjenesten, kan rette feilen.",
    ),
    Reason.LEVEL_TOO_LOW: (
        "Skjemaet krever et høyere sikkerhetsnivå enn system-ID og passord gir",
        "Eieren av systemet kan ta i bruk en systembruker eller et virksomhetssertifikat.",
    ),
    Reason.SYSTEM_LOCKED: ("System {system} er sperret", "Den som forvalter denne tjenesten, kan åpne det."),
    Reason.SYSTEM_UNKNOWN: (
        "System {system} er ikke registrert",
        "Den som forvalter denne tjenesten, registrerer det.",
    ),
    Reason.NOT_ON_ACCESS_LIST: (
        "{party} står ikke på listen over dem skjemaet kan brukes for",
        "Etaten som eier skjemaet, kan føre den opp.",
    ),
    Reason.SUBJECT_UNKNOWN: ("Avsenderen er ikke kjent", "Den som forvalter denne tjenesten, registrerer den."),
    Reason.SERVICE_UNKNOWN: ("Skjemaet finnes ikke", "Etaten som eier skjemaet, kan publisere det."),
    Reason.SERVICE_CLOSED: ("Skjemaet er ikke åpent nå", "Etaten som eier skjemaet, kan åpne det."),
    Reason.ACTION_NOT_OFFERED: ("Skjemaet tar ikke imot innsendinger", "Etaten som eier skjemaet, kan åpne for det."),
    Reason.PERSON_REQUIRED: ("Handlingen krever en person", "En person logger på med engangskode."),
    Reason.ONLY_FOR_SELF: (
        "Et personlig brukernavn gjelder bare personen selv",
        "{party} kan registrere et system eller gi noen rollen.",
    ),
    Reason.NOT_FRESH: ("Tilgangene kunne ikke leses", "Prøv igjen om litt."),
}
"""What a refused unit lacks, and who can give it. A denial without its fix is never sent."""

UNIT_TEXTS = {
    UnitStatus.UNKNOWN_FORM: (
        "Skjema {form} finnes ikke, eller er ikke åpent for innsending. ActiveForms viser skjemaene som er det."
    ),
    UnitStatus.VALIDATION_FAILED: (
        "Skjema {form} følger ikke skjemadefinisjonen: {problem}. Rett opp, eller send med completed=0."
    ),
    UnitStatus.INVALID_REFERENCE: "parentReference peker ikke på noen enhet i batchen.",
    UnitStatus.NOT_PROCESSED: "Enheten er kontrollert uten feil, men ikke lagret.",
}
"""Texts of units refused for another cause than authority."""


def unit_text(unit: UnitReceipt, system: str, form: str) -> str:
    """What the receipt says of one unit. ``form`` is the form's name for people, such as RF-0002.

    Everything said of the reportee is the number as it was sent, so that a party nobody knows is told
    exactly what one that gave nothing is told.
    """
    if unit.status is UnitStatus.OK:
        return _accepted(unit, form)
    if unit.status is UnitStatus.NOT_AUTHORIZED:
        return _refused(unit, system)
    return UNIT_TEXTS[unit.status].format(form=form, problem=(unit.problem or "").rstrip("."))


def failed_batch_text(units: tuple[UnitReceipt, ...]) -> str:
    """What the receipt says of a batch with bad units."""
    bad = sum(unit.status not in (UnitStatus.OK, UnitStatus.NOT_PROCESSED) for unit in units)
    return f"Batchen er avvist: {bad} av {len(units)} enheter har feil. Ingenting er lagret."


def _accepted(unit: UnitReceipt, form: str) -> str:
    received = f"Skjema {form} er mottatt"
    if unit.workflow_reference:
        received += " og ligger til utfylling" if unit.receivers_reference is None else " av tjenesteeieren"
    if unit.receivers_reference:
        received += f" (referanse {mask_numbers_in(unit.receivers_reference)})"
    if not unit.reason:
        return f"{received}."
    return f"{received}. Grunnlag: {GROUNDS[Reason(unit.reason)]} ({unit.reason})."


def _refused(unit: UnitReceipt, system: str) -> str:
    lacks, fix = REFUSALS[Reason(unit.reason or "")]
    words = {"system": system, "party": _shown(unit.participant)}
    return f"{lacks.format(**words)} ({unit.reason}). {fix.format(**words)}"


def _shown(participant: str) -> str:
    """The reportee as the sender wrote it, short, and without the last digits of an identity number."""
    stripped = " ".join(participant.split())
    return mask_numbers_in(mask_number(stripped))[:_LONGEST_NAME]


ILL_MADE_BATCH = (
    "Batchen har et vedlegg som ikke hører til noen enhet, eller en referanse eller et filnavn på mer enn 255 tegn."
)
"""Why a batch that could be read is none."""
