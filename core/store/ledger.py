"""The ledger inside one transaction: submissions, contents, attempts, and what the stand-ins keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from core.domain.identifiers import ServiceId
from core.domain.snapshot import Snapshot
from core.store import tables
from core.store.prepared import Prepared

CHUNK = 256 * 1024
"""Bytes in one content row."""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A stored data unit."""

    position: int
    participant: str
    reference: str
    parent_reference: str | None
    form: ServiceId
    completed: bool
    locked: bool
    reason: str
    content: str
    workflow_reference: str | None = None
    archive_reference: str | None = None


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A stored attachment."""

    position: int
    reference: str
    parent_reference: str
    file_name: str
    content: str


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A stored batch with its units. ``authorised_at`` is the sequence the decision saw."""

    id: str
    enterprise_system: int
    batch_id: str
    received: datetime
    authorised_at: int
    schema_version: str
    receipt_type: str
    receipt_url: str | None
    signature: str | None
    units: tuple[UnitRow, ...] = ()
    attachments: tuple[AttachmentRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client registered with the stand-in issuer: its organisation, scopes and public keys (JWK set)."""

    client: str
    organisation: str
    scopes: tuple[str, ...]
    keys: tuple[dict[str, Any], ...]


def _insert_new(table: Table, dialect: str, keys: tuple[str, ...]) -> Insert:
    """An insert that does nothing where a row with ``keys`` is already there."""
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    insert = make(table).on_conflict_do_nothing(index_elements=list(keys))
    # Whether a row was added is the whole point; without the option only some drivers tell.
    return insert.execution_options(preserve_rowcount=True)


class Statements:
    """Statements built once for each store: building one for each call costs more than running it."""

    def __init__(self, dialect: str) -> None:
        self.add_submission = Prepared(
            _insert_new(tables.submission, dialect, ("enterprise_system", "batch_id")), dialect
        )
        self.add_unit = Prepared(tables.data_unit.insert(), dialect)
        self.add_attachment = Prepared(tables.attachment.insert(), dialect)
        self.add_chunk = Prepared(_insert_new(tables.content_chunk, dialect, ("content", "position")), dialect)
        self.add_difference = Prepared(tables.shadow_difference.insert(), dialect)
        self.add_assertion = _insert_new(tables.used_assertion, dialect, ("client", "jti"))
        self.add_secret = _insert_new(tables.secret, dialect, ("name",))
        self.add_attempt = _insert_new(tables.failed_attempt, dialect, ("subject",))
        known = tables.submission.c
        self.has_submission = select(known.id).where(
            known.enterprise_system == bindparam("enterprise_system"), known.batch_id == bindparam("batch_id")
        )
        self.sequence = select(tables.fact_sequence.c.value)


class Ledger:
    """What can be read and written in the current transaction. Made by the store, one per transaction.

    Rows given to the ``add_…`` methods of units, attachments and chunks are written together when the
    transaction ends.
    """

    def __init__(
        self, connection: Connection, statements: Statements, catch_up: Callable[[Connection], Snapshot]
    ) -> None:
        self._connection = connection
        self._statements = statements
        self._catch_up = catch_up
        self._later: dict[Prepared, list[dict[str, Any]]] = {}
        self._sequence: int | None = None

    def sequence(self) -> int:
        """The newest change when this transaction first asked, which is after all its work had arrived."""
        if self._sequence is None:
            # Straight to the driver, for it is asked in every group.
            driver: Any = self._connection.connection.driver_connection
            self._sequence = int(driver.execute(tables.NEWEST_CHANGE).fetchone()[0])
        return self._sequence

    def snapshot(self) -> Snapshot:
        """The facts as this transaction sees them."""
        return self._catch_up(self._connection)

    def flush(self) -> None:
        """Write the rows that wait. The store calls it before the commit."""
        for insert, rows in self._later.items():
            if rows:
                insert.run(self._connection, rows)
        self._later.clear()

    # -- submissions --------------------------------------------------------------------------

    def add_submission(self, row: SubmissionRow) -> bool:
        """Store the batch with its units; False, and nothing stored, where the batch is there already."""
        values = {name: getattr(row, name) for name in SubmissionRow.__slots__ if name not in {"units", "attachments"}}
        added = self._statements.add_submission.run(self._connection, [values]) == 1
        if added:
            self._defer(self._statements.add_unit, ({"submission": row.id, **_values(unit)} for unit in row.units))
            self._defer(
                self._statements.add_attachment, ({"submission": row.id, **_values(item)} for item in row.attachments)
            )
        return added

    def has_submission(self, enterprise_system: int, batch_id: str) -> bool:
        """Whether the batch is stored."""
        values = {"enterprise_system": enterprise_system, "batch_id": batch_id}
        return self._connection.execute(self._statements.has_submission, values).one_or_none() is not None

    def submission(self, enterprise_system: int, batch_id: str) -> SubmissionRow | None:
        """The batch with its units in document order, or None."""
        table = tables.submission
        wanted = select(table).where(table.c.enterprise_system == enterprise_system, table.c.batch_id == batch_id)
        found = self._connection.execute(wanted).mappings().one_or_none()
        if found is None:
            return None
        units = select(tables.data_unit).where(tables.data_unit.c.submission == found["id"])
        rows = self._connection.execute(units.order_by(tables.data_unit.c.position)).mappings()
        return SubmissionRow(**found, units=tuple(_unit(row) for row in rows))

    def waiting_units(self, limit: int) -> Sequence[tuple[str, int]]:
        """(submission, position) of units that have not been archived, in no promised order."""
        unit = tables.data_unit
        waiting = select(unit.c.submission, unit.c.position).where(unit.c.workflow_reference.is_(None))
        return [(row[0], row[1]) for row in self._connection.execute(waiting.limit(limit))]

    def archive_unit(self, submission: str, position: int, *, workflow: str, archive: str) -> None:
        """Give a unit its references. A unit that has them keeps them."""
        unit = tables.data_unit
        self._connection.execute(
            update(unit)
            .where(unit.c.submission == submission, unit.c.position == position)
            .where(unit.c.workflow_reference.is_(None))
            .values(workflow_reference=workflow, archive_reference=archive)
        )

    def count_submissions(self) -> int:
        """How many batches are stored."""
        return int(self._connection.execute(select(func.count()).select_from(tables.submission)).scalar_one())

    def add_difference(self, values: dict[str, Any]) -> None:
        """Record that the two worlds answered differently in shadow."""
        self._defer(self._statements.add_difference, [values])

    def differences(self) -> list[dict[str, Any]]:
        """Every recorded difference, oldest first."""
        table = tables.shadow_difference
        return [dict(row) for row in self._connection.execute(select(table).order_by(table.c.at)).mappings()]

    # -- contents -----------------------------------------------------------------------------

    def add_content(self, content: str, data: bytes) -> None:
        """Store ``data`` under the id ``content``, in chunks."""
        rows = [
            {"content": content, "position": position, "data": data[start : start + CHUNK]}
            for position, start in enumerate(range(0, max(len(data), 1), CHUNK))
        ]
        self._later.setdefault(self._statements.add_chunk, []).extend(rows)

    def content(self, content: str) -> Iterator[bytes]:
        """The chunks of a content, in order."""
        chunk = tables.content_chunk
        wanted = select(chunk.c.data).where(chunk.c.content == content).order_by(chunk.c.position)
        for row in self._connection.execute(wanted):
            yield row[0]

    # -- attempts -----------------------------------------------------------------------------

    def failures(self, subject: str, since: datetime) -> int:
        """Wrong attempts in a row, the latest of them at or after ``since``."""
        table = tables.failed_attempt
        wanted = select(table.c.failures).where(table.c.subject == subject, table.c.latest >= since)
        return int(self._connection.execute(wanted).scalar_one_or_none() or 0)

    def count_failure(self, subject: str, at: datetime, since: datetime) -> int:
        """One more wrong attempt; returns how many in a row. Concurrent attempts are all counted."""
        table = tables.failed_attempt
        self._connection.execute(self._statements.add_attempt, {"subject": subject, "failures": 0, "latest": at})
        in_a_row = case((table.c.latest >= since, table.c.failures), else_=0) + 1
        more = update(table).where(table.c.subject == subject).values(failures=in_a_row, latest=at)
        return int(self._connection.execute(more.returning(table.c.failures)).scalar_one())

    def clear_failures(self, subject: str) -> None:
        """Forget wrong attempts after a right one."""
        self._connection.execute(delete(tables.failed_attempt).where(tables.failed_attempt.c.subject == subject))

    # -- forms --------------------------------------------------------------------------------

    def form_schema(self, form: str) -> str | None:
        """The XSD text of a form, or None."""
        table = tables.form_schema
        found: str | None = self._connection.execute(
            select(table.c.text).where(table.c.form == form)
        ).scalar_one_or_none()
        return found

    def forms_with_schema(self) -> list[str]:
        """The forms that have an XSD, in order."""
        table = tables.form_schema
        return list(self._connection.execute(select(table.c.form).order_by(table.c.form)).scalars())

    def set_form_schema(self, form: str, text: str) -> None:
        """Keep the XSD text of a form, in place of an earlier one."""
        table = tables.form_schema
        self._connection.execute(delete(table).where(table.c.form == form))
        self._connection.execute(table.insert(), {"form": form, "text": text})

    # -- what the stand-ins keep --------------------------------------------------------------

    def use_assertion(self, client: str, jti: str, expires: datetime) -> bool:
        """Mark an assertion as used; False where it was used before."""
        values = {"client": client, "jti": jti, "expires": expires}
        return self._connection.execute(self._statements.add_assertion, values).rowcount == 1

    def forget_assertions(self, before: datetime) -> None:
        """Drop assertions that have expired and so cannot be replayed anyway."""
        self._connection.execute(delete(tables.used_assertion).where(tables.used_assertion.c.expires < before))

    def issuer_client(self, client: str) -> ClientRow | None:
        """The client registered with the stand-in issuer, or None."""
        table = tables.issuer_client
        found = self._connection.execute(select(table).where(table.c.client == client)).one_or_none()
        if found is None:
            return None
        return ClientRow(
            found.client, found.organisation, tuple(json.loads(found.scopes)), tuple(json.loads(found.keys))
        )

    def set_issuer_client(self, row: ClientRow) -> None:
        """Register a client with the stand-in issuer, in place of an earlier one."""
        table = tables.issuer_client
        self._connection.execute(delete(table).where(table.c.client == row.client))
        self._connection.execute(
            table.insert(),
            {
                "client": row.client,
                "organisation": row.organisation,
                "scopes": json.dumps(row.scopes),
                "keys": json.dumps(row.keys),
            },
        )

    def secret(self, name: str) -> str | None:
        """The secret kept under ``name``."""
        wanted = select(tables.secret.c.value).where(tables.secret.c.name == name)
        return self._connection.execute(wanted).scalar_one_or_none()

    def add_secret(self, name: str, new: str) -> str:
        """Keep ``new`` under ``name`` where nothing is kept; returns what is kept then."""
        self._connection.execute(self._statements.add_secret, {"name": name, "value": new})
        return self.secret(name) or new

    def _defer(self, insert: Prepared, rows: Iterable[dict[str, Any]]) -> None:
        self._later.setdefault(insert, []).extend(rows)


def _values(row: UnitRow | AttachmentRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in type(row).__slots__}


def _unit(row: Any) -> UnitRow:
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
