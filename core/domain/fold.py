"""How changes become a snapshot. Building from nothing and applying one change are the same code."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.change import Change, Edit, Fact
from core.domain.draft import Draft
from core.domain.snapshot import Snapshot, empty_snapshot
from core.domain.vocabulary import DecisionTerms


def apply_changes(snapshot: Snapshot, changes: Iterable[Change]) -> Snapshot:
    """The snapshot after ``changes``, which follow it in sequence."""
    draft = Draft(snapshot)
    sequence = snapshot.sequence
    for change in changes:
        draft.apply(change.operation, change.fact)
        sequence = change.sequence
    return draft.finish(sequence)


def preview(snapshot: Snapshot, edits: Iterable[Edit]) -> Snapshot:
    """The snapshot as it would be with ``edits``; the sequence stays, since nothing is written."""
    draft = Draft(snapshot)
    for edit in edits:
        draft.apply(edit.operation, edit.fact)
    return draft.finish(snapshot.sequence)


def build_snapshot(facts: Iterable[Fact], *, sequence: int, terms: DecisionTerms) -> Snapshot:
    """The snapshot that holds exactly ``facts``."""
    draft = Draft(empty_snapshot(terms))
    for fact in facts:
        draft.put(fact)
    return draft.finish(sequence)
