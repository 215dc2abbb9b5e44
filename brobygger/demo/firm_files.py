"""The synthetic firm as the files that a user has: tables with Norwegian headers, with their control totals."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from brobygger.demo.firm import firm_facts, firm_usage
from brobygger.demo.firm_records import FIRM_DAY
from core import (
    EnterpriseSystem,
    EnterpriseUser,
    Fact,
    Party,
    RegisterRole,
    RightDelegation,
    RoleGrant,
    SystemState,
)

_LOCAL_ROLE = "Rapportører"
_LOCAL_SERVICE, _LOCAL_GIVER = "svc:9114/260101", "Byttet Regnskapsfører AS"
_FIRST_SEEN = datetime(2023, 1, 1, tzinfo=FIRM_DAY.tzinfo)

_Rows = list[tuple[str, ...]]


def firm_files(folder: Path, clients: int, seed: int = 1) -> None:
    """Write the old world of the firm, and a local role that no store can hold, as tables of an inventory.

    Semicolons, UTF-8 with its mark: what a Norwegian spreadsheet writes. They hold synthetic identity numbers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    facts = tuple(firm_facts(clients, seed))
    tables = {
        "parter": _parties(facts),
        "fagsystemer": _systems(facts),
        "registerroller": _register_roles(facts),
        "rolledelegeringer": _grants(facts),
        "virksomhetsbrukere": _users(facts),
        "enkeltrettigheter": _rights(facts),
        "lokale-roller": _local_roles(facts),
        "bruk": _usage(clients, seed),
        "observert": _observed(),
    }
    totals: _Rows = [("fil", "antall"), *((f"{name}.csv", str(len(rows) - 1)) for name, rows in tables.items())]
    for name, rows in {**tables, "kontrollsum": totals}.items():
        _write(folder / f"{name}.csv", rows)


def _write(path: Path, rows: _Rows) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\r\n").writerows(rows)


def _parties(facts: Iterable[Fact]) -> _Rows:
    number_of = _numbers(facts)
    rows = (
        (
            each.number,
            each.name,
            each.form or "",
            number_of[each.main_unit] if each.main_unit else "",
            _moment(each.ended),
        )
        for each in facts
        if isinstance(each, Party)
    )
    return [("nummer", "navn", "organisasjonsform", "hovedenhet", "slettet"), *rows]


def _systems(facts: Iterable[Fact]) -> _Rows:
    number_of = _numbers(facts)
    rows = (
        (str(each.id), number_of[each.owner], each.name, "sperret" if each.state is SystemState.LOCKED else "aktiv")
        for each in facts
        if isinstance(each, EnterpriseSystem)
    )
    return [("fagsystemid", "eier", "navn", "status"), *rows]


def _users(facts: Iterable[Fact]) -> _Rows:
    number_of = _numbers(facts)
    rows = ((each.name, number_of[each.owner], "aktiv") for each in facts if isinstance(each, EnterpriseUser))
    return [("virksomhetsbruker", "eier", "status"), *rows]


def _register_roles(facts: Iterable[Fact]) -> _Rows:
    number_of = _numbers(facts)
    rows = (
        (number_of[each.party], number_of[each.holder], each.role, _moment(each.valid_to))
        for each in facts
        if isinstance(each, RegisterRole)
    )
    return [("enhet", "innehaver", "rolle", "gyldig til"), *rows]


def _grants(facts: Iterable[Fact]) -> _Rows:
    number_of = _numbers(facts)
    rows = (
        (number_of[each.reportee], number_of[each.receiver], each.role, _moment(each.valid_from))
        for each in facts
        if isinstance(each, RoleGrant)
    )
    return [("avgiver", "mottaker", "rolle", "gyldig fra"), *rows]


def _rights(facts: Iterable[Fact]) -> _Rows:
    number_of = _numbers(facts)
    rows = (
        (number_of[each.giver], number_of[each.receiver], each.service, action)
        for each in facts
        if isinstance(each, RightDelegation)
        for action in sorted(each.actions)
    )
    return [("avgiver", "mottaker", "tjeneste", "rettighet"), *rows]


def _local_roles(facts: Iterable[Fact]) -> _Rows:
    """A role that a customer made: the firm is in it, and it opens one service."""
    parties = [fact for fact in facts if isinstance(fact, Party)]
    giver = next(party for party in parties if party.name == _LOCAL_GIVER)
    member = (_LOCAL_ROLE, giver.number, parties[0].number, "", "")
    opened = (_LOCAL_ROLE, giver.number, "", _LOCAL_SERVICE, "write")
    return [("lokalrolle", "avgiver", "medlem", "tjeneste", "rettighet"), member, opened]


def _usage(clients: int, seed: int) -> _Rows:
    rows = (
        (str(row.system), row.number, row.right.service, row.right.action, str(row.times), _moment(row.last))
        for row in firm_usage(clients, seed)
    )
    return [("fagsystemid", "avgiver", "tjeneste", "rettighet", "antall", "sist brukt"), *rows]


def _observed() -> _Rows:
    return [("kilde", "fra", "til", "fagsystemer"), ("bruk.csv", _moment(_FIRST_SEEN), _moment(FIRM_DAY), "")]


def _numbers(facts: Iterable[Fact]) -> dict[str, str]:
    """How each party and enterprise user is named in a table."""
    return dict(_named(facts))


def _named(facts: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    for fact in facts:
        if isinstance(fact, Party):
            yield fact.id, fact.number
        elif isinstance(fact, EnterpriseUser):
            yield fact.id, fact.name


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
