"""The ledger's part for batches that wait for the worker: which they are, all that is in them, and settling them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update

from core.domain.identifiers import ServiceId
from core.store.rows import AttachmentRow, SubmissionRow, UnitRow
from core.store.tables import attachment, content_chunk, data_unit, submission

_WAITS = data_unit.c.workflow_reference.is_(None)
_SETTLE = (
    update(data_unit)
    .where(
        data_unit.c.submission == bindparam("of_submission"), data_unit.c.position == bindparam("at_position"), _WAITS
    )
    .values(workflow_reference=bindparam("workflow"), archive_reference=bindparam("archive"))
)


class Settled(NamedTuple):
    """What becomes of one unit: its references."""

    of_submission: str
    at_position: int
    workflow: str
    archive: str


class BatchesLedger:
    """Batches in the current transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def any_waiting(self) -> bool:
        """Whether any unit waits."""
        return self._connection.execute(select(data_unit.c.submission).where(_WAITS).limit(1)).first() is not None

    def waiting(self, limit: int) -> tuple[SubmissionRow, ...]:
        """Batches with waiting units, at most ``limit``, with all their units and attachments in document order."""
        chosen = select(data_unit.c.submission).where(_WAITS).distinct().limit(limit)
        ids = list(self._connection.execute(chosen).scalars())
        found = self._connection.execute(
            select(submission).where(submission.c.id.in_(ids)).order_by(submission.c.received)
        )
        units = self._by_submission(data_unit, ids, unit_row)
        files = self._by_submission(attachment, ids, _attachment_row)
        return tuple(
            SubmissionRow(**row, units=tuple(units.get(row["id"], ())), attachments=tuple(files.get(row["id"], ())))
            for row in found.mappings()
        )

    def sizes(self, contents: Sequence[str]) -> dict[str, int]:
        """Bytes in each of these contents."""
        if not contents:
            return {}
        table = content_chunk
        sums = select(table.c.content, func.sum(func.length(table.c.data))).where(table.c.content.in_(contents))
        return {row[0]: int(row[1]) for row in self._connection.execute(sums.group_by(table.c.content))}

    def settle(self, units: Iterable[Settled]) -> None:
        """Give units their references. A unit that has them keeps them."""
        rows = [each._asdict() for each in units]
        if rows:
            self._connection.execute(_SETTLE, rows)

    def _by_submission(self, table: Any, ids: Sequence[str], made: Any) -> dict[str, list[Any]]:
        wanted = select(table).where(table.c.submission.in_(ids)).order_by(table.c.submission, table.c.position)
        found: dict[str, list[Any]] = {}
        for row in self._connection.execute(wanted).mappings():
            found.setdefault(row["submission"], []).append(made(row))
        return found


def unit_row(row: Any) -> UnitRow:
    """A data unit from its row."""
    return UnitRow(
        position=row["position"],
        participant=row["participant"],
        reference=row["reference"],
        parent_reference=row["parent_reference"],
        form=ServiceId(row["form"]),
        completed=bool(row["completed"]),
        locked=bool(row["locked"]),
        reason=row["reason"],
        content=row["content"],
        workflow_reference=row["workflow_reference"],
        archive_reference=row["archive_reference"],
    )


def _attachment_row(row: Any) -> AttachmentRow:
    return AttachmentRow(row["position"], row["reference"], row["parent_reference"], row["file_name"], row["content"])
