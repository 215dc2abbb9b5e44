"""An inventory as a file: the same bytes from the same input, read back as it was, without numbers and secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from core import (
    OPERATOR,
    BrownOut,
    EnterpriseSystem,
    FallBackBudget,
    InvalidInput,
    Party,
    PartyKind,
    PersonLogin,
    Store,
    import_world,
)
from legacy_mappings.inventory import (
    Inventory,
    facts_of,
    inventory_lines,
    inventory_of_store,
    read_written_inventory,
    write_inventory,
)
from tests.migration.inventory.world import AT, TABLES, csv_files, persons, read
from tests.worlds import CASES

ROOT = Path(__file__).resolve().parents[3]


@cache
def inventory() -> Inventory:
    """The firm's."""
    with TemporaryDirectory() as name:
        csv_files("cp1252")(Path(name), TABLES)
        (Path(name) / "feil.csv").write_text("Avgiver;Mottaker;Rolle\n1;2;UTINN\n", "utf-8")
        return read(Path(name))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    write_inventory(inventory(), first)
    back = read_written_inventory(first)
    write_inventory(back, second)
    assert second.read_bytes() == first.read_bytes()
    for name in ("at", "uses", "observed", "declared", "bad_rows", "counts", "notes"):
        assert getattr(back, name) == getattr(inventory(), name), name
    kept = [fact for fact in facts_of(back.snapshot) if not isinstance(fact, (Party, EnterpriseSystem))]
    assert {fact for fact in kept if type(fact).__name__ == "RoleGrant"} == {
        fact for fact in facts_of(inventory().snapshot) if type(fact).__name__ == "RoleGrant"
    }


def test_no_number_of_a_person_and_no_secret_is_in_the_file(tmp_path: Path) -> None:
    text = "".join(inventory_lines(inventory()))
    assert not any(number in text for number in persons(2))
    assert "password" not in text
    write_inventory(inventory(), tmp_path / "kept.jsonl")
    back = read_written_inventory(tmp_path / "kept.jsonl")
    people = [file.party for file in back.snapshot.files.values() if file.party.kind is PartyKind.PERSON]
    assert {(person.number, person.name) for person in people} == {(person.id, "") for person in people}


def test_the_same_files_make_the_same_bytes_whatever_the_order_of_rows_and_the_hashes_of_the_process(
    tmp_path: Path,
) -> None:
    turned = {name: [rows[0], *reversed(rows[1:])] for name, rows in TABLES.items()}
    for name, tables in (("one", TABLES), ("other", turned)):
        (tmp_path / name).mkdir()
        csv_files("utf-8")(tmp_path / name, tables)
    one, other = ("".join(inventory_lines(read(tmp_path / name))) for name in ("one", "other"))
    assert one == other
    script = (
        "import sys; from pathlib import Path; from tests.migration.inventory.world import read;"
        "from legacy_mappings.inventory import inventory_lines;"
        "sys.stdout.writelines(inventory_lines(read(Path(sys.argv[1]))))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "one")],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
    )
    assert ran.stdout.decode() == one


@pytest.mark.parametrize(
    "content",
    ["", "{}", '["format","another/1",{}]\n', '["format","brobygger-inventory/1",{}]\n["fact","party",{}]\n', "\xff"],
)
def test_any_other_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "noe.jsonl"
    path.write_text(content, "latin-1")
    with pytest.raises(InvalidInput, match="is no inventory of ours"):
        read_written_inventory(path)
    with pytest.raises(InvalidInput, match="is no inventory of ours"):
        read_written_inventory(tmp_path / "borte.jsonl")


def test_a_store_with_every_kind_of_fact_is_written_and_read_back(sqlite_store: Store, tmp_path: Path) -> None:
    import_world(sqlite_store, OPERATOR, json.loads((CASES / "worlds" / "everything.json").read_text("utf-8")))
    whole = inventory_of_store(sqlite_store, AT)
    left_out = {type(fact) for fact in sqlite_store.facts()} - {type(fact) for fact in facts_of(whole.snapshot)}
    assert left_out == {PersonLogin, FallBackBudget, BrownOut}
    write_inventory(whole, tmp_path / "kept.jsonl")
    back = read_written_inventory(tmp_path / "kept.jsonl")
    assert list(inventory_lines(back)) == list(inventory_lines(whole))
    assert len(facts_of(back.snapshot)) == len(facts_of(whole.snapshot))
