"""Headers: every kind of table is known by them, in bokmål and in English, however they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import RegisterRole, RoleGrant
from legacy_mappings.inventory import facts_of
from legacy_mappings.inventory.columns import SHAPES, TableKind, find_layout, named_kind, plain
from tests.migration.inventory.world import AUDITED, CLIENT, FIRM, read

BOKMAAL, ENGLISH = 0, 1


@pytest.mark.parametrize("language", [BOKMAAL, ENGLISH])
@pytest.mark.parametrize("kind", TableKind)
def test_each_kind_is_known_by_its_headers_alone(kind: TableKind, language: int) -> None:
    headers = [names[min(language, len(names) - 1)] for names in SHAPES[kind].columns.values()]
    found = find_layout([["Uttrekk"], headers], "")
    assert found is not None
    assert (found.kind, found.header, found.unknown) == (kind, 1, ())
    assert found.columns.keys() == SHAPES[kind].columns.keys()


@pytest.mark.parametrize("kind", TableKind)
def test_each_kind_is_known_by_the_names_of_its_files(kind: TableKind) -> None:
    for name in SHAPES[kind].names:
        assert named_kind(f"2026-11 Uttrekk {name} (2)") is kind


@pytest.mark.parametrize(
    ("header", "expected"),
    [("Org.nr.", "orgnr"), ("FØDSELSNUMMER", "fodselsnummer"), ("avgivers_navn", "avgiversnavn"), ("Låst", "last"),
     ("Sist brukt (dato)", "sistbruktdato"), ("Rolle\nkode", "rollekode")],
)  # fmt: skip
def test_case_signs_and_letters_do_not_matter(header: str, expected: str) -> None:
    assert plain(header) == expected


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        (
            "Avgiver orgnr;Avgivers navn;Mottaker orgnr;Mottaker navn;Rollekode;Delegert dato",
            "role delegations",
        ),
        ("Fra;Til;Rolle", "role delegations"),
        ("Organisasjonsnummer;Foretaksnavn;Organisasjonsform;Overordnet enhet;Slettedato", "parties"),
        ("Enhet;Rolleinnehaver;Rolletype;Fra;Til", "register roles"),
        ("offeredBy;coveredBy;serviceCode;serviceEditionCode;right", "single rights"),
        ("SystemID;Orgnr;Navn", "enterprise systems"),
        ("Brukernavn;Orgnr", "enterprise users"),
        ("Lokal rolle;Eier;Medlem", "local roles"),
        ("System;Blankett", "declared needs"),
        ("enterpriseSystemId;participant;form;timestamp;result", "usage"),
    ],
)
def test_headers_as_systems_write_them(headers: str, kind: str) -> None:
    found = find_layout([headers.split(";")], "uttrekk")
    assert found is not None
    assert found.kind == kind


def test_a_list_that_has_roles_of_the_register_among_those_given_is_told_apart(tmp_path: Path) -> None:
    rows = [f"{CLIENT};{FIRM};UTINN", f"{AUDITED};{FIRM};REVI", f"{AUDITED};{FIRM};Revisor", f"{AUDITED};{FIRM};agent"]
    (tmp_path / "roller.csv").write_text("\n".join(["Avgiver;Mottaker;Rolle", *rows]), "utf-8")
    found = read(tmp_path)
    kinds = [type(fact) for fact in facts_of(found.snapshot) if isinstance(fact, (RegisterRole, RoleGrant))]
    assert kinds == [RegisterRole, RoleGrant]
    (bad,) = found.bad_rows
    assert bad.reason.startswith("There is no such role in the tables.")


def test_columns_that_mean_nothing_are_told(tmp_path: Path) -> None:
    text = f"Avgiver;Mottaker;Rolle;Gyldig tll\n{CLIENT};{FIRM};UTINN;1.1.2020\n"
    (tmp_path / "roller.csv").write_text(text, "utf-8")
    assert [note.text for note in read(tmp_path).notes] == [
        "Columns that mean nothing to us were left out: `Gyldig tll`.",
        "2 parties that other tables name are in no table of parties; their form and name may be missing.",
    ]
