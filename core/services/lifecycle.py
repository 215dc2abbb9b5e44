"""The one way in for batches and shipments: judged on the facts, judged again if they moved, stored once."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from core.domain.authority import ruling_for
from core.domain.caller import Caller
from core.domain.decision import Decision, Reason
from core.domain.identifiers import ServiceId
from core.domain.snapshot import Snapshot
from core.domain.submission import SubmissionDecision
from core.domain.vocabulary import Right
from core.services.differences import add_differences, count_compared, keep_difference, notice, refuse_failed
from core.store.ledger import Ledger
from core.store.store import Store

J = TypeVar("J")
R = TypeVar("R")

SUBMIT = "write"
"""The action that handing in a form is."""

SIGN = "sign"
"""The action that signing a form is."""


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


def authorise(
    store: Store, snapshot: Snapshot, caller: Caller, party: str, service: ServiceId, at: datetime
) -> SubmissionDecision:
    """Whether the caller may hand in for the party (a party id, empty for none that is known).

    For an enterprise system whichever world rules answers; any other caller is of one world only. Where the two
    differ, whoever takes it in or refuses it notes that. Raises Unavailable where the world that rules cannot answer.
    """
    answer = ruling_for(snapshot, caller.subject(), party, Right(service, SUBMIT), at)
    if answer.row is not None:
        if answer.ruling.reasons[0] is Reason.NEW_WORLD_FAILED:
            notice(store, answer)
        else:
            count_compared(store, answer)
        refuse_failed(answer)
    return answer


def ask_ruling(store: Store, snapshot: Snapshot, caller: Caller, party: str, right: Right, at: datetime) -> Decision:
    """Whether the caller may do ``right`` for the party, by the world that rules for it; differences are noted.

    Raises Unavailable where the world that rules cannot answer.
    """
    answer = ruling_for(snapshot, caller.subject(), party, right, at)
    if answer.row is not None:
        notice(store, answer)
        refuse_failed(answer)
    return answer.ruling


def note_differences(store: Store, answers: Iterable[SubmissionDecision | None]) -> None:
    """Note where the two worlds answered differently about something that was not taken in: off the answer's way."""
    for answer in answers:
        if answer is not None and answer.row is not None:
            keep_difference(store, answer)


def note_differences_in(ledger: Ledger, answers: Iterable[SubmissionDecision | None]) -> None:
    """The same about something that is taken in: in its transaction, so that none of them can be lost."""
    add_differences(ledger, answers)


def new_content() -> str:
    """The id of a content that is about to be stored."""
    return str(uuid.uuid4())
