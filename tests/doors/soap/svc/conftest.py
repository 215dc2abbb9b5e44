"""The world of messages, on SQLite: what these doors say does not depend on the engine."""

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
def messages(sqlite_url: str, clock: Clock) -> Iterator[Store]:
    """The store."""
    opened = Store(sqlite_url, clock=clock)
    try:
        opened.import_facts("test", world())
        register_service_owner(opened, OPERATOR, OWNER)
        yield opened
    finally:
        opened.close()
