"""Races that must come out one way only: writers, readers, revocations and submissions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest

from core import (
    Batch,
    BatchStatus,
    Caller,
    CallerKind,
    DataUnit,
    RoleGrant,
    Snapshot,
    Store,
    UnitStatus,
    Written,
    batch_receipt,
    put,
    remove,
    submit_batch,
)
from tests.small_world import FIRM, FORM, GIVER, GRANT, STRANGER, SYSTEM, small_world

CALLER = Caller(CallerKind.ENTERPRISE_SYSTEM, party=FIRM, enterprise_system=SYSTEM)
_PATIENCE = 20


def _batch(batch_id: str) -> Batch:
    unit = DataUnit("310000302", f"{batch_id}-1", None, FORM, False, False, "<Skjema/>")
    return Batch(batch_id, SYSTEM, "1.1", "OnDemand", None, (unit,))


def _grant(name: str) -> RoleGrant:
    return replace(GRANT, id=name, reportee=STRANGER)


class _Paused:
    """A command that waits, inside its transaction, until it is let go."""

    def __init__(self, command: Callable[[Snapshot], Written[int]]) -> None:
        self.entered = threading.Event()
        self.let_go = threading.Event()
        self._command = command

    def __call__(self, snapshot: Snapshot) -> Written[int]:
        self.entered.set()
        assert self.let_go.wait(_PATIENCE)
        return self._command(snapshot)


def _give(name: str) -> Callable[[Snapshot], Written[int]]:
    return lambda snapshot: Written((put(_grant(name)),), snapshot.sequence)


def test_commit_order_is_sequence_order_with_the_first_writer_paused_before_its_commit(
    store: Store, database_url: str
) -> None:
    store.import_facts("tests", small_world())
    start = store.snapshot().sequence
    other, watcher = Store(database_url), Store(database_url)
    first = _Paused(_give("first"))
    with ThreadPoolExecutor(2) as pool:
        held = pool.submit(store.change, "first", first)
        assert first.entered.wait(_PATIENCE)
        waiting: Future[int] = pool.submit(other.change, "second", _give("second"))
        # The second writer cannot be numbered, let alone committed, while the first holds the counter.
        assert watcher.snapshot().sequence == start
        assert not waiting.done()
        first.let_go.set()
        assert held.result(_PATIENCE) == start
        assert waiting.result(_PATIENCE) == start + 1, "the second command ran on what the first had written"
    assert [change.by for change in watcher.changes_since(start)] == ["first", "second"]
    assert watcher.snapshot().sequence == start + 2
    other.close()
    watcher.close()


def test_a_reader_that_saw_a_number_has_seen_all_before_it(store: Store, database_url: str) -> None:
    store.import_facts("tests", small_world())
    start = store.snapshot().sequence
    stores = [Store(database_url) for _ in range(3)]
    done = threading.Event()
    seen: list[tuple[int, int]] = []

    def watch() -> None:
        reader = Store(database_url)
        while not done.is_set():
            snapshot = reader.snapshot()
            file = snapshot.files.get(STRANGER)
            assert file is not None
            seen.append((snapshot.sequence - start, len(file.own)))
        reader.close()

    watching = threading.Thread(target=watch)
    watching.start()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda n: stores[n % 3].change("w", _give(f"later-{n}")), range(30)))
    done.set()
    watching.join(_PATIENCE)
    assert seen
    assert all(numbered == held for numbered, held in seen), "a number was seen before the change that it numbers"
    for each in stores:
        each.close()


def test_a_revocation_between_authorise_and_commit_refuses_the_submission(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.import_facts("tests", small_world())
    other = Store(database_url)
    write = store.write
    arrived, revoked = threading.Event(), threading.Event()

    def late_write(work: Callable[..., object]) -> object:
        arrived.set()
        assert revoked.wait(_PATIENCE)
        return write(work)

    monkeypatch.setattr(store, "write", late_write)
    with ThreadPoolExecutor(1) as pool:
        submitting = pool.submit(submit_batch, store, CALLER, _batch("b1"))
        assert arrived.wait(_PATIENCE), "the batch was authorised"
        other.change("revoke", lambda _snapshot: Written((remove(GRANT),), None))
        revoked.set()
        receipt = submitting.result(_PATIENCE)
    assert receipt.status is BatchStatus.FAILED
    assert receipt.units[0].status is UnitStatus.NOT_AUTHORIZED
    assert receipt.units[0].reason == "missing-submission-role"
    assert batch_receipt(store, CALLER, "b1").status is BatchStatus.NOT_FOUND
    other.close()


def test_a_worker_that_has_not_asked_for_long_refuses_what_was_revoked_elsewhere(
    store: Store, database_url: str
) -> None:
    store.import_facts("tests", small_world())
    stale = Store(database_url)
    assert submit_batch(stale, CALLER, _batch("before")).status is BatchStatus.OK
    store.change("revoke", lambda _snapshot: Written((remove(GRANT),), None))
    assert submit_batch(stale, CALLER, _batch("after")).status is BatchStatus.FAILED
    stale.close()


def test_of_two_equal_batches_at_the_same_instant_one_is_taken(store: Store, database_url: str) -> None:
    store.import_facts("tests", small_world())
    other = Store(database_url)
    with ThreadPoolExecutor(8) as pool:
        receipts = list(
            pool.map(lambda n: submit_batch((store, other)[n % 2], CALLER, _batch("same")).status, range(8))
        )
    assert sorted(receipts) == [BatchStatus.ALREADY_EXISTS] * 7 + [BatchStatus.OK]
    assert store.read(lambda ledger: ledger.count_submissions()) == 1
    other.close()


def test_a_piece_of_work_that_fails_does_not_fail_those_it_shared_a_commit_with(store: Store) -> None:
    gate = threading.Event()

    def slow(_ledger: object) -> str:
        assert gate.wait(_PATIENCE)
        return "slow"

    def bad(_ledger: object) -> str:
        raise ValueError("bad")

    with ThreadPoolExecutor(6) as pool:
        leader = pool.submit(store.write, slow)
        group = store._group
        others = [pool.submit(store.write, lambda _ledger: "good") for _ in range(4)]
        failing = pool.submit(store.write, bad)
        while len(group._waiting) < 5 and not leader.done():
            threading.Event().wait(0.001)
        gate.set()
        assert leader.result(_PATIENCE) == "slow"
        assert [other.result(_PATIENCE) for other in others] == ["good"] * 4
        with pytest.raises(ValueError, match="bad"):
            failing.result(_PATIENCE)


def test_many_submissions_share_commits_and_each_is_there(store: Store) -> None:
    store.import_facts("tests", small_world())
    with ThreadPoolExecutor(16) as pool:
        receipts = list(pool.map(lambda n: submit_batch(store, CALLER, _batch(f"b{n}")), range(64)))
    assert all(receipt.status is BatchStatus.OK for receipt in receipts)
    for number in range(64):
        stored = batch_receipt(store, CALLER, f"b{number}")
        assert stored.status is BatchStatus.OK
        assert stored.units[0].reason == "submission-role"
    assert GIVER in (store.snapshot().reach.get(FIRM) or ())
