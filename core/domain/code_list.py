"""Code lists: tables that forms take their values from, with up to three values for each code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class MatchType(StrEnum):
    """How a filter is compared with a value. Values are those of the contract (soap-svc §10.4)."""

    DEFAULT = "DEFAULT"
    EXACT = "EXACT"
    STARTS_WITH = "STARTSWITH"
    ENDS_WITH = "ENDSWITH"
    CONTAINS = "CONTAINS"


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One code with its values."""

    code: str
    value1: str = ""
    value2: str = ""
    value3: str = ""


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list in one version and language (1044 bokmål, 2068 nynorsk, 1033 English).

    ``id`` is the number it is known by once it is kept, 0 before.
    """

    name: str
    version: int
    language: int
    rows: tuple[CodeRow, ...]
    id: int = 0


@dataclass(frozen=True, slots=True)
class CodeFilter:
    """Which rows are wanted: those in which every part that is not empty matches."""

    match: MatchType = MatchType.DEFAULT
    code: str = ""
    value1: str = ""
    value2: str = ""
    value3: str = ""


_MATCHES: Mapping[MatchType, Callable[[str, str], bool]] = {
    # What the platform's default was is not known; the narrowest tells nobody too much.
    MatchType.DEFAULT: str.__eq__,
    MatchType.EXACT: str.__eq__,
    MatchType.STARTS_WITH: str.startswith,
    MatchType.ENDS_WITH: str.endswith,
    MatchType.CONTAINS: str.__contains__,
}


def filtered(found: CodeList, wanted: CodeFilter) -> CodeList:
    """The code list with the rows that match. Letter case makes no difference."""
    matches = _MATCHES[wanted.match]
    parts = ("code", "value1", "value2", "value3")
    asked = [(name, getattr(wanted, name).casefold()) for name in parts if getattr(wanted, name)]
    rows = (row for row in found.rows if all(matches(getattr(row, name).casefold(), text) for name, text in asked))
    return replace(found, rows=tuple(rows))
