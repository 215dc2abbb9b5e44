"""Prefill: service owners leave it, whoever may fill in the form for the reportee fetches it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from core.domain.caller import Caller
from core.domain.element import ChangeType, Element, ElementForm, ElementKind, ElementStatus, ElementTask, Validation
from core.domain.explain import explain
from core.domain.identifiers import PartyId, ServiceId
from core.domain.party import Party
from core.domain.prefill import KeptPrefill, Prefill, PrefilledForm
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right
from core.errors import ErrorCode, GatewayError, InvalidInput, NotAllowed, NotFound
from core.services.lifecycle import ask_ruling
from core.services.service_owners import owned_service
from core.store.ledger import Ledger
from core.store.rows import SubmissionRow
from core.store.store import Store

FILL_IN = "write"
"""Who may fill in the form may know what is known already."""

_LONGEST_REFERENCE = 255


def submit_prefill(store: Store, caller: Caller, sets: tuple[Prefill, ...]) -> None:
    """Keep sets of forms for their reportees, for a service owner on services of its own. All of them, or none.

    A set under a reference used before takes the earlier one's place. Raises InvalidInput for an incomplete
    set or a service nobody knows, NotFound for such a reportee, NotAllowed for another's service (each names
    the set by its place, from 1), Unavailable.
    """
    snapshot, now = store.snapshot(), store.clock()
    code, checked = store.read(lambda ledger: _checked(ledger, snapshot, caller, sets))

    def keep(ledger: Ledger) -> None:
        # Numbers are taken by one at a time: two who send the same reference come one after the other.
        ledger.next_number("element", 0)
        for reportee, each in checked:
            ledger.prefill.keep(caller.organisation or "", code, reportee, each, now)

    store.write(keep)


def start_prefilled(store: Store, caller: Caller, sets: tuple[Prefill, ...]) -> tuple[int, ...]:
    """Keep sets of forms and lay each among its reportee's elements, to be filled in; returns their element ids.

    A set that was laid there before is where it was, whatever it holds the second time. Raises as
    `submit_prefill` does.
    """
    snapshot, now = store.snapshot(), store.clock()
    code, checked = store.read(lambda ledger: _checked(ledger, snapshot, caller, sets))
    sender = snapshot.party_numbered(caller.organisation or "")
    if sender is None:
        raise NotAllowed(ErrorCode.NOT_THE_SERVICE_OWNER, "only a service owner lays forms to be filled in")

    def start(ledger: Ledger) -> tuple[int, ...]:
        return tuple(
            _start(ledger, _Laying(sender, code, reportee, each, now, caller, snapshot)) for reportee, each in checked
        )

    return store.write(start)


@dataclass(frozen=True, slots=True)
class _Laying:
    """One set on its way to a reportee's elements."""

    sender: Party
    code: str
    reportee: str
    prefill: Prefill
    now: datetime
    caller: Caller
    snapshot: Snapshot

    def submission(self) -> SubmissionRow:
        """What is handed on to the service owner when the forms have come back."""
        return SubmissionRow(
            id=str(uuid.uuid4()),
            channel="prefill",
            sender=f"service-owner:{self.sender.number}",
            batch_id=f"{self.prefill.service} {self.reportee} {self.prefill.reference}",
            owner=self.sender.id,
            enterprise_system=self.caller.enterprise_system,
            received=self.now,
            authorised_at=self.snapshot.sequence,
            reportee=self.reportee,
            service=self.prefill.service,
        )

    def element(self, number: int, submission: str) -> Element:
        """What the reportee sees."""
        service = self.snapshot.catalogue.services[self.prefill.service]
        return Element(
            id=number,
            kind=ElementKind.FORM_TASK,
            reportee=PartyId(self.reportee),
            service=service.id,
            title=service.title,
            status=ElementStatus.FILL_IN,
            task=ElementTask.FORM_FILLING,
            owner=self.sender.id,
            created=self.now,
            changed=self.now,
            changed_by=self.sender.name,
            change_type=ChangeType.SENT,
            submission=submission,
        )

    def form(self, number: int, element: int, place: int, form: PrefilledForm, content: str) -> ElementForm:
        """One of its forms."""
        return ElementForm(
            id=number,
            element=element,
            position=place,
            format_id=form.format_id,
            format_version=form.format_version,
            reference=form.reference,
            parent_reference="" if place == 0 else self.prefill.forms[0].reference,
            completed=False,
            validation=Validation.NOT_VALIDATED,
            content=content,
            created=self.now,
        )


def _start(ledger: Ledger, laying: _Laying) -> int:
    prefill = laying.prefill
    number = ledger.next_number("element")
    before = ledger.prefill.element_of(laying.sender.number, laying.reportee, prefill)
    if before is not None:
        return before
    first = ledger.next_number("form", len(prefill.forms))
    submission = laying.submission()
    ledger.add_submission(submission)
    ledger.forms.add_element(laying.element(number, submission.id))
    contents = [str(uuid.uuid4()) for _ in prefill.forms]
    ledger.forms.add_forms(
        laying.form(first + place, number, place, form, contents[place]) for place, form in enumerate(prefill.forms)
    )
    for content, form in zip(contents, prefill.forms, strict=True):
        ledger.add_content(content, form.data.encode())
    ledger.prefill.keep(laying.sender.number, laying.code, laying.reportee, prefill, laying.now, number)
    return number


def prefill_for(store: Store, caller: Caller, reportee: str, service: ServiceId) -> tuple[KeptPrefill, ...]:
    """What is kept for a reportee (a number) and a service, newest set first; nothing where nothing is kept.

    Raises NotAllowed where the caller may not fill in the service's forms for the reportee, Unavailable.
    """
    snapshot, now = store.snapshot(), store.clock()
    party = snapshot.party_numbered(reportee.strip())
    party_id = "" if party is None else party.id
    decision = ask_ruling(store, snapshot, caller, party_id, Right(service, FILL_IN), now)
    if not decision.permitted or party is None:
        explained = explain(snapshot, decision)
        raise NotAllowed(ErrorCode.MISSING_RIGHT, explained.sentence, fixes=explained.fixes)
    return store.read(lambda ledger: ledger.prefill.kept_for(party.id, party.number, service, now))


def _checked(
    ledger: Ledger, snapshot: Snapshot, caller: Caller, sets: tuple[Prefill, ...]
) -> tuple[str, list[tuple[str, Prefill]]]:
    """The sender's code, and the sets with the party ids they are for."""
    checked = []
    for place, each in enumerate(sets, start=1):
        try:
            owned_service(ledger, snapshot, caller, each.service)
            _check_content(each)
            party = snapshot.party_numbered(each.reportee.strip())
            if party is None:
                raise NotFound(ErrorCode.PARTY_NOT_FOUND, "the reportee of the prefill is not a known party")
        except GatewayError as error:
            error.details = {**error.details, "message": str(place)}
            raise
        checked.append((str(party.id), each))
    owners = ledger.messages.service_owners(caller.organisation or "")
    return (owners[0].code if owners else ""), checked


def _check_content(new: Prefill) -> None:
    if not new.reference.strip() or len(new.reference) > _LONGEST_REFERENCE:
        raise InvalidInput(
            ErrorCode.INVALID_PREFILL, f"a prefill has a reference of 1 to {_LONGEST_REFERENCE} characters"
        )
    if not new.forms:
        raise InvalidInput(ErrorCode.INVALID_PREFILL, "a prefill has at least one form")
    if not all(form.format_id.strip() and form.data.strip() for form in new.forms):
        raise InvalidInput(ErrorCode.INVALID_PREFILL, "every form of a prefill has a format id and data")
