"""The files of a small firm, as rows; every number is synthetic (310 series, month + 80)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from openpyxl import Workbook

from core import organisation_check_digit, person_check_digits
from legacy_mappings.inventory import Inventory, read_inventory
from legacy_mappings.vocabulary import Tables, layered_tables

Rows = Sequence[Sequence[str]]

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def organisations(count: int, first: int = 31_000_100) -> list[str]:
    """Valid organisation numbers."""
    found: list[str] = []
    while len(found) < count:
        digit = organisation_check_digit(str(first))
        if digit is not None:
            found.append(f"{first}{digit}")
        first += 1
    return found


def persons(count: int, day: int = 1) -> list[str]:
    """Valid synthetic identity numbers, born on a day of one digit: they begin with a zero."""
    found: list[str] = []
    serial = 100
    while len(found) < count:
        digits = person_check_digits(f"{day:02}8170{serial}")
        if digits is not None:
            found.append(f"{day:02}8170{serial}{digits}")
        serial += 1
    return found


FIRM, CLIENT, BRANCH, AUDITED, ENDED = organisations(5)
OWNER, MANAGER = persons(2)

PARTIES: Rows = (
    ("Organisasjonsnummer", "Fødselsnummer", "Navn", "Organisasjonsform", "Hovedenhet", "Slettet dato"),
    (FIRM, "", "Ærlig & Åpen Økonomi AS", "AS", "", ""),
    (CLIENT, "", "Blåbær Østfold AS", "AS", "", ""),
    (BRANCH, "", "Blåbær Østfold AS avd. Hamar", "BEDR", CLIENT, ""),
    (AUDITED, "", 'Kafé "Sjøutsikt"; mat, drikke', "AS", "", ""),
    (ENDED, "", "Nedlagt\nog slettet DA", "DA", "", "31.12.2024"),
    ("", OWNER, "Åse Prøvesen", "", "", ""),
    ("", MANAGER, "Bjørn Prøvesen", "", "", ""),
)
REGISTER_ROLES: Rows = (
    ("Klient", "Innehaver", "Rollekode", "Gyldig fra", "Gyldig til"),
    (AUDITED, FIRM, "REVI", "01.01.2020", ""),
    (CLIENT, MANAGER, "DAGL", "", "31.12.2030"),
)
ROLES: Rows = (
    ("Avgiver", "Mottaker", "Rolle", "Delegert dato"),
    (CLIENT, FIRM, "systeminnsendingsrettighet gamle tjenester", "03.02.2019"),
    (CLIENT, FIRM, "UTINN", "03.02.2019"),
    (ENDED, FIRM, "Utfyller/Innsender", ""),
)
RIGHTS: Rows = (
    ("Avgiver", "Mottaker", "Tjenestekode", "Utgave", "Rettighet"),
    (AUDITED, FIRM, "3357", "130815", "Les, skriv"),
    (AUDITED, OWNER, "4444", "201012", "Signere"),
)
SYSTEMS: Rows = (
    ("Fagsystem-ID", "Eier", "Systemnavn", "Status"),
    ("4711", FIRM, "Lønn & regnskap", "Aktiv"),
    ("4712", OWNER, "Hjemmelaget", "Sperret"),
)
USERS: Rows = (("Virksomhetsbruker", "Organisasjonsnummer"), ("roboten", FIRM))
LOCAL_ROLES: Rows = (
    ("Lokal rolle", "Avgiver", "Medlem", "Tjenestekode", "Utgave", "Handling"),
    ("Regnskapshjelp", CLIENT, FIRM, "", "", ""),
    ("Regnskapshjelp", CLIENT, MANAGER, "", "", ""),
    ("Regnskapshjelp", CLIENT, "", "3357", "130815", "Les"),
)
NEEDS: Rows = (("Fagsystem", "RF-nummer"), ("4711", "RF-0002"))
USAGE: Rows = (
    ("Fagsystem", "Avgiver", "Skjemanummer", "Spesifikasjonsnummer", "Antall", "Sist brukt"),
    ("4711", CLIENT, "212", "4348", "12", "01.10.2026 13:45"),
    ("4711", FIRM, "212", "4348", "1", "02.10.2026"),
)

TABLES: Mapping[str, Rows] = {
    "parter": PARTIES,
    "registerroller": REGISTER_ROLES,
    "rolledelegeringer": ROLES,
    "enkeltrettigheter": RIGHTS,
    "fagsystemer": SYSTEMS,
    "virksomhetsbrukere": USERS,
    "lokale roller": LOCAL_ROLES,
    "behov": NEEDS,
    "bruk": USAGE,
}
"""Everything that the firm has, by the name of its table."""

Write = Callable[[Path, Mapping[str, Rows]], None]


@cache
def shipped() -> Tables:
    """The tables that come with the package."""
    return layered_tables(()).tables


def read(*paths: Path, expected: Mapping[str, int] | None = None, base: Inventory | None = None) -> Inventory:
    """The inventory of files, with the shipped tables."""
    return read_inventory(paths, shipped(), AT, expected=expected, base=base)


def csv_text(rows: Rows, delimiter: str = ";", end: str = "\r\n") -> str:
    """Rows as a spreadsheet saves them: quotes where they are needed."""
    return "".join(delimiter.join(_quoted(cell, delimiter) for cell in row) + end for row in rows)


def csv_files(encoding: str, delimiter: str = ";", end: str = "\r\n", before: str = "") -> Write:
    """Writes each table as a file of delimited text."""

    def write(folder: Path, tables: Mapping[str, Rows]) -> None:
        for name, rows in tables.items():
            (folder / f"{name}.csv").write_bytes((before + csv_text(rows, delimiter, end)).encode(encoding))

    return write


def json_file(folder: Path, tables: Mapping[str, Rows]) -> None:
    """All tables as one object of lists of objects; empty cells are left out."""
    whole = {name: list(objects(rows)) for name, rows in tables.items()}
    (folder / "alt.json").write_text(json.dumps(whole, ensure_ascii=False), "utf-8")


def json_lines(folder: Path, tables: Mapping[str, Rows]) -> None:
    """Each table as a file with one object a line."""
    for name, rows in tables.items():
        text = "".join(json.dumps(each) + "\n" for each in objects(rows))
        (folder / f"{name}.jsonl").write_text(text, "utf-8")


def objects(rows: Rows) -> Iterable[dict[str, str]]:
    """Rows as objects."""
    head, *rest = rows
    return ({name: cell for name, cell in zip(head, row, strict=True) if cell} for row in rest)


def workbook(folder: Path, tables: Mapping[str, Rows]) -> None:
    """All tables as sheets of one workbook: a title and a blank row above, a sum below, numbers and dates as such."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        sheet.append([f"Uttrekk: {name}", None, "kjørt 22.11.2026"])
        sheet.append([])
        sheet.append(list(rows[0]))
        for row in rows[1:]:
            sheet.append([_typed(cell) for cell in row])
        sheet.append(["Sum", len(rows) - 1])
    kept = io.BytesIO()
    book.save(kept)
    (folder / "uttrekk.xlsx").write_bytes(kept.getvalue())


def _typed(cell: str) -> object:
    """As a spreadsheet takes a cell that is typed in: leading zeros are lost."""
    if cell.isdigit():
        return int(cell)
    if len(cell) == 10 and cell[2] == cell[5] == ".":
        return date(int(cell[6:]), int(cell[3:5]), int(cell[:2]))
    return cell or None


def _quoted(cell: str, delimiter: str) -> str:
    if any(sign in cell for sign in (delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell
