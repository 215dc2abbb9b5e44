"""The way of a form task from filled in to sent: completing, signing, sending in, and going back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from html import escape

from core.domain.caller import Caller
from core.domain.decision import LEVEL_OF, Question, decide
from core.domain.element import (
    STATUS_OF,
    ChangeType,
    Element,
    ElementForm,
    ElementSignature,
    ElementTask,
    ProcessStep,
    Validation,
)
from core.domain.identifiers import ServiceId
from core.domain.party import Party
from core.domain.shipment import SystemSignature
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right
from core.errors import Conflict, ErrorCode, NotAllowed, NotFound
from core.services.archive import archive_now
from core.services.element_access import (
    asked,
    element_to,
    must_not_be_archived,
    needs_signature,
    readable_element,
)
from core.services.forms import problem_with_body
from core.services.lifecycle import SIGN, SUBMIT
from core.services.shipment_rows import signer_of, told
from core.store.ledger import Ledger
from core.store.store import Store

_TO_BE_SIGNED = (ElementTask.SIGNING, ElementTask.PARALLEL_SIGNING)


class NextAction(StrEnum):
    """What can be done with an element next. Values are those of the contract (soap-svc §10.7)."""

    NONE = "NoAction"
    SIGN = "Sign"
    FILL_IN = "FormFilling"
    SEND_IN = "SendIn"
    SIGN_AND_SEND_IN = "SignAndSendIn"


@dataclass(frozen=True, slots=True)
class Signing:
    """A signing: what the end-user system says about it, the text, and the ids it covers (none: everything)."""

    system: SystemSignature
    text: str = ""
    forms: tuple[int, ...] = ()
    attachments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ElementProcess:
    """The steps an element has been through, and for whom."""

    element: Element
    steps: tuple[ProcessStep, ...]
    reportee: Party | None


# Our words: what services had people sign is not known here.
_SIGNING_TEXTS: Mapping[int, str] = {
    1044: "Jeg bekrefter at opplysningene i {title} er riktige og fullstendige.",
    2068: "Eg stadfestar at opplysningane i {title} er rette og fullstendige.",
    1033: "I confirm that the information in {title} is correct and complete.",
}
_BOKMAL = 1044


def completed(
    store: Store, ledger: Ledger, caller: Caller, number: int, signing: Signing | None, now: datetime
) -> bool:
    """Complete an element, its data being good, and sign it where there is a signature.

    Returns whether nothing is left but to archive it. Raises NotAllowed, Conflict.
    """
    snapshot = ledger.snapshot()
    element = element_to(store, ledger, snapshot, caller, number, SUBMIT, at=now)
    must_not_be_archived(element)
    for form in ledger.forms.forms(number):
        ledger.forms.change_form(form.id, completed=True, validation=Validation.VALID)
    if not needs_signature(snapshot, element):
        _into(ledger, caller, element, ElementTask.ARCHIVE, now)
        return True
    if signing is None:
        if element.task not in _TO_BE_SIGNED:
            _into(ledger, caller, element, ElementTask.SIGNING, now)
        return False
    return _sign(ledger, snapshot, caller, element, signing, now)


def sign_element(store: Store, caller: Caller, number: int, signing: Signing) -> None:
    """Sign an element that waits for it; the last signature also sends it in (soap-svc §10.7).

    Raises NotAllowed where the person may not sign, Conflict for an element that is archived, in another step,
    or signed by the person already.
    """
    now = store.clock()

    def sign(ledger: Ledger) -> bool:
        snapshot = ledger.snapshot()
        element = element_to(store, ledger, snapshot, caller, number, SIGN, at=now)
        must_not_be_archived(element)
        if element.task not in _TO_BE_SIGNED:
            raise _wrong_state("The element does not wait for a signature")
        return _sign(ledger, snapshot, caller, element, signing, now)

    if store.write(sign):
        archive_now(store, number)


def send_in(store: Store, caller: Caller, number: int) -> None:
    """Send in an element that is filled in; where its service has a signing step, it goes there first.

    Raises NotAllowed, Conflict for one that is archived, or whose data is not complete and valid.
    """
    now = store.clock()
    forms = store.read(lambda ledger: [(form, _data(ledger, form)) for form in ledger.forms.forms(number)])
    valid = all(data.strip() and problem_with_body(store, _form_of(form), data) is None for form, data in forms)

    def send(ledger: Ledger) -> bool:
        snapshot = ledger.snapshot()
        element = element_to(store, ledger, snapshot, caller, number, SUBMIT, at=now)
        must_not_be_archived(element)
        if not valid or element.task in _TO_BE_SIGNED:
            raise Conflict(ErrorCode.ELEMENT_NOT_COMPLETED, "The element is not in completed state")
        return completed(store, ledger, caller, number, None, now)

    if store.write(send):
        archive_now(store, number)


def available_action(store: Store, caller: Caller, number: int) -> NextAction:
    """What the caller can do with the element next. Raises NotAllowed."""
    snapshot, now = store.snapshot(), store.clock()

    def read(ledger: Ledger) -> NextAction:
        element = readable_element(store, ledger, snapshot, caller, number, now)
        if element.archived is not None or element.task is ElementTask.ARCHIVE:
            return NextAction.NONE
        if element.task in _TO_BE_SIGNED:
            if not asked(store, snapshot, caller, element, SIGN, now).permitted:
                return NextAction.NONE
            last = len(ledger.forms.signatures(number)) + 1 >= element.signatures_required
            return NextAction.SIGN_AND_SEND_IN if last else NextAction.SIGN
        if not asked(store, snapshot, caller, element, SUBMIT, now).permitted:
            return NextAction.NONE
        return NextAction.FILL_IN if element.task is ElementTask.FORM_FILLING else NextAction.SEND_IN

    return store.read(read)


def next_state(store: Store, caller: Caller, number: int) -> NextAction:
    """The step that comes after the one the element stands in. Raises NotAllowed."""
    snapshot, now = store.snapshot(), store.clock()
    element = store.read(lambda ledger: readable_element(store, ledger, snapshot, caller, number, now))
    if element.task is ElementTask.FORM_FILLING:
        return NextAction.SIGN if needs_signature(snapshot, element) else NextAction.SEND_IN
    return NextAction.SEND_IN if element.task in _TO_BE_SIGNED else NextAction.NONE


def process_details(store: Store, caller: Caller, number: int) -> ElementProcess:
    """The steps an element has been through, in order. Raises NotAllowed."""
    snapshot, now = store.snapshot(), store.clock()

    def read(ledger: Ledger) -> ElementProcess:
        element = readable_element(store, ledger, snapshot, caller, number, now)
        return ElementProcess(element, ledger.forms.steps(number), snapshot.party(element.reportee))

    return store.read(read)


def set_back(store: Store, caller: Caller, number: int) -> None:
    """Take an element that waits for signing or sending back to filling in; its signatures are void then.

    Raises NotAllowed, Conflict.
    """
    now = store.clock()

    def back(ledger: Ledger) -> None:
        element = element_to(store, ledger, ledger.snapshot(), caller, number, SUBMIT, at=now)
        must_not_be_archived(element)
        if element.task is not ElementTask.FORM_FILLING:
            ledger.forms.remove_signatures(number)
            _into(ledger, caller, element, ElementTask.FORM_FILLING, now)

    store.write(back)


def prepare_user_signing(
    store: Store, caller: Caller, number: int, users: str | None, *, locked: bool, signatures_required: int
) -> None:
    """Let the user decide who signs an element, and how many: it goes to the step where they sign side by side.

    ``users`` is JSON, kept. Raises NotAllowed, Conflict.
    """
    now = store.clock()

    def prepare(ledger: Ledger) -> None:
        element = element_to(store, ledger, ledger.snapshot(), caller, number, SUBMIT, at=now)
        must_not_be_archived(element)
        if element.task not in _TO_BE_SIGNED:
            raise _wrong_state("The element does not wait for a signature")
        ledger.forms.change_element(
            number,
            delegated_users=users,
            delegation_locked=locked,
            signatures_required=max(signatures_required, len(ledger.forms.signatures(number)) + 1),
        )
        if element.task is not ElementTask.PARALLEL_SIGNING:
            _into(ledger, caller, element, ElementTask.PARALLEL_SIGNING, now)

    store.write(prepare)


def parallel_step(store: Store, caller: Caller, number: int) -> int:
    """The number of the step where several sign side by side, 0 where the element has none. Raises NotAllowed."""
    steps = process_details(store, caller, number).steps
    return next((step.position + 1 for step in steps if step.activity is ElementTask.PARALLEL_SIGNING), 0)


def signing_text(store: Store, caller: Caller, number: int | None, service: ServiceId | None, language: int) -> str:
    """The text that is signed with an element, or with any of a service. Raises NotAllowed, NotFound."""
    snapshot = store.snapshot()
    if number:
        found = readable(store, caller, number)
        return _signing_text(found.title, language)
    known = snapshot.catalogue.services.get(service) if service is not None else None
    if known is None:
        raise NotFound(ErrorCode.UNKNOWN_SERVICE, "there is no such service")
    return _signing_text(known.title, language)


def signing_summary_html(store: Store, caller: Caller, number: int) -> str:
    """What is signed with an element, for a person to look over. Raises NotAllowed."""
    snapshot, now = store.snapshot(), store.clock()

    def read(ledger: Ledger) -> str:
        element = readable_element(store, ledger, snapshot, caller, number, now)
        items = [f"Skjema {form.format_id}/{form.format_version}" for form in ledger.forms.forms(number)]
        items += [file.name for file in ledger.forms.attachments(number)]
        listed = "".join(f"<li>{escape(item)}</li>" for item in items)
        return f"<html><body><h1>{escape(element.title)}</h1><ul>{listed}</ul></body></html>"

    return store.read(read)


def readable(store: Store, caller: Caller, number: int) -> Element:
    """The element, where the caller may look at it. Raises NotAllowed."""
    snapshot, now = store.snapshot(), store.clock()
    return store.read(lambda ledger: readable_element(store, ledger, snapshot, caller, number, now))


def _sign(
    ledger: Ledger, snapshot: Snapshot, caller: Caller, element: Element, signing: Signing, now: datetime
) -> bool:
    _must_sign(snapshot, caller, element, now)
    signer = signer_of(caller)
    before = ledger.forms.signatures(element.id)
    if signer is None:
        raise NotAllowed(ErrorCode.NOT_AUTHORISED_TO_SIGN, "Only a person signs, and none has logged on")
    if any(each.person == signer for each in before):
        raise Conflict(ErrorCode.ALREADY_SIGNED, "User has signed this element already")
    forms, files = _covered(ledger, element, signing)
    ledger.forms.add_signature(
        ElementSignature(
            element=element.id,
            position=len(before),
            person=signer,
            at=now,
            level=LEVEL_OF[caller.subject().kind],
            text=signing.text,
            forms=forms,
            attachments=files,
            told=told(signing.system),
        )
    )
    if element.task not in _TO_BE_SIGNED:
        _into(ledger, caller, element, ElementTask.SIGNING, now)
    if len(before) + 1 < element.signatures_required:
        return False
    _into(ledger, caller, element, ElementTask.ARCHIVE, now)
    return True


def _must_sign(snapshot: Snapshot, caller: Caller, element: Element, now: datetime) -> None:
    right = Right(element.service, SIGN)
    if not decide(snapshot, Question(caller.subject(), element.reportee, right, now)).permitted:
        raise NotAllowed(ErrorCode.NOT_AUTHORISED_TO_SIGN, "User is not authorized to sign the element")


def _covered(ledger: Ledger, element: Element, signing: Signing) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids a signing covers. Raises Conflict for one that is not of the element."""
    forms = tuple(form.id for form in ledger.forms.forms(element.id))
    files = tuple(file.id for file in ledger.forms.attachments(element.id))
    if not set(signing.forms) <= set(forms) or not set(signing.attachments) <= set(files):
        raise _wrong_state("A form or attachment to sign is not in the element")
    return signing.forms or forms, signing.attachments or files


def _into(ledger: Ledger, caller: Caller, element: Element, task: ElementTask, now: datetime) -> None:
    """Take an element into a step. The archive's own step is recorded when it is archived."""
    ledger.forms.change_element(
        element.id,
        task=task,
        status=STATUS_OF[task],
        changed=now,
        changed_by=caller.name,
        change_type=ChangeType.SAVED,
    )
    if task is not ElementTask.ARCHIVE:
        position = len(ledger.forms.steps(element.id))
        ledger.forms.add_steps([ProcessStep(element.id, position, task, caller.person, caller.enterprise_system, now)])


def _signing_text(title: str, language: int) -> str:
    return _SIGNING_TEXTS.get(language, _SIGNING_TEXTS[_BOKMAL]).format(title=title)


def _form_of(form: ElementForm) -> str:
    return f"asmx:{form.format_id}/{form.format_version}"


def _data(ledger: Ledger, form: ElementForm) -> str:
    return b"".join(ledger.content(form.content)).decode()


def _wrong_state(what: str) -> Conflict:
    return Conflict(ErrorCode.WRONG_ELEMENT_STATE, what)
