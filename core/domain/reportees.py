"""Whom a subject may act for: the same answers as decide, asked the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from core.domain.authority import linked_users, ruling_for
from core.domain.decision import Question, Subject, SubjectKind, decide
from core.domain.identifiers import is_legacy
from core.domain.party import Party
from core.domain.party_file import Chain, Held, PartyFile
from core.domain.snapshot import Snapshot
from core.domain.system import Authority
from core.domain.vocabulary import ANY_ACTION, Right

T = TypeVar("T")


class Page(NamedTuple):
    """Which part of a list is wanted: what comes after the key ``after``, at most ``size`` items."""

    after: str = ""
    size: int = 100


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One page. ``next`` is the ``after`` of the page that follows, None on the last."""

    items: tuple[T, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Reportee:
    """A party the subject may act for (avgiver). ``right`` is one that proves it."""

    party: Party
    right: Right


def list_reportees(
    snapshot: Snapshot, subject: Subject, *, at: datetime, right: Right | None = None, page: Page | None = None
) -> Listing[Reportee]:
    """The parties for which ``subject`` may do something (or ``right``), in order of party id.

    A party is listed exactly when the world that rules for the subject permits at least one right for it. Pages
    follow the party id, so that none is lost or doubled while others write.
    """
    page = page or Page()
    found: list[Reportee] = []
    for party in _candidates(snapshot, subject, page.after):
        proof = _proof(snapshot, subject, party, at, right)
        if proof is None:
            continue
        if len(found) == page.size:
            return Listing(tuple(found), found[-1].party.id)
        found.append(proof)
    return Listing(tuple(found), None)


def parties_within_reach(snapshot: Snapshot, subject: Subject) -> Iterator[str]:
    """Every party id that the subject may have something for, in order; `decide` has the last word on each."""
    return _candidates(snapshot, subject, "")


def _candidates(snapshot: Snapshot, subject: Subject, after: str) -> Iterator[str]:
    """Party ids after ``after`` in whose files the subject or its sources appear, and the subject's own."""
    parties: set[str] = set()
    for holder in _holders(snapshot, subject):
        parties.add(holder)
        parties.update(snapshot.reach.get(holder) or ())
    if subject.kind is SubjectKind.ENTERPRISE_SYSTEM:
        for user in linked_users(snapshot, int(subject.id)):
            parties.update(party for party in snapshot.reach.get(user) or () if _is_moved(snapshot, subject, party))
    yield from sorted(party for party in parties if party > after)


def _holders(snapshot: Snapshot, subject: Subject) -> Iterator[str]:
    if subject.kind is SubjectKind.ENTERPRISE_SYSTEM:
        system = snapshot.enterprise_systems.get(int(subject.id))
        if system is not None:
            yield system.owner
    elif subject.kind is SubjectKind.ENTERPRISE_USER:
        user = snapshot.enterprise_users.get(str(subject.id))
        if user is not None:
            yield from (user.id, user.owner)
    else:
        yield str(subject.id)
    if subject.person is not None:
        yield subject.person
    person = subject.person if subject.person is not None else str(subject.id)
    for role in snapshot.represents.get(person) or ():
        if snapshot.catalogue.is_key_role(role.role):
            yield role.party


def _proof(snapshot: Snapshot, subject: Subject, party: str, at: datetime, right: Right | None) -> Reportee | None:
    file = snapshot.files.get(party)
    if file is None:
        return None
    wanted = (right,) if right is not None else _possible_rights(snapshot, subject, file)
    for each in wanted:
        if _is_permitted(snapshot, subject, party, each, at):
            return Reportee(file.party, each)
    return None


def _is_permitted(snapshot: Snapshot, subject: Subject, party: str, right: Right, at: datetime) -> bool:
    if _is_moved(snapshot, subject, party):
        return ruling_for(snapshot, subject, party, right, at).ruling.permitted
    return decide(snapshot, Question(subject, party, right, at)).permitted


def _is_moved(snapshot: Snapshot, subject: Subject, party: str) -> bool:
    """Whether the new world rules for an enterprise system at this party."""
    moved = subject.kind is SubjectKind.ENTERPRISE_SYSTEM
    return moved and snapshot.authority(int(subject.id), party) is Authority.NEW


def _possible_rights(snapshot: Snapshot, subject: Subject, file: PartyFile) -> Iterable[Right]:
    """Every right that something in the file could open; decide has the last word on each."""
    sources = set(_holders(snapshot, subject))
    if file.party.id in sources:
        return _own_rights(snapshot, subject)
    opened: set[Right] = set()
    for source in sources:
        for held in snapshot.holdings(file.party.id, source):
            opened.update(rights_of(snapshot, held))
        for chain in snapshot.chains(file.party.id, source):
            opened.update(rights_of_chain(snapshot, chain))
    if _is_moved(snapshot, subject, file.party.id):
        opened.update(snapshot.catalogue.successors)
    return sorted(opened)


def _own_rights(snapshot: Snapshot, subject: Subject) -> list[Right]:
    old_world = subject.kind in (SubjectKind.ENTERPRISE_SYSTEM, SubjectKind.PERSON_LOGIN)
    policies = snapshot.catalogue.policies
    return sorted(right for right in policies if not old_world or is_legacy(right.service))


def rights_of(snapshot: Snapshot, held: Held) -> Iterator[Right]:
    """Every right that the holding may open, at some time."""
    for code in (*held.roles, *held.packages):
        yield from snapshot.catalogue.opened_by.get(code, ())
    yield from _spelled_out(snapshot, held.rights)


def rights_of_chain(snapshot: Snapshot, chain: Chain) -> Iterator[Right]:
    """Every right that the client delegation may open, at some time."""
    for package in chain.packages:
        yield from snapshot.catalogue.opened_by.get(package, ())
    yield from _spelled_out(snapshot, chain.delegation.rights)
    yield from _spelled_out(snapshot, (Right(resource, ANY_ACTION) for resource in chain.delegation.resources))


def _spelled_out(snapshot: Snapshot, rights: Iterable[Right]) -> Iterator[Right]:
    for right in rights:
        if right.action == ANY_ACTION:
            yield from (Right(right.service, action) for action in snapshot.catalogue.actions.get(right.service, ()))
        else:
            yield right
