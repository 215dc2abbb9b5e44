"""Uploads of brokered files: streamed, measured, held against their checksum, and published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from core.domain.caller import Caller
from core.domain.file_transfer import TransferState
from core.domain.transfer import Content, Transfer
from core.errors import ErrorCode, InvalidInput
from core.services.broker_resources import broker_settings
from core.services.contents import discard_content, store_content
from core.services.file_transfers import find_transfer, require_sender
from core.services.transfers import already_uploaded
from core.store.ledger import Ledger
from core.store.store import Store

MOST_BYTES = 2 * 1024**3
"""Largest file taken here, where the resource names no smaller one."""

_OPEN = (TransferState.INITIALIZED, TransferState.UPLOAD_STARTED)


def upload_file_transfer(
    store: Store, caller: Caller, transfer_id: str, blocks: Iterable[bytes], size: int | None = None
) -> str:
    """Upload the file of a transfer, block by block, and publish it; returns the transfer's id.

    ``size`` is how many bytes there will be, where that is known. An upload that broke off may be tried again.
    Raises NotFound for no such transfer [00001]; NotAllowed where the caller may not send [00006]; Conflict
    where there is or was a file [00004]; InvalidInput where nothing came [00003], too much [00016], or
    something else than announced [00009], which ends the transfer; Unavailable.
    """
    transfer, progress = find_transfer(store, transfer_id)
    require_sender(store, caller, transfer)
    if progress.state_at(store.clock()) not in _OPEN:
        raise already_uploaded()
    most = _most_bytes(store, transfer)
    if size is not None and size > most:
        raise _too_large(most)
    _start(store, transfer)
    content, checksum = _stored(store, caller, transfer, blocks, most)
    announced = transfer.files[0][1]
    if announced and announced.lower() != checksum:
        discard_content(store, content.id)
        _fail(store, transfer)
        raise InvalidInput(ErrorCode.CHECKSUM_DIFFERS, "the file's MD5 is not the one that was announced")
    if not store.write(lambda ledger: _publish(ledger, store, transfer, content, checksum)):
        discard_content(store, content.id)
        raise already_uploaded()
    return transfer.id


def _most_bytes(store: Store, transfer: Transfer) -> int:
    snapshot = store.snapshot()
    settings = store.read(lambda ledger: broker_settings(ledger, snapshot, transfer.service))
    return MOST_BYTES if settings.most_bytes is None else min(settings.most_bytes, MOST_BYTES)


def _stored(
    store: Store, caller: Caller, transfer: Transfer, blocks: Iterable[bytes], most: int
) -> tuple[Content, str]:
    """The file as a content that nothing has claimed yet, and its MD5 in hexadecimal.

    An upload may take long: who has lost the right to send meanwhile is refused at its end.
    """
    digest = hashlib.md5(usedforsecurity=False)
    with store_content(store) as writer:
        for block in blocks:
            digest.update(block)
            writer.write(block)
            if writer.size > most:
                raise _too_large(most)
        if writer.size == 0:
            raise InvalidInput(ErrorCode.NO_FILE_DATA, "the upload holds no data")
        require_sender(store, caller, transfer)
    return Content(writer.id, writer.size, transfer.files[0][0]), digest.hexdigest()


def _start(store: Store, transfer: Transfer) -> None:
    now = store.clock()

    def start(ledger: Ledger) -> None:
        held = ledger.broker.hold(transfer.id)
        if held is not None and held.state is TransferState.INITIALIZED:
            ledger.broker.move(transfer.id, TransferState.UPLOAD_STARTED, now, "Upload started")

    store.write(start)


def _publish(ledger: Ledger, store: Store, transfer: Transfer, content: Content, checksum: str) -> bool:
    """Make the file what the recipients get; False where another upload came first."""
    held, now = ledger.broker.hold(transfer.id), store.clock()
    if held is None or held.state not in _OPEN or not ledger.transfers.set_file(transfer.id, now, content):
        return False
    ledger.claim_content(content.id)
    ledger.broker.set_checksum(transfer.id, checksum)
    ledger.broker.move(transfer.id, TransferState.UPLOAD_PROCESSING, now, "The file has been received")
    ledger.broker.move(transfer.id, TransferState.PUBLISHED, now, "The file is ready for its recipients")
    return True


def _fail(store: Store, transfer: Transfer) -> None:
    now = store.clock()

    def fail(ledger: Ledger) -> None:
        held = ledger.broker.hold(transfer.id)
        if held is not None and held.state in _OPEN:
            ledger.broker.move(transfer.id, TransferState.FAILED, now, "Checksum mismatch")

    store.write(fail)


def _too_large(most: int) -> InvalidInput:
    return InvalidInput(ErrorCode.FILE_TOO_LARGE, f"a file of this resource has at most {most} bytes")
