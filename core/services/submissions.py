"""Batches of the first platform: handing one in, whole or not at all, and its receipt."""

from __future__ import annotations

import uuid
from datetime import datetime

from core.domain.authority import ABOUT_THE_SERVICE
from core.domain.caller import Caller
from core.domain.explain import explain
from core.domain.snapshot import Snapshot
from core.domain.submission import (
    Batch,
    BatchStatus,
    DataUnit,
    Receipt,
    SubmissionDecision,
    UnitReceipt,
    UnitStatus,
)
from core.domain.vocabulary import ServiceKind
from core.errors import ErrorCode, InvalidInput
from core.services.forms import is_open, problem_with_body
from core.services.lifecycle import (
    HandIn,
    authorise,
    hand_in,
    new_content,
    note_differences,
    note_differences_in,
)
from core.store.ledger import Ledger
from core.store.rows import AttachmentRow, SubmissionRow, UnitRow, batch_sender
from core.store.store import Store

LONGEST_REFERENCE = 255
"""Longest id, reference or file name that is kept, in characters."""

_WORKFLOW = "WF-"  # as `workflow_reference` of the worker writes them: soap-asmx §4.5
_Judged = tuple[UnitReceipt, SubmissionDecision | None]


def submit_batch(store: Store, caller: Caller, batch: Batch) -> Receipt:
    """Take in a batch whole, or refuse it whole; returns when it is durably stored.

    ``caller`` is the enterprise system that sent it. A batch with this id that was accepted before is
    ``AllreadyExists``; a batch with a unit that cannot be taken is ``Failed``, nothing is stored and its
    id stays free. What a batch was authorised on is asked again if any fact has moved before the commit.
    Raises InvalidInput for a batch without units or of another system, with a stray attachment or an id too
    long, Unavailable where the newest facts cannot be read or the commit fails. Source of the order of
    checks: soap-asmx §5.1.
    """
    _check_shape(caller, batch)
    return hand_in(store, _BatchHandIn(store, caller, batch))


def batch_receipt(store: Store, caller: Caller, batch_id: str) -> Receipt:
    """The receipt of a batch as it stands now; ``NotFound`` where this system has not sent it."""
    number = caller.enterprise_system or 0
    row, received = store.read(lambda ledger: _stored_batch(ledger, number, batch_id))
    if row is None:
        return Receipt(batch_id, number, BatchStatus.NOT_FOUND, store.clock())
    units = tuple(_stored_unit(unit, received.get(unit.workflow_reference or "")) for unit in row.units)
    return Receipt(row.batch_id, number, BatchStatus.OK, row.received, units)


def _check_shape(caller: Caller, batch: Batch) -> None:
    if caller.enterprise_system != batch.enterprise_system:
        raise InvalidInput(ErrorCode.INVALID_BATCH, "the batch names another enterprise system than the caller")
    if not batch.units:
        raise InvalidInput(ErrorCode.INVALID_BATCH, "a batch has at least one data unit")
    references = {unit.reference for unit in batch.units}
    if any(item.parent_reference not in references for item in batch.attachments):
        raise InvalidInput(ErrorCode.INVALID_BATCH, "an attachment belongs to no unit of the batch")
    kept = (batch.batch_id, *references, *(item.file_name for item in batch.attachments))
    if max(map(len, kept)) > LONGEST_REFERENCE:
        raise InvalidInput(
            ErrorCode.INVALID_BATCH, f"a batch id, reference or file name has at most {LONGEST_REFERENCE} characters"
        )


class _BatchHandIn(HandIn[list[_Judged], Receipt]):
    """A batch on its way in. A repeat is one whatever has been withdrawn since; any other bad one is refused."""

    def __init__(self, store: Store, caller: Caller, batch: Batch) -> None:
        self._store = store
        self._caller = caller
        self._batch = batch
        self._now = store.clock()

    def judge(self, snapshot: Snapshot) -> list[_Judged]:
        references = {unit.reference for unit in self._batch.units}
        return [self._judge_unit(snapshot, unit, references) for unit in self._batch.units]

    def judge_again(self, snapshot: Snapshot, before: list[_Judged]) -> list[_Judged]:
        return [self._authorise_again(snapshot, unit) for unit in self._batch.units]

    def is_good(self, judged: list[_Judged]) -> bool:
        return all(unit.status is UnitStatus.OK for unit, _ in judged)

    def refuse(self, judged: list[_Judged]) -> Receipt:
        note_differences(self._store, (decision for _, decision in judged))
        batch = self._batch
        sender = batch_sender(batch.enterprise_system)
        if self._store.read(lambda ledger: ledger.has_submission(sender, batch.batch_id)):
            return self._whole(BatchStatus.ALREADY_EXISTS)
        return self._answer(BatchStatus.FAILED, tuple(_held_back(unit) for unit, _ in judged))

    def accept(self, ledger: Ledger, judged: list[_Judged], sequence: int) -> Receipt:
        batch = self._batch
        row = _submission_row(self._caller, batch, judged, self._now, sequence)
        if not ledger.add_submission(row):
            return self._whole(BatchStatus.ALREADY_EXISTS)
        for unit, unit_row in zip(batch.units, row.units, strict=True):
            ledger.add_content(unit_row.content, unit.body.encode())
        for item, item_row in zip(batch.attachments, row.attachments, strict=True):
            ledger.add_content(item_row.content, item.content)
        note_differences_in(ledger, (decision for _, decision in judged))
        return self._answer(BatchStatus.OK, tuple(unit for unit, _ in judged))

    def _judge_unit(self, snapshot: Snapshot, unit: DataUnit, references: set[str]) -> _Judged:
        decision = self._authorise(snapshot, unit)
        if not decision.ruling.permitted and decision.ruling.reasons[0] not in ABOUT_THE_SERVICE:
            return _refused_unit(snapshot, unit, decision), decision
        service = snapshot.catalogue.services.get(unit.form)
        if service is None or service.kind is not ServiceKind.FORM or not is_open(service, self._now):
            return _bad_unit(unit, UnitStatus.UNKNOWN_FORM, "there is no such form, or it is not open now"), decision
        if unit.parent_reference is not None and unit.parent_reference not in references:
            return _bad_unit(unit, UnitStatus.INVALID_REFERENCE, "no unit has the parent reference"), decision
        if not decision.ruling.permitted:
            return _refused_unit(snapshot, unit, decision), decision
        problem = problem_with_body(self._store, unit.form, unit.body) if unit.completed else None
        if problem is not None:
            return _bad_unit(unit, UnitStatus.VALIDATION_FAILED, problem), decision
        return _good_unit(unit, decision), decision

    def _authorise(self, snapshot: Snapshot, unit: DataUnit) -> SubmissionDecision:
        party = snapshot.party_numbered(unit.participant)
        return authorise(self._store, snapshot, self._caller, party.id if party else "", unit.form, self._now)

    def _authorise_again(self, snapshot: Snapshot, unit: DataUnit) -> _Judged:
        decision = self._authorise(snapshot, unit)
        if decision.ruling.permitted:
            return _good_unit(unit, decision), decision
        return _refused_unit(snapshot, unit, decision), decision

    def _whole(self, status: BatchStatus) -> Receipt:
        return self._answer(status, ())

    def _answer(self, status: BatchStatus, units: tuple[UnitReceipt, ...]) -> Receipt:
        return Receipt(self._batch.batch_id, self._batch.enterprise_system, status, self._now, units)


def _good_unit(unit: DataUnit, decision: SubmissionDecision) -> UnitReceipt:
    reason = decision.ruling.reasons[0]
    return UnitReceipt(unit.participant, unit.reference, unit.form, UnitStatus.OK, reason)


def _bad_unit(unit: DataUnit, status: UnitStatus, problem: str) -> UnitReceipt:
    return UnitReceipt(unit.participant, unit.reference, unit.form, status, problem=problem)


def _refused_unit(snapshot: Snapshot, unit: DataUnit, decision: SubmissionDecision) -> UnitReceipt:
    explained = explain(snapshot, decision.ruling)
    return UnitReceipt(
        unit.participant,
        unit.reference,
        unit.form,
        UnitStatus.NOT_AUTHORIZED,
        decision.ruling.reasons[0],
        explained.sentence,
        explained.fixes,
    )


def _held_back(unit: UnitReceipt) -> UnitReceipt:
    if unit.status is not UnitStatus.OK:
        return unit
    return UnitReceipt(unit.participant, unit.reference, unit.form, UnitStatus.NOT_PROCESSED)


def _submission_row(caller: Caller, batch: Batch, judged: list[_Judged], now: datetime, sequence: int) -> SubmissionRow:
    return SubmissionRow(
        id=str(uuid.uuid4()),
        channel="batch",
        sender=batch_sender(batch.enterprise_system),
        batch_id=batch.batch_id,
        owner=caller.party or "",
        enterprise_system=batch.enterprise_system,
        received=now,
        authorised_at=sequence,
        schema_version=batch.schema_version,
        receipt_type=batch.receipt_type,
        receipt_url=batch.receipt_url,
        signature=batch.signature,
        units=tuple(
            UnitRow(
                position=position,
                participant=unit.participant,
                reference=unit.reference,
                parent_reference=unit.parent_reference,
                form=unit.form,
                completed=unit.completed,
                locked=unit.locked,
                reason=judgement.reason or "",
                content=new_content(),
            )
            for position, (unit, (judgement, _)) in enumerate(zip(batch.units, judged, strict=True))
        ),
        attachments=tuple(
            AttachmentRow(position, item.reference, item.parent_reference, item.file_name, new_content())
            for position, item in enumerate(batch.attachments)
        ),
    )


def _stored_batch(ledger: Ledger, number: int, batch_id: str) -> tuple[SubmissionRow | None, dict[str, str]]:
    """A batch, and the service owners' references by the workflow references of its units."""
    row = ledger.submission(number, batch_id)
    told = {unit.workflow_reference for unit in (() if row is None else row.units) if unit.workflow_reference}
    elements = {int(name.removeprefix(_WORKFLOW)): name for name in told}
    return row, {elements[element]: given for element, given in ledger.deliveries.references(elements).items()}


def _stored_unit(unit: UnitRow, receivers_reference: str | None) -> UnitReceipt:
    return UnitReceipt(
        unit.participant,
        unit.reference,
        unit.form,
        UnitStatus.OK,
        unit.reason,
        workflow_reference=unit.workflow_reference,
        archive_reference=unit.archive_reference,
        receivers_reference=receivers_reference,
    )
