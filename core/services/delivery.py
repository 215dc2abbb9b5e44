"""Deliveries: taken by a worker, put together for the service owner, and what came of each try."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain.caller import Caller, CallerKind
from core.domain.delivering import (
    LEASE,
    Delivery,
    DeliveryFailure,
    DeliveryState,
    Parcel,
    ParcelFile,
    ParcelForm,
    ParcelSignature,
    Sender,
    choose_sender,
    next_step,
    on_one_line,
    party_in_address,
    told,
)
from core.domain.element import Element
from core.domain.receipt_texts import received_by_owner
from core.domain.receipt_tree import ReceiptReference, ReceiptStatus, ReferenceType, with_history
from core.domain.snapshot import Snapshot
from core.errors import Conflict, ErrorCode, NotAllowed, NotFound
from core.store.ledger import Ledger
from core.store.store import Store

LONGEST_REFERENCE = 255
"""Longest reference of a service owner that is kept, in characters."""

_NEW_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Consignment:
    """What is to be sent now: the parcel, and the system user that sends it."""

    parcel: Parcel
    sender: Sender


def take_deliveries(store: Store, *, limit: int, lease: timedelta = LEASE) -> tuple[Delivery, ...]:
    """Take at most ``limit`` deliveries that are due, for as long as the lease; nobody else gets them meanwhile.

    New elements of the outbox get their deliveries, with the idempotency keys they keep. What a worker took and
    never answered is taken over when its lease is out. Any number of workers may ask at once. Raises Unavailable.
    """
    now = store.clock()
    if not store.read(lambda ledger: ledger.deliveries.any_to_do(now)):
        return ()
    name = str(uuid.uuid4())

    def take(ledger: Ledger) -> tuple[Delivery, ...]:
        ledger.deliveries.open_new(now, _NEW_AT_A_TIME)
        return ledger.deliveries.lease(name, now, now + lease, limit)

    return store.write(take)


def consign(store: Store, delivery: Delivery, client_id: str) -> Consignment | DeliveryFailure:
    """What is to be sent for a delivery, and who sends it; or why nobody can just now.

    ``client_id`` is the client that asks for tokens. Raises NotFound where the element or one of its contents is
    not there, Unavailable.
    """
    snapshot = store.snapshot()
    element = store.read(lambda ledger: ledger.forms.element(delivery.element))
    if element is None:
        raise NotFound(ErrorCode.DELIVERY_NOT_FOUND, "the element is not stored")
    sender = choose_sender(snapshot, element, store.clock(), client_id)
    if isinstance(sender, DeliveryFailure):
        return sender
    return Consignment(store.read(lambda ledger: _parcel(ledger, snapshot, element)), sender)


def note_delivered(store: Store, delivery: Delivery, sender: Sender, status: int, reference: str | None) -> Delivery:
    """The service owner has it: kept with its reference, and told in the receipts, in one transaction.

    It counts whoever says it, also a worker whose lease ran out meanwhile, and the first word of it stays.
    Raises NotFound, Unavailable; then the delivery is tried again, under the same key.
    """
    now = store.clock()
    known = on_one_line(reference or "")[:LONGEST_REFERENCE] or None

    def write(ledger: Ledger) -> Delivery:
        found = _found(ledger, delivery.element)
        if found.state is DeliveryState.DELIVERED:
            return found
        ledger.deliveries.change(
            found.element,
            state=DeliveryState.DELIVERED,
            due=None,
            lease=None,
            attempts=found.attempts + 1,
            failures=0,
            since=None,
            tried=now,
            system_user=sender.system_user,
            external_ref=sender.external_ref,
            status=status,
            cause=None,
            words="",
            delivered=now,
            reference=known,
        )
        _tell_receipts(ledger, found.element, known, now)
        return _found(ledger, found.element)

    return store.write(write)


def note_failure(
    store: Store, delivery: Delivery, failure: DeliveryFailure, sender: Sender | None = None, *, was_sent: bool = False
) -> Delivery:
    """A try came to nothing: it is tried again later, held, or dead, with the words of whoever refused, masked.

    From a worker whose lease ran out it counts for nothing. Raises NotFound, Unavailable.
    """
    now = store.clock()

    def write(ledger: Ledger) -> Delivery:
        found = _found(ledger, delivery.element)
        if found.state is not DeliveryState.SENDING or found.lease != delivery.lease:
            return found
        step = next_step(found, failure, now)
        ledger.deliveries.change(
            found.element,
            state=step.state,
            due=step.due,
            lease=None,
            attempts=found.attempts + was_sent,
            failures=step.failures,
            since=step.since,
            tried=now,
            system_user=None if sender is None else sender.system_user,
            external_ref=None if sender is None else sender.external_ref,
            status=failure.status,
            cause=failure.cause,
            words=told(failure.words),
        )
        return _found(ledger, found.element)

    return store.write(write)


def give_back(store: Store, delivery: Delivery, due: datetime) -> None:
    """Let go of a delivery that was taken and not tried; it is due at ``due``. Raises NotFound, Unavailable."""

    def write(ledger: Ledger) -> None:
        found = _found(ledger, delivery.element)
        if found.state is DeliveryState.SENDING and found.lease == delivery.lease:
            ledger.deliveries.change(found.element, state=DeliveryState.READY, due=due, lease=None)

    store.write(write)


# -- looking, and trying again --------------------------------------------------------------------


def delivery_counts(store: Store) -> dict[DeliveryState, int]:
    """How many deliveries stand in each state. Raises Unavailable."""
    return store.read(lambda ledger: ledger.deliveries.counts())


def list_deliveries(
    store: Store, states: Iterable[DeliveryState], *, after: int = 0, limit: int = 100
) -> tuple[Delivery, ...]:
    """Deliveries in these states, in order of element, at most ``limit`` after ``after``. Raises Unavailable."""
    wanted = frozenset(states)
    return store.read(lambda ledger: ledger.deliveries.in_states(wanted, after, limit))


def dead_letters(store: Store, *, after: int = 0, limit: int = 100) -> tuple[Delivery, ...]:
    """Deliveries that were refused for good or given up, each with the words of who refused. Raises Unavailable."""
    return list_deliveries(store, (DeliveryState.DEAD,), after=after, limit=limit)


def deliver_again(store: Store, caller: Caller, elements: Iterable[int]) -> tuple[Delivery, ...]:
    """Try these again at once, under the keys they have: dead letters, and what waits or is held.

    Only the operator may. Raises NotAllowed, NotFound for an element that is not on its way, Conflict for one that
    is delivered or being sent, and then nothing is changed; Unavailable.
    """
    _require_operator(caller)
    wanted = sorted(frozenset(elements))
    now = store.clock()

    def write(ledger: Ledger) -> tuple[Delivery, ...]:
        for element in wanted:
            found = _found(ledger, element)
            if found.state in (DeliveryState.DELIVERED, DeliveryState.SENDING):
                raise Conflict(ErrorCode.WRONG_ELEMENT_STATE, f"element {element} is {found.state}")
            ledger.deliveries.change(element, state=DeliveryState.READY, due=now, failures=0, since=None, cause=None)
        return tuple(_found(ledger, element) for element in wanted)

    return store.write(write)


def deliver_stuck_again(store: Store, caller: Caller, states: Iterable[DeliveryState]) -> int:
    """Try everything again that is dead or held, as ``states`` says, under the keys they have; returns how many.

    Only the operator may. Raises NotAllowed, Conflict for another state, Unavailable.
    """
    _require_operator(caller)
    wanted, now = frozenset(states), store.clock()
    for state in sorted(wanted - {DeliveryState.DEAD, DeliveryState.HELD}):
        raise Conflict(ErrorCode.WRONG_ELEMENT_STATE, f"what is {state} is not stuck")
    return store.write(lambda ledger: ledger.deliveries.again(wanted, now)) if wanted else 0


# -- one transaction's part -----------------------------------------------------------------------


def _require_operator(caller: Caller) -> None:
    if caller.kind is not CallerKind.OPERATOR:
        raise NotAllowed(ErrorCode.NOT_THE_CALLERS, "only the operator has deliveries tried again")


def _found(ledger: Ledger, element: int) -> Delivery:
    found = ledger.deliveries.delivery(element, lock=True)
    if found is None:
        raise NotFound(ErrorCode.DELIVERY_NOT_FOUND, f"element {element} is not on its way to a service owner")
    return found


def _tell_receipts(ledger: Ledger, element: int, reference: str | None, now: datetime) -> None:
    """Say in the receipts of an element that its service owner has it.

    A shipment has one receipt for the whole; a batch one for each unit, below the batch's, which is then changed
    too, so that whoever lists what changed finds it. Source of the steps and the reference: soap-svc §8.1, §8.2.
    """
    text = received_by_owner(reference)
    found = ledger.deliveries.receipts(element)
    whole = [each for each in found if each[1] == 0] or found
    for number, _, before, history in whole:
        ledger.forms.change_receipt(
            number, text=text, status=ReceiptStatus.OK, history=with_history(history, before), changed=now
        )
        given = ReceiptReference(ReferenceType.RECEIVERS, reference or "")
        if reference and not ledger.deliveries.has_reference(number, given):
            ledger.forms.add_references(number, [given])
    for parent in sorted({parent for _, parent, _, _ in whole if parent}):
        ledger.forms.change_receipt(parent, changed=now)


def _parcel(ledger: Ledger, snapshot: Snapshot, element: Element) -> Parcel:
    forms, files = ledger.forms.forms(element.id), ledger.forms.attachments(element.id)
    party, number = party_in_address(snapshot, element.reportee)
    size = ledger.contents.size
    return Parcel(
        element=element.id,
        party=party,
        number=number,
        service=element.service,
        archive_reference=element.archive_reference or "",
        senders_reference=next((form.reference for form in forms), ""),
        received=element.created,
        archived=element.archived or element.changed,
        forms=tuple(
            ParcelForm(
                form.format_id,
                form.format_version,
                form.reference,
                form.parent_reference,
                form.completed,
                form.content,
                size(form.content),
            )
            for form in forms
        ),
        files=tuple(
            ParcelFile(
                file.reference, file.parent_reference, file.file_name, file.encrypted, file.content, size(file.content)
            )
            for file in files
        ),
        signatures=tuple(
            ParcelSignature(party_in_address(snapshot, each.person)[1], each.at, each.level)
            for each in ledger.forms.signatures(element.id)
        ),
        encrypted_key=element.encrypted_key,
    )
