"""Shipments of the later platform: handing one in, and the receipt that is final at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.domain import receipt_texts as texts
from core.domain.authority import ABOUT_THE_SERVICE
from core.domain.caller import Caller
from core.domain.decision import LEVEL_OF, Decision, Question, Reason, SubjectKind, decide
from core.domain.element import ElementTask
from core.domain.explain import explain
from core.domain.identifiers import ServiceId, legacy_service_id, mask_number, parse_party_number
from core.domain.receipt_tree import ReceiptStatus, ReceiptTree, ReceiptType
from core.domain.shipment import LONGEST_REFERENCE, Shipment
from core.domain.snapshot import Snapshot
from core.domain.submission import SubmissionDecision
from core.domain.vocabulary import Right
from core.errors import ErrorCode, InvalidInput, NotAllowed, NotFound
from core.services.archive import archive_now
from core.services.lifecycle import (
    SIGN,
    HandIn,
    authorise,
    hand_in,
    note_differences,
    note_differences_in,
)
from core.services.receipts import with_sender
from core.services.shipment_check import ContentVerdict, check_content
from core.services.shipment_rows import ShipmentRows, signer_of
from core.store.ledger import Ledger
from core.store.store import Store

_NOTHING_WRONG = ContentVerdict(None, (), ())


def submit_form_task(store: Store, caller: Caller, shipment: Shipment) -> ReceiptTree:
    """Take in a shipment, or refuse it; the receipt is final, and what the client finds when it asks again.

    A shipment that was taken in before under the same reference of the same owner is answered with its
    receipt as it stands now. What is wrong with the shipment is told in the receipt: ``Rejected`` is not
    stored and has number 0; ``ValidationFailed`` is stored, leaves the reference free, and the next try under
    it goes on in the same receipt. A complete shipment, signed as the service demands, is archived at once.
    Raises NotAllowed where the caller may not submit or sign for the reportee, Unavailable.
    """
    thing = _ShipmentHandIn(store, caller, shipment)
    taken = hand_in(store, thing)
    if isinstance(taken, ReceiptTree):
        return taken
    if taken.archive:
        archive_now(store, taken.element)
    tree = with_sender(store.snapshot(), caller, _receipt(store, thing.sender, shipment.reference))
    return replace(tree, text=texts.repeated(tree.text)) if taken.repeat else tree


def _receipt(store: Store, sender: str, reference: str) -> ReceiptTree:
    found = store.read(lambda ledger: ledger.forms.receipt_of_shipment(sender, reference))
    if found is None:
        raise NotFound(ErrorCode.RECEIPT_NOT_FOUND, "there is no receipt for the shipment")
    return found


@dataclass(frozen=True, slots=True)
class _Taken:
    """A shipment is in. ``archive``: nothing is left but to archive its element. ``repeat``: it was in before."""

    element: int = 0
    archive: bool = False
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class _Judged:
    """How a shipment was judged. ``rejected`` is the text of a refusal that needs no receipt of its own."""

    rejected: str | None
    party: str = ""
    title: str = ""
    decision: SubmissionDecision | None = None
    signing: Decision | None = None
    needs_signature: bool = False
    content: ContentVerdict = _NOTHING_WRONG

    @property
    def refused(self) -> Decision | None:
        """The denial, where there is one."""
        if self.decision is not None and not self.decision.ruling.permitted:
            return self.decision.ruling
        return self.signing if self.signing is not None and not self.signing.permitted else None


class _ShipmentHandIn(HandIn[_Judged, "ReceiptTree | _Taken"]):
    """A shipment on its way in."""

    def __init__(self, store: Store, caller: Caller, shipment: Shipment) -> None:
        self._store = store
        self._caller = caller
        self._shipment = shipment
        self._now = store.clock()
        self._rows = ShipmentRows(caller, shipment, self._service, self._now)
        self.sender = self._rows.sender

    # -- judging ------------------------------------------------------------------------------

    def judge(self, snapshot: Snapshot) -> _Judged:
        problem = _problem_with_shape(self._shipment)
        if problem is not None:
            return _Judged(problem)
        judged = self._authorise(snapshot)
        if judged.rejected is not None or judged.refused is not None:
            return judged
        return replace(judged, content=check_content(self._store, self._service, self._shipment))

    def judge_again(self, snapshot: Snapshot, before: _Judged) -> _Judged:
        return replace(self._authorise(snapshot), content=before.content)

    def is_good(self, judged: _Judged) -> bool:
        return judged.rejected is None and judged.refused is None and judged.content.good

    @property
    def _service(self) -> ServiceId:
        return legacy_service_id(self._shipment.service_code.strip(), str(self._shipment.service_edition))

    def _authorise(self, snapshot: Snapshot) -> _Judged:
        service = snapshot.catalogue.services.get(self._service)
        if service is None:
            return _Judged(self._unknown_service(snapshot))
        party = snapshot.party_numbered(self._shipment.reportee.strip())
        decision = authorise(self._store, snapshot, self._caller, party.id if party else "", self._service, self._now)
        if not decision.ruling.permitted and decision.ruling.reasons[0] in ABOUT_THE_SERVICE:
            return _Judged(self._not_a_service())
        judged = _Judged(None, party.id if party else "", service.title, decision)
        return self._ask_for_signature(snapshot, judged)

    def _ask_for_signature(self, snapshot: Snapshot, judged: _Judged) -> _Judged:
        right = Right(self._service, SIGN)
        if right not in snapshot.catalogue.policies:
            return judged
        if not self._signs:
            return replace(judged, needs_signature=True)
        if signer_of(self._caller) is None:
            return replace(judged, rejected=texts.with_detail(texts.NOT_A_SIGNATURE, "no person has logged on"))
        signing = decide(snapshot, Question(self._caller.subject(), judged.party, right, self._now))
        return replace(judged, needs_signature=True, signing=signing)

    @property
    def _signs(self) -> bool:
        """A signature on what is not complete signs nothing: the element waits for the rest."""
        return self._shipment.signature is not None and self._complete

    @property
    def _complete(self) -> bool:
        return all(form.completed for form in self._shipment.forms)

    def _unknown_service(self, snapshot: Snapshot) -> str:
        prefix = legacy_service_id(self._shipment.service_code.strip(), "")
        known = any(service.startswith(prefix) for service in snapshot.catalogue.services)
        return self._not_a_service() if known else texts.NO_SERVICES

    def _not_a_service(self) -> str:
        return texts.not_a_service(self._shipment.service_code, self._shipment.service_edition or 0)

    # -- refusing -----------------------------------------------------------------------------

    def refuse(self, judged: _Judged) -> ReceiptTree | _Taken:
        note_differences(self._store, [judged.decision])
        reference = self._shipment.reference
        if reference and self._store.read(lambda ledger: ledger.has_submission(self.sender, reference)):
            return _Taken(repeat=True)
        if judged.rejected is not None:
            return self.rejected(judged.rejected)
        if judged.refused is not None:
            raise self._not_allowed(judged.refused)
        self._store.write(lambda ledger: self._keep_refusal(ledger, judged))
        return _Taken()

    def rejected(self, text: str) -> ReceiptTree:
        """A receipt that does not exist: number 0, nothing stored (soap-svc §8.3)."""
        kind, status = ReceiptType.NOT_SET, ReceiptStatus.REJECTED
        return ReceiptTree(0, 0, self._caller.party or "", kind, status, text, self._now)

    def _not_allowed(self, denial: Decision) -> NotAllowed:
        fixes = explain(self._store.snapshot(), denial).fixes
        if denial.reasons[0] is Reason.LEVEL_TOO_LOW:
            level = LEVEL_OF[SubjectKind(denial.question.subject.kind)]
            message = f"The service asks for a higher authentication level than {level}"
            return NotAllowed(ErrorCode.LEVEL_TOO_LOW, message, fixes=fixes)
        reportee = mask_number(self._shipment.reportee.strip())
        if denial.question.right.action == SIGN:
            message = f"User is not authorized to sign on behalf of reportee: {reportee}"
            return NotAllowed(ErrorCode.NOT_AUTHORISED_TO_SIGN, message, fixes=fixes)
        message = f"User is not authorized for submittal of reporting service on behalf of reportee: {reportee}"
        return NotAllowed(ErrorCode.NOT_AUTHORISED_FOR_REPORTEE, message, fixes=fixes)

    def _keep_refusal(self, ledger: Ledger, judged: _Judged) -> None:
        first = ledger.next_number("receipt", self._rows.receipts)
        if ledger.has_submission(self.sender, self._shipment.reference):
            return
        text = judged.content.text or texts.FORM_FAILED
        self._rows.keep_receipt(ledger, self._rows.refusal(first, judged.content, text))

    # -- accepting ----------------------------------------------------------------------------

    def accept(self, ledger: Ledger, judged: _Judged, sequence: int) -> ReceiptTree | _Taken:
        rows = self._rows
        first = ledger.next_number("receipt", rows.receipts)
        reason = judged.decision.ruling.reasons[0] if judged.decision else ""
        row = rows.submission(judged.party, reason, sequence)
        if not ledger.add_submission(row):
            return _Taken(repeat=True)
        element = rows.element(ledger.next_number("element"), row, judged.title, self._task(judged))
        ledger.forms.add_element(element)
        tree = rows.keep_receipt(ledger, rows.receipt(first, judged.content, texts.INSTANTIATED, element))
        rows.add_forms(ledger, element, tree, judged.content.forms)
        rows.add_files(ledger, element, tree)
        rows.add_steps(ledger, element, signed=self._signs)
        note_differences_in(ledger, [judged.decision])
        return _Taken(element.id, archive=element.task is ElementTask.ARCHIVE)

    def _task(self, judged: _Judged) -> ElementTask:
        """Where the element lands: filled in, signed as the service demands, or all done (soap-svc §8.2)."""
        if not self._complete:
            return ElementTask.FORM_FILLING
        signed = 1 if judged.signing is not None else 0
        if judged.needs_signature and signed < max(self._shipment.signatures_required, 1):
            return ElementTask.SIGNING
        return ElementTask.ARCHIVE


def _problem_with_shape(shipment: Shipment) -> str | None:
    """Why a shipment is rejected before anybody's right is asked, as its receipt says it, or None."""
    if not shipment.reference.strip():
        return texts.with_detail(texts.MISSING_ARGUMENT, "ExternalShipmentReference")
    if len(shipment.reference) > LONGEST_REFERENCE:
        return texts.with_detail(
            texts.FORM_FAILED, f"ExternalShipmentReference has more than {LONGEST_REFERENCE} characters"
        )
    if not shipment.service_code.strip():
        return texts.with_detail(texts.MISSING_ARGUMENT, "ServiceCode")
    if shipment.service_edition is None:
        return texts.EDITION_MISSING
    try:
        parse_party_number(shipment.reportee)
    except InvalidInput:
        return texts.INVALID_REPORTEE
    return None if shipment.forms else texts.with_detail(texts.MISSING_ARGUMENT, "Forms")
