"""The contract as served: WSDL, pages, wrappers, and a typed client over all nine operations (A1, A2, A5)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from zeep import Client as ZeepClient
from zeep.exceptions import Fault

from core import Store
from soap import SoapOptions, answers
from soap.data_exchange import OPERATIONS
from tests.doors.soap.asmx_client import PATH, SOAP_12, TNS, Client, batch, client_reads, envelope, unit
from tests.doors.soap.conftest import OWNER, served

GOLDEN = Path(__file__).with_name("golden")
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XS = "{http://www.w3.org/2001/XMLSchema}"

CONTRACT = {
    "SubmitBatch": [("batch", "string")],
    "SubmitBatchPw": [("batch", "string"), ("password", "string")],
    "BatchStatus": [("enterpriseSystemId", "int"), ("batchId", "string")],
    "BatchStatusPw": [("enterpriseSystemId", "int"), ("batchId", "string"), ("password", "string")],
    "BatchReceipt": [("enterpriseSystemId", "int"), ("batchId", "string"), ("version", "int")],
    "BatchReceiptPw": [
        ("enterpriseSystemId", "int"),
        ("batchId", "string"),
        ("password", "string"),
        ("version", "int"),
    ],
    "GetSchemaDefinition": [("orNumber", "long"), ("orVersion", "long")],
    "ActiveForms": [],
    "AltInnStatus": [],
}


@pytest.mark.acceptance("A1")
@pytest.mark.parametrize("path", [f"{PATH}?WSDL", "/WebServices/DataExchange.asmx?wsdl", f"{PATH}?wSdl=1"])
def test_the_wsdl_is_the_same_bytes_on_every_spelling(world: Store, path: str) -> None:
    with served(world, SoapOptions(public_url="https://bro.example/")) as client:
        answer = client.request("GET", path)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert answer.body == (GOLDEN / "dataexchange.wsdl").read_bytes()


def test_without_a_public_address_the_wsdl_names_the_host_that_was_asked(door: Client) -> None:
    own = door.request("GET", f"{PATH}?WSDL").text
    assert f'location="http://127.0.0.1:{door.port}{PATH}"' in own
    odd = door.request("GET", f"{PATH}?WSDL", headers={"Host": 'x"><evil'}).text
    assert "<evil" not in odd
    ET.fromstring(odd)


@pytest.mark.acceptance("A1")
def test_the_wsdl_says_the_contract(door: Client) -> None:
    root = ET.fromstring(door.request("GET", f"{PATH}?WSDL").body)
    elements = {each.get("name", ""): each for each in root.iterfind(f"{WSDL}types/{XS}schema/{XS}element")}
    told = {name: [_typed(each) for each in elements[name].iter(f"{XS}element")][1:] for name in CONTRACT}
    assert told == CONTRACT
    for name in CONTRACT:
        results = [_typed(each) for each in elements[f"{name}Response"].iter(f"{XS}element")][1:]
        assert results == [(f"{name}Result", "string")]
    strings = [each for each in root.iter(f"{XS}element") if each.get("type")]
    assert {(each.get("type"), each.get("minOccurs")) for each in strings} == {
        ("xs:string", "0"),
        ("xs:int", "1"),
        ("xs:long", "1"),
    }
    assert [each.get("name") for each in root.iterfind(f"{WSDL}service/{WSDL}port")] == [
        "DataExchangeSoap",
        "DataExchangeSoap12",
    ]


def _typed(element: ET.Element) -> tuple[str, str]:
    return element.get("name", ""), element.get("type", "").removeprefix("xs:")


def test_what_spyne_reads_is_what_the_wsdl_says() -> None:
    read = {
        name: [(parameter, kind.get_type_name()) for parameter, kind in operation.parameters.items()]  # type: ignore[attr-defined]
        for name, operation in OPERATIONS.items()
    }
    assert read == CONTRACT


@pytest.mark.acceptance("A2")
def test_a_bare_get_lists_the_operations_and_each_has_its_page(door: Client) -> None:
    page = door.request("GET", PATH)
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for name in CONTRACT:
        assert f'href="?op={name}"' in page.text
        sample = door.request("GET", f"{PATH}?op={name}")
        assert sample.status == 200
        assert f"{name}Response" in sample.text
    assert door.request("GET", f"{PATH}?op=Nothing").status == 404
    head = door.request("HEAD", PATH)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(page.body)))


def test_other_paths_and_methods_are_refused(door: Client) -> None:
    assert door.request("GET", "/webservices/other.asmx").status == 404
    refused = door.request("PUT", PATH, b"x")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, POST")
    assert answers("/WEBSERVICES/DataExchange.ASMX")
    assert not answers(PATH + "/")


@pytest.mark.acceptance("A2")
@pytest.mark.parametrize("path", [f"{PATH}?op=SubmitBatchPw", "/WebServices/DataExchange.asmx?OP=Other", PATH])
def test_a_post_is_a_call_whatever_its_query(door: Client, path: str) -> None:
    sent = envelope("SubmitBatchPw", {"batch": batch(unit(OWNER, "A1")), "password": "hemmelig1"})
    answer = door.send(sent, path=path)
    assert client_reads(answer.result("SubmitBatchPw")) == ("OK", [("A1", "OK")])


def test_the_answers_envelope_to_the_letter(door: Client) -> None:
    sent = envelope("SubmitBatchPw", {"batch": batch(unit(OWNER, "A1")), "password": "hemmelig1"})
    answer = door.send(sent)
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.body == (GOLDEN / "answer-soap11.xml").read_bytes()
    again = door.send(sent.replace("http://schemas.xmlsoap.org/soap/envelope/", SOAP_12))
    assert again.headers["content-type"] == "application/soap+xml; charset=utf-8"
    assert again.body == (GOLDEN / "answer-soap12.xml").read_bytes()


@pytest.mark.parametrize("port", ["DataExchangeSoap", "DataExchangeSoap12"])
def test_a_typed_client_calls_all_nine_operations(door: Client, port: str) -> None:
    client = ZeepClient(f"http://127.0.0.1:{door.port}{PATH}?WSDL")
    with client.settings(strict=True):
        service = client.bind("DataExchange", port)
        receipt = service.SubmitBatchPw(batch=batch(unit(OWNER, "A1")), password="hemmelig1")
        assert client_reads(receipt) == ("OK", [("A1", "OK")])
        for told in (
            service.BatchStatusPw(4711, "310000000-01-42", "hemmelig1"),
            service.BatchReceiptPw(4711, "310000000-01-42", "hemmelig1", 1),
        ):
            assert client_reads(told) == ("OK", [("A1", "OK")])
        assert "<SchemaDefinition>" in service.GetSchemaDefinition(212, 4348)
        assert 'orNumber="212"' in service.ActiveForms()
        assert 'status="OK"' in service.AltInnStatus()
        for name, parameters in (("SubmitBatch", ["x"]), ("BatchStatus", [1, "x"]), ("BatchReceipt", [1, "x", 1])):
            with pytest.raises(Fault, match=f"{name}Pw"):
                service[name](*parameters)
    client.transport.session.close()


@pytest.mark.acceptance("A5")
def test_wrapper_and_result_are_in_the_services_namespace(door: Client) -> None:
    for name, parameters in CONTRACT.items():
        answer = door.send(envelope(name, {parameter: 1 for parameter, _ in parameters}))
        if answer.status == 200:
            body = ET.fromstring(answer.body)[0]
            assert [each.tag for each in body.iter()][1:] == [f"{{{TNS}}}{name}Response", f"{{{TNS}}}{name}Result"]
