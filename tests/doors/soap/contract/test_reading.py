"""Forms of requests that real clients send, and what cannot be read (soap-svc §14, no 1, 7, 8, 9, 19)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from soap.contract import Included, UnreadableRequest
from soap.contract.times import OSLO
from tests.doors.soap.contract.calls import ELEMENTS_BASIC, INBOUND_BASIC, RECEIPTS_BASIC, SEARCH, XSI, read


def test_requests_are_read_in_any_order_and_prefix() -> None:
    inside = (
        "<ns:languageID>1044</ns:languageID><!-- a comment --><ns:searchBE><q:ToDate>2026-02-28</q:ToDate>"
        "<x:Reportee>310000000</x:Reportee><Unknown>1</Unknown><q:FromDate>2026-01-01T00:00:00Z</q:FromDate>"
        "</ns:searchBE><ns:systemUserName>42</ns:systemUserName>"
    )
    found = read(ELEMENTS_BASIC, "GetReporteeElementListBasicV2", inside, f'xmlns:q="{SEARCH}" xmlns:x="urn:else"')
    assert found == {
        "languageID": 1044,
        "systemUserName": "42",
        "searchBE": {
            "ToDate": datetime(2026, 2, 28, tzinfo=OSLO),
            "FromDate": datetime(2026, 1, 1, 1, tzinfo=OSLO),
            "Reportee": "310000000",
        },
    }


@pytest.mark.parametrize("empty", ["<ns:languageID/>", "<ns:languageID> </ns:languageID>"])
def test_an_empty_number_is_an_absent_one(empty: str) -> None:
    assert read(ELEMENTS_BASIC, "GetFormSetElementsBasicV2", empty) == {"languageID": None}


@pytest.mark.parametrize(("text", "value"), [("0", False), ("1", True), ("true", True), (" false ", False), ("", None)])
def test_truth(text: str, value: bool | None) -> None:  # noqa: FBT001 - the value that is read
    inside = f"<ns:searchBE><q:ToBeProcessed>{text}</q:ToBeProcessed></ns:searchBE>"
    found = read(ELEMENTS_BASIC, "GetReporteeElementListBasicV2", inside, f'xmlns:q="{SEARCH}"')
    assert found == {"searchBE": {"ToBeProcessed": value}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-03-04", datetime(2026, 3, 4, tzinfo=OSLO)),
        ("2026-03-04T05:06", datetime(2026, 3, 4, 5, 6, tzinfo=OSLO)),
        ("2026-03-04T05:06:07", datetime(2026, 3, 4, 5, 6, 7, tzinfo=OSLO)),
        ("2026-03-04T05:06:07.1234567", datetime(2026, 3, 4, 5, 6, 7, 123_456, tzinfo=OSLO)),
        ("2026-03-04T05:06:07Z", datetime(2026, 3, 4, 6, 6, 7, tzinfo=OSLO)),
        ("2026-07-04T05:06:07.5-05:00", datetime(2026, 7, 4, 12, 6, 7, 500_000, tzinfo=OSLO)),
        ("2026-03-04+01:00", datetime(2026, 3, 4, tzinfo=OSLO)),
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59.9999999Z", datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=OSLO)),
        ("", None),
    ],
)
def test_times(text: str, value: datetime | None) -> None:
    found = read(RECEIPTS_BASIC, "GetReceiptListBasicV2", f"<ns:dateFrom>{text}</ns:dateFrom>")
    assert found == {"dateFrom": value}


def shipment(inside: str) -> Any:
    """What is read of one form."""
    wrapped = f"<ns:FormTasks><ns:Forms><ns:Form>{inside}</ns:Form></ns:Forms></ns:FormTasks>"
    found = read(INBOUND_BASIC, "SubmitFormTaskBasic", f"<ns:formTaskShipment>{wrapped}</ns:formTaskShipment>")
    return found["formTaskShipment"]["FormTasks"]["Forms"][0]


@pytest.mark.parametrize(("text", "value"), [("17", 17), ("", None), ("SBS-1-H", "SBS-1-H"), ("  ", None)])
def test_a_parent_by_number_or_by_reference(text: str, value: int | str | None) -> None:
    assert shipment(f"<ns:ParentReference>{text}</ns:ParentReference>") == {"ParentReference": value}


FORM = '\ufeff\n<?xml version="1.0" encoding="UTF-16"?><Skjema a="&amp;">æ</Skjema>\n'


@pytest.mark.parametrize(
    "sent", [f"<![CDATA[{FORM}]]>", FORM.replace("&", "&amp;").replace("<", "&lt;"), f"<!-- c --><![CDATA[{FORM}]]>"]
)
def test_a_form_is_text_to_the_letter(sent: str) -> None:
    assert shipment(f"<ns:FormData>{sent}</ns:FormData>") == {"FormData": FORM}


def test_base64_with_line_breaks_and_content_beside_the_message() -> None:
    data = "<ns:formTaskShipment><ns:Attachments>{}</ns:Attachments></ns:formTaskShipment>"
    attachment = "<ns:Attachment><ns:AttachementData>{}</ns:AttachementData></ns:Attachment>"
    include = '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:7"/>'
    inside = data.format("".join(attachment.format(each) for each in ("aG\r\nVp\n", "", include)))
    found = read(INBOUND_BASIC, "SubmitFormTaskBasic", inside)["formTaskShipment"]["Attachments"]
    assert found == [{"AttachementData": b"hei"}, {"AttachementData": b""}, {"AttachementData": Included("cid:7")}]


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<ns:languageID>secret-7</ns:languageID>", "The element languageID holds no int."),
        ("<ns:languageID>99999999999</ns:languageID>", "The element languageID holds no int."),
        ("<ns:languageID>١</ns:languageID>", "The element languageID holds no int."),
        ("<ns:languageID><x/></ns:languageID>", "The element languageID holds elements where a text should be."),
        ("<ns:languageID>1</ns:languageID><ns:languageID>2</ns:languageID>", "The element languageID stands twice."),
    ],
)
def test_what_cannot_be_read_is_named_and_not_repeated(inside: str, text: str) -> None:
    with pytest.raises(UnreadableRequest) as refused:
        read(ELEMENTS_BASIC, "GetFormSetElementsBasicV2", inside)
    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<ns:receiptTypeName>Form</ns:receiptTypeName>", "receiptTypeName holds none of its words"),
        ("<ns:dateTo>2026-13-01</ns:dateTo>", "dateTo holds no dateTime"),
        ("<ns:dateTo>20260101</ns:dateTo>", "dateTo holds no dateTime"),
    ],
)
def test_wrong_words_and_times_are_named(inside: str, text: str) -> None:
    with pytest.raises(UnreadableRequest, match=text):
        read(RECEIPTS_BASIC, "GetReceiptListBasicV2", inside)


def test_nil_and_absent_are_told_apart() -> None:
    nil = f'<ns:searchBE {XSI}><q:FromDate i:nil="true"/><q:Reportee i:nil="false">3</q:Reportee></ns:searchBE>'
    found = read(ELEMENTS_BASIC, "GetReporteeElementListBasicV2", nil, f'xmlns:q="{SEARCH}"')
    assert found == {"searchBE": {"FromDate": None, "Reportee": "3"}}


def test_a_type_inside_itself_as_deep_as_the_parser_goes() -> None:
    around = ("<r:SubReceipts><r:ReceiptSave>", "</r:ReceiptSave></r:SubReceipts>")
    deepest = f"{around[0] * 120}<r:ReceiptId>7</r:ReceiptId>{around[1] * 120}"
    namespace = 'xmlns:r="http://schemas.altinn.no/services/Intermediary/Receipt/2015/06"'
    found = read(RECEIPTS_BASIC, "UpdateReceiptBasic", f"<ns:receipt>{deepest}</ns:receipt>", namespace)["receipt"]
    for _ in range(120):
        (found,) = found["SubReceipts"]
    assert found == {"ReceiptId": 7}
