"""The text that two states are compared by: whole, private, and blind to what is made up when facts are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from core import (
    FACT_KINDS,
    OPERATOR,
    EnterpriseUser,
    Party,
    PartyId,
    PartyKind,
    PersonLogin,
    RoleGrant,
    Store,
    import_world,
)
from legacy_mappings.apply import apply_plan, migration_state, state_lines
from tests.migration.apply.world import AT, BOSS, FIRM, client, firm_facts, number, plan_for
from tests.worlds import CASES


def rows(text: str) -> list[dict[str, Any]]:
    """The lines of a state, read."""
    return [json.loads(line) for line in text.splitlines()]


def test_it_is_the_same_text_each_time_and_has_every_fact(firm: Store) -> None:
    apply_plan(firm, plan_for(), approve=True)
    text = migration_state(firm)
    assert migration_state(firm) == text
    assert len(text.splitlines()) == sum(1 for _ in firm.facts())


def test_every_kind_of_fact_has_its_line(sqlite_store: Store) -> None:
    import_world(sqlite_store, OPERATOR, json.loads((CASES / "worlds" / "everything.json").read_text("utf-8")))
    assert {row["fact"] for row in rows(migration_state(sqlite_store))} == {kind.name for kind in FACT_KINDS}


def test_what_is_made_up_is_left_out_also_where_others_name_it(firm: Store) -> None:
    apply_plan(firm, plan_for(), approve=True)
    text = migration_state(firm)
    snapshot = firm.snapshot()
    made_up = [entry.user.id for entry in snapshot.users.values()]
    made_up += [fact.id for place in range(4) for fact in snapshot.files.get(client(place)).delegations]  # type: ignore[union-attr]
    made_up += [system.internal_id for system in snapshot.systems.values()]
    assert made_up
    assert not [each for each in made_up if each in text]
    delegation = next(row for row in rows(text) if row["fact"] == "client_delegation")
    assert delegation["system_user"].startswith(f"{number(2)}_bro {number(1)} ref-")
    assert delegation["provider"] == number(1)


def test_two_facts_that_say_the_same_are_two_lines() -> None:
    grant = RoleGrant("1", client(0), FIRM, "UTINN", "person:x")
    assert len(list(state_lines([grant, replace(grant, id="2")]))) == 2


def test_of_persons_there_is_the_party_id_and_of_secrets_a_digest() -> None:
    person = Party(BOSS, PartyKind.PERSON, "01817010055", "Bente Prøve", 4)
    login = PersonLogin(BOSS, "$argon2id$x", "bente", "90000000")
    lines = "".join(state_lines([person, login]))
    assert BOSS in lines
    for private in (person.number, person.name, "$argon2id", "bente", "90000000"):
        assert private not in lines
    other = "".join(state_lines([person, replace(login, secret="$argon2id$y")]))
    assert other != lines


def test_times_of_writing_do_not_count_and_windows_do() -> None:
    grant = RoleGrant("1", client(0), FIRM, "UTINN", "x", AT, AT + timedelta(days=1))
    assert list(state_lines([grant])) != list(state_lines([replace(grant, valid_to=None)]))
    user = EnterpriseUser("u1", FIRM, "vb", "s")
    firm = Party(FIRM, PartyKind.ORGANISATION, number(1), "Firmaet AS", 1, "AS")
    to_user = RoleGrant("1", PartyId("x"), "u1", "UTINN", "enterprise-user:u1")
    lines = list(state_lines([firm, user, to_user]))
    assert json.loads(lines[-1])["receiver"] == f"{number(1)} vb"
    assert json.loads(lines[-1])["given_by"] == f"enterprise-user:{number(1)} vb"


def test_it_changes_when_a_fact_does() -> None:
    facts = [fact for fact in firm_facts(1) if isinstance(fact, Party)]
    lines = list(state_lines(facts))
    assert list(state_lines(reversed(facts))) == lines
    renamed = [replace(fact, name="Nytt AS") if fact.id == FIRM else fact for fact in facts]
    assert list(state_lines(renamed)) != lines
