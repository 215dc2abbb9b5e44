"""The coverage table is up to date, names every operation once, and every handler answers an operation there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from soap.contract import Binding, contract
from soap.contract.__main__ import answered
from soap.contract.coverage import TABLE, Status, coverage, coverage_table

ROOT = Path(__file__).resolve().parents[4]


def test_the_table_is_up_to_date() -> None:
    stored = (ROOT / TABLE).read_text("utf-8")
    assert stored == coverage_table(answered()), "run `python -m soap.contract`"


def test_nothing_is_missing() -> None:
    missing = [f"{row.service}.{row.use_case}" for row in coverage(answered()) if row.status is Status.MISSING]
    assert missing == []


def test_every_handler_answers_an_operation_that_there_is() -> None:
    known = {(row.service, row.use_case): row for row in coverage({})}
    handled = [(service, use_case) for service, use_cases in answered().items() for use_case in use_cases]
    assert [each for each in handled if each not in known] == []
    assert [each for each in handled if known[each].status is Status.RETIRED] == []


def test_every_operation_of_every_endpoint_stands_in_the_table() -> None:
    rows = {(row.service, row.use_case): row for row in coverage({})}
    for endpoint in contract().endpoints:
        for operation in endpoint.operations.values():
            if operation.use_case != "Test":
                row = rows[endpoint.service, operation.use_case]
                assert f"`{operation.name}`" in row.names[endpoint.binding]


@pytest.mark.parametrize(
    ("service", "use_case", "handled", "status"),
    [
        ("ReceiptExternal", "GetReceiptV2", ["GetReceiptV2"], Status.SERVED),
        ("ReceiptExternal", "GetReceiptV2", ["GetReceipt"], Status.MISSING),
        ("AdministrationExternal", "GetRoles", ["GetRoles"], Status.MAPPED),
        ("AdministrationExternal", "GetRoles", [], Status.MISSING),
        ("Case", "ArchiveCase", [], Status.RETIRED),
        ("DataExchange", "RequestInfoText", [], Status.RETIRED),
    ],
)
def test_what_became_of_an_operation(service: str, use_case: str, handled: list[str], status: Status) -> None:
    rows = coverage({service: handled})
    (row,) = [each for each in rows if (each.service, each.use_case) == (service, use_case)]
    assert row.status is status
    assert bool(row.note) == (status in (Status.MAPPED, Status.RETIRED))


def test_evidence_is_marked() -> None:
    (row,) = [each for each in coverage({}) if each.use_case == "GetFormSetData"]
    assert row.names[Binding.BASIC].endswith("ᶜ")
    assert row.names[Binding.WS].endswith("ᵈ")
    assert row.names[Binding.EC2] == "`GetFormSetDataEC`"
