"""The CSV files themselves: their form, what a broken row is answered with, and what lint finds."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.services.vocabulary import read_vocabulary
from legacy_mappings.vocabulary import lint, read_tables

ROOT = Path(__file__).parents[2]
NEW = ROOT / "core" / "services" / "vocabulary_data"
OLD = ROOT / "legacy_mappings" / "vocabulary"
FILES = sorted([*NEW.glob("*.csv"), *OLD.glob("*.csv")])


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NEW, tmp_path / "new"))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD, tmp_path / "old", ignore=shutil.ignore_patterns("*.py", "__pycache__")))


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_row_has_source_date_and_confidence(file: Path) -> None:
    text = file.read_bytes().decode("utf-8")
    assert "\r" not in text
    rows = list(csv.DictReader(text.splitlines()))
    assert rows
    for row in rows:
        assert row["source"].strip() == row["source"] != ""
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row["dated"])
        assert row["confidence"] in {"stated", "inferred", "ours"}


def test_number_of_files() -> None:
    assert (len(list(NEW.glob("*.csv"))), len(list(OLD.glob("*.csv")))) == (8, 10)


def test_shipped_vocabulary_is_clean() -> None:
    assert lint() == ()


class TestBrokenRow:
    @pytest.mark.parametrize(
        ("row", "problem"),
        [
            ("first,REGN,yes,a source,2026-08-21,stated", "neither true nor false"),
            ("first,REGN,true,a source,21.08.2026,stated", "`21.08.2026` is not a date"),
            ("first,REGN,true,a source,2026-13-01,stated", "`2026-13-01` is not a date"),
            ("first,REGN,true,a source,2026-08-21,certain", "`certain` is not a confidence"),
            ("first,REGN,true,,2026-08-21,stated", "no source"),
            ("first,true,a source,2026-08-21,stated", "number of cells"),
            ("first,REGN,REVI,true,a source,2026-08-21,stated", "number of cells"),
        ],
    )
    def test_is_refused_with_file_and_line(self, new: Path, row: str, problem: str) -> None:
        good = "code,roles,enabled,source,dated,confidence\nzeroth,REGN,true,a source,2026-08-21,stated\n"
        (new / "rule_rows.csv").write_text(f"{good}{row}\n", encoding="utf-8")
        with pytest.raises(InvalidInput, match=problem) as refused:
            read_vocabulary(new)
        assert refused.value.details == {"file": "rule_rows.csv", "line": "3"}
        assert refused.value.message.startswith("rule_rows.csv, line 3: ")

    def test_unknown_kind_of_role(self, new: Path) -> None:
        edit(new / "register_roles.csv", "REGN,register,", "REGN,other,")
        with pytest.raises(InvalidInput, match=r"register_roles.csv, line \d+: .*`kind`"):
            read_vocabulary(new)

    def test_level_that_is_no_number(self, old: Path) -> None:
        edit(old / "services.csv", "Bufdir,2,", "Bufdir,two,")
        with pytest.raises(InvalidInput, match=r"services.csv, line 251: `minimum_level`: `two` is not a whole number"):
            read_tables(old)

    def test_missing_column(self, new: Path) -> None:
        edit(new / "nesting.csv", "form,roles,", "form,holders,")
        with pytest.raises(InvalidInput, match=r"nesting.csv, line 1: there is no column `roles`"):
            read_vocabulary(new)

    def test_empty_cell_is_none_only_where_the_field_may_be(self, old: Path) -> None:
        assert {role.delegable for role in read_tables(old).roles} == {True, False, None}
        edit(old / "legacy_roles.csv", "UTINN,legacy,Utfyller/Innsender,false", "UTINN,legacy,Utfyller/Innsender,")
        with pytest.raises(InvalidInput, match="neither true nor false"):
            read_tables(old)


class TestLint:
    @pytest.mark.parametrize(
        ("file", "before", "after", "problem"),
        [
            ("conferrals.csv", "A0239,REGN,", "A0239,REGX,", "`REGX` is not known"),
            ("conferrals.csv", "A0239,REGN,", "A0999,REGN,", "`A0999` is not known"),
            ("conferrals.csv", "A0239,REGN,", "A0240,REGN,", "stands there 2 times"),
            ("legacy_roles.csv", "UTINN,legacy,", "UTINN,register,", "is a register role"),
            ("main_administrator_roles.csv", "UTINN,", "UTINNX,", "`UTINNX` is not known"),
            ("role_packages.csv", "A0239,regnskapsforer-med-", "A0239,forer-med-", "is not known"),
            (
                "role_packages.csv",
                "A0239,regnskapsforer-med-",
                "A0240,regnskapsforer-med-",
                "says nothing of this role",
            ),
            ("role_packages.csv", "UTINN,,", "A0239,,", "has packages and a row without one"),
            ("services.csv", "svc:4936/1,", "svc:4936,", "is no id of a legacy"),
            ("service_roles.csv", "rf-1070,write", "rf-1071,write", "`rf-1071` is not known"),
            ("service_roles.csv", "rf-1070,write,UTINN", "rf-1070,write,UTINNX", "`UTINNX` is not known"),
            ("service_successors.csv", "asmx:890/5712,", "asmx:890/5711,", "`asmx:890/5711` is not known"),
            ("service_packages.csv", "tinglysing-broker,", "tinglysing,", "`tinglysing` is not known"),
            ("service_packages.csv", "tinglysing-broker,tinglysing-", "tinglysing-broker,x-", "is not known"),
            ("sensitive_packages.csv", "helfo-saerlig-kategori,", "helfo,", "`helfo` is not known"),
        ],
    )
    def test_finds(self, old: Path, file: str, before: str, after: str, problem: str) -> None:
        assert lint(old) == ()
        edit(old / file, before, after)
        findings = lint(old)
        assert any(problem in finding.problem for finding in findings), findings

    def test_unreadable_row_is_the_only_finding(self, old: Path) -> None:
        edit(old / "conferrals.csv", "A0239,REGN,", "A0239,")
        (finding,) = lint(old)
        assert finding.table == "conferrals.csv"
        assert f"line {finding.row}" in finding.problem
