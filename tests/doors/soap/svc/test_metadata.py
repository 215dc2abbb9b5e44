"""ServiceMetaDataExternal and PreFillEUSExternal on the wire."""

from __future__ import annotations

import pytest
from lxml import etree

from core import (
    CodeList,
    CodeRow,
    GatewayError,
    Prefill,
    PrefilledFile,
    PrefilledForm,
    Store,
    legacy_service_id,
    submit_prefill,
)
from core.domain.element import ServiceForm
from core.store.ledger import Ledger
from soap.svc import metadata, prefill
from soap.svc.faults import fault_for
from tests.core.messages.world import CLIENT, OFFICE_SYSTEM, OWNER, SENDER, SERVICE, STRANGER_SYSTEM, Clock
from tests.doors.soap.svc.message_calls import ask, texts

PATH = "/ServiceEngineExternal/ServiceMetaDataExternalBasic.svc"
PREFILL_PATH = "/ServiceEngineExternal/PreFillEUSExternalBasic.svc"
SCHEMA = (
    '<?xml version="1.0"?><xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Å"/></xs:schema>'
)


def services(store: Store, version: str = "", inner: str = "") -> bytes:
    return ask(store, metadata.HANDLERS, PATH, f"GetAvailableServicesBasic{version}", inner, system=OFFICE_SYSTEM)


def test_the_services(messages: Store) -> None:
    first = services(messages)
    assert texts(first, "ExternalServiceCode") == ["9070", "9071", "9080"]
    assert texts(first, "ServiceOwnerCode") == [OWNER.code, "En annen etat", OWNER.code]
    assert texts(first, "ServiceEditionVersionId") == ["260101"] * 3
    assert not texts(first, "ServiceType")
    second = services(messages, "V2")
    assert texts(second, "ServiceType") == ["Correspondence", "Correspondence", "None"]
    assert texts(second, "IsMatched") == ["false"] * 3


@pytest.mark.parametrize(
    ("search", "hits", "said"),
    [
        ("", 3, "3 services were found."),
        ("<search><ExternalServiceCode>9070</ExternalServiceCode></search>", 1, "1 service was found."),
        ("<search><ServiceOwnerCode>oeb</ServiceOwnerCode></search>", 2, "2 services were found."),
        ("<search><ServiceType>Reporting</ServiceType></search>", 0, "No services were found."),
    ],
)
def test_a_search_counts_its_hits(messages: Store, search: str, hits: int, said: str) -> None:
    answer = services(messages, "V3", search)
    assert len(texts(answer, "ExternalServiceCode")) == hits
    assert texts(answer, "StatusMessage") == [said]


@pytest.mark.parametrize(
    ("search", "number"),
    [
        ("<ExternalServiceCode>90 70!</ExternalServiceCode>", 30013),
        ("<ServiceOwnerCode>&lt;OEB&gt;</ServiceOwnerCode>", 30005),
        ("<ExternalServiceEditionCode>260101</ExternalServiceEditionCode>", 40039),
    ],
)
def test_a_search_that_cannot_be(messages: Store, search: str, number: int) -> None:
    with pytest.raises(GatewayError) as refused:
        services(messages, "V3", f"<search>{search}</search>")
    assert fault_for(refused.value, "guid").error_id == number


def test_attachment_rules_and_schemas(messages: Store) -> None:
    forms = [ServiceForm(SERVICE, "212", 4348, 0, "Hoved", True), ServiceForm(SERVICE, "213", 1, 1, "Under", False)]

    def keep(ledger: Ledger) -> None:
        ledger.set_form_schema("asmx:212/4348", SCHEMA)
        ledger.forms.set_service_forms(SERVICE, forms)
        ledger.forms.set_attachment_rule(SERVICE, 1000)

    messages.write(keep)
    inner = (
        "<externalServiceCode>9070</externalServiceCode><externalServiceEditionCode>260101</externalServiceEditionCode>"
    )
    answer = ask(messages, metadata.HANDLERS, PATH, "GetFormTaskSchemaDefinitionsBasic", inner, system=OFFICE_SYSTEM)
    assert texts(answer, "DataFormatXsd") == [SCHEMA]
    assert (texts(answer, "DataFormatID"), texts(answer, "LogicalFormID")) == (["212"], ["1"])
    assert texts(services(messages, "V3"), "MaxFileSize") == ["1000"]
    with pytest.raises(GatewayError):
        ask(messages, metadata.HANDLERS, PATH, "GetFormTaskSchemaDefinitionsBasic", "", system=OFFICE_SYSTEM)


@pytest.fixture
def coded(messages: Store) -> Store:
    """The store with a code list in two versions and two languages."""
    rows = (CodeRow("0301", "Oslo", "Østlandet"), CodeRow("4601", "Bergen", "Vestlandet"), CodeRow("5501", "Tromsø"))
    lists = (
        CodeList("Kommune", 1, 1044, rows[:1]),
        CodeList("Kommune", 2, 1044, rows),
        CodeList("Kommune", 2, 1033, (CodeRow("0301", "The city of Oslo"),)),
    )
    for each in lists:
        messages.write(lambda ledger: ledger.code_lists.keep(each))  # noqa: B023 - run at once
    return messages


@pytest.mark.parametrize(
    ("inner", "values"),
    [
        ("<codeListName>Kommune</codeListName>", ["Oslo", "Bergen", "Tromsø"]),
        ("<codeListName>Kommune</codeListName><codeListVersion>1</codeListVersion>", ["Oslo"]),
        ("<codeListName>Kommune</codeListName><languageID>1033</languageID>", ["The city of Oslo"]),
        ("<codeListName>Kommune</codeListName><languageID>2068</languageID>", ["Oslo", "Bergen", "Tromsø"]),
        ("<codeListName>Ukjent</codeListName>", []),
        ("<codeListName>Kommune</codeListName><codeListVersion>9</codeListVersion>", []),
    ],
)
def test_a_code_list(coded: Store, inner: str, values: list[str]) -> None:
    answer = ask(coded, metadata.HANDLERS, PATH, "GetCodeList", inner, system=OFFICE_SYSTEM)
    assert texts(answer, "Value1") == values


@pytest.mark.parametrize(
    ("inner", "codes"),
    [
        ("<value1Filter>oslo</value1Filter>", ["0301"]),
        ("<value1Filter>slo</value1Filter><filterMatchType>EXACT</filterMatchType>", []),
        ("<value1Filter>OS</value1Filter><filterMatchType>STARTSWITH</filterMatchType>", ["0301"]),
        ("<code>01</code><filterMatchType>ENDSWITH</filterMatchType>", ["0301", "4601", "5501"]),
        ("<value1Filter>r</value1Filter><filterMatchType>CONTAINS</filterMatchType>", ["4601", "5501"]),
        (
            "<value1Filter>r</value1Filter><value2Filter>vest</value2Filter><filterMatchType>CONTAINS</filterMatchType>",
            ["4601"],
        ),
        ("", ["0301", "4601", "5501"]),
    ],
)
def test_a_filtered_code_list_asks_for_no_credentials(coded: Store, inner: str, codes: list[str]) -> None:
    name = "<codeListName>Kommune</codeListName>"
    answer = ask(coded, metadata.HANDLERS, PATH, "GetFilteredCodeList", name + inner, system=0, password="feil")
    assert texts(answer, "Code") == codes


def kept(reference: str, *formats: str) -> Prefill:
    forms = tuple(PrefilledForm(each, 1, f"{reference}-{each}", f"<Skjema n='{each}'/>") for each in formats)
    files = (PrefilledFile("Fil", "fil.txt", "V", "text_plain", b"hei"),)
    return Prefill(SERVICE, CLIENT, reference, "S-1", forms, files, ("2026",))


def fetch(store: Store, version: str, more: str = "", *, system: int = OFFICE_SYSTEM) -> bytes:
    inner = (
        f"<ReporteeNumber>{CLIENT}</ReporteeNumber><ExternalServiceCode>9070</ExternalServiceCode>"
        f"<ExternalServiceEditionCode>260101</ExternalServiceEditionCode>{more}"
    )
    return ask(store, prefill.HANDLERS, PREFILL_PATH, f"GetPrefillDataBasic{version}", inner, system=system)


def test_without_prefill_both_generations_say_so(messages: Store) -> None:
    assert texts(fetch(messages, ""), "Status") == ["PREFILLDATANOTFOUND"]
    second = etree.fromstring(fetch(messages, "V2"))
    assert [each.text for each in second.iter("{*}PrefillDataFound")] == ["false"]
    assert [each.text for each in second.iter("{*}SOPrefillDataFound")] == ["false"]
    assert [each.text for each in second.iter("{*}RegisterPrefillDataFound")] == ["false"]


def test_prefill(messages: Store, clock: Clock) -> None:
    submit_prefill(messages, SENDER, (kept("P-1", "212", "213"),))
    clock.pass_time(hours=1)
    submit_prefill(messages, SENDER, (kept("P-2", "212"),))
    first = fetch(messages, "")
    assert texts(first, "Status") == ["PREFILLDATAFOUND"]
    assert texts(first, "ServiceOwnerCode") == ["OEB", "OEB"]
    assert texts(first, "FormDataXML") == ["<Skjema n='212'/>", "<Skjema n='212'/>", "<Skjema n='213'/>"]
    assert texts(first, "ValidFromDate") == ["1900-01-01T00:00:00"] * 2
    # Of the second generation: the newest set, and of it the main form.
    second = fetch(messages, "V2")
    assert texts(second, "FormDataXML") == ["<Skjema n='212'/>"]
    assert texts(second, "AttachmentData") == ["aGVp"]
    assert texts(second, "PrefillDataFound") == ["true"]
    wanted = "<PreFillList><DataFormatID>213</DataFormatID></PreFillList><returnAllFormTasks>true</returnAllFormTasks>"
    assert texts(fetch(messages, "V2", wanted), "FormDataXML") == ["<Skjema n='213'/>"]


def test_a_set_sent_again_takes_its_place(messages: Store) -> None:
    submit_prefill(messages, SENDER, (kept("P-1", "212"),))
    submit_prefill(messages, SENDER, (kept("P-1", "213"),))
    assert texts(fetch(messages, ""), "FormDataXML") == ["<Skjema n='213'/>"]


def test_prefill_is_for_those_who_may_fill_in(messages: Store) -> None:
    submit_prefill(messages, SENDER, (kept("P-1", "212"),))
    with pytest.raises(GatewayError) as refused:
        fetch(messages, "", system=STRANGER_SYSTEM)
    assert fault_for(refused.value, "guid").error_id == 14
    assert refused.value.fixes
    assert legacy_service_id("9070", "260101") == SERVICE
