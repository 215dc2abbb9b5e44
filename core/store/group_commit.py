"""Many writers, few commits: whoever comes first commits for all who wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

T = TypeVar("T")
L = TypeVar("L")

Work = Callable[[L], Any]


class _Ticket(Generic[L]):
    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Work[L]) -> None:
        self.work = work
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None


class GroupCommit(Generic[L]):
    """Runs pieces of work in shared transactions.

    A lone caller runs and commits its own work at once, in its own thread. Those that arrive while a
    commit is under way are run together by the next of them. If any piece fails, the transaction is
    rolled back and each piece is run in a transaction of its own, so that only the faulty one fails:
    a piece of work may therefore be run twice, and must have no effect outside the transaction.
    """

    def __init__(self, transaction: Callable[[], Any], *, most: int = 256) -> None:
        self._transaction = transaction
        self._most = most
        self._waiting: list[_Ticket[L]] = []
        self._queue_lock = threading.Lock()
        self._leader_lock = threading.Lock()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep group commits out while a transaction of another kind runs."""
        with self._leader_lock:
            yield

    def run(self, work: Callable[[L], T]) -> T:
        """Run ``work`` in a transaction; returns when it is durably committed.

        Raises what ``work`` raised, or what the commit raised; then nothing of it is stored.
        """
        ticket = _Ticket[L](work)
        with self._queue_lock:
            self._waiting.append(ticket)
        with self._leader_lock:
            while not ticket.done:
                self._lead()
        if ticket.error is not None:
            raise ticket.error
        result: T = ticket.result
        return result

    def _lead(self) -> None:
        with self._queue_lock:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            self._commit(group)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the caller who waits
            if len(group) == 1:
                group[0].error = error
            else:
                self._commit_singly(group)
        except BaseException as interruption:
            for ticket in group:
                ticket.error = interruption
            raise
        finally:
            for ticket in group:
                ticket.done = True

    def _commit(self, group: list[_Ticket[L]]) -> None:
        with self._transaction() as ledger:
            for ticket in group:
                ticket.result = ticket.work(ledger)

    def _commit_singly(self, group: list[_Ticket[L]]) -> None:
        for ticket in group:
            try:
                self._commit([ticket])
            except Exception as error:  # noqa: BLE001 - as above
                ticket.error = error
