"""The inventory of what this gateway itself knows: its facts, and what was handed in through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from core import KIND_OF, PartyId, Right, Snapshot, Store, SubmissionUse, mask_number, submission_use
from legacy_mappings.inventory.records import BadRow, Count, Inventory, Observed, Use

OWN_RECORDS = "own records"
"""The source of use that is this gateway's own: what was handed in through it."""

FACTS = "facts"
"""The source of counts that are of facts, however they came."""


def inventory_of_store(store: Store, at: datetime) -> Inventory:
    """Everything in the store, with the use that its own records show up to ``at``.

    What was handed in for a number that is nobody's any more, or by a system that is registered no more, is a bad
    row. Raises Unavailable. Source: users-and-migration §4.2 step 1.
    """
    snapshot = store.snapshot()
    rows = [row for row in submission_use(store) if row.first <= at]
    uses: list[Use] = []
    bad_rows: list[BadRow] = []
    for row in rows:
        problem = _problem(snapshot, row)
        if problem is None:
            uses.append(Use(row.enterprise_system, PartyId(row.reportee), row.right, row.count, min(row.last, at)))
        else:
            bad_rows.append(BadRow(OWN_RECORDS, 0, problem, _told(row)))
    observed = (Observed(OWN_RECORDS, min(row.first for row in rows), at, None),) if rows else ()
    counted = (Count(OWN_RECORDS, "usage", None, len(rows), len(uses), len(bad_rows)),)
    found = inventory_of_snapshot(snapshot, at, uses=uses, observed=observed)
    return replace(found, bad_rows=tuple(bad_rows), counts=(*found.counts, *counted))


def inventory_of_snapshot(
    snapshot: Snapshot,
    at: datetime,
    *,
    uses: Iterable[Use] = (),
    observed: Iterable[Observed] = (),
    declared: Mapping[int, frozenset[Right]] | None = None,
) -> Inventory:
    """An inventory of these facts, with use and declared needs that are known already."""
    return Inventory(
        snapshot=snapshot,
        at=at,
        uses=tuple(sorted(uses, key=order_of_use)),
        observed=tuple(sorted(observed, key=lambda each: (each.source, each.begins))),
        declared=MappingProxyType(dict(sorted((declared or {}).items()))),
        bad_rows=(),
        counts=counts_of(snapshot),
    )


def order_of_use(use: Use) -> tuple[int, str, Right]:
    """Uses stand in order of enterprise system, reportee and right."""
    return (use.enterprise_system, use.reportee, use.right)


def counts_of(snapshot: Snapshot) -> tuple[Count, ...]:
    """How many facts there are of each kind that has to do with the old world's delegations, in order of kind."""
    found: Counter[str] = Counter(_kinds_of_parties(snapshot))
    found["enterprise_system"] = len(snapshot.enterprise_systems)
    found["enterprise_user"] = len(snapshot.enterprise_users)
    return tuple(Count(FACTS, name, None, number, number, 0) for name, number in sorted(found.items()) if number)


def _kinds_of_parties(snapshot: Snapshot) -> Iterator[str]:
    for file in snapshot.files.values():
        yield "party"
        for held in file.own:
            yield KIND_OF[type(held.fact)].name
        for _ in file.delegations:
            yield "client_delegation"


def _problem(snapshot: Snapshot, row: SubmissionUse) -> str | None:
    """Why this use cannot be counted, as a sentence that says what to do; None where it can."""
    if snapshot.party(row.reportee) is None:
        return "No party has this number any more. Enter the party in the register import, or leave this use out."
    if row.enterprise_system not in snapshot.enterprise_systems:
        return "The enterprise system is not registered any more. Nothing is planned for it; nothing needs doing."
    return None


def _told(row: SubmissionUse) -> str:
    who = mask_number(row.number) or row.reportee
    return f"system {row.enterprise_system}, reportee {who}, {row.right.service} {row.right.action}: {row.count} times"
