"""What a page in docs/ tells a reader to type works, as in the README."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_readme import ROOT, commands, run, to_run

PAGES = ("migration",)
SECONDS = 500


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_runs(page: str, tmp_path: Path) -> None:
    lines = list(to_run(commands((ROOT / "docs" / f"{page}.md").read_text("utf-8"))))
    assert lines
    outcome = run(lines, tmp_path, SECONDS)
    assert outcome.code == 0, f"`{outcome.failed}` failed:\n{outcome.said}"
