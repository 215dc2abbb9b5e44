"""A form task in the inbox: new data for its forms, further files, and completing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from core.domain import receipt_texts as texts
from core.domain.caller import Caller
from core.domain.element import ChangeType, Element, ElementAttachment, ElementForm, ElementTask
from core.domain.receipt_tree import ReceiptReference, ReceiptStatus, ReceiptTree, ReferenceType, with_history
from core.domain.shipment import (
    LONGEST_REFERENCE,
    MOST_ATTACHED,
    FormUpdate,
    NewAttachment,
    SystemSignature,
    problem_with_file_name,
)
from core.domain.snapshot import Snapshot
from core.errors import Conflict, ErrorCode, NotFound
from core.services.archive import archive_now
from core.services.element_access import element_to, must_not_be_archived
from core.services.lifecycle import SUBMIT, new_content
from core.services.receipts import with_sender
from core.services.shipment_check import ItemVerdict, check_data, declared_forms, problem_with_format
from core.services.signing import Signing, completed
from core.store.ledger import Ledger
from core.store.store import Store


class _Checked(NamedTuple):
    """New data for one form, and what is said of it. ``before`` is the form whose data it replaces."""

    update: FormUpdate
    before: ElementForm | None
    format_id: str
    format_version: int
    verdict: ItemVerdict


def update_form_data(store: Store, caller: Caller, element: int, updates: Sequence[FormUpdate]) -> ReceiptTree:
    """Replace the data of forms of an element that is being filled in, or add forms to it.

    Data that breaks its schema is kept, for it can be put right, and its form's receipt says so; data that is
    no XML, or for a form that there is none of, changes nothing, and the receipt that is answered says so.
    Raises NotAllowed, Conflict for an element that is archived or in another step.
    """
    now = store.clock()
    snapshot = store.snapshot()
    found, forms = store.write(lambda ledger: _filled_in(store, ledger, snapshot, caller, element, now))
    declared = declared_forms(store, found.service)
    checked = [_check(store, declared, forms, update) for update in updates]
    bad = next((each.verdict for each in checked if each.verdict.status is ReceiptStatus.REJECTED), None)
    if bad is not None:
        return _answer_only(_receipt(store, caller, element), bad.text)
    store.write(lambda ledger: _update(store, ledger, caller, element, checked, now))
    return _receipt(store, caller, element)


def complete_and_sign(store: Store, caller: Caller, element: int, signatures: Sequence[SystemSignature]) -> ReceiptTree:
    """Close an element that was made incomplete; signed as its service demands, it is sent and archived at once.

    Without a signature where one is demanded, it waits for it. A form that breaks its schema is told in the
    receipt that is answered, and nothing changes. Raises NotAllowed, Conflict.
    """
    now = store.clock()
    snapshot = store.snapshot()
    found, forms = store.write(lambda ledger: _open(store, ledger, snapshot, caller, element, now))
    verdicts = [_recheck(store, form) for form in forms]
    if any(verdict.status is not ReceiptStatus.OK for verdict in verdicts):
        tree = _receipt(store, caller, found.id)
        told = dict(zip([form.receipt for form in forms], verdicts, strict=True))
        children = tuple(
            replace(child, status=told[child.id].status, text=told[child.id].text) if child.id in told else child
            for child in tree.children
        )
        return replace(_answer_only(tree, texts.FORM_FAILED), children=children)
    signing = Signing(signatures[0]) if signatures else None
    if store.write(lambda ledger: completed(store, ledger, caller, element, signing, now)):
        archive_now(store, element)
    return _receipt(store, caller, element)


def add_attachment(store: Store, caller: Caller, element: int, new: NewAttachment) -> ReceiptTree:
    """Attach an uploaded file to an element that is being filled in; the file's own receipt is answered.

    Claims the content. A file that cannot be taken is told in a receipt that is not stored, and the content is
    left to be swept. Raises NotAllowed, Conflict, NotFound for a content that is gone.
    """
    now = store.clock()

    def attach(ledger: Ledger) -> ReceiptTree:
        number = ledger.next_number("attachment")
        found = element_to(store, ledger, ledger.snapshot(), caller, element, SUBMIT, at=now)
        _must_be_filled_in(found)
        tree = ledger.forms.receipt_of_element(element)
        if tree is None:
            raise _without_receipt()
        limit = ledger.forms.attachment_rule(found.service) or MOST_ATTACHED
        others = ledger.forms.attachments(element)
        problem = _problem_with_file(new, limit, others)
        if problem is not None:
            return _answer_only(tree, texts.with_detail(texts.FORM_FAILED, problem))
        ledger.contents.claim(new.content)
        receipt = _child(ledger, tree, new.reference, ItemVerdict(ReceiptStatus.OK, texts.INSTANTIATED), now)
        ledger.forms.add_attachments([_attachment(number, len(others), new, receipt)])
        _touch(ledger, caller, element, now)
        return receipt

    return store.write(attach)


# -- checks -------------------------------------------------------------------------------------


def _filled_in(
    store: Store, ledger: Ledger, snapshot: Snapshot, caller: Caller, number: int, now: datetime
) -> tuple[Element, tuple[ElementForm, ...]]:
    found, forms = _open(store, ledger, snapshot, caller, number, now)
    _must_be_filled_in(found)
    return found, forms


def _open(
    store: Store, ledger: Ledger, snapshot: Snapshot, caller: Caller, number: int, now: datetime
) -> tuple[Element, tuple[ElementForm, ...]]:
    found = element_to(store, ledger, snapshot, caller, number, SUBMIT, at=now)
    must_not_be_archived(found)
    return found, ledger.forms.forms(number)


def _must_be_filled_in(element: Element) -> None:
    must_not_be_archived(element)
    if element.task is not ElementTask.FORM_FILLING:
        raise Conflict(ErrorCode.WRONG_ELEMENT_STATE, "The element is not being filled in")


def _check(
    store: Store, declared: frozenset[tuple[str, int]], forms: Sequence[ElementForm], update: FormUpdate
) -> _Checked:
    """REJECTED where nothing can be stored; any other verdict is about data that is."""
    before = next((form for form in forms if form.id == update.form), None)
    format_id = update.format_id.strip() or (before.format_id if before else "")
    version = update.format_version or (before.format_version if before else None)
    if update.form and before is None:
        verdict = ItemVerdict(ReceiptStatus.REJECTED, texts.with_detail(texts.FORM_FAILED, "there is no such FormId"))
        return _Checked(update, None, format_id, version or 0, verdict)
    unknown = problem_with_format(declared, format_id, version)
    if unknown is None and before is not None and (format_id, version) != (before.format_id, before.format_version):
        unknown = texts.not_a_format(format_id, version)
    if unknown is not None:
        return _Checked(update, before, format_id, version or 0, ItemVerdict(ReceiptStatus.REJECTED, unknown))
    verdict = check_data(store, format_id, version or 0, update.data, completed=False)
    if verdict.status is not ReceiptStatus.OK:
        return _Checked(update, before, format_id, version or 0, verdict._replace(status=ReceiptStatus.REJECTED))
    verdict = check_data(store, format_id, version or 0, update.data, completed=True)
    return _Checked(update, before, format_id, version or 0, verdict)


def _recheck(store: Store, form: ElementForm) -> ItemVerdict:
    data = store.read(lambda ledger: b"".join(ledger.content(form.content))).decode()
    return check_data(store, form.format_id, form.format_version, data, completed=True)


def _problem_with_file(new: NewAttachment, limit: int, others: Sequence[ElementAttachment]) -> str | None:
    if new.size > limit:
        return f"the attachment is more than {limit} bytes"
    if new.reference and any(other.reference == new.reference for other in others):
        return "EndUserSystemReference is used already"
    if max(len(new.name), len(new.reference)) > LONGEST_REFERENCE:
        return f"a name or reference has at most {LONGEST_REFERENCE} characters"
    return problem_with_file_name(new.file_name)


# -- rows ---------------------------------------------------------------------------------------


def _update(
    store: Store, ledger: Ledger, caller: Caller, number: int, checked: Sequence[_Checked], now: datetime
) -> None:
    first = ledger.next_number("form", len(checked))
    _, forms = _filled_in(store, ledger, ledger.snapshot(), caller, number, now)
    tree = ledger.forms.receipt_of_element(number)
    if tree is None:
        raise _without_receipt()
    added = 0
    for place, each in enumerate(checked):
        content = new_content()
        ledger.add_content(content, each.update.data.encode())
        if each.before is not None:
            ledger.forget_content(each.before.content)
            ledger.forms.change_form(each.before.id, content=content, validation=each.verdict.validation)
            _say(ledger, tree, each.before.receipt, each.verdict, now)
        else:
            receipt = _child(ledger, tree, each.update.reference, each.verdict, now, place=added)
            ledger.forms.add_forms([_form(first + place, len(forms) + added, each, content, receipt)])
            added += 1
    good = all(each.verdict.status is ReceiptStatus.OK for each in checked)
    text = texts.SCHEMA_OK if good else texts.FORM_FAILED
    ledger.forms.change_receipt(tree.id, text=text, history=with_history(tree.history, tree.text), changed=now)
    _touch(ledger, caller, number, now)


def _form(number: int, position: int, each: _Checked, content: str, receipt: ReceiptTree) -> ElementForm:
    return ElementForm(
        id=number,
        element=receipt.element or 0,
        position=position,
        format_id=each.format_id,
        format_version=each.format_version,
        reference=each.update.reference,
        parent_reference="",
        completed=False,
        validation=each.verdict.validation,
        content=content,
        created=receipt.changed,
        receipt=receipt.id,
    )


def _attachment(number: int, position: int, new: NewAttachment, receipt: ReceiptTree) -> ElementAttachment:
    return ElementAttachment(
        id=number,
        element=receipt.element or 0,
        position=position,
        name=new.name or new.file_name,
        reference=new.reference,
        parent_reference="",
        file_name=new.file_name,
        type_name=new.type_name,
        encrypted=False,
        checksum=new.checksum,
        size=new.size,
        content=new.content,
        created=receipt.changed,
        added_later=True,
        receipt=receipt.id,
    )


def _child(
    ledger: Ledger, tree: ReceiptTree, reference: str, verdict: ItemVerdict, now: datetime, *, place: int = 0
) -> ReceiptTree:
    references = (ReceiptReference(ReferenceType.SENDERS, reference),) if reference else ()
    child = replace(
        tree,
        id=ledger.next_number("receipt"),
        parent=tree.id,
        position=len(tree.children) + place,
        status=verdict.status,
        text=verdict.text,
        history="",
        changed=now,
        sender=None,
        reference=None,
        references=references,
        children=(),
    )
    ledger.forms.add_children([child])
    return child


def _say(ledger: Ledger, tree: ReceiptTree, receipt: int | None, verdict: ItemVerdict, now: datetime) -> None:
    before = next((child for child in tree.children if child.id == receipt), None)
    if before is not None:
        history = with_history(before.history, before.text)
        ledger.forms.change_receipt(before.id, status=verdict.status, text=verdict.text, history=history, changed=now)


def _touch(ledger: Ledger, caller: Caller, element: int, now: datetime) -> None:
    ledger.forms.change_element(element, changed=now, changed_by=caller.name, change_type=ChangeType.SAVED)


def _receipt(store: Store, caller: Caller, element: int) -> ReceiptTree:
    found = store.read(lambda ledger: ledger.forms.receipt_of_element(element))
    if found is None:
        raise _without_receipt()
    return with_sender(store.snapshot(), caller, found)


def _answer_only(tree: ReceiptTree, text: str) -> ReceiptTree:
    """What is answered and not stored: the element and its receipt stand as they stood."""
    return replace(tree, status=ReceiptStatus.VALIDATION_FAILED, text=text)


def _without_receipt() -> NotFound:
    return NotFound(ErrorCode.RECEIPT_NOT_FOUND, "there is no receipt for the element")
