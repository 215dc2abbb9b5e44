"""What happens outside the gateway's API: the registers, the client registry of the issuer, and the service owners.

A scenario's parties, roles and clients are put here before it runs, and what an earlier run left is cleared.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from brobygger.demo.scenarios.files import Actor, Scenario
from core import (
    FACT_KINDS,
    OPERATOR,
    ClientRow,
    Party,
    RegisterRole,
    Store,
    Written,
    end_register_role,
    import_world,
    key_of,
    register_issuer_client,
    remove,
    to_plain,
)

FORMAT = "brobygger-world/1"
_NAMESPACE = uuid.UUID("5ce9a810-0000-5000-8000-000000000017")


class Office(Protocol):
    """Where the runner goes with what no caller of the API can do."""

    def prepare(self, scenario: Scenario) -> None:
        """Clear what an earlier run left, and put the scenario's parties and register roles."""

    def register_client(self, client: str, organisation: str, scopes: Iterable[str], key: Mapping[str, Any]) -> None:
        """Register a client with the issuer, and its public key (a JWK)."""

    def put(self, facts: Mapping[str, list[dict[str, Any]]]) -> None:
        """Take in what a register or a service owner tells."""

    def end_roles(self, party: str, role: str) -> None:
        """Take in that nobody has the register role at the party (its internal id) any more."""


class StoreOffice:
    """The office of a gateway whose store is at hand: the demo's, or a test's."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def prepare(self, scenario: Scenario) -> None:
        """Clear what an earlier run left, and put the scenario's parties and register roles."""
        owned = {party_id(actor.number) for actor in scenario.actors.values()}
        owned |= {actor.number for actor in scenario.actors.values()}
        self._clear(owned)
        self.put(world_of(scenario))

    def register_client(self, client: str, organisation: str, scopes: Iterable[str], key: Mapping[str, Any]) -> None:
        """Register a client with the issuer, and its public key (a JWK)."""
        register_issuer_client(self._store, ClientRow(client, organisation, tuple(scopes), (dict(key),)))

    def put(self, facts: Mapping[str, list[dict[str, Any]]]) -> None:
        """Take in what a register or a service owner tells."""
        import_world(self._store, OPERATOR, {"format": FORMAT, "facts": dict(facts)})

    def end_roles(self, party: str, role: str) -> None:
        """Take in that nobody has the register role at the party (its internal id) any more."""
        roles = [fact for fact in self._store.facts() if isinstance(fact, RegisterRole)]
        for each in roles:
            if (each.party, each.role) == (party, role):
                end_register_role(self._store, OPERATOR, each.id)

    def _clear(self, owned: set[str]) -> None:
        """Remove every fact that names one of these, and every fact that names what was removed; pointers first.

        The kinds before parties are the vocabulary, which belongs to no scenario.
        """
        order = {kind.record: place for place, kind in enumerate(FACT_KINDS)}
        first = order[Party]
        facts = [fact for fact in self._store.facts() if order[type(fact)] >= first]
        mine, gone = set(owned), []
        for fact in sorted(facts, key=lambda each: order[type(each)]):
            texts = {each for each in to_plain(fact).values() if isinstance(each, str)}
            if not texts.isdisjoint(mine):
                gone.append(fact)
                key = key_of(fact)
                # A key of several parts is made of what the fact points at.
                mine |= {str(part) for part in key if len(key) == 1}
        edits = tuple(remove(fact) for fact in reversed(gone))
        if edits:
            self._store.change(OPERATOR.name, lambda _: Written(edits, None))


def party_id(number: str) -> str:
    """The internal id of a scenario's party, the same in every run."""
    return str(uuid.uuid5(_NAMESPACE, number))


def altinn_id(number: str) -> int:
    """The numeric party id of a scenario's party, the same in every run."""
    return 600_000_000 + uuid.uuid5(_NAMESPACE, number).int % 300_000_000


def world_of(scenario: Scenario) -> dict[str, list[dict[str, Any]]]:
    """The parties and register roles of a scenario, as the facts of a world document."""
    parties: list[dict[str, Any]] = []
    roles: list[dict[str, Any]] = []
    for actor in scenario.actors.values():
        parties.append(_party(actor.number, actor.name, "organisation", actor.form))
        for person in actor.people.values():
            parties.append(_party(person.number, person.name, "person", None))
            roles += [_role(actor, role, person.number) for role in person.roles]
        roles += [_role(actor, role, scenario.actors[holder].number) for role, holder in actor.register.items()]
    return {"party": parties, "register_role": roles}


def _party(number: str, name: str, kind: str, form: str | None) -> dict[str, Any]:
    row = {"id": party_id(number), "kind": kind, "number": number, "name": name, "altinn_id": altinn_id(number)}
    return row if form is None else {**row, "form": form}


def _role(actor: Actor, role: str, holder: str) -> dict[str, Any]:
    party, held_by = party_id(actor.number), party_id(holder)
    return {"id": f"{party}/{role}/{held_by}", "party": party, "holder": held_by, "role": role}
