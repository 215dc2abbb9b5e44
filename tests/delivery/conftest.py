"""The world of the delivery's tests, opened on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import Store
from tests.delivery.world import Clock, Outside, facts


@pytest.fixture
def clock() -> Clock:
    """The clock of the store, which stands until a test moves it."""
    return Clock()


@pytest.fixture
def world(sqlite_url: str, clock: Clock) -> Iterator[Store]:
    """A store with the world in it, for what does not depend on the engine."""
    yield from _opened(sqlite_url, clock)


@pytest.fixture
def each_world(database_url: str, clock: Clock) -> Iterator[Store]:
    """A store with the world in it, on each engine in turn."""
    yield from _opened(database_url, clock)


@pytest.fixture
def outside() -> Iterator[Outside]:
    """The token issuer and the service owner."""
    made = Outside()
    with made.http:
        yield made


def _opened(url: str, clock: Clock) -> Iterator[Store]:
    opened = Store(url, clock=clock)
    opened.import_facts("tests", facts())
    yield opened
    opened.close()
