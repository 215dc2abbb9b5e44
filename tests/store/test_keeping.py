"""Going back to what was kept: facts, ledger, numbers and memory are as they were, and the store goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from core import OPERATOR, ErrorCode, Store, Unavailable, put, revoke_token, token_state
from core.store.store import Written
from tests.small_world import GIVER, GRANT, small_world

ANOTHER = replace(GRANT, id="grant-2")


@pytest.fixture
def embedded(sqlite_url: str) -> Iterator[Store]:
    store = Store(sqlite_url)
    yield store
    store.close()


class Memory:
    """What a command might keep between calls."""

    def __init__(self) -> None:
        self.known: set[str] = set()


def test_facts_numbers_and_memory_are_as_they_were(embedded: Store) -> None:
    embedded.import_facts("test", small_world())
    kept = embedded.keep()
    before = embedded.snapshot()
    embedded.companion(Memory).known.add("something")
    embedded.change("test", lambda _: Written((put(ANOTHER),), None))
    assert embedded.snapshot().sequence == before.sequence + 1

    embedded.return_to(kept)

    assert embedded.snapshot() is before
    assert embedded.changes_since(before.sequence) == ()
    assert embedded.companion(Memory).known == set()
    embedded.change("test", lambda _: Written((put(ANOTHER),), None))
    assert [each.sequence for each in embedded.changes_since(before.sequence)] == [before.sequence + 1]
    assert [each.id for each in embedded.snapshot().grounds(GIVER)] == ["register-1", GRANT.id, ANOTHER.id]


def test_the_ledger_is_as_it_was(embedded: Store) -> None:
    kept = embedded.keep()
    embedded.write(lambda ledger: ledger.next_number("receipt"))
    after = embedded.write(lambda ledger: ledger.next_number("receipt"))
    embedded.return_to(kept)
    embedded.return_to(kept)
    embedded.write(lambda ledger: ledger.next_number("receipt"))
    assert embedded.write(lambda ledger: ledger.next_number("receipt")) == after


def test_tokens_that_were_taken_back_since_are_good_again_and_can_be_taken_back_anew(embedded: Store) -> None:
    kept = embedded.keep()
    for jti in ("first", "second"):
        revoke_token(embedded, OPERATOR, "issuer", jti, embedded.clock() + timedelta(hours=1))
        assert token_state(embedded).revoked == {("issuer", jti)}
        embedded.return_to(kept)
        assert token_state(embedded).revoked == frozenset()


def test_what_readers_see_goes_back_as_well(embedded: Store) -> None:
    embedded.import_facts("test", small_world())
    kept = embedded.keep()
    embedded.change("test", lambda _: Written((put(ANOTHER),), None))
    assert embedded.find("role_grant", ANOTHER.id) is not None
    embedded.return_to(kept)
    assert embedded.find("role_grant", ANOTHER.id) is None


def test_a_server_cannot_be_kept(postgresql_url: str) -> None:
    store = Store(postgresql_url)
    try:
        with pytest.raises(Unavailable) as refused:
            store.keep()
        assert refused.value.code is ErrorCode.STORE_UNAVAILABLE
    finally:
        store.close()
