"""Access logs: NCSA and W3C lines that name system and reportee are use; refused calls and other traffic are none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import InvalidInput, Right, ServiceId
from legacy_mappings.inventory import Inventory, Observed
from tests.migration.inventory.world import AT, CLIENT, FIRM, SYSTEMS, csv_text, read

FORM = Right(ServiceId("asmx:212/4348"), "write")


def _read(folder: Path, name: str, text: str, more: str = "") -> Inventory:
    (folder / "fagsystemer.csv").write_text(csv_text(SYSTEMS), "utf-8")
    (folder / name).write_text(text, "utf-8")
    if more:
        (folder / "observert.csv").write_text(more, "utf-8")
    return read(folder)


def _ncsa(when: str, query: str, status: int = 200, rest: str = "") -> str:
    agent = '"-" "Fagsystem/7.1"'
    return f'10.0.0.7 - - [{when}] "POST /intern.asmx?{query} HTTP/1.1" {status} 512 {agent}{rest}\n'


def test_lines_in_the_common_form_are_counted(tmp_path: Path) -> None:
    query = f"fagsystem=4711&avgiver={CLIENT}&skjema=212%2F4348"
    text = (
        _ncsa("01/Oct/2026:12:00:00 +0200", query)
        + _ncsa("03/Oct/2026:12:00:00 +0200", query)
        + _ncsa("04/Oct/2026:12:00:00 +0200", query, status=403)
        + '10.0.0.7 - - [05/Oct/2026:12:00:00 +0200] "GET /intern.asmx?WSDL HTTP/1.1" 200 99\n'
        + _ncsa("06/Oct/2026:12:00:00 +0200", "", rest=f' system=4711 reportee="{FIRM}" form=212/4348')
    )
    found = _read(tmp_path, "access.log", text)
    assert found.bad_rows == ()
    party = {found.snapshot.party_numbered(number): number for number in (CLIENT, FIRM)}
    told = {(party[found.snapshot.party(use.reportee)], use.right, use.count, use.last.day) for use in found.uses}
    assert told == {(CLIENT, FORM, 2, 3), (FIRM, FORM, 1, 6)}
    assert [(count.read, count.taken) for count in found.counts if count.what == "usage"] == [(5, 5)]
    first, last = (datetime(2026, 10, day, 10, tzinfo=UTC) for day in (1, 6))
    assert found.observed == (Observed("access.log", first, last, frozenset({4711})),)


def test_a_w3c_log_names_its_fields(tmp_path: Path) -> None:
    text = (
        "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n"
        "#Fields: date time cs-method cs-uri-stem cs-uri-query sc-status cs(X-Enterprise-System) cs(X-Reportee)\n"
        f"2026-10-01 10:00:00 POST /ws.svc servicecode=3357&edition=130815 200 4711 {CLIENT}\n"
        f"2026-10-02 10:00:00 POST /ws.svc servicecode=3357&edition=130815&action=Les 200 4711 {CLIENT}\n"
        "2026-10-02 10:00:01 GET /ws.svc - 200 - -\n"
        "2026-10-02 10:00:02 cut short\n"
    )
    found = _read(tmp_path, "u_ex261001.log", text)
    assert {(use.right.service, use.right.action, use.last.day) for use in found.uses} == {
        ("svc:3357/130815", "write", 1),
        ("svc:3357/130815", "read", 2),
    }
    (bad,) = found.bad_rows
    assert (bad.line, bad.text) == (7, "2026-10-02 10:00:02 cut short")


def test_a_line_that_names_only_one_of_the_two_is_bad(tmp_path: Path) -> None:
    good = _ncsa("01/Oct/2026:12:00:00 +0200", f"system=4711&reportee={CLIENT}&form=212/4348")
    found = _read(tmp_path, "a.log", good + _ncsa("01/Oct/2026:12:00:00 +0200", "system=4711&form=212/4348"))
    assert [row.line for row in found.bad_rows] == [2]
    assert found.bad_rows[0].reason.startswith("The line names no system or no reportee. Let the log write them")


def test_a_log_in_which_no_line_names_them_stops_the_run_for_it_would_show_no_use(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no line of the log names an enterprise system and a reportee"):
        _read(tmp_path, "a.log", _ncsa("01/Oct/2026:12:00:00 +0200", "WSDL"))


def test_a_table_says_which_time_and_which_systems_a_source_covers(tmp_path: Path) -> None:
    log = _ncsa("01/Oct/2026:12:00:00 +0200", f"system=4711&reportee={CLIENT}&form=212/4348")
    more = "Kilde;Fra;Til;Fagsystemer\na.log;01.01.2025;21.11.2026;\nproxy;01.01.2026;31.01.2026;4711, 4712\n"
    found = _read(tmp_path, "a.log", log, more)
    assert [(seen.source, seen.begins.year, seen.systems) for seen in found.observed] == [
        ("a.log", 2024, None),
        ("proxy", 2025, frozenset({4711, 4712})),
    ]
    assert found.observed[0].ends < AT


def test_use_after_the_moment_is_not_known_yet(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        "a.log",
        _ncsa("01/Oct/2026:12:00:00 +0200", f"system=4711&reportee={CLIENT}&form=212/4348")
        + _ncsa("01/Dec/2026:12:00:00 +0100", f"system=4711&reportee={CLIENT}&form=212/4348"),
    )
    assert [use.count for use in found.uses] == [1]
