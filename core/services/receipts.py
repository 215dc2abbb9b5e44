"""Receipts of the later platform: finding one, listing them, and what a party to one may write on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.caller import Caller
from core.domain.party import PartyKind
from core.domain.receipt_texts import updated_by
from core.domain.receipt_tree import (
    SEARCHABLE,
    ReceiptReference,
    ReceiptStatus,
    ReceiptTree,
    ReceiptType,
    ReferenceType,
    with_history,
)
from core.domain.snapshot import Snapshot
from core.errors import ErrorCode, InvalidInput, NotAllowed, NotFound
from core.store.ledger import Ledger
from core.store.store import Store

# A form's own reference is kept as SendersReference and sent as EndUserSystemReference: one finds the other.
_SAME = {ReferenceType.END_USER_SYSTEM: (ReferenceType.END_USER_SYSTEM, ReferenceType.SENDERS)}

MOST_LISTED = 5000
"""Most receipts in one list. Proposed: the contracts name no limit, and an answer must fit in memory."""


@dataclass(frozen=True, slots=True)
class ReceiptUpdate:
    """What a party writes on a receipt, which it names by number or by archive reference, never by both."""

    receipt: int | None
    archive_reference: str | None
    status: ReceiptStatus
    text: str
    references: tuple[ReceiptReference, ...] = ()
    children: tuple[ReceiptUpdate, ...] = ()


def find_receipt(
    store: Store, caller: Caller, receipt: int | None, references: Sequence[ReceiptReference]
) -> ReceiptTree:
    """The receipt with this number, or else with this workflow reference, or else with any other of these.

    For one below another the whole tree is given. Of several with a reference the newest counts. Raises
    NotFound, also for a receipt that is not the caller's. Source of the order: soap-svc §8.3.
    """

    def search(ledger: Ledger) -> ReceiptTree | None:
        number = _number_of_party(store, caller)
        for candidate in _candidates(ledger, receipt, references):
            tree = _seen(_top(ledger, candidate), candidate, caller, number)
            if tree is not None:
                return tree
        return None

    found = store.read(search)
    if found is None:
        raise NotFound(ErrorCode.RECEIPT_NOT_FOUND, "there is no receipt with this number or reference")
    return with_sender(store.snapshot(), caller, found)


def list_receipts(
    store: Store, caller: Caller, kind: ReceiptType, begins: datetime | None, ends: datetime | None
) -> tuple[ReceiptTree, ...]:
    """The caller's receipts of one type that were last changed within the time, oldest first.

    At most `MOST_LISTED`, those changed last: whoever wants more asks for an earlier time. Raises InvalidInput
    for no type, and for times in the wrong order.
    """
    if kind is ReceiptType.NOT_SET:
        raise InvalidInput(ErrorCode.RECEIPT_TYPE_MISSING, "a receipt type must be set")
    if begins is not None and ends is not None and begins > ends:
        raise InvalidInput(ErrorCode.DATES_REVERSED, "the from date is later than the to date")
    number = _number_of_party(store, caller)
    found = store.read(
        lambda ledger: ledger.forms.receipts_of(caller.party or "", number, kind, begins, ends, MOST_LISTED)
    )
    snapshot = store.snapshot()
    return tuple(with_sender(snapshot, caller, tree) for tree in found)


def with_sender(snapshot: Snapshot, caller: Caller, tree: ReceiptTree) -> ReceiptTree:
    """A shipment's receipt with its sender's number, as the caller may be told it (OwnerPartyReference).

    It is put there at each reading, and never kept: nobody can change it, and no identity number lies among the
    references. An organisation's number is public. A person's is told to that person alone, and to nobody else
    who may see the receipt, such as a party named in it, or another who completes the form. Source: soap-svc §8.1.
    """
    sender = snapshot.party(tree.owner)
    if sender is None or tree.type is not ReceiptType.FORM_TASK or tree.parent or not tree.id:
        return tree
    if sender.kind is PartyKind.PERSON and caller.party != sender.id:
        return tree
    order = list(ReferenceType)
    told = [*tree.references, ReceiptReference(ReferenceType.OWNER_PARTY, sender.number)]
    return replace(tree, references=tuple(sorted(told, key=lambda each: (order.index(each.type), each.value))))


def update_receipt(store: Store, caller: Caller, update: ReceiptUpdate) -> ReceiptTree:
    """Write on a receipt: a new status and text, the old text on top of the history, and further references.

    Raises InvalidInput for an update that names both or neither of number and archive reference, lacks a
    status or text, or adds a reference that is not to be added; NotFound; NotAllowed for a receipt of others.
    """
    _check_update(update)
    number = _number_of_party(store, caller)
    now = store.clock()

    def write(ledger: Ledger) -> int:
        tree = _named(ledger, update)
        if tree is None:
            raise NotFound(ErrorCode.RECEIPT_NOT_FOUND, "there is no receipt with this number or reference")
        tree = _seen(tree, update.receipt or 0, caller, number)
        if tree is None:
            raise NotAllowed(ErrorCode.INVALID_RECEIPT_UPDATE, "the receipt is not the caller's")
        _check_owner(update, with_sender(store.snapshot(), caller, tree))
        below = {child.id: child for child in tree.children}
        for part in update.children:
            if part.receipt not in below:
                raise NotFound(ErrorCode.RECEIPT_NOT_FOUND, "there is no such receipt below it")
            _write(ledger, caller, below[part.receipt], part, now)
        _write(ledger, caller, below.get(update.receipt or 0, tree), update, now)
        return tree.id

    changed = store.write(write)
    return find_receipt(store, caller, changed, ())


def _candidates(ledger: Ledger, receipt: int | None, references: Sequence[ReceiptReference]) -> Iterable[int]:
    if receipt:
        yield receipt
    wanted = [each for each in references if each.type is ReferenceType.WORKFLOW]
    wanted += [each for each in references if each.type in SEARCHABLE]
    for each in wanted:
        for number, _, _ in ledger.forms.receipts_referring(_SAME.get(each.type, (each.type,)), each.value):
            yield number


def _top(ledger: Ledger, receipt: int) -> ReceiptTree | None:
    found = ledger.forms.receipt(receipt)
    return ledger.forms.receipt(found.parent) if found is not None and found.parent else found


def _named(ledger: Ledger, update: ReceiptUpdate) -> ReceiptTree | None:
    if update.receipt:
        return _top(ledger, update.receipt)
    found = ledger.forms.receipts_referring((ReferenceType.ARCHIVE,), update.archive_reference or "")
    return _top(ledger, found[0][0]) if found else None


def _check_update(update: ReceiptUpdate) -> None:
    if bool(update.receipt) == bool(update.archive_reference):
        raise _invalid("one of receipt id and archive reference must be given, and not both")
    for part in (update, *update.children):
        if part.status is ReceiptStatus.NOT_SET or not part.text.strip():
            raise _invalid("status and text must be given")
        if any(each.type is ReferenceType.NOT_SET or not each.value for each in part.references):
            raise _invalid("a reference of this type cannot be added")


def _check_owner(update: ReceiptUpdate, seen: ReceiptTree) -> None:
    """Who sent it cannot be said anew. A client may send back what it was told."""
    for part in (update, *update.children):
        if any(each.type is ReferenceType.OWNER_PARTY and each not in seen.references for each in part.references):
            raise _invalid("a reference of this type cannot be added")


def _write(ledger: Ledger, caller: Caller, before: ReceiptTree, update: ReceiptUpdate, now: datetime) -> None:
    system = str(caller.enterprise_system or caller.enterprise_user or "")
    ledger.forms.change_receipt(
        before.id,
        status=update.status,
        text=updated_by(system, update.text),
        history=with_history(before.history, before.text),
        changed=now,
    )
    further = [each for each in update.references if each.type is not ReferenceType.OWNER_PARTY]
    ledger.forms.add_references(before.id, [each for each in further if each not in before.references])


def _seen(tree: ReceiptTree | None, wanted: int, caller: Caller, number: str) -> ReceiptTree | None:
    """The whole tree for a party to it; the wanted part alone for a party to that part, as a file's recipient is."""
    if tree is None or _may_see(tree, caller, number):
        return tree
    return next((part for part in tree.children if part.id == wanted and _may_see(part, caller, number)), None)


def _may_see(tree: ReceiptTree, caller: Caller, number: str) -> bool:
    """The sender's owner may, and whoever a PartyReference names (soap-svc §9.3)."""
    if caller.party is not None and tree.owner == caller.party:
        return True
    return bool(number) and ReceiptReference(ReferenceType.PARTY, number) in tree.references


def _number_of_party(store: Store, caller: Caller) -> str:
    party = store.snapshot().party(caller.party or "")
    return "" if party is None else party.number


def _invalid(what: str) -> InvalidInput:
    return InvalidInput(ErrorCode.INVALID_RECEIPT_UPDATE, what)
