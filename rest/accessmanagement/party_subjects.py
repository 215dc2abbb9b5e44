"""Who is asked about: the identities by which a service owner names a subject or a party, and whom they name.

An identity that can be read and is nobody's names nobody; one that cannot be read is refused. Source:
pdp-and-tokens §13.1. That an unknown person or organisation is answered like an unknown system user is ours:
numbers cannot be probed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

from core import (
    GatewayError,
    Party,
    PartyId,
    PartyKind,
    Snapshot,
    Subject,
    SubjectKind,
    parse_organisation_number,
    parse_person_number,
)
from rest.body import Members
from rest.problem_rows import WRONG_FIELDS
from rest.problems import Refused

T = TypeVar("T")

_NOBODY = Subject(SubjectKind.ORGANISATION, "")


def read_subject(snapshot: Snapshot, named: Members) -> Subject:
    """The subject that ``type`` and ``value`` name. Refuses unknown types and values that cannot be read."""
    kind, value = _type_and_value(named)
    read = _SUBJECTS.get(kind)
    if read is None:
        raise Refused(WRONG_FIELDS, {"type": [f"The value '{kind[:64]}' is not a kind of subject."]})
    return _read(read, snapshot, value, "value")


def read_parties(snapshot: Snapshot, named: Iterable[Members]) -> frozenset[PartyId]:
    """The known parties among those named. Refuses unknown types and values that cannot be read."""
    found: set[PartyId] = set()
    for each in named:
        kind, value = _type_and_value(each)
        if kind not in _PARTIES:
            raise Refused(WRONG_FIELDS, {"partyFilter": [f"The value '{kind[:64]}' is not a kind of party."]})
        party = _read(_PARTIES[kind], snapshot, value, "partyFilter")
        if party is not None:
            found.add(party.id)
    return frozenset(found)


def subject_of(party: Party | None) -> Subject:
    """The party as a subject; nobody where there is none."""
    if party is None:
        return _NOBODY
    return Subject(SubjectKind.PERSON if party.kind is PartyKind.PERSON else SubjectKind.ORGANISATION, party.id)


def _type_and_value(named: Members) -> tuple[str, str]:
    named.require("type", "value")
    return named.text("type") or "", named.text("value") or ""


def _read(read: Callable[[Snapshot, str], T], snapshot: Snapshot, value: str, field: str) -> T:
    try:
        return read(snapshot, value)
    except (ValueError, GatewayError) as error:
        # The value may be a person's number: it is not repeated.
        raise Refused(WRONG_FIELDS, {field: ["The value is not valid for its type."]}) from error


# -- parties ------------------------------------------------------------------------------------


def _by_uuid(snapshot: Snapshot, value: str) -> Party | None:
    return snapshot.party(str(UUID(value)))


def _person_by_uuid(snapshot: Snapshot, value: str) -> Party | None:
    return _person(_by_uuid(snapshot, value))


def _organisation_by_uuid(snapshot: Snapshot, value: str) -> Party | None:
    return _organisation(_by_uuid(snapshot, value))


def _person_by_number(snapshot: Snapshot, value: str) -> Party | None:
    return _person(snapshot.party_numbered(parse_person_number(value)))


def _organisation_by_number(snapshot: Snapshot, value: str) -> Party | None:
    return _organisation(snapshot.party_numbered(parse_organisation_number(value)))


def _by_party_id(snapshot: Snapshot, value: str) -> Party | None:
    return snapshot.party_with_altinn_id(_number(value))


def _person(party: Party | None) -> Party | None:
    return party if party is not None and party.kind is PartyKind.PERSON else None


def _organisation(party: Party | None) -> Party | None:
    return party if party is not None and party.kind is not PartyKind.PERSON else None


def _number(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= 10):
        raise ValueError("not a number")
    return int(value)


_PARTIES: dict[str, Callable[[Snapshot, str], Party | None]] = {
    "urn:altinn:person:identifier-no": _person_by_number,
    "urn:altinn:person:uuid": _person_by_uuid,
    "urn:altinn:organization:identifier-no": _organisation_by_number,
    "urn:altinn:organization:uuid": _organisation_by_uuid,
    "urn:altinn:party:uuid": _by_uuid,
    "urn:altinn:partyid": _by_party_id,
}


# -- subjects -----------------------------------------------------------------------------------


def _as_subject(read: Callable[[Snapshot, str], Party | None]) -> Callable[[Snapshot, str], Subject]:
    return lambda snapshot, value: subject_of(read(snapshot, value))


def _system_user(snapshot: Snapshot, value: str) -> Subject:
    return Subject(SubjectKind.SYSTEM_USER, str(UUID(value)))


def _user_id(snapshot: Snapshot, value: str) -> Subject:
    """A person's user id is the party id here, as in the tokens of the test-token generator."""
    return subject_of(_person(_by_party_id(snapshot, value)))


def _email(snapshot: Snapshot, value: str) -> Subject:
    """Users who registered themselves by e-mail are not kept here."""
    if "@" not in value:
        raise ValueError("not an e-mail address")
    return _NOBODY


def _enterprise_user(snapshot: Snapshot, value: str) -> Subject:
    return Subject(SubjectKind.ENTERPRISE_USER, str(UUID(value)))


def _enterprise_user_named(snapshot: Snapshot, value: str) -> Subject:
    """Names are an organisation's own here: one that several have names nobody."""
    users = [user.id for user in snapshot.enterprise_users.values() if user.name.lower() == value.lower()]
    return Subject(SubjectKind.ENTERPRISE_USER, users[0]) if len(users) == 1 else _NOBODY


_SUBJECTS: dict[str, Callable[[Snapshot, str], Subject]] = {
    **{kind: _as_subject(read) for kind, read in _PARTIES.items()},
    "urn:altinn:systemuser:uuid": _system_user,
    "urn:altinn:userid": _user_id,
    "urn:altinn:enterpriseuser:uuid": _enterprise_user,
    "urn:altinn:enterpriseuser:username": _enterprise_user_named,
    "urn:altinn:person:idporten-email": _email,
}
