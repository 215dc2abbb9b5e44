"""Messages and brokered files on a real socket, from envelope to envelope."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from lxml import etree

from core import Store, send_message
from tests.core.messages.world import (
    CLIENT,
    OFFICE,
    OFFICE_SYSTEM,
    PASSWORD,
    SENDER,
    STRANGER,
    STRANGER_SYSTEM,
    message,
)
from tests.core.transfers.world import archive
from tests.core.transfers.world import world as world_of_transfers
from tests.doors.soap.asmx_client import SOAP_11, Answer, Client
from tests.doors.soap.conftest import served
from tests.doors.soap.svc.message_calls import texts

W = "http://www.altinn.no/services/ServiceEngine"
BROKER = f"{W}/Broker/2015/06"
TYPES = "http://schemas.altinn.no/services/ServiceEngine/Broker/2015/06"
EXTERNAL = "/ServiceEngineExternal"


def post(client: Client, path: str, body: str, header: str = "") -> Answer:
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return client.send(f'<s:Envelope xmlns:s="{SOAP_11}">{head}<s:Body>{body}</s:Body></s:Envelope>', path=path)


def pair(system: int, prefix: str = "n:") -> str:
    return (
        f"<{prefix}systemUserName>{system}</{prefix}systemUserName>"
        f"<{prefix}systemPassword>{PASSWORD}</{prefix}systemPassword>"
    )


@pytest.fixture
def client(messages: Store) -> Iterator[Client]:
    """A client of the door."""
    messages.import_facts("test", world_of_transfers())
    with served(messages) as found:
        yield found


def test_a_message_is_listed_and_fetched(client: Client, messages: Store) -> None:
    number = send_message(messages, SENDER, message()).id
    listed = post(
        client,
        f"{EXTERNAL}/ReporteeElementListExternalBasic.svc",
        f'<n:GetCorrespondenceListForReporteeBasic xmlns:n="{W}/ReporteeElementList/2009/10">{pair(OFFICE_SYSTEM)}'
        f"<n:reportee>{CLIENT}</n:reportee></n:GetCorrespondenceListForReporteeBasic>",
    )
    assert listed.status == 200
    assert texts(listed.body, "ReporteeElementId") == [str(number)]
    fetched = post(
        client,
        f"{EXTERNAL}/CorrespondenceExternalBasic.svc",
        f'<n:GetCorrespondenceForEndUserSystemsBasicV2 xmlns:n="{W}/Correspondence/2009/10">{pair(OFFICE_SYSTEM)}'
        f"<n:correspondenceID>{number}</n:correspondenceID><n:languageID>1044</n:languageID>"
        "</n:GetCorrespondenceForEndUserSystemsBasicV2>",
    )
    assert texts(fetched.body, "CorrespondenceTitle") == ["Svar på innsendingen"]
    assert b"<a:Correspondence>" in fetched.body
    refused = post(
        client,
        f"{EXTERNAL}/CorrespondenceExternalBasic.svc",
        f'<n:DeleteCorrespondenceBasic xmlns:n="{W}/Correspondence/2009/10">{pair(STRANGER_SYSTEM)}'
        f"<n:reporteeElementID>{number}</n:reporteeElementID></n:DeleteCorrespondenceBasic>",
    )
    assert refused.status == 500
    assert texts(refused.body, "ErrorID") == ["14"]


def test_a_file_is_brokered(client: Client) -> None:
    path, streamed = f"{EXTERNAL}/BrokerServiceExternalBasic.svc", f"{EXTERNAL}/BrokerServiceExternalBasicStreamed.svc"
    announced = post(
        client,
        path,
        f'<n:InitiateBrokerServiceBasic xmlns:n="{BROKER}" xmlns:t="{TYPES}">{pair(OFFICE_SYSTEM)}'
        "<n:brokerServiceInitiation><t:Manifest><t:ExternalServiceCode>9080</t:ExternalServiceCode>"
        "<t:ExternalServiceEditionCode>260101</t:ExternalServiceEditionCode>"
        f"<t:Reportee>{OFFICE}</t:Reportee><t:SendersReference>F-1</t:SendersReference></t:Manifest><t:RecipientList>"
        f"<t:Recipient><t:PartyNumber>{STRANGER}</t:PartyNumber></t:Recipient></t:RecipientList>"
        "</n:brokerServiceInitiation></n:InitiateBrokerServiceBasic>",
    )
    (reference,) = texts(announced.body, "InitiateBrokerServiceBasicResult")
    header = "".join(
        f'<n:{name} xmlns:n="{BROKER}">{value}</n:{name}>'
        for name, value in (
            ("FileName", "data.zip"),
            ("Reference", reference),
            ("Reportee", OFFICE),
            ("SystemPassword", PASSWORD),
            ("SystemUserName", OFFICE_SYSTEM),
        )
    )
    data = archive(1_000_000)
    uploaded = post(
        client,
        streamed,
        f'<n:StreamedPayloadBasicBE xmlns:n="{BROKER}"><n:DataStream>{base64.b64encode(data).decode()}</n:DataStream>'
        "</n:StreamedPayloadBasicBE>",
        header,
    )
    assert uploaded.status == 200, uploaded.text
    assert texts(uploaded.body, "ReceiptStatusCode") == ["OK"]
    downloaded = post(
        client,
        streamed,
        f'<n:DownloadFileStreamedBasic xmlns:n="{BROKER}">{pair(STRANGER_SYSTEM)}<n:fileReference>{reference}'
        f"</n:fileReference><n:reportee>{STRANGER}</n:reportee></n:DownloadFileStreamedBasic>",
    )
    assert downloaded.status == 200
    assert downloaded.headers["content-type"].startswith("multipart/related")
    assert data in downloaded.body
    refused = post(
        client,
        path,
        f'<n:ConfirmDownloadedBasic xmlns:n="{BROKER}">{pair(OFFICE_SYSTEM)}<n:fileReference>{reference}'
        f"</n:fileReference><n:reportee>{OFFICE}</n:reportee></n:ConfirmDownloadedBasic>",
    )
    assert texts(refused.body, "ErrorID") == ["40213"]


def test_services_and_prefill_are_answered(client: Client) -> None:
    services = post(
        client,
        f"{EXTERNAL}/ServiceMetaDataExternalBasic.svc",
        f'<n:GetAvailableServicesBasicV3 xmlns:n="{W}/ServiceMetaData/2009/10">{pair(OFFICE_SYSTEM)}'
        "</n:GetAvailableServicesBasicV3>",
    )
    assert services.status == 200, services.text
    assert (texts(services.body, "StatusMessage")[0] or "").endswith("services were found.")
    prefill = post(
        client,
        f"{EXTERNAL}/PreFillEUSExternalBasic.svc",
        f'<n:GetPrefillDataBasic xmlns:n="{W}/PreFill/2010/10">{pair(OFFICE_SYSTEM)}'
        f"<n:ReporteeNumber>{CLIENT}</n:ReporteeNumber><n:ExternalServiceCode>9070</n:ExternalServiceCode>"
        "<n:ExternalServiceEditionCode>260101</n:ExternalServiceEditionCode></n:GetPrefillDataBasic>",
    )
    assert texts(prefill.body, "Status") == ["PREFILLDATANOTFOUND"]
    assert etree.fromstring(prefill.body).tag == f"{{{SOAP_11}}}Envelope"
