"""A store with the world of messages in it, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import OPERATOR, Store, register_service_owner
from tests.core.messages.world import OWNER, Clock, world


@pytest.fixture
def clock() -> Clock:
    """The store's clock."""
    return Clock()


@pytest.fixture
def messages(database_url: str, clock: Clock) -> Iterator[Store]:
    """The store."""
    opened = Store(database_url, clock=clock)
    try:
        opened.import_facts("test", world())
        register_service_owner(opened, OPERATOR, OWNER)
        yield opened
    finally:
        opened.close()
