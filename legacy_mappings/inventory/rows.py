"""What the rows of files say, before ids: parties are named by number, and what is said twice must be said alike."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from core import PartyKind, Right, ServiceId
from legacy_mappings.inventory.cells import Unreadable, clean
from legacy_mappings.inventory.columns import Layout
from legacy_mappings.inventory.csv_lines import Line

K = TypeVar("K")
V = TypeVar("V")


class PartyRow(NamedTuple):
    """A party. ``main_unit`` is a number; without a name and a kind it is only named elsewhere."""

    number: str
    name: str
    kind: PartyKind
    form: str | None
    main_unit: str | None
    ended: datetime | None
    altinn_id: int | None


class SystemRow(NamedTuple):
    """An enterprise system, on the number of its owner."""

    owner: str
    name: str
    locked: bool


class UserRow(NamedTuple):
    """An enterprise user, on the number of its owner."""

    owner: str
    name: str
    locked: bool


class RoleKey(NamedTuple):
    """A role from the register that ``holder`` has at ``party`` from ``begins`` on."""

    party: str
    holder: str
    role: str
    begins: datetime | None


class GrantKey(NamedTuple):
    """A legacy role that was given. ``receiver`` is a number, or the key of an enterprise user (``is_user``)."""

    giver: str
    receiver: str
    role: str
    begins: datetime | None
    is_user: bool


class RightKey(NamedTuple):
    """Actions on one service that were given."""

    giver: str
    receiver: str
    service: ServiceId
    actions: frozenset[str]
    begins: datetime | None
    is_user: bool


class UseKey(NamedTuple):
    """What one enterprise system did for one reportee."""

    system: int
    reportee: str
    right: Right


class PlacedRow(NamedTuple):
    """A row that may turn out to be of no use only when all have been read."""

    source: str
    line: Line


class Opened(NamedTuple):
    """What a local role opens: actions on a service, for a stretch of time."""

    service: ServiceId
    actions: frozenset[str]
    begins: datetime | None
    ends: datetime | None


@dataclass(slots=True)
class LocalRole:
    """A role that a customer made: who is in it, what it opens, and the rows that say so."""

    members: set[str] = field(default_factory=set)
    opened: set[Opened] = field(default_factory=set)
    rows: list[PlacedRow] = field(default_factory=list)


@dataclass(slots=True)
class Times:
    """How often, first and last when."""

    count: int
    first: datetime
    last: datetime

    def add(self, count: int, first: datetime, last: datetime) -> None:
        """More of it."""
        self.count += count
        self.first = min(self.first, first)
        self.last = max(self.last, last)


class ObservedRow(NamedTuple):
    """What a source of use covers; no systems are all of them."""

    source: str
    begins: datetime
    ends: datetime
    systems: frozenset[int]


class Row:
    """A row by the names of its columns."""

    __slots__ = ("_cells", "_columns", "_header", "line", "source")

    def __init__(self, source: str, line: Line, layout: Layout, header: tuple[str, ...]) -> None:
        self.source = source
        self.line = line
        self._cells = line.cells
        self._columns: Mapping[str, tuple[int, ...]] = layout.columns
        self._header = header

    def value(self, column: str) -> str:
        """The first cell of the column with something in it, or nothing."""
        for at in self._columns.get(column, ()):
            if at < len(self._cells):
                text = clean(self._cells[at])
                if text:
                    return text
        return ""

    def values(self, column: str) -> list[str]:
        """Every cell of the column with something in it."""
        texts = (clean(self._cells[at]) for at in self._columns.get(column, ()) if at < len(self._cells))
        return [text for text in texts if text]

    def header(self, column: str) -> str:
        """What the file calls the column."""
        places = self._columns.get(column)
        return self._header[places[0]].strip() if places else column


def say_once(said: MutableMapping[K, V], key: K, value: V, what: str) -> None:
    """Keep ``value`` under ``key``. Raises Unreadable where an earlier row says something else of the same."""
    if said.setdefault(key, value) != value:
        raise Unreadable(f"An earlier row says something else about the same {what}. Keep the one that is right.")
