"""The wire, to the letter: what real clients match, and the traps that they fell into (soap-svc §14)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from soap.contract import (
    ENDPOINTS,
    Included,
    UnwritableAnswer,
    contract,
)
from soap.contract.model import Enumeration, ListOf, Serializer, Struct
from soap.contract.times import OSLO
from tests.doors.soap.contract.calls import (
    ELEMENTS,
    ELEMENTS_BASIC,
    ELEMENTS_WS,
    INBOUND,
    INBOUND_BASIC,
    RECEIPT,
    RECEIPTS_BASIC,
    XSI,
    written,
)
from tests.doors.soap.contract.schema_files import compiled_schema

# -- golden wires ----------------------------------------------------------------------------------


def test_a_receipt_in_data_contract() -> None:
    values = {
        # On purpose in no order at all.
        "SubReceipts": [],
        "ReceiptId": 700123,
        "References": [{"ReferenceValue": "AR100017", "ReferenceType": "ArchiveReference"}],
        "LastChanged": datetime(2026, 5, 4, 7, 8, 9, 120_000, tzinfo=UTC),
        "ReceiptText": "Lønn & <mer>",
        "ReceiptHistory": "",
        "ReceiptType": "FormTask",
        "ReceiptStatus": "OK",
        "ParentReceiptId": 0,
    }
    assert written(RECEIPTS_BASIC, "GetReceiptBasicV2", values) == (
        f'<GetReceiptBasicV2Response xmlns="{RECEIPT}"><GetReceiptBasicV2Result '
        f'xmlns:a="http://schemas.altinn.no/services/Intermediary/Receipt/2015/06" {XSI}>'
        "<a:LastChanged>2026-05-04T09:08:09.12</a:LastChanged><a:ParentReceiptId>0</a:ParentReceiptId>"
        "<a:ReceiptHistory/><a:ReceiptId>700123</a:ReceiptId><a:ReceiptStatus>OK</a:ReceiptStatus>"
        '<a:ReceiptTemplate i:nil="true"/><a:ReceiptText>Lønn &amp; &lt;mer&gt;</a:ReceiptText>'
        "<a:ReceiptType>FormTask</a:ReceiptType><a:References><a:Reference>"
        "<a:ReferenceType>ArchiveReference</a:ReferenceType><a:ReferenceValue>AR100017</a:ReferenceValue>"
        "</a:Reference></a:References><a:SubReceipts/></GetReceiptBasicV2Result></GetReceiptBasicV2Response>"
    )


def test_a_receipt_in_the_older_serializer() -> None:
    values = {
        "ReceiptId": 700123,
        "LastChanged": datetime(2026, 1, 4, 9, 8, 9, tzinfo=OSLO),
        "ReceiptHistory": "",
        "ReceiptStatusCode": "OK",
        "References": [{"ReferenceValue": "SBS-7", "ReferenceTypeName": "SendersReference", "ReporteeID": 0}],
        "SubReceipts": [],
    }
    assert written(INBOUND_BASIC, "SubmitFormTaskBasic", values) == (
        f'<SubmitFormTaskBasicResponse xmlns="{INBOUND}"><SubmitFormTaskBasicResult><ReceiptId>700123</ReceiptId>'
        "<ReceiptHistory/><LastChanged>2026-01-04T09:08:09</LastChanged><ReceiptStatusCode>OK</ReceiptStatusCode>"
        "<References><ReferenceBE><ReferenceValue>SBS-7</ReferenceValue>"
        "<ReferenceTypeName>SendersReference</ReferenceTypeName><ReporteeID>0</ReporteeID></ReferenceBE></References>"
        "<SubReceipts/></SubmitFormTaskBasicResult></SubmitFormTaskBasicResponse>"
    )


def test_a_challenge() -> None:
    values = {
        "Message": "Benytt engangskode 12 fra brev datert 03.02.2026",
        "Status": "Ok",
        "ValidFrom": datetime(2026, 7, 3, 8, 15, 30, 123_456, tzinfo=UTC),
        "ValidTo": datetime(2026, 1, 3, 8, 45, 30, tzinfo=UTC),
    }
    service = "http://www.altinn.no/services/Authentication/SystemAuthentication/2009/10"
    assert written("/AuthenticationExternal/SystemAuthentication.svc", "GetAuthenticationChallenge", values) == (
        f'<GetAuthenticationChallengeResponse xmlns="{service}"><GetAuthenticationChallengeResult '
        f'xmlns:a="http://schemas.altinn.no/services/Authentication/2009/10" {XSI}>'
        "<a:Message>Benytt engangskode 12 fra brev datert 03.02.2026</a:Message><a:Status>Ok</a:Status>"
        "<a:ValidFrom>2026-07-03T10:15:30.1234560+02:00</a:ValidFrom>"
        "<a:ValidTo>2026-01-03T09:45:30.0000000+01:00</a:ValidTo>"
        "</GetAuthenticationChallengeResult></GetAuthenticationChallengeResponse>"
    )


def test_plain_results_and_no_results() -> None:
    status = ("/IntermediaryExternal/IntermediaryInboundBasic.svc", "GetAltinnSubmissionStatusBasic")
    response = f'<GetAltinnSubmissionStatusBasicResponse xmlns="{INBOUND}"'
    result = "GetAltinnSubmissionStatusBasicResult"
    assert written(*status, 0) == f"{response}><{result}>0</{result}></GetAltinnSubmissionStatusBasicResponse>"
    assert written(*status, None) == f"{response}/>"
    deleted = written(ELEMENTS_BASIC, "DeleteReporteeElementBasic", None)
    assert deleted == f'<DeleteReporteeElementBasicResponse xmlns="{ELEMENTS}/2009/10"/>'
    test = written(ELEMENTS_WS, "Test", None)
    assert test == '<TestResponse xmlns="http://www.altinn.no/services/2009/10"/>'
    nil = written(RECEIPTS_BASIC, "GetReceiptBasicV2", None)
    assert nil == (
        f'<GetReceiptBasicV2Response xmlns="{RECEIPT}"><GetReceiptBasicV2Result i:nil="true" '
        f'xmlns:a="http://schemas.altinn.no/services/Intermediary/Receipt/2015/06" {XSI}/></GetReceiptBasicV2Response>'
    )


def test_the_answer_to_an_upload_is_no_wrapper() -> None:
    path = "/ServiceEngineExternal/BrokerServiceExternalBasicStreamed.svc"
    values = {"ReceiptId": 7, "ParentReceiptId": 0, "ReceiptText": "ok", "LastChanged": "04.05.2026 09:08:09"}
    answer = written(path, "UploadFileStreamedBasic", values)
    assert answer.startswith(
        '<ReceiptExternalStreamedBE xmlns="http://www.altinn.no/services/ServiceEngine/Broker/2015/06">'
    )
    assert "<ReceiptId>7</ReceiptId>" in answer
    assert f'<ReceiptHistory i:nil="true" {XSI}/>' in answer


def test_a_file_beside_the_message() -> None:
    path = "/ServiceEngineExternal/BrokerServiceExternalBasicStreamed.svc"
    answer = written(path, "DownloadFileStreamedBasic", Included("cid:1&2@brobygger"))
    include = '<xop:Include href="cid:1&amp;2@brobygger" xmlns:xop="http://www.w3.org/2004/08/xop/include"/>'
    assert f"<DownloadFileStreamedBasicResult>{include}</DownloadFileStreamedBasicResult>" in answer
    assert ">aGVp</DownloadFileStreamedBasicResult>" in written(path, "DownloadFileStreamedBasic", b"hei")


# -- 1: order --------------------------------------------------------------------------------------


def test_data_contract_members_are_in_ordinal_order() -> None:
    groups = [
        (kind.key, [member.name for member in group])
        for kind in contract().types.values()
        if isinstance(kind, Struct) and kind.serializer is Serializer.DATA_CONTRACT
        for group in kind.groups
    ]
    assert len(groups) > 70
    assert [key for key, names in groups if names != sorted(names)] == []


def test_only_types_with_an_order_of_their_own_have_several() -> None:
    structs = [kind for kind in contract().types.values() if isinstance(kind, Struct) and not kind.base]
    several = {kind.name for kind in structs if len(kind.groups) > 1}
    assert several == {"Notification", "ReceiverEndPoint", "PrefillFormTask", "ArchivedCorrespondence"}


# -- 2, 3 and 6: namespaces and prefixes ------------------------------------------------------------


def test_nested_types_switch_namespace_and_letter() -> None:
    values = {"Correspondence": {"CorrespondenceID": 4}, "CorrespondenceLinks": [{"LinkType": "Form"}]}
    path = "/ServiceEngineExternal/CorrespondenceExternalBasic.svc"
    answer = written(path, "GetCorrespondenceForEndUserSystemsBasicV2", values)
    v2, v1 = (f"http://schemas.altinn.no/services/ServiceEngine/Correspondence/{year}/10" for year in ("2010", "2009"))
    assert f'Result xmlns:a="{v2}" {XSI}><a:Correspondence><a:ArchiveReference i:nil="true"/>' in answer
    link = '<b:CorrespondenceLink><b:LinkText i:nil="true"/><b:LinkType>Form</b:LinkType><b:LinkURL i:nil="true"/>'
    assert f'<a:CorrespondenceLinks xmlns:b="{v1}">{link}</b:CorrespondenceLink></a:CorrespondenceLinks>' in answer
    assert f'<a:CorrespondenceAttachments i:nil="true" xmlns:b="{ELEMENTS}/2010/10"/>' in answer


def test_the_item_of_a_list_may_be_at_home_elsewhere_than_its_type() -> None:
    answer = written(ELEMENTS_BASIC, "GetFormSetElementsBasicV2", [{"ItemID": 4, "ItemType": "MainForm"}])
    declared = f'xmlns:a="http://schemas.altinn.no/services/altinnservice/2010/10" {XSI} xmlns:b="{ELEMENTS}/2010/10"'
    assert f"Result {declared}><a:FormSetElementBEV2><b:ItemID>4<" in answer
    assert '<b:ItemName i:nil="true"/><b:ItemType>MainForm</b:ItemType>' in answer


def test_letters_begin_at_b_where_addressing_has_taken_a() -> None:
    answer = written(ELEMENTS_WS, "GetReporteeElementListExternalV2", [{"ReporteeElementId": 4}])
    opening = f'<GetReporteeElementListExternalV2Result xmlns:b="{ELEMENTS}/2010/10" {XSI}><b:ReporteeElementBEV2>'
    assert opening in answer


def test_members_of_the_services_own_namespace_have_no_prefix() -> None:
    answer = written(ELEMENTS_BASIC, "GetReporteeElementListBasic", [{"ReporteeElementId": 4}])
    assert f"<GetReporteeElementListBasicResult {XSI}><ReporteeElementBE><Altinn1ArchiveUnitId" in answer
    assert "<ReporteeElementId>4</ReporteeElementId>" in answer


def test_a_list_of_texts_has_a_letter_of_its_own() -> None:
    values = {"SignedFromList": [5, 6], "SignatureID": 1}
    path = "/ArchiveExternal/ReporteeArchiveExternalEC2.svc"
    answer = written(path, "GetArchivedFormTaskEC", {"ArchivedFormTaskSigningStepList": [values]})
    arrays = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
    assert f'<b:SignedFromList xmlns:c="{arrays}"><c:int>5</c:int><c:int>6</c:int></b:SignedFromList>' in answer


# -- 4: nil and absence ----------------------------------------------------------------------------


def test_absent_is_nil_or_left_out_as_the_contract_says() -> None:
    answer = written(RECEIPTS_BASIC, "GetReceiptBasic", {"ReceiptId": 1})
    assert '<a:ReceiptText i:nil="true"/>' in answer
    assert "ParentReceiptId" not in answer
    older = written(INBOUND_BASIC, "SubmitFormTaskBasic", {"ReceiptId": 1, "ReceiptText": None})
    assert older == (
        f'<SubmitFormTaskBasicResponse xmlns="{INBOUND}"><SubmitFormTaskBasicResult><ReceiptId>1</ReceiptId>'
        "</SubmitFormTaskBasicResult></SubmitFormTaskBasicResponse>"
    )


def test_what_must_be_there_is_asked_for() -> None:
    with pytest.raises(UnwritableAnswer, match="ReferenceExternalBE must have ReporteeID"):
        written(INBOUND_BASIC, "SubmitFormTaskBasic", {"References": [{"ReferenceTypeName": "NotSet"}]})


def test_a_name_no_type_has_is_refused_and_one_of_another_version_passed_over() -> None:
    with pytest.raises(UnwritableAnswer, match="ReceiptExternal has no ReceiptTxt"):
        written(RECEIPTS_BASIC, "GetReceiptBasic", {"ReceiptTxt": "x"})
    assert "Template" not in written(RECEIPTS_BASIC, "GetReceiptBasic", {"ReceiptTemplate": "x"})


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"ReceiptId": 2**31}, "ReceiptId"),
        ({"ReceiptId": "secret-7"}, "ReceiptId"),
        ({"ReceiptStatusCode": "Ok"}, "ReceiptStatusCode"),
        ({"LastChanged": "2026-01-01"}, "LastChanged"),
        ({"References": "text"}, "ReferenceList is a list"),
        ({"ReceiptText": b"text"}, "ReceiptText"),
    ],
)
def test_values_of_another_kind_are_refused_by_name_only(values: dict[str, Any], named: str) -> None:
    with pytest.raises(UnwritableAnswer, match=named) as refused:
        written(RECEIPTS_BASIC, "GetReceiptBasic", values)
    assert "secret-7" not in str(refused.value)


def test_what_xml_cannot_carry_is_replaced() -> None:
    answer = written(RECEIPTS_BASIC, "GetReceiptBasic", {"ReceiptText": "a\x00b\x1f\ud800\ufffe\r\nc\U0001f600"})
    root = etree.fromstring(answer.encode())
    text = next(root.iter("{*}ReceiptText")).text
    assert text == "a\ufffdb\ufffd\ufffd\ufffd\r\nc\U0001f600"


def test_no_date_is_written_as_the_platform_did() -> None:
    answer = written(RECEIPTS_BASIC, "GetReceiptBasic", {"LastChanged": datetime.min.replace(tzinfo=UTC)})
    assert "<a:LastChanged>0001-01-01T00:00:00</a:LastChanged>" in answer


# -- 5 and 10: two sets of types, and words as they are on the wire ---------------------------------------


def test_words_on_the_wire_are_spelt_as_they_were() -> None:
    kinds = contract().types.values()
    words = {word for kind in kinds if isinstance(kind, Enumeration) for word in kind.words}
    members = {member.name for kind in kinds if isinstance(kind, Struct) for member in kind.members}
    for endpoint in contract().endpoints:
        for operation in endpoint.operations.values():
            members |= {member.name for member in operation.request.members}
            members |= {header.name for header in operation.headers}
    assert {"Ok", "OK", "UnExpectedError"} <= words
    misspelt = {"AttachementData", "EndUserSystemreference", "retrieveSubEnitiy", "RecievedMessages"}
    assert misspelt | {"SOEncryptedSymmetricdKey", "Checksum", "CheckSum", "CorrespondenceID"} <= members
    assert not {"retrieveSubEntity", "ReceivedMessages", "SOEncryptedSymmetricKey"} & members


def test_both_serializers_live_in_one_service() -> None:
    endpoint = ENDPOINTS["/intermediaryexternal/intermediaryinboundexternalec2.svc"]
    reached = contract().reached_from(
        iter([each for operation in endpoint.operations.values() for each in (operation.request, operation.response)])
    )
    both = {Serializer.XML, Serializer.DATA_CONTRACT}
    assert {kind.serializer for kind in reached.values() if kind.name == "Signature"} == both
    assert {"ReceiptExternalBE", "ReceiptExternal"} <= {kind.name for kind in reached.values()}


def test_lists_of_values_hold_no_nil() -> None:
    items = {kind.name: kind.item.nillable for kind in contract().types.values() if isinstance(kind, ListOf)}
    assert not items["ArrayOfint"]
    assert items["ArrayOfstring"]
    assert items["ReferenceList"]


def test_a_type_that_says_itself_what_it_is_is_valid(tmp_path: Path) -> None:
    namespace = "http://AltInn.no/agencywebservices/"
    form = (
        '<FormStatus xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="FormVerificationStatus">'
        "<ValidationErrors><ValidationError>feil</ValidationError></ValidationErrors><Status>Errors</Status>"
        "<FormNumber>1037</FormNumber><FormVersion>9000</FormVersion></FormStatus>"
    )
    verdict = (
        f'<VerifyMessageResponse xmlns="{namespace}"><VerifyMessageResult><EnvelopeStatus><Status>OK</Status>'
        f"</EnvelopeStatus><FormsStatus><FormsStatusCollection>{form}</FormsStatusCollection></FormsStatus>"
        "</VerifyMessageResult></VerifyMessageResponse>"
    )
    schema = compiled_schema(ENDPOINTS["/webservicesagency/agencydataexchange.asmx"], tmp_path)
    assert schema.validate(etree.fromstring(verdict)), schema.error_log
    assert not schema.validate(etree.fromstring(verdict.replace("<FormNumber>1037</FormNumber>", "")))
