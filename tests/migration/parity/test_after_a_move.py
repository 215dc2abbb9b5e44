"""The firm's own move, planned and carried out: every line the comparison finds is what `decide` says, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from brobygger.demo.firm import firm_tables, firm_world
from brobygger.demo.world import seed_vocabulary
from core import OPERATOR, DecisionTerms, Store, import_world
from legacy_mappings.apply import apply_plan
from legacy_mappings.inventory import inventory_of_store
from legacy_mappings.parity import Finding, prove
from legacy_mappings.planner import make_plan
from legacy_mappings.planner.records import Cover, Plan, PlanOptions
from legacy_mappings.vocabulary import layered_tables
from tests.migration.parity.brute_force import expected_lines, lines_of

CLIENTS = 6


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    """A store with the firm and its clients, before the move."""
    store = Store(sqlite_url, terms=DecisionTerms())
    seed_vocabulary(store)
    import_world(store, OPERATOR, firm_world(CLIENTS, 1))
    yield store
    store.close()


@pytest.fixture
def plan(store: Store, tmp_path: Path) -> Plan:
    """The move of everything that is permitted."""
    firm_tables(tmp_path / "tables")
    options = PlanOptions(vendor="310000205", cover=Cover.PERMITTED)
    return make_plan(inventory_of_store(store, store.clock()), layered_tables([tmp_path / "tables"]), options)


def test_what_is_found_after_a_move_is_what_is_there(store: Store, plan: Plan) -> None:
    before = store.snapshot()
    apply_plan(store, plan, approve=True)
    after, at = store.snapshot(), store.clock()
    planned = prove(before, after, at=at, plan=plan)
    assert planned.count(Finding.KEPT) > 0
    assert planned.count(Finding.LOST, agreed=False) == 0
    assert prove(after, after, at=at, plan=plan).groups == planned.groups

    systems = sorted(before.enterprise_systems)
    some = (systems[0], systems[-1])
    plain = prove(before, after, at=at, systems=some)
    found = lines_of(plain)
    assert len(found) == len(set(found)) == plain.pairs
    assert set(found) == expected_lines(before, after, at, some)
