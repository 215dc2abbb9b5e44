"""The worker: everything once, whatever comes between, and states that only go forward."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import (
    Attachment,
    Batch,
    DataUnit,
    Element,
    ReceiptReference,
    ReceiptTree,
    ReferenceType,
    Shipment,
    Store,
    archive_submissions,
    archived_form_task,
    batch_receipt,
    find_receipt,
    submit_batch,
    submit_form_task,
    upgrade_schema,
)
from core.services.archive import archive_element
from core.services.lifecycle import hand_in
from core.services.shipments import _ShipmentHandIn, _Taken
from tests.core.forms.world import FIRMS_SYSTEM, FORM, filled, shipment
from tests.small_world import FORM as ASMX_FORM
from tests.small_world import SYSTEM


def _unit(reference: str, parent: str | None = None) -> DataUnit:
    return DataUnit(
        "310000302", reference, parent, ASMX_FORM, completed=False, locked=False, body=f"<S r='{reference}'/>"
    )


def _batch(*units: DataUnit, batch_id: str = "b1", attachments: tuple[Attachment, ...] = ()) -> Batch:
    return Batch(batch_id, SYSTEM, "1.1", "OnDemand", None, units, attachments)


def _without_archiving(store: Store, sent: Shipment) -> int:
    """A shipment whose sender was cut off between the commit and the archiving."""
    taken = hand_in(store, _ShipmentHandIn(store, FIRMS_SYSTEM, sent))
    assert isinstance(taken, _Taken)
    return taken.element


def test_what_the_call_did_not_come_to_the_worker_does(world: Store) -> None:
    element = _without_archiving(world, shipment())
    waiting = submit_form_task(world, FIRMS_SYSTEM, shipment())
    assert waiting.value_of(ReferenceType.ARCHIVE) is None
    assert archive_submissions(world) == 1
    assert submit_form_task(world, FIRMS_SYSTEM, shipment()).value_of(ReferenceType.ARCHIVE)
    assert archive_submissions(world) == 0
    assert [row[0] for row in world.read(lambda ledger: ledger.forms.handed_on())] == [element]


def test_a_batch_becomes_elements_with_receipts(world: Store) -> None:
    file = Attachment("V1", "a", "noter.pdf", b"%PDF")
    submit_batch(world, FIRMS_SYSTEM, _batch(_unit("a"), _unit("b"), _unit("a-1", "a"), attachments=(file,)))
    assert archive_submissions(world) == 3
    units = batch_receipt(world, FIRMS_SYSTEM, "b1").units
    assert units[0].workflow_reference == units[2].workflow_reference != units[1].workflow_reference
    tree = find_receipt(world, FIRMS_SYSTEM, None, (ReceiptReference(ReferenceType.BATCH, "b1"),))
    assert [child.value_of(ReferenceType.SENDERS) for child in tree.children] == ["a", "b", "a-1"]
    for unit, child in zip(units, tree.children, strict=True):
        assert unit.workflow_reference == f"WF-{child.value_of(ReferenceType.WORKFLOW)}"
        assert unit.archive_reference == child.value_of(ReferenceType.ARCHIVE)
    task = archived_form_task(world, FIRMS_SYSTEM, tree.children[0].element or 0)
    assert task.data == ("<S r='a'/>", "<S r='a-1'/>")
    assert [(each.name, each.size) for each in task.forms.attachments] == [("noter.pdf", 4)]


def test_units_that_point_at_each_other_are_each_their_own(world: Store) -> None:
    submit_batch(world, FIRMS_SYSTEM, _batch(_unit("a", "b"), _unit("b", "a"), _unit("c", "a")))
    assert archive_submissions(world) == 3
    assert archive_submissions(world) == 0
    assert all(unit.archive_reference for unit in batch_receipt(world, FIRMS_SYSTEM, "b1").units)


def test_two_workers_at_once_do_everything_once(world: Store, database_url: str) -> None:
    other = Store(database_url)
    for number in range(20):
        submit_batch(world, FIRMS_SYSTEM, _batch(_unit(f"u{number}"), batch_id=f"b{number}"))
        _without_archiving(world, shipment(f"S-{number}"))
    with ThreadPoolExecutor(4) as workers:
        done = sum(workers.map(lambda number: archive_submissions((world, other)[number % 2], limit=7), range(24)))
    other.close()
    assert done == 40
    handed_on = world.read(lambda ledger: ledger.forms.handed_on())
    assert len({row[0] for row in handed_on}) == len(handed_on) == 40


# -- any order of events ------------------------------------------------------------------------

STEPS = ("submit", "work", "poll", "archive")
_ORDER = ("FillIn", "SignIn", "SendIn", "Archive")


def _is_later(before: ReceiptTree, after: ReceiptTree) -> bool:
    """What has once been told stays so: references, and a text that is at least in the history."""
    told = before.text in (after.text, *after.history.split("\n"))
    return before.id == after.id and told and set(before.references) <= set(after.references)


def _is_in(store: Store, reference: str) -> bool:
    return store.read(lambda ledger: ledger.has_submission(f"owner:{FIRMS_SYSTEM.party}", reference))


def _element(store: Store, number: int) -> Element:
    found = store.read(lambda ledger: ledger.forms.element(number))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the world in it, for copying."""
    path = tmp_path_factory.mktemp("worker") / "world.db"
    upgrade_schema(f"sqlite:///{path}")
    store = filled(Store(f"sqlite:///{path}"))
    store.close()
    return path


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 2)), min_size=4, max_size=14),
    completed=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_any_order_of_worker_and_polls_shows_states_that_only_go_forward(
    template: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]], completed: tuple[bool, ...]
) -> None:
    path = tmp_path_factory.mktemp("order") / "world.db"
    path.write_bytes(template.read_bytes())
    store = Store(f"sqlite:///{path}")
    seen: dict[int, ReceiptTree] = {}
    states: dict[int, str] = {}
    for step, which in steps:
        sent = shipment(f"S-{which}", replace(FORM, completed=completed[which]))
        if step == "submit":
            if which not in seen:
                _without_archiving(store, sent)
            else:
                submit_form_task(store, FIRMS_SYSTEM, sent)
        elif step == "work":
            archive_submissions(store)
        elif step == "archive" and which in seen:
            archive_element(store, seen[which].element or 0)
        for number in range(3):
            reference = ReceiptReference(ReferenceType.EXTERNAL_SHIPMENT, f"S-{number}")
            if store.read(
                lambda ledger, name=reference.value: ledger.has_submission(f"owner:{FIRMS_SYSTEM.party}", name)
            ):
                tree = find_receipt(store, FIRMS_SYSTEM, None, (reference,))
                status = str(_element(store, tree.element or 0).status)
                assert number not in seen or _is_later(seen[number], tree)
                assert _ORDER.index(status) >= _ORDER.index(states.get(number, "FillIn"))
                seen[number], states[number] = tree, status
    submitted = {which for step, which in steps if step == "submit"}
    assert store.read(lambda ledger: ledger.count_submissions()) == len(submitted)
    archive_submissions(store)
    assert len(store.read(lambda ledger: ledger.forms.handed_on())) == sum(completed[which] for which in submitted)
    store.close()
