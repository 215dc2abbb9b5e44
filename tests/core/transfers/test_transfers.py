"""A file's way: announced, uploaded, found, fetched, confirmed; and every refusal with its own code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from core import (
    OPERATOR,
    ErrorCode,
    FileSearch,
    FileStatus,
    GatewayError,
    ReceiptReference,
    ReceiptStatus,
    ReceiptType,
    ReceiptUpdate,
    ReferenceType,
    ServiceId,
    Store,
    available_files,
    broker_service_id,
    confirm_download,
    download_file,
    find_receipt,
    has_files,
    initiate_transfer,
    read_content,
    revoke_role,
    update_receipt,
    upload_file,
)
from core.services.zip_check import is_zip
from tests.core.messages.world import (
    AT_OFFICE,
    AT_STRANGER,
    BROKER,
    CLIENT,
    OFFICE,
    PERSON,
    SERVICE,
    STRANGER,
    Clock,
)
from tests.core.transfers.world import HIGH, LISTED, announced, archive, stored

READY = FileSearch(FileStatus.UPLOADED)
TAKEN = FileSearch(FileStatus.DOWNLOADED)
NOBODY = "310000531"


def code_of(call: Callable[[], object]) -> ErrorCode:
    """The code the call is refused with."""
    with pytest.raises(GatewayError) as refused:
        call()
    return refused.value.code


def uploaded(store: Store, data: bytes | None = None) -> str:
    """The reference of a file from the office to the client and the stranger."""
    reference = initiate_transfer(store, AT_OFFICE, announced())
    upload_file(store, AT_OFFICE, reference, OFFICE, stored(store, data or archive()))
    return reference


def test_a_file_goes_all_the_way(transfers: Store, clock: Clock) -> None:
    data = archive(600_000)
    reference = initiate_transfer(transfers, AT_OFFICE, announced())
    assert not has_files(transfers, AT_STRANGER, (STRANGER,), None)
    receipt = upload_file(transfers, AT_OFFICE, reference, OFFICE, stored(transfers, data))
    assert (receipt.type, receipt.parent) == (ReceiptType.BROKER_SERVICE, 0)
    assert receipt.text == "Upload of file data.zip was successful. Recipients can now download the file."
    assert len(receipt.children) == 2
    assert has_files(transfers, AT_STRANGER, (STRANGER,), BROKER)
    (found,) = available_files(transfers, AT_STRANGER, STRANGER, READY)
    assert (found.transfer, found.file_name, found.size, found.sender) == (reference, "data.zip", len(data), OFFICE)
    assert found.receipt in {child.id for child in receipt.children}
    clock.pass_time(hours=1)
    content = download_file(transfers, AT_STRANGER, reference, STRANGER)
    assert (content.name, content.size) == ("data.zip", len(data))
    assert b"".join(read_content(transfers, content.id)) == data
    assert [each.transfer for each in available_files(transfers, AT_STRANGER, STRANGER, READY)] == [reference]
    confirm_download(transfers, AT_STRANGER, reference, STRANGER)
    confirm_download(transfers, AT_STRANGER, reference, STRANGER)
    assert not available_files(transfers, AT_STRANGER, STRANGER, READY)
    assert [each.status for each in available_files(transfers, AT_STRANGER, STRANGER, TAKEN)] == [FileStatus.DOWNLOADED]
    # The other recipient has its own state.
    assert [each.transfer for each in available_files(transfers, AT_OFFICE, CLIENT, READY)] == [reference]


def test_the_receipts_tell_how_far_each_has_come(transfers: Store, clock: Clock) -> None:
    reference = uploaded(transfers)
    clock.pass_time(hours=1)
    download_file(transfers, AT_STRANGER, reference, STRANGER)
    download_file(transfers, AT_STRANGER, reference, STRANGER)
    confirm_download(transfers, AT_STRANGER, reference, STRANGER)
    tree = find_receipt(transfers, AT_OFFICE, None, (ReceiptReference(ReferenceType.SENDERS, "F-1"),))
    told = {child.value_of(ReferenceType.PARTY): child for child in tree.children}
    assert told[CLIENT].text == "The file is ready for download."
    assert told[STRANGER].text == "The recipient has confirmed that the file was downloaded."
    assert told[STRANGER].history.splitlines() == [
        "The file has been downloaded by the recipient.",
        "The file is ready for download.",
    ]
    assert told[STRANGER].changed == clock.now


def test_a_recipient_sees_and_writes_on_its_own_receipt_alone(transfers: Store) -> None:
    uploaded(transfers)
    (found,) = available_files(transfers, AT_STRANGER, STRANGER, READY)
    own = find_receipt(transfers, AT_STRANGER, found.receipt, ())
    assert (own.id, own.children) == (found.receipt, ())
    assert CLIENT not in repr(own)
    update = ReceiptUpdate(found.receipt, None, ReceiptStatus.OK, "Behandlet hos mottaker")
    assert "Behandlet hos mottaker" in update_receipt(transfers, AT_STRANGER, update).text
    assert code_of(lambda: find_receipt(transfers, AT_STRANGER, own.parent, ())) is ErrorCode.RECEIPT_NOT_FOUND
    whole = find_receipt(transfers, AT_OFFICE, found.receipt, ())
    assert (whole.id, len(whole.children)) == (own.parent, 2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"service": ServiceId("svc:1/1")}, ErrorCode.BROKER_SERVICE_UNKNOWN),
        ({"service": SERVICE}, ErrorCode.BROKER_SERVICE_UNKNOWN),
        ({"reportee": STRANGER}, ErrorCode.SENDER_NOT_AUTHORISED),
        ({"reportee": NOBODY}, ErrorCode.SENDER_NOT_AUTHORISED),
        ({"service": HIGH}, ErrorCode.TRANSFER_LEVEL_TOO_LOW),
        ({"recipients": ()}, ErrorCode.RECIPIENT_REFUSED),
        ({"recipients": (CLIENT, NOBODY)}, ErrorCode.RECIPIENT_REFUSED),
        ({"service": LISTED, "recipients": (CLIENT,)}, ErrorCode.RECIPIENT_REFUSED),
        ({"reference": "x" * 256}, ErrorCode.INVALID_TRANSFER),
    ],
)
def test_what_cannot_be_announced(transfers: Store, changes: dict[str, object], code: ErrorCode) -> None:
    new = replace(announced(), **changes)  # type: ignore[arg-type]
    assert code_of(lambda: initiate_transfer(transfers, AT_OFFICE, new)) is code


def test_a_refused_sender_is_told_what_would_help(transfers: Store) -> None:
    with pytest.raises(GatewayError) as refused:
        initiate_transfer(transfers, AT_OFFICE, announced(sender=STRANGER))
    assert refused.value.fixes


NOT_WHOLE = archive()[:-1]
TAIL_ONLY = b"x" * 40 + archive()
DIRECTORY_ELSEWHERE = archive().replace(b"PK\x01\x02", b"PK\x01\x03")


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "data.zip", ErrorCode.NO_FILE_DATA),
        (b"x" * 100, "data.zip", ErrorCode.NOT_A_ZIP_FILE),
        (b"PK\x03\x04", "data.zip", ErrorCode.NOT_A_ZIP_FILE),
        (NOT_WHOLE, "data.zip", ErrorCode.NOT_A_ZIP_FILE),
        (TAIL_ONLY, "data.zip", ErrorCode.NOT_A_ZIP_FILE),
        (DIRECTORY_ELSEWHERE, "data.zip", ErrorCode.NOT_A_ZIP_FILE),
        (archive(), " ", ErrorCode.INVALID_TRANSFER),
        (archive(), "x" * 256, ErrorCode.INVALID_TRANSFER),
    ],
)
def test_what_cannot_be_uploaded_leaves_nothing(transfers: Store, data: bytes, name: str, code: ErrorCode) -> None:
    reference = initiate_transfer(transfers, AT_OFFICE, announced())
    content = stored(transfers, data, name)
    assert code_of(lambda: upload_file(transfers, AT_OFFICE, reference, OFFICE, content)) is code
    assert not list(read_content(transfers, content.id))
    assert not has_files(transfers, AT_STRANGER, (STRANGER,), None)


def test_a_file_too_large_is_refused_by_its_size(transfers: Store) -> None:
    reference = initiate_transfer(transfers, AT_OFFICE, announced())
    content = replace(stored(transfers, archive()), size=1024**3 + 1)
    assert code_of(lambda: upload_file(transfers, AT_OFFICE, reference, OFFICE, content)) is ErrorCode.FILE_TOO_LARGE


def test_a_second_upload_changes_nothing(transfers: Store) -> None:
    reference = uploaded(transfers)
    second = stored(transfers, archive(99))
    code = code_of(lambda: upload_file(transfers, AT_OFFICE, reference, OFFICE, second))
    assert code is ErrorCode.FILE_ALREADY_UPLOADED
    assert not list(read_content(transfers, second.id))
    assert download_file(transfers, AT_STRANGER, reference, STRANGER).size == len(archive())


def test_uploading_asks_who_and_for_whom(transfers: Store) -> None:
    reference = initiate_transfer(transfers, AT_OFFICE, announced())

    def upload(caller: object, wanted: str, reportee: str) -> ErrorCode:
        return code_of(
            lambda: upload_file(transfers, caller, wanted, reportee, stored(transfers, archive()))  # type: ignore[arg-type]
        )

    assert upload(AT_OFFICE, "00000000-0000-4000-8000-000000000000", OFFICE) is ErrorCode.TRANSFER_NOT_FOUND
    assert upload(AT_OFFICE, reference, CLIENT) is ErrorCode.OTHER_REPORTEE
    assert upload(AT_STRANGER, reference, OFFICE) is ErrorCode.TRANSFER_NOT_AUTHORISED


def test_fetching_asks_who_and_for_whom(transfers: Store) -> None:
    reference = initiate_transfer(transfers, AT_OFFICE, announced())
    for fetch in (download_file, confirm_download):
        assert code_of(lambda: fetch(transfers, AT_STRANGER, reference, STRANGER)) is ErrorCode.NO_FILE_READY  # noqa: B023
        assert code_of(lambda: fetch(transfers, AT_OFFICE, reference, OFFICE)) is ErrorCode.OTHER_REPORTEE  # noqa: B023
        refused = code_of(lambda: fetch(transfers, AT_OFFICE, reference, STRANGER))  # noqa: B023
        assert refused is ErrorCode.RECIPIENT_NOT_AUTHORISED
        assert code_of(lambda: fetch(transfers, AT_OFFICE, "hei", CLIENT)) is ErrorCode.TRANSFER_NOT_FOUND  # noqa: B023


def test_a_list_is_silent_about_what_may_not_be_read(transfers: Store) -> None:
    uploaded(transfers)
    assert not available_files(transfers, AT_OFFICE, STRANGER, READY)
    assert len(available_files(transfers, AT_OFFICE, CLIENT, READY)) == 1
    revoke_role(transfers, OPERATOR, "grant-1")
    assert not available_files(transfers, AT_OFFICE, CLIENT, READY)
    assert not has_files(transfers, AT_OFFICE, (CLIENT, STRANGER), None)
    assert not available_files(transfers, AT_OFFICE, NOBODY, READY)


def test_a_service_that_came_to_ask_for_level_three_vanishes_from_lists(transfers: Store) -> None:
    reference = uploaded(transfers)
    service = transfers.snapshot().catalogue.services[BROKER]
    transfers.import_facts("test", [replace(service, minimum_level=3)])
    assert not available_files(transfers, AT_STRANGER, STRANGER, READY)
    assert (
        code_of(lambda: download_file(transfers, AT_STRANGER, reference, STRANGER)) is ErrorCode.TRANSFER_LEVEL_TOO_LOW
    )


def test_a_search_by_service_and_time(transfers: Store, clock: Clock) -> None:
    uploaded(transfers)
    sent = clock.now
    for search, many in (
        (replace(READY, service=BROKER), 1),
        (replace(READY, service=LISTED), 0),
        (replace(READY, since=sent), 1),
        (replace(READY, since=sent + timedelta(seconds=1)), 0),
        (replace(READY, until=sent - timedelta(seconds=1)), 0),
    ):
        assert len(available_files(transfers, AT_STRANGER, STRANGER, search)) == many
    with_other = replace(READY, service=SERVICE)
    code = code_of(lambda: available_files(transfers, AT_STRANGER, STRANGER, with_other))
    assert code is ErrorCode.BROKER_SERVICE_UNKNOWN
    for reportee in ("", "123", PERSON[:-1] + "1"):
        code = code_of(lambda: available_files(transfers, AT_STRANGER, reportee, READY))  # noqa: B023
        assert code is ErrorCode.INVALID_REPORTEE


def test_a_service_is_named_whole_or_not_at_all() -> None:
    assert broker_service_id("9080", 260101) == BROKER
    assert broker_service_id(" ", 0) is None
    for code, edition in (("9080", 0), ("9080", None), ("", 260101)):
        refused = code_of(lambda: broker_service_id(code, edition))  # noqa: B023
        assert refused is ErrorCode.BROKER_SERVICE_UNKNOWN


@pytest.mark.parametrize("comment", [b"", b"hei", b"x" * 0xFFFF])
def test_archives_with_comments_and_of_many_pieces_are_archives(sqlite_store: Store, comment: bytes) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as written:
        written.writestr("a.bin", b"x" * 600_000)
        written.comment = comment
    content = stored(sqlite_store, held.getvalue())
    assert sqlite_store.read(lambda ledger: is_zip(ledger, content.id, content.size))


def test_an_empty_archive_is_an_archive(sqlite_store: Store) -> None:
    held = io.BytesIO()
    zipfile.ZipFile(held, "w").close()
    content = stored(sqlite_store, held.getvalue())
    assert sqlite_store.read(lambda ledger: is_zip(ledger, content.id, content.size))
