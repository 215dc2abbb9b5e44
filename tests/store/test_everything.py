"""One world with every kind of fact, through the store, the change log, the document and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core import (
    FACT_KINDS,
    OPERATOR,
    Authority,
    Operation,
    Question,
    Right,
    ServiceId,
    Store,
    Subject,
    SubjectKind,
    authorise_submission,
    decide,
    export_world,
    form_id,
    form_schema,
    import_world,
    outdated_schema,
)
from tests.worlds import CASES

WORLD = CASES / "worlds" / "everything.json"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AGENT, OWN = "000000b0-0000-4000-8000-000000000001", "000000b1-0000-4000-8000-000000000001"
ORG, CLIENT = "000000a0-0000-4000-8000-000000000001", "000000a3-0000-4000-8000-000000000001"


@pytest.fixture
def everything() -> dict[str, Any]:
    """The world document."""
    read: dict[str, Any] = json.loads(WORLD.read_text(encoding="utf-8"))
    return read


@pytest.fixture
def filled(store: Store, everything: dict[str, Any]) -> Store:
    """A store with that world."""
    import_world(store, OPERATOR, everything)
    return store


def test_the_world_has_every_kind_of_fact(everything: dict[str, Any]) -> None:
    assert set(everything["facts"]) == {kind.name for kind in FACT_KINDS}


def test_it_comes_out_as_it_went_in(filled: Store, everything: dict[str, Any]) -> None:
    exported = export_world(filled)
    assert exported["form_schemas"] == everything["form_schemas"]
    for name, rows in everything["facts"].items():
        without_none = [json.dumps(row, sort_keys=True) for row in rows]
        assert sorted(json.dumps(row, sort_keys=True) for row in exported["facts"][name]) == sorted(without_none)
    assert form_schema(filled, 212, 4348) == everything["form_schemas"][form_id(212, 4348)]


def test_exports_of_the_same_world_are_the_same_bytes(filled: Store, tmp_path: Path) -> None:
    first = json.dumps(export_world(filled))
    import_world(filled, OPERATOR, json.loads(first))
    assert json.dumps(export_world(filled)) == first


def test_the_change_log_tells_each_fact_and_its_end(filled: Store, database_url: str) -> None:
    told = [change.fact for change in filled.changes_since(0)]
    assert sorted(map(repr, told)) == sorted(map(repr, filled.facts()))
    assert {change.operation for change in filled.changes_since(0)} == {Operation.PUT}
    again = Store(database_url)
    assert again.snapshot() == filled.snapshot()
    again.close()


def test_the_schema_of_a_fresh_database_is_current(database_url: str) -> None:
    assert outdated_schema(database_url) is None


def test_it_answers_for_both_worlds(filled: Store) -> None:
    snapshot = filled.snapshot()
    write = Right(ServiceId("mva"), "write")
    for user, party in ((AGENT, CLIENT), (OWN, ORG)):
        assert decide(snapshot, Question(Subject(SubjectKind.SYSTEM_USER, user), party, write, NOW)).permitted
    system = Subject(SubjectKind.ENTERPRISE_SYSTEM, 4711)
    answer = authorise_submission(snapshot, system, CLIENT, Right(form_id(212, 4348), "write"), NOW)
    assert (answer.authority, answer.system_user, answer.ruling.permitted) == (Authority.NEW, AGENT, True)
    assert answer.old.reasons[0] == "registered-client"
