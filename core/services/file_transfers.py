"""Brokered files in the new world: announced, uploaded, found, fetched and confirmed by system users.

The transfers are kept like those of the old world, and their recipients and contents are handled by the same
functions; what is new are states, events and the settings of resources. Who acts is a system user, and for
whom is the party in the transfer: the sender, or those recipients that it may read for. The platform asks its
decision point with the id of the transfer as resource instance; here no policy tells instances apart.
Codes in brackets are the broker's (pdp-and-tokens §16.3).
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from itertools import islice

from core.domain.caller import Caller
from core.domain.explain import explain
from core.domain.file_transfer import (
    FileTransfer,
    NewFileTransfer,
    RecipientProgress,
    RecipientState,
    TransferEvent,
    TransferProgress,
    TransferSearch,
    TransferState,
)
from core.domain.identifiers import PartyId, ServiceId
from core.domain.party import Party
from core.domain.reportees import parties_within_reach
from core.domain.snapshot import Snapshot
from core.domain.transfer import Content, Transfer, TransferRecipient
from core.errors import Conflict, ErrorCode, NotAllowed, NotFound
from core.services.access import ask, is_open
from core.services.broker_resources import broker_settings, check_new_transfer, check_owner_takes_part
from core.services.transfers import RECEIVE, SEND, recipients_of, transfer_named
from core.store.ledger import Ledger
from core.store.store import Store

MOST_FOUND = 100
"""Transfers that one search answers with. Source: the broker's description of the list."""

_AT_ONCE = 1000
_ANNOUNCED, _STARTED = "Initialized", "Download started"
_CONFIRMED, _ALL_CONFIRMED = "Download confirmed", "All recipients have confirmed the download"
_WITHOUT_FILE = (TransferState.INITIALIZED, TransferState.UPLOAD_STARTED, TransferState.UPLOAD_PROCESSING)
_FETCHED = (TransferState.PUBLISHED, TransferState.ALL_CONFIRMED)


def initialize_file_transfer(store: Store, caller: Caller, new: NewFileTransfer) -> str:
    """Announce a file to its recipients; returns the id to upload it under.

    Raises InvalidMembers for what cannot be; InvalidInput for a resource that brokers no files [00005] or has
    not been configured [00025], and where its owner must take part [00026, 00027]; NotAllowed where the caller
    may not send for the sender [00006] or a recipient may not be sent to [00028]; Unavailable.
    """
    snapshot, now = store.snapshot(), store.clock()
    settings = store.read(lambda ledger: broker_settings(ledger, snapshot, new.service))
    check_new_transfer(new)
    sender = _permitted(snapshot, caller, snapshot.party_numbered(new.sender), new.service, now)
    store.read(lambda ledger: check_owner_takes_part(ledger, snapshot, settings, new))
    transfer = Transfer(
        id=str(uuid.uuid4()),
        service=new.service,
        sender=sender.id,
        owner=caller.party or sender.id,
        reference=new.reference,
        files=((new.file_name, new.checksum or ""),),
        properties=new.properties,
        begun=now,
        recipients=tuple(recipients_of(snapshot, new.service, new.recipients)),
    )
    state = TransferState.INITIALIZED
    begun = TransferProgress(
        transfer.id, new.service, sender.id, state, _ANNOUNCED, now, expires=now + settings.lifetime
    )

    def keep(ledger: Ledger) -> None:
        ledger.transfers.add(transfer)
        ledger.broker.begin(begun)
        ledger.broker.add_event(transfer.id, TransferEvent(now, state, _ANNOUNCED))
        for each in transfer.recipients:
            ledger.broker.add_event(transfer.id, TransferEvent(now, RecipientState.INITIALIZED, _ANNOUNCED, each.party))

    store.write(keep)
    return transfer.id


def file_transfer(store: Store, caller: Caller, transfer_id: str) -> FileTransfer:
    """A transfer, for who may send or receive it: what it is, how far it has come, and what has happened.

    Raises NotFound for no such transfer [00001], NotAllowed for anybody else [00006], Unavailable.
    """
    snapshot, now = store.snapshot(), store.clock()
    transfer, progress = find_transfer(store, transfer_id)
    taking_part = (transfer.sender, *(each.party for each in transfer.recipients))
    if not any(_may(snapshot, caller, party, transfer.service, now) for party in taking_part):
        raise _no_access(snapshot, caller, transfer.service, now)
    events = store.read(lambda ledger: ledger.broker.events(transfer.id))
    return FileTransfer(
        transfer=transfer,
        state=progress.state_at(now),
        text=progress.text,
        changed=progress.changed,
        expires=progress.expires,
        checksum=progress.checksum or transfer.files[0][1] or None,
        sender=_party(snapshot, transfer.sender),
        recipients=tuple(_recipient(snapshot, transfer, each) for each in transfer.recipients),
        events=events,
    )


def find_file_transfers(store: Store, caller: Caller, search: TransferSearch) -> tuple[str, ...]:
    """The ids of the transfers of a resource that the caller may see, the newest first unless asked otherwise.

    At most `MOST_FOUND`. Raises InvalidInput for a resource that brokers no files [00005], NotAllowed where
    the caller may send and receive for nobody [00006], Unavailable.
    """
    snapshot, now = store.snapshot(), store.clock()
    store.read(lambda ledger: broker_settings(ledger, snapshot, search.service))
    within_reach = parties_within_reach(snapshot, caller.subject())
    mine = (PartyId(party) for party in within_reach if _may(snapshot, caller, party, search.service, now))
    found: set[tuple[datetime, str]] = set()
    is_anybody = False
    while some := list(islice(mine, _AT_ONCE)):
        is_anybody = True
        found.update(store.read(lambda ledger, some=some: ledger.broker.find(search, some, now, MOST_FOUND)))  # type: ignore[misc]
    if not is_anybody:
        raise _no_access(snapshot, caller, search.service, now)
    in_order = sorted(found, reverse=not search.ascending)
    return tuple(transfer_id for _, transfer_id in in_order[:MOST_FOUND])


def download_file_transfer(store: Store, caller: Caller, transfer_id: str) -> Content:
    """The file of a transfer, for its recipients; the first fetching of each is noted.

    Who may read for several recipients fetches for all of them. Raises NotFound for no such transfer [00001]
    and for one without a file yet [00003]; NotAllowed for anybody else [00006] and where there is no file to
    be had any more [00007]; Unavailable.
    """
    transfer, progress, recipients = _received(store, caller, transfer_id)
    now = store.clock()
    state = progress.state_at(now)
    if state in _WITHOUT_FILE:
        raise NotFound(ErrorCode.NO_FILE_READY, "the file has not been uploaded yet")
    if state not in _FETCHED or transfer.content is None or transfer.size is None:
        raise NotAllowed(ErrorCode.TRANSFER_NOT_AVAILABLE, f"the file cannot be fetched: the transfer is {state}")
    fresh = [each.party for each in recipients if each.downloaded is None]

    def note(ledger: Ledger) -> None:
        ledger.broker.hold(transfer.id)
        for party in fresh:
            ledger.transfers.set_recipient(transfer.id, party, downloaded=now)
            started = TransferEvent(now, RecipientState.DOWNLOAD_STARTED, _STARTED, party)
            ledger.broker.add_event(transfer.id, started)

    if fresh:
        store.write(note)
    return Content(transfer.content, transfer.size, transfer.file_name or "")


def confirm_file_transfer(store: Store, caller: Caller, transfer_id: str) -> None:
    """Note that the recipients the caller may read for have the file; the last one ends the transfer.

    Once is enough, and twice changes nothing while it is published. Raises NotFound for no such transfer
    [00001], NotAllowed for anybody else [00006], Conflict where it is not published [00010] or has not been
    fetched [00019]; Unavailable.
    """
    _, _, recipients = _received(store, caller, transfer_id)
    now = store.clock()
    mine = [each.party for each in recipients]

    def confirm(ledger: Ledger) -> None:
        progress, transfer = ledger.broker.hold(transfer_id), ledger.transfers.transfer(transfer_id)
        if progress is None or transfer is None or progress.state_at(now) is not TransferState.PUBLISHED:
            raise Conflict(ErrorCode.TRANSFER_NOT_PUBLISHED, "the transfer is not published, or no longer")
        standing = [each for each in transfer.recipients if each.party in mine]
        if any(each.downloaded is None for each in standing):
            raise Conflict(ErrorCode.NOT_DOWNLOADED_YET, "the file has not been fetched")
        fresh = [each.party for each in standing if each.confirmed is None]
        for party in fresh:
            ledger.transfers.set_recipient(transfer.id, party, confirmed=now)
            confirmed = TransferEvent(now, RecipientState.DOWNLOAD_CONFIRMED, _CONFIRMED, party)
            ledger.broker.add_event(transfer.id, confirmed)
        if all(each.confirmed is not None or each.party in fresh for each in transfer.recipients):
            _end(ledger, progress, now)

    store.write(confirm)


def purge_file_transfers(store: Store) -> int:
    """Delete the files of transfers whose time is over; returns how many. Raises Unavailable."""
    now = store.clock()
    purged = 0
    while over := store.read(lambda ledger: ledger.broker.expired(now, MOST_FOUND)):
        purged += sum(_purge(store, each, now) for each in over)
    return purged


# -- checks -------------------------------------------------------------------------------------


def find_transfer(store: Store, transfer_id: str) -> tuple[Transfer, TransferProgress]:
    """A transfer of the new world with its state. Raises NotFound [00001], Unavailable."""
    transfer = transfer_named(store, transfer_id)
    progress = store.read(lambda ledger: ledger.broker.progress(transfer.id))
    if progress is None:
        raise NotFound(ErrorCode.TRANSFER_NOT_FOUND, "there is no such transfer")
    return transfer, progress


def require_sender(store: Store, caller: Caller, transfer: Transfer) -> None:
    """Raises NotAllowed where the caller may not send for the sender of the transfer [00006], Unavailable."""
    snapshot = store.snapshot()
    _permitted(snapshot, caller, snapshot.party(transfer.sender), transfer.service, store.clock())


def _permitted(snapshot: Snapshot, caller: Caller, sender: Party | None, service: ServiceId, at: datetime) -> Party:
    decision = ask(snapshot, caller, "" if sender is None else sender.id, service, SEND, at)
    if sender is not None and is_open(decision):
        return sender
    explained = explain(snapshot, decision)
    raise NotAllowed(ErrorCode.SENDER_NOT_AUTHORISED, explained.sentence, fixes=explained.fixes)


def _may(snapshot: Snapshot, caller: Caller, party: str, service: ServiceId, at: datetime) -> bool:
    return any(is_open(ask(snapshot, caller, party, service, action, at)) for action in (RECEIVE, SEND))


def _no_access(snapshot: Snapshot, caller: Caller, service: ServiceId, at: datetime) -> NotAllowed:
    """The error for who takes no part: what the caller's own party lacks, and nothing of those that do."""
    decision = ask(snapshot, caller, caller.party or "", service, RECEIVE, at)
    if decision.permitted:
        return NotAllowed(ErrorCode.OTHER_REPORTEE, "the transfer is neither from nor for a party of the caller's")
    explained = explain(snapshot, decision)
    return NotAllowed(ErrorCode.RECIPIENT_NOT_AUTHORISED, explained.sentence, fixes=explained.fixes)


def _received(
    store: Store, caller: Caller, transfer_id: str
) -> tuple[Transfer, TransferProgress, tuple[TransferRecipient, ...]]:
    """The transfer, and those of its recipients that the caller may read for."""
    snapshot, now = store.snapshot(), store.clock()
    transfer, progress = find_transfer(store, transfer_id)
    mine = tuple(
        each
        for each in transfer.recipients
        if is_open(ask(snapshot, caller, each.party, transfer.service, RECEIVE, now))
    )
    if not mine:
        raise _no_access(snapshot, caller, transfer.service, now)
    return transfer, progress, mine


def _recipient(snapshot: Snapshot, transfer: Transfer, recipient: TransferRecipient) -> RecipientProgress:
    party = _party(snapshot, recipient.party)
    if recipient.confirmed is not None:
        return RecipientProgress(party, RecipientState.DOWNLOAD_CONFIRMED, _CONFIRMED, recipient.confirmed)
    if recipient.downloaded is not None:
        return RecipientProgress(party, RecipientState.DOWNLOAD_STARTED, _STARTED, recipient.downloaded)
    return RecipientProgress(party, RecipientState.INITIALIZED, _ANNOUNCED, transfer.begun)


def _party(snapshot: Snapshot, party_id: str) -> Party:
    party = snapshot.party(party_id)
    if party is None:
        raise NotFound(ErrorCode.PARTY_NOT_FOUND, "a party of the transfer is gone")
    return party


# -- changes ------------------------------------------------------------------------------------


def _end(ledger: Ledger, progress: TransferProgress, now: datetime) -> None:
    """All have confirmed: the file is kept no longer than the resource says."""
    ledger.broker.move(progress.transfer, TransferState.ALL_CONFIRMED, now, _ALL_CONFIRMED)
    settings = ledger.broker.resource(progress.service)
    if settings is not None and settings.purge_confirmed:
        # Purged behind the answer at the earliest: who has just confirmed sees that it did.
        grace = max(settings.grace, timedelta(seconds=1))
        ledger.broker.expire(progress.transfer, min(progress.expires, now + grace))


def _purge(store: Store, transfer_id: str, now: datetime) -> bool:
    def purge(ledger: Ledger) -> bool:
        progress, transfer = ledger.broker.hold(transfer_id), ledger.transfers.transfer(transfer_id)
        if progress is None or transfer is None or progress.state is TransferState.PURGED:
            return False
        if transfer.content is not None:
            ledger.forget_content(transfer.content)
        ledger.broker.move(transfer_id, TransferState.PURGED, now, "The file has been purged")
        return True

    return store.write(purge)
