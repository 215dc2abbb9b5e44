"""Brokered files of the new world, on both engines: states, races between uploads and recipients, purging."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from core import (
    Caller,
    ErrorCode,
    GatewayError,
    NewFileTransfer,
    ResourceSettings,
    Store,
    TransferSearch,
    TransferState,
    Written,
    configure_broker_resource,
    confirm_file_transfer,
    download_file_transfer,
    file_transfer,
    find_file_transfers,
    initialize_file_transfer,
    purge_file_transfers,
    put,
    read_content,
    read_range,
    remove,
    upload_file_transfer,
)
from tests.core.dialogs.world import FILES, FIRM, GIVEN, OTHER, OTHER_READER, OWNER, READER, Clock, world

DATA = b"0123456789"


@pytest.fixture
def clock() -> Clock:
    """The store's clock."""
    return Clock()


@pytest.fixture
def broker(database_url: str, clock: Clock) -> Iterator[Store]:
    """A store with one resource that brokers files, on each engine in turn."""
    opened = Store(database_url, clock=clock)
    try:
        opened.import_facts("test", world())
        configure_broker_resource(opened, OWNER, FILES, ResourceSettings())
        yield opened
    finally:
        opened.close()


def announced(store: Store, *recipients: str, checksum: str | None = None) -> str:
    """A transfer from the firm to these recipients."""
    new = NewFileTransfer(FILES, "fil.bin", FIRM, recipients or (OTHER,), checksum=checksum)
    return initialize_file_transfer(store, READER, new)


def state(store: Store, transfer: str) -> TransferState:
    """How far a transfer has come."""
    return file_transfer(store, READER, transfer).state


def refusal(store: Store, caller: Caller, transfer: str) -> ErrorCode:
    """Why the caller may not fetch the file."""
    with pytest.raises(GatewayError) as refused:
        download_file_transfer(store, caller, transfer)
    return refused.value.code


def test_from_the_announcement_to_the_end(broker: Store, clock: Clock) -> None:
    transfer = announced(broker, OTHER, FIRM)
    assert refusal(broker, OTHER_READER, transfer) is ErrorCode.NO_FILE_READY
    upload_file_transfer(broker, READER, transfer, [DATA[:4], DATA[4:]])
    for reader, after in ((OTHER_READER, TransferState.PUBLISHED), (READER, TransferState.ALL_CONFIRMED)):
        content = download_file_transfer(broker, reader, transfer)
        assert b"".join(read_content(broker, content.id)) == DATA
        confirm_file_transfer(broker, reader, transfer)
        assert state(broker, transfer) is after
    clock.pass_time(hours=3)
    assert state(broker, transfer) is TransferState.PURGED
    assert purge_file_transfers(broker) == 1
    assert list(read_content(broker, content.id)) == []
    assert refusal(broker, READER, transfer) is ErrorCode.TRANSFER_NOT_AVAILABLE


def test_a_broken_upload_can_be_tried_again_and_leaves_nothing(broker: Store) -> None:
    transfer = announced(broker)

    def broken() -> Iterator[bytes]:
        yield DATA
        raise ConnectionError

    with pytest.raises(ConnectionError):
        upload_file_transfer(broker, READER, transfer, broken())
    assert state(broker, transfer) is TransferState.UPLOAD_STARTED
    upload_file_transfer(broker, READER, transfer, [DATA])
    assert state(broker, transfer) is TransferState.PUBLISHED


def test_who_loses_the_right_while_uploading_publishes_nothing(broker: Store) -> None:
    transfer = announced(broker)

    def interrupted() -> Iterator[bytes]:
        yield DATA
        broker.change("test", lambda _: Written((remove(GIVEN),), None))
        yield DATA

    with pytest.raises(GatewayError) as refused:
        upload_file_transfer(broker, READER, transfer, interrupted())
    assert refused.value.code is ErrorCode.SENDER_NOT_AUTHORISED
    assert refusal(broker, OTHER_READER, transfer) is ErrorCode.NO_FILE_READY
    broker.change("test", lambda _: Written((put(GIVEN),), None))
    upload_file_transfer(broker, READER, transfer, [DATA])
    assert state(broker, transfer) is TransferState.PUBLISHED


def test_the_checksum_ends_a_transfer_that_differs(broker: Store) -> None:
    right = hashlib.md5(DATA, usedforsecurity=False).hexdigest()
    good, bad = announced(broker, checksum=right.upper()), announced(broker, checksum=right)
    upload_file_transfer(broker, READER, good, [DATA])
    with pytest.raises(GatewayError) as refused:
        upload_file_transfer(broker, READER, bad, [DATA, b"x"])
    assert refused.value.code is ErrorCode.CHECKSUM_DIFFERS
    assert (state(broker, good), state(broker, bad)) == (TransferState.PUBLISHED, TransferState.FAILED)
    assert [each.state for each in file_transfer(broker, READER, bad).events][-1] == "Failed"


def test_what_is_too_large_is_stopped_on_its_way(broker: Store) -> None:
    configure_broker_resource(broker, OWNER, FILES, ResourceSettings(most_bytes=len(DATA)))
    transfer = announced(broker)
    taken: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield DATA

    with pytest.raises(GatewayError) as refused:
        upload_file_transfer(broker, READER, transfer, endless())
    assert refused.value.code is ErrorCode.FILE_TOO_LARGE
    assert len(taken) == 2
    upload_file_transfer(broker, READER, transfer, [DATA])


def test_of_uploads_at_once_one_is_the_file(broker: Store) -> None:
    transfer = announced(broker)
    codes: list[ErrorCode | None] = []

    def upload(letter: bytes) -> None:
        try:
            upload_file_transfer(broker, READER, transfer, [letter * 300_000] * 4)
            codes.append(None)
        except GatewayError as error:
            codes.append(error.code)

    _at_once(*(lambda letter=letter: upload(letter) for letter in (b"a", b"b", b"c")))
    assert sorted(map(str, codes)) == ["None", "file-already-uploaded", "file-already-uploaded"]
    content = download_file_transfer(broker, OTHER_READER, transfer)
    assert len(set(b"".join(read_content(broker, content.id)))) == 1


def test_recipients_that_confirm_at_once_end_the_transfer_together(broker: Store) -> None:
    for _ in range(5):
        transfer = announced(broker, OTHER, FIRM)
        upload_file_transfer(broker, READER, transfer, [DATA])
        for reader in (READER, OTHER_READER):
            download_file_transfer(broker, reader, transfer)
        _at_once(*(partial(confirm_file_transfer, broker, reader, transfer) for reader in (READER, OTHER_READER)))
        assert state(broker, transfer) is TransferState.ALL_CONFIRMED


def test_a_stranger_sees_and_does_nothing(broker: Store) -> None:
    transfer = announced(broker, FIRM)
    upload_file_transfer(broker, READER, transfer, [DATA])
    assert refusal(broker, OTHER_READER, transfer) is ErrorCode.OTHER_REPORTEE
    assert find_file_transfers(broker, OTHER_READER, TransferSearch(FILES)) == ()
    assert find_file_transfers(broker, READER, TransferSearch(FILES)) == (transfer,)
    gone = replace(OTHER_READER, system_user="nobody")
    for call in (file_transfer, confirm_file_transfer, download_file_transfer):
        with pytest.raises(GatewayError) as refused:
            call(broker, gone, transfer)
        assert refused.value.code is ErrorCode.RECIPIENT_NOT_AUTHORISED


def test_parts_of_a_content(broker: Store) -> None:
    transfer = announced(broker)
    data = bytes(range(256)) * 3000
    upload_file_transfer(broker, READER, transfer, [data])
    content = download_file_transfer(broker, OTHER_READER, transfer)
    for start, length in ((0, 10), (262_140, 10), (262_144, 262_144), (len(data) - 5, 50), (len(data), 1), (7, 0)):
        assert b"".join(read_range(broker, content.id, start, length)) == data[start : start + length]


def _at_once(*calls: object) -> None:
    threads = [threading.Thread(target=each) for each in calls]  # type: ignore[arg-type]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
