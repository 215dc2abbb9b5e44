"""The ledger's part for deliveries: taken from the outbox, leased to workers, answered by service owners."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from core.domain.delivering import Delivery, DeliveryCause, DeliveryState
from core.domain.receipt_tree import ReceiptReference
from core.store.forms_ledger import WAITING
from core.store.tables_delivery import delivery
from core.store.tables_forms import outbox, receipt, receipt_reference

TAKEN = "taken"
"""The state in the outbox of what has a delivery of its own."""

_MOST_NAMED = 10_000
# How many elements one question names: PostgreSQL takes 65,535 values, and a batch may have more units.

_KEYS = uuid.UUID("6f0d7f5e-9c1b-5d0e-8a55-2b8f3c1d7e94")
# The name space of idempotency keys: made from the submission and the element, so that one element has one key.


class DeliveryLedger:
    """Deliveries in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_new(self, at: datetime, limit: int) -> int:
        """Give elements of the outbox their deliveries, with the keys they keep; returns how many."""
        wanted = select(outbox.c.element, outbox.c.submission).where(outbox.c.state == WAITING)
        found = self._connection.execute(
            wanted.order_by(outbox.c.at).limit(limit).with_for_update(skip_locked=True)
        ).all()
        rows = [
            _values(Delivery(element, _key(submission, element), DeliveryState.READY, at, at))
            for element, submission in found
        ]
        if rows:
            self._connection.execute(delivery.insert(), rows)
            taken = update(outbox).where(outbox.c.element.in_([row["element"] for row in rows]))
            self._connection.execute(taken.values(state=TAKEN))
        return len(rows)

    def any_to_do(self, now: datetime) -> bool:
        """Whether anything is new in the outbox, or due."""
        new = select(outbox.c.element).where(outbox.c.state == WAITING).limit(1)
        due = select(delivery.c.element).where(delivery.c.due <= now).limit(1)
        return any(self._connection.execute(wanted).first() is not None for wanted in (new, due))

    def lease(self, lease: str, now: datetime, until: datetime, limit: int) -> tuple[Delivery, ...]:
        """Take what is due, the longest first: what waits, and what a worker took whose lease has run out.

        No two workers get the same, and none waits for another.
        """
        wanted = select(delivery).where(delivery.c.due <= now).order_by(delivery.c.due, delivery.c.element)
        found = [_delivery(row) for row in self._rows(wanted.limit(limit).with_for_update(skip_locked=True))]
        if found:
            mine = update(delivery).where(delivery.c.element.in_([each.element for each in found]))
            self._connection.execute(mine.values(state=DeliveryState.SENDING, lease=lease, due=until))
        return tuple(replace(each, state=DeliveryState.SENDING, lease=lease, due=until) for each in found)

    def delivery(self, element: int, *, lock: bool = False) -> Delivery | None:
        """The delivery of an element, or None. ``lock`` keeps others from changing it before this commit."""
        wanted = select(delivery).where(delivery.c.element == element)
        row = self._rows(wanted.with_for_update() if lock else wanted).one_or_none()
        return None if row is None else _delivery(row)

    def change(self, element: int, **values: Any) -> None:
        """Give columns of a delivery new values."""
        self._connection.execute(update(delivery).where(delivery.c.element == element).values(**values))

    def again(self, states: Collection[DeliveryState], now: datetime) -> int:
        """Make everything in these states due now, as if it had not been tried; returns how many."""
        mine = update(delivery).where(delivery.c.state.in_(states))
        fresh = mine.values(state=DeliveryState.READY, due=now, failures=0, since=None, cause=None)
        return self._connection.execute(fresh).rowcount

    def counts(self) -> dict[DeliveryState, int]:
        """How many deliveries stand in each state; what lies in the outbox without a delivery counts as ready."""
        by_state = select(delivery.c.state, func.count()).group_by(delivery.c.state)
        found = {DeliveryState(state): int(count) for state, count in self._connection.execute(by_state)}
        new = select(func.count()).select_from(outbox).where(outbox.c.state == WAITING)
        waiting = int(self._connection.execute(new).scalar_one())
        found[DeliveryState.READY] = found.get(DeliveryState.READY, 0) + waiting
        return {state: found.get(state, 0) for state in DeliveryState}

    def in_states(self, states: Collection[DeliveryState], after: int, limit: int) -> tuple[Delivery, ...]:
        """Deliveries in these states with elements after ``after``, in order of element, at most ``limit``."""
        wanted = select(delivery).where(delivery.c.state.in_(states), delivery.c.element > after)
        return tuple(_delivery(row) for row in self._rows(wanted.order_by(delivery.c.element).limit(limit)))

    def references(self, elements: Collection[int]) -> dict[int, str]:
        """The service owners' references for those of the elements that were delivered, empty where it gave none."""
        done, wanted = delivery.c.state == DeliveryState.DELIVERED, sorted(elements)
        found: dict[int, str] = {}
        for start in range(0, len(wanted), _MOST_NAMED):
            mine = delivery.c.element.in_(wanted[start : start + _MOST_NAMED])
            rows = self._connection.execute(select(delivery.c.element, delivery.c.reference).where(mine, done))
            found.update((row[0], row[1] or "") for row in rows)
        return found

    def receipts(self, element: int) -> list[tuple[int, int, str, str]]:
        """(number, parent, text, history) of the receipts that tell of an element, in order, kept from others."""
        wanted = select(receipt.c.id, receipt.c.parent, receipt.c.text, receipt.c.history)
        mine = wanted.where(receipt.c.element == element).order_by(receipt.c.id)
        return [(row[0], row[1], row[2], row[3]) for row in self._connection.execute(mine.with_for_update())]

    def has_reference(self, number: int, given: ReceiptReference) -> bool:
        """Whether a receipt has a reference already, as when its recipient wrote it there."""
        table = receipt_reference.c
        mine = (table.receipt == number) & (table.type == given.type) & (table.value == given.value)
        return self._connection.execute(select(table.receipt).where(mine)).first() is not None

    def _rows(self, wanted: Any) -> Any:
        return self._connection.execute(wanted).mappings()


def _key(submission: str, element: int) -> str:
    return str(uuid.uuid5(_KEYS, f"{submission}/{element}"))


def _values(row: Delivery) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Delivery.__slots__}


def _delivery(row: Any) -> Delivery:
    cause = row["cause"]
    words = {"state": DeliveryState(row["state"]), "cause": None if cause is None else DeliveryCause(cause)}
    return Delivery(**{**row, **words})
