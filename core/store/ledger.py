"""The ledger inside one transaction: submissions, contents, attempts, and what the stand-ins keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

from core.domain.snapshot import Snapshot
from core.store import tables
from core.store.authority_ledger import AuthorityLedger
from core.store.batches_ledger import BatchesLedger, unit_row
from core.store.broker_ledger import BrokerLedger
from core.store.census_ledger import CensusLedger
from core.store.code_lists_ledger import CodeListsLedger
from core.store.contents_ledger import ContentsLedger
from core.store.delivery_ledger import DeliveryLedger
from core.store.dialogs_ledger import DialogsLedger
from core.store.feed_ledger import FeedLedger
from core.store.forms_ledger import FormsLedger, FormStatements
from core.store.logons_ledger import LogonsLedger
from core.store.messages_ledger import MessagesLedger
from core.store.moves_ledger import MovesLedger
from core.store.numbers import Numbers
from core.store.prefill_ledger import PrefillLedger
from core.store.prepared import Prepared, PreparedQuery
from core.store.register_ledger import RegisterLedger
from core.store.rows import AttachmentRow, SubmissionRow, UnitRow, batch_sender
from core.store.tables_authority import difference_mark
from core.store.tokens_ledger import TokensLedger
from core.store.transfers_ledger import TransfersLedger
from core.store.use_ledger import UseLedger

CHUNK = 256 * 1024
"""Bytes in one content row."""


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
        self.add_submission = Prepared(_insert_new(tables.submission, dialect, ("sender", "batch_id")), dialect)
        self.add_unit = Prepared(tables.data_unit.insert(), dialect)
        self.add_attachment = Prepared(tables.attachment.insert(), dialect)
        self.add_chunk = Prepared(_insert_new(tables.content_chunk, dialect, ("content", "position")), dialect)
        self.add_difference = Prepared(tables.shadow_difference.insert(), dialect)
        self.add_mark = Prepared(difference_mark.insert(), dialect)
        self.add_assertion = _insert_new(tables.used_assertion, dialect, ("client", "jti"))
        self.add_secret = _insert_new(tables.secret, dialect, ("name",))
        self.add_attempt = _insert_new(tables.failed_attempt, dialect, ("subject",))
        known = tables.submission.c
        named = (known.sender == bindparam("sender"), known.batch_id == bindparam("batch_id"))
        self.has_submission = PreparedQuery(select(known.id).where(*named), dialect)
        self.submission = PreparedQuery(select(tables.submission).where(*named), dialect)
        units = select(tables.data_unit).where(tables.data_unit.c.submission == bindparam("of_submission"))
        self.units = PreparedQuery(units.order_by(tables.data_unit.c.position), dialect)
        schema = tables.form_schema.c
        self.form_schema = PreparedQuery(select(schema.text).where(schema.form == bindparam("of_form")), dialect)
        self.sequence = select(tables.fact_sequence.c.value)
        self.forms = FormStatements(dialect)


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
        self._numbers = Numbers(connection)

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

    @property
    def contents(self) -> ContentsLedger:
        """Contents that are stored in pieces, ahead of what refers to them."""
        return ContentsLedger(self._connection, self._keep_chunk)

    @property
    def register(self) -> RegisterLedger:
        """The system register's change log, and the order of system users."""
        return RegisterLedger(self._connection)

    @property
    def use(self) -> UseLedger:
        """How often each enterprise system handed something in."""
        return UseLedger(self._connection)

    @property
    def moves(self) -> MovesLedger:
        """The journal of plans that were carried out."""
        return MovesLedger(self._connection)

    @property
    def authority(self) -> AuthorityLedger:
        """Differences of the two worlds, cohorts, and the fall-back log."""
        return AuthorityLedger(self._connection, self._keep_difference)

    @property
    def feed(self) -> FeedLedger:
        """Changes in order, for those they concern."""
        return FeedLedger(self._connection)

    @property
    def logons(self) -> LogonsLedger:
        """Wrong tries and locks, one-time codes, nonces."""
        return LogonsLedger(self._connection)

    @property
    def batches(self) -> BatchesLedger:
        """Batches that wait for the worker."""
        return BatchesLedger(self._connection)

    @property
    def forms(self) -> FormsLedger:
        """Receipts, and the elements of reportees."""
        return FormsLedger(self._connection, self._statements.forms)

    def next_number(self, name: str, count: int = 1) -> int:
        """The first of ``count`` new numbers of a series: archive, attachment, element, form or receipt.

        Ask before writing any row that another transaction may be writing too.
        """
        return self._numbers.take(name, count)

    @property
    def messages(self) -> MessagesLedger:
        """Messages and service owners."""
        return MessagesLedger(self._connection)

    @property
    def prefill(self) -> PrefillLedger:
        """What service owners have filled in beforehand."""
        return PrefillLedger(self._connection, self.add_content)

    @property
    def transfers(self) -> TransfersLedger:
        """Brokered files."""
        return TransfersLedger(self._connection)

    @property
    def tokens(self) -> TokensLedger:
        """Tokens taken back, keys that sign, and the stand-in's clients and scopes."""
        return TokensLedger(self._connection)

    @property
    def broker(self) -> BrokerLedger:
        """How far brokered files of the new world have come."""
        return BrokerLedger(self._connection)

    @property
    def deliveries(self) -> DeliveryLedger:
        """What is on its way to service owners."""
        return DeliveryLedger(self._connection)

    @property
    def dialogs(self) -> DialogsLedger:
        """Dialogs."""
        return DialogsLedger(self._connection)

    @property
    def census(self) -> CensusLedger:
        """How often the old operations are called, by whom."""
        return CensusLedger(self._connection)

    @property
    def code_lists(self) -> CodeListsLedger:
        """Code lists."""
        return CodeListsLedger(self._connection)

    def flush(self) -> None:
        """Write the rows that wait. The store calls it before the commit."""
        for insert, rows in self._later.items():
            if rows:
                insert.run(self._connection, rows)
        self._later.clear()
        self._numbers.keep()

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

    def has_submission(self, sender: str, batch_id: str) -> bool:
        """Whether the sender has handed this in before."""
        return bool(self._statements.has_submission.rows(self._connection.connection, sender=sender, batch_id=batch_id))

    def submission(self, enterprise_system: int, batch_id: str) -> SubmissionRow | None:
        """The batch with its units in document order, or None."""
        sender = batch_sender(enterprise_system)
        found = self._statements.submission.rows(self._connection.connection, sender=sender, batch_id=batch_id)
        if not found:
            return None
        units = self._statements.units.rows(self._connection.connection, of_submission=found[0]["id"])
        return SubmissionRow(**found[0], units=tuple(unit_row(row) for row in units))

    def count_submissions(self) -> int:
        """How many batches are stored."""
        return int(self._connection.execute(select(func.count()).select_from(tables.submission)).scalar_one())

    def differences(self) -> list[dict[str, Any]]:
        """Every recorded difference of the two worlds, oldest first."""
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

    def forget_content(self, content: str) -> None:
        """Delete a content that nothing refers to any more."""
        self._connection.execute(delete(tables.content_chunk).where(tables.content_chunk.c.content == content))

    def claim_content(self, content: str) -> None:
        """Make a content that was stored in pieces part of what this transaction stores. Raises NotFound."""
        self.contents.claim(content)

    def content(self, content: str) -> Iterator[bytes]:
        """The chunks of a content, in order. One that may be large is read with `core.read_content`."""
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

    def forget_failures(self, before: datetime) -> None:
        """Drop wrong attempts whose latest was before then."""
        self._connection.execute(delete(tables.failed_attempt).where(tables.failed_attempt.c.latest < before))

    # -- forms --------------------------------------------------------------------------------

    def form_schema(self, form: str) -> str | None:
        """The XSD text of a form, or None."""
        found = self._statements.form_schema.rows(self._connection.connection, of_form=form)
        return str(found[0]["text"]) if found else None

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

    def _keep_chunk(self, content: str, position: int, data: bytes) -> None:
        self._defer(self._statements.add_chunk, [{"content": content, "position": position, "data": data}])

    def _keep_difference(self, difference: dict[str, Any], mark: dict[str, Any]) -> None:
        self._defer(self._statements.add_difference, [difference])
        self._defer(self._statements.add_mark, [mark])

    def _defer(self, insert: Prepared, rows: Iterable[dict[str, Any]]) -> None:
        self._later.setdefault(insert, []).extend(rows)


def _values(row: UnitRow | AttachmentRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in type(row).__slots__}
