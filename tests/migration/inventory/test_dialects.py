"""The same content in every dialect that programs write gives the same inventory, and not one row is lost."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from core import (
    EnterpriseSystem,
    Fact,
    InvalidInput,
    Party,
    RightDelegation,
    RoleGrant,
    ServiceId,
    SystemState,
)
from legacy_mappings.inventory import Inventory, facts_of
from tests.migration.inventory.world import (
    AUDITED,
    CLIENT,
    ENDED,
    FIRM,
    OWNER,
    PARTIES,
    TABLES,
    Rows,
    Write,
    csv_files,
    csv_text,
    json_file,
    json_lines,
    read,
    workbook,
)

DIALECTS: dict[str, Write] = {
    "utf-8, semicolons": csv_files("utf-8"),
    "utf-8 with its mark, commas": csv_files("utf-8-sig", ","),
    "cp1252, semicolons, as Norwegian spreadsheets save": csv_files("cp1252"),
    "latin-1, strokes, line feeds": csv_files("latin-1", "|", "\n"),
    "utf-16 with its mark, tabs": csv_files("utf-16", "\t"),
    "utf-16 little end first, no mark": csv_files("utf-16-le", "\t"),
    "utf-16 big end first, no mark": csv_files("utf-16-be", ";", "\n"),
    "carriage returns only": csv_files("utf-8", ";", "\r"),
    "with the line that spreadsheets read the separator from": csv_files("cp1252", ";", before="sep=;\r\n"),
    "title lines above the header": csv_files(
        "cp1252", ";", before="Uttrekk fra fagsystem\r\n\r\nkjørt 22.11.2026\r\n"
    ),
    "json, one object of lists": json_file,
    "json lines": json_lines,
    "a workbook with titles above and sums below": workbook,
}


def read_as(dialect: str, tables: Mapping[str, Rows] = TABLES) -> Inventory:
    """The inventory of tables written in a dialect."""
    with TemporaryDirectory() as name:
        DIALECTS[dialect](Path(name), tables)
        return read(Path(name))


@cache
def plain_inventory() -> Inventory:
    """What every dialect is compared with."""
    return read_as("utf-8, semicolons")


def told(inventory: Inventory) -> list[Fact]:
    """The facts apart from what a dialect cannot carry: whether a name has a line break or a blank."""
    return [
        replace(fact, name=" ".join(fact.name.split())) if isinstance(fact, Party) else fact
        for fact in facts_of(inventory.snapshot)
    ]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_says_the_same(dialect: str) -> None:
    found = read_as(dialect)
    assert found.bad_rows == ()
    assert told(found) == told(plain_inventory())
    assert found.uses == plain_inventory().uses
    assert found.declared == plain_inventory().declared
    read_rows = {count.what: count.read for count in found.counts if count.source != "facts"}
    assert sum(read_rows.values()) == sum(len(rows) - 1 for rows in TABLES.values())
    assert found.reconciles


def test_what_the_files_say_is_in_the_facts() -> None:
    found = plain_inventory()
    snapshot = found.snapshot
    firm, client, ended = (snapshot.party_numbered(number) for number in (FIRM, CLIENT, ENDED))
    owner, audited = snapshot.party_numbered(OWNER), snapshot.party_numbered(AUDITED)
    assert firm
    assert client
    assert owner
    assert audited
    assert ended
    assert firm.name == "Ærlig & Åpen Økonomi AS"
    assert audited.name == 'Kafé "Sjøutsikt"; mat, drikke'
    assert ended.name == "Nedlagt\nog slettet DA"
    assert ended.ended is not None
    assert ended.ended.isoformat() == "2024-12-30T23:00:00+00:00"
    systems = {system.id: system for system in snapshot.enterprise_systems.values()}
    assert systems[4711] == EnterpriseSystem(4711, firm.id, "Lønn & regnskap", systems[4711].secret)
    assert systems[4712].owner == owner.id
    assert systems[4712].state is SystemState.LOCKED
    kinds = Counter(type(fact).__name__ for fact in facts_of(snapshot))
    assert (kinds["RoleGrant"], kinds["RegisterRole"], kinds["RightDelegation"]) == (3, 2, 4)
    grants = {fact.role for fact in facts_of(snapshot) if isinstance(fact, RoleGrant)}
    assert grants == {"systeminnsendingsrettighet", "UTINN"}
    versions = {right.service for right in found.declared[4711]}
    assert ServiceId("asmx:212/4348") in versions
    assert len(versions) > 1


def test_a_local_role_is_every_member_with_every_service() -> None:
    snapshot = plain_inventory().snapshot
    client = snapshot.party_numbered(CLIENT)
    assert client
    given = [fact for fact in facts_of(snapshot) if isinstance(fact, RightDelegation) and fact.giver == client.id]
    assert {(fact.service, fact.actions) for fact in given} == {("svc:3357/130815", frozenset({"read"}))}
    assert len({fact.receiver for fact in given}) == 2


@pytest.mark.parametrize(("by_itself", "by_role"), [("31.12.2026", ""), ("", "31.12.2026")])
def test_given_by_itself_and_by_a_local_role_lasts_until_the_later_end(
    tmp_path: Path, by_itself: str, by_role: str
) -> None:
    rights = (
        ("Avgiver", "Mottaker", "Tjenestekode", "Utgave", "Rettighet", "Gyldig til"),
        (CLIENT, FIRM, "3357", "130815", "Les", by_itself),
    )
    roles = (
        ("Lokal rolle", "Avgiver", "Medlem", "Tjenestekode", "Utgave", "Handling", "Gyldig til"),
        ("Regnskapshjelp", CLIENT, FIRM, "", "", "", ""),
        ("Regnskapshjelp", CLIENT, "", "3357", "130815", "Les", by_role),
    )
    csv_files("utf-8")(tmp_path, {**TABLES, "enkeltrettigheter": rights, "lokale roller": roles})
    given = [fact for fact in facts_of(read(tmp_path).snapshot) if isinstance(fact, RightDelegation)]
    assert [fact.valid_to for fact in given] == [None]


def test_a_service_that_no_table_knows_is_one_that_only_its_single_rights_open() -> None:
    catalogue = plain_inventory().snapshot.catalogue
    service = catalogue.services[ServiceId("svc:4444/201012")]
    assert service.source == "read from the inventory's files"
    assert catalogue.actions[service.id] == ("sign",)


def test_a_packed_log_or_table_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "parter.csv.gz").write_bytes(gzip.compress(csv_text(PARTIES).encode()))
    assert sum(count.read for count in read(tmp_path).counts if count.source != "facts") == len(PARTIES) - 1


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("liste.xls", b"\xd0\xcf\x11\xe0", "save it as .xlsx or CSV first"),
        ("liste.pdf", b"%PDF", "export it as CSV"),
        ("liste.xlsx", b"no workbook", "open it in a spreadsheet"),
        ("liste.xlsx", b"PK\x03\x04 cut short", "open it in a spreadsheet"),
        ("liste.csv", b"", "there is nothing in the file"),
        ("liste.csv", b"a;b\r\n1;2\r\n", "no row names the columns of a table that is known"),
        ("liste.json", b"{not json", "this is not JSON"),
        ("liste.json", b"[1, 2]", "no row names the columns"),
        ("liste.csv.gz", b"not packed", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_stops_the_run(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=says) as refused:
        read(tmp_path / name)
    assert refused.value.details["file"] == name
