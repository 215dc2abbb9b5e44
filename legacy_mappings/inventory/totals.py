"""Control totals: what a source says it has, against what was read; where they differ the run stops."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from core import ErrorCode, InvalidInput
from legacy_mappings.inventory.cells import Unreadable, clean, whole_number
from legacy_mappings.inventory.columns import TableKind, named_kind, plain
from legacy_mappings.inventory.csv_lines import Line
from legacy_mappings.inventory.records import Count

_FOOTER_WORDS = re.compile(r"(sum|totalt?|ialt|antall|antallrader|antallposter|kontrollsum|kontrolltall|rader|rows|"
                           r"count|numberofrows|rowcount)(\d*)")  # fmt: skip


def footer_total(line: Line) -> int | None:
    """The number of rows that a sum row states, or None for a row that is none: a word for sum, and one number."""
    texts = [text for cell in line.cells if (text := clean(cell))]
    if not texts or len(texts) > 2 or line.problem is not None:
        return None
    found = _FOOTER_WORDS.fullmatch(plain(texts[0]))
    if found is None or bool(found[2]) is (len(texts) == 2):
        return None
    try:
        return int(found[2]) if found[2] else whole_number(texts[1], "sum")
    except Unreadable:
        return None


def check_totals(
    counts: Sequence[Count], said: Iterable[tuple[str, int, str]], expected: Mapping[str, int]
) -> tuple[Count, ...]:
    """The counts with what their sources state. ``said`` are (what, how many, where it stands).

    A total is of a file, of one of its sheets, or of every table of a kind. Raises InvalidInput naming every one that
    differs, and any that is of nothing that was read. Source: users-and-migration §4.2 step 1.
    """
    found = list(counts)
    problems = [_told(count) for count in found if not count.reconciles]
    for what, number, where in (*said, *((name, number, "what is expected") for name, number in expected.items())):
        of_one = [at for at, count in enumerate(found) if _is_of(what, count)]
        of_kind = [count for count in counts if _is_kind(what, count)]
        if len(of_one) == 1:
            at = of_one[0]
            differs = found[at].stated not in {None, number}
            found[at] = replace(found[at], stated=number)
            problems += [_told(found[at])] if differs or not found[at].reconciles else []
        elif of_kind:
            total = _sum(where, of_kind, number)
            found.append(total)
            problems += [] if total.reconciles else [_told(total)]
        else:
            problems.append(f"{where} has a total of `{what}`, and nothing that was read is called that")
    if problems:
        raise InvalidInput(
            ErrorCode.TOTALS_DIFFER,
            f"the totals do not reconcile, so nothing is taken in: {'; '.join(dict.fromkeys(problems))}. "
            "Export again what is missing, or correct the total.",
        )
    return tuple(found)


def _sum(where: str, counts: Sequence[Count], stated: int) -> Count:
    return Count(
        where,
        counts[0].what,
        stated,
        sum(count.read for count in counts),
        sum(count.taken for count in counts),
        sum(count.bad for count in counts),
    )


def _is_of(what: str, count: Count) -> bool:
    """Whether a total is of this table: by the file's name with or without its ending, or by the sheet's."""
    file, _, sheet = count.source.partition("#")
    names = {count.source, file, file.rpartition(".")[0]} | ({sheet} if sheet else set())
    return what.casefold() in {name.casefold() for name in names}


def _is_kind(what: str, count: Count) -> bool:
    if count.what == TableKind.TOTALS:
        return False
    return plain(what) == plain(count.what) or named_kind(what) == count.what


def _told(count: Count) -> str:
    return f"{count.source} ({count.what}) states {count.stated} rows, and {count.read} were read"
