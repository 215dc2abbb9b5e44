"""What goes back: headers with a Timestamp, and refusals as faults of both versions of SOAP."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from lxml import etree

from soap.security import FAULT_ACTION, FaultCode, SecurityRefused, answer_header, message_id_of, refusal_body
from tests.doors.soap.security.old_client import NOW, A, C, O, S, U

S11 = "http://schemas.xmlsoap.org/soap/envelope/"


def _header(text: str) -> etree._Element:
    return etree.fromstring(f'<s:Header xmlns:s="{S}" xmlns:a="{A}">{text}</s:Header>')


def test_an_answers_header() -> None:
    header = _header(answer_header("urn:x/GetResponse", "urn:uuid:1 & <2>", NOW))
    assert [child.tag for child in header] == [f"{{{A}}}Action", f"{{{A}}}RelatesTo", f"{{{O}}}Security"]
    assert header[0].get(f"{{{S}}}mustUnderstand") == "1"
    assert [header[0].text, header[1].text] == ["urn:x/GetResponse", "urn:uuid:1 & <2>"]
    assert header[2].get(f"{{{S}}}mustUnderstand") == "1"
    (stamp,) = header[2]
    assert stamp.tag == f"{{{U}}}Timestamp"
    assert [child.text for child in stamp] == ["2026-01-15T09:00:00.000Z", "2026-01-15T09:05:00.000Z"]


def test_an_answer_to_no_message_id_relates_to_none() -> None:
    assert "RelatesTo" not in answer_header(FAULT_ACTION, "", NOW)


def test_moments_are_told_in_utc() -> None:
    oslo = datetime(2026, 1, 15, 10, 0, 0, 123456, timezone(timedelta(hours=1)))
    assert "2026-01-15T09:00:00.123Z" in answer_header("urn:x", "", oslo)


@pytest.mark.parametrize("code", FaultCode)
def test_every_refusal_is_a_fault_in_soap_12(code: FaultCode) -> None:
    body = refusal_body(SecurityRefused(code, "Text with < and &."), S)
    fault = etree.fromstring(f'<s:Body xmlns:s="{S}">{body}</s:Body>')[0]
    value = fault.find(f"{{{S}}}Code/{{{S}}}Value")
    sub = fault.find(f"{{{S}}}Code/{{{S}}}Subcode/{{{S}}}Value")
    assert value is not None
    assert fault.findtext(f"{{{S}}}Reason/{{{S}}}Text") == "Text with < and &."
    if code is FaultCode.MUST_UNDERSTAND:
        assert value.text == "s:MustUnderstand"
        assert sub is None
        return
    assert value.text == "s:Sender"
    assert sub is not None
    assert sub.text == code
    assert sub.nsmap[code.partition(":")[0]]


def test_the_fault_that_makes_clients_open_a_new_session() -> None:
    body = refusal_body(SecurityRefused(FaultCode.BAD_CONTEXT, "Old."), S)
    sub = etree.fromstring(f'<s:Body xmlns:s="{S}">{body}</s:Body>').find(f".//{{{S}}}Subcode/{{{S}}}Value")
    assert sub is not None
    assert sub.text == "wsc:BadContextToken"
    assert sub.nsmap["wsc"] == C


def test_a_refusal_in_soap_11() -> None:
    body = refusal_body(SecurityRefused(FaultCode.EXPIRED, "Too late."), S11)
    fault = etree.fromstring(f'<s:Body xmlns:s="{S11}">{body}</s:Body>')[0]
    assert fault.findtext("faultcode") == "wsu:MessageExpired"
    assert fault[0].nsmap["wsu"] == U
    assert fault.findtext("faultstring") == "Too late."
    body = refusal_body(SecurityRefused(FaultCode.MUST_UNDERSTAND, "R."), S11)
    assert etree.fromstring(f'<s:Body xmlns:s="{S11}">{body}</s:Body>')[0].findtext("faultcode") == "s:MustUnderstand"


def test_a_refusal_relates_to_what_it_refuses() -> None:
    text = f'<s:Envelope xmlns:s="{S}" xmlns:a="{A}"><s:Header>{{}}</s:Header><s:Body/></s:Envelope>'
    for blocks, expected in (
        ("<a:MessageID> urn:1 </a:MessageID>", "urn:1"),
        ("<a:MessageID>urn:1</a:MessageID><a:MessageID>urn:2</a:MessageID>", "urn:1"),
        ("<a:MessageID/>", ""),
        (f"<a:MessageID>{'x' * 2000}</a:MessageID>", ""),
        ("<x><a:MessageID>urn:1</a:MessageID></x>", ""),
        ("", ""),
    ):
        assert message_id_of(etree.fromstring(text.format(blocks))) == expected
