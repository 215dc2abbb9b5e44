"""The world of messages, on SQLite: what these doors say does not depend on the engine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import OPERATOR, Store, register_service_owner
from tests.core.messages.world import OWNER, Clock, world
from tests.doors.soap.svc.binding_world import Bindings, Certificates, made_certificates, served_bindings


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


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    """Certificates, made once."""
    return made_certificates()


@pytest.fixture(scope="module")
def bindings(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, certificates: Certificates
) -> Iterator[Bindings]:
    """The world of submissions, served to clients of every binding; one for all tests of a module."""
    path = tmp_path_factory.mktemp("bindings") / "brobygger.db"
    shutil.copy(sqlite_template, path)
    with served_bindings(f"sqlite:///{path}", certificates) as found:
        yield found
