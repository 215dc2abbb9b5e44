"""AgencyDataExchange: a service owner hands in messages and prefill, and asks whether forms are right."""

from __future__ import annotations

import base64

import pytest
from lxml import etree

from core import Store, legacy_service_id, list_messages_for_reportee, prefill_for, read_message
from soap.envelope import SOAP_11, SOAP_12, CallRefused
from tests.core.messages.world import (
    AT_OFFICE,
    AT_PERSON,
    CLIENT,
    OWNER,
    PASSWORD,
    PERSON,
    Clock,
)
from tests.doors.soap.asmx.calls import AGENCY, answer, call, envelope, searched

FILE = base64.b64encode(b"%PDF-1.4").decode()
CONTENT = f"""<MessageHeader>Skatteetaten</MessageHeader><MessageSubject>Vedtak</MessageSubject>
<MessageSummery>Kort sagt</MessageSummery><HTML><p>Vedtaket er <b>fattet</b></p></HTML>
<Attachments>
<Attachment id="V1" type="application_pdf" filename="vedtak.pdf" name="Vedtak">{FILE}</Attachment>
</Attachments>"""
NOT_BASE64 = "<Content><Attachments><Attachment filename='a'>!</Attachment></Attachments></Content>"
SKJEMA = '<Skjema skjemanummer="212" spesifikasjonsnummer="4348"><Felt>{}</Felt></Skjema>'


def alt_ut(
    *participants: str,
    short_name: str = "9070_260101",
    reference: str = "M-1",
    sender: str = OWNER.code,
    more: str = "",
) -> str:
    """A document with one message."""
    return (
        f'<?xml version="1.0" encoding="iso-8859-1"?><GovOrgan name="{sender}"><AltUt sequenceno="7">'
        f'<Message shortName="{short_name}" messageReference="{reference}">{"".join(participants)}{more}'
        "</Message></AltUt></GovOrgan>"
    )


def participant(number: str = CLIENT, content: str = f"<Content languageCode='1044'>{CONTENT}</Content>") -> str:
    return (
        f'<Participant id="{number}"><DueDate>2026-04-01</DueDate><AltinnArchive>AR7</AltinnArchive>'
        f"<RequireConfirmation>true</RequireConfirmation>{content}</Participant>"
    )


def submit(store: Store, document: str, password: str = PASSWORD) -> str:
    return call(store, AGENCY, "SubmitAltutMessagePw", altutMessage=document, password=password)


def entries(receipt: str) -> list[str | None]:
    return [each.text for each in etree.fromstring(receipt.encode()).iter("MessageEntry")]


@pytest.mark.parametrize(
    "content",
    [
        f"<Content languageCode='1044'>{CONTENT}</Content>",
        f"<Content languageCode='1044'><![CDATA[{CONTENT}]]></Content>",
    ],
)
def test_a_message_is_handed_in_and_fetched(messages: Store, content: str) -> None:
    receipt = submit(messages, alt_ut(participant(content=content)))
    assert searched(receipt, "status", "DataUnitInReceipt") == "OK"
    (listed,) = list_messages_for_reportee(messages, AT_OFFICE, CLIENT)
    assert entries(receipt) == [f"Melding M-1 til {CLIENT} er mottatt ({listed.id})."]
    found = read_message(messages, AT_OFFICE, listed.id)
    assert (found.text.title, found.text.summary) == ("Vedtak", "Kort sagt")
    assert found.text.body == "<p>Vedtaket er <b>fattet</b></p>"
    assert (found.archive_reference, found.confirmation_needed, found.reference) == ("AR7", True, "M-1")
    assert [(each.file_name, each.data) for each in found.attachments] == [("vedtak.pdf", b"%PDF-1.4")]


def test_a_content_that_is_text_is_the_body(messages: Store) -> None:
    content = "<Content languageCode='2068'><![CDATA[<p>Ein <b>tekst</b></p>]]></Content>"
    submit(messages, alt_ut(participant(content=content)))
    (found,) = list_messages_for_reportee(messages, AT_OFFICE, CLIENT)
    assert (found.text.language, found.text.body) == (2068, "<p>Ein <b>tekst</b></p>")


def test_the_golden_receipt(messages: Store) -> None:
    receipt = submit(messages, alt_ut(participant()))
    (listed,) = list_messages_for_reportee(messages, AT_OFFICE, CLIENT)
    assert receipt == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<GovOrganReceipt schemaVersion="6.0">\n'
        '  <DataUnitInReceipt receiptType="ALTUT" status="OK" timeReceived="2026-03-09T10:15:00">\n'
        f"    <Message><MessageEntry>Melding M-1 til {CLIENT} er mottatt ({listed.id}).</MessageEntry></Message>\n"
        "  </DataUnitInReceipt>\n"
        "</GovOrganReceipt>\n"
    )


def test_a_repeat_does_not_double(messages: Store) -> None:
    for _ in range(2):
        receipt = submit(messages, alt_ut(participant()))
    assert searched(receipt, "status") == "OK"
    assert "mottatt fra før" in (entries(receipt)[0] or "")
    assert len(list_messages_for_reportee(messages, AT_OFFICE, CLIENT)) == 1


def test_participants_get_their_own_and_no_number_is_told_whole(messages: Store) -> None:
    notices = (
        "<NotificationMessages>"
        f'<NotificationMessage participantId="{PERSON}"><EmailAddresses><EmailAddress>a@example.no</EmailAddress>'
        "</EmailAddresses></NotificationMessage></NotificationMessages>"
    )
    receipt = submit(messages, alt_ut(participant(), participant(PERSON), more=notices))
    assert PERSON not in receipt
    (to_client,) = list_messages_for_reportee(messages, AT_OFFICE, CLIENT)
    (to_person,) = list_messages_for_reportee(messages, AT_PERSON, PERSON)
    assert not to_client.notifications
    assert [each.receivers for each in to_person.notifications] == [("Email:a@example.no",)]


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ("", "InvalidXml"),
        ("<GovOrgan", "InvalidXml"),
        ("<!DOCTYPE x><GovOrgan name='OEB'/>", "InvalidXml"),
        ("<Melding/>", "InvalidXml"),
        ("<GovOrgan name='OEB'/>", "InvalidXml"),
        (alt_ut(participant(), short_name="bare-tekst"), "InvalidXml"),
        (alt_ut(participant(content="")), "InvalidXml"),
        (alt_ut(participant(content=NOT_BASE64)), "InvalidXml"),
        (alt_ut(participant(), sender="UKJENT"), "AuthenticationFailed"),
        (alt_ut(participant(), short_name="9071_260101"), "Failed"),
        (alt_ut(participant(), short_name="1_1"), "Failed"),
        (alt_ut(participant(), participant("310000531")), "Failed"),
        (alt_ut(participant(content="<Content/>")), "Failed"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_told_and_not_stored(messages: Store, document: str, status: str) -> None:
    receipt = submit(messages, document)
    assert searched(receipt, "status", "DataUnitInReceipt") == status
    assert entries(receipt)[0]
    assert not list_messages_for_reportee(messages, AT_OFFICE, CLIENT)


def test_a_wrong_password_is_told_what_an_unknown_sender_is_told(messages: Store) -> None:
    wrong, unknown = (
        submit(messages, alt_ut(participant()), "feilpassord1"),
        submit(messages, alt_ut(participant(), sender="UKJENT")),
    )
    assert wrong == unknown
    for _ in range(4):
        submit(messages, alt_ut(participant()), "feilpassord1")
    assert searched(submit(messages, alt_ut(participant())), "status") == "AuthenticationFailed"


@pytest.mark.acceptance("A20")
def test_it_answers_in_its_own_namespace(messages: Store) -> None:
    for version in (SOAP_11, SOAP_12):
        written = answer(
            messages, AGENCY, envelope(AGENCY, "VerifyMessage", {"messageData": SKJEMA.format(1)}, version.namespace)
        )
        assert b'<VerifyMessageResponse xmlns="http://AltInn.no/agencywebservices/">' in written
        assert version.namespace.encode() in written
    with pytest.raises(CallRefused, match="Ukjent operasjon: SubmitBatchPw"):
        call(messages, AGENCY, "SubmitBatchPw", batch="", password="")


def test_forms_are_verified(messages: Store) -> None:
    unknown = '<Skjema skjemanummer="1" spesifikasjonsnummer="2"/>'
    in_text = f"<Content><![CDATA[{SKJEMA.format('ti')}]]></Content>"
    document = f"<GovOrgan name='OEB'>{SKJEMA.format(1)}{unknown}{in_text}</GovOrgan>"
    written = answer(messages, AGENCY, envelope(AGENCY, "VerifyMessage", {"messageData": document}, SOAP_11.namespace))
    root = etree.fromstring(written)
    statuses = [each.text for each in root.iter("{*}Status")]
    assert statuses == ["OK", "OK", "NotFound", "Errors"]
    assert [each.text for each in root.iter("{*}FormVersion")] == ["4348", "2", "4348"]
    assert next(each.text for each in root.iter("{*}ValidationError"))
    types = [each.get("{http://www.w3.org/2001/XMLSchema-instance}type") for each in root.iter("{*}FormStatus")]
    assert types == ["FormVerificationStatus"] * 3


@pytest.mark.parametrize(
    "document", ["", "<x/>", "<GovOrgan", "<GovOrgan name='a'><Skjema skjemanummer='x'/></GovOrgan>"]
)
def test_what_cannot_be_verified_has_errors(messages: Store, document: str) -> None:
    written = answer(messages, AGENCY, envelope(AGENCY, "VerifyMessage", {"messageData": document}, SOAP_11.namespace))
    assert [each.text for each in etree.fromstring(written).iter("{*}Status")] == ["Errors"]


def prefill(reference: str = "P-1", *, number: str = CLIENT, data: str = SKJEMA.format(7), code: str = "9070") -> str:
    """A document with one set of forms."""
    return (
        f'<ServiceOwner ServiceOwnerName="{OWNER.code}"><Prefill SequenceNo="1" ExternalShipmentReference="S-1">'
        f'<Reportee Id="{number}"><FormTask ExternalServiceCode="{code}" ExternalServiceEditionCode="260101"'
        f' ValidFrom="2026-01-01" ValidTo="2026-12-31" SendersReference="{reference}">'
        "<IdentifyingFields><IdentifyingField>2026</IdentifyingField></IdentifyingFields>"
        f'<Form DataFormatId="212" DataFormatVersion="4348" SendersReference="{reference}-H">'
        f"<FormData><![CDATA[{data}]]></FormData></Form></FormTask></Reportee></Prefill></ServiceOwner>"
    )


def hand_in(store: Store, document: str, operation: str = "SubmitOnlinePrefillPw") -> str:
    return call(store, AGENCY, operation, prefillMessage=document, password=PASSWORD)


def test_prefill_is_handed_in_and_fetched(messages: Store, clock: Clock) -> None:
    service = legacy_service_id("9070", "260101")
    receipt = hand_in(messages, prefill())
    assert (searched(receipt, "receiptType"), searched(receipt, "status")) == ("PREFILL", "OK")
    (kept,) = prefill_for(messages, AT_OFFICE, CLIENT, service)
    assert (kept.prefill.forms[0].data, kept.prefill.identity, kept.owner_code) == (SKJEMA.format(7), ("2026",), "OEB")
    clock.pass_time(days=300)
    assert not prefill_for(messages, AT_OFFICE, CLIENT, service)


def test_prefill_that_is_started_lies_among_the_elements_once(messages: Store, clock: Clock) -> None:
    for _ in range(2):
        receipt = hand_in(messages, prefill(), "SubmitAndInstantiateOnlinePrefillPw")
    assert searched(receipt, "status") == "OK"
    found = messages.read(lambda ledger: ledger.forms.elements_of(f"party-{CLIENT}", None, None))
    assert [(each.status, each.title) for each in found] == [("FillIn", "Tjeneste svc:9070/260101")]
    (form,) = messages.read(lambda ledger: ledger.forms.forms(found[0].id))
    assert messages.read(lambda ledger: b"".join(ledger.content(form.content))) == SKJEMA.format(7).encode()
    assert str(found[0].id) in (entries(receipt)[0] or "")


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (prefill(""), "Failed"),
        (prefill(data=""), "Failed"),
        (prefill(code="9071"), "Failed"),
        (prefill(number="310000531"), "Failed"),
        (prefill().replace("OEB", "UKJENT"), "AuthenticationFailed"),
        (prefill().replace('4348" S', 'x" S'), "InvalidXml"),
        (prefill().replace("<FormTask", "<Field/><FormTask", 1), "InvalidXml"),
        ("<ServiceOwner/>", "InvalidXml"),
    ],
)
def test_prefill_that_cannot_be_taken(messages: Store, document: str, status: str) -> None:
    for operation in ("SubmitOnlinePrefillPw", "SubmitAndInstantiateOnlinePrefillPw"):
        receipt = hand_in(messages, document, operation)
        assert searched(receipt, "status", "DataUnitInReceipt") == status
    assert not prefill_for(messages, AT_OFFICE, CLIENT, legacy_service_id("9070", "260101"))
