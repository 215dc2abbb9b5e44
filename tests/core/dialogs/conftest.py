"""A store with the world of post in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import Store
from tests.core.dialogs.world import Clock, world


@pytest.fixture
def clock() -> Clock:
    """The store's clock."""
    return Clock()


@pytest.fixture
def post(database_url: str, clock: Clock) -> Iterator[Store]:
    """The store, on each engine in turn."""
    opened = Store(database_url, clock=clock)
    try:
        opened.import_facts("test", world())
        yield opened
    finally:
        opened.close()
