"""Whatever was there before and whatever the plan: taking back gives the very facts that were there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from core import (
    OPERATOR,
    DecisionTerms,
    MoveState,
    NewSystem,
    RehearsalStore,
    Snapshot,
    Store,
    build_snapshot,
    connect,
    delegate_client_rights,
    give_package,
    register_system,
    take_back,
)
from legacy_mappings.apply import apply_plan, dry_run, state_lines
from legacy_mappings.inventory import facts_of
from tests.migration.apply.world import AT, FIRM, PAYROLL, TAX, client, firm_facts, manager, number, person, plan_for

CLIENTS = 4
Before = Callable[[Store], object]


@cache
def _firm() -> Snapshot:
    return build_snapshot(firm_facts(CLIENTS), sequence=1, terms=DecisionTerms())


def _given(place: int) -> Before:
    return lambda store: give_package(store, person(manager(place)), client(place), FIRM, TAX)


def _connected(place: int) -> Before:
    return lambda store: connect(store, person(manager(place)), client(place), FIRM)


def _registered(store: Store) -> None:
    texts = dict.fromkeys(("nb", "nn", "en"), "Fra før")
    new = NewSystem(f"{number(2)}_bro", number(2), texts, texts, packages=(TAX, PAYROLL), visible=False)
    if new.id not in store.snapshot().systems:
        register_system(store, OPERATOR, new)


def _done_before(places: tuple[int, ...]) -> Before:
    return lambda store: apply_plan(store, plan_for(places, givers=()), approve=True)


def _moved_by_hand(store: Store) -> None:
    for entry in store.snapshot().users.values():
        if entry.user.external_ref == "ref-regn":
            delegate_client_rights(store, OPERATOR, entry.user.id, client(0), "REGN", (PAYROLL,))


places = st.sets(st.integers(0, CLIENTS - 1)).map(sorted).map(tuple)
befores = st.lists(
    st.one_of(
        st.integers(0, CLIENTS - 1).map(_given),
        st.integers(0, CLIENTS - 1).map(_connected),
        st.just(_registered),
        st.just(_moved_by_hand),
    ),
    max_size=4,
)


@settings(max_examples=12)
@given(
    before=befores,
    clients=places,
    givers=places,
    waves=st.sampled_from(["", "two"]),
    approve=st.sampled_from(["", "yes"]),
)
def test_taking_back_gives_what_was_there(
    before: list[Before], clients: tuple[int, ...], givers: tuple[int, ...], waves: str, approve: str
) -> None:
    start = RehearsalStore(_firm(), lambda: AT)
    for act in before:
        act(start)
    there = start.snapshot()
    outcome, after = dry_run(there, plan_for(clients, givers=givers, waves=bool(waves)), approve=bool(approve))
    assert outcome.count(MoveState.FAILED) == 0
    back = RehearsalStore(after, lambda: AT)
    for move in reversed(outcome.steps):
        assert take_back(back, OPERATOR, move.touched).left == ()
    assert back.snapshot() == there


@settings(max_examples=5)
@given(clients=places, givers=places)
def test_the_order_things_came_about_in_leaves_no_trace(clients: tuple[int, ...], givers: tuple[int, ...]) -> None:
    plan = plan_for(clients, givers=givers)
    _, at_once = dry_run(_firm(), plan)
    part, first = dry_run(_firm(), plan_for(clients, givers=()))
    assert part.is_complete
    _, in_two = dry_run(first, plan)
    lines = [_without_plan(state_lines(facts_of(each))) for each in (at_once, in_two)]
    assert lines[0] == lines[1]


def _without_plan(lines: Iterable[str]) -> list[str]:
    """The lines without the name of the plan that gave: two plans have two names."""
    return sorted(re.sub(r"operator:migration-[0-9a-f]+", "operator", line) for line in lines)
