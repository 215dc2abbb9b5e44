"""`brobygger register`: take in parties and register roles from a file."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from brobygger.commands.output import json_option, opened_store, print_json, print_table, teaches
from brobygger.demo.world import seed_vocabulary
from core import OPERATOR, ErrorCode, InvalidInput, RegisterReport, RejectedRow, import_register, mask_numbers_in

Rows = list[Mapping[str, Any]]

_LISTS = ("parties", "roles", "ended")
_SOME_REJECTED = 1
_SHOWN = 20


@click.group()
def register() -> None:
    """Parties and roles as the registers have them."""


@register.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--complete", is_flag=True, help="FILE has every role in force: any other has ended.")
@click.option(
    "--rejected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the rows that cannot be taken in to this file, whole and with the reason.",
)
@json_option
@teaches
def import_(file: Path, *, complete: bool, rejected: Path | None, as_json: bool) -> None:
    """Take in the parties and roles of FILE, and end what ends with them.

    JSON: an object with the lists `parties`, `roles` and `ended` (roles that have ended). CSV: one list, of roles
    where there is a column `role`, else of parties. What has no column stays as it is, and an empty cell clears it.
    The same file taken in twice changes nothing the second time.
    The exit code is 1 where a row was rejected; the others are taken in.
    """
    lists = _read(file)
    with opened_store() as store:
        seed_vocabulary(store)
        report = import_register(
            store, OPERATOR, lists["parties"], lists["roles"], ended=lists["ended"], complete=complete
        )
    if rejected is not None:
        _keep(rejected, report.rejected)
    _print(report, as_json=as_json)
    if report.rejected:
        sys.exit(_SOME_REJECTED)


def _read(file: Path) -> dict[str, Rows]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"{file.name} is not UTF-8") from error
    return _read_csv(file, text) if file.suffix.lower() == ".csv" else _read_json(file, text)


def _read_json(file: Path, text: str) -> dict[str, Rows]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"{file.name} is not JSON") from error
    lists = document if isinstance(document, dict) else {}
    unknown = sorted(set(lists) - set(_LISTS))
    if not lists or unknown or not all(isinstance(rows, list) for rows in lists.values()):
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"{file.name} must be an object with the lists {', '.join(_LISTS)}")
    return {name: lists.get(name, []) for name in _LISTS}


def _read_csv(file: Path, text: str) -> dict[str, Rows]:
    lines = text.splitlines()
    if not lines:
        raise InvalidInput(ErrorCode.INVALID_WORLD, f"{file.name} has no header")
    separator = ";" if ";" in lines[0] else ","
    rows: Rows = [_row(row) for row in csv.DictReader(lines, delimiter=separator)]
    name = "roles" if "role" in lines[0].split(separator) else "parties"
    return {each: rows if each == name else [] for each in _LISTS}


def _row(row: Mapping[str | None, Any]) -> dict[str, Any]:
    """The row with a name for cells beyond the header, which no column has."""
    return {"(no header)" if name is None else name: value for name, value in row.items()}


def _keep(file: Path, rejected: Iterable[RejectedRow]) -> None:
    rows = [{"list": each.list, "row": each.place, "reason": each.reason, "cells": each.row} for each in rejected]
    with open(file, "w", encoding="utf-8", opener=_for_its_owner_only) as opened:
        opened.write(json.dumps(rows, ensure_ascii=False, indent=1, default=str) + "\n")


def _for_its_owner_only(path: str, flags: int) -> int:
    opened = os.open(path, flags, 0o600)
    os.fchmod(opened, 0o600)
    return opened


def _print(report: RegisterReport, *, as_json: bool) -> None:
    counts = {name: getattr(report, name) for name in report.__slots__ if name != "rejected"}
    rejected = [(each.list, str(each.place), mask_numbers_in(each.reason)) for each in report.rejected]
    if as_json:
        rows = [{"list": name, "row": int(place), "reason": reason} for name, place, reason in rejected]
        print_json({**counts, "rejected": rows})
        return
    print_table("Taken in", ("what", "count"), ((name.replace("_", " "), str(n)) for name, n in counts.items()))
    if rejected:
        print_table(f"Rejected: {len(rejected)}", ("list", "row", "why"), rejected[:_SHOWN])
