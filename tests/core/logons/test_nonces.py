"""A nonce is good once, in whichever process, until it has expired."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from core import Store, nonce_is_used, use_nonce
from tests.core.logons.conftest import MovedClock


@pytest.fixture
def empty(database_url: str, clock: MovedClock) -> Iterator[Store]:
    """A store with nothing in it."""
    store = Store(database_url, clock=clock)
    yield store
    store.close()


def test_a_nonce_is_good_once(empty: Store, clock: MovedClock) -> None:
    expires = clock.now + timedelta(minutes=5)
    assert not nonce_is_used(empty, "a")
    assert use_nonce(empty, "a", expires)
    assert not use_nonce(empty, "a", expires)
    assert use_nonce(empty, "b", expires)
    assert nonce_is_used(empty, "a")


def test_it_is_forgotten_when_it_has_expired(empty: Store, clock: MovedClock) -> None:
    use_nonce(empty, "a", clock.now + timedelta(minutes=5))
    clock.move(minutes=5)
    assert nonce_is_used(empty, "a")
    clock.move(seconds=1)
    assert not nonce_is_used(empty, "a")
    assert use_nonce(empty, "a", clock.now + timedelta(minutes=5))


def test_of_many_at_once_one_has_it(empty: Store, database_url: str, clock: MovedClock) -> None:
    other = Store(database_url, clock=clock)
    expires = clock.now + timedelta(minutes=5)
    had: list[bool] = []
    threads = [
        threading.Thread(target=lambda store=store: had.append(use_nonce(store, "a", expires)))
        for store in (empty, other)
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(had) == [False] * 7 + [True]
    other.close()
