"""The smaller `.asmx` services on a real socket: their paths, their pages, their WSDLs, and a generated client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree
from zeep import Client as ZeepClient

from core import Store
from tests.core.messages.world import CLIENT, OFFICE_SYSTEM, PASSWORD
from tests.doors.soap.asmx.calls import AGENCY, MESSAGES, envelope
from tests.doors.soap.asmx.test_agency_exchange import SKJEMA, alt_ut, participant
from tests.doors.soap.asmx_client import SOAP_11, Client
from tests.doors.soap.conftest import served


@pytest.fixture
def client(messages: Store) -> Iterator[Client]:
    """A client of the door."""
    with served(messages) as found:
        yield found


@pytest.mark.parametrize(
    "path",
    [
        "/webservicesagency/AgencyDataExchange.asmx",
        "/webservicesAgency/AgencydataExchange.asmx?op=SubmitAltutMessagePw",
        "/WEBSERVICESAGENCY/AGENCYDATAEXCHANGE.ASMX",
    ],
)
def test_a_shipment_is_taken_on_every_spelling_of_the_path(client: Client, path: str) -> None:
    document = envelope(
        AGENCY, "SubmitAltutMessagePw", {"altutMessage": alt_ut(participant()), "password": PASSWORD}, SOAP_11
    )
    answer = client.send(document, path=path, headers={"SOAPAction": f'"{AGENCY.namespace}SubmitAltutMessagePw"'})
    assert answer.status == 200
    result = etree.fromstring(answer.body).findtext(
        ".//{http://AltInn.no/agencywebservices/}SubmitAltutMessagePwResult"
    )
    assert 'status="OK"' in (result or "")


@pytest.mark.parametrize("service", [AGENCY, MESSAGES], ids=lambda service: str(service.name))
def test_pages_and_faults(client: Client, service: object) -> None:
    path = service.path  # type: ignore[attr-defined]
    page = client.request("GET", path)
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for operation in service.operations:  # type: ignore[attr-defined]
        assert operation in page.text
        assert client.request("GET", f"{path}?op={operation}").status == 200
    fault = client.send(f'<s:Envelope xmlns:s="{SOAP_11}"><s:Body><Nei/></s:Body></s:Envelope>', path=path)
    assert fault.status == 500
    assert fault.fault == ("soap:Client", "Ukjent operasjon: Nei")
    assert client.send("<!DOCTYPE a><a/>", path=path).status == 500


def test_a_generated_client_hands_in_and_fetches(client: Client) -> None:
    base = f"http://127.0.0.1:{client.port}"
    agency = ZeepClient(f"{base}{AGENCY.path}?WSDL").service
    receipt = agency.SubmitAltutMessagePw(altutMessage=alt_ut(participant()), password=PASSWORD)
    assert 'status="OK"' in receipt
    verdict = agency.VerifyMessage(messageData=SKJEMA.format("ti"))
    assert verdict.EnvelopeStatus.Status == "OK"
    (form,) = verdict.FormsStatus.FormsStatusCollection.FormStatus
    assert (form.Status, form.FormNumber, form.FormVersion) == ("Errors", 212, 4348)
    assert form.ValidationErrors.ValidationError
    exchange = ZeepClient(f"{base}{MESSAGES.path}?WSDL").service
    listed = exchange.GetAltUtMessageListForParticipant(
        enterpriseSystemId=OFFICE_SYSTEM, participantId=CLIENT, password=PASSWORD
    )
    (entry,) = etree.fromstring(listed.encode()).iter("AltUt")
    message = exchange.GetAltUtMessage(
        enterpriseSystemId=OFFICE_SYSTEM, messageId=entry.get("messageId"), password=PASSWORD
    )
    assert etree.fromstring(message.encode()).findtext(".//MessageSubject") == "Vedtak"
