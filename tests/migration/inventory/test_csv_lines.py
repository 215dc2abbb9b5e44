"""Delimited text: what was written comes back, and a stray quote costs its own row and no other."""

from __future__ import annotations

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from legacy_mappings.inventory.csv_lines import NEVER_CLOSED, TOO_LONG, records
from legacy_mappings.inventory.decoding import decoded
from tests.migration.inventory.world import csv_text

_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=8)
_ROWS = st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=1, max_size=8)


@given(_ROWS, st.sampled_from([";", ",", "\t", "|"]))
def test_rows_that_are_quoted_rightly_come_back(rows: list[list[str]], delimiter: str) -> None:
    text = csv_text([["a", *row] for row in rows], delimiter, "\n")
    found = list(records(text, delimiter))
    assert [line.cells for line in found] == [("a", *row) for row in rows]
    assert {line.problem for line in found} == {None}


@given(st.lists(st.text('ab";\n', max_size=12), max_size=12))
def test_no_line_is_lost_whatever_its_quotes(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = list(records(text, ";", 3))
    assert "\n".join(line.text for line in found).split("\n") == [
        line for line in text.split("\n") if line.strip()
    ] or [line for line in text.split("\n") if line.strip()] == [
        each for line in found for each in line.text.split("\n") if each.strip()
    ]


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    text = 'a;b;c\n1;"x;2\n3;y;4\n5;z;6'
    found = list(records(text, ";", 3))
    assert [line.number for line in found] == [1, 2, 3, 4]
    assert [line.problem for line in found] == [None, NEVER_CLOSED, None, None]
    assert found[2].cells == ("3", "y", "4")


def test_two_stray_quotes_do_not_join_the_rows_between_them() -> None:
    text = '1;"x;2\n3;y;4\n5;z";6'
    found = list(records(text, ";", 3))
    assert [line.number for line in found] == [1, 2, 3]
    assert [line.problem for line in found] == [NEVER_CLOSED, None, None]
    assert list(csv.reader(StringIO(text), delimiter=";")) == [["1", "x;2\n3;y;4\n5;z", "6"]]


def test_a_line_break_in_a_quoted_cell_belongs_to_the_row() -> None:
    (first, second) = records('1;"to\nlinjer ""sitat""";3\n4;5;6', ";", 3)
    assert first.cells == ("1", 'to\nlinjer "sitat"', "3")
    assert (first.number, second.number) == (1, 3)


def test_quotes_in_the_middle_of_a_cell_are_letters() -> None:
    (line,) = records('1;rør 5" langt;2', ";", 3)
    assert line.cells == ("1", 'rør 5" langt', "2")
    assert line.problem is None


def test_a_cell_that_is_too_long_is_refused() -> None:
    (line,) = records('1;"' + "x" * 200_000 + '";2', ";", 3)
    assert line.problem == TOO_LONG


@given(st.binary(max_size=200))
def test_any_bytes_become_text_with_as_many_lines(data: bytes) -> None:
    assert "\r" not in decoded(data)


def test_a_file_put_together_from_two_encodings_is_read_line_by_line() -> None:
    assert decoded("blåbær\n".encode() + "rømme\n".encode("cp1252") + b"\x81\n") == "blåbær\nrømme\n\x81\n"
