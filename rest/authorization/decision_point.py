"""The decision point without any framework: bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from core import (
    Outcome,
    Party,
    PartyKind,
    Question,
    Reason,
    Right,
    Service,
    ServiceId,
    Snapshot,
    Subject,
    SubjectKind,
    Unavailable,
    decide,
)
from rest.authorization.as_spelled import Attribute
from rest.authorization.xacml import (
    ACTION,
    OK,
    PROCESSING_ERROR,
    RESOURCE,
    SUBJECT,
    SYNTAX_ERROR,
    Asked,
    CannotAnswer,
    echo_of,
    read_request,
    response,
    result,
)

ACTION_ID = "urn:oasis:names:tc:xacml:1.0:action:action-id"
SYSTEM_USER = "urn:altinn:systemuser:uuid"
_NOBODY = Subject(SubjectKind.ORGANISATION, "")
_NO_PARTY = ""


MayAsk = Callable[[Service], bool]
"""Whether the caller may ask about a service."""


class NotTheirsToAsk(Exception):
    """The caller may not ask about a resource in the request."""


class Answer(NamedTuple):
    """A response body, and our reason for each result, in reference order."""

    body: bytes
    reasons: str


def authorize(ask: Callable[[], Snapshot], body: bytes, at: datetime, may_ask: MayAsk | None = None) -> Answer:
    """Answer a decision request as of ``at``; every question in it is asked of one snapshot.

    A store that cannot be asked freshly makes the answer Indeterminate, never an old one. Raises
    MalformedRequest, and NotTheirsToAsk where ``may_ask`` says so of one of the resources. Source of the wire
    format: pdp-and-tokens §9.
    """
    try:
        asked = read_request(body)
        snapshot = ask()
        if may_ask is not None:
            _check_askable(snapshot, asked, may_ask)
        answers = [_answer(snapshot, each, at) for each in asked]
    except CannotAnswer as refusal:
        return Answer(response([result(Outcome.INDETERMINATE, refusal.status, (), None)]), refusal.reason)
    except Unavailable:
        return not_fresh()
    if len(answers) == 1:
        text, reason = answers[0]
        return Answer(response([text]), reason)
    return Answer(response([text for text, _ in answers]), ",".join(reason for _, reason in answers))


def not_fresh() -> Answer:
    """No answer: what is so now cannot be known, and the past is never told for it."""
    return Answer(response([result(Outcome.INDETERMINATE, PROCESSING_ERROR, (), None)]), str(Reason.NOT_FRESH))


def _check_askable(snapshot: Snapshot, asked: Iterable[Asked], may_ask: MayAsk) -> None:
    for categories in asked:
        resources = [each for category, attributes in categories if category == RESOURCE for each in attributes]
        service = snapshot.catalogue.services.get(ServiceId(_resource(snapshot, resources)[0]))
        if service is not None and not may_ask(service):
            raise NotTheirsToAsk


def _answer(snapshot: Snapshot, asked: Asked, at: datetime) -> tuple[str, str]:
    decision = decide(snapshot, read_question(snapshot, asked, at))
    reason = decision.reasons[0]
    indeterminate = decision.outcome is Outcome.INDETERMINATE
    status = PROCESSING_ERROR if indeterminate else OK
    # The platform repeats attributes only where some rule of the policy was about what was asked.
    evaluated = not indeterminate and reason is not Reason.ACTION_NOT_OFFERED
    echo = echo_of(asked) if evaluated else None
    return result(decision.outcome, status, decision.obligations, echo), str(reason)


def read_question(snapshot: Snapshot, asked: Asked, at: datetime) -> Question:
    """The question that these categories put. Raises CannotAnswer."""
    subjects: list[Attribute] = []
    actions: list[Attribute] = []
    resources: list[Attribute] = []
    lists = {SUBJECT: subjects, ACTION: actions, RESOURCE: resources}
    for category, attributes in asked:
        found = lists.get(category)
        if found is not None:
            found.extend(attributes)
    subject = _subject(snapshot, subjects)
    service, party = _resource(snapshot, resources)
    return Question(subject, party, Right(ServiceId(service), _action(actions)), at)


def _action(attributes: list[Attribute]) -> str:
    actions = {each.value for each in attributes if each.id == ACTION_ID}
    if len(actions) > 1:
        # One of two actions being allowed must not pass for both.
        raise CannotAnswer(PROCESSING_ERROR, "attributes-disagree")
    return actions.pop() if actions else ""


# -- subject ------------------------------------------------------------------------------------


def _subject(snapshot: Snapshot, attributes: list[Attribute]) -> Subject:
    names = {each.id for each in attributes}
    if SYSTEM_USER in names:
        if len(attributes) > 1:
            raise CannotAnswer(PROCESSING_ERROR, "subject-not-alone")
        return _system_user(snapshot, attributes[0].value)
    # Roles and packages that a caller claims for its subject are not among the identities, hence not read.
    identities = [each for each in attributes if each.id in _IDENTITIES]
    if not identities:
        raise CannotAnswer(PROCESSING_ERROR, "subject-missing")
    if not names.isdisjoint(_PERSONS) and not names.isdisjoint(_ORGANISATIONS):
        raise CannotAnswer(PROCESSING_ERROR, "attributes-disagree")
    found = {_IDENTITIES[each.id](snapshot, each.value) for each in identities}
    if len(found) > 1:
        raise CannotAnswer(PROCESSING_ERROR, "attributes-disagree")
    return found.pop()


def _system_user(snapshot: Snapshot, value: str) -> Subject:
    # Reading a UUID costs more than the look-up: a known one needs no reading.
    known = value in snapshot.users
    return Subject(SubjectKind.SYSTEM_USER, value if known else _uuid(value))


def _user_id(snapshot: Snapshot, value: str) -> Subject:
    """A person's user id is the party id here, as in the tokens of the test-token generator."""
    party = snapshot.party_with_altinn_id(_integer(value))
    if party is None or party.kind is not PartyKind.PERSON:
        raise CannotAnswer(PROCESSING_ERROR, "subject-unknown")
    return Subject(SubjectKind.PERSON, party.id)


def _person_number(snapshot: Snapshot, value: str) -> Subject:
    party = snapshot.party_numbered(value)
    if party is None or party.kind is not PartyKind.PERSON:
        raise CannotAnswer(PROCESSING_ERROR, "subject-unknown")
    return Subject(SubjectKind.PERSON, party.id)


def _person_uuid(snapshot: Snapshot, value: str) -> Subject:
    return Subject(SubjectKind.PERSON, _uuid(value))


def _organisation_number(snapshot: Snapshot, value: str) -> Subject:
    party = snapshot.party_numbered(value)
    if party is None or party.kind is PartyKind.PERSON:
        raise CannotAnswer(SYNTAX_ERROR, "subject-unknown")
    return Subject(SubjectKind.ORGANISATION, party.id)


def _organisation_uuid(snapshot: Snapshot, value: str) -> Subject:
    return Subject(SubjectKind.ORGANISATION, _uuid(value))


def _party_uuid(snapshot: Snapshot, value: str) -> Subject:
    return _as_subject(snapshot.party(_uuid(value)))


def _party_id(snapshot: Snapshot, value: str) -> Subject:
    return _as_subject(snapshot.party_with_altinn_id(_integer(value)))


def _service_owner(snapshot: Snapshot, value: str) -> Subject:
    """A service owner's short code holds nothing by itself."""
    return _NOBODY


def _as_subject(party: Party | None) -> Subject:
    if party is None:
        return _NOBODY
    kind = SubjectKind.PERSON if party.kind is PartyKind.PERSON else SubjectKind.ORGANISATION
    return Subject(kind, party.id)


_PERSON_NUMBER = "urn:altinn:person:identifier-no"
_ORGANISATION_NUMBER = "urn:altinn:organization:identifier-no"
_OLDER_ORGANISATION_NUMBER = "urn:altinn:organizationnumber"
_PARTY_ID = "urn:altinn:partyid"
_PARTY_UUID = "urn:altinn:party:uuid"
_IDENTITIES: dict[str, Callable[[Snapshot, str], Subject]] = {
    "urn:altinn:userid": _user_id,
    _PERSON_NUMBER: _person_number,
    "urn:altinn:person:uuid": _person_uuid,
    _PARTY_UUID: _party_uuid,
    _PARTY_ID: _party_id,
    _ORGANISATION_NUMBER: _organisation_number,
    _OLDER_ORGANISATION_NUMBER: _organisation_number,
    "urn:altinn:organization:uuid": _organisation_uuid,
    "urn:altinn:org": _service_owner,
}
_PERSONS = frozenset({"urn:altinn:userid", _PERSON_NUMBER, "urn:altinn:person:uuid"})
_ORGANISATIONS = frozenset({_ORGANISATION_NUMBER, _OLDER_ORGANISATION_NUMBER, "urn:altinn:organization:uuid"})


# -- resource -----------------------------------------------------------------------------------


def _resource(snapshot: Snapshot, attributes: list[Attribute]) -> tuple[str, str]:
    """The service asked about, and the party it is asked for (empty where there is none such)."""
    services: set[str] = set()
    parties: set[str] = set()
    parts: dict[str, str] = {}
    for each in attributes:
        name, value = each.id, each.value
        if name == "urn:altinn:resource":
            services.add(value)
        elif name in _PARTIES:
            parties.add(_PARTIES[name](snapshot, value))
        else:
            parts[name] = value
    if "urn:altinn:app" in parts and "urn:altinn:org" in parts:
        services.add(f"app_{parts['urn:altinn:org']}_{parts['urn:altinn:app']}")
    if not parties and "urn:altinn:instance-id" in parts:
        parties.add(_party_by_id(snapshot, parts["urn:altinn:instance-id"].partition("/")[0]))
    if not services:
        raise CannotAnswer(PROCESSING_ERROR, "resource-missing")
    if len(services) > 1 or len(parties) > 1:
        raise CannotAnswer(PROCESSING_ERROR, "attributes-disagree")
    return services.pop(), parties.pop() if parties else _NO_PARTY


def _party_by_number(snapshot: Snapshot, value: str) -> str:
    party = snapshot.party_numbered(value)
    return _NO_PARTY if party is None else party.id


def _party_by_id(snapshot: Snapshot, value: str) -> str:
    party = snapshot.party_with_altinn_id(_integer(value))
    return _NO_PARTY if party is None else party.id


def _party_by_uuid(snapshot: Snapshot, value: str) -> str:
    return _uuid(value)


_PARTIES: dict[str, Callable[[Snapshot, str], str]] = {
    _ORGANISATION_NUMBER: _party_by_number,
    _OLDER_ORGANISATION_NUMBER: _party_by_number,
    _PERSON_NUMBER: _party_by_number,
    _PARTY_ID: _party_by_id,
    _PARTY_UUID: _party_by_uuid,
}


def _uuid(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError as error:
        raise CannotAnswer(PROCESSING_ERROR, "attribute-malformed") from error


def _integer(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= 18):
        raise CannotAnswer(PROCESSING_ERROR, "attribute-malformed")
    return int(value)
