"""What every test may ask for: a fresh database on each engine and an opened store; and the house rules of the run.

REQUIRE_REAL_COMPONENTS=1 makes every skip a failure: where all real components are meant to be there
(continuous integration), one that is missing must not pass unseen.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from core import Store
    from tests.postgres import FreshDatabases, PostgresServer

REQUIRE = "REQUIRE_REAL_COMPONENTS"


def pytest_configure(config: pytest.Config) -> None:
    """Give hypothesis its profiles: no deadline anywhere, and the same examples every time in CI."""
    from hypothesis import settings

    # A run that is asked to end (by `timeout`, say) still stops the servers that it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings.register_profile("local", deadline=None)
    settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
    settings.load_profile("ci" if os.environ.get("CI") else "local")
    if (config.rootpath / "tests" / "reached.py").is_file():
        from tests.reached import Gatherer

        config.pluginmanager.register(Gatherer(config), "reached")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into its failure where real components are required."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _allow_no_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into its failure where real components are required."""
    report = yield
    _allow_no_skip(report)
    return report


def _allow_no_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get(REQUIRE) == "1" and report.outcome == "skipped":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{REQUIRE}=1 allows no skip, but: {reason}"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    """One PostgreSQL server for the whole session; skips loudly where none can be started."""
    from tests.postgres import NoPostgresError, places_of_postgres, running_server

    try:
        yield from running_server(places_of_postgres())
    except NoPostgresError as error:
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {error}")


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgresServer) -> str:
    """The name of a database with the newest schema, for copying."""
    from core import upgrade_schema

    name = postgresql_server.create_database()
    upgrade_schema(postgresql_server.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the newest schema, for copying."""
    from core import upgrade_schema

    path = tmp_path_factory.mktemp("template") / "brobygger.db"
    upgrade_schema(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh SQLite database with the newest schema, in the test's own directory."""
    path = tmp_path / "brobygger.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgresql_databases(postgresql_server: PostgresServer, postgresql_template: str) -> FreshDatabases:
    """PostgreSQL databases with the newest schema and nothing in them."""
    from tests.postgres import FreshDatabases

    return FreshDatabases(postgresql_server, postgresql_template)


@pytest.fixture
def postgresql_url(postgresql_server: PostgresServer, postgresql_databases: FreshDatabases) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with the newest schema; cleared after the test."""
    name = postgresql_databases.take()
    yield postgresql_server.url(name)
    postgresql_databases.give_back(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database with the newest schema, on each engine in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An opened store on a fresh database, on each engine in turn."""
    with _opened(database_url) as opened:
        yield opened


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """An opened store on a fresh SQLite database, for what does not depend on the engine."""
    with _opened(sqlite_url) as opened:
        yield opened


@contextmanager
def _opened(url: str) -> Iterator[Store]:
    from core import Store

    opened = Store(url)
    try:
        yield opened
    finally:
        opened.close()
