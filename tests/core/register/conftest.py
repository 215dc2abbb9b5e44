"""The fixture of these tests: the small world of the systems' tests, in a fresh database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.systems.world import House, build_house


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    """The world with one registered system."""
    opened = build_house(sqlite_url)
    yield opened
    opened.store.close()
