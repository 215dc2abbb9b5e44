"""Who at a party could say yes: the persons that manage its accesses and may give what is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from core.domain.decision import Question, Subject, SubjectKind, decide
from core.domain.identifiers import PartyId
from core.domain.package_check import check_packages, check_rights
from core.domain.party import PartyKind, RegisterRole
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right
from core.services.administration import ACCESS_MANAGEMENT


def eligible_approvers(
    snapshot: Snapshot,
    party: PartyId,
    at: datetime,
    *,
    rights: Iterable[Right] = (),
    packages: Iterable[str] = (),
) -> Iterator[PartyId]:
    """The persons that could approve at the party, in order of id, found as they are asked for.

    Each manages the party's accesses and may give every one of ``rights`` and ``packages``: name them for a
    standard system user and for what the party gives by its own hand, none for an agent system user. Persons with
    a key role at an organisation that holds something at the party are asked too. Source: users-and-migration §4.1
    row 18, rest-systemuser §5.6.
    """
    asked_rights, asked_packages = tuple(rights), tuple(packages)
    manages = Right(ACCESS_MANAGEMENT, "write")
    for person in sorted(_candidates(snapshot, party)):
        if not decide(snapshot, Question(Subject(SubjectKind.PERSON, person), party, manages, at)).permitted:
            continue
        rights_allowed = all(each.allowed for each in check_rights(snapshot, person, party, asked_rights, at))
        if rights_allowed and all(each.allowed for each in check_packages(snapshot, person, party, asked_packages, at)):
            yield person


def _candidates(snapshot: Snapshot, party: PartyId) -> set[PartyId]:
    file = snapshot.files.get(party)
    found: set[PartyId] = set()
    for receiver in file.receivers if file is not None else ():
        holder = snapshot.party(receiver)
        if holder is None:
            continue
        if holder.kind is PartyKind.PERSON:
            found.add(holder.id)
        else:
            found.update(_key_persons(snapshot, holder.id))
    if file is not None and file.party.kind is PartyKind.PERSON:
        found.add(file.party.id)
    return found


def _key_persons(snapshot: Snapshot, organisation: PartyId) -> Iterator[PartyId]:
    for fact in snapshot.grounds(organisation):
        if isinstance(fact, RegisterRole) and snapshot.catalogue.is_key_role(fact.role):
            person = snapshot.party(fact.holder)
            if person is not None and person.kind is PartyKind.PERSON:
                yield person.id
