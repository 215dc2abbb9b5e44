"""Files brokered over HTTP, from the announcement to the confirmation. Source: pdp-and-tokens §16 and §17.9."""

from __future__ import annotations

import threading

from werkzeug.test import EnvironBuilder

from core import purge_file_transfers
from rest import RestOptions, TokenTrust, create_rest_app
from tests.doors.rest.broker.conftest import BYTES, READ, TINGLYSING, TO_THE_CLIENT, WRITE, Broker, announcement, md5
from tests.doors.rest.service_owner import KV, exchanged
from tests.doors.rest.vendor import OWNDATA
from tests.memory import MEGABYTE, forget_peak, give_back, peak, resident

_LITTLE = 12 * MEGABYTE


def test_a_file_travels_from_its_sender_to_its_recipient(broker: Broker) -> None:
    transfer = broker.announced()
    assert broker.state(transfer) == "Initialized"
    assert broker.upload(transfer).json() == {"fileTransferId": transfer}
    assert broker.state(transfer) == "Published"
    waiting = {"role": "recipient", "status": "Published", "recipientStatus": "Initialized"}
    assert broker.found("recipient", **waiting) == [transfer]
    fetched = broker.call("recipient", "GET", f"/{transfer}/download", READ)
    assert (fetched.status_code, fetched.content) == (200, BYTES)
    assert fetched.headers["Content-Type"] == "application/octet-stream"
    assert fetched.headers["Content-Disposition"] == "attachment; filename=tinglysing-2026-05.xml"
    assert broker.found("recipient", **waiting) == []
    assert broker.found("recipient", recipientStatus="DownloadStarted") == [transfer]
    confirmed = broker.call("recipient", "POST", f"/{transfer}/confirmdownload", READ)
    assert (confirmed.status_code, confirmed.content) == (200, b"")
    assert broker.state(transfer, "recipient") == "AllConfirmedDownloaded"


def test_the_overview_and_the_details(broker: Broker) -> None:
    transfer = broker.published(checksum=None)
    expected = {
        "fileTransferId": transfer,
        "resourceId": TINGLYSING,
        "fileName": "tinglysing-2026-05.xml",
        "sendersFileTransferReference": "sak-42",
        "checksum": md5(BYTES),
        "fileTransferSize": len(BYTES),
        "fileTransferStatus": "Published",
        "fileTransferStatusText": "The file is ready for its recipients",
        "fileTransferStatusChanged": "2026-05-02T08:00:00Z",
        "created": "2026-05-02T08:00:00Z",
        "expirationTime": "2026-06-01T08:00:00Z",
        "sender": f"0192:{OWNDATA}",
        "recipients": [
            {
                "recipient": f"0192:{KV}",
                "currentRecipientFileTransferStatusCode": "Initialized",
                "currentRecipientFileTransferStatusText": "Initialized",
                "currentRecipientFileTransferStatusChanged": "2026-05-02T08:00:00Z",
            }
        ],
        "propertyList": {"dokumenttype": "pantedokument"},
    }
    assert broker.call("sender", "GET", f"/{transfer}").json() == expected
    broker.call("recipient", "GET", f"/{transfer}/download")
    details = broker.call("recipient", "GET", f"/{transfer}/details").json()
    told = [each["fileTransferStatus"] for each in details["fileTransferStatusHistory"]]
    assert told == ["Initialized", "UploadStarted", "UploadProcessing", "Published"]
    told = [each["recipientFileTransferStatusCode"] for each in details["recipientFileTransferStatusHistory"]]
    assert told == ["Initialized", "DownloadStarted"]


def test_raw_and_exchanged_tokens_and_both_spellings_of_organisations(broker: Broker) -> None:
    token = exchanged(broker.house.vendor, broker.token("sender", WRITE))
    urn = "urn:altinn:organization:identifier-no:"
    body = announcement(sender=f"{urn}{OWNDATA}", recipients=[f"{urn}{KV}"])
    response = broker.house.vendor.call("POST", "/broker/api/v1/filetransfer", token, json=body)
    assert response.status_code == 200, response.text
    assert broker.found("sender", role="sender") == [response.json()["fileTransferId"]]


def test_announced_and_uploaded_in_one_form(broker: Broker) -> None:
    fields = {
        "Metadata.FileName": "i-ett.xml",
        "Metadata.ResourceId": TINGLYSING,
        "Metadata.Sender": f"0192:{OWNDATA}",
        "Metadata.Recipients": [f"0192:{KV}"],
        "Metadata.Checksum": md5(BYTES),
        "Metadata.PropertyList[type]": "pant",
    }
    sent = broker.call("sender", "POST", "/upload", data=fields, files={"FileTransfer": ("i-ett.xml", BYTES)})
    assert sent.status_code == 200, sent.text
    found = broker.call("recipient", "GET", f"/{sent.json()['fileTransferId']}").json()
    assert (found["fileName"], found["fileTransferStatus"], found["propertyList"]) == (
        "i-ett.xml",
        "Published",
        {"type": "pant"},
    )


def test_an_agent_fetches_for_its_client_and_confirms_for_it(broker: Broker) -> None:
    transfer = broker.published(recipients=TO_THE_CLIENT)
    assert broker.found("agent", role="recipient") == [transfer]
    assert broker.call("agent", "GET", f"/{transfer}/download").content == BYTES
    assert broker.call("agent", "POST", f"/{transfer}/confirmdownload").status_code == 200
    assert broker.state(transfer) == "AllConfirmedDownloaded"


def test_the_transfer_ends_when_the_last_recipient_has_confirmed(broker: Broker) -> None:
    transfer = broker.published(recipients=[f"0192:{KV}", *TO_THE_CLIENT])
    for who, after in (("recipient", "Published"), ("agent", "AllConfirmedDownloaded")):
        broker.call(who, "GET", f"/{transfer}/download")
        assert broker.call(who, "POST", f"/{transfer}/confirmdownload").status_code == 200
        if after == "Published":
            assert broker.call(who, "POST", f"/{transfer}/confirmdownload").status_code == 200
        assert broker.state(transfer) == after


def test_parts_of_a_file(broker: Broker) -> None:
    transfer = broker.published()
    size = len(BYTES)
    for asked, start, stop in (("0-3", 0, 4), ("5-", 5, size), ("-4", size - 4, size), (f"2-{size + 9}", 2, size)):
        headers = {"Range": f"bytes={asked}", "Authorization": f"Bearer {broker.token('recipient')}"}
        got = broker.house.vendor.http.get(f"/broker/api/v1/filetransfer/{transfer}/download", headers=headers)
        assert (got.status_code, got.content) == (206, BYTES[start:stop])
        assert got.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
    for ignored in ("bytes=0-1,3-4", "lines=1-2", "bytes=x"):
        headers = {"Range": ignored, "Authorization": f"Bearer {broker.token('recipient')}"}
        got = broker.house.vendor.http.get(f"/broker/api/v1/filetransfer/{transfer}/download", headers=headers)
        assert (got.status_code, got.content) == (200, BYTES)


def test_filters_and_order(broker: Broker) -> None:
    first = broker.published()
    broker.house.clock.move(hours=1)
    second = broker.announced()
    assert broker.found("sender") == [second, first]
    assert broker.found("sender", orderAscending=True) == [first, second]
    assert broker.found("sender", status="Initialized") == [second]
    assert broker.found("sender", role="recipient") == []
    assert broker.found("sender", **{"from": "2026-05-02T08:30:00Z"}) == [second]
    assert broker.found("sender", to="2026-05-02T08:30:00Z") == [first]
    assert broker.found("stranger") == []


def test_a_file_whose_time_is_over_is_purged(broker: Broker) -> None:
    broker.configure(fileTransferTimeToLive="P1D")
    transfer = broker.published()
    broker.house.clock.move(days=1)
    assert broker.state(transfer) == "Purged"
    assert broker.found("sender", status="Purged") == [transfer]
    assert broker.found("sender", status="Published") == []
    assert purge_file_transfers(broker.house.store) == 1
    assert purge_file_transfers(broker.house.store) == 0
    assert broker.state(transfer) == "Purged"
    assert broker.call("recipient", "GET", f"/{transfer}/download").json()["code"] == "BRO-00007"


def test_a_confirmed_file_is_kept_for_its_grace(broker: Broker) -> None:
    broker.configure(purgeFileTransferGracePeriod="PT1H")
    transfer = broker.published()
    broker.call("recipient", "GET", f"/{transfer}/download")
    broker.call("recipient", "POST", f"/{transfer}/confirmdownload")
    assert broker.call("recipient", "GET", f"/{transfer}/download").status_code == 200
    broker.house.clock.move(hours=1)
    assert broker.state(transfer) == "Purged"


def test_a_large_file_passes_in_little_memory(broker: Broker) -> None:
    size = 20 * MEGABYTE
    block = bytes(range(256)) * (64 * 1024 // 256)
    transfer = broker.announced(checksum=md5(block * (size // len(block))))
    where = f"/broker/api/v1/filetransfer/{transfer}"
    uploading = {"Authorization": f"Bearer {broker.token('sender')}", "Content-Length": str(size)}
    blocks = (block for _ in range(size // len(block)))
    before = _idle()
    sent = broker.house.vendor.http.post(f"{where}/upload", headers=uploading, content=blocks)
    assert sent.status_code == 200, sent.text
    assert peak() - before < _LITTLE
    fetching = {"HTTP_AUTHORIZATION": f"Bearer {broker.token('recipient')}"}
    options = RestOptions("http://127.0.0.1", "http://127.0.0.1", demo=True, issuer=broker.house.issuer)
    app = create_rest_app(broker.house.store, TokenTrust(broker.house.issuer.trusted_issuers()), options)
    before = _idle()
    pieces = app(EnvironBuilder(path=f"{where}/download", environ_overrides=fetching).get_environ(), lambda *_: None)
    assert sum(len(piece) for piece in pieces) == size
    assert peak() - before < _LITTLE


def _idle() -> int:
    give_back()
    forget_peak()
    return resident()


def test_two_uploads_at_once_give_one_file(broker: Broker) -> None:
    transfer = broker.announced(checksum=None)
    statuses: list[int] = []
    token = broker.token("sender")

    def upload(letter: bytes) -> None:
        sent = broker.house.vendor.call(
            "POST", f"/broker/api/v1/filetransfer/{transfer}/upload", token, content=letter * MEGABYTE
        )
        statuses.append(sent.status_code)

    threads = [threading.Thread(target=upload, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(statuses) == [200, 409, 409]
    assert len(set(broker.call("recipient", "GET", f"/{transfer}/download").content)) == 1
