"""The worker's whole task: what was taken in becomes elements, is archived, and is put out for delivery, once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from core.domain.element import (
    ChangeType,
    Element,
    ElementAttachment,
    ElementForm,
    ElementKind,
    ElementStatus,
    ElementTask,
    ProcessStep,
    Validation,
)
from core.domain.identifiers import PartyId
from core.domain.receipt_texts import SENT
from core.domain.receipt_tree import (
    ReceiptReference,
    ReceiptStatus,
    ReceiptTree,
    ReceiptType,
    ReferenceType,
    with_history,
)
from core.domain.snapshot import Snapshot
from core.errors import Unavailable
from core.store.batches_ledger import Settled
from core.store.ledger import Ledger
from core.store.rows import AttachmentRow, SubmissionRow, UnitRow
from core.store.store import Store

_BATCHES_AT_A_TIME = 100
# One transaction's share: whoever hands in meanwhile waits no longer than that takes.


def archive_submissions(store: Store, *, limit: int = 500) -> int:
    """Archive what has been taken in, and put it out for delivery; returns how many units and elements.

    The worker's whole task. It decides nothing: all that could refuse was asked before the commit. A worker
    that is killed and started again, or two at once, do everything once.
    """
    done = 0
    if store.read(lambda ledger: ledger.batches.any_waiting()):
        done += store.write(lambda ledger: _open_batches(ledger, store.clock(), min(limit, _BATCHES_AT_A_TIME)))
    for element in store.read(lambda ledger: ledger.forms.waiting_elements(limit)):
        done += archive_element(store, element)
    return done


def archive_element(store: Store, element: int) -> bool:
    """Archive an element for which everything is decided; False where it is not so, or was done before."""
    return store.write(lambda ledger: _archive(ledger, element, store.clock()))


def archive_now(store: Store, element: int) -> None:
    """Archive an element right after the commit that decided it. What comes between is left to the worker."""
    with suppress(Unavailable):
        archive_element(store, element)


def _archive(ledger: Ledger, number: int, now: datetime) -> bool:
    archive = ledger.next_number("archive")
    element = ledger.forms.element(number, lock=True)
    if element is None or element.archived is not None or element.task is not ElementTask.ARCHIVE:
        return False
    reference = archive_reference(archive)
    ledger.forms.change_element(
        number,
        status=ElementStatus.ARCHIVE,
        archive_reference=reference,
        archived=now,
        changed=now,
        change_type=ChangeType.ARCHIVED,
    )
    step = ProcessStep(number, len(ledger.forms.steps(number)), ElementTask.ARCHIVE, None, None, now)
    ledger.forms.add_steps([step])
    receipt = ledger.forms.receipt_of_element(number)
    if receipt is not None:
        history = with_history(receipt.history, receipt.text)
        ledger.forms.change_receipt(receipt.id, text=SENT, status=ReceiptStatus.OK, history=history, changed=now)
        ledger.forms.add_references(receipt.id, [ReceiptReference(ReferenceType.ARCHIVE, reference)])
    if element.submission is not None:
        ledger.forms.hand_on(number, element.submission, now)
    return True


def archive_reference(number: int) -> str:
    """The archive reference with this number. Source of its form: soap-svc §8.1."""
    return f"AR{number}"


def workflow_reference(element: int) -> str:
    """An element's number as the receipts of batches write it. Source of its form: soap-asmx §4.5."""
    return f"WF-{element}"


# -- batches ------------------------------------------------------------------------------------


class FormSet(NamedTuple):
    """A main form of a batch with the forms that hang on it (oppgavesett): what becomes one element."""

    units: tuple[UnitRow, ...]
    files: tuple[AttachmentRow, ...]

    @property
    def main(self) -> UnitRow:
        """The main form."""
        return self.units[0]


def form_sets(units: Sequence[UnitRow], files: Iterable[AttachmentRow]) -> list[FormSet]:
    """The form sets of a batch: each unit without a parent begins one (proposed in soap-asmx §3.2).

    A parent reference names the first unit that has it. Units whose parents run in a circle each begin their own.
    """
    by_reference: dict[str, UnitRow] = {}
    for unit in units:
        by_reference.setdefault(unit.reference, unit)
    mains = {unit.position: _main_of(unit, by_reference) for unit in units}
    sets: dict[int, list[UnitRow]] = {}
    for unit in sorted(units, key=lambda each: (mains[each.position] != each.position, each.position)):
        sets.setdefault(mains[unit.position], []).append(unit)
    attached: dict[int, list[AttachmentRow]] = {}
    for file in files:
        attached.setdefault(mains[by_reference[file.parent_reference].position], []).append(file)
    return [FormSet(tuple(sets[main]), tuple(attached.get(main, ()))) for main in sorted(sets)]


def _main_of(unit: UnitRow, by_reference: dict[str, UnitRow]) -> int:
    seen = {unit.position}
    above = unit
    while above.parent_reference in by_reference:
        above = by_reference[above.parent_reference]
        if above.position in seen:
            return unit.position
        seen.add(above.position)
    return above.position


class _Numbered(NamedTuple):
    """A form set with the numbers it was given."""

    batch: SubmissionRow
    forms: FormSet
    element: int
    archive: int
    first_form: int
    first_file: int


def _open_batches(ledger: Ledger, now: datetime, limit: int) -> int:
    ledger.next_number("element", 0)  # whoever opens batches does it alone, and sees what others have opened
    batches = ledger.batches.waiting(limit)
    if not batches:
        return 0
    snapshot = ledger.snapshot()
    sizes = ledger.batches.sizes([file.content for batch in batches for file in batch.attachments])
    for batch in batches:
        numbered = list(_number(ledger, batch))
        _add_receipt(ledger, batch, numbered, now)
        for each in numbered:
            _add_element(ledger, snapshot, each, sizes, now)
        ledger.batches.settle(
            Settled(batch.id, unit.position, workflow_reference(each.element), archive_reference(each.archive))
            for each in numbered
            for unit in each.forms.units
        )
    return sum(len(batch.units) for batch in batches)


def _number(ledger: Ledger, batch: SubmissionRow) -> Iterator[_Numbered]:
    for forms in form_sets(batch.units, batch.attachments):
        yield _Numbered(
            batch,
            forms,
            ledger.next_number("element"),
            ledger.next_number("archive"),
            ledger.next_number("form", len(forms.units)),
            ledger.next_number("attachment", len(forms.files)),
        )


def _add_receipt(ledger: Ledger, batch: SubmissionRow, numbered: Sequence[_Numbered], now: datetime) -> None:
    first = ledger.next_number("receipt", 1 + len(batch.units))
    children = [
        ReceiptTree(
            id=first + 1 + unit.position,
            parent=first,
            position=unit.position,
            owner=batch.owner,
            type=ReceiptType.FORM_TASK,
            status=ReceiptStatus.OK,
            text=SENT,
            changed=now,
            submission=batch.id,
            element=each.element,
            references=(ReceiptReference(ReferenceType.SENDERS, unit.reference), *_references(each)),
        )
        for each in numbered
        for unit in each.forms.units
    ]
    whole = [reference for each in numbered for reference in _references(each)]
    ledger.forms.add_receipt(
        ReceiptTree(
            id=first,
            parent=0,
            owner=batch.owner,
            type=ReceiptType.FORM_TASK,
            status=ReceiptStatus.OK,
            text=SENT,
            changed=now,
            sender=batch.sender,
            reference=batch.batch_id,
            submission=batch.id,
            references=(ReceiptReference(ReferenceType.BATCH, batch.batch_id), *whole),
            children=tuple(sorted(children, key=lambda child: child.position)),
        )
    )


def _references(each: _Numbered) -> tuple[ReceiptReference, ReceiptReference]:
    return (
        ReceiptReference(ReferenceType.WORKFLOW, str(each.element)),
        ReceiptReference(ReferenceType.ARCHIVE, archive_reference(each.archive)),
    )


def _add_element(ledger: Ledger, snapshot: Snapshot, each: _Numbered, sizes: dict[str, int], now: datetime) -> None:
    batch, main = each.batch, each.forms.main
    party = snapshot.party_numbered(main.participant)
    service = snapshot.catalogue.services.get(main.form)
    ledger.forms.add_element(
        Element(
            id=each.element,
            kind=ElementKind.FORM_TASK,
            reportee=PartyId("") if party is None else party.id,
            service=main.form,
            title=main.form if service is None else service.title,
            status=ElementStatus.ARCHIVE,
            task=ElementTask.ARCHIVE,
            owner=PartyId(batch.owner),
            created=batch.received,
            changed=now,
            changed_by=f"enterprise-system:{batch.enterprise_system}",
            change_type=ChangeType.ARCHIVED,
            enterprise_system=batch.enterprise_system,
            submission=batch.id,
            archive_reference=archive_reference(each.archive),
            archived=now,
        )
    )
    ledger.forms.add_forms(_form(each, place, unit) for place, unit in enumerate(each.forms.units))
    ledger.forms.add_attachments(
        _file(each, place, file, sizes.get(file.content, 0)) for place, file in enumerate(each.forms.files)
    )
    steps = ((ElementTask.FORM_FILLING, batch.received), (ElementTask.ARCHIVE, now))
    ledger.forms.add_steps(
        ProcessStep(each.element, place, task, None, batch.enterprise_system, at)
        for place, (task, at) in enumerate(steps)
    )
    ledger.forms.hand_on(each.element, batch.id, now)


def _form(each: _Numbered, place: int, unit: UnitRow) -> ElementForm:
    number, version = unit.form.removeprefix("asmx:").split("/")
    return ElementForm(
        id=each.first_form + place,
        element=each.element,
        position=place,
        format_id=number,
        format_version=int(version),
        reference=unit.reference,
        parent_reference=unit.parent_reference or "",
        completed=unit.completed,
        validation=Validation.VALID if unit.completed else Validation.NOT_VALIDATED,
        content=unit.content,
        created=each.batch.received,
    )


def _file(each: _Numbered, place: int, file: AttachmentRow, size: int) -> ElementAttachment:
    return ElementAttachment(
        id=each.first_file + place,
        element=each.element,
        position=place,
        name=file.file_name,
        reference=file.reference,
        parent_reference=file.parent_reference,
        file_name=file.file_name,
        type_name="",
        encrypted=False,
        checksum="",
        size=size,
        content=file.content,
        created=each.batch.received,
    )
