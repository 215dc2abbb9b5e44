"""MessageReceiptExchange: messages and receipts as documents that clients search for words in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from core import Store, archive_message, read_message, send_message
from soap.envelope import SOAP_11, CallRefused
from tests.core.messages.world import (
    AT_OFFICE,
    CLIENT,
    OFFICE_SYSTEM,
    PASSWORD,
    PDF,
    SENDER,
    STRANGER_SYSTEM,
    Clock,
    message,
)
from tests.doors.soap.asmx.calls import MESSAGES, answer, call, searched

WHO = {"enterpriseSystemId": OFFICE_SYSTEM}


def ask(store: Store, operation: str, password: str = PASSWORD, **parameters: object) -> str:
    return call(store, MESSAGES, operation, **{**WHO, **parameters, "password": password})


@pytest.fixture
def number(messages: Store) -> int:
    """A message to the client."""
    new = message(archive_reference="AR7", files=(replace(PDF, content=b"%PDF-1.4"),))
    return send_message(messages, SENDER, new).id


def test_a_message(messages: Store, number: int) -> None:
    document = ask(messages, "GetAltUtMessage", messageId=number)
    assert searched(document, "status") == "OK"
    for word, value in (
        ("messageId", str(number)),
        ("participantId", CLIENT),
        ("shortName", "9070_260101"),
        ("messageReference", "M-1"),
        ("archiveReference", "AR7"),
        ("state", "Read"),
        ("filename", "vedtak.pdf"),
    ):
        assert searched(document, word, "<AltUt ") == value
    root = etree.fromstring(document.encode())
    assert root.findtext(".//HTML") == "<p>Innsendingen er mottatt & behandlet.</p>"
    assert root.findtext(".//Attachment") == "JVBERi0xLjQ="
    assert "/>" not in document
    assert ":" not in "".join(str(each.tag) for each in root.iter())


def test_the_golden_list(messages: Store, number: int) -> None:
    assert ask(messages, "GetAltUtMessageListForParticipant", participantId=CLIENT) == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<AltUtMessageList schemaVersion="1.0">\n'
        '  <AltUtMessageListInReceipt status="OK" timeReceived="2026-03-09T10:15:00">\n'
        f'    <AltUt messageId="{number}" participantId="{CLIENT}" shortName="9070_260101" messageReference="M-1"'
        ' archiveReference="AR7" state="Created" requireConfirmation="false" sentDate="2026-03-09T10:15:00">\n'
        "      <MessageSubject>Svar på innsendingen</MessageSubject>\n"
        "    </AltUt>\n"
        "  </AltUtMessageListInReceipt>\n"
        "</AltUtMessageList>\n"
    )


def test_the_list_for_a_submission(messages: Store, number: int) -> None:
    operation = "GetAltUtMessageListForArchiveRef"
    found = ask(messages, operation, participantId=CLIENT, archiveReference="AR7")
    assert searched(found, "messageId") == str(number)
    assert "messageId" not in ask(messages, operation, participantId=CLIENT, archiveReference="AR8")


def test_a_stranger_finds_nothing(messages: Store, number: int) -> None:
    listed = ask(
        messages, "GetAltUtMessageListForParticipant", participantId=CLIENT, enterpriseSystemId=STRANGER_SYSTEM
    )
    assert searched(listed, "status") == "OK"
    assert "messageId" not in listed
    assert (
        searched(ask(messages, "GetAltUtMessage", messageId=number, enterpriseSystemId=STRANGER_SYSTEM), "status")
        == "NotFound"
    )


@pytest.mark.parametrize("wanted", ["", "abc", "99999999999999", "1"])
def test_a_message_that_is_not_there(messages: Store, wanted: str) -> None:
    assert searched(ask(messages, "GetAltUtMessage", messageId=wanted), "status") == "NotFound"


@pytest.mark.parametrize(
    "operation",
    ["GetReceipt", "GetReceiptList", "GetAltUtMessage", "GetAltUtMessageListForArchiveRef",
     "GetAltUtMessageListForParticipant"],
)  # fmt: skip
def test_a_wrong_password_and_an_unknown_system_are_told_alike(messages: Store, operation: str) -> None:
    wrong = ask(messages, operation, "feilpassord1")
    assert searched(wrong, "status") == "AuthenticationFailed"
    assert wrong == ask(messages, operation, enterpriseSystemId=999)


def test_receipts(messages: Store, number: int, clock: Clock) -> None:
    read_message(messages, AT_OFFICE, number)
    tree = archive_message(messages, AT_OFFICE, number)
    for wanted in (tree.id, "AR7"):
        document = ask(messages, "GetReceipt", receiptId=wanted)
        assert (searched(document, "status"), searched(document, "receiptId")) == ("OK", str(tree.id))
        assert searched(document, "receiptStatus") == "OK"
    assert searched(ask(messages, "GetReceipt", receiptId="ukjent"), "status") == "NotFound"
    for dates, is_there in (
        ({}, True),
        ({"fromDate": "2026-03-09", "toDate": "2026-03-09"}, True),
        ({"fromDate": "2026-03-10"}, False),
        ({"toDate": "2026-03-09T10:00:00"}, False),
    ):
        assert ("receiptId" in ask(messages, "GetReceiptList", **dates)) == is_there
    for bad in ({"fromDate": "i går"}, {"fromDate": "2026-03-10", "toDate": "2026-03-09"}):
        assert searched(ask(messages, "GetReceiptList", **bad), "status") == "InvalidDate"


def test_parameters_by_other_names_are_taken_by_their_place(messages: Store, number: int) -> None:
    document = (
        f'<s:Envelope xmlns:s="{SOAP_11.namespace}"><s:Body><GetAltUtMessage xmlns="{MESSAGES.namespace}">'
        f"<systemId>{OFFICE_SYSTEM}</systemId><id>{number}</id><password>{PASSWORD}</password>"
        "</GetAltUtMessage></s:Body></s:Envelope>"
    )
    assert f'messageId="{number}"' in str(etree.fromstring(answer(messages, MESSAGES, document)).xpath("string()"))


def test_a_system_id_that_is_no_number_is_a_fault(messages: Store) -> None:
    with pytest.raises(CallRefused, match="enterpriseSystemId er ikke et heltall"):
        ask(messages, "GetReceipt", enterpriseSystemId="elleve")
