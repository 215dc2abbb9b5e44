"""Stores that hold the firm already: its facts are read in once for each run."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import Store
from tests.migration.apply.world import filled


@pytest.fixture(scope="session")
def firm_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the firm in it, for copying."""
    path = tmp_path_factory.mktemp("firm") / "firm.db"
    shutil.copy(sqlite_template, path)
    store = Store(f"sqlite:///{path}")
    try:
        filled(store)
    finally:
        store.close()
    return path


@pytest.fixture
def firm_url(firm_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh SQLite database with the firm in it."""
    path = tmp_path / "firm.db"
    shutil.copy(firm_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def firm(firm_url: str) -> Iterator[Store]:
    """An opened store on a fresh SQLite database with the firm in it."""
    store = Store(firm_url)
    try:
        yield store
    finally:
        store.close()
