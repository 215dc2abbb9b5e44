"""Bringing a database to the present schema, and telling whether it is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from core.errors import ErrorCode, Unavailable
from core.store import (  # noqa: F401 - registers its tables
    tables_authority,
    tables_broker,
    tables_census,
    tables_contents,
    tables_delivery,
    tables_dialogs,
    tables_feed,
    tables_forms,
    tables_logons,
    tables_messages,
    tables_moves,
    tables_register,
    tables_tokens,
)
from core.store.engines import normal_url, open_engine
from core.store.register_ledger import put_older_users_in_order
from core.store.tables import metadata


def upgrade_schema(url: str) -> str:
    """Bring the database at ``url`` to the newest schema; returns its revision. Raises Unavailable."""
    newest = newest_revision()
    with _connected(url) as connection:
        if MigrationContext.configure(connection).get_current_revision() != newest:
            command.upgrade(_config(connection), "head")
            put_older_users_in_order(connection)
    return newest


def check_schema(url: str) -> tuple[str, ...]:
    """Everything that keeps the database at ``url`` from serving: empty where nothing does. Raises Unavailable.

    Compares every table; to know only whether the database is of this version, ask `outdated_schema`.
    """
    outdated = outdated_schema(url)
    if outdated is not None:
        return (outdated,)
    with _connected(url) as connection:
        context = MigrationContext.configure(connection)
        return tuple(f"the schema differs: {difference}" for difference in compare_metadata(context, metadata))


def outdated_schema(url: str) -> str | None:
    """Why the database at ``url`` is not of this version, or None where it is. Raises Unavailable."""
    with _connected(url) as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    newest = newest_revision()
    if present == newest:
        return None
    return f"the schema is at revision {present or 'none'}, not {newest}: run `brobygger db upgrade`"


def newest_revision() -> str:
    """The revision this code was written for."""
    return ScriptDirectory.from_config(_config(None)).get_current_head() or ""


def write_revision(url: str, revision: str, message: str) -> None:
    """Write the next migration from the difference between the database and the tables (for developers)."""
    with _connected(url) as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=revision)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = open_engine(normal_url(url), writing=True)
    try:
        with engine.connect() as connection, _unreferenced(connection), connection.begin():
            yield connection
            _check_references(connection)
    except SQLAlchemyError as error:
        raise Unavailable(
            ErrorCode.STORE_UNAVAILABLE, f"the database could not be opened: {type(error).__name__}"
        ) from error
    finally:
        engine.dispose()


@contextmanager
def _unreferenced(connection: Connection) -> Iterator[None]:
    """Let a migration make a table of SQLite anew while others point at it. No switch works inside a transaction."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        stray = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if stray is not None:
            raise Unavailable(
                ErrorCode.STORE_UNAVAILABLE, f"rows of `{stray[0]}` point at nothing; nothing was changed"
            )


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
