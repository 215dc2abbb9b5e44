"""Comparisons with something to tell of."""

from __future__ import annotations

from dataclasses import replace

from core import OWN_ORGANISATION, ClientDelegation, DecisionTerms, Edit, Snapshot, build_snapshot, preview, put, remove
from legacy_mappings.parity import Finding, Parity, prove
from tests.migration.parity.judging import in_order
from tests.migration.parity.moved_world import AT, moved_world


def moved_snapshot(seed: int = 4) -> Snapshot:
    """A world that was moved well."""
    return build_snapshot(in_order(moved_world(seed)), sequence=11, terms=DecisionTerms())


def spoilt(moved: Snapshot) -> Snapshot:
    """The same with a client delegation gone, and a link under another reference."""
    return preview(moved, spoiling(moved))


def spoiling(moved: Snapshot) -> list[Edit]:
    """What spoils it."""
    link = next(each for each in moved.links.get(1) or () if each.ground == OWN_ORGANISATION)
    return [remove(only_delegations(moved)[0]), put(replace(link, external_ref="another"))]


def only_delegations(moved: Snapshot) -> list[ClientDelegation]:
    """The client delegations of parties with a single one: without it something is lost."""
    files = (moved.files.get(party) for party in sorted(moved.files))
    return [file.delegations[0] for file in files if file is not None and len(file.delegations) == 1]


def found_everything(*, settled: bool = True) -> Parity:
    """A comparison that has lines of every finding."""
    moved = moved_snapshot()
    parity = replace(prove(moved, spoilt(moved), at=AT), passes=2 if settled else 1, settled=settled)
    assert all(parity.count(finding) for finding in Finding)
    return parity


def found_nothing() -> Parity:
    """A comparison with nothing lost and nothing gained."""
    moved = moved_snapshot()
    return replace(prove(moved, moved, at=AT), passes=2, settled=True)
