"""BrokerService on the wire: a file announced, taken in, found, sent out and confirmed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import GatewayError, Store
from soap.contract import ENDPOINTS
from soap.security import Security
from soap.svc import broker, broker_streamed
from soap.svc.call import Call, Download, Upload
from soap.svc.faults import fault_for
from tests.core.messages.world import CLIENT, OFFICE, OFFICE_SYSTEM, PASSWORD, STRANGER, STRANGER_SYSTEM, Clock
from tests.core.transfers.world import archive, stored, world
from tests.doors.soap.svc.message_calls import ask, texts

PATH = "/ServiceEngineExternal/BrokerServiceExternalBasic.svc"
STREAMED = "/ServiceEngineExternal/BrokerServiceExternalBasicStreamed.svc"
GUID = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def transfers(sqlite_url: str, clock: Clock) -> Iterator[Store]:
    """The store."""
    opened = Store(sqlite_url, clock=clock)
    try:
        opened.import_facts("test", world())
        yield opened
    finally:
        opened.close()


def initiate(
    store: Store, *, code: str = "9080", edition: str = "260101", recipients: tuple[str, ...] = (STRANGER,)
) -> str:
    """The file reference of a transfer from the office."""
    rows = "".join(f"<Recipient><PartyNumber>{each}</PartyNumber></Recipient>" for each in recipients)
    inner = (
        f"<brokerServiceInitiation><Manifest><ExternalServiceCode>{code}</ExternalServiceCode>"
        f"<ExternalServiceEditionCode>{edition}</ExternalServiceEditionCode>"
        "<FileList><File><FileName>data.zip</FileName></File></FileList>"
        f"<Reportee>{OFFICE}</Reportee><SendersReference>F-1</SendersReference></Manifest>"
        f"<RecipientList>{rows}</RecipientList></brokerServiceInitiation>"
    )
    answer = ask(store, broker.HANDLERS, PATH, "InitiateBrokerServiceBasic", inner, system=OFFICE_SYSTEM)
    (reference,) = texts(answer, "InitiateBrokerServiceBasicResult")
    return reference or ""


def upload(store: Store, reference: str, data: bytes = archive()) -> dict[str, object]:
    """The receipt of an upload, its headers as the streamed endpoint reads them."""
    endpoint = ENDPOINTS[STREAMED.lower()]
    operation = next(each for each in endpoint.operations.values() if each.use_case == "UploadFileStreamed")
    content = stored(store, data)
    call = Call(store, endpoint, operation, Security(), Upload(content.id, content.size))
    values = {
        "FileName": "data.zip",
        "Reference": reference,
        "Reportee": OFFICE,
        "SystemPassword": PASSWORD,
        "SystemUserName": str(OFFICE_SYSTEM),
    }
    found: dict[str, object] = broker_streamed.HANDLERS["UploadFileStreamed"](call, values)
    return found


def files(store: Store, status: str = "Uploaded", *, more: str = "", system: int = STRANGER_SYSTEM) -> bytes:
    inner = (
        f"<searchParameters>{more}<FileStatus>{status}</FileStatus><Reportee>{STRANGER}</Reportee></searchParameters>"
    )
    return ask(store, broker.HANDLERS, PATH, "GetAvailableFilesBasic", inner, system=system)


def poll(store: Store) -> list[str | None]:
    arrays = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
    inner = (
        f'<pollParameters><Recipients xmlns:a="{arrays}"><a:string>{CLIENT}</a:string><a:string>{STRANGER}</a:string>'
        "</Recipients></pollParameters>"
    )
    answer = ask(store, broker.HANDLERS, PATH, "CheckIfAvailableFilesBasic", inner, system=STRANGER_SYSTEM)
    return texts(answer, "CheckIfAvailableFilesBasicResult")


def test_a_file_goes_all_the_way(transfers: Store) -> None:
    reference = initiate(transfers)
    assert poll(transfers) == ["false"]
    receipt = upload(transfers, reference)
    assert receipt["ReceiptTypeName"] == "BrokerService"
    assert receipt["ReceiptStatusCode"] == "OK"
    assert receipt["LastChanged"] == "2026-03-09T10:15:00"
    assert receipt["ParentReceiptId"] == 0
    assert poll(transfers) == ["true"]
    listed = files(transfers)
    assert texts(listed, "FileReference") == [reference]
    assert texts(listed, "FileSize") == [str(len(archive()))]
    assert (texts(listed, "Reportee"), texts(listed, "SendersReference")) == ([OFFICE], ["F-1"])
    assert texts(listed, "ReceiptID") != ["0"]
    assert fetch(transfers, reference).size == len(archive())
    inner = f"<fileReference>{reference}</fileReference><reportee>{STRANGER}</reportee>"
    ask(transfers, broker.HANDLERS, PATH, "ConfirmDownloadedBasic", inner, system=STRANGER_SYSTEM)
    assert not texts(files(transfers), "FileReference")
    assert texts(files(transfers, "Downloaded"), "FileStatus") == ["Downloaded"]


def fetch(store: Store, reference: str, reportee: str = STRANGER) -> Download:
    endpoint = ENDPOINTS[STREAMED.lower()]
    operation = next(each for each in endpoint.operations.values() if each.use_case == "DownloadFileStreamed")
    call = Call(store, endpoint, operation, Security())
    values = {
        "systemUserName": str(STRANGER_SYSTEM),
        "systemPassword": PASSWORD,
        "fileReference": reference,
        "reportee": reportee,
    }
    found: Download = broker_streamed.HANDLERS["DownloadFileStreamed"](call, values)
    return found


def test_every_refusal_has_its_number(transfers: Store) -> None:
    reference = initiate(transfers)
    cases = (
        (40210, lambda: initiate(transfers, code="9070")),
        (40210, lambda: initiate(transfers, code="")),
        (40210, lambda: initiate(transfers, edition="0")),
        (40202, lambda: initiate(transfers, recipients=("310000531",))),
        (40202, lambda: initiate(transfers, recipients=())),
        (40216, lambda: initiate(transfers, code="9081")),
        (40212, lambda: upload(transfers, GUID)),
        (40206, lambda: upload(transfers, reference, b"ikke et arkiv")),
        (40205, lambda: upload(transfers, reference, b"")),
        (40207, lambda: fetch(transfers, reference)),
        (40213, lambda: fetch(transfers, reference, CLIENT)),
        (40210, lambda: files(transfers, more="<ExternalServiceCode>9080</ExternalServiceCode>")),
    )
    for number, call in cases:
        with pytest.raises(GatewayError) as refused:
            call()
        assert fault_for(refused.value, "guid").error_id == number
    upload(transfers, reference)
    with pytest.raises(GatewayError) as refused:
        upload(transfers, reference)
    assert fault_for(refused.value, "guid").error_id == 40208


def test_a_list_for_no_party_is_refused(transfers: Store) -> None:
    inner = "<searchParameters><FileStatus>Uploaded</FileStatus><Reportee>123</Reportee></searchParameters>"
    with pytest.raises(GatewayError) as refused:
        ask(transfers, broker.HANDLERS, PATH, "GetAvailableFilesBasic", inner, system=STRANGER_SYSTEM)
    assert fault_for(refused.value, "guid").error_id == 40214
