"""The receipt as strings are searched in it: order, quotes, anchors, times, and what a poll sees (A4, A11, A19)."""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core import BatchStatus, Reason, Store, UnitReceipt, UnitStatus, archive_submissions, form_id
from soap.receipts import BatchAnswer, local_time, write_receipt
from soap.texts import BATCH_TEXTS, GROUNDS, REFUSALS, UNIT_TEXTS, unit_text
from tests.doors.soap.asmx_client import Client, batch, client_reads, messages, unit
from tests.doors.soap.conftest import GAVE_NOTHING, GAVE_ROLE, OWNER

GOLDEN = Path(__file__).with_name("golden")
ANCHORS = ("DataBatchInReceipt", "DataUnitInReceipt", "sendersReference")


def test_receipts_to_the_letter(door: Client) -> None:
    first = batch(unit(OWNER, "A1"), unit(GAVE_ROLE, "A2"))
    bad = batch(unit(OWNER, "A1"), unit(GAVE_NOTHING, "A2"), batch_id="310000000-01-43")
    answered = {
        "receipt-accepted.xml": door.submit(first),
        "receipt-exists.xml": door.submit(first),
        "receipt-failed.xml": door.submit(bad),
        "receipt-login.xml": door.submit(first, password="galt"),
        "receipt-invalid.xml": door.submit("<DataBatch batchId='310000000-01-44'/>"),
        "receipt-not-found.xml": door.poll("elsewhere"),
    }
    assert answered == {name: (GOLDEN / name).read_text(encoding="utf-8") for name in answered}


@pytest.mark.acceptance("A11")
def test_a_poll_says_ok_until_the_unit_is_a_task_and_then_names_it(door: Client, world: Store) -> None:
    door.submit(batch(unit(OWNER, "A1")))
    waiting = door.poll("310000000-01-42")
    assert client_reads(waiting) == ("OK", [("A1", "OK")])
    assert "workflowReference" not in waiting
    assert archive_submissions(world) == 1
    done = door.poll("310000000-01-42")
    assert client_reads(done) == ("OK", [("A1", "OK")])
    assert 'workflowReference="WF-' in done
    assert "archiveReference" not in done
    assert messages(done)[0].startswith("Skjema RF-0002 er mottatt og ligger til utfylling. Grunnlag: ")


@pytest.mark.parametrize(("version", "archives"), [(-1, 0), (0, 0), (1, 0), (2, 1), (2**31 - 1, 1)])
def test_from_version_two_a_receipt_names_the_archive(door: Client, world: Store, version: int, archives: int) -> None:
    door.submit(batch(unit(OWNER, "A1")))
    archive_submissions(world)
    receipt = door.call(
        "BatchReceiptPw", enterpriseSystemId=4711, batchId="310000000-01-42", password="hemmelig1", version=version
    )
    assert client_reads(receipt) == ("OK", [("A1", "OK")])
    assert receipt.count('archiveReference="AR') == archives


@pytest.mark.acceptance("A11")
def test_another_systems_batch_is_not_found(door: Client) -> None:
    door.submit(batch(unit(OWNER, "A1")))
    assert client_reads(door.poll("310000000-01-42", system=4712)) == ("NotFound", [])


def test_times_are_norwegian_wall_clock_times() -> None:
    assert local_time(datetime(2007, 3, 9, 9, 15, 0, 999, tzinfo=UTC)) == "2007-03-09T10:15:00"
    assert local_time(datetime(2007, 7, 9, 22, 15, tzinfo=UTC)) == "2007-07-10T00:15:00"


def test_every_status_and_every_reason_has_its_text() -> None:
    assert set(BATCH_TEXTS) == set(BatchStatus) - {BatchStatus.OK, BatchStatus.FAILED}
    assert set(UNIT_TEXTS) == set(UnitStatus) - {UnitStatus.OK, UnitStatus.NOT_AUTHORIZED}
    assert set(GROUNDS) | set(REFUSALS) == set(Reason)
    assert not set(GROUNDS) & set(REFUSALS)
    for reason in REFUSALS:
        refused = UnitReceipt("310000515", "A1", form_id(212, 4348), UnitStatus.NOT_AUTHORIZED, reason)
        text = unit_text(refused, "4711", "RF-0002")
        assert f"({reason}). " in text
        assert "{" not in text


# Text that an XML attribute can carry: what a sender's references may hold.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"), min_size=1, max_size=30)
NASTY = st.lists(
    st.sampled_from([*ANCHORS, "status", "/DataUnitInReceipt", '="', '"', "<", ">", "&", "'", "OK", " ", "&#115;"])
    | ANY_TEXT,
    min_size=1,
    max_size=6,
).map("".join)
STATUSES = st.sampled_from(list(UnitStatus))


@pytest.mark.acceptance("A19")
@given(batch_id=NASTY, units=st.lists(st.tuples(NASTY, NASTY, STATUSES, NASTY), max_size=4))
@example(batch_id='status="OK"', units=[("DataUnitInReceipt", "sendersReference", UnitStatus.OK, "status")])
@example(
    batch_id="s", units=[("p", "DataUnitsendersReferenceInReceipt", UnitStatus.VALIDATION_FAILED, "DataUnitInReceipt")]
)
def test_no_name_or_reference_ever_misleads_the_string_search(
    batch_id: str, units: list[tuple[str, str, UnitStatus, str]]
) -> None:
    told = tuple(
        UnitReceipt(
            participant,
            reference,
            form_id(212, 4348),
            status,
            reason=Reason.MISSING_SUBMISSION_ROLE if status is UnitStatus.NOT_AUTHORIZED else None,
            problem=problem,
            workflow_reference=problem,
        )
        for participant, reference, status, problem in units
    )
    answer = BatchAnswer(batch_id, "4711", BatchStatus.FAILED, datetime(2007, 3, 9, tzinfo=UTC), told)
    receipt = write_receipt(answer, {})
    status, read = client_reads(receipt)
    assert status == "Failed"
    assert [(html.unescape(reference), state) for reference, state in read] == [(u.reference, u.status) for u in told]
    parsed = ET.fromstring(receipt.encode())
    assert parsed[0].get("batchId") == batch_id
    assert [each.get("participantId") for each in parsed.iter("DataUnitInReceipt")] == [u.participant for u in told]
    assert not [text for text in messages(receipt) for anchor in ANCHORS if anchor in text]


@pytest.mark.acceptance("A19")
def test_a_client_may_call_its_things_by_the_words_it_searches_for(door: Client) -> None:
    names = ("sendersReference", "DataUnitInReceipt status", "/DataUnitInReceipt")
    units = [unit("DataBatchInReceipt", name) for name in names]
    receipt = door.submit(batch(*units, batch_id='status="OK" DataBatchInReceipt'))
    status, read = client_reads(receipt)
    assert status == "Failed"
    assert [(html.unescape(name), state) for name, state in read] == [(name, "NotAuthorized") for name in names]
    assert not [text for text in messages(receipt) for anchor in ANCHORS if anchor in text]


def test_control_characters_of_an_eight_bit_world_do_not_reach_a_receipt(door: Client) -> None:
    sent = batch(unit(OWNER, "A#1")).replace("A#1", "A&#150;1")
    assert 'sendersReference="A?1"' in door.submit(sent)
