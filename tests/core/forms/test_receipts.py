"""Finding receipts, listing them, and writing on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core import (
    Caller,
    CallerKind,
    Edit,
    EnterpriseSystem,
    ErrorCode,
    GatewayError,
    NotFound,
    Operation,
    ReceiptReference,
    ReceiptStatus,
    ReceiptType,
    ReceiptUpdate,
    ReferenceType,
    RoleGrant,
    Store,
    complete_and_sign,
    find_receipt,
    list_receipts,
    submit_form_task,
    update_receipt,
)
from core.store.ledger import Ledger
from tests.core.forms.world import FIRMS_SYSTEM, FORM, edit, file, filled, shipment
from tests.small_world import FIRM, GIVER, MANAGER

STRANGERS_SYSTEM = Caller(CallerKind.ENTERPRISE_SYSTEM, party=GIVER, enterprise_system=4799)


def _reference(kind: ReferenceType, value: str | None) -> tuple[ReceiptReference]:
    return (ReceiptReference(kind, value or ""),)


@pytest.mark.parametrize(
    "kind", [ReferenceType.EXTERNAL_SHIPMENT, ReferenceType.WORKFLOW, ReferenceType.ARCHIVE], ids=str
)
def test_a_receipt_is_found_by_each_of_its_references(world: Store, kind: ReferenceType) -> None:
    tree = submit_form_task(world, FIRMS_SYSTEM, shipment())
    assert find_receipt(world, FIRMS_SYSTEM, 0, _reference(kind, tree.value_of(kind))) == tree


@pytest.mark.parametrize("kind", [ReferenceType.SENDERS, ReferenceType.END_USER_SYSTEM], ids=str)
def test_a_child_brings_its_parent(world: Store, kind: ReferenceType) -> None:
    tree = submit_form_task(world, FIRMS_SYSTEM, shipment(files=(file("S-1-V"),)))
    assert find_receipt(world, FIRMS_SYSTEM, None, _reference(kind, "S-1-V")) == tree
    assert find_receipt(world, FIRMS_SYSTEM, tree.children[1].id, ()) == tree


def test_number_before_workflow_before_other_references(world: Store) -> None:
    first, second, third = (
        submit_form_task(world, FIRMS_SYSTEM, shipment(name, replace(FORM, reference=name))) for name in "abc"
    )
    workflow = _reference(ReferenceType.WORKFLOW, second.value_of(ReferenceType.WORKFLOW))
    other = _reference(ReferenceType.EXTERNAL_SHIPMENT, "c")
    assert find_receipt(world, FIRMS_SYSTEM, first.id, (*other, *workflow)) == first
    assert find_receipt(world, FIRMS_SYSTEM, 0, (*other, *workflow)) == second
    assert find_receipt(world, FIRMS_SYSTEM, 1, other) == third


def test_a_reference_that_is_not_unique_means_the_newest(world: Store) -> None:
    submit_form_task(world, FIRMS_SYSTEM, shipment("a", replace(FORM, reference="same")))
    newest = submit_form_task(world, FIRMS_SYSTEM, shipment("b", replace(FORM, reference="same")))
    assert find_receipt(world, FIRMS_SYSTEM, None, _reference(ReferenceType.SENDERS, "same")) == newest


def test_others_find_nothing(world: Store) -> None:
    tree = submit_form_task(world, FIRMS_SYSTEM, shipment())
    for number, references in ((tree.id, ()), (0, _reference(ReferenceType.EXTERNAL_SHIPMENT, "S-1")), (999, ())):
        with pytest.raises(NotFound) as missing:
            find_receipt(world, STRANGERS_SYSTEM, number, references)
        assert missing.value.code is ErrorCode.RECEIPT_NOT_FOUND
    assert list_receipts(world, STRANGERS_SYSTEM, ReceiptType.FORM_TASK, None, None) == ()


def test_a_party_that_is_named_may_see_it(world: Store) -> None:
    tree = submit_form_task(world, FIRMS_SYSTEM, shipment())
    named = ReceiptReference(ReferenceType.PARTY, "310000302")
    world.write(lambda ledger: ledger.forms.add_references(tree.id, [named]))
    assert named in find_receipt(world, STRANGERS_SYSTEM, tree.id, ()).references
    assert len(list_receipts(world, STRANGERS_SYSTEM, ReceiptType.FORM_TASK, None, None)) == 1


def test_the_sender_is_told_to_all_where_it_is_an_organisation_and_is_not_kept(world: Store) -> None:
    tree = submit_form_task(world, FIRMS_SYSTEM, shipment())
    sender = ReceiptReference(ReferenceType.OWNER_PARTY, "310000205")
    assert sender in tree.references
    assert not any(sender in child.references for child in tree.children)
    named = ReceiptReference(ReferenceType.PARTY, "310000302")
    world.write(lambda ledger: ledger.forms.add_references(tree.id, [named]))
    assert sender in find_receipt(world, STRANGERS_SYSTEM, tree.id, ()).references
    sent_back = ReceiptUpdate(tree.id, None, ReceiptStatus.OK, "Hentet", tree.references)
    assert update_receipt(world, FIRMS_SYSTEM, sent_back).references.count(sender) == 1
    kept = world.read(lambda ledger: ledger.forms.receipts_referring((ReferenceType.OWNER_PARTY,), sender.value))
    assert kept == []


def test_a_person_who_sent_is_told_to_nobody_else(world: Store) -> None:
    edit(world, Edit(Operation.PUT, RoleGrant("grant-manager", GIVER, MANAGER, "UTINN", "person:manager")))
    edit(world, Edit(Operation.PUT, EnterpriseSystem(4799, MANAGER, "Eget system", "no password opens this")))
    managers_system = Caller(CallerKind.ENTERPRISE_SYSTEM, party=MANAGER, enterprise_system=4799)
    waiting = submit_form_task(world, managers_system, shipment("S-1", replace(FORM, completed=False)))
    assert waiting.value_of(ReferenceType.OWNER_PARTY) == "01817010055"
    named = ReceiptReference(ReferenceType.PARTY, "310000302")
    world.write(lambda ledger: ledger.forms.add_references(waiting.id, [named]))
    seen = find_receipt(world, STRANGERS_SYSTEM, waiting.id, ())
    (listed,) = list_receipts(world, STRANGERS_SYSTEM, ReceiptType.FORM_TASK, None, None)
    done = complete_and_sign(world, FIRMS_SYSTEM, waiting.element or 0, ())
    assert (seen.id, listed.id, done.id) == (waiting.id,) * 3
    assert "01817010055" not in repr((seen, listed, done))
    guess = ReceiptReference(ReferenceType.OWNER_PARTY, "01817010055")
    with pytest.raises(GatewayError) as refused:
        update_receipt(world, STRANGERS_SYSTEM, ReceiptUpdate(waiting.id, None, ReceiptStatus.OK, "Hentet", (guess,)))
    assert refused.value.code is ErrorCode.INVALID_RECEIPT_UPDATE


class _Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 2, 3, 9, 20, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    """A clock that the test moves."""
    return _Clock()


@pytest.fixture
def timed(database_url: str, clock: _Clock) -> Iterator[Store]:
    """A store with that clock."""
    opened = Store(database_url, clock=clock)
    yield filled(opened)
    opened.close()


def test_lists_are_by_type_and_time_of_change(timed: Store, clock: _Clock) -> None:
    start, day = clock.now, timedelta(days=1)
    trees = []
    for name in "abc":
        trees.append(submit_form_task(timed, FIRMS_SYSTEM, shipment(name)))
        clock.now += day
    kind = ReceiptType.FORM_TASK
    assert list_receipts(timed, FIRMS_SYSTEM, kind, None, None) == tuple(trees)
    assert list_receipts(timed, FIRMS_SYSTEM, kind, start + day, None) == tuple(trees[1:])
    assert list_receipts(timed, FIRMS_SYSTEM, kind, start + day, start + day) == (trees[1],)
    assert list_receipts(timed, FIRMS_SYSTEM, ReceiptType.CORRESPONDENCE, None, None) == ()
    with pytest.raises(GatewayError) as untyped:
        list_receipts(timed, FIRMS_SYSTEM, ReceiptType.NOT_SET, None, None)
    with pytest.raises(GatewayError) as reversed_dates:
        list_receipts(timed, FIRMS_SYSTEM, kind, start + day, start)
    assert (untyped.value.code, reversed_dates.value.code) == (
        ErrorCode.RECEIPT_TYPE_MISSING,
        ErrorCode.DATES_REVERSED,
    )


def test_of_many_receipts_those_changed_last_are_listed(timed: Store, clock: _Clock) -> None:
    for name in "abc":
        submit_form_task(timed, FIRMS_SYSTEM, shipment(name))
        clock.now += timedelta(minutes=1)

    def listed(most: int) -> list[str | None]:
        found = timed.read(
            lambda ledger: ledger.forms.receipts_of(FIRM, "310000205", ReceiptType.FORM_TASK, None, None, most)
        )
        assert all(tree.children and tree.references for tree in found)
        return [tree.value_of(ReferenceType.EXTERNAL_SHIPMENT) for tree in found]

    assert [listed(most) for most in (1, 2, 4)] == [["c"], ["b", "c"], ["a", "b", "c"]]


def test_a_list_has_an_end(sqlite_store: Store) -> None:
    first = submit_form_task(filled(sqlite_store), FIRMS_SYSTEM, shipment())

    def add(ledger: Ledger) -> None:
        number = ledger.next_number("receipt", 5000)
        for place in range(5000):
            copy = replace(first, id=number + place, references=(), children=(), sender=None, element=None)
            ledger.forms.add_receipt(
                replace(copy, reference=None, changed=first.changed + timedelta(seconds=place + 1))
            )

    sqlite_store.write(add)
    found = list_receipts(sqlite_store, FIRMS_SYSTEM, ReceiptType.FORM_TASK, None, None)
    assert (len(found), first.id in {tree.id for tree in found}) == (5000, False)


def test_an_update_puts_the_old_text_on_top_of_the_history(timed: Store, clock: _Clock) -> None:
    tree = submit_form_task(timed, FIRMS_SYSTEM, shipment())
    clock.now += timedelta(hours=1)
    own = ReceiptReference(ReferenceType.RECEIVERS, "mottatt-1")
    child = ReceiptUpdate(tree.children[0].id, None, ReceiptStatus.OK, "Skjemaet er lest")
    update = ReceiptUpdate(tree.id, None, ReceiptStatus.OK, "Hentet", (own,), (child,))
    updated = update_receipt(timed, FIRMS_SYSTEM, update)
    assert updated.text == "Receipt updated by EndUserSystem: 4711. Hentet"
    assert updated.history == f"{tree.text}\n{tree.history}"
    assert (updated.changed, own in updated.references) == (clock.now, True)
    assert updated.children[0].text == "Receipt updated by EndUserSystem: 4711. Skjemaet er lest"
    by_archive = ReceiptUpdate(None, tree.value_of(ReferenceType.ARCHIVE), ReceiptStatus.REJECTED, "Feil")
    assert update_receipt(timed, FIRMS_SYSTEM, by_archive).status is ReceiptStatus.REJECTED


BAD_UPDATES = {
    "both names": {"archive_reference": "AR1"},
    "neither name": {"receipt": None},
    "no text": {"text": " "},
    "no status": {"status": ReceiptStatus.NOT_SET},
    "an owner": {"references": _reference(ReferenceType.OWNER_PARTY, "310000302")},
    "a reference of no type": {"references": _reference(ReferenceType.NOT_SET, "x")},
}


@pytest.mark.parametrize("changes", BAD_UPDATES.values(), ids=BAD_UPDATES)
def test_bad_updates_change_nothing(world: Store, changes: dict[str, object]) -> None:
    tree = submit_form_task(world, FIRMS_SYSTEM, shipment())
    good = ReceiptUpdate(tree.id, None, ReceiptStatus.OK, "Hentet")
    with pytest.raises(GatewayError) as refused:
        update_receipt(world, FIRMS_SYSTEM, replace(good, **changes))  # type: ignore[arg-type]
    assert refused.value.code is ErrorCode.INVALID_RECEIPT_UPDATE
    assert find_receipt(world, FIRMS_SYSTEM, tree.id, ()) == tree


def test_nobody_updates_what_is_not_theirs_or_not_there(world: Store) -> None:
    tree = submit_form_task(world, FIRMS_SYSTEM, shipment())
    with pytest.raises(GatewayError) as refused:
        update_receipt(world, STRANGERS_SYSTEM, ReceiptUpdate(tree.id, None, ReceiptStatus.OK, "Hentet"))
    assert refused.value.code is ErrorCode.INVALID_RECEIPT_UPDATE
    with pytest.raises(NotFound):
        update_receipt(world, FIRMS_SYSTEM, ReceiptUpdate(1, None, ReceiptStatus.OK, "Hentet"))
