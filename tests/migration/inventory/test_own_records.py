"""The inventory of a store: all its facts, and what was handed in through it counted by system, reportee and right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core import (
    OPERATOR,
    Batch,
    BatchStatus,
    Caller,
    CallerKind,
    DataUnit,
    Edit,
    EnterpriseSystem,
    Party,
    PartyId,
    PartyKind,
    Prefill,
    PrefilledForm,
    Right,
    Shipment,
    ShipmentForm,
    Store,
    Written,
    put,
    register_service_owner,
    remove,
    start_prefilled,
    submission_use,
    submit_batch,
    submit_form_task,
)
from legacy_mappings.inventory import Observed, Use, inventory_of_store
from tests.core.forms.world import PLAIN, forms_world
from tests.core.messages import world as messages
from tests.small_world import FIRM, FORM, GIVER, SYSTEM

CALLER = Caller(CallerKind.ENTERPRISE_SYSTEM, party=FIRM, enterprise_system=SYSTEM)
BEGUN = datetime(2026, 3, 1, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = BEGUN

    def __call__(self) -> datetime:
        return self.now


def _filled(url: str, clock: Clock) -> Store:
    store = Store(url, clock=clock)
    store.import_facts("tests", forms_world())
    return store


def _hand_in(store: Store, batch_id: str, *participants: str) -> None:
    units = tuple(
        DataUnit(number, f"r{place}", None, FORM, completed=False, locked=False, body="<Skjema/>")
        for place, number in enumerate(participants)
    )
    batch = Batch(batch_id, SYSTEM, "1.1", "OnDemand", None, units)
    assert submit_batch(store, CALLER, batch).status is BatchStatus.OK


def _ship(store: Store, reference: str) -> None:
    form = ShipmentForm("999", 12345, f"{reference}-H", "", completed=False, data="<Skjema/>")
    assert submit_form_task(store, CALLER, Shipment("310000302", reference, "1234", 140113, (form,)))


def _write(store: Store, *edits: Edit) -> None:
    store.change("tests", lambda _snapshot: Written(edits, None))


def test_units_and_shipments_are_counted_by_system_reportee_and_right(database_url: str) -> None:
    clock = Clock()
    store = _filled(database_url, clock)
    _hand_in(store, "b1", "310000302", "310000205", "310000302")
    clock.now += timedelta(days=30)
    _hand_in(store, "b2", "310000302")
    _ship(store, "S-1")
    later = clock.now
    found = inventory_of_store(store, at=later + timedelta(days=1))
    assert found.uses == (
        Use(SYSTEM, FIRM, Right(FORM, "write"), 1, BEGUN),
        Use(SYSTEM, GIVER, Right(FORM, "write"), 3, later),
        Use(SYSTEM, GIVER, Right(PLAIN, "write"), 1, later),
    )
    assert found.observed == (Observed("own records", BEGUN, later + timedelta(days=1), None),)
    assert found.reconciles
    assert found.bad_rows == ()
    assert {count.what: count.taken for count in found.counts} == {
        "enterprise_system": 1, "party": 5, "register_role": 2, "role_grant": 4, "usage": 3,
    }  # fmt: skip
    assert found.snapshot.sequence == store.snapshot().sequence
    store.close()


def test_a_store_that_nothing_was_handed_in_to_has_observed_nothing(sqlite_store: Store) -> None:
    sqlite_store.import_facts("tests", forms_world())
    found = inventory_of_store(sqlite_store, at=BEGUN)
    assert (found.uses, found.observed, found.declared) == ((), (), {})
    assert found.reconciles


def test_use_after_the_moment_asked_about_is_not_known_yet(sqlite_url: str) -> None:
    clock = Clock()
    store = _filled(sqlite_url, clock)
    _hand_in(store, "b1", "310000302")
    assert inventory_of_store(store, at=BEGUN - timedelta(seconds=1)).uses == ()
    assert len(inventory_of_store(store, at=BEGUN).uses) == 1
    store.close()


def test_use_for_a_number_or_by_a_system_that_is_gone_is_kept_as_a_bad_row_that_says_what_to_do(
    sqlite_url: str,
) -> None:
    store = _filled(sqlite_url, Clock())
    owner = Party(PartyId("00000000-0000-4000-8000-0000000000f1"), PartyKind.PERSON, "01817010217", "Ola Prøvesen", 9)
    theirs = EnterpriseSystem(99, owner.id, "Hjemmelaget", "no password opens this")
    _write(store, put(owner), put(theirs))
    batch = Batch(
        "p1", 99, "1.1", "OnDemand", None,
        (DataUnit(owner.number, "r1", None, FORM, completed=False, locked=False, body="<Skjema/>"),),
    )  # fmt: skip
    caller = Caller(CallerKind.ENTERPRISE_SYSTEM, party=owner.id, enterprise_system=99)
    assert submit_batch(store, caller, batch).status is BatchStatus.OK
    _write(store, put(replace(owner, number="01817010306")))
    found = inventory_of_store(store, at=BEGUN)
    assert found.uses == ()
    assert found.reconciles
    (bad,) = found.bad_rows
    assert bad.reason.startswith("No party has this number any more. Enter the party")
    assert bad.text == "system 99, reportee 018170*****, asmx:212/4348 write: 1 times"
    assert "01817010217" not in repr(submission_use(store))
    _write(store, put(owner), remove(theirs))
    (gone,) = inventory_of_store(store, at=BEGUN).bad_rows
    assert gone.reason.startswith("The enterprise system is not registered any more")
    store.close()


def test_what_a_service_owner_filled_in_beforehand_is_no_use(sqlite_url: str) -> None:
    clock = messages.Clock()
    store = Store(sqlite_url, clock=clock)
    store.import_facts("tests", messages.world())
    register_service_owner(store, OPERATOR, messages.OWNER)
    form = PrefilledForm("212", 4348, "H", "<Skjema/>")
    prefill = Prefill(messages.SERVICE, messages.CLIENT, "P-1", "S-1", (form,), (), ("2026",), "kode")
    assert start_prefilled(store, messages.SENDER, (prefill,))
    assert store.read(lambda ledger: ledger.count_submissions()) == 1
    assert submission_use(store) == ()
    store.close()
