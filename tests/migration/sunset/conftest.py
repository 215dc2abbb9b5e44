"""The small world of the old front door, with its clock in a year of the sunset, and what the census holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core import Store
from tests.doors.soap.asmx_client import Client
from tests.doors.soap.conftest import Clock, password_hash, served, world

__all__ = ["password_hash", "world"]

NOW = datetime(2027, 3, 9, 9, 15, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    """The store's clock."""
    return Clock(NOW)


@pytest.fixture
def door(world: Store) -> Iterator[Client]:
    """A client of the old front door."""
    with served(world) as client:
        yield client
