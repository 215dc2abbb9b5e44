"""submit_batch and its receipt: one lifecycle, in which everything that can refuse is asked before the commit."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from core.domain.authority import authorise_submission
from core.domain.caller import Caller
from core.domain.decision import Reason, Subject, SubjectKind
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
from core.domain.system import Authority
from core.domain.vocabulary import Right, ServiceKind
from core.errors import ErrorCode, InvalidInput
from core.services.forms import is_open, problem_with_body
from core.store.ledger import AttachmentRow, Ledger, SubmissionRow, UnitRow
from core.store.store import Store

SUBMIT = "write"
"""The action that handing in a form is."""

LONGEST_REFERENCE = 255
"""Longest id, reference or file name that is kept, in characters."""

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
    now = store.clock()
    snapshot = store.snapshot()
    judged = _judge(store, snapshot, batch, now)
    if not _all_good(judged):
        return _refuse(store, batch, judged, now)
    row = _submission_row(batch, judged, now, snapshot.sequence)
    return store.write(lambda ledger: _commit(store, ledger, batch, row, judged, now))


def batch_receipt(store: Store, caller: Caller, batch_id: str) -> Receipt:
    """The receipt of a batch as it stands now; ``NotFound`` where this system has not sent it."""
    number = caller.enterprise_system or 0
    row = store.read(lambda ledger: ledger.submission(number, batch_id))
    if row is None:
        return Receipt(batch_id, number, BatchStatus.NOT_FOUND, store.clock())
    units = tuple(_stored_unit(unit) for unit in row.units)
    return Receipt(row.batch_id, number, BatchStatus.OK, row.received, units)


def archive_submissions(store: Store, *, limit: int = 500) -> int:
    """Give waiting units their workflow and archive references; returns how many.

    The worker's whole task. The references follow from the unit itself, so that a worker that is killed
    and started again, or two at once, give each unit the same references, once.
    """
    waiting = store.read(lambda ledger: ledger.waiting_units(limit))
    if not waiting:
        return 0

    def archive(ledger: Ledger) -> int:
        for submission, position in waiting:
            key = uuid.uuid5(uuid.UUID(submission), str(position)).int
            workflow, reference = f"WF-{key % 10**9:09d}", f"AR{key // 10**9 % 10**8:08d}"
            ledger.archive_unit(submission, position, workflow=workflow, archive=reference)
        return len(waiting)

    return store.write(archive)


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


def _refuse(store: Store, batch: Batch, judged: list[_Judged], now: datetime) -> Receipt:
    """A batch that was accepted before is a repeat, whatever has been withdrawn since; any other is refused."""
    _note_differences(store, judged)
    if store.read(lambda ledger: ledger.has_submission(batch.enterprise_system, batch.batch_id)):
        return _whole(batch, BatchStatus.ALREADY_EXISTS, now)
    return _failed(batch, judged, now)


def _note_differences(store: Store, judged: list[_Judged]) -> None:
    shadowed = [decision for _, decision in judged if decision is not None and _differs(decision)]
    if shadowed:
        store.write(lambda ledger: _note_all(ledger, shadowed))


def _commit(
    store: Store, ledger: Ledger, batch: Batch, row: SubmissionRow, judged: list[_Judged], now: datetime
) -> Receipt:
    """The last word, inside the transaction: the facts as they are now, and the first of two equal batches."""
    if ledger.sequence() != row.authorised_at:
        snapshot = ledger.snapshot()
        judged = [
            _authorise_again(snapshot, batch, unit, before, now)
            for unit, before in zip(batch.units, judged, strict=True)
        ]
        if not _all_good(judged):
            return _failed(batch, judged, now)
        row = _submission_row(batch, judged, now, snapshot.sequence)
    if not ledger.add_submission(row):
        return _whole(batch, BatchStatus.ALREADY_EXISTS, now)
    for unit, unit_row in zip(batch.units, row.units, strict=True):
        ledger.add_content(unit_row.content, unit.body.encode())
    for item, item_row in zip(batch.attachments, row.attachments, strict=True):
        ledger.add_content(item_row.content, item.content)
    for _, decision in judged:
        if decision is not None and _differs(decision):
            _note_difference(ledger, decision)
    return Receipt(batch.batch_id, batch.enterprise_system, BatchStatus.OK, now, tuple(unit for unit, _ in judged))


# -- judging ------------------------------------------------------------------------------------


def _judge(store: Store, snapshot: Snapshot, batch: Batch, now: datetime) -> list[_Judged]:
    references = {unit.reference for unit in batch.units}
    return [_judge_unit(store, snapshot, batch, unit, references, now) for unit in batch.units]


def _judge_unit(
    store: Store, snapshot: Snapshot, batch: Batch, unit: DataUnit, references: set[str], now: datetime
) -> _Judged:
    decision = _authorise(snapshot, batch, unit, now)
    if not decision.ruling.permitted and not _is_about_the_form(decision):
        return _refused_unit(snapshot, unit, decision), decision
    service = snapshot.catalogue.services.get(unit.form)
    if service is None or service.kind is not ServiceKind.FORM or not is_open(service, now):
        return _bad_unit(unit, UnitStatus.UNKNOWN_FORM, "there is no such form, or it is not open now"), decision
    if unit.parent_reference is not None and unit.parent_reference not in references:
        return _bad_unit(unit, UnitStatus.INVALID_REFERENCE, "no unit of the batch has the parent reference"), decision
    problem = problem_with_body(store, unit.form, unit.body) if unit.completed else None
    if problem is not None:
        return _bad_unit(unit, UnitStatus.VALIDATION_FAILED, problem), decision
    return _good_unit(unit, decision), decision


def _authorise(snapshot: Snapshot, batch: Batch, unit: DataUnit, now: datetime) -> SubmissionDecision:
    party = snapshot.party_numbered(unit.participant)
    subject = Subject(SubjectKind.ENTERPRISE_SYSTEM, batch.enterprise_system)
    return authorise_submission(snapshot, subject, party.id if party else "", Right(unit.form, SUBMIT), now)


def _authorise_again(snapshot: Snapshot, batch: Batch, unit: DataUnit, before: _Judged, now: datetime) -> _Judged:
    decision = _authorise(snapshot, batch, unit, now)
    if decision.ruling.permitted:
        return _good_unit(unit, decision), decision
    return _refused_unit(snapshot, unit, decision), decision


def _is_about_the_form(decision: SubmissionDecision) -> bool:
    return decision.ruling.reasons[0] in (Reason.SERVICE_UNKNOWN, Reason.SERVICE_CLOSED, Reason.ACTION_NOT_OFFERED)


def _all_good(judged: list[_Judged]) -> bool:
    return all(unit.status is UnitStatus.OK for unit, _ in judged)


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


# -- rows and receipts --------------------------------------------------------------------------


def _whole(batch: Batch, status: BatchStatus, now: datetime) -> Receipt:
    return Receipt(batch.batch_id, batch.enterprise_system, status, now)


def _failed(batch: Batch, judged: list[_Judged], now: datetime) -> Receipt:
    units = tuple(
        unit
        if unit.status is not UnitStatus.OK
        else UnitReceipt(unit.participant, unit.reference, unit.form, UnitStatus.NOT_PROCESSED)
        for unit, _ in judged
    )
    return Receipt(batch.batch_id, batch.enterprise_system, BatchStatus.FAILED, now, units)


def _submission_row(batch: Batch, judged: list[_Judged], now: datetime, sequence: int) -> SubmissionRow:
    return SubmissionRow(
        id=str(uuid.uuid4()),
        enterprise_system=batch.enterprise_system,
        batch_id=batch.batch_id,
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
                content=_new_content(),
            )
            for position, (unit, (judgement, _)) in enumerate(zip(batch.units, judged, strict=True))
        ),
        attachments=tuple(
            AttachmentRow(position, item.reference, item.parent_reference, item.file_name, _new_content())
            for position, item in enumerate(batch.attachments)
        ),
    )


def _stored_unit(unit: UnitRow) -> UnitReceipt:
    return UnitReceipt(
        unit.participant,
        unit.reference,
        unit.form,
        UnitStatus.OK,
        unit.reason,
        workflow_reference=unit.workflow_reference,
        archive_reference=unit.archive_reference,
    )


def _differs(decision: SubmissionDecision) -> bool:
    if decision.authority is not Authority.SHADOW or decision.new is None:
        return False
    return decision.old.permitted != decision.new.permitted


def _note_all(ledger: Ledger, decisions: list[SubmissionDecision]) -> None:
    for decision in decisions:
        _note_difference(ledger, decision)


def _note_difference(ledger: Ledger, decision: SubmissionDecision) -> None:
    old, new = decision.old, decision.new or decision.old
    question = old.question
    values: dict[str, Any] = {
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
    ledger.add_difference(values)


def _new_content() -> str:
    return str(uuid.uuid4())
