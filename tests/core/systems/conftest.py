"""The fixture of these tests: the small world in a fresh database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.systems.world import House, open_house


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    """The world with one registered system."""
    opened = open_house(sqlite_url)
    yield opened
    opened.store.close()
