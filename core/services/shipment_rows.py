"""What a shipment becomes in the ledger: submission, element, forms, files, signature, steps and receipts."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime

from core.domain.caller import Caller, CallerKind
from core.domain.decision import LEVEL_OF
from core.domain.element import (
    STATUS_OF,
    ChangeType,
    Element,
    ElementAttachment,
    ElementForm,
    ElementKind,
    ElementSignature,
    ElementTask,
    ProcessStep,
)
from core.domain.identifiers import PartyId, ServiceId
from core.domain.receipt_tree import (
    ReceiptReference,
    ReceiptStatus,
    ReceiptTree,
    ReceiptType,
    ReferenceType,
    with_history,
)
from core.domain.shipment import Shipment, SystemSignature, sender_of
from core.services.lifecycle import new_content
from core.services.shipment_check import ContentVerdict, ItemVerdict
from core.store.ledger import Ledger
from core.store.rows import SubmissionRow


class ShipmentRows:
    """Makes the rows of one shipment, all with the same moment ``now``."""

    def __init__(self, caller: Caller, shipment: Shipment, service: ServiceId, now: datetime) -> None:
        self._caller = caller
        self._shipment = shipment
        self._service = service
        self._now = now
        self._owner = caller.party or PartyId("")
        self.sender = sender_of(self._owner)

    def submission(self, party: str, reason: str, sequence: int) -> SubmissionRow:
        """The submission itself, authorised for ``party`` on the ground ``reason``, at ``sequence``."""
        return SubmissionRow(
            id=str(uuid.uuid4()),
            channel="shipment",
            sender=self.sender,
            batch_id=self._shipment.reference,
            owner=self._owner,
            enterprise_system=self._caller.enterprise_system,
            received=self._now,
            authorised_at=sequence,
            person=self._caller.person,
            reportee=party,
            service=self._service,
            reason=reason,
            signature=None if self._shipment.signature is None else told(self._shipment.signature),
        )

    def element(self, number: int, submission: SubmissionRow, title: str, task: ElementTask) -> Element:
        """The element that the reportee sees, in the step that it lands in."""
        shipment = self._shipment
        return Element(
            id=number,
            kind=ElementKind.FORM_TASK,
            reportee=PartyId(submission.reportee or ""),
            service=self._service,
            title=title,
            status=STATUS_OF[task],
            task=task,
            owner=self._owner,
            created=self._now,
            changed=self._now,
            changed_by=self._caller.name,
            change_type=ChangeType.SENT,
            person=self._caller.person,
            enterprise_system=self._caller.enterprise_system,
            submission=submission.id,
            case_id=shipment.case_id,
            signatures_required=max(shipment.signatures_required, 1),
            delegation_locked=shipment.delegation_locked,
            delegated_users=shipment.users,
            encrypted_key=shipment.encrypted_key,
        )

    def add_forms(self, ledger: Ledger, element: Element, tree: ReceiptTree, judged: tuple[ItemVerdict, ...]) -> None:
        """Store the forms with their data, and the signature where they are complete."""
        first = ledger.next_number("form", len(self._shipment.forms))
        forms = []
        for place, (form, verdict) in enumerate(zip(self._shipment.forms, judged, strict=True)):
            content = new_content()
            ledger.add_content(content, form.data.encode())
            forms.append(
                ElementForm(
                    id=first + place,
                    element=element.id,
                    position=place,
                    format_id=form.format_id.strip(),
                    format_version=form.format_version or 0,
                    reference=form.reference,
                    parent_reference=form.parent,
                    completed=form.completed,
                    validation=verdict.validation,
                    content=content,
                    created=self._now,
                    receipt=tree.children[place].id,
                )
            )
        ledger.forms.add_forms(forms)
        if element.task is not ElementTask.FORM_FILLING and self._shipment.signature is not None:
            self._sign(ledger, element, tuple(form.id for form in forms))

    def _sign(self, ledger: Ledger, element: Element, forms: tuple[int, ...]) -> None:
        signer = signer_of(self._caller)
        signature = self._shipment.signature
        if signer is None or signature is None:
            return
        level = LEVEL_OF[self._caller.subject().kind]
        ledger.forms.add_signature(
            ElementSignature(element.id, 0, signer, self._now, level, "", forms, (), told(signature))
        )

    def add_files(self, ledger: Ledger, element: Element, tree: ReceiptTree) -> None:
        """Store the attachments with their contents."""
        files = self._shipment.files
        first = ledger.next_number("attachment", len(files))
        rows = []
        for place, file in enumerate(files):
            content, data = new_content(), file.content or b""
            ledger.add_content(content, data)
            rows.append(
                ElementAttachment(
                    id=first + place,
                    element=element.id,
                    position=place,
                    name=file.name or file.file_name,
                    reference=file.reference,
                    parent_reference=file.parent,
                    file_name=file.file_name,
                    type_name=file.type_name,
                    encrypted=file.encrypted,
                    checksum=file.checksum,
                    size=len(data),
                    content=content,
                    created=self._now,
                    receipt=tree.children[len(self._shipment.forms) + place].id,
                )
            )
        ledger.forms.add_attachments(rows)

    def add_steps(self, ledger: Ledger, element: Element, *, signed: bool) -> None:
        """Record the steps it has been through."""
        tasks = [ElementTask.FORM_FILLING]
        if element.task is ElementTask.SIGNING or (element.task is ElementTask.ARCHIVE and signed):
            tasks.append(ElementTask.SIGNING)
        caller = self._caller
        ledger.forms.add_steps(
            ProcessStep(element.id, place, task, caller.person, caller.enterprise_system, self._now)
            for place, task in enumerate(tasks)
        )

    @property
    def receipts(self) -> int:
        """How many receipts it has."""
        return 1 + len(self._shipment.forms) + len(self._shipment.files)

    def refusal(self, first: int, content: ContentVerdict, text: str) -> ReceiptTree:
        """The receipt of content that cannot be taken in."""
        return self._tree(first, content, ReceiptStatus.VALIDATION_FAILED, text, None)

    def receipt(self, first: int, content: ContentVerdict, text: str, element: Element) -> ReceiptTree:
        """The receipt of a shipment that is taken in."""
        return self._tree(first, content, ReceiptStatus.OK, text, element)

    def _tree(
        self, first: int, content: ContentVerdict, status: ReceiptStatus, text: str, element: Element | None
    ) -> ReceiptTree:
        references = [ReceiptReference(ReferenceType.EXTERNAL_SHIPMENT, self._shipment.reference)]
        if element is not None:
            references.append(ReceiptReference(ReferenceType.WORKFLOW, str(element.id)))
        whole = ReceiptTree(
            id=first,
            parent=0,
            owner=self._owner,
            type=ReceiptType.FORM_TASK,
            status=status,
            text=text,
            changed=self._now,
            sender=self.sender,
            reference=self._shipment.reference,
            submission=None if element is None else element.submission,
            element=None if element is None else element.id,
            references=tuple(references),
        )
        return replace(whole, children=tuple(self._children(whole, content)))

    def _children(self, whole: ReceiptTree, content: ContentVerdict) -> Iterator[ReceiptTree]:
        references = [item.reference for item in self._shipment.forms]
        references += [item.reference for item in self._shipment.files]
        for place, (own, verdict) in enumerate(zip(references, (*content.forms, *content.files), strict=True)):
            yield replace(
                whole,
                id=whole.id + 1 + place,
                parent=whole.id,
                position=place,
                status=verdict.status,
                text=verdict.text,
                sender=None,
                reference=None,
                references=_senders_reference(own),
            )

    def keep_receipt(self, ledger: Ledger, tree: ReceiptTree) -> ReceiptTree:
        """Store the receipt, or go on in that of an earlier try that was refused."""
        before = ledger.forms.receipt_of_shipment(self.sender, self._shipment.reference)
        if before is None:
            ledger.forms.add_receipt(tree)
            return tree
        children = tuple(replace(child, parent=before.id) for child in tree.children)
        ledger.forms.change_receipt(
            before.id,
            status=tree.status,
            text=tree.text,
            history=with_history(before.history, before.text),
            changed=tree.changed,
            submission=tree.submission,
            element=tree.element,
        )
        ledger.forms.remove_children(before.id)
        ledger.forms.add_children(children)
        ledger.forms.add_references(before.id, [each for each in tree.references if each not in before.references])
        return replace(tree, id=before.id, children=children)


def signer_of(caller: Caller) -> PartyId | None:
    """The person who signs when the caller does: through a system, or with a user name of their own.

    An enterprise user acts for its organisation, in whose name it signs.
    """
    if caller.kind is CallerKind.ENTERPRISE_SYSTEM:
        return caller.person
    return caller.party


def told(signature: SystemSignature) -> str:
    """What an end-user system says about a signing, as it is kept."""
    return json.dumps(asdict(signature), default=_iso, ensure_ascii=False, sort_keys=True)


def _iso(moment: datetime) -> str:
    return moment.isoformat()


def _senders_reference(reference: str) -> tuple[ReceiptReference, ...]:
    return (ReceiptReference(ReferenceType.SENDERS, reference),) if reference else ()
