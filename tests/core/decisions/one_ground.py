"""A snapshot in which nothing flows but from one ground: what `decide` permits there, that ground gives."""

from __future__ import annotations

from dataclasses import replace

from core.domain.party_file import Approved, Chain, Entry
from core.domain.snapshot import Snapshot
from core.domain.vocabulary import OWN_ORGANISATION


def only_from(snapshot: Snapshot, ground: str) -> Snapshot:
    """The snapshot with nothing in it that flows from another ground, but for the key role of enterprise users."""
    entries = snapshot.entries.edit()
    for key in list(snapshot.entries):
        party, holder = key.split(" ")
        entries.put(key, tuple(entry for entry in snapshot.entries_for(party, holder) if _flows(entry, ground)))
    return replace(snapshot, entries=entries.freeze())


def _flows(entry: Entry, ground: str) -> bool:
    if isinstance(entry, Chain):
        return entry.delegation.ground == ground
    if isinstance(entry, Approved):
        return ground == OWN_ORGANISATION
    return entry.ground == ground or "ECKEYROLE" in entry.roles
