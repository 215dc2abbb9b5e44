"""The store of these tests, on each engine in turn."""

from __future__ import annotations

import pytest

from core import Store
from tests.core.forms.world import filled


@pytest.fixture
def world(store: Store) -> Store:
    """A store with the world of these tests."""
    return filled(store)
