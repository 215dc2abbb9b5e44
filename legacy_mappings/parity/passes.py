"""The comparison, again and again until two runs agree: real differences told from what moved in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from core import PartyId, Right, Snapshot
from legacy_mappings.parity.proving import order_of_group, prove
from legacy_mappings.parity.records import Actor, Finding, Group, Parity
from legacy_mappings.planner.records import Plan

MOST_PASSES = 5

_Alike = tuple[Actor, Finding, str, bool]
_Lines = dict[_Alike, dict[PartyId, frozenset[Right]]]


def prove_until_settled(
    read: Callable[[], tuple[Snapshot, Snapshot]],
    *,
    at: datetime,
    plan: Plan | None = None,
    systems: Iterable[int] | None = None,
    watch: Callable[[int], None] | None = None,
) -> Parity:
    """Compare, and compare again with the facts read anew, until two runs find the same; five times at the most.

    What was lost or gained in one run and not in the next is movement, not a difference, and is told of apart.
    ``watch`` follows the first run.
    Source: users-and-migration §4.1 row 20 and §4.2 step 8.
    """
    chosen = None if systems is None else tuple(systems)
    asked_of = read()
    last = prove(*asked_of, at=at, plan=plan, systems=chosen, watch=watch)
    moved: list[Group] = []
    for passes in range(2, MOST_PASSES + 1):
        asked_before, asked_of = asked_of, read()
        # The same facts can only find the same.
        same = all(one is other for one, other in zip(asked_before, asked_of, strict=True))
        following = last if same else prove(*asked_of, at=at, plan=plan, systems=chosen)
        came_and_went = _moved(last, following)
        moved += came_and_went
        last = following
        if not came_and_went:
            return replace(last, passes=passes, moved=_sorted(moved), settled=True)
    return replace(last, passes=MOST_PASSES, moved=_sorted(moved))


def _sorted(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(set(groups), key=order_of_group))


def _moved(one: Parity, other: Parity) -> list[Group]:
    """What was found in one of them only."""
    first, second = _lines(one), _lines(other)
    return [
        *(group for alike in first for group in _only(alike, first[alike], second.get(alike, {}))),
        *(group for alike in second for group in _only(alike, second[alike], first.get(alike, {}))),
    ]


def _lines(parity: Parity) -> _Lines:
    found: _Lines = defaultdict(dict)
    for group in parity.groups:
        if group.finding in {Finding.LOST, Finding.GAINED}:
            rights = frozenset(group.rights)
            alike = found[group.actor, group.finding, group.cause, group.agreed]
            for party in group.reportees:
                alike[party] = rights
    return found


def _only(
    alike: _Alike, here: dict[PartyId, frozenset[Right]], there: dict[PartyId, frozenset[Right]]
) -> Iterable[Group]:
    actor, finding, cause, agreed = alike
    parties: dict[frozenset[Right], list[PartyId]] = defaultdict(list)
    for party, rights in here.items():
        more = rights - there.get(party, frozenset())
        if more:
            parties[more].append(party)
    for rights, reportees in parties.items():
        yield Group(actor, finding, cause, tuple(sorted(rights)), tuple(sorted(reportees)), (), agreed)
