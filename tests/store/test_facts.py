"""The store's contract for facts, on every database it runs on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import (
    KIND_OF,
    OPERATOR,
    Conflict,
    Edit,
    ErrorCode,
    Fact,
    Operation,
    Party,
    Snapshot,
    Store,
    Unavailable,
    Written,
    build_snapshot,
    key_of,
    put,
    remove,
)
from tests.postgres import PostgresServer
from tests.small_world import FIRM, GIVER, GRANT, small_world


def _writing(*edits: Edit) -> Written[None]:
    return Written(edits, None)


def _filled(store: Store) -> Store:
    store.import_facts(OPERATOR.name, small_world())
    return store


def test_what_is_put_is_in_the_snapshot_at_once_and_numbered(store: Store) -> None:
    facts = small_world()
    assert store.import_facts("tests", facts) == len(facts)
    snapshot = store.snapshot()
    assert snapshot.sequence == len(facts)
    assert snapshot == build_snapshot(facts, sequence=len(facts), terms=snapshot.terms)


def test_the_snapshot_after_single_changes_equals_the_one_loaded_anew(store: Store, database_url: str) -> None:
    for fact in small_world():
        store.change("tests", lambda _snapshot, fact=fact: _writing(put(fact)))
    store.change("tests", lambda _snapshot: _writing(remove(GRANT)))
    again = Store(database_url)
    assert again.snapshot() == store.snapshot()
    assert again.snapshot().sequence == len(small_world()) + 1
    again.close()


def test_another_store_sees_a_change_with_its_next_question(store: Store, database_url: str) -> None:
    other = Store(database_url)
    _filled(store)
    assert other.snapshot() == store.snapshot()
    store.change("tests", lambda _snapshot: _writing(remove(GRANT)))
    file = other.snapshot().files.get(GIVER)
    assert file is not None
    assert FIRM not in file.receivers
    other.close()


def test_a_reader_keeps_the_snapshot_it_started_with(store: Store) -> None:
    before = _filled(store).snapshot()
    store.change("tests", lambda _snapshot: _writing(remove(GRANT)))
    file = before.files.get(GIVER)
    assert file is not None
    assert FIRM in file.receivers


def test_changes_are_told_in_order_with_who_made_them(store: Store) -> None:
    _filled(store)
    store.change("person:somebody", lambda _snapshot: _writing(remove(GRANT)))
    changes = store.changes_since(len(small_world()) - 1)
    assert [(each.operation, each.fact) for each in changes] == [(Operation.PUT, GRANT), (Operation.REMOVE, GRANT)]
    assert changes[-1].by == "person:somebody"
    assert store.changes_since(0, limit=3) == store.changes_since(0)[:3]


def test_a_put_replaces_the_fact_with_the_same_key(store: Store) -> None:
    _filled(store)
    firm = store.snapshot().party(FIRM)
    assert isinstance(firm, Party)
    renamed = replace(firm, name="Nytt Navn AS", number="310000809")
    store.change("tests", lambda _snapshot: _writing(put(renamed)))
    snapshot = store.snapshot()
    assert snapshot.party_numbered("310000809") == renamed
    assert snapshot.party_numbered("310000205") is None
    assert store.find("party", FIRM) == renamed


def test_a_command_that_raises_writes_nothing(store: Store) -> None:
    _filled(store)
    before = store.snapshot()

    def command(_snapshot: Snapshot) -> Written[None]:
        raise Conflict(ErrorCode.FACT_EXISTS, "no")

    with pytest.raises(Conflict):
        store.change("tests", command)
    assert store.snapshot() is before


def test_every_fact_is_found_by_its_key_and_listed(store: Store) -> None:
    _filled(store)
    listed = list(store.facts())
    assert {(type(fact), key_of(fact)) for fact in listed} == {(type(fact), key_of(fact)) for fact in small_world()}
    for fact in small_world():
        found: Fact | None = store.find(KIND_OF[type(fact)].name, *key_of(fact))
        assert found == fact


def test_a_store_that_lost_its_database_does_not_answer_from_the_past(
    postgresql_server: PostgresServer, postgresql_template: str
) -> None:
    name = postgresql_server.create_database(template=postgresql_template)
    store = _filled(Store(postgresql_server.url(name)))
    assert store.snapshot().sequence > 0
    postgresql_server.drop_database(name)
    with pytest.raises(Unavailable):
        store.snapshot()
    with pytest.raises(Unavailable):
        store.change("tests", lambda _snapshot: _writing(remove(GRANT)))
    store.close()
