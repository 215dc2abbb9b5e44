"""Attachments of any size over a socket: up beside the envelope or in it, attached, archived, and down again."""

from __future__ import annotations

import email
import hashlib
from email.message import Message

import pytest
from lxml import etree

from soap.contract import Binding
from tests.core.forms.world import PLAIN
from tests.doors.soap.svc.binding_clients import (
    BINDINGS,
    PASSWORD,
    WRONG,
    Sent,
    Speaker,
    found,
    header_blocks,
    references,
    shipment,
)
from tests.doors.soap.svc.binding_world import Bindings
from tests.doors.soap.svc.svc_client import FAULT, Answer

UP, DOWN = (
    ("IntermediaryInboundStreamed", "SubmitAttachmentStreamed"),
    (
        "ReporteeArchiveExternalStreamed",
        "GetAttachmentDataStreamed",
    ),
)
ARCHIVE = "ReporteeArchiveExternal"
FILE = b"%PDF-1.4 \x00\xff\r\n--bb\r\n" + hashlib.shake_256(b"synthetic").digest(700_000)


def _waiting(speaker: Speaker) -> int:
    """An element that is being filled in."""
    taken = speaker.call("IntermediaryInbound", "SubmitFormTask", shipment(speaker.reference, completed="false"))
    return int(references(taken, "WorkFlowReference")[0])


def _upload(speaker: Speaker, element: int, *, password: str = PASSWORD, file_name: str = "noter.pdf") -> Sent:
    """A streamed call without its file."""
    _, called = found(*UP, speaker.binding)
    values: dict[str, object] = {"AttachmentTypeName": "application_pdf", "CheckSum": "", "Name": "Noter"}
    values |= {"EndUserSystemreference": "V1", "FileName": file_name, "ReporteeElementId": element}
    values |= {name[0].upper() + name[1:]: value for name, value in speaker.pair(password).items()}
    if speaker.binding in (Binding.EC, Binding.EC2):
        values |= {"userName": values.pop("UserName"), "password": values.pop("Password")}
    headers = header_blocks(called.headers[0].namespace, values)
    return speaker.message(*UP, "<dataStream>FILE</dataStream>", headers=headers, password=password)


def _attached(world: Bindings, element: int) -> list[tuple[str, bytes]]:
    def read(ledger: object) -> list[tuple[str, bytes]]:
        files = ledger.forms.attachments(element)  # type: ignore[attr-defined]
        return [(each.file_name, b"".join(ledger.content(each.content))) for each in files]  # type: ignore[attr-defined]

    return world.store.read(read)


def _completed(speaker: Speaker, element: int) -> Answer:
    return speaker.call(
        "IntermediaryInbound",
        "CompleteAndSignShipment",
        f"<reporteeElementId>{element}</reporteeElementId><languageId>1044</languageId>",
    )


def _file_in(answer: Answer) -> bytes:
    """The file that an MTOM answer has beside its envelope, by the name the envelope includes it by."""
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    package = email.message_from_bytes(head + answer.body)
    parts: list[Message] = [part for part in package.walk() if not part.is_multipart()]
    envelope = etree.fromstring(parts[0].get_payload(decode=True))  # type: ignore[arg-type]
    name = next(envelope.iter("{http://www.w3.org/2004/08/xop/include}Include")).get("href", "").removeprefix("cid:")
    begin = answer.body.index(f"Content-ID: <{name}>".encode())
    boundary = f"\r\n--{package.get_boundary()}".encode()
    return answer.body[begin:].partition(b"\r\n\r\n")[2].partition(boundary)[0]


@pytest.mark.parametrize("packed", ["beside the envelope", "in the envelope"])
@pytest.mark.parametrize("binding", BINDINGS)
def test_a_file_goes_up_is_archived_and_comes_down_the_same(bindings: Bindings, binding: Binding, packed: str) -> None:
    speaker = bindings.speaker(binding)
    element = _waiting(speaker)
    sent = _upload(speaker, element)
    told = (sent.with_file(FILE) if packed == "beside the envelope" else sent.with_text(FILE)).by(speaker.client)
    assert told.status == 200, told.body
    assert (told.text("ReceiptStatusCode"), told.text("ReceiptText")) == ("OK", "Successfully Instantiated")
    assert _attached(bindings, element) == [("noter.pdf", FILE)]
    receipt = speaker.call(
        "ReceiptExternal", "GetReceiptV2", f"<receipt><ReceiptId>{told.text('ReceiptId')}</ReceiptId></receipt>"
    )
    assert told.text("ReceiptId") in receipt.texts("ReceiptId"), receipt.body
    done = _completed(speaker, element)
    assert done.text("ReceiptText") == "SignAndSend Completed Successfully", done.body
    task = speaker.call(ARCHIVE, "GetArchivedFormTaskV2", f"<reporteeElementId>{element}</reporteeElementId>")
    attachment = f"<attachmentId>{task.text('AttachmentID')}</attachmentId>"
    down = speaker.call(*DOWN, attachment)
    assert down.status == 200, down.body
    assert down.headers["content-type"].startswith("multipart/related")
    assert _file_in(down) == FILE


@pytest.mark.parametrize("binding", BINDINGS)
@pytest.mark.parametrize("packed", ["beside the envelope", "in the envelope"])
def test_a_file_larger_than_the_service_takes_is_told_in_the_receipt_and_not_kept(
    bindings: Bindings, binding: Binding, packed: str
) -> None:
    speaker = bindings.speaker(binding)
    element = _waiting(speaker)
    bindings.store.write(lambda ledger: ledger.forms.set_attachment_rule(PLAIN, len(FILE) - 1))
    before = bindings.stored()
    sent = _upload(speaker, element)
    told = (sent.with_file(FILE) if packed == "beside the envelope" else sent.with_text(FILE)).by(speaker.client)
    assert (told.status, told.text("ReceiptStatusCode")) == (200, "ValidationFailed"), told.body
    assert bindings.stored() == before
    bindings.store.write(lambda ledger: ledger.forms.set_attachment_rule(PLAIN, len(FILE)))
    assert _upload(speaker, element).with_file(FILE).by(speaker.client).text("ReceiptStatusCode") == "OK"


def test_a_file_larger_than_the_gateway_takes_is_a_fault_and_not_kept(bindings: Bindings) -> None:
    for binding in BINDINGS:
        speaker = bindings.speaker(binding)
        element = _waiting(speaker)
        before = bindings.stored()
        for sent in (
            _upload(speaker, element).with_file(bytes(bindings.most_bytes + 1)),
            _upload(speaker, element).with_text(bytes(bindings.most_bytes + 1)),
        ):
            told = sent.by(speaker.client)
            assert (told.status, told.fault["ErrorID"]) == (500, "0")
            assert "for stor" in told.fault["AltinnExtendedErrorMessage"]
            assert bindings.stored() == before


@pytest.mark.parametrize("binding", BINDINGS)
def test_a_file_from_somebody_unknown_or_for_somebody_elses_element_is_not_kept(
    bindings: Bindings, binding: Binding
) -> None:
    speaker = bindings.speaker(binding)
    element = _waiting(speaker)
    before = bindings.stored()
    unknown = _upload(speaker, element, password=WRONG).with_file(FILE).by(speaker.client)
    assert (unknown.status, unknown.fault["ErrorID"]) == (500, "5")
    elsewhere = _upload(speaker, element + 1000).with_file(FILE).by(speaker.client)
    assert elsewhere.status == 500
    assert next(elsewhere.root.iter(f"{FAULT}ErrorID")).text != "0"
    nameless = _upload(speaker, element, file_name="uten").with_file(FILE).by(speaker.client)
    assert (nameless.status, nameless.text("ReceiptStatusCode")) == (200, "ValidationFailed"), nameless.body
    assert bindings.stored() == before
    assert _attached(bindings, element) == []


def test_a_repeated_streamed_message_is_refused_where_messages_are_signed(bindings: Bindings) -> None:
    speaker = bindings.speaker(Binding.EC2)
    element = _waiting(speaker)
    sent = _upload(speaker, element).with_file(FILE)
    assert sent.by(speaker.client).status == 200
    after = bindings.stored()
    assert sent.by(speaker.client).status == 500
    assert bindings.stored() == after
    assert len(_attached(bindings, element)) == 1
