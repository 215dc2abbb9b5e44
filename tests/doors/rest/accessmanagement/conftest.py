"""A door before a world with clients of several kinds, and the calls of this room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.rest.accessmanagement.people import Clients
from tests.doors.rest.conftest import running

WORLD = Path(__file__).parent / "clients.json"


@pytest.fixture
def clients(sqlite_url: str) -> Iterator[Clients]:
    """A door for one test, and everybody who calls it."""
    with running(sqlite_url, WORLD) as opened:
        yield Clients(opened)


@pytest.fixture
def strict(sqlite_url: str) -> Iterator[Clients]:
    """The same, saying nothing that the platform does not say."""
    with running(sqlite_url, WORLD, strict=True) as opened:
        yield Clients(opened)


@pytest.fixture(scope="module")
def still(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """A door for the tests of one module that change nothing that others see."""
    path = tmp_path_factory.mktemp("clients") / "brobygger.db"
    path.write_bytes(sqlite_template.read_bytes())
    with running(f"sqlite:///{path}", WORLD) as opened:
        yield Clients(opened)
