"""A user's own tables over the shipped ones: who has the last word, what is refused, what is told of the difference."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import Confidence, InvalidInput, Right, ServiceId, ServiceSuccessor
from legacy_mappings.vocabulary import (
    ChangeKind,
    Layered,
    Placed,
    Standing,
    confirmed,
    coverage,
    diff,
    layered_tables,
    lint_layers,
    packages_for_role,
    services_numbered,
    successor_for,
    successors_in,
)
from legacy_mappings.vocabulary.tables import shipped_tables

HEADERS = {
    "role_packages": "role,package,confidence,basis,condition,source,dated",
    "service_successors": "service,action,resource,resource_action,source,dated,confidence",
    "service_packages": "service,package,basis,source,dated,confidence",
    "service_roles": "service,action,role,source,dated,confidence",
    "sensitive_packages": "package,why,source,dated,confidence",
    "services": (
        "id,kind,title,owner,minimum_level,minimum_level_org,resource_type,delegable,access_list,form_number,"
        "source,dated,confidence"
    ),
}
MINE = "mine,2026-11-22,user"


def layer(folder: Path, **tables: list[str]) -> Path:
    """A folder with these rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("\n".join([HEADERS[name], *rows, ""]), encoding="utf-8")
    return folder


def right(service: str, action: str = "write") -> Right:
    return Right(ServiceId(service), action)


def targets(layered: Layered, service: str, action: str = "write") -> list[str]:
    return [row.resource for row in successor_for(layered.tables, right(service, action))]


def test_without_layers_the_tables_are_the_shipped_ones() -> None:
    layered = layered_tables(())
    assert layered.tables == shipped_tables()
    assert layered.rows_changed() == ()
    assert layered.none == frozenset()


class TestOverride:
    def test_row_takes_the_place_of_what_lower_layers_say(self, tmp_path: Path) -> None:
        mine = layer(tmp_path, service_successors=[f"asmx:212/3148,write,my-vat,write,{MINE}"])
        layered = layered_tables([mine])
        assert targets(layered, "asmx:212/3148") == ["my-vat"]
        assert targets(layered, "asmx:212/4348") == ["app_skd_mva-melding-innsending-v1"]

    def test_last_folder_has_the_last_word(self, tmp_path: Path) -> None:
        first = layer(tmp_path / "a", service_successors=[f"asmx:212/3148,write,first,write,{MINE}"])
        second = layer(tmp_path / "b", service_successors=[f"asmx:212/3148,write,second,write,{MINE}"])
        assert targets(layered_tables([first, second]), "asmx:212/3148") == ["second"]
        assert targets(layered_tables([second, first]), "asmx:212/3148") == ["first"]

    def test_repeating_a_proposal_is_the_yes_to_it_and_no_to_the_others(self, tmp_path: Path) -> None:
        assert not any(confirmed(row) for row in packages_for_role("A0212"))
        mine = layer(tmp_path, role_packages=[f"a0212,fiske,user,we fish,,{MINE.removesuffix(',user')}"])
        rows = [row for row in layered_tables([mine]).tables.role_packages if row.role == "A0212"]
        assert [(row.package, confirmed(row)) for row in rows] == [("fiske", True)]

    def test_empty_target_says_that_there_is_none(self, tmp_path: Path) -> None:
        mine = layer(
            tmp_path,
            service_successors=[f"asmx:212/3148,write,,,{MINE}"],
            role_packages=["A0212,,user,nothing,,mine,2026-11-22"],
        )
        layered = layered_tables([mine])
        assert targets(layered, "asmx:212/3148") == []
        assert layered.none == {right("asmx:212/3148")}
        assert [row.package for row in layered.tables.role_packages if row.role == "A0212"] == [None]
        assert all(row.resource for row in layered.tables.service_successors)

    def test_user_adds_a_service_and_a_sensitive_package(self, tmp_path: Path) -> None:
        mine = layer(
            tmp_path,
            services=[f"svc:9999/1,legacy,Mine,me,2,,,true,false,XX-1,{MINE}"],
            service_successors=[f"XX-1,read,mine,read,{MINE}"],
            sensitive_packages=[f"fiske,secret grounds,{MINE}"],
        )
        layered = layered_tables([mine])
        assert targets(layered, "svc:9999/1", "read") == ["mine"]
        assert "fiske" in {row.package for row in layered.tables.sensitive_packages}
        assert len(layered.tables.sensitive_packages) == len(shipped_tables().sensitive_packages) + 1

    def test_a_mark_at_the_start_of_the_file_is_not_part_of_it(self, tmp_path: Path) -> None:
        mine = layer(tmp_path, service_successors=[f"asmx:212/3148,write,my-vat,write,{MINE}"])
        file = mine / "service_successors.csv"
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
        assert targets(layered_tables([mine]), "asmx:212/3148") == ["my-vat"]


class TestFormNumber:
    def test_means_every_version(self, tmp_path: Path) -> None:
        mine = layer(tmp_path, service_successors=[f" rf-0002,write,my-vat,write,{MINE}"])
        layered = layered_tables([mine])
        versions = services_numbered(layered.tables, "RF-0002")
        assert [row.id for row in versions] == ["asmx:212/3148", "asmx:212/4348", "asmx:212/5810"]
        assert all(targets(layered, row.id) == ["my-vat"] for row in versions)

    def test_row_for_a_version_goes_before_it(self, tmp_path: Path) -> None:
        rows = [f"asmx:212/3148,write,,,{MINE}", f"RF-0002,write,my-vat,write,{MINE}"]
        layered = layered_tables([layer(tmp_path, service_successors=rows)])
        assert targets(layered, "asmx:212/3148") == []
        assert targets(layered, "asmx:212/5810") == ["my-vat"]

    def test_names_services_without_a_number_too_where_the_table_knows_them(self, tmp_path: Path) -> None:
        mine = layer(
            tmp_path,
            service_packages=[f"RF-1070,skatt-naering,ours,{MINE}"],
            service_roles=[f"RF-1070,write,utinn,{MINE}"],
        )
        layered = layered_tables([mine])
        forms = {row.id for row in services_numbered(layered.tables, "RF-1070")}
        accepting = {row.service for row in layered.tables.service_packages if row.package == "skatt-naering"}
        assert accepting >= {"rf-1070", *forms}
        assert {row.role for row in layered.tables.service_roles if row.service in forms} == {"UTINN"}


class TestRefused:
    @pytest.mark.parametrize(
        ("table", "rows", "problem", "line"),
        [
            ("service_successors", ["asmx:1/1,write,x,write,mine,2026-11-22,stated"], "must be `user`", "2"),
            ("service_successors", ["asmx:1/1,write,x,write,mine,yesterday,user"], "is not a date", "2"),
            (
                "service_successors",
                [f"asmx:1/1,write,x,write,{MINE}", f"asmx:1/1,write,,,{MINE}"],
                "both a target and a row that says there is none",
                "3",
            ),
            ("role_packages", ["A0212,fiske,user,,,,2026-11-22"], "no source", "2"),
            (
                "service_successors",
                [f"RF-0002,write,x,write,{MINE}", f"rf-0002,write,x,write,{MINE}"],
                "asmx:212/3148 write: the same is said twice",
                "3",
            ),
        ],
    )
    def test_with_layer_file_and_line(
        self, tmp_path: Path, table: str, rows: list[str], problem: str, line: str
    ) -> None:
        folder = layer(tmp_path, **{table: rows})
        with pytest.raises(InvalidInput, match=problem) as refused:
            layered_tables([folder])
        assert refused.value.details == {"layer": str(folder), "file": f"{table}.csv", "line": line}
        (finding,) = lint_layers([folder])
        assert (finding.layer, finding.table, finding.line) == (str(folder), f"{table}.csv", int(line))

    def test_a_file_that_is_no_table(self, tmp_path: Path) -> None:
        (tmp_path / "role_package.csv").write_text("role\n", encoding="utf-8")
        with pytest.raises(InvalidInput, match=r"`role_package.csv` is no table; the tables are services.csv"):
            layered_tables([tmp_path])

    def test_a_folder_without_tables(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="there is no table"):
            layered_tables([tmp_path])

    def test_a_file_in_another_encoding(self, tmp_path: Path) -> None:
        folder = layer(tmp_path, service_successors=[f"asmx:212/3148,write,mva-på-nett,write,{MINE}"])
        file = folder / "service_successors.csv"
        file.write_bytes(file.read_text(encoding="utf-8").encode("cp1252"))
        with pytest.raises(InvalidInput, match="is not UTF-8"):
            layered_tables([folder])


class TestDiff:
    def test_tells_each_row_with_its_layer_and_line(self, tmp_path: Path) -> None:
        mine = layer(
            tmp_path,
            service_successors=[
                f"asmx:212/3148,write,my-vat,write,{MINE}",
                f"asmx:735/5804,write,my-pay,write,{MINE}",
                f"asmx:213/4412,write,,,{MINE}",
            ],
        )
        changes = layered_tables([mine]).rows_changed()
        told = [(change.subject, change.kind, [placed.line for placed in change.after]) for change in changes]
        assert told == [
            (("asmx:212/3148", "write"), ChangeKind.CHANGED, [2]),
            (("asmx:213/4412", "write"), ChangeKind.REMOVED, [4]),
            (("asmx:735/5804", "write"), ChangeKind.ADDED, [3]),
        ]
        assert changes[0].before[0][:3] == ("shipped", "service_successors.csv", 2)
        assert {placed.layer for change in changes for placed in change.after} == {str(mine)}

    def test_of_two_layerings(self, tmp_path: Path) -> None:
        old = layer(tmp_path / "old", service_successors=[f"asmx:735/5804,write,my-pay,write,{MINE}"])
        new = layer(tmp_path / "new", service_successors=[f"asmx:212/3148,write,my-vat,write,{MINE}"])
        changes = diff(layered_tables([old]), layered_tables([new]))
        assert [(change.subject[0], change.kind) for change in changes] == [
            ("asmx:212/3148", ChangeKind.CHANGED), ("asmx:735/5804", ChangeKind.REMOVED),
        ]  # fmt: skip
        assert changes[1].after == ()

    def test_place_of_a_row(self, tmp_path: Path) -> None:
        mine = layer(tmp_path, service_successors=[f"RF-0002,write,my-vat,write,{MINE}"])
        layered = layered_tables([mine])
        (row,) = successor_for(layered.tables, right("asmx:212/5810"))
        assert layered.place_of(row) == Placed(str(mine), "service_successors.csv", 2, row)
        assert layered.place_of(layered.tables.roles[0]) == ("shipped", "legacy_roles.csv", 2, layered.tables.roles[0])
        assert layered.place_of("no row") is None


class TestLint:
    def test_a_good_layer_has_no_findings(self, tmp_path: Path) -> None:
        good = layer(tmp_path, service_successors=[f"RF-0002,write,my-vat,write,{MINE}"])
        assert lint_layers([good]) == ()
        assert lint_layers([]) == ()

    @pytest.mark.parametrize(
        ("table", "row", "problem"),
        [
            ("service_successors", f"RF-9999,write,x,write,{MINE}", "`RF-9999` is not known"),
            ("service_successors", f"asmx:7/7,write,,,{MINE}", "`asmx:7/7` is not known"),
            ("service_successors", f"asmx:212/3148,read,x,read,{MINE}", "its action is `write`"),
            ("service_successors", f"asmx:212/3148,write,x,,{MINE}", "names a resource and no action"),
            ("service_packages", f"asmx:212/3148,no-such,why,{MINE}", "`no-such` is not known"),
            ("role_packages", "UTINN,eksplisitt,user,why,,mine,2026-11-22", "can be given to no system user"),
            ("role_packages", "UTINN,no-such,user,why,,mine,2026-11-22", "`no-such` is not known"),
            ("role_packages", "NOSUCH,fiske,user,why,,mine,2026-11-22", "`NOSUCH` is not known"),
            (
                "role_packages",
                "LOPER,sykefravaer-personopplysninger-saerlig-kategori,user,why,,mine,2026-11-22",
                "asks for a consent of its own",
            ),
        ],
    )
    def test_finds_with_layer_and_line(self, tmp_path: Path, table: str, row: str, problem: str) -> None:
        folder = layer(tmp_path, **{table: [row]})
        findings = lint_layers([folder])
        assert any(
            problem in finding.problem and (finding.layer, finding.table, finding.line) == (str(folder), table, 2)
            for finding in findings
        ), findings


class TestCoverage:
    def test_stated_apply_inferred_ask_the_rest_block(self) -> None:
        roles = {row.role: row.standing for row in coverage(layered_tables(())).roles}
        assert [list(roles.values()).count(standing) for standing in Standing] == [14, 21, 11, 0]
        assert (roles["A0239"], roles["A0212"], roles["UTINN"]) == (Standing.APPLIES, Standing.ASKS, Standing.BLOCKS)

    def test_user_decides(self, tmp_path: Path) -> None:
        mine = layer(
            tmp_path,
            role_packages=["A0212,fiske,user,,,mine,2026-11-22", "UTINN,,user,,,mine,2026-11-22"],
            service_successors=[f"RF-0002,write,my-vat,write,{MINE}", f"asmx:735/5804,write,,,{MINE}"],
        )
        found = coverage(layered_tables([mine]))
        roles = {row.role: (row.standing, row.packages) for row in found.roles}
        assert roles["A0212"] == (Standing.APPLIES, ("fiske",))
        assert roles["UTINN"] == (Standing.NONE, ())
        services = {(row.service, row.action): (row.standing, row.successors) for row in found.services}
        assert services["asmx:212/5810", "write"] == (Standing.APPLIES, ("my-vat:write",))
        assert services["asmx:735/5804", "write"] == (Standing.NONE, ())

    def test_of_some_only(self) -> None:
        found = coverage(layered_tables(()), roles={"UTINN", "NOSUCH"}, services={"asmx:735/5804"})
        assert [row.role for row in found.roles] == ["UTINN"]
        assert [(row.service, row.standing) for row in found.services] == [("asmx:735/5804", Standing.BLOCKS)]
        assert found.is_settled is False

    @pytest.mark.parametrize(
        ("role", "opens", "settled"),
        [("A0239", 8, True), ("UTINN", 6, True), ("systeminnsendingsrettighet", 247, True), ("GKBHT", 0, False)],
    )
    def test_a_role_that_opens_something_goes_by_its_services(self, role: str, opens: int, *, settled: bool) -> None:
        found = coverage(layered_tables(()), roles={role}, services=())
        assert (found.roles[0].opens, found.is_settled) == (opens, settled)

    def test_every_service_has_a_row_and_a_right_has_one_only(self) -> None:
        found = coverage(layered_tables(()))
        assert {row.service for row in found.services} == {row.id for row in shipped_tables().services}
        assert len({(row.service, row.action) for row in found.services}) == len(found.services)


class TestConfirmed:
    @pytest.mark.parametrize(
        ("grade", "answer"),
        [
            (Confidence.STATED, True),
            (Confidence.USER, True),
            (Confidence.INFERRED, False),
            (Confidence.OURS, False),
        ],
    )
    def test_what_applies_in_bulk(self, grade: Confidence, *, answer: bool) -> None:
        row = ServiceSuccessor(ServiceId("asmx:1/1"), "write", ServiceId("x"), "write", "a source", "2026-11-22", grade)
        assert confirmed(row) is answer


SUBJECTS = st.sampled_from(["asmx:212/3148", "asmx:212/4348", "asmx:735/5804", "asmx:213/4412"])
LAYERS = st.lists(st.dictionaries(SUBJECTS, st.sampled_from(["", "x", "y"]), min_size=1), max_size=4)


@given(LAYERS)
def test_the_uppermost_word_about_a_subject_counts(
    tmp_path_factory: pytest.TempPathFactory, layers: list[dict[str, str]]
) -> None:
    """Against the plainest oracle: for each subject the last layer that speaks of it, else the shipped rows."""
    folder = tmp_path_factory.mktemp("layers")
    folders = [
        layer(
            folder / str(place),
            service_successors=[f"{service},write,{to},{'write' if to else ''},{MINE}" for service, to in said.items()],
        )
        for place, said in enumerate(layers)
    ]
    layered = layered_tables(folders)
    expected = {key: [row.resource for row in rows] for key, rows in successors_in(shipped_tables()).items()}
    for said in layers:
        expected |= {right(service): [ServiceId(to)] if to else [] for service, to in said.items()}
    found = {key: [row.resource for row in rows] for key, rows in successors_in(layered.tables).items()}
    assert found == {key: rows for key, rows in expected.items() if rows}
    assert layered.none == {key for key, rows in expected.items() if not rows}
