"""Writing a report: a page that prints well, a CSV file for each of its tables, and JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from legacy_mappings.reports.pictures import draw
from legacy_mappings.reports.records import Cell, Report, Sheet

MOST_ROWS = 500
"""Rows of one table that a page shows at the most; the CSV file has all of them."""

# A spreadsheet program takes a cell that begins so for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def write_report(folder: Path, report: Report) -> tuple[Path, ...]:
    """Write the report's files into ``folder``, which is made where it is not there; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in files_of(report):
        path = folder / name
        path.write_text(text, encoding="utf-8", newline="")
        written.append(path)
    return tuple(written)


def files_of(report: Report) -> Iterator[tuple[str, str]]:
    """The names and texts of the report's files, the page first. The same report gives the same texts."""
    yield f"{report.name}.html", _template().render(report=report, most=MOST_ROWS)
    yield f"{report.name}.json", json.dumps(asdict(report), ensure_ascii=False, indent=1) + "\n"
    for sheet in report.sheets:
        yield f"{report.name}-{sheet.name}.csv", _csv(sheet)


def _csv(sheet: Sheet) -> str:
    """With a byte order mark and semicolons, as Norwegian spreadsheet programs open it without asking."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(sheet.columns)
    writer.writerows([_harmless(cell) for cell in row] for row in sheet.rows)
    return "\ufeff" + out.getvalue()


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("legacy_mappings.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["grouped"] = _grouped
    environment.filters["drawn"] = draw
    return environment.get_template("page.html")


def _grouped(value: Cell) -> str:
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else value
