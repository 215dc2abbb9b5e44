"""What a report consists of, before it becomes a page, a spreadsheet or JSON."""

from __future__ import annotations

from dataclasses import dataclass

Cell = str | int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a report. ``name`` is its part of a file's name, in small letters; ``note`` says how to read it."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a bar chart: what it stands for, and parts that lie end to end, each with its length."""

    label: str
    parts: tuple[tuple[str, int], ...]

    @property
    def length(self) -> int:
        """Of the whole bar."""
        return sum(size for _, size in self.parts)


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart. Parts with the same name have the same colour in every bar."""

    title: str
    unit: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow from the left to the right through columns: ``streams`` are (column, from, to, how much).

    Column 0 is the stream between the first and the second column of nodes.
    """

    title: str
    unit: str
    columns: tuple[str, ...]
    streams: tuple[tuple[int, str, str, int], ...]


Picture = Bars | Flow


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its name in files, a title, the sentence that says what to take from it, figures, pictures, tables."""

    name: str
    title: str
    lead: str
    figures: tuple[tuple[str, Cell], ...]
    pictures: tuple[Picture, ...]
    sheets: tuple[Sheet, ...]
