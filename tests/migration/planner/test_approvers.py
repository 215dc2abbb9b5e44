"""Parties that are answered alike are alike: the shared answer is the one each party would get by itself."""

from __future__ import annotations

from brobygger.demo.firm import FIRM_DAY, firm_facts
from core import DecisionTerms, build_snapshot, shipped_vocabulary
from legacy_mappings.inventory.records import Inventory
from legacy_mappings.planner.approving import Approvers
from legacy_mappings.planner.scene import Scene
from legacy_mappings.vocabulary import legacy_vocabulary
from tests.migration.planner.small_firm import options, tables

CLIENTS = 60


def test_the_answer_for_one_of_a_kind_is_the_answer_for_all() -> None:
    facts = [*shipped_vocabulary(), *legacy_vocabulary(), *firm_facts(CLIENTS)]
    snapshot = build_snapshot(facts, sequence=1, terms=DecisionTerms())
    scene = Scene(Inventory(snapshot, FIRM_DAY, (), (), {}, (), ()), tables(), options())
    approvers = Approvers(scene, rights=scene.single)
    parties = sorted(file.party.id for file in snapshot.files.values())
    together = {party: sorted(approvers.of(party), key=repr) for party in parties}
    alone = {party: sorted(Approvers(scene, rights=scene.single).of(party), key=repr) for party in parties[::7]}
    assert {party: together[party] for party in alone} == alone
    assert any(together.values())
    assert not all(together.values())
