"""What was approved was approved for one actor: the same right by another one is new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import NotAllowed
from legacy_mappings.cutting_over import must_be_so_still
from legacy_mappings.parity import Actor, Finding, Group, Parity
from tests.migration.parity.some import found_everything


def _as(actor: Actor, group: Group) -> Group:
    return replace(group, actor=actor)


def _first(parity: Parity, finding: Finding) -> Group:
    return next(group for group in parity.groups if group.finding is finding)


def test_a_right_gained_by_another_system_user_or_ground_is_gained_again() -> None:
    told = found_everything()
    gained = _first(told, Finding.GAINED)
    systems = [gained.actor.enterprise_system]
    must_be_so_still(told, told, systems)
    must_be_so_still(told, replace(told, groups=()), systems)
    for other in (replace(gained.actor, reference="another"), replace(gained.actor, ground="REVI")):
        with pytest.raises(NotAllowed, match="more are gained"):
            must_be_so_still(told, replace(told, groups=(*told.groups, _as(other, gained))), systems)


def test_a_loss_is_the_same_under_any_of_its_grounds() -> None:
    told = found_everything()
    lost = _first(told, Finding.LOST)
    moved = _as(replace(lost.actor, ground="REVI"), replace(lost, agreed=not lost.agreed))
    must_be_so_still(told, replace(told, groups=(moved,)), [lost.actor.enterprise_system])
