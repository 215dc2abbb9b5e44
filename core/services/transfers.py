"""Brokered files (formidling): announced, uploaded, found, fetched and confirmed.

Codes in brackets are the contract's (soap-svc §7.3). What a recipient may not read is absent from lists
without an error; where a file is named, every refusal has a code of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from core.domain.answers import is_let_in
from core.domain.caller import Caller
from core.domain.decision import Reason
from core.domain.explain import explain
from core.domain.identifiers import ServiceId, legacy_service_id, parse_party_number
from core.domain.party import Party
from core.domain.receipt_tree import ReceiptTree
from core.domain.service_owner import ServiceType, type_of
from core.domain.snapshot import Snapshot
from core.domain.transfer import (
    AvailableFile,
    Content,
    FileSearch,
    FileStatus,
    NewTransfer,
    Transfer,
    TransferRecipient,
)
from core.domain.vocabulary import Right, Service
from core.errors import Conflict, ErrorCode, GatewayError, InvalidInput, NotAllowed, NotFound
from core.services.contents import discard_content
from core.services.lifecycle import ask_ruling
from core.services.transfer_receipts import CONFIRMED, DOWNLOADED, note_on_receipt, receipts_of
from core.services.zip_check import is_zip
from core.store.ledger import Ledger
from core.store.store import Store

SEND, RECEIVE = "write", "read"
"""Sending asks for the first, finding and fetching for the second."""

MOST_BYTES = 1024**3
"""Largest file taken here; larger ones had a channel of their own (SFTP), which there is no more."""

_LONGEST_NAME = 255


def broker_service_id(code: str, edition: int | None) -> ServiceId | None:
    """The service that a caller names by code and edition; None where it names none.

    Raises InvalidInput where one of the two is missing or 0 [40210].
    """
    if not code.strip() and not edition:
        return None
    if not code.strip() or not edition:
        raise InvalidInput(ErrorCode.BROKER_SERVICE_UNKNOWN, "service code and edition are given both or not at all")
    return legacy_service_id(code.strip(), str(edition))


def initiate_transfer(store: Store, caller: Caller, new: NewTransfer) -> str:
    """Announce a file to its recipients; returns the file reference to upload it under.

    Raises InvalidInput for a service that brokers no files [40210] or a reference that is too long, NotAllowed
    where the sender may not send [40201, 40216] or a recipient is unknown or may not be sent to [40202].
    """
    snapshot, now = store.snapshot(), store.clock()
    _broker_service(snapshot, new.service)
    if max(len(new.reference), *(len(name) for name, _ in new.files), 0) > _LONGEST_NAME:
        raise InvalidInput(ErrorCode.INVALID_TRANSFER, f"a reference or name has at most {_LONGEST_NAME} characters")
    sender = _permitted(
        store, snapshot, caller, new.reportee, Right(new.service, SEND), now, code=ErrorCode.SENDER_NOT_AUTHORISED
    )
    transfer = Transfer(
        id=str(uuid.uuid4()),
        service=new.service,
        sender=sender.id,
        owner=caller.party or sender.id,
        reference=new.reference,
        files=new.files,
        properties=new.properties,
        begun=now,
        recipients=tuple(recipients_of(snapshot, new.service, new.recipients)),
    )
    store.write(lambda ledger: ledger.transfers.add(transfer))
    return transfer.id


def upload_file(store: Store, caller: Caller, transfer_id: str, reportee: str, content: Content) -> ReceiptTree:
    """Add the file to a transfer: a stored content that nothing has claimed. Returns the receipt.

    A second file is refused [40208]. Raises NotFound for no such transfer [40212], NotAllowed for another's
    [40213] and without the right [40211, 40216], InvalidInput for a file that is empty [40205], too large
    [40204] or no archive [40206]. A content that is refused is discarded.
    """
    try:
        return _upload(store, caller, transfer_id, reportee, content)
    except GatewayError:
        discard_content(store, content.id)
        raise


def _upload(store: Store, caller: Caller, transfer_id: str, reportee: str, content: Content) -> ReceiptTree:
    snapshot, now = store.snapshot(), store.clock()
    transfer = transfer_named(store, transfer_id)
    party = snapshot.party_numbered(reportee.strip())
    if party is None or party.id != transfer.sender:
        raise NotAllowed(ErrorCode.OTHER_REPORTEE, "the transfer was announced for another reportee")
    _permitted(
        store,
        snapshot,
        caller,
        party.number,
        Right(transfer.service, SEND),
        now,
        code=ErrorCode.TRANSFER_NOT_AUTHORISED,
    )
    if transfer.sent is not None:
        raise already_uploaded()
    _check_file(store, content)

    def keep(ledger: Ledger) -> ReceiptTree:
        first = ledger.next_number("receipt", 1 + len(transfer.recipients))
        if not ledger.transfers.set_file(transfer.id, now, content, first):
            raise already_uploaded()
        ledger.claim_content(content.id)
        tree = receipts_of(snapshot, replace(transfer, sent=now, file_name=content.name), first)
        ledger.forms.add_receipt(tree)
        for recipient, receipt in zip(transfer.recipients, tree.children, strict=True):
            ledger.transfers.set_recipient(transfer.id, recipient.party, receipt=receipt.id)
        return tree

    return store.write(keep)


def available_files(store: Store, caller: Caller, reportee: str, search: FileSearch) -> tuple[AvailableFile, ...]:
    """The files for a reportee that the caller may fetch, newest first.

    Raises InvalidInput for a reportee that is no number [40214] or a service that brokers no files [40210].
    """
    snapshot = store.snapshot()
    if search.service is not None:
        _broker_service(snapshot, search.service)
    party = _reportee(snapshot, reportee)
    if party is None:
        return ()
    confirmed = search.status is FileStatus.DOWNLOADED
    found = store.read(
        lambda ledger: ledger.transfers.files_for(
            [party.id], confirmed=confirmed, since=search.since, until=search.until
        )
    )
    visible = _visible(store, snapshot, caller, party.id, found, search.service)
    return tuple(_available(snapshot, party.id, transfer, search.status) for transfer in visible)


def has_files(store: Store, caller: Caller, recipients: tuple[str, ...], service: ServiceId | None) -> bool:
    """Whether any of the recipients has a file that it has not confirmed, and that the caller may fetch.

    Raises InvalidInput as `available_files` does.
    """
    search = FileSearch(FileStatus.UPLOADED, service)
    return any(available_files(store, caller, recipient, search) for recipient in recipients)


def download_file(store: Store, caller: Caller, transfer_id: str, reportee: str) -> Content:
    """The file of a transfer, for one of its recipients; the first fetching is noted on its receipt.

    Raises NotFound for no such transfer [40212] and for one without a file yet [40207], NotAllowed for one
    that is not the reportee's [40213] and where the caller may not fetch it [40215, 40216].
    """
    transfer, recipient = _received(store, caller, transfer_id, reportee)
    if transfer.content is None or transfer.size is None or transfer.file_name is None:
        raise NotFound(ErrorCode.NO_FILE_READY, "the file has not been uploaded yet")
    if recipient.downloaded is None:
        _note(store, transfer, recipient, DOWNLOADED, downloaded=store.clock())
    return Content(transfer.content, transfer.size, transfer.file_name)


def confirm_download(store: Store, caller: Caller, transfer_id: str, reportee: str) -> None:
    """Note that a recipient has the file; once is enough, twice changes nothing. Raises as `download_file`."""
    transfer, recipient = _received(store, caller, transfer_id, reportee)
    if transfer.sent is None:
        raise NotFound(ErrorCode.NO_FILE_READY, "the file has not been uploaded yet")
    if recipient.confirmed is None:
        now = store.clock()
        _note(store, transfer, recipient, CONFIRMED, confirmed=now, downloaded=recipient.downloaded or now)


# -- checks -------------------------------------------------------------------------------------


def _broker_service(snapshot: Snapshot, service_id: ServiceId) -> Service:
    service = snapshot.catalogue.services.get(service_id)
    if service is None or type_of(service) is not ServiceType.BROKER:
        raise InvalidInput(ErrorCode.BROKER_SERVICE_UNKNOWN, f"{service_id} is not a service that brokers files")
    return service


def _permitted(
    store: Store, snapshot: Snapshot, caller: Caller, number: str, right: Right, at: datetime, *, code: ErrorCode
) -> Party:
    """The reportee, where the caller may do the action for it; refused with ``code``, or for its level."""
    party = snapshot.party_numbered(number.strip())
    decision = ask_ruling(store, snapshot, caller, "" if party is None else party.id, right, at)
    if decision.permitted and party is not None:
        return party
    explained = explain(snapshot, decision)
    if decision.reasons[0] is Reason.LEVEL_TOO_LOW:
        code = ErrorCode.TRANSFER_LEVEL_TOO_LOW
    raise NotAllowed(code, explained.sentence, fixes=explained.fixes)


def recipients_of(snapshot: Snapshot, service: ServiceId, numbers_given: Iterable[str]) -> Iterable[TransferRecipient]:
    """The recipients, each once. A service that lists whom it may be used for brokers files to no others.

    Raises NotAllowed where one is unknown or not on the list [40202].
    """
    numbers = dict.fromkeys(number.strip() for number in numbers_given)
    policy = snapshot.catalogue.policies.get(Right(service, RECEIVE))
    for number in numbers:
        party = snapshot.party_numbered(number)
        if party is None or policy is None or not is_let_in(policy, party):
            raise NotAllowed(ErrorCode.RECIPIENT_REFUSED, "a recipient is unknown, or may not be sent files here")
        yield TransferRecipient(party.id)
    if not numbers:
        raise NotAllowed(ErrorCode.RECIPIENT_REFUSED, "a file is for at least one recipient")


def _check_file(store: Store, content: Content) -> None:
    if content.size == 0:
        raise InvalidInput(ErrorCode.NO_FILE_DATA, "the upload holds no data")
    if content.size > MOST_BYTES:
        raise InvalidInput(ErrorCode.FILE_TOO_LARGE, f"a file has at most {MOST_BYTES} bytes")
    if not content.name.strip() or len(content.name) > _LONGEST_NAME:
        raise InvalidInput(ErrorCode.INVALID_TRANSFER, f"a file has a name of 1 to {_LONGEST_NAME} characters")
    if not store.read(lambda ledger: is_zip(ledger, content.id, content.size)):
        raise InvalidInput(ErrorCode.NOT_A_ZIP_FILE, "the file is not a ZIP archive, or is not whole")


def transfer_named(store: Store, transfer_id: str) -> Transfer:
    """The transfer with this file reference. Raises NotFound [40212], Unavailable."""
    found = store.read(lambda ledger: ledger.transfers.transfer(transfer_id.strip().lower()))
    if found is None:
        raise NotFound(ErrorCode.TRANSFER_NOT_FOUND, "there is no transfer with this file reference")
    return found


def _received(store: Store, caller: Caller, transfer_id: str, reportee: str) -> tuple[Transfer, TransferRecipient]:
    snapshot = store.snapshot()
    transfer = transfer_named(store, transfer_id)
    party = snapshot.party_numbered(reportee.strip())
    recipient = None if party is None else transfer.recipient(party.id)
    if party is None or recipient is None:
        raise NotAllowed(ErrorCode.OTHER_REPORTEE, "the transfer is not for this reportee")
    code = ErrorCode.RECIPIENT_NOT_AUTHORISED
    _permitted(store, snapshot, caller, party.number, Right(transfer.service, RECEIVE), store.clock(), code=code)
    return transfer, recipient


def _reportee(snapshot: Snapshot, number: str) -> Party | None:
    try:
        return snapshot.party_numbered(parse_party_number(number))
    except InvalidInput as error:
        raise InvalidInput(
            ErrorCode.INVALID_REPORTEE, "the reportee is neither an organisation number nor a national identity number"
        ) from error


def _visible(
    store: Store,
    snapshot: Snapshot,
    caller: Caller,
    party: str,
    found: tuple[Transfer, ...],
    service: ServiceId | None,
) -> list[Transfer]:
    wanted, at = [each for each in found if service is None or each.service == service], store.clock()
    services = {each.service for each in wanted}
    may = {each: ask_ruling(store, snapshot, caller, party, Right(each, RECEIVE), at).permitted for each in services}
    return [each for each in wanted if may[each.service]]


def _available(snapshot: Snapshot, party: str, transfer: Transfer, status: FileStatus) -> AvailableFile:
    sender, recipient = snapshot.party(transfer.sender), transfer.recipient(party)
    return AvailableFile(
        transfer=transfer.id,
        service=transfer.service,
        sender="" if sender is None else sender.number,
        reference=transfer.reference,
        file_name=transfer.file_name or "",
        size=transfer.size or 0,
        sent=transfer.sent or transfer.begun,
        status=status,
        receipt=(recipient.receipt if recipient is not None else None) or 0,
    )


def _note(store: Store, transfer: Transfer, recipient: TransferRecipient, text: str, **values: datetime) -> None:
    now = store.clock()

    def note(ledger: Ledger) -> None:
        ledger.transfers.set_recipient(transfer.id, recipient.party, **values)
        note_on_receipt(ledger, recipient.receipt, text, now)

    store.write(note)


def already_uploaded() -> Conflict:
    """The error where a transfer has its file already."""
    return Conflict(ErrorCode.FILE_ALREADY_UPLOADED, "a file was uploaded under this reference before")
