"""The dispatcher of the `.svc` services: versions, descriptions, faults, security headers, on every endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from lxml import etree

from core import Store
from soap.contract import ENDPOINTS, Binding, Endpoint
from tests.doors.soap.conftest import Clock, served
from tests.doors.soap.svc.svc_client import (
    SvcClient,
    basic_envelope,
    body_of,
    elements,
    security,
)

RECEIPTS = "/IntermediaryExternal/ReceiptExternalBasic.svc"
RECEIPTS_WS = "/IntermediaryExternal/ReceiptExternal.svc"
BASE = "http://www.altinn.no/services/2009/10"
LIVE = [each for each in ENDPOINTS.values() if each.wsdl and each.binding is not Binding.ASMX]
RIGHT = {"systemUserName": 4711, "systemPassword": "hemmelig1"}
SEARCH = (
    '<receipt xmlns:r="http://schemas.altinn.no/services/Intermediary/Receipt/2015/06"><r:ReceiptId>1</r:ReceiptId>'
    "<r:References/></receipt>"
)


@pytest.fixture
def client(world: Store) -> Iterator[SvcClient]:
    with served(world) as door:
        yield SvcClient(door.port)


@pytest.mark.parametrize("endpoint", LIVE, ids=lambda each: each.path)
def test_every_endpoint_answers_test_and_describes_itself(client: SvcClient, endpoint: Endpoint, clock: Clock) -> None:
    if endpoint.binding is Binding.BASIC:
        answer = client.post(endpoint.path, basic_envelope(body_of(BASE, "Test", "")))
    elif endpoint.binding is Binding.WS:
        answer = client.addressed(endpoint.path, "Test", "", security("4711", "hemmelig1", now=clock.now))
    else:
        answer = client.addressed(endpoint.path, "Test", "", "")
        assert (answer.status, "InvalidSecurity" in answer.body.decode()) == (500, True)
        return
    assert answer.status == 200, answer.body
    assert etree.QName(answer.root[-1][0]).text == f"{{{BASE}}}TestResponse"
    for query in ("wsdl", "WSDL", "singleWsdl", "SINGLEWSDL", "xsd=xsd0", "XSD=XSD0"):
        described = client.get(f"{endpoint.path.upper()}?{query}")
        assert (described.status, described.headers["content-type"]) == (200, "text/xml; charset=utf-8")
        assert described.root is not None
    assert b"<html" in client.get(endpoint.path).body


def test_the_address_in_the_wsdl_is_where_it_was_asked_for(client: SvcClient) -> None:
    text = client.get(f"{RECEIPTS}?wsdl").body.decode()
    assert f'location="http://127.0.0.1:{client.port}{RECEIPTS}"' in text


@pytest.mark.parametrize(
    ("path", "content_type"), [(RECEIPTS, "application/soap+xml; charset=utf-8"), (RECEIPTS_WS, "text/xml")]
)
def test_a_message_of_the_other_version_is_415(client: SvcClient, path: str, content_type: str) -> None:
    answer = client.post(path, basic_envelope(body_of(BASE, "Test", "")), content_type)
    assert answer.status == 415


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (b"", "tom"),
        (b"<x", "velformet"),
        (b"<!DOCTYPE x><x/>", "DOCTYPE"),
        (b"<x/>", "SOAP-konvolutt"),
        (basic_envelope("").encode(), "ingen operasjon"),
    ],
)
def test_what_cannot_be_read_is_error_0_with_a_guid(client: SvcClient, body: bytes, about: str) -> None:
    answer = client.post(RECEIPTS, body)
    assert (answer.status, answer.headers["content-type"]) == (500, "text/xml; charset=utf-8")
    assert answer.fault["ErrorID"] == "0"
    assert answer.fault["ErrorGuid"] in answer.fault["AltinnErrorMessage"]
    assert answer.fault["AltinnErrorMessage"].startswith("Your request suffered from a non-functional error")
    assert about in answer.fault["AltinnExtendedErrorMessage"]


def test_a_fault_has_its_seven_elements_in_order_without_prefix(client: SvcClient) -> None:
    answer = client.basic(RECEIPTS, "GetReceiptBasicV2", elements({**RIGHT, "systemPassword": "feil1234"}) + SEARCH)
    assert answer.status == 500
    names = ["AltinnErrorMessage", "AltinnExtendedErrorMessage", "AltinnLocalizedErrorMessage", "ErrorGuid", "ErrorID"]
    assert list(answer.fault) == [*names, "UserGuid", "UserId"]
    assert (answer.fault["ErrorID"], answer.fault["AltinnErrorMessage"]) == ("5", "Wrong username/password supplied.")
    assert b"<s:Fault><faultcode>s:Client</faultcode>" in answer.body
    assert b"<AltinnErrorMessage>" in answer.body


def test_unknown_system_wrong_password_and_lock_are_told_alike(client: SvcClient) -> None:
    told = []
    for system in (4711, 999999):
        for _ in range(5):
            values = {"systemUserName": system, "systemPassword": "feil1234"}
            answer = client.basic(RECEIPTS, "GetReceiptBasicV2", elements(values) + SEARCH)
            told.append(answer.body.replace(answer.fault["ErrorGuid"].encode(), b"GUID"))
    locked = client.basic(RECEIPTS, "GetReceiptBasicV2", elements(RIGHT) + SEARCH)
    told.append(locked.body.replace(locked.fault["ErrorGuid"].encode(), b"GUID"))
    assert len(set(told)) == 1
    assert locked.fault["ErrorID"] == "5"


def test_a_wrong_number_says_which_element(client: SvcClient) -> None:
    bad = SEARCH.replace(">1<", ">en<")
    answer = client.basic(RECEIPTS, "GetReceiptBasicV2", elements(RIGHT) + bad)
    assert answer.fault["ErrorID"] == "0"
    assert "ReceiptId" in answer.fault["AltinnExtendedErrorMessage"]


def test_retired_operations_name_what_replaces_them(client: SvcClient) -> None:
    retired = [(each, op) for each in ENDPOINTS.values() for op in each.operations.values() if op.retired]
    assert retired
    endpoint, called = next((each, op) for each, op in retired if each.binding is Binding.BASIC)
    answer = client.post(endpoint.path, basic_envelope(body_of(called.request.namespace, called.name, "")))
    assert called.retired in answer.fault["AltinnErrorMessage"]


# -- WS: SOAP 1.2 with a UsernameToken ------------------------------------------------------------


def test_an_answer_over_ws_relates_to_the_message_and_carries_a_timestamp(client: SvcClient, clock: Clock) -> None:
    answer = client.addressed(RECEIPTS_WS, "Test", "", security("4711", "hemmelig1", now=clock.now))
    text = answer.body.decode()
    assert "<a:Action" in text
    assert "<a:RelatesTo>urn:uuid:" in text
    assert "<u:Timestamp" in text
    assert answer.headers["content-type"] == "application/soap+xml; charset=utf-8"


def test_a_wrong_password_over_ws_is_the_same_fault(client: SvcClient, clock: Clock) -> None:
    header = security("4711", "feil1234", now=clock.now)
    answer = client.addressed(RECEIPTS_WS, "GetReceiptV2", SEARCH, header)
    assert (answer.status, answer.fault["ErrorID"]) == (500, "5")
    assert answer.text("Value") == "s:Sender"


def test_an_expired_timestamp_is_refused(client: SvcClient, clock: Clock) -> None:
    late = clock.now - timedelta(minutes=20)
    answer = client.addressed(RECEIPTS_WS, "GetReceiptV2", SEARCH, security("4711", "hemmelig1", now=late))
    assert answer.status == 500
    assert "wsu:MessageExpired" in answer.texts("Value")


def test_a_nonce_is_taken_once(client: SvcClient, clock: Clock) -> None:
    header = security("4711", "hemmelig1", now=clock.now, nonce="c2FtbWUgbm9uY2UgMTIzNA==")
    first = client.addressed(RECEIPTS_WS, "Test", "", header)
    second = client.addressed(RECEIPTS_WS, "Test", "", header)
    assert (first.status, second.status) == (200, 500)
    assert "wsse:InvalidSecurity" in second.texts("Value")
