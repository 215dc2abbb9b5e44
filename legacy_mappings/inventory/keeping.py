"""An inventory of files put into the store, so that a plan can be carried out where the old facts are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core import (
    Caller,
    CallerKind,
    EnterpriseSystem,
    EnterpriseUser,
    ErrorCode,
    Fact,
    InvalidInput,
    NotAllowed,
    Party,
    Snapshot,
    Store,
    key_of,
)
from legacy_mappings.inventory.records import Inventory
from legacy_mappings.inventory.snapshot_facts import facts_of


def keep_inventory(store: Store, caller: Caller, inventory: Inventory) -> int:
    """Put the facts of an inventory that the store does not have, or has otherwise; returns how many.

    Nothing is removed, and passwords stay. The second time nothing is put. Raises NotAllowed for anyone but the
    operator, InvalidInput for an inventory that was read from our own file (it has no identity numbers), or that was
    made without the store and so names its parties otherwise.
    """
    if caller.kind is not CallerKind.OPERATOR:
        raise NotAllowed(ErrorCode.MISSING_ADMINISTRATION, "only the operator takes in an inventory")
    facts = list(_missing(store.snapshot(), inventory.snapshot))
    return store.import_facts(caller.name, facts) if facts else 0


def _missing(present: Snapshot, wanted: Snapshot) -> Iterator[Fact]:
    there = {(type(fact), key_of(fact)): fact for fact in facts_of(present)}
    for fact in facts_of(wanted):
        before = there.get((type(fact), key_of(fact)))
        if isinstance(fact, Party):
            _check_party(present, fact)
        if isinstance(fact, (EnterpriseSystem, EnterpriseUser)) and isinstance(before, type(fact)):
            wanted_fact: Fact = replace(fact, secret=before.secret)
        else:
            wanted_fact = fact
        if wanted_fact != before:
            yield wanted_fact


def _check_party(present: Snapshot, party: Party) -> None:
    if party.number == party.id:
        raise InvalidInput(
            ErrorCode.INVALID_INVENTORY,
            "an inventory from a file of ours has no identity numbers; read the users' own files again",
        )
    there = present.party_numbered(party.number)
    if there is not None and there.id != party.id:
        raise InvalidInput(
            ErrorCode.INVALID_INVENTORY,
            "the store has parties of this inventory under other ids; read the files together with the store",
        )
