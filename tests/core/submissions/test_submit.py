"""Handing in: whole or not at all, once, and only what may be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import (
    Batch,
    BatchStatus,
    Caller,
    CallerKind,
    DataUnit,
    Edit,
    ErrorCode,
    InvalidInput,
    ServiceId,
    Store,
    UnitStatus,
    Written,
    archive_submissions,
    batch_receipt,
    put,
    remove,
    submit_batch,
)
from tests.small_world import FIRM, FORM, GRANT, SYSTEM, small_world

CALLER = Caller(CallerKind.ENTERPRISE_SYSTEM, party=FIRM, enterprise_system=SYSTEM)
SCHEMA = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="Skjema"><xs:complexType>'
    '<xs:attribute name="beloep" type="xs:integer" use="required"/></xs:complexType></xs:element></xs:schema>'
)


def _unit(participant: str, reference: str = "r1", **changes: object) -> DataUnit:
    unit = DataUnit(participant, reference, None, FORM, completed=False, locked=False, body="<Skjema/>")
    return replace(unit, **changes)  # type: ignore[arg-type]


def _batch(*units: DataUnit, batch_id: str = "b1") -> Batch:
    return Batch(batch_id, SYSTEM, "1.1", "OnDemand", "https://fagsystem.example/kvittering", units)


def _write(store: Store, *edits: Edit) -> None:
    store.change("tests", lambda _snapshot: Written(edits, None))


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with the small world."""
    store.import_facts("tests", small_world())
    return store


def test_a_batch_is_taken_in_with_the_ground_in_each_receipt(filled: Store) -> None:
    receipt = submit_batch(filled, CALLER, _batch(_unit("310000302", "r1"), _unit("310000205", "r2")))
    assert receipt.status is BatchStatus.OK
    assert [(unit.reference, unit.status, unit.reason) for unit in receipt.units] == [
        ("r1", UnitStatus.OK, "submission-role"),
        ("r2", UnitStatus.OK, "own-party"),
    ]


def test_one_refused_unit_refuses_the_batch_and_leaves_its_id_free(filled: Store) -> None:
    mixed = _batch(_unit("310000302", "r1"), _unit("310000604", "r2"))
    refused = submit_batch(filled, CALLER, mixed)
    assert refused.status is BatchStatus.FAILED
    assert [unit.status for unit in refused.units] == [UnitStatus.NOT_PROCESSED, UnitStatus.NOT_AUTHORIZED]
    assert refused.units[1].reason == "missing-submission-role"
    assert refused.units[1].fixes[0].party == "310000604"
    assert batch_receipt(filled, CALLER, "b1").status is BatchStatus.NOT_FOUND
    assert submit_batch(filled, CALLER, _batch(_unit("310000302"))).status is BatchStatus.OK


@pytest.mark.parametrize("participant", ["999999999", "310000303", "not a number", "", "01817010055"])
def test_an_unknown_number_is_answered_like_a_party_that_gave_nothing(filled: Store, participant: str) -> None:
    known = submit_batch(filled, CALLER, _batch(_unit("310000604"))).units[0]
    unknown = submit_batch(filled, CALLER, _batch(_unit(participant))).units[0]
    assert (unknown.status, unknown.reason) == (known.status, known.reason)


def test_the_role_given_then_withdrawn(filled: Store) -> None:
    assert submit_batch(filled, CALLER, _batch(_unit("310000302"))).status is BatchStatus.OK
    _write(filled, remove(GRANT))
    assert submit_batch(filled, CALLER, _batch(_unit("310000302"), batch_id="b2")).status is BatchStatus.FAILED
    repeat = submit_batch(filled, CALLER, _batch(_unit("310000302")))
    assert repeat.status is BatchStatus.ALREADY_EXISTS, "accepted when it came, whatever was withdrawn since"
    _write(filled, put(GRANT))
    assert submit_batch(filled, CALLER, _batch(_unit("310000302"), batch_id="b2")).status is BatchStatus.OK


def test_unknown_forms_and_references_are_told_apart(filled: Store) -> None:
    unknown = submit_batch(filled, CALLER, _batch(_unit("310000302", form=ServiceId("asmx:212/1"))))
    assert unknown.units[0].status is UnitStatus.UNKNOWN_FORM
    dangling = submit_batch(filled, CALLER, _batch(_unit("310000302", parent_reference="elsewhere")))
    assert dangling.units[0].status is UnitStatus.INVALID_REFERENCE


def test_a_complete_form_must_keep_to_its_schema_and_an_incomplete_one_need_not(filled: Store) -> None:
    filled.write(lambda ledger: ledger.set_form_schema(FORM, SCHEMA))
    bad = _unit("310000302", completed=True, body='<Skjema beloep="01817010055x"/>')
    refused = submit_batch(filled, CALLER, _batch(bad)).units[0]
    assert refused.status is UnitStatus.VALIDATION_FAILED
    assert "beloep" in (refused.problem or "")
    assert "01817010055" not in (refused.problem or "")
    assert submit_batch(filled, CALLER, _batch(replace(bad, completed=False))).status is BatchStatus.OK
    good = _unit("310000302", completed=True, body='<Skjema beloep="100"/>')
    assert submit_batch(filled, CALLER, _batch(good, batch_id="b2")).status is BatchStatus.OK


def test_the_archiver_gives_each_unit_its_references_once(filled: Store) -> None:
    submit_batch(filled, CALLER, _batch(_unit("310000302", "r1"), _unit("310000205", "r2")))
    waiting = batch_receipt(filled, CALLER, "b1")
    assert [unit.workflow_reference for unit in waiting.units] == [None, None]
    assert archive_submissions(filled) == 2
    archived = batch_receipt(filled, CALLER, "b1")
    assert len({unit.workflow_reference for unit in archived.units} - {None}) == 2
    assert archive_submissions(filled) == 0
    assert batch_receipt(filled, CALLER, "b1") == archived


def test_contents_are_kept_as_sent_in_chunks(filled: Store) -> None:
    body = "<Skjema>" + "æ" * 400_000 + "</Skjema>"
    submit_batch(filled, CALLER, _batch(_unit("310000302", body=body)))

    def kept(ledger: object) -> bytes:
        row = ledger.submission(SYSTEM, "b1")  # type: ignore[attr-defined]
        chunks = list(ledger.content(row.units[0].content))  # type: ignore[attr-defined]
        assert len(chunks) == 4
        return b"".join(chunks)

    assert filled.read(kept) == body.encode()


def test_another_system_neither_sees_the_batch_nor_is_kept_from_its_id(filled: Store) -> None:
    system = filled.snapshot().enterprise_systems.get(SYSTEM)
    assert system is not None
    _write(filled, put(replace(system, id=4712)))
    other = replace(CALLER, enterprise_system=4712)
    submit_batch(filled, CALLER, _batch(_unit("310000302")))
    assert batch_receipt(filled, other, "b1").status is BatchStatus.NOT_FOUND
    own = replace(_batch(_unit("310000302")), enterprise_system=4712)
    assert submit_batch(filled, other, own).status is BatchStatus.OK


@pytest.mark.parametrize(
    ("batch", "caller"),
    [(_batch(), CALLER), (_batch(_unit("310000302")), replace(CALLER, enterprise_system=4712))],
    ids=["no units", "another system's"],
)
def test_a_batch_that_is_none_is_refused_before_anything(filled: Store, batch: Batch, caller: Caller) -> None:
    with pytest.raises(InvalidInput) as refused:
        submit_batch(filled, caller, batch)
    assert refused.value.code is ErrorCode.INVALID_BATCH
