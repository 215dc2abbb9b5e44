"""A database of the first release is brought to the present schema with everything that was handed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from core import Caller, CallerKind, Store, batch_receipt, check_schema, upgrade_schema
from core.store import schema
from tests.postgres import PostgresServer
from tests.small_world import FIRM, SYSTEM

_ROWS = (
    "INSERT INTO enterprise_system (id, owner, name, secret, state) VALUES (4711, '{firm}', 'Lønn', 'x', 'active')",
    (
        "INSERT INTO submission (id, enterprise_system, batch_id, received, authorised_at, schema_version, "
        "receipt_type) VALUES ('s1', 4711, 'b1', '2026-01-01 10:00:00', 1, '1.1', 'OnDemand'), "
        "('s2', 4712, 'b1', '2026-01-01 10:00:00', 1, '1.1', 'OnDemand')"
    ),
    (
        "INSERT INTO data_unit (submission, position, participant, reference, form, completed, locked, reason, "
        "content, workflow_reference) "
        "VALUES ('s1', 0, '310000302', 'r1', 'asmx:212/4348', 0, 0, 'own-party', 'c1', 'WF-1')"
    ),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def first_release(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database at the first release's schema, with rows in it, on each engine in turn."""
    if request.param == "sqlite":
        yield _filled(f"sqlite:///{tmp_path}/old.db")
        return
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    name = server.create_database()
    yield _filled(server.url(name))
    server.drop_database(name)


def _filled(url: str) -> str:
    with schema._connected(url) as connection:
        command.upgrade(schema._config(connection), "0001")
    with schema._connected(url) as connection:
        for row in _ROWS:
            connection.execute(text(row.format(firm=FIRM)))
    return url


def test_what_was_handed_in_stays(first_release: str) -> None:
    upgrade_schema(first_release)
    assert check_schema(first_release) == ()
    store = Store(first_release)
    receipt = batch_receipt(store, Caller(CallerKind.ENTERPRISE_SYSTEM, party=FIRM, enterprise_system=SYSTEM), "b1")
    assert [(unit.reference, unit.workflow_reference) for unit in receipt.units] == [("r1", "WF-1")]
    for system, owner in ((4711, FIRM), (4712, "")):
        row = store.read(lambda ledger, number=system: ledger.submission(number, "b1"))
        assert (row.sender, row.channel, row.owner) == (f"enterprise-system:{system}", "batch", owner)
    store.close()


def test_the_way_back_keeps_the_batches(first_release: str) -> None:
    upgrade_schema(first_release)
    with schema._connected(first_release) as connection:
        command.downgrade(schema._config(connection), "0001")
    with schema._connected(first_release) as connection:
        kept = connection.execute(text("SELECT id, enterprise_system FROM submission ORDER BY id")).all()
    assert [tuple(row) for row in kept] == [("s1", 4711), ("s2", 4712)]
