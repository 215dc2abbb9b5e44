"""Long lists in pages: nothing lost or doubled while others write, and no page looks through the whole list."""

from __future__ import annotations

from random import Random

from core.domain.authorised_parties import MainUnits, authorised_parties
from core.domain.change import put, remove
from core.domain.fold import preview
from core.domain.party import RegisterRole
from tests.core.authorised_parties.crowd import AGENT, EVERY, NOW, client_of, delegated, page, snapshot_of
from tests.core.systems.world import CLIENT_R, FACIL

CLIENTS = 2000


def test_pages_hold_every_party_once_while_others_come_and_go() -> None:
    chance = Random(4)  # noqa: S311 -- nothing is kept secret by it
    snapshot, remembered = snapshot_of(CLIENTS), MainUnits()
    there_all_along = set(range(CLIENTS))
    out: set[int] = set()
    seen: list[str] = []
    start: str | None = ""
    while start is not None:
        items = page(snapshot, remembered, start)
        seen += [each.party.id for item in items[:50] for each in (item, *item.sub_units) if each.access is not None]
        start = items[50].party.id if len(items) > 50 else None
        leaving, coming = chance.sample(sorted(there_all_along), 3), chance.sample(sorted(out), min(2, len(out)))
        there_all_along -= set(leaving)
        out |= set(leaving)
        edits = [*(remove(delegated(each)) for each in leaving), *(put(delegated(each)) for each in coming)]
        snapshot = preview(snapshot, edits)
    assert len(seen) == len(set(seen))
    assert {client_of(each) for each in there_all_along} <= set(seen)


def test_a_page_can_begin_anywhere_and_is_the_same_every_time() -> None:
    snapshot, remembered = snapshot_of(CLIENTS), MainUnits()
    whole = list(authorised_parties(snapshot, AGENT, NOW))
    assert len(whole) == CLIENTS
    assert sum(item.access is None for item in whole) == -(-CLIENTS // EVERY)
    for place in (0, 1, 999, 1949, 1999):
        for _ in range(2):
            assert page(snapshot, remembered, whole[place].party.id) == whole[place : place + 51]


def test_the_main_units_are_worked_out_once_for_many_pages() -> None:
    snapshot, remembered = snapshot_of(CLIENTS), MainUnits()
    first = remembered.of(snapshot, "crowd-agent")
    assert remembered.of(snapshot, "crowd-agent") is first
    elsewhere = preview(snapshot, [remove(RegisterRole("regn-client-r", CLIENT_R, FACIL, "REGN"))])
    assert remembered.of(elsewhere, "crowd-agent") is first
    without = preview(snapshot, [remove(delegated(0))])
    assert len(remembered.of(without, "crowd-agent")) == len(first) - 1
