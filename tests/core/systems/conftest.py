"""The fixture of these tests: the small world in a fresh database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.systems.world import House, build_house, open_house


@pytest.fixture(scope="session")
def house_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that holds the world, for copying."""
    path = tmp_path_factory.mktemp("house") / "house.db"
    shutil.copy(sqlite_template, path)
    build_house(f"sqlite:///{path}").store.close()
    return path


@pytest.fixture
def house_url(house_template: Path, tmp_path: Path) -> str:
    """The URL of the test's own copy of the world."""
    path = tmp_path / "house.db"
    shutil.copy(house_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def house(house_url: str) -> Iterator[House]:
    """The world with one registered system."""
    opened = open_house(house_url)
    yield opened
    opened.store.close()
