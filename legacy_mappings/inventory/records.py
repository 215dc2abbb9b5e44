"""What an inventory holds: the facts, what was used, what systems declare, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core import PartyId, Right, Snapshot


@dataclass(frozen=True, slots=True)
class Use:
    """How often one enterprise system did something for one reportee, and when last."""

    enterprise_system: int
    reportee: PartyId
    right: Right
    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Observed:
    """A source of use: the stretch of time it covers, and the enterprise systems it would have seen.

    ``systems`` is None where it sees every system: then silence in it is a sign of no use.
    """

    source: str
    begins: datetime
    ends: datetime
    systems: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a file that could not be taken in: kept as it was, with the reason. Identity numbers are masked."""

    file: str
    line: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Count:
    """One line of the reconciliation: how many the source says it has, and what became of them.

    ``stated`` is the source's own total, None where it gives none; ``read`` are all its rows; ``taken`` and ``bad``
    add up to them.
    """

    source: str
    what: str
    stated: int | None
    read: int
    taken: int
    bad: int

    @property
    def reconciles(self) -> bool:
        """Whether every row is accounted for, and there are as many as the source says."""
        return self.read == self.taken + self.bad and self.stated in {None, self.read}


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a file (empty: about all of them) that is no fault of any row."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything a plan is made from.

    ``snapshot`` holds the old world's facts (and the new one's, where the store has any) as they are at ``at``;
    ``declared`` are the rights that a system says it needs, by enterprise system.
    """

    snapshot: Snapshot
    at: datetime
    uses: tuple[Use, ...]
    observed: tuple[Observed, ...]
    declared: Mapping[int, frozenset[Right]]
    bad_rows: tuple[BadRow, ...]
    counts: tuple[Count, ...]
    notes: tuple[Note, ...] = ()

    @property
    def reconciles(self) -> bool:
        """Whether all totals do."""
        return all(count.reconciles for count in self.counts)
