"""The words of explanations in bokmål, nynorsk and English: data, one row for each thing that can be said.

The words in braces are filled in by `explain`. Codes of roles, packages and actions are the same in every language.
Source of the words: the field's own, as the platform's pages use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from core.domain.question import Reason, SubjectKind


class Language(StrEnum):
    """The languages explanations are given in."""

    NB = "nb"
    NN = "nn"
    EN = "en"


class Words(NamedTuple):
    """One text in every language."""

    nb: str
    nn: str
    en: str

    def of(self, language: Language) -> str:
        """The text in one language."""
        text: str = getattr(self, language.value)
        return text


MAY = Words("{subject} kan {right} for {party}: {why}.", "{subject} kan {right} for {party}: {why}.",
            "{subject} may {right} for {party}: {why}.")  # fmt: skip
MAY_NOT = Words("{subject} kan ikke {right} for {party}: {why}.", "{subject} kan ikkje {right} for {party}: {why}.",
                "{subject} may not {right} for {party}: {why}.")  # fmt: skip

UNKNOWN_PARTY = Words("en ukjent part", "ein ukjend part", "an unknown party")
NOBODY = Words("ingen (regelen er slått av)", "ingen (regelen er slått av)", "nobody (the rule is switched off)")
NOTHING = Words("ingenting", "ingenting", "nothing")
SINGLE_RIGHT = Words("en enkeltrettighet", "ein enkeltrett", "a single right")
OR = Words(" eller ", " eller ", " or ")
SERVICE_OWNER = Words("tjenesteeieren", "tenesteeigaren", "the service's owner")

SUBJECTS: Mapping[SubjectKind, Words] = {
    SubjectKind.ENTERPRISE_SYSTEM: Words("sluttbrukersystem {id}", "sluttbrukarsystem {id}", "enterprise-system {id}"),
    SubjectKind.PERSON_LOGIN: Words("personbruker {id}", "personbrukar {id}", "person-login {id}"),
    SubjectKind.ENTERPRISE_USER: Words("virksomhetsbruker {id}", "verksemdsbrukar {id}", "enterprise-user {id}"),
    SubjectKind.SYSTEM_USER: Words("systembruker {id}", "systembrukar {id}", "system-user {id}"),
    SubjectKind.PERSON: Words("person {id}", "person {id}", "person {id}"),
    SubjectKind.ORGANISATION: Words("organisasjon {id}", "organisasjon {id}", "organisation {id}"),
}

GROUNDS: Mapping[Reason, Words] = {
    Reason.OWN_PARTY: Words("det er parten selv", "det er parten sjølv", "it is its own party"),
    Reason.SUBMISSION_ROLE: Words(
        "systemets eier har fått systeminnsendingsrettigheten",
        "eigaren av systemet har fått systeminnsendingsretten",
        "the submission role was given to the system's owner",
    ),
    Reason.REGISTERED_CLIENT: Words(
        "systemets eier er registrert regnskapsfører eller revisor for parten",
        "eigaren av systemet er registrert rekneskapsførar eller revisor for parten",
        "the system's owner is registered accountant or auditor of the party",
    ),
    Reason.ROLE_ACCESS: Words(
        "en rolle som tjenesten godtar, er gitt",
        "ei rolle som tenesta godtek, er gitt",
        "a role that the service accepts was given",
    ),
    Reason.REGISTER_ROLE_ACCESS: Words(
        "en rolle i registeret gir en rolle som tjenesten godtar",
        "ei rolle i registeret gir ei rolle som tenesta godtek",
        "a register role confers a role that the service accepts",
    ),
    Reason.PACKAGE_ACCESS: Words(
        "en tilgangspakke som tjenesten godtar, er gitt",
        "ei tilgangspakke som tenesta godtek, er gitt",
        "an access package that the policy accepts is held",
    ),
    Reason.RIGHT_ACCESS: Words("enkeltrettigheten er gitt", "enkeltretten er gitt", "the single right is held"),
    Reason.CLIENT_DELEGATION: Words(
        "parten er klient hos agent-systembrukeren",
        "parten er klient hos agent-systembrukaren",
        "the party is a client of the agent system user",
    ),
}

CAUSES: Mapping[Reason, Words] = {
    Reason.SYSTEM_UNKNOWN: Words(
        "sluttbrukersystemet finnes ikke", "sluttbrukarsystemet finst ikkje", "no such enterprise system"
    ),
    Reason.SYSTEM_LOCKED: Words(
        "systemet eller virksomhetsbrukeren er låst",
        "systemet eller verksemdsbrukaren er låst",
        "the enterprise system or user is locked",
    ),
    Reason.SYSTEM_USER_NOT_ACTIVE: Words(
        "det finnes ingen aktiv systembruker med denne id-en",
        "det finst ingen aktiv systembrukar med denne id-en",
        "there is no active system user with this id",
    ),
    Reason.SUBJECT_UNKNOWN: Words("den som spør, er ukjent", "den som spør, er ukjend", "the subject is not known"),
    Reason.SERVICE_UNKNOWN: Words("tjenesten finnes ikke", "tenesta finst ikkje", "there is no such service"),
    Reason.SERVICE_CLOSED: Words(
        "tjenesten er ikke åpen på det tidspunktet",
        "tenesta er ikkje open på det tidspunktet",
        "the service is not open at that time",
    ),
    Reason.ACTION_NOT_OFFERED: Words(
        "tjenesten har ikke denne handlingen",
        "tenesta har ikkje denne handlinga",
        "the service does not offer the action",
    ),
    Reason.LEVEL_TOO_LOW: Words(
        "tjenesten krever et høyere sikkerhetsnivå",
        "tenesta krev eit høgare tryggingsnivå",
        "the service demands a higher authentication level",
    ),
    Reason.MISSING_SUBMISSION_ROLE: Words(
        "systemets eier har ikke fått systeminnsendingsrettigheten",
        "eigaren av systemet har ikkje fått systeminnsendingsretten",
        "the submission role was not given to the system's owner",
    ),
    Reason.MISSING_ROLE_ACCESS: Words(
        "ingen av rollene tjenesten godtar, er gitt",
        "ingen av rollene tenesta godtek, er gitt",
        "none of the roles the service accepts is held",
    ),
    Reason.MISSING_ACCESS: Words(
        "ingen rolle, tilgangspakke eller enkeltrettighet som tjenesten godtar, er gitt",
        "inga rolle, tilgangspakke eller enkeltrett som tenesta godtek, er gitt",
        "no role, package or single right that the policy accepts is held",
    ),
    Reason.MISSING_PACKAGE_ACCESS: Words(
        "det som er delegert for denne klienten, åpner ikke tjenesten",
        "det som er delegert for denne klienten, opnar ikkje tenesta",
        "what was delegated for this client does not open the service",
    ),
    Reason.OLD_ROLES_ENDED: Words(
        "importerte gamle roller gir ikke lenger tilgang",
        "importerte gamle roller gir ikkje lenger tilgang",
        "imported legacy roles no longer authorise",
    ),
    Reason.PERSON_REQUIRED: Words(
        "handlingen må gjøres av en person, og ingen person er logget inn",
        "handlinga må gjerast av ein person, og ingen person er logga inn",
        "the action is a person's, and no person has logged on",
    ),
    Reason.ONLY_FOR_SELF: Words(
        "en persons eget brukernavn kan bare rapportere for personen selv",
        "brukarnamnet til ein person kan berre rapportere for personen sjølv",
        "a person's own user name reports for that person only",
    ),
    Reason.NOT_A_CLIENT: Words(
        "parten er ikke klient hos agent-systembrukeren",
        "parten er ikkje klient hos agent-systembrukaren",
        "the party is not a client of the agent system user",
    ),
    Reason.GROUND_ENDED: Words(
        "forholdet som klientdelegeringen bygger på, er avsluttet",
        "forholdet som klientdelegeringa byggjer på, er avslutta",
        "the relation that the client delegation flows from has ended",
    ),
    Reason.OUTSIDE_CEILING: Words(
        "systembrukeren er ikke godkjent for dette",
        "systembrukaren er ikkje godkjend for dette",
        "the system user was not approved for this",
    ),
    Reason.NOT_ON_ACCESS_LIST: Words(
        "parten står ikke på tjenestens tilgangsliste",
        "parten står ikkje på tilgangslista til tenesta",
        "the party is not on the service's access list",
    ),
    Reason.NO_SUCCESSOR: Words(
        "tjenesten har ingen etterfølger i den nye verdenen",
        "tenesta har ingen etterfølgjar i den nye verda",
        "the service has no successor in the new world",
    ),
    Reason.NO_LINKED_SYSTEM_USER: Words(
        "sluttbrukersystemet er ikke knyttet til noen systembruker",
        "sluttbrukarsystemet er ikkje knytt til nokon systembrukar",
        "the enterprise system is not linked to any system user",
    ),
    Reason.NEW_WORLD_FAILED: Words(
        "den nye verdenen kunne ikke svare på spørsmålet",
        "den nye verda kunne ikkje svare på spørsmålet",
        "the new world could not answer the question",
    ),
    Reason.NOT_FRESH: Words(
        "de nyeste opplysningene kunne ikke leses",
        "dei nyaste opplysningane kunne ikkje lesast",
        "the newest facts could not be read",
    ),
}

VIA: Mapping[str, Words] = {
    "enterprise_system": Words(
        "{owner} eier sluttbrukersystem {id}",
        "{owner} eig sluttbrukarsystem {id}",
        "{owner} owns enterprise system {id}",
    ),
    "register_role": Words(
        "{party} har {holder} registrert som {role} ({id}{window})",
        "{party} har {holder} registrert som {role} ({id}{window})",
        "{party} has {holder} registered as {role} ({id}{window})",
    ),
    "role_grant": Words(
        "{reportee} har gitt {receiver} rollen {role} ({id}{window})",
        "{reportee} har gitt {receiver} rolla {role} ({id}{window})",
        "{reportee} gave {receiver} the role {role} ({id}{window})",
    ),
    "package_delegation": Words(
        "{giver} har gitt {receiver} tilgangspakken {package} ({id}{window})",
        "{giver} har gitt {receiver} tilgangspakka {package} ({id}{window})",
        "{giver} gave {receiver} the access package {package} ({id}{window})",
    ),
    "right_delegation": Words(
        "{giver} har gitt {receiver} {actions} på {service} ({id}{window})",
        "{giver} har gitt {receiver} {actions} på {service} ({id}{window})",
        "{giver} gave {receiver} {actions} on {service} ({id}{window})",
    ),
    "client_delegation": Words(
        "{provider} har lagt {client} til systembruker {system_user}, generasjon {generation}, på grunnlaget {ground} "
        "({id}{window})",
        "{provider} har lagt {client} til systembrukar {system_user}, generasjon {generation}, på grunnlaget {ground} "
        "({id}{window})",
        "{provider} added {client} to system user {system_user}, generation {generation}, on the ground {ground} "
        "({id}{window})",
    ),
}
"""How each kind of fact that a Permit can rest on is told."""

FROM = Words(", fra {moment}", ", frå {moment}", ", from {moment}")
UNTIL = Words(", til {moment}", ", til {moment}", ", until {moment}")

HEADINGS: Mapping[str, Words] = {
    "why": Words("Hvorfor", "Kvifor", "Why"),
    "rests_on": Words("Hva svaret bygger på", "Kva svaret byggjer på", "What the answer rests on"),
    "obliges": Words("Hva den som spør, må oppfylle", "Kva den som spør, må oppfylle", "What the asker must meet"),
    "missing": Words("Hva som mangler", "Kva som manglar", "What is missing"),
    "for_whom": Words("For hvem", "For kven", "For whom"),
    "ground": Words("Hvordan det kan komme", "Korleis det kan kome", "How it could come"),
    "giver": Words("Hvem som kan gi det", "Kven som kan gi det", "Who can give it"),
    "seen": Words(
        "Svaret bygger på opplysningene til og med endring {sequence}.",
        "Svaret byggjer på opplysningane til og med endring {sequence}.",
        "The answer has seen the facts up to change {sequence}.",
    ),
}
"""The headings of an explanation as a text."""
