"""The store of the reading tests: one engine, for what is asked here does not depend on it."""

from __future__ import annotations

import pytest

from core import Store
from tests.core.forms.world import filled


@pytest.fixture
def world(sqlite_store: Store) -> Store:
    """A store with the world of the forms."""
    return filled(sqlite_store)
