"""Reports as files: everything is escaped, nothing is cut without saying so, and a real browser prints them."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from legacy_mappings.reports import Bar, Bars, Flow, Report, Sheet, files_of, write_report
from legacy_mappings.reports.writing import MOST_ROWS

NASTY = '<script>alert(1)</script> & "quoted"'
REPORT = Report(
    name="sample",
    title=f"A report of {NASTY}",
    lead="What to take from it.",
    figures=(("clients", 5000), ("answer", "yes")),
    pictures=(
        Bars("Over-grant", "pairs", (Bar("plan", (("used", 70), ("unused", 3))), Bar(NASTY, (("used", 70),)))),
        Flow("Flow", "pairs", ("roles", "services", "packages"), ((0, "UTINN", "s1", 5), (1, "s1", NASTY, 5))),
    ),
    sheets=(
        Sheet(
            "clients", "Clients", ("number", "what", "count"), (("310000302", NASTY, 3), ("310000604", "=1+1", 12345))
        ),
        Sheet("empty", "Nothing", ("number",), ()),
    ),
)


def files(report: Report = REPORT) -> dict[str, str]:
    return dict(files_of(report))


def test_a_report_is_a_page_a_document_and_a_spreadsheet_for_each_table() -> None:
    assert list(files()) == ["sample.html", "sample.json", "sample-clients.csv", "sample-empty.csv"]


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_report(tmp_path / "one", REPORT)]
    second = [path.read_bytes() for path in write_report(tmp_path / "two", REPORT)]
    assert first == second


def test_nothing_that_a_party_is_called_becomes_markup() -> None:
    page = files()["sample.html"]
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5  # title, heading, picture, its words, table


def test_a_page_fetches_nothing_and_runs_nothing() -> None:
    page = files()["sample.html"]
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=[\"']?https?:", page)


def test_a_cell_that_looks_like_a_formula_is_none_in_a_spreadsheet() -> None:
    text = files()["sample-clients.csv"]
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert rows == [["number", "what", "count"], ["310000302", NASTY, "3"], ["310000604", "'=1+1", "12345"]]


def test_the_document_for_programs_has_everything() -> None:
    read = json.loads(files()["sample.json"])
    assert read["figures"] == [["clients", 5000], ["answer", "yes"]]
    assert [sheet["name"] for sheet in read["sheets"]] == ["clients", "empty"]


def test_numbers_can_be_read_and_an_empty_table_says_so() -> None:
    page = files()["sample.html"]
    assert "12\u202f345" in page
    assert '<p class="none">None.</p>' in page


def test_a_long_table_is_cut_on_the_page_and_says_where_the_rest_is() -> None:
    long = Sheet("long", "Long", ("number",), tuple((number,) for number in range(MOST_ROWS + 7)))
    written = files(replace(REPORT, sheets=(long,)))
    assert f"The first {MOST_ROWS} of {MOST_ROWS + 7} rows; all are in sample-long.csv." in written["sample.html"]
    assert written["sample-long.csv"].count("\r\n") == MOST_ROWS + 8


def test_what_is_small_in_a_flow_is_put_together_and_nothing_is_lost() -> None:
    streams = tuple((0, f"role {number:02}", "service", number) for number in range(1, 40))
    page = files(replace(REPORT, pictures=(Flow("Flow", "pairs", ("roles", "services"), streams),)))["sample.html"]
    total = sum(range(1, 40))
    shown = sum(int(size) for size in re.findall(r"to service: (\d+) pairs", page))
    assert shown == total
    assert "others to service" in page


def test_a_real_browser_prints_the_page(tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("NOT PRINTED: no Chromium here; apt-get install chromium")
    page, *_ = write_report(tmp_path, REPORT)
    printed = tmp_path / "sample.pdf"
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    subprocess.run(
        [browser, *options, "--no-pdf-header-footer", f"--print-to-pdf={printed}", page.as_uri()],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert printed.read_bytes().startswith(b"%PDF-")
    seen = subprocess.run(
        [browser, *options, "--dump-dom", page.as_uri()], check=True, capture_output=True, text=True, timeout=120
    ).stdout
    assert "A report of" in seen
    assert "alert(1)" in seen
    assert len(re.findall("<path ", seen)) == 2
