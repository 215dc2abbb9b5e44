"""CorrespondenceExternal and the two lists of messages: what goes over the wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from core import (
    AuthenticationFailed,
    GatewayError,
    LinkKind,
    MessageLink,
    MessageNotification,
    Store,
    send_message,
)
from soap.svc import correspondence, correspondence_lists
from soap.svc.faults import fault_for
from tests.core.messages.world import CLIENT, OFFICE_SYSTEM, PDF, SENDER, STRANGER_SYSTEM, Clock, message
from tests.doors.soap.svc.message_calls import ask, texts

PATH = "/ServiceEngineExternal/CorrespondenceExternalBasic.svc"
LIST_PATH = "/ServiceEngineExternal/ReporteeElementListExternalBasic.svc"
ARCHIVE_PATH = "/ArchiveExternal/ReporteeArchiveExternalBasic.svc"
SMALL = replace(PDF, content=b"%PDF-1.4")


def sent(store: Store, **changes: object) -> int:
    return send_message(store, SENDER, message(**changes)).id  # type: ignore[arg-type]


def fetch(store: Store, number: int, *, v2: bool = True, system: int = OFFICE_SYSTEM) -> bytes:
    operation = f"GetCorrespondenceForEndUserSystemsBasic{'V2' if v2 else ''}"
    inner = f"<correspondenceID>{number}</correspondenceID><languageID>1044</languageID>"
    return ask(store, correspondence.HANDLERS, PATH, operation, inner, system=system)


def act(store: Store, operation: str, number: int, name: str = "reporteeElementID") -> bytes:
    inner = f"<{name}>{number}</{name}>"
    return ask(store, correspondence.HANDLERS, PATH, operation, inner, system=OFFICE_SYSTEM)


def listed(store: Store, inner: str, *, system: int = OFFICE_SYSTEM, of: str = "Reportee") -> bytes:
    operation = f"GetCorrespondenceListFor{of}Basic"
    return ask(store, correspondence_lists.HANDLERS, LIST_PATH, operation, inner, system=system)


def test_a_message_as_the_wire_has_it(messages: Store, clock: Clock) -> None:
    number = sent(
        messages,
        files=(SMALL,),
        links=(MessageLink(LinkKind.SERVICE_URL, "Les mer", "https://etat.example.no"),),
        notifications=(MessageNotification("Melding", "1044", "post@example.no", ("Email:a@example.no",), ("x",)),),
        archive_reference="AR100001",
        due=clock.now + timedelta(days=7),
    )
    answer = fetch(messages, number)
    assert answer.startswith(
        b"<GetCorrespondenceForEndUserSystemsBasicV2Response"
        b' xmlns="http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10">'
    )
    root = etree.fromstring(answer)[0]
    assert [etree.QName(child).localname for child in root] == [
        "Correspondence",
        "CorrespondenceAttachments",
        "CorrespondenceLinks",
        "CorrespondenceNotifications",
    ]
    told = {etree.QName(child).localname: child.text for child in root[0]}
    assert list(told) == sorted(told)
    assert told["CorrespondenceID"] == str(number)
    assert told["CorrespondenceStatus"] == "Read"
    assert told["CorrespondenceTxt"] == "<p>Innsendingen er mottatt & behandlet.</p>"
    assert told["ArchiveReference"] == "AR100001"
    assert told["DateSent"] == "2026-03-09T10:15:00"
    assert told["LanguageID"] == "NorwegianNO"
    assert told["IsConfirmationNeeded"] == "false"
    assert (told["Reportee"], told["SentTo"], told["SentBy"]) == ("50003", "50003", "Oppdiktet 50001")
    assert told["ExternalSystemReference"] == "M-1"
    assert texts(answer, "AttachmentData") == ["JVBERi0xLjQ="]
    assert texts(answer, "AttachmentTypeID") == ["application_pdf"]
    assert texts(answer, "LinkType") == ["ServiceURL"]
    assert texts(answer, "TransportId") == ["Email"]


def test_the_first_generation_has_two_members_less(messages: Store) -> None:
    number = sent(messages)
    first, second = fetch(messages, number, v2=False), fetch(messages, number)
    assert not texts(first, "AllowForwarding")
    assert texts(second, "AllowForwarding") == ["false"]
    assert texts(first, "CorrespondenceTitle") == texts(second, "CorrespondenceTitle")


def test_confirming_archiving_and_fetching_from_the_archive(messages: Store) -> None:
    number = sent(messages, confirmation_needed=True, files=(SMALL,))
    fetch(messages, number)
    assert etree.fromstring(act(messages, "SaveCorrespondenceConfirmationBasic", number)).text is None
    receipt = act(messages, "ArchiveCorrespondenceForEndUserSystemBasic", number, "CorrespondenceID")
    assert texts(receipt, "ReceiptTypeName") == ["Correspondence"]
    assert texts(receipt, "ReceiptStatusCode") == ["OK"]
    assert "WorkFlowReference" in texts(receipt, "ReferenceTypeName")
    inner = f"<archiveId>{number}</archiveId>"
    archived = ask(
        messages,
        correspondence.ARCHIVE_HANDLERS,
        ARCHIVE_PATH,
        "GetArchivedCorrespondenceBasic",
        inner,
        system=OFFICE_SYSTEM,
    )
    assert texts(archived, "ArchiveCorrespondenceID") == [str(number)]
    assert texts(archived, "AttachmentData") == ["JVBERi0xLjQ="]
    # In the first generation the list has no word for an archived message.
    entries = listed(messages, f"<reportee>{CLIENT}</reportee>")
    assert texts(entries, "CorrespondenceStatus") == ["Default"]
    assert (texts(entries, "ArchiveId"), texts(entries, "ReporteeElementId")) == ([str(number)], ["0"])
    assert texts(entries, "Status") == ["Archive"]


def test_deleting_answers_nothing(messages: Store) -> None:
    number = sent(messages)
    assert len(etree.fromstring(act(messages, "DeleteCorrespondenceBasic", number))) == 0
    assert not texts(listed(messages, f"<reportee>{CLIENT}</reportee>"), "ReporteeElementId")


def test_the_lists(messages: Store, clock: Clock) -> None:
    first = sent(messages, reference="M-1", archive_reference="AR7", confirmation_needed=True)
    clock.pass_time(days=2)
    second = sent(messages, reference="M-2")
    entries = listed(messages, f"<reportee>{CLIENT}</reportee>")
    assert texts(entries, "ReporteeElementId") == [str(second), str(first)]
    assert texts(entries, "Status") == ["NotOpenedNoConfirmationReq", "NotOpenedConfirmationReq"]
    assert texts(entries, "ReporteeElementType") == ["Correspondence", "Correspondence"]
    assert texts(entries, "ExternalServiceCode") == ["9070", "9070"]
    one = listed(messages, f"<reportee>{CLIENT}</reportee><archiveReference>AR7</archiveReference>", of="ArchiveRef")
    assert texts(one, "ReporteeElementId") == [str(first)]
    recent = listed(messages, f"<reportee>{CLIENT}</reportee><fromDate>2026-03-10</fromDate><languageID/>")
    assert texts(recent, "ReporteeElementId") == [str(second)]
    assert not texts(listed(messages, f"<reportee>{CLIENT}</reportee>", system=STRANGER_SYSTEM), "ReporteeElementId")
    assert not texts(listed(messages, ""), "ReporteeElementId")


@pytest.mark.parametrize(
    ("operation", "name", "prepared", "error_id"),
    [
        ("GetCorrespondenceForEndUserSystemsBasicV2", "correspondenceID", "none", 14),
        ("SaveCorrespondenceConfirmationBasic", "reporteeElementID", "unread", 14),
        ("ArchiveCorrespondenceForEndUserSystemBasic", "CorrespondenceID", "unread", 14),
        ("ArchiveCorrespondenceForEndUserSystemBasic", "CorrespondenceID", "archived", 14),
        ("DeleteCorrespondenceBasic", "reporteeElementID", "archived", 40009),
    ],
)
def test_refusals_have_the_contracts_numbers(
    messages: Store, operation: str, name: str, prepared: str, error_id: int
) -> None:
    number = 1 if prepared == "none" else sent(messages)
    if prepared == "archived":
        fetch(messages, number)
        act(messages, "ArchiveCorrespondenceForEndUserSystemBasic", number, "CorrespondenceID")
    inner = f"<{name}>{number}</{name}><languageID>0</languageID>"
    with pytest.raises(GatewayError) as refused:
        ask(messages, correspondence.HANDLERS, PATH, operation, inner, system=OFFICE_SYSTEM)
    assert fault_for(refused.value, "guid").error_id == error_id


def test_a_wrong_password_is_number_five(messages: Store) -> None:
    with pytest.raises(AuthenticationFailed) as refused:
        ask(
            messages,
            correspondence.HANDLERS,
            PATH,
            "DeleteCorrespondenceBasic",
            "<reporteeElementID>1</reporteeElementID>",
            system=OFFICE_SYSTEM,
            password="feilpassord1",
        )
    assert fault_for(refused.value, "guid").error_id == 5
