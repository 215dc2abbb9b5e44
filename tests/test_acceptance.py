"""The acceptance list of the first platform's channel is proved whole: each of its rows is marked on some test."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROWS = [f"A{number}" for number in range(1, 21)]


def marked(source: str) -> Iterator[tuple[str, str]]:
    """(row, name of the test) for each row that a test of this source is marked with."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.acceptance":
                    yield from ((ast.literal_eval(row), node.name) for row in mark.args)


def test_every_row_is_proved_by_a_test() -> None:
    proofs: dict[str, list[str]] = {row: [] for row in ROWS}
    for path in sorted(TESTS.rglob("test_*.py")):
        for row, name in marked(path.read_text("utf-8")):
            assert row in proofs, f"{path.name}: {name} is marked {row!r}, which is no row of the list"
            proofs[row].append(name)
    assert not [row for row, tests in proofs.items() if not tests]


def test_marks_are_found_where_they_stand() -> None:
    source = (
        '@pytest.mark.acceptance("A1", "A2")\ndef test_it(): ...\n\n@pytest.mark.other("A3")\ndef test_other(): ...\n'
    )
    assert list(marked(source)) == [("A1", "test_it"), ("A2", "test_it")]
