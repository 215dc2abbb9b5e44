"""The one way in for batches and shipments: judged on the facts, judged again if they moved, stored once."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from core.domain.authority import authorise_submission
from core.domain.caller import Caller, CallerKind
from core.domain.decision import Question, Reason, decide
from core.domain.identifiers import ServiceId
from core.domain.snapshot import Snapshot
from core.domain.submission import SubmissionDecision
from core.domain.system import Authority
from core.domain.vocabulary import Right
from core.store.ledger import Ledger
from core.store.store import Store

J = TypeVar("J")
R = TypeVar("R")

SUBMIT = "write"
"""The action that handing in a form is."""

SIGN = "sign"
"""The action that signing a form is."""

ABOUT_THE_SERVICE = (Reason.SERVICE_UNKNOWN, Reason.SERVICE_CLOSED, Reason.ACTION_NOT_OFFERED)
"""Reasons of a denial that say something about the service, and nothing about who asks."""


class HandIn(ABC, Generic[J, R]):
    """One thing handed in, on its way. ``J`` is how it was judged, ``R`` what is answered.

    Everything that can refuse is asked by `judge`, before the commit. Nothing is asked after it.
    """

    @abstractmethod
    def judge(self, snapshot: Snapshot) -> J:
        """Everything that can refuse it, asked on the facts of ``snapshot``."""

    @abstractmethod
    def judge_again(self, snapshot: Snapshot, before: J) -> J:
        """What depends on the facts, asked again; what depends on the sender's words alone stays as it was."""

    @abstractmethod
    def is_good(self, judged: J) -> bool:
        """Whether it can be taken in."""

    @abstractmethod
    def refuse(self, judged: J) -> R:
        """The answer to one that cannot be taken in. Runs outside the transaction."""

    @abstractmethod
    def accept(self, ledger: Ledger, judged: J, sequence: int) -> R:
        """Store it, once, and answer. May run twice; ``sequence`` is what it was authorised at."""


@dataclass(frozen=True, slots=True)
class _Moved(Generic[J]):
    """The facts moved before the commit, and what was good is good no longer."""

    judged: J


def hand_in(store: Store, thing: HandIn[J, R]) -> R:
    """Take it in or refuse it; returns when it is durably stored.

    Raises Unavailable where the newest facts cannot be read or the commit fails; then nothing is stored.
    """
    snapshot = store.snapshot()
    judged = thing.judge(snapshot)
    if not thing.is_good(judged):
        return thing.refuse(judged)
    outcome = store.write(lambda ledger: _commit(ledger, thing, judged, snapshot.sequence))
    return thing.refuse(outcome.judged) if isinstance(outcome, _Moved) else outcome


def _commit(ledger: Ledger, thing: HandIn[J, R], judged: J, sequence: int) -> R | _Moved[J]:
    """The last word, inside the transaction: the facts as they are now."""
    if ledger.sequence() != sequence:
        snapshot = ledger.snapshot()
        judged, sequence = thing.judge_again(snapshot, judged), snapshot.sequence
        if not thing.is_good(judged):
            return _Moved(judged)
    return thing.accept(ledger, judged, sequence)


def authorise(snapshot: Snapshot, caller: Caller, party: str, service: ServiceId, at: datetime) -> SubmissionDecision:
    """Whether the caller may hand in for the party (a party id, empty for none that is known).

    For an enterprise system whichever world rules answers; any other caller is of one world only.
    """
    right = Right(service, SUBMIT)
    if caller.kind is CallerKind.ENTERPRISE_SYSTEM:
        return authorise_submission(snapshot, caller.subject(), party, right, at)
    decision = decide(snapshot, Question(caller.subject(), party, right, at))
    return SubmissionDecision(Authority.OLD, decision, decision, None, None)


def note_differences(store: Store, decisions: Iterable[SubmissionDecision | None]) -> None:
    """Record where the two worlds answered differently in shadow about something that was not taken in."""
    shadowed = [decision for decision in decisions if decision is not None and _differs(decision)]
    if shadowed:
        store.write(lambda ledger: note_differences_in(ledger, shadowed))


def note_differences_in(ledger: Ledger, decisions: Iterable[SubmissionDecision | None]) -> None:
    """The same, in the transaction that takes the thing in."""
    for decision in decisions:
        if decision is not None and _differs(decision):
            ledger.add_difference(_difference(decision))


def new_content() -> str:
    """The id of a content that is about to be stored."""
    return str(uuid.uuid4())


def _differs(decision: SubmissionDecision) -> bool:
    if decision.authority is not Authority.SHADOW or decision.new is None:
        return False
    return decision.old.permitted != decision.new.permitted


def _difference(decision: SubmissionDecision) -> dict[str, Any]:
    old, new = decision.old, decision.new or decision.old
    question = old.question
    return {
        "id": str(uuid.uuid4()),
        "at": question.at,
        "enterprise_system": int(question.subject.id),
        "party": question.party,
        "service": question.right.service,
        "action": question.right.action,
        "old_outcome": old.outcome,
        "old_reason": old.reasons[0],
        "new_outcome": new.outcome,
        "new_reason": new.reasons[0],
        "sequence": old.sequence,
    }
