"""Submissions over a socket: handed in, found again in both generations, listed, completed, fetched."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from lxml import etree

from core import OPERATOR, Store, SystemSignature, change_password, store_content
from soap.security import Security
from soap.svc.call import Call, Upload
from soap.svc.intermediary import STREAMED_HANDLERS, read_shipment, read_signature
from tests.core.forms.world import filled
from tests.doors.soap.conftest import served
from tests.doors.soap.svc.svc_client import Answer, SvcClient, elements, operation

INBOUND = "/IntermediaryExternal/IntermediaryInboundBasic.svc"
RECEIPTS = "/IntermediaryExternal/ReceiptExternalBasic.svc"
ELEMENTS = "/ServiceEngineExternal/ReporteeElementListExternalBasic.svc"
ARCHIVE = "/ArchiveExternal/ReporteeArchiveExternalBasic.svc"
WORKFLOW = "/ServiceEngineExternal/WorkflowServiceExternalBasic.svc"
PASSWORD = "hemmelig1"
SYSTEM = elements({"systemUserName": 4711, "systemPassword": PASSWORD})
FORM_DATA = '<![CDATA[\n<?xml version="1.0" encoding="ISO-8859-1"?><Skjema navn="Prøve &amp; Feil"/>]]>'
SEARCH = "http://schemas.altinn.no/services/Archive/ReporteeArchive/2009/10"
UPDATE = "http://schemas.altinn.no/services/Intermediary/Shipment/IntermediaryInbound/2018/06"


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """A store with the world of submissions, where system 4711 has a password."""
    opened = filled(Store(sqlite_url))
    change_password(opened, OPERATOR, 4711, PASSWORD)
    yield opened
    opened.close()


@pytest.fixture
def client(store: Store) -> Iterator[SvcClient]:
    """A client of the served store."""
    with served(store) as door:
        yield SvcClient(door.port)


def _shipment(reference: str = "SBS-1", *, completed: str = "true", service: str = "1234", more: str = "") -> str:
    return (
        f"{SYSTEM}<userSSN/><userPassword/><userPinCode/><authMethod/><formTaskShipment><Reportee>310000302</Reportee>"
        f"<ExternalShipmentReference>{reference}</ExternalShipmentReference><FormTasks>"
        f"<ServiceCode>{service}</ServiceCode><ServiceEdition>140113</ServiceEdition><Forms><Form>"
        f"<Completed>{completed}</Completed><DataFormatId>999</DataFormatId>"
        f"<DataFormatVersion>12345</DataFormatVersion><EndUserSystemReference>{reference}-H</EndUserSystemReference>"
        f"<ParentReference/><FormData>{FORM_DATA}</FormData></Form></Forms></FormTasks>{more}</formTaskShipment>"
    )


def _submit(client: SvcClient, **changes: str) -> Answer:
    return client.basic(INBOUND, "SubmitFormTaskBasic", _shipment(**changes))


def _references(answer: Answer, kind: str) -> list[str | None]:
    found = []
    for each in answer.root.iter("{*}ReferenceBE", "{*}Reference"):
        by_name = {etree.QName(child).localname: child.text for child in each}
        if kind in (by_name.get("ReferenceTypeName"), by_name.get("ReferenceType")):
            found.append(by_name["ReferenceValue"])
    return found


def test_a_submission_is_answered_with_its_final_receipt(client: SvcClient) -> None:
    answer = _submit(client)
    assert answer.status == 200, answer.body
    result = next(answer.root.iter("{*}SubmitFormTaskBasicResult"))
    assert [etree.QName(child).localname for child in result] == [
        "ReceiptId",
        "ReceiptText",
        "ReceiptHistory",
        "LastChanged",
        "ReceiptTypeName",
        "ReceiptStatusCode",
        "ParentReceiptId",
        "References",
        "SubReceipts",
    ]
    assert {child.prefix for child in result} == {None}
    assert (answer.text("ReceiptStatusCode"), answer.text("ReceiptTypeName")) == ("OK", "FormTask")
    assert answer.text("ReceiptText") == "SignAndSend Completed Successfully"
    assert _references(answer, "SendersReference") == ["SBS-1-H"]
    assert _references(answer, "OwnerPartyReference") == ["310000205"]
    assert [child.text for child in answer.root.iter("{*}ReporteeID")] == ["0"] * 5


def test_both_generations_of_receipts_agree_with_the_answer(client: SvcClient) -> None:
    answer = _submit(client)
    number = answer.text("ReceiptId")
    found = []
    for getting, space in (
        ("GetReceiptBasic", "http://schemas.altinn.no/services/Intermediary/Receipt/2009/10"),
        ("GetReceiptBasicV2", "http://schemas.altinn.no/services/Intermediary/Receipt/2015/06"),
    ):
        inner = f'{SYSTEM}<receipt xmlns:r="{space}"><r:ReceiptId>{number}</r:ReceiptId></receipt>'
        found.append(client.basic(RECEIPTS, getting, inner))
    first, second = found
    for name in ("ReceiptId", "ReceiptText", "ReceiptHistory", "LastChanged", "ParentReceiptId"):
        assert answer.texts(name) == first.texts(name) == second.texts(name), name
    assert first.texts("ReceiptStatusCode") == second.texts("ReceiptStatus")
    assert first.texts("ReceiptTypeName") == second.texts("ReceiptType")
    for kind in ("ArchiveReference", "WorkFlowReference", "ExternalShipmentReference", "SendersReference"):
        assert _references(answer, kind) == _references(first, kind) == _references(second, kind) != []


def test_a_repeat_has_the_old_number(client: SvcClient) -> None:
    first, again = _submit(client), _submit(client)
    assert first.text("ReceiptId") == again.text("ReceiptId")
    assert "Shipment Already Exists" in (again.text("ReceiptText") or "")


def test_a_rejection_is_a_receipt_that_does_not_exist(client: SvcClient) -> None:
    answer = _submit(client, service="77")
    assert (answer.status, answer.text("ReceiptId"), answer.text("ReceiptStatusCode")) == (200, "0", "Rejected")
    assert answer.text("LastChanged") == "0001-01-01T00:00:00"


@pytest.mark.parametrize(
    ("inner", "number", "text"),
    [
        (_shipment().replace(PASSWORD, "galt12345"), "5", "Wrong username/password supplied."),
        (
            _shipment().replace("310000302", "310000604"),
            "5",
            "User is not authorized for submittal of reporting service on behalf of reportee: 310000604",
        ),
        (_shipment(service="1236"), "17", "The service asks for a higher authentication level than 2"),
    ],
    ids=["password", "reportee", "level"],
)
def test_credentials_and_authority_are_faults(client: SvcClient, inner: str, number: str, text: str) -> None:
    answer = client.basic(INBOUND, "SubmitFormTaskBasic", inner)
    assert (answer.status, answer.fault["ErrorID"]) == (500, number)
    assert answer.fault["AltinnErrorMessage"] == text


def test_receipts_that_are_not_there_are_30008_and_lists_need_a_type(client: SvcClient) -> None:
    space = "http://schemas.altinn.no/services/Intermediary/Receipt/2015/06"
    search = f'{SYSTEM}<receipt xmlns:r="{space}"><r:ReceiptId>5</r:ReceiptId></receipt>'
    assert client.basic(RECEIPTS, "GetReceiptBasicV2", search).fault["ErrorID"] == "30008"
    untyped = f"{SYSTEM}<receiptTypeName>NotSet</receiptTypeName>"
    assert client.basic(RECEIPTS, "GetReceiptListBasicV2", untyped).fault["ErrorID"] == "30101"
    dates = "<dateFrom>2026-02-01</dateFrom><dateTo>2026-01-01T00:00:00</dateTo>"
    reversed_dates = f"{SYSTEM}<receiptTypeName>FormTask</receiptTypeName>{dates}"
    assert client.basic(RECEIPTS, "GetReceiptListBasic", reversed_dates).fault["ErrorID"] == "30102"
    _submit(client)
    listed = client.basic(RECEIPTS, "GetReceiptListBasicV2", f"{SYSTEM}<receiptTypeName>FormTask</receiptTypeName>")
    assert _references(listed, "ExternalShipmentReference") == ["SBS-1"]


def test_a_receipt_is_updated_and_saved(client: SvcClient) -> None:
    number = _submit(client).text("ReceiptId")
    space = "http://schemas.altinn.no/services/Intermediary/Receipt/2015/06"
    update = (
        f'{SYSTEM}<receipt xmlns:r="{space}"><r:ReceiptId>{number}</r:ReceiptId><r:ReceiptStatus>OK</r:ReceiptStatus>'
        "<r:ReceiptText>Hentet</r:ReceiptText></receipt>"
    )
    answer = client.basic(RECEIPTS, "UpdateReceiptBasic", update)
    assert answer.text("ReceiptText") == "Receipt updated by EndUserSystem: 4711. Hentet"
    both = update.replace("<r:ReceiptStatus>", "<r:ArchiveReference>AR1</r:ArchiveReference><r:ReceiptStatus>")
    assert client.basic(RECEIPTS, "UpdateReceiptBasic", both).fault["ErrorID"] == "0"


def test_the_way_through_inbox_and_archive(client: SvcClient, store: Store) -> None:
    file = base64.b64encode(b"%PDF" * 10).decode()
    attached = (
        "<Attachments><Attachment><Name>Noter</Name><EndUserSystemReference>V1</EndUserSystemReference>"
        f"<FileName>noter.pdf</FileName><AttachementData>{file}</AttachementData></Attachment></Attachments>"
    )
    waiting = _submit(client, completed="0", more=attached)
    (element,) = _references(waiting, "WorkFlowReference")
    search = (
        f'{SYSTEM}<searchBE xmlns:q="{SEARCH}"><q:FromDate>2020-01-01</q:FromDate><q:Reportee>310000302</q:Reportee>'
        "<q:ToBeProcessed>1</q:ToBeProcessed><q:ToDate>2090-01-01T00:00:00</q:ToDate></searchBE>"
        "<languageID>1044</languageID>"
    )
    for listing in ("GetReporteeElementListBasicV2", "GetReporteeElementListBasic"):
        listed = client.basic(ELEMENTS, listing, search)
        assert (listed.text("ReporteeElementId"), listed.text("Status")) == (element, "FillIn"), listed.body
    named = f"{SYSTEM}<reporteeElementID>{element}</reporteeElementID><languageID>1044</languageID>"
    items = client.basic(ELEMENTS, "GetFormSetElementsBasicV2", named)
    assert items.texts("ItemType") == ["MainForm", "BinaryAttachment"]
    data = client.basic(ELEMENTS, "GetFormSetDataBasic", named)
    assert 'navn="Prøve &amp; Feil"' in (data.text("FormData") or "")
    update = (
        f'{SYSTEM}<formTaskUpdate xmlns:u="{UPDATE}"><u:FormUpdateList><u:FormUpdate><u:DataFormatId>999'
        "</u:DataFormatId><u:DataFormatVersion>12345</u:DataFormatVersion><u:FormData>&lt;Nytt/&gt;</u:FormData>"
        f"<u:FormId>{data.text('FormID')}</u:FormId></u:FormUpdate></u:FormUpdateList>"
        f"<u:ReporteeElementId>{element}</u:ReporteeElementId></formTaskUpdate>"
    )
    assert client.basic(INBOUND, "UpdateFormDataBasic", update).text("ReceiptText") == "Schema Validation OK"
    actions = client.basic(WORKFLOW, "GetAvailableActionsBasicV2", named)
    assert actions.text("GetAvailableActionsBasicV2Result") == "FormFilling"
    complete = f"{SYSTEM}<reporteeElementId>{element}</reporteeElementId><languageId>1044</languageId>"
    done = client.basic(INBOUND, "CompleteAndSignShipmentBasic", complete)
    assert done.text("ReceiptText") == "SignAndSend Completed Successfully", done.body
    task = client.basic(
        ARCHIVE, "GetArchivedFormTaskBasicV2", f"{SYSTEM}<reporteeElementId>{element}</reporteeElementId>"
    )
    assert (task.text("FormDataXML"), task.text("ssnOrgNumber")) == ("<Nytt/>", "310000302"), task.body
    wanted = f"{SYSTEM}<attachmentId>{task.text('AttachmentID')}</attachmentId>"
    fetched = client.basic(ARCHIVE, "GetAttachmentDataBasicV2", wanted)
    assert (fetched.text("AttachmentData"), fetched.text("FileName")) == (file, "noter.pdf")
    steps = client.basic(WORKFLOW, "GetProcessDetailsBasicV2", named)
    assert steps.texts("ActivityTypeId") == ["FormFilling", "SendIn"]
    sending = client.basic(WORKFLOW, "DoSendingInActionBasic", named)
    assert sending.fault["ErrorID"] == "60035"
    code = f"{SYSTEM}<reporteeElementCode>A2A{element}</reporteeElementCode>"
    assert client.basic(ELEMENTS, "DeleteReporteeElementBasic", code).status == 200
    assert client.basic(ELEMENTS, "GetFormSetDataBasic", named).fault["ErrorID"] == "14"


def test_how_long_it_takes_is_no_time(client: SvcClient) -> None:
    answer = client.basic(INBOUND, "GetAltinnSubmissionStatusBasic", SYSTEM)
    assert answer.text("GetAltinnSubmissionStatusBasicResult") == "0"


def test_an_upload_is_attached(client: SvcClient, store: Store) -> None:
    (element,) = _references(_submit(client, completed="false"), "WorkFlowReference")
    with store_content(store) as content:
        content.write(b"%PDF" * 100)
    path = "/IntermediaryExternal/IntermediaryInboundBasicStreamed.svc"
    endpoint, called = operation(path, "SubmitAttachmentStreamedBasic")
    values = {"SystemUserName": "4711", "SystemPassword": PASSWORD, "ReporteeElementId": int(element or 0)}
    values |= {"FileName": "noter.pdf", "Name": "Noter", "EndUserSystemreference": "V1", "CheckSum": None}
    call = Call(store, endpoint, called, Security(), Upload(content.id, content.size))
    answer = STREAMED_HANDLERS["SubmitAttachmentStreamed"](call, values)
    assert (answer["ReceiptStatusCode"], answer["ReceiptText"]) == ("OK", "Successfully Instantiated")
    assert not store.read(lambda ledger: ledger.contents.is_unclaimed(content.id)), "it is claimed"


def test_signatures_are_read_by_the_names_a_compiler_made() -> None:
    made = {
        "_x003C_EndUserSystemReference_x003E_k__BackingField": "sig",
        "_x003C_EndUserSystemUserId_x003E_k__BackingField": "kari",
    }
    plain = {"EndUserSystemReference": "sig", "EndUserSystemUserId": "kari"}
    assert read_signature(made) == read_signature(plain) == SystemSignature("sig", "kari")


@pytest.mark.parametrize(("sent", "meant"), [(None, ""), (0, ""), ("", ""), ("0", ""), (5, "5"), ("S-H", "S-H")])
def test_a_parent_is_read_as_it_is(sent: object, meant: str) -> None:
    shipment = read_shipment({"FormTasks": {"Forms": [{"ParentReference": sent}]}})
    assert shipment.forms[0].parent == meant
