"""The element list: what lies in a reportee's inbox and archive, and what each form task consists of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from core.domain.caller import Caller
from core.domain.decision import Question, decide
from core.domain.element import (
    Element,
    ElementAttachment,
    ElementForm,
    ElementKind,
    ElementSignature,
    ElementTask,
    ProcessStep,
)
from core.domain.party import Party
from core.domain.receipt_texts import DELETED
from core.domain.receipt_tree import with_history
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right
from core.errors import Conflict, ErrorCode, NotAllowed
from core.services.element_access import (
    ARCHIVE_DELETE,
    asked,
    element_to,
    needs_signature,
    readable_element,
    reading,
)
from core.services.lifecycle import SIGN, SUBMIT
from core.store.ledger import Ledger
from core.store.store import Store

_CODE = re.compile(r"A2([EA])([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class ElementSearch:
    """What to look for. Without any of the four switches everything is looked for.

    ``reportee`` is a number; ``text`` is looked for in titles; ``service_codes`` are codes without edition.
    """

    reportee: str = field(repr=False)
    begins: datetime | None = None
    ends: datetime | None = None
    archive_reference: str = ""
    text: str = ""
    service_codes: frozenset[str] = frozenset()
    service_owner: str = ""
    case_id: int | None = None
    to_be_processed: bool = False
    to_be_processed_by_others: bool = False
    sent_and_archived: bool = False


@dataclass(frozen=True, slots=True)
class ListedElement:
    """An element as the list shows it. ``may_act``: the caller may take the next step; ``may_delete`` it too."""

    element: Element
    reportee: Party
    service_owner: str
    may_act: bool
    may_delete: bool


@dataclass(frozen=True, slots=True)
class FormSet:
    """What a form task consists of."""

    element: Element
    forms: tuple[ElementForm, ...]
    attachments: tuple[ElementAttachment, ...]


@dataclass(frozen=True, slots=True)
class ArchivedFormTask:
    """A form task as it was archived. ``data`` is the data of each form, in order."""

    forms: FormSet
    data: tuple[str, ...] = field(repr=False)
    signatures: tuple[ElementSignature, ...]
    steps: tuple[ProcessStep, ...]
    reportee: Party | None


def list_elements(store: Store, caller: Caller, search: ElementSearch) -> tuple[ListedElement, ...]:
    """The form tasks of the reportee that the caller may look at, newest first; others are silently absent.

    An unknown reportee has none. Messages have a list of their own.
    """
    snapshot, now = store.snapshot(), store.clock()
    party = snapshot.party_numbered(search.reportee.strip())
    if party is None:
        return ()
    found = store.read(lambda ledger: ledger.forms.elements_of(party.id, search.begins, search.ends))
    chosen = (each for each in found if each.kind is ElementKind.FORM_TASK and _matches(snapshot, search, each))
    readable = (each for each in chosen if reading(store, snapshot, caller, each, now).permitted)
    listed = (_listed(store, snapshot, caller, party, each, now) for each in readable)
    return tuple(each for each in listed if _is_wanted(search, each))


def form_set(store: Store, caller: Caller, element: int) -> FormSet:
    """What a form task consists of. Raises NotAllowed where it is not there, or not for the caller to see."""
    snapshot, now = store.snapshot(), store.clock()
    return store.read(lambda ledger: _form_set(ledger, readable_element(store, ledger, snapshot, caller, element, now)))


def form_set_data(store: Store, caller: Caller, element: int) -> tuple[tuple[ElementForm, str], ...]:
    """The forms of a form task, each with its data as it was sent. Raises NotAllowed."""
    snapshot, now = store.snapshot(), store.clock()

    def read(ledger: Ledger) -> tuple[tuple[ElementForm, str], ...]:
        found = readable_element(store, ledger, snapshot, caller, element, now)
        return tuple((form, _text(ledger, form)) for form in ledger.forms.forms(found.id))

    return store.read(read)


def archived_form_task(store: Store, caller: Caller, element: int) -> ArchivedFormTask:
    """A form task as it was archived. Raises NotAllowed, Conflict for one that is not archived."""
    snapshot, now = store.snapshot(), store.clock()

    def read(ledger: Ledger) -> ArchivedFormTask:
        found = readable_element(store, ledger, snapshot, caller, element, now)
        if found.archived is None:
            raise Conflict(ErrorCode.WRONG_ELEMENT_STATE, "the element is not archived")
        forms = _form_set(ledger, found)
        return ArchivedFormTask(
            forms,
            tuple(_text(ledger, form) for form in forms.forms),
            ledger.forms.signatures(element),
            ledger.forms.steps(element),
            snapshot.party(found.reportee),
        )

    return store.read(read)


def attachment_data(store: Store, caller: Caller, attachment: int) -> ElementAttachment:
    """An attachment that the caller may look at; its content is read from where it lies. Raises NotAllowed."""
    snapshot, now = store.snapshot(), store.clock()

    def read(ledger: Ledger) -> ElementAttachment:
        found = ledger.forms.attachment(attachment)
        readable_element(store, ledger, snapshot, caller, 0 if found is None else found.element, now)
        if found is None:
            raise NotAllowed(ErrorCode.MISSING_RIGHT, "The right to this attachment is missing, or there is none")
        return found

    return store.read(read)


def delete_element(store: Store, caller: Caller, code: str) -> None:
    """Delete an element by its code: ``A2E`` and the id of an active one, ``A2A`` and that of an archived one.

    It is gone for everybody; its receipt says so. Raises NotAllowed, Conflict for one that cannot be deleted.
    """
    matched = _CODE.fullmatch(code.strip())
    if matched is None:
        raise Conflict(ErrorCode.ELEMENT_NOT_DELETABLE, "there is no element with this code")
    archived, number, now = matched[1] == "A", int(matched[2]), store.clock()

    def remove(ledger: Ledger) -> None:
        snapshot = ledger.snapshot()
        element = element_to(store, ledger, snapshot, caller, number, ARCHIVE_DELETE if archived else SUBMIT, at=now)
        is_archived = element.archived is not None
        if is_archived != archived or (not is_archived and element.task is ElementTask.ARCHIVE):
            raise Conflict(ErrorCode.ELEMENT_NOT_DELETABLE, "the element cannot be deleted under this code")
        ledger.forms.change_element(number, deleted=now, changed=now, changed_by=caller.name)
        receipt = ledger.forms.receipt_of_element(number)
        if receipt is not None:
            history = with_history(receipt.history, receipt.text)
            ledger.forms.change_receipt(receipt.id, text=DELETED, history=history, changed=now)

    store.write(remove)


def _matches(snapshot: Snapshot, search: ElementSearch, element: Element) -> bool:
    code = element.service.partition(":")[2].partition("/")[0]
    return (
        (not search.archive_reference or element.archive_reference == search.archive_reference)
        and (not search.text or search.text.casefold() in element.title.casefold())
        and (not search.service_codes or code in search.service_codes)
        and (not search.service_owner or _owner_of(snapshot, element) == search.service_owner)
        and (not search.case_id or element.case_id == search.case_id)
    )


def _is_wanted(search: ElementSearch, listed: ListedElement) -> bool:
    """Proposed: what is still to be done is for the caller where it may take the next step, for others where not."""
    if not (search.to_be_processed or search.to_be_processed_by_others or search.sent_and_archived):
        return True
    if listed.element.archived is not None or listed.element.task is ElementTask.ARCHIVE:
        return search.sent_and_archived
    return search.to_be_processed if listed.may_act else search.to_be_processed_by_others


def _listed(
    store: Store, snapshot: Snapshot, caller: Caller, party: Party, element: Element, now: datetime
) -> ListedElement:
    may_write = asked(store, snapshot, caller, element, SUBMIT, now).permitted
    signing = element.task in (ElementTask.SIGNING, ElementTask.PARALLEL_SIGNING)
    may_act = _may_sign(snapshot, caller, element, now) if signing and needs_signature(snapshot, element) else may_write
    if element.archived is not None:
        may_delete = asked(store, snapshot, caller, element, ARCHIVE_DELETE, now).permitted
    else:
        may_delete = may_write and element.task is not ElementTask.ARCHIVE
    return ListedElement(element, party, _owner_of(snapshot, element), may_act, may_delete)


def _may_sign(snapshot: Snapshot, caller: Caller, element: Element, now: datetime) -> bool:
    right = Right(element.service, SIGN)
    return decide(snapshot, Question(caller.subject(), element.reportee, right, now)).permitted


def _owner_of(snapshot: Snapshot, element: Element) -> str:
    service = snapshot.catalogue.services.get(element.service)
    return "" if service is None else service.owner


def _form_set(ledger: Ledger, element: Element) -> FormSet:
    return FormSet(element, ledger.forms.forms(element.id), ledger.forms.attachments(element.id))


def _text(ledger: Ledger, form: ElementForm) -> str:
    return b"".join(ledger.content(form.content)).decode()
