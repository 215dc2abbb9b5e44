"""An inventory of files put into the store: everything once, passwords and ids kept, and the same answers after."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import (
    OPERATOR,
    Caller,
    CallerKind,
    EnterpriseSystem,
    ErrorCode,
    GatewayError,
    InvalidInput,
    Party,
    PartyId,
    PartyKind,
    Store,
)
from legacy_mappings.inventory import (
    Lists,
    facts_of,
    inventory_of_store,
    keep_inventory,
    read_inventory,
    read_written_inventory,
    write_inventory,
)
from tests.migration.inventory.world import AT, CLIENT, FIRM, TABLES, csv_files, read, shipped

KNOWN = Party(PartyId("00000000-0000-4000-8000-0000000000b1"), PartyKind.ORGANISATION, FIRM, "Gammelt navn", 77, "AS")


def _files(folder: Path) -> Path:
    folder.mkdir()
    csv_files("utf-8")(folder, TABLES)
    return folder


def test_what_was_read_is_in_the_store_once(store: Store, tmp_path: Path) -> None:
    store.import_facts("tests", [KNOWN, EnterpriseSystem(4711, KNOWN.id, "Før", "a hash")])
    folder = _files(tmp_path / "files")
    found = read_inventory([folder], shipped(), AT, base=inventory_of_store(store, AT))
    assert keep_inventory(store, OPERATOR, found) > 100
    firm = store.snapshot().party_numbered(FIRM)
    assert firm
    assert (firm.id, firm.altinn_id, firm.name) == (KNOWN.id, 77, "Ærlig & Åpen Økonomi AS")
    system = store.snapshot().enterprise_systems.get(4711)
    assert system
    assert (system.secret, system.name) == ("a hash", "Lønn & regnskap")
    kept = inventory_of_store(store, AT)
    assert Lists(kept).summary().permitted_by_ground == Lists(found).summary().permitted_by_ground
    again = read_inventory([folder], shipped(), AT, base=kept)
    assert [*map(repr, facts_of(again.snapshot))] == [*map(repr, facts_of(kept.snapshot))]
    assert keep_inventory(store, OPERATOR, again) == 0


def test_files_add_to_what_is_known(sqlite_store: Store, tmp_path: Path) -> None:
    keep_inventory(sqlite_store, OPERATOR, read(_files(tmp_path / "files")))
    log = tmp_path / "bruk.csv"
    log.write_text(f"Fagsystem;Avgiver;Skjema;Sist brukt\n4711;{CLIENT};212/4348;01.11.2026\n", "utf-8")
    users = tmp_path / "roller.csv"
    users.write_text(f"Avgiver;Virksomhetsbruker;Rolle\n{CLIENT};roboten;UTINN\n", "utf-8")
    found = read_inventory([log, users], shipped(), AT, base=inventory_of_store(sqlite_store, AT))
    assert found.bad_rows == ()
    (use,) = found.uses
    client = sqlite_store.snapshot().party_numbered(CLIENT)
    assert client
    assert use.reportee == client.id
    before = {fact for fact in facts_of(sqlite_store.snapshot()) if type(fact).__name__ == "RoleGrant"}
    (new,) = {fact for fact in facts_of(found.snapshot) if type(fact).__name__ == "RoleGrant"} - before
    (robot,) = sqlite_store.snapshot().enterprise_users.values()
    assert getattr(new, "receiver") == robot.id  # noqa: B009 – the set is of facts of any kind


def _code(store: Store, found: object, caller: Caller = OPERATOR) -> ErrorCode:
    with pytest.raises(GatewayError) as refused:
        keep_inventory(store, caller, found)  # type: ignore[arg-type]
    return refused.value.code


def test_what_would_spoil_the_store_is_refused(sqlite_store: Store, tmp_path: Path) -> None:
    found = read(_files(tmp_path / "files"))
    assert _code(sqlite_store, found, Caller(CallerKind.PERSON)) is ErrorCode.MISSING_ADMINISTRATION
    write_inventory(found, tmp_path / "kept.jsonl")
    assert _code(sqlite_store, read_written_inventory(tmp_path / "kept.jsonl")) is ErrorCode.INVALID_INVENTORY
    sqlite_store.import_facts("tests", [KNOWN])
    with pytest.raises(InvalidInput, match="read the files together with the store"):
        keep_inventory(sqlite_store, OPERATOR, found)
