"""What has changed in one party's own facts, and how it joins those there were."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from core.domain.party import Party
from core.domain.party_file import PartyFact, PartyFile


class Gone(NamedTuple):
    """A fact that has been removed."""

    fact: PartyFact


class OwnFacts(NamedTuple):
    """What changed in one party's own facts: a new record of it, and its facts in the order they changed."""

    party: Party | None
    facts: list[PartyFact | Gone]


def merged(before: PartyFile | None, changed: Iterable[PartyFact | Gone]) -> Iterable[PartyFact]:
    """A party's own facts after the change. An id is unique within its kind only."""
    facts: dict[tuple[type, str], PartyFact] = {}
    if before is not None:
        for fact in (*(held.fact for held in before.own), *before.delegations):
            facts[(type(fact), fact.id)] = fact
    for each in changed:
        if type(each) is Gone:
            facts.pop((type(each.fact), each.fact.id), None)
        else:
            facts[(type(each), each.id)] = each  # type: ignore[union-attr,assignment]
    return facts.values()


def reached(before: tuple[str, ...], gained: list[str], lost: list[str]) -> tuple[str, ...]:
    """The parties somebody has entries for, after some were gained and some lost, in order."""
    if len(gained) + len(lost) > 8 or not before:
        return tuple(sorted((set(before) | set(gained)) - set(lost)))
    after = list(before)
    for party in gained:
        after.insert(bisect_left(after, party), party)
    for party in lost:
        after.remove(party)
    return tuple(after)
