"""A store that followed every change answers as a store that was opened after them all.

Changes that move a fact are the hard ones: what it gave before must be gone, also where the index that
the old place is found by has no entry of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core import Store, upgrade_schema
from core.domain.change import Fact, put
from core.domain.delegation import ClientDelegation, PackageDelegation, RightDelegation, RoleGrant
from core.domain.identifiers import PartyId
from core.domain.party import RegisterRole
from core.domain.system import SystemUser, SystemUserKind
from core.domain.vocabulary import RIGHTHOLDER
from core.store.store import Written
from tests.core.decisions.random_facts import CREATED, NEW, SUBMISSION, cast, systems
from tests.core.decisions.random_vocabulary import common_vocabulary, roles
from tests.core.decisions.test_changes import assert_same

CO_A, CO_B, FIRM, PAT, KIM = (PartyId(each) for each in ("co-a", "co-b", "firm", "pat", "kim"))
FIRM_ITSELF = next(party for party in cast() if party.id == FIRM)
SUB_UNIT = next(party for party in cast() if party.id == "sub-a")
ROLE = RegisterRole("er-1", CO_A, FIRM, "REGN")
GRANT = RoleGrant("role-1", CO_A, FIRM, SUBMISSION, "test")
PACKAGE = PackageDelegation("package-1", CO_A, FIRM, "pack-1", "test")
RIGHT = RightDelegation("right-1", CO_A, FIRM, NEW, frozenset({"read"}), "test")
CLIENT = ClientDelegation(
    "client-1", "user-1", 1, FIRM, CO_A, RIGHTHOLDER, frozenset({"pack-1"}), frozenset(), frozenset(), "test"
)
MANAGER = RegisterRole("er-2", FIRM, PAT, "DAGL")

REPLACED: dict[str, tuple[Fact, ...]] = {
    "a register role, at another party": (ROLE, replace(ROLE, party=CO_B)),
    "a register role, held by another person": (MANAGER, replace(MANAGER, holder=KIM)),
    "a register role, of another kind": (MANAGER, replace(MANAGER, role="KONT")),
    "a legacy role, from another reportee": (GRANT, replace(GRANT, reportee=CO_B)),
    "a legacy role, to another receiver": (GRANT, replace(GRANT, receiver="pat")),
    "a package, from another giver": (PACKAGE, replace(PACKAGE, giver=CO_B)),
    "single rights, from another giver": (RIGHT, replace(RIGHT, giver=CO_B)),
    "a client delegation, for another client": (CLIENT, replace(CLIENT, client=CO_B)),
    "a party, with another number": (FIRM_ITSELF, replace(FIRM_ITSELF, number="number-new")),
    "a party, with two other numbers": (
        FIRM_ITSELF,
        replace(FIRM_ITSELF, number="number-new"),
        replace(FIRM_ITSELF, number="number-newer"),
    ),
    "a sub-unit, of another main unit": (SUB_UNIT, replace(SUB_UNIT, main_unit=CO_B)),
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An empty database."""
    address = f"sqlite:///{tmp_path / 'following.db'}"
    upgrade_schema(address)
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open store with the cast and the vocabulary, its snapshot already taken."""
    opened = Store(url)
    vocabulary = [fact for fact in common_vocabulary() if getattr(fact, "service", NEW) == NEW]
    opened.import_facts("test", [*roles(), *vocabulary, *cast(), *systems()])
    opened.snapshot()
    yield opened
    opened.close()


@pytest.mark.parametrize("replaced", REPLACED)
def test_a_fact_put_again_takes_the_place_of_the_first(store: Store, url: str, replaced: str) -> None:
    for fact in REPLACED[replaced]:
        _put(store, fact)

    assert_as_if_opened_now(store, url)


@pytest.mark.parametrize("replaced", REPLACED)
def test_an_import_replaces_the_facts_with_the_same_keys(store: Store, url: str, replaced: str) -> None:
    for fact in REPLACED[replaced]:
        store.import_facts("test", [fact])

    assert_as_if_opened_now(store, url)


@pytest.mark.parametrize("replaced", REPLACED)
def test_another_process_catches_up_with_all_of_it_at_once(store: Store, url: str, replaced: str) -> None:
    follower = Store(url)
    try:
        for fact in REPLACED[replaced]:
            _put(store, fact)

        assert_as_if_opened_now(follower, url)
    finally:
        follower.close()


def test_a_system_user_put_again_under_another_reference_leaves_the_first(store: Store, url: str) -> None:
    user = SystemUser("user-1", SystemUserKind.AGENT, "system", FIRM, "reference", "title", CREATED)
    for state in (user, replace(user, external_ref="new-reference")):
        _put(store, state)

    assert_as_if_opened_now(store, url)


def _put(store: Store, fact: Fact) -> None:
    store.change("test", lambda _: Written((put(fact),), None))


def assert_as_if_opened_now(store: Store, url: str) -> None:
    """The store's snapshot is the one that a process starting now would load."""
    fresh = Store(url)
    try:
        assert_same(store.snapshot(), fresh.snapshot())
    finally:
        fresh.close()
