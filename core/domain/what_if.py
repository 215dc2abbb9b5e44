"""what-if: the answers as they would be with facts added or taken away, and what would end with a grant.

Pure: a preview of the snapshot is asked, nothing is ever written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.domain.cascade import dependants_of_edits, touched_parties
from core.domain.catalogue import Policy
from core.domain.change import Edit, Fact, Operation, remove
from core.domain.connections import delegated_to, given
from core.domain.decision import Decision, Question, Subject, SubjectKind, decide
from core.domain.delegation import AGENT, ClientDelegation, Connection
from core.domain.fold import preview
from core.domain.identifiers import PartyId
from core.domain.party_file import Approved, Chain
from core.domain.snapshot import Snapshot
from core.domain.system import Generation, SystemUser
from core.domain.vocabulary import Right

MOST_LOSSES = 500
"""How many pairs of a system user and a client are told of at the most."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One question with its answer now, and as it would be."""

    before: Decision
    after: Decision

    @property
    def changed(self) -> bool:
        """Whether the answer or its reason would be another."""
        return (self.before.outcome, self.before.reasons) != (self.after.outcome, self.after.reasons)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Every question compared; ``also`` is what would come along with the edits, because it rests on them.

    ``before`` and ``after`` are the facts each side was asked of.
    """

    compared: tuple[Compared, ...]
    also: tuple[Edit, ...]
    before: Snapshot
    after: Snapshot


@dataclass(frozen=True, slots=True)
class Loss:
    """What one system user could do for one party, and then could not."""

    user: SystemUser
    party: PartyId
    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """What would end: rights of system users, and the facts that would end too.

    ``left_off`` pairs of a system user and a party were not looked into.
    """

    losses: tuple[Loss, ...]
    also: tuple[Edit, ...]
    left_off: int = 0


def what_if(snapshot: Snapshot, questions: Iterable[Question], edits: Iterable[Edit], at: datetime) -> WhatIf:
    """The answers to ``questions`` now, and as they would be once ``edits`` were written, together, at ``at``."""
    also, after = _with_dependants(snapshot, tuple(edits), at)
    compared = tuple(Compared(decide(snapshot, question), decide(after, question)) for question in questions)
    return WhatIf(compared, also, snapshot, after)


def what_ends(snapshot: Snapshot, facts: Iterable[Fact], at: datetime) -> Ending:
    """Which system users would lose which rights for whom, if ``facts`` were taken away at ``at``."""
    edits = tuple(remove(fact) for fact in facts)
    also, after = _with_dependants(snapshot, edits, at)
    opened = _Opened(snapshot)
    losses: list[Loss] = []
    left_off = 0
    for party, user in _affected(snapshot, after, (*edits, *also)):
        if len(losses) == MOST_LOSSES:
            left_off += 1
            continue
        rights = tuple(_lost(snapshot, after, opened, party, user.id, at))
        if rights:
            losses.append(Loss(user, PartyId(party), rights))
    return Ending(tuple(losses), also, left_off)


def _with_dependants(snapshot: Snapshot, edits: tuple[Edit, ...], at: datetime) -> tuple[tuple[Edit, ...], Snapshot]:
    """What would be written along with ``edits``, and the facts after it all."""
    gone = [edit.fact for edit in edits if edit.operation is Operation.REMOVE]
    over = tuple(remove(fact) for each in gone if isinstance(each, Connection) for fact in _given_over(snapshot, each))
    also = (*over, *dependants_of_edits(snapshot, (*edits, *over), at))
    return also, preview(snapshot, (*edits, *also))


def _given_over(snapshot: Snapshot, ended: Connection) -> Iterable[Fact]:
    """What was given over a connection, which ends with it."""
    if ended.role != AGENT:
        return given(snapshot, ended.giver, ended.receiver)
    return tuple(each for each in delegated_to(snapshot, ended.receiver) if each.provider == ended.giver)


def _affected(before: Snapshot, after: Snapshot, edits: Iterable[Edit]) -> Iterator[tuple[str, SystemUser]]:
    """The pairs of a party and a system user whose entries would be other ones, in order."""
    parties = sorted({party for edit in edits for party in _parties(before, edit.fact)})
    for party in parties:
        file = before.files.get(party)
        for holder in sorted(file.receivers) if file is not None else ():
            entry = before.users.get(holder)
            if entry is not None and before.entries_for(party, holder) != after.entries_for(party, holder):
                yield party, entry.user


def _parties(snapshot: Snapshot, fact: Fact) -> Iterable[str]:
    if isinstance(fact, Generation):
        return snapshot.reach.get(fact.system_user) or ()
    return touched_parties(snapshot, fact)


class _Opened:
    """Which rights a package opens, and which a service has: found once, asked for every pair."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.by_package: dict[str, list[Policy]] = {}
        self.by_service: dict[str, list[Policy]] = {}
        for policy in snapshot.catalogue.policies.values():
            self.by_service.setdefault(policy.right.service, []).append(policy)
            for package in policy.packages | {rule.code for rule in policy.timed}:
                self.by_package.setdefault(package, []).append(policy)


def _lost(before: Snapshot, after: Snapshot, opened: _Opened, party: str, user: str, at: datetime) -> Iterator[Right]:
    subject = Subject(SubjectKind.SYSTEM_USER, user)
    for right in sorted(_opened_by(before, opened, party, user)):
        question = Question(subject, party, right, at)
        if decide(before, question).permitted and not decide(after, question).permitted:
            yield right


def _opened_by(snapshot: Snapshot, opened: _Opened, party: str, user: str) -> set[Right]:
    found: set[Right] = set()
    for entry in snapshot.entries_for(party, user):
        packages, services = _brought(entry)
        found |= {policy.right for package in packages for policy in opened.by_package.get(package, ())}
        found |= {policy.right for service in services for policy in opened.by_service.get(service, ())}
    return found


def _brought(entry: object) -> tuple[frozenset[str], set[str]]:
    """The packages, and the services of single rights, that an entry may open."""
    if isinstance(entry, Chain):
        given: ClientDelegation = entry.delegation
        named = {right.service for right in given.rights} | set(given.resources)
        return entry.packages, {str(service) for service in named}
    if isinstance(entry, Approved):
        return entry.grant.packages, {str(right.service) for right in entry.grant.rights}
    return frozenset(), set()


def by_service(rights: Iterable[Right]) -> Mapping[str, tuple[str, ...]]:
    """Rights as actions by service, in order."""
    found: dict[str, tuple[str, ...]] = {}
    for service, action in sorted(rights):
        found[service] = (*found.get(service, ()), action)
    return found
