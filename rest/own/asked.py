"""Questions as the calls of this room put them: in a body, or in the parameters of an address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from flask import request

from core import (
    Language,
    PartyId,
    Question,
    Right,
    ServiceId,
    Sight,
    Snapshot,
    Subject,
    SubjectKind,
    form_id,
    legacy_service_id,
)
from rest.body import Members, moment_in, read_optional, read_parameter, wrong_body
from rest.problem_rows import FORBIDDEN, WRONG_FIELDS
from rest.problems import Refused

PARAMETER = "question"
"""What the body is called in an error about it."""

_OF_PARTIES = frozenset({SubjectKind.PERSON, SubjectKind.PERSON_LOGIN, SubjectKind.ORGANISATION})
_NOBODY = PartyId("")
_LANGUAGES = {"no": Language.NB, **{str(language): language for language in Language}}
_KINDS = {str(kind): kind for kind in SubjectKind}


def read_question(snapshot: Snapshot, asked: Members, now: datetime) -> Question:
    """The question in a body: subject, party, service, action, and the moment. Refuses what cannot be read."""
    asked.require("subject", "party", "service", "action")
    party = read_party(snapshot, asked.member("party"))
    return Question(
        _subject(snapshot, asked.member("subject")), party, read_right(asked), read_moment(asked.text("at"), now)
    )


def read_right(asked: Members) -> Right:
    """The service and the action in a body."""
    asked.require("service", "action")
    return Right(_service(asked.member("service")), asked.text("action") or "")


def read_party(snapshot: Snapshot, asked: Members) -> PartyId:
    """The party named by ``number`` or ``id`` (its UUID); nobody's id for one that is not known."""
    if "number" in asked:
        party = snapshot.party_numbered(asked.text("number") or "")
        return _NOBODY if party is None else party.id
    asked.require("id")
    try:
        return PartyId(str(UUID(asked.text("id") or "")))
    except ValueError as error:
        raise wrong_body("The member 'id' of a party must be a UUID.", PARAMETER) from error


def read_moment(text: str | None, now: datetime) -> datetime:
    """The moment that is asked about: now where none is named. Without a zone it is UTC."""
    if text is None:
        return now
    moment = moment_in(text)
    if moment is None:
        raise wrong_body("The member 'at' must be a moment in ISO 8601.", PARAMETER)
    return moment


def as_seen(snapshot: Snapshot, sight: Sight, question: Question) -> Question:
    """The question as the caller may ask it: a system user out of sight is one that is not there.

    Whoever asks about any other subject that is not its own is refused.
    """
    if sight.sees_subject(snapshot, question.subject):
        return question
    if question.subject.kind is not SubjectKind.SYSTEM_USER:
        raise Refused(FORBIDDEN)
    return question._replace(subject=Subject(SubjectKind.SYSTEM_USER, _NOBODY))


def read_language(asked: str | None) -> Language:
    """The language asked for by name, else the best of ``Accept-Language``, else bokmål. Refuses an unknown name."""
    if asked is not None:
        if asked not in {str(each) for each in Language}:
            names = ", ".join(Language)
            raise Refused(WRONG_FIELDS, {"language": [f"The language must be one of {names}."]})
        return Language(asked)
    # In the order the caller prefers them; a region says nothing here.
    wanted = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((_LANGUAGES[tag] for tag in wanted if tag in _LANGUAGES), Language.NB)


def _subject(snapshot: Snapshot, asked: Members) -> Subject:
    asked.require("kind")
    kind = _KINDS.get(asked.text("kind") or "")
    if kind is None:
        raise wrong_body(f"The member 'kind' must be one of {', '.join(_KINDS)}.", PARAMETER)
    person = read_party(snapshot, asked.member("person")) if "person" in asked else None
    if kind in _OF_PARTIES:
        return Subject(kind, read_party(snapshot, asked), person)
    asked.require("id")
    name = asked.whole_number("id") if kind is SubjectKind.ENTERPRISE_SYSTEM else asked.text("id")
    return Subject(kind, _NOBODY if name is None else name, person)


def _service(asked: Members) -> ServiceId:
    if "form" in asked:
        form = asked.member("form")
        return form_id(form.whole_number("orNumber"), form.whole_number("orVersion"))
    if "service" in asked:
        service = asked.member("service")
        service.require("code", "edition")
        return legacy_service_id(service.text("code") or "", service.text("edition") or "")
    if "resource" not in asked:
        raise wrong_body("The member 'service' must hold form, service or resource.", PARAMETER)
    return ServiceId(asked.text("resource") or "")


# -- in an address ------------------------------------------------------------------------------


def read_question_parameters(snapshot: Snapshot, parameters: Mapping[str, str], now: datetime) -> Question:
    """The question in the parameters of an address, where no national identity number may stand."""
    kind = _KINDS.get(read_parameter(parameters, "kind"))
    if kind is None:
        raise Refused(WRONG_FIELDS, {"kind": [f"The kind must be one of {', '.join(_KINDS)}."]})
    service = _service(Members(_service_parameters(parameters), PARAMETER))
    right = Right(service, read_parameter(parameters, "action"))
    party = party_in_parameter(snapshot, "party", read_parameter(parameters, "party"))
    subject = _subject_parameter(snapshot, kind, read_parameter(parameters, "subject"))
    return Question(subject, party, right, read_moment(read_optional(parameters, "at"), now))


def _subject_parameter(snapshot: Snapshot, kind: SubjectKind, text: str) -> Subject:
    if kind in _OF_PARTIES:
        return Subject(kind, party_in_parameter(snapshot, "subject", text))
    if kind is not SubjectKind.ENTERPRISE_SYSTEM:
        return Subject(kind, text)
    return Subject(kind, _number("subject", text))


def party_in_parameter(snapshot: Snapshot, name: str, text: str) -> PartyId:
    """The party that a parameter names by organisation number or UUID; nobody's id for one that is not known."""
    if len(text) == 9 and text.isascii() and text.isdecimal():
        party = snapshot.party_numbered(text)
        return _NOBODY if party is None else party.id
    try:
        return PartyId(str(UUID(text)))
    except ValueError as error:
        raise Refused(WRONG_FIELDS, {name: ["An organisation number or the UUID of a party is expected."]}) from error


def _service_parameters(parameters: Mapping[str, str]) -> dict[str, object]:
    form, service = read_optional(parameters, "form"), read_optional(parameters, "service")
    if form is not None:
        number, _, version = form.partition("/")
        return {"form": {"orNumber": _number("form", number), "orVersion": _number("form", version)}}
    if service is not None:
        code, _, edition = service.partition("/")
        return {"service": {"code": code, "edition": edition}}
    return {"resource": read_parameter(parameters, "resource")}


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise Refused(WRONG_FIELDS, {name: ["A whole number is expected."]})
    return int(text)
