"""What would turn a denial round, in bokmål, nynorsk and English: data, one row for each reason.

The words in braces are filled in by `explain`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.domain.explain_words import SERVICE_OWNER, Words
from core.domain.question import Reason


class FixWords(NamedTuple):
    """What is missing, how it could come, and who can give it. ``for_owner``: the owner lacks it, not the party."""

    missing: Words
    ground: Words
    giver: Words
    for_owner: bool = False


def _same(text: str) -> Words:
    return Words(text, text, text)


_OPERATOR = Words("de som drifter denne gatewayen", "dei som driftar denne gatewayen", "the operator of this gateway")
_MIGRATION = Words("den som står for flyttingen", "den som står for flyttinga", "the migration engineer")
_PUBLISHED = Words("publiseres av tjenesteeieren", "blir publisert av tenesteeigaren", "published by its owner")

_ACCESS = FixWords(
    _same("{accepted}"),
    Words(
        "gis av {party} som tilgangspakke eller enkeltrettighet",
        "blir gitt av {party} som tilgangspakke eller enkeltrett",
        "given by {party} as an access package or single right",
    ),
    Words(
        "en person hos {party} med tilgangsstyrer eller hovedadministrator",
        "ein person hos {party} med tilgangsstyrar eller hovudadministrator",
        "a person at {party} with tilgangsstyrer or hovedadministrator",
    ),
)
_CLIENT = FixWords(
    Words("en klientdelegering", "ei klientdelegering", "a client delegation"),
    Words(
        "{party} har {owner} som {client_roles} i registeret eller har gitt den tilgangspakker, og legges så til hos "
        "agent-systembrukeren",
        "{party} har {owner} som {client_roles} i registeret eller har gitt han tilgangspakker, og blir så lagd til "
        "hos agent-systembrukaren",
        "{party} has {owner} as {client_roles} in the register or has given it "
        "packages, and is then added to the agent system user",
    ),
    Words(
        "en klientadministrator hos {owner}",
        "ein klientadministrator hos {owner}",
        "a client administrator (klientadministrator) at {owner}",
    ),
)
_SERVICE = FixWords(
    Words(
        "en åpen tjeneste som har handlingen",
        "ei open teneste som har handlinga",
        "an open service that offers the action",
    ),
    _PUBLISHED,
    _same("{service_owner}"),
)

FIXES: Mapping[Reason, FixWords] = {
    Reason.SYSTEM_UNKNOWN: FixWords(
        Words("et registrert sluttbrukersystem", "eit registrert sluttbrukarsystem", "a registered enterprise system"),
        Words("registreres på eieren", "blir registrert på eigaren", "registered on its owner"),
        _OPERATOR,
    ),
    Reason.SYSTEM_LOCKED: FixWords(
        Words("et system som ikke er låst", "eit system som ikkje er låst", "an unlocked system"),
        Words("låses opp av driften", "blir låst opp av drifta", "unlocked by the operator"),
        _OPERATOR,
        for_owner=True,
    ),
    Reason.SYSTEM_USER_NOT_ACTIVE: FixWords(
        Words("en aktiv systembruker", "ein aktiv systembrukar", "an active system user"),
        Words(
            "systemleverandøren ber om en, og eieren godkjenner",
            "systemleverandøren ber om ein, og eigaren godkjenner",
            "a request from the system's vendor, approved by the owner",
        ),
        Words(
            "leverandøren spør; en person med tilgangsstyrer hos eieren godkjenner",
            "leverandøren spør; ein person med tilgangsstyrar hos eigaren godkjenner",
            "the vendor asks; a person with tilgangsstyrer at the owner approves",
        ),
    ),
    Reason.SUBJECT_UNKNOWN: FixWords(
        Words("en kjent bruker", "ein kjend brukar", "a known subject"),
        Words("registreres i denne gatewayen", "blir registrert i denne gatewayen", "registered with this gateway"),
        _OPERATOR,
    ),
    Reason.SERVICE_UNKNOWN: _SERVICE,
    Reason.SERVICE_CLOSED: _SERVICE,
    Reason.ACTION_NOT_OFFERED: _SERVICE,
    Reason.LEVEL_TOO_LOW: FixWords(
        Words(
            "sikkerhetsnivå {wanted} (denne brukeren har {level})",
            "tryggingsnivå {wanted} (denne brukaren har {level})",
            "authentication level {wanted} (this caller has {level})",
        ),
        Words(
            "en sterkere pålogging, som et sertifikat, eller en systembruker",
            "ei sterkare pålogging, som eit sertifikat, eller ein systembrukar",
            "a stronger log-on, such as a certificate, or a system user",
        ),
        Words("eieren av systemet", "eigaren av systemet", "the owner of the system"),
        for_owner=True,
    ),
    Reason.MISSING_SUBMISSION_ROLE: FixWords(
        _same("{submission_role}"),
        Words(
            "gis av {party} til {owner}, eller {owner} registreres som {registered} for {party}",
            "blir gitt av {party} til {owner}, eller {owner} blir registrert som {registered} for {party}",
            "given by {party} to {owner}, or {owner} registered as {registered} of {party}",
        ),
        Words(
            "en person med {administration} hos {party} som er {submission_givers} der",
            "ein person med {administration} hos {party} som er {submission_givers} der",
            "a person with {administration} at {party} who is {submission_givers} there",
        ),
    ),
    Reason.MISSING_ROLE_ACCESS: FixWords(
        _same("{accepted}"),
        Words(
            "gis av {party} til {owner}, eller følger med en rolle i registeret der",
            "blir gitt av {party} til {owner}, eller følgjer med ei rolle i registeret der",
            "given by {party} to {owner}, or conferred by a register role there",
        ),
        Words(
            "en person med {administration} hos {party} som selv har rollen",
            "ein person med {administration} hos {party} som sjølv har rolla",
            "a person with {administration} at {party} who holds the role",
        ),
    ),
    Reason.MISSING_ACCESS: _ACCESS,
    Reason.MISSING_PACKAGE_ACCESS: _ACCESS,
    Reason.OLD_ROLES_ENDED: FixWords(
        Words(
            "en systembruker med tilgangspakker",
            "ein systembrukar med tilgangspakker",
            "a system user with access packages",
        ),
        Words(
            "importerte gamle roller sluttet å gjelde {until}; en systembruker tar over for dem",
            "importerte gamle roller slutta å gjelde {until}; ein systembrukar tek over for dei",
            "imported legacy roles ended {until}; a system user takes their place",
        ),
        Words(
            "leverandøren spør; {owner} godkjenner",
            "leverandøren spør; {owner} godkjenner",
            "the vendor asks; {owner} approves",
        ),
        for_owner=True,
    ),
    Reason.PERSON_REQUIRED: FixWords(
        Words("engangskoden til en person", "eingongskoden til ein person", "a person's one-time code"),
        Words(
            "personen logger inn sammen med systemet",
            "personen loggar inn saman med systemet",
            "the person logs on with the system",
        ),
        Words("en person som kan signere", "ein person som kan signere", "a person who may sign"),
    ),
    Reason.ONLY_FOR_SELF: FixWords(
        Words(
            "et sluttbrukersystem eller en systembruker",
            "eit sluttbrukarsystem eller ein systembrukar",
            "an enterprise system or system user",
        ),
        Words(
            "en persons eget brukernavn kan bare rapportere for personen selv",
            "brukarnamnet til ein person kan berre rapportere for personen sjølv",
            "a person's own user name reports for that person only",
        ),
        Words(
            "{party} registrerer et system, eller gir noen rollen",
            "{party} registrerer eit system, eller gir nokon rolla",
            "{party} registers a system, or gives somebody the role",
        ),
    ),
    Reason.NOT_A_CLIENT: _CLIENT,
    Reason.GROUND_ENDED: _CLIENT,
    Reason.OUTSIDE_CEILING: FixWords(
        _same("{accepted}"),
        Words(
            "en forespørsel om en systembruker med dette, godkjent av eieren",
            "ein førespurnad om ein systembrukar med dette, godkjend av eigaren",
            "a request for a system user that includes it, approved by the owner",
        ),
        Words(
            "systemets leverandør spør; en person med tilgangsstyrer hos {owner} godkjenner",
            "leverandøren av systemet spør; ein person med tilgangsstyrar hos {owner} godkjenner",
            "the system's vendor asks; a person with tilgangsstyrer at {owner} approves",
        ),
        for_owner=True,
    ),
    Reason.NOT_ON_ACCESS_LIST: FixWords(
        Words(
            "en plass på tjenestens tilgangsliste",
            "ein plass på tilgangslista til tenesta",
            "a place on the service's access list",
        ),
        Words("føres opp av tjenesteeieren", "blir ført opp av tenesteeigaren", "entered by the service's owner"),
        SERVICE_OWNER,
    ),
    Reason.NO_SUCCESSOR: FixWords(
        Words(
            "en etterfølger for tjenesten i den nye verdenen",
            "ein etterfølgjar for tenesta i den nye verda",
            "a successor of the service in the new world",
        ),
        Words("en rad i overgangstabellen", "ei rad i overgangstabellen", "a row in the mapping vocabulary"),
        _MIGRATION,
    ),
    Reason.NO_LINKED_SYSTEM_USER: FixWords(
        Words("en tilknyttet systembruker", "ein tilknytt systembrukar", "a linked system user"),
        Words(
            "sluttbrukersystemet knyttes til en systembruker",
            "sluttbrukarsystemet blir knytt til ein systembrukar",
            "the enterprise system is linked to a system user",
        ),
        _MIGRATION,
        for_owner=True,
    ),
    Reason.NEW_WORLD_FAILED: FixWords(
        Words("et svar fra den nye verdenen", "eit svar frå den nye verda", "an answer of the new world"),
        Words(
            "feilen rettes, eller systemet tas tilbake til den gamle verdenen",
            "feilen blir retta, eller systemet blir teke tilbake til den gamle verda",
            "the error is put right, or the system is taken back to the old world",
        ),
        _OPERATOR,
    ),
    Reason.NOT_FRESH: FixWords(
        Words("et ferskt bilde av opplysningene", "eit ferskt bilete av opplysningane", "a fresh view of the facts"),
        Words("databasen svarer igjen", "databasen svarer igjen", "the database answers again"),
        Words("spør igjen om et øyeblikk", "spør igjen om ein augneblink", "ask again in a moment"),
    ),
}
