"""Messages (meldinger) once sent: a reportee's people and systems fetch, confirm, archive and delete them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from core.domain.caller import Caller
from core.domain.decision import Decision
from core.domain.element import ChangeType, ElementStatus, ElementTask
from core.domain.explain import explain
from core.domain.identifiers import ServiceId
from core.domain.message import Message
from core.domain.party import Party, PartyKind
from core.domain.receipt_tree import ReceiptReference, ReceiptStatus, ReceiptTree, ReceiptType, ReferenceType
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import Right
from core.errors import Conflict, ErrorCode, NotAllowed, NotFound
from core.services.archive import archive_reference
from core.services.lifecycle import ask_ruling
from core.store.ledger import Ledger
from core.store.store import Store

READ = "read"
WRITE = "write"
ARCHIVE_READ = "archive-read"
"""Fetching asks for the first, confirming and deleting for the second, fetching from the archive for the third."""


def read_message(store: Store, caller: Caller, message_id: int) -> Message:
    """An active message with its files; the first reading is noted. Raises NotFound where it is not there to see."""
    found = _readable(store, caller, message_id, READ, _is_active)
    if found.read is None:
        now, name = store.clock(), _name_of(store, caller)
        status = ElementStatus.OPENED_TO_CONFIRM if found.confirmation_needed else ElementStatus.OPENED

        def read(ledger: Ledger) -> None:
            if ledger.messages.mark_read(message_id, now):
                ledger.forms.change_element(message_id, status=status, changed=now, changed_by=name)

        store.write(read)
        found = replace(found, read=now)
    return _with_data(store, found)


def confirm_message(store: Store, caller: Caller, message_id: int) -> None:
    """Confirm a message that asks for it and has been read; once is enough, twice changes nothing.

    Raises NotFound, NotAllowed without the right to write, Conflict in the wrong state.
    """
    found = _readable(store, caller, message_id, READ, _is_active)
    _must_write(store, caller, found)
    if not found.confirmation_needed:
        raise Conflict(ErrorCode.WRONG_MESSAGE_STATE, "the message asks for no confirmation")
    if found.read is None:
        raise Conflict(ErrorCode.WRONG_MESSAGE_STATE, "a message is read before it is confirmed")
    now, by, name = store.clock(), caller.person or caller.party, _name_of(store, caller)

    def confirm(ledger: Ledger) -> None:
        if ledger.messages.mark_confirmed(message_id, now, by):
            ledger.forms.change_element(
                message_id, status=ElementStatus.CONFIRMED, changed=now, changed_by=name, change_type=ChangeType.SAVED
            )

    store.write(confirm)


def archive_message(store: Store, caller: Caller, message_id: int) -> ReceiptTree:
    """Move a message to the reportee's archive: read it must be, and confirmed where it asks for that.

    Returns the receipt for it. Raises NotFound, Conflict in the wrong state; archiving again is the wrong
    state too.
    """
    found = _readable(store, caller, message_id, READ, _is_not_deleted)
    if found.archived is not None:
        raise Conflict(ErrorCode.WRONG_MESSAGE_STATE, "the message is archived already")
    if found.read is None:
        raise Conflict(ErrorCode.WRONG_MESSAGE_STATE, "a message is read before it is archived")
    if found.confirmation_needed and found.confirmed is None:
        raise Conflict(ErrorCode.WRONG_MESSAGE_STATE, "the message must be confirmed before it is archived")
    now, name, owner = store.clock(), _name_of(store, caller), store.snapshot().party(caller.party or "")

    def archive(ledger: Ledger) -> ReceiptTree:
        reference = found.archive_reference or archive_reference(ledger.next_number("archive"))
        receipt = _archive_receipt(ledger.next_number("receipt"), found, owner, reference, now)
        if not ledger.messages.mark_archived(message_id, now, reference):
            raise Conflict(ErrorCode.WRONG_MESSAGE_STATE, "the message was archived or deleted meanwhile")
        ledger.forms.change_element(
            message_id,
            status=ElementStatus.ARCHIVE,
            task=ElementTask.ARCHIVE,
            archived=now,
            archive_reference=reference,
            changed=now,
            changed_by=name,
            change_type=ChangeType.ARCHIVED,
        )
        ledger.forms.add_receipt(receipt)
        return receipt

    return store.write(archive)


def delete_message(store: Store, caller: Caller, message_id: int) -> None:
    """Delete an active message: a person's for good, an organisation's to the bin.

    Raises NotFound, NotAllowed without the right to write, Conflict for an archived one.
    """
    found = _readable(store, caller, message_id, READ, _is_not_deleted)
    _must_write(store, caller, found)
    if found.archived is not None:
        raise Conflict(ErrorCode.MESSAGE_NOT_DELETABLE, "an archived message cannot be deleted here")
    reportee = store.snapshot().party(found.reportee)
    is_person = reportee is not None and reportee.kind is PartyKind.PERSON
    now, name = store.clock(), _name_of(store, caller)

    def remove(ledger: Ledger) -> bool:
        ledger.forms.change_element(message_id, deleted=now, changed=now, changed_by=name)
        return ledger.messages.wipe(message_id) if is_person else ledger.messages.put_in_bin(message_id)

    if not store.write(remove):
        raise Conflict(ErrorCode.MESSAGE_NOT_DELETABLE, "the message was archived or deleted meanwhile")


def archived_message(store: Store, caller: Caller, archive_id: int) -> Message:
    """A message in the archive, with its files. Raises NotFound where it is not there to see."""
    return _with_data(store, _readable(store, caller, archive_id, ARCHIVE_READ, _is_archived))


def list_messages_for_reportee(
    store: Store, caller: Caller, reportee: str, *, since: datetime | None = None, until: datetime | None = None
) -> tuple[Message, ...]:
    """The reportee's messages that the caller may read, sent in the period, newest first.

    A reportee nobody knows, and one that gave the caller nothing, have none. ``reportee`` is a number.
    """
    return _listed(store, caller, reportee, None, since, until)


def list_messages_for_archive_reference(
    store: Store,
    caller: Caller,
    reportee: str,
    archive_reference: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[Message, ...]:
    """As `list_messages_for_reportee`, only those that answer the submission with this archive reference."""
    return _listed(store, caller, reportee, archive_reference.strip(), since, until)


def _archive_receipt(number: int, message: Message, owner: Party | None, reference: str, now: datetime) -> ReceiptTree:
    told = [
        ReceiptReference(ReferenceType.SENDERS, message.reference),
        ReceiptReference(ReferenceType.WORKFLOW, str(message.id)),
        *(() if owner is None else (ReceiptReference(ReferenceType.OWNER_PARTY, owner.number),)),
        ReceiptReference(ReferenceType.ARCHIVE, reference),
    ]
    return ReceiptTree(
        id=number,
        parent=0,
        owner=message.reportee if owner is None else owner.id,
        type=ReceiptType.CORRESPONDENCE,
        status=ReceiptStatus.OK,
        text="Correspondence archived",
        changed=now,
        element=message.id,
        references=tuple(told),
    )


# -- who may see what ---------------------------------------------------------------------------


def _readable(
    store: Store, caller: Caller, message_id: int, action: str, wanted: Callable[[Message, datetime], bool]
) -> Message:
    """The message, where it is in the wanted state and the caller may see it.

    Everything else is answered alike: element ids are guessed easily, and an answer that differs would tell
    a stranger for whom there are messages.
    """
    found = store.read(lambda ledger: _standing(ledger, message_id))
    now = store.clock()
    if (
        found is None
        or not wanted(found, now)
        or not _ask(store, store.snapshot(), caller, found, action, now).permitted
    ):
        raise NotFound(
            ErrorCode.MESSAGE_NOT_FOUND,
            f"there is no message {message_id} that the caller may fetch here",
            details={"message": str(message_id)},
        )
    return found


def _standing(ledger: Ledger, message_id: int) -> Message | None:
    """The message, unless its element has been deleted from the element list."""
    element = ledger.forms.element(message_id)
    return None if element is None or element.deleted is not None else ledger.messages.message(message_id)


def _is_active(message: Message, now: datetime) -> bool:
    return message.is_active(now)


def _is_archived(message: Message, now: datetime) -> bool:
    return _is_not_deleted(message, now) and message.archived is not None


def _is_not_deleted(message: Message, now: datetime) -> bool:
    return message.removal is None and message.visible <= now


def _ask(store: Store, snapshot: Snapshot, caller: Caller, message: Message, action: str, at: datetime) -> Decision:
    return ask_ruling(store, snapshot, caller, message.reportee, Right(message.service, action), at)


def _must_write(store: Store, caller: Caller, message: Message) -> None:
    snapshot = store.snapshot()
    decision = _ask(store, snapshot, caller, message, WRITE, store.clock())
    if not decision.permitted:
        explained = explain(snapshot, decision)
        raise NotAllowed(ErrorCode.MISSING_RIGHT, explained.sentence, fixes=explained.fixes)


def _listed(
    store: Store,
    caller: Caller,
    reportee: str,
    archive_reference: str | None,
    since: datetime | None,
    until: datetime | None,
) -> tuple[Message, ...]:
    snapshot = store.snapshot()
    party = snapshot.party_numbered(reportee.strip())
    if party is None:
        return ()
    found = store.read(
        lambda ledger: ledger.messages.messages_for(
            party.id, archive_reference=archive_reference, since=since, until=until
        )
    )
    now = store.clock()
    may: dict[tuple[ServiceId, str], bool] = {}
    for message in found:
        key = (message.service, _action_for(message))
        if key not in may:
            may[key] = _ask(store, snapshot, caller, message, key[1], now).permitted
    return tuple(each for each in found if each.visible <= now and may[each.service, _action_for(each)])


def _action_for(message: Message) -> str:
    return READ if message.archived is None else ARCHIVE_READ


def _name_of(store: Store, caller: Caller) -> str:
    """The caller as others are shown it."""
    snapshot = store.snapshot()
    party = snapshot.party(caller.person or caller.party or "")
    return "" if party is None else party.name


def _with_data(store: Store, message: Message) -> Message:
    def read(ledger: Ledger) -> Message:
        files = tuple(ledger.messages.attachment_data(each) for each in message.attachments)
        return replace(message, attachments=files)

    return store.read(read) if message.attachments else message
