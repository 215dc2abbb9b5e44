"""What the first platform's receipt says of a unit that the service owner has, still found by its readers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core import BatchStatus, ServiceId, UnitReceipt, UnitStatus
from soap.receipts import BatchAnswer, write_receipt

FORM = ServiceId("asmx:212/4348")


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        (None, "er mottatt og ligger til utfylling"),
        ("", "er mottatt av tjenesteeieren."),
        ("R-1", "er mottatt av tjenesteeieren (referanse R-1)."),
        ("status <1> 01817010055", "er mottatt av tjenesteeieren (referanse … &lt;1&gt; 018170*****)."),
    ],
)
def test_the_unit_tells_that_the_service_owner_has_it(reference: str | None, says: str) -> None:
    unit = UnitReceipt("310000302", "a", FORM, UnitStatus.OK, workflow_reference="WF-1", receivers_reference=reference)
    answer = BatchAnswer("b1", "4711", BatchStatus.OK, datetime(2026, 11, 22, tzinfo=UTC), (unit,))
    text = write_receipt(answer, {})
    assert f"<MessageEntry>Skjema 212/4348 {says}" in text
    assert text.count("DataUnitInReceipt") == 2
    assert text.count("status") == 2
