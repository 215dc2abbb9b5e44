"""Where the two worlds differ: noticed beside the answer, written a moment later, or with what was taken in.

What was taken in carries its differences in its own transaction. Those of refusals and of reading wait in memory for
at most a second: a process that is killed loses that second's, of things that left nothing behind and that the client
asks again.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from core.domain.fall_back import Direction, direction_of
from core.domain.question import Reason
from core.domain.submission import SubmissionDecision
from core.domain.system import Authority, AuthorityRow
from core.errors import ErrorCode, Unavailable
from core.store.authority_ledger import Compared
from core.store.ledger import Ledger
from core.store.store import Store

MOST_WAITING = 10_000
"""How many differences wait in memory at the most: many times what the largest budget lets pass in a second."""

_Key = tuple[object, ...]
_Day = tuple[int, str, Authority, str]


class Waiting(NamedTuple):
    """What was noticed and is not written yet."""

    differences: tuple[SubmissionDecision, ...]
    compared: tuple[Compared, ...]


class Noticed:
    """What one process has noticed since it last wrote. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._differences: dict[_Key, SubmissionDecision] = {}
        self._compared: dict[_Day, int] = {}
        self._urgent = threading.Event()
        self.last_watch: datetime | None = None

    def count(self, answer: SubmissionDecision) -> None:
        """One more question was put to both worlds."""
        row = answer.row
        if row is None or answer.new is None:
            return
        at: datetime = answer.old.question.at
        day = (row.enterprise_system, row.reportee, row.authority, at.date().isoformat())
        with self._lock:
            self._compared[day] = self._compared.get(day, 0) + 1
        if direction_of(answer) is not None:
            self._urgent.set()

    def keep(self, answer: SubmissionDecision) -> None:
        """Let a difference wait to be written, once however often its call is run."""
        with self._lock:
            if len(self._differences) < MOST_WAITING:
                self._differences[_key(answer)] = answer

    def take(self) -> Waiting:
        """Everything that waits. The caller writes it, or gives it back."""
        with self._lock:
            self._urgent.clear()
            differences, self._differences = self._differences, {}
            compared, self._compared = self._compared, {}
        return Waiting(tuple(differences.values()), tuple(Compared(*day, count) for day, count in compared.items()))

    def give_back(self, waiting: Waiting) -> None:
        """Put back what could not be written."""
        with self._lock:
            self._differences = {_key(each): each for each in waiting.differences} | self._differences
            for row in waiting.compared:
                day = (row.enterprise_system, row.reportee, row.authority, row.day)
                self._compared[day] = self._compared.get(day, 0) + row.compared

    def wait(self, seconds: float) -> bool:
        """Until a difference is noticed, or the time is over; whether one was."""
        return self._urgent.wait(seconds)

    def wake(self) -> None:
        """Let whoever waits go on."""
        self._urgent.set()


def notice(store: Store, answer: SubmissionDecision) -> None:
    """Take note of an answer that both worlds were asked for, off its way: nothing is written here."""
    count_compared(store, answer)
    keep_difference(store, answer)


def count_compared(store: Store, answer: SubmissionDecision) -> None:
    """Take note that both worlds were asked; a difference is written by whoever takes in or refuses what was asked."""
    store.companion(Noticed).count(answer)


def keep_difference(store: Store, answer: SubmissionDecision) -> None:
    """Let the answer wait to be written, where the two worlds differ in it."""
    if direction_of(answer) is not None:
        store.companion(Noticed).keep(answer)


def write_noticed(store: Store) -> int:
    """Write what this process has noticed; returns how many differences. Raises Unavailable; then it waits on."""
    noticed = store.companion(Noticed)
    waiting = noticed.take()
    if not waiting.differences and not waiting.compared:
        return 0

    def write(ledger: Ledger) -> None:
        ledger.authority.add_compared(waiting.compared)
        add_differences(ledger, waiting.differences)

    try:
        store.write(write)
    except BaseException:
        noticed.give_back(waiting)
        raise
    return len(waiting.differences)


def add_differences(ledger: Ledger, answers: Iterable[SubmissionDecision | None]) -> None:
    """Record those of the answers in which the two worlds differ, in this transaction."""
    for answer in answers:
        direction = None if answer is None else direction_of(answer)
        if answer is not None and direction is not None and answer.row is not None:
            difference = _difference(answer)
            ledger.authority.add_difference(difference, _mark(answer, answer.row, direction, difference["id"]))


def refuse_failed(answer: SubmissionDecision) -> None:
    """Raises Unavailable where the world that rules gave no answer: a refusal would make the client give up."""
    if answer.ruling.reasons[0] is Reason.NEW_WORLD_FAILED:
        raise Unavailable(ErrorCode.STORE_UNAVAILABLE, "the new world could not answer; it has been noted")


def _key(answer: SubmissionDecision) -> _Key:
    question = answer.old.question
    new = answer.new or answer.old
    return *question, answer.authority, answer.old.outcome, new.outcome, new.reasons[0]


def _difference(answer: SubmissionDecision) -> dict[str, Any]:
    old, new = answer.old, answer.new or answer.old
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


def _mark(answer: SubmissionDecision, row: AuthorityRow, direction: Direction, difference: str) -> dict[str, Any]:
    return {
        "difference": difference,
        "at": answer.old.question.at,
        "enterprise_system": row.enterprise_system,
        "reportee": row.reportee,
        "authority": row.authority,
        "since": row.since,
        "direction": direction,
        "answered_by": answer.system_user,
    }
