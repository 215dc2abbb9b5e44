"""The door with the policy that says who may see a party's system users."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.doors.rest.authentication.register import OVERVIEW
from tests.doors.rest.conftest import House, running


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    """A door for one test."""
    with running(sqlite_url, OVERVIEW) as opened:
        yield opened
