"""What an inventory holds: the facts, what was used, what systems declare, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import PartyId, Right, Snapshot

_UNSEEN_AT_MOST = 0.1


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

    def is_watched(self, system: int, since: datetime) -> bool:
        """Whether silence of the system since then means something: sources that see it cover nine tenths of the time.

        Source of the share: ours; a log that was turned over or lost for a few days proves enough.
        """
        stretches = sorted(
            (max(each.begins, since), min(each.ends, self.at))
            for each in self.observed
            if each.systems is None or system in each.systems
        )
        seen, reached = timedelta(0), since
        for begins, ends in stretches:
            seen += max(ends - max(begins, reached), timedelta(0))
            reached = max(reached, ends)
        return seen >= (1 - _UNSEEN_AT_MOST) * (self.at - since)

    @property
    def reconciles(self) -> bool:
        """Whether all totals do."""
        return all(count.reconciles for count in self.counts)
