"""What surrounds the code keeps its word: locks, dependencies, licence, changelog, make and CI."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from core import Nesting, Store
from tests.postgres import NoPostgresError, running_server

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCKS = {"requirements.lock": (), "requirements-dev.lock": ("test", "bench")}


def read(name: str) -> str:
    """The text of a file of the project."""
    return (ROOT / name).read_text("utf-8")


def wanted(*extras: str) -> dict[str, Requirement]:
    """The requirements of pyproject.toml with these extras, by canonical name."""
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines}


# -- the checks: text in, complaints out -----------------------------------------------------------


def locked(lock: str) -> dict[str, str]:
    """What a lock holds: canonical name to version."""
    return {canonicalize_name(name): version for name, version in re.findall(r"(?m)^([\w.-]+)==([^ ;\\]+)", lock)}


def loose(lock: str) -> Iterator[str]:
    """What a lock leaves open: a requirement without version or hash, or an address to fetch from."""
    for entry in re.split(r"(?m)^(?=\S)", re.sub(r"(?m)^ *#.*\n?", "", lock)):
        first = entry.split("\n", 1)[0].strip()
        if not first:
            continue
        if not re.match(r"[\w.-]+==[^ ;\\]+( ;[^\\]+)? ?\\?$", first):
            yield f"not one pinned requirement: {first}"
        elif not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry):
            yield f"no hash: {first}"
    if re.search(r"\w://|--(?:extra-)?index-url|--find-links|\bfile:", lock):
        yield "an address stands in it"


def differing(lock: str, requirements: Mapping[str, Requirement]) -> Iterator[str]:
    """Where a lock and pyproject.toml do not say the same."""
    held = locked(lock)
    asked_by_us = re.findall(
        r"(?m)^([\w.-]+)==(?:.*\\\n)(?:    --hash.*\n)+    # via(?:\n    #  )? +brobygger \(", lock
    )
    for name, requirement in requirements.items():
        if name not in held:
            yield f"{name} is not locked"
        elif not requirement.specifier.contains(held[name], prereleases=True):
            yield f"{name} is locked at {held[name]}, which is not {requirement.specifier}"
    for name in sorted({canonicalize_name(name) for name in asked_by_us} - set(requirements)):
        yield f"{name} is locked for us, but pyproject.toml does not ask for it"


def unexplained(document: str, requirements: Mapping[str, Requirement]) -> Iterator[str]:
    """Dependencies without a full line (what for, why this one, what instead, licence) in the document."""
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in document.splitlines() if "|" in line]
    explained: dict[str, list[str]] = {canonicalize_name(row[0].split("[")[0]): row for row in rows}
    for name in requirements:
        if name not in explained:
            yield f"{name} has no line"
        elif len(explained[name]) != 5 or not all(explained[name]):
            yield f"{name}: the line has an empty or missing column"
    for name in sorted(set(explained) - set(requirements)):
        if re.fullmatch(r"[a-z0-9-]*[a-z0-9]", name) and name != "package":
            yield f"{name} has a line, but is no dependency"


# -- locks and dependencies ------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_leaves_nothing_open(name: str) -> None:
    assert len(locked(read(name))) > 10
    assert not list(loose(read(name)))


@pytest.mark.parametrize(("name", "extras"), LOCKS.items())
def test_a_lock_says_the_same_as_pyproject(name: str, extras: tuple[str, ...]) -> None:
    assert not list(differing(read(name), wanted(*extras)))


def test_both_locks_hold_the_same_versions() -> None:
    runtime, tests = (locked(read(name)) for name in LOCKS)
    assert runtime.items() <= tests.items()


def test_every_dependency_is_explained() -> None:
    assert not list(unexplained(read("docs/dependencies.md"), wanted("test", "bench")))


HASH = "--hash=sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("lock", "complaint"),
    [
        ("flask==3.1.0\n    # via brobygger\n", "no hash: flask==3.1.0"),
        (f"flask==3.1.0 \\\n    {HASH}\njinja2==3 \\\n    # via flask\n", "no hash: jinja2==3 \\"),
        (f"flask>=3.1.0 \\\n    {HASH}\n", "not one pinned requirement: flask>=3.1.0 \\"),
        (f"flask==3.1.0 \\\n    {HASH}\n--index-url https://example.no\n", "an address stands in it"),
        (f"flask @ file:flask.whl \\\n    {HASH}\n", "an address stands in it"),
    ],
)
def test_an_open_lock_is_noticed(lock: str, complaint: str) -> None:
    assert complaint in list(loose(lock))


def test_a_differing_lock_is_noticed() -> None:
    lock = f"flask==3.0.0 \\\n    {HASH}\n    # via brobygger (pyproject.toml)\n"
    lock += f"zope==1 \\\n    {HASH}\n    # via\n    #   brobygger (pyproject.toml)\n    #   flask\n"
    asked = {"flask": Requirement("flask>=3.1"), "lxml": Requirement("lxml")}
    assert list(differing(lock, asked)) == [
        "flask is locked at 3.0.0, which is not >=3.1",
        "lxml is not locked",
        "zope is locked for us, but pyproject.toml does not ask for it",
    ]


def test_an_unexplained_dependency_is_noticed() -> None:
    document = "| `flask` | doors | | none | BSD |\n| `zope` | x | y | z | ZPL |\n"
    asked = {"flask": Requirement("flask"), "lxml": Requirement("lxml")}
    assert list(unexplained(document, asked)) == [
        "flask: the line has an empty or missing column",
        "lxml has no line",
        "zope has a line, but is no dependency",
    ]


# -- what the tests stand on -----------------------------------------------------------------------


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_has_a_database_of_its_own(time: str, store: Store) -> None:
    assert store.snapshot().sequence == 0, f"the {time} test found what another one wrote"
    assert store.import_facts("test", [Nesting("AS", frozenset({"DAGL"}), "test", "2026-01-01")]) == 1
    assert store.snapshot().sequence == 1


def test_a_missing_postgresql_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(NoPostgresError, match=r"apt-get install postgresql"):
        next(running_server([tmp_path]))


# -- licence, changelog, make, CI ------------------------------------------------------------------


def test_the_changelog_speaks_of_the_next_or_the_present_version() -> None:
    headings = re.findall(r"(?m)^## \[(.+?)\]", read("CHANGELOG.md"))
    assert headings
    assert headings[0] in ("Unreleased", PROJECT["version"])


def test_the_licence_is_the_one_that_pyproject_names() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    text = read("LICENSE")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_make_explains_every_target() -> None:
    phony = re.search(r"(?m)^\.PHONY: (.+)$", read("Makefile"))
    assert phony is not None
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"(?m)^  make ([\w-]+) +\S", shown)) == set(phony[1].split())


def test_the_tests_run_last_so_that_their_verdict_is_the_last_line() -> None:
    planned = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "--always-make", "test"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    programs = [line.split()[0].rsplit("/", 1)[-1] for line in planned[-4:]]
    assert programs == ["ruff", "ruff", "mypy", "python"]
    assert " -m pytest " in planned[-1]


def test_ci_makes_the_tests_and_allows_no_skip() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o100
    subprocess.run(["bash", "-n", script], check=True)
    assert "REQUIRE_REAL_COMPONENTS=1" in script.read_text("utf-8")
    assert "make test" in script.read_text("utf-8").splitlines()[-1]


@pytest.mark.parametrize(("switch", "verdict"), [("1", "1 failed"), ("", "1 skipped")])
def test_a_missing_component_fails_where_it_is_required(switch: str, verdict: str, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(read("tests/conftest.py"))
    (tmp_path / "test_it.py").write_text("import pytest\ndef test_it():\n    pytest.skip('no such thing here')\n")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-ra", tmp_path],
        cwd=tmp_path,
        env={**os.environ, "REQUIRE_REAL_COMPONENTS": switch},
        capture_output=True,
        text=True,
        check=False,
    )
    assert verdict in result.stdout
    assert "no such thing here" in result.stdout
