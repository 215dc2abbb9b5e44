"""The report says the same in the same bytes, is read back whole, and is refused when a letter of it was altered."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core import ErrorCode, InvalidInput
from legacy_mappings.parity import Finding, Parity, digest_of, gained_digest, read_report, report_text
from tests.migration.parity.some import found_everything, found_nothing


@pytest.fixture(scope="module")
def parity() -> Parity:
    return found_everything()


def test_a_report_is_read_back_as_it_was_written(parity: Parity) -> None:
    told = replace(parity, moved=parity.groups[:1])

    assert read_report(report_text(parity)) == parity
    assert read_report(report_text(told)) == told
    assert report_text(found_everything()) == report_text(parity)


def test_a_report_is_json_with_a_group_a_line(parity: Parity) -> None:
    text = report_text(parity)
    plain = json.loads(text)

    assert plain["lines"] == {str(finding): parity.count(finding) for finding in Finding}
    assert len(plain["groups"]) == len(parity.groups)
    assert sum(line.startswith('{"finding"') for line in text.splitlines()) == len(parity.groups)


def test_a_report_that_was_altered_is_not_read(parity: Parity) -> None:
    text = report_text(parity)
    altered = [
        text.replace('"lost"', '"kept"', 1),
        text.replace(f'"pairs": {parity.pairs}', f'"pairs": {parity.pairs + 1}'),
        text.replace('"settled": true', '"settled": false', 1).replace("{", '{"more":1,', 1),
        text.replace("\n", "\n\n", 1),
        text.replace(gained_digest(parity), gained_digest(found_nothing())),
        "[]",
        "not JSON",
        "{}",
    ]
    for each in altered:
        assert each != text
        with pytest.raises(InvalidInput) as refused:
            read_report(each)
        assert refused.value.code is ErrorCode.INVALID_REPORT


def test_the_digest_of_what_was_gained_names_it_and_nothing_else(parity: Parity) -> None:
    gained = next(group for group in parity.groups if group.finding is Finding.GAINED)
    others = tuple(group for group in parity.groups if group is not gained)
    kept = tuple(group for group in parity.groups if group.finding is not Finding.KEPT)

    assert gained_digest(replace(parity, groups=kept, at=parity.at.replace(year=2030))) == gained_digest(parity)
    assert gained_digest(replace(parity, groups=(replace(gained, chain=("new id",)), *others))) == gained_digest(parity)
    for other in (
        replace(gained, reportees=(*gained.reportees, gained.reportees[0])),
        replace(gained, rights=gained.rights[1:]),
        replace(gained, actor=replace(gained.actor, reference="")),
        replace(gained, cause="other"),
    ):
        assert gained_digest(replace(parity, groups=(other, *others))) != gained_digest(parity)


def test_no_number_of_anybody_is_in_a_report(parity: Parity) -> None:
    text = report_text(parity)

    assert "310" not in text.replace(gained_digest(parity), "")
    assert digest_of(text).startswith("sha256:")
