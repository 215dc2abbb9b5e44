"""The ledger's part for the journal of moves: lines added with the facts they speak of, and read again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from core.domain.change import KIND_NAMED, KIND_OF, Fact
from core.domain.move import Move, Touched
from core.domain.plain import from_plain, to_plain
from core.errors import Conflict, ErrorCode
from core.store.tables_moves import move


class MovesLedger:
    """The journal in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def newest(self, plan: str) -> int:
        """The number of the plan's newest line; 0 before the first."""
        found = self._connection.execute(select(func.max(move.c.number)).where(move.c.plan == plan))
        return found.scalar_one() or 0

    def add(self, moves: Iterable[Move], *, seen: int, sequence: int, at: datetime) -> int:
        """Add lines of one plan, inside the transaction of the facts they speak of; returns its newest line's number.

        ``seen`` is the newest line of the plan that the work was decided on. Raises Conflict where there is a newer
        one by now: somebody else carries the plan out too, and nothing of this transaction may stand.
        """
        lines = list(moves)
        if not lines:
            return seen
        if self.newest(lines[0].plan) != seen:
            raise Conflict(ErrorCode.PLAN_IN_PROGRESS, "somebody else is carrying out the same plan at this moment")
        number = self._connection.execute(select(func.max(move.c.number))).scalar_one() or 0
        rows = [_row(line, number + place, sequence, at) for place, line in enumerate(lines, start=1)]
        self._connection.execute(insert(move), rows)
        return number + len(rows)

    def of_plan(self, plan: str) -> Iterator[Move]:
        """Every line of a plan, oldest first."""
        for row in self._connection.execute(select(move).where(move.c.plan == plan).order_by(move.c.number)):
            yield Move(
                row.plan, row.wave, row.stage, row.step, row.state, row.code, row.detail, _touched(row.touched),
                row.number, row.sequence, row.at,
            )  # fmt: skip

    def plans(self) -> list[str]:
        """The plans that have a line, the one that was begun first at the front."""
        wanted = select(move.c.plan).group_by(move.c.plan).order_by(func.min(move.c.number))
        return list(self._connection.execute(wanted).scalars())


def _row(line: Move, number: int, sequence: int, at: datetime) -> dict[str, Any]:
    return {
        "number": number,
        "plan": line.plan,
        "wave": line.wave,
        "stage": line.stage,
        "step": line.step,
        "state": line.state,
        "code": line.code,
        "detail": line.detail,
        "touched": json.dumps([_plain(each) for each in line.touched], ensure_ascii=False, sort_keys=True),
        "sequence": sequence,
        "at": at,
    }


def _plain(touched: Touched) -> dict[str, Any]:
    kind = KIND_OF[type(touched.fact)].name
    found = {"before": touched.before, "after": touched.after}
    return {"kind": kind, **{name: to_plain(fact) for name, fact in found.items() if fact is not None}}


def _touched(text: str) -> tuple[Touched, ...]:
    return tuple(Touched(_fact(each, "before"), _fact(each, "after")) for each in json.loads(text))


def _fact(plain: dict[str, Any], name: str) -> Fact | None:
    return from_plain(KIND_NAMED[plain["kind"]].record, plain[name]) if name in plain else None
