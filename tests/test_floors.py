"""The house stands: who may import whom, how long things are, what is documented, what the rules may not touch."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from inspect import isroutine
from pathlib import Path

import pytest

import core

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("core", "legacy_mappings", "soap", "rest", "portal", "delivery", "brobygger")
MEASURED = (*ROOMS, "tests", "benchmarks", "fuzz")
LONGEST_FUNCTION = 50
LONGEST_MODULE = 400

# What the rules may not touch, in words that an import contract cannot see.
NOT_IN_RULES = re.compile(r"datetime\.now|utcnow|date\.today|uuid4|\blogging\b|\brandom\b|\bopen\(|\bprint\(")
UNFINISHED = re.compile(r"NotImplementedErro[r]|\bTOD[O]\b|\bFIXM[E]\b")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|home|work|Users)/\w")


def modules(*rooms: str) -> list[Path]:
    """Every Python module of the rooms that are there."""
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def files_of_the_project() -> list[Path]:
    """Every file that is, or is about to be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    # A copy without its history has no list: then what lies there is the project.
    found = [ROOT / name for name in names] or [
        path
        for path in ROOT.rglob("*")
        if not any(part.startswith((".", "__")) or part.endswith(".egg-info") for part in path.relative_to(ROOT).parts)
    ]
    return sorted(path for path in found if path.is_file())


# -- the checks: source in, complaints out ---------------------------------------------------------


def long_functions(source: str) -> Iterator[str]:
    """Functions longer than the limit, signature and docstring counted."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{node.name} has {lines} lines, {LONGEST_FUNCTION} are allowed"


def long_module(source: str) -> Iterator[str]:
    """A module longer than the limit. Imports and the list of public names are no code to read."""
    lines = len(source.splitlines()) - sum(map(_lines_of_names, ast.parse(source).body))
    if lines > LONGEST_MODULE:
        yield f"{lines} lines, {LONGEST_MODULE} are allowed"


def _lines_of_names(node: ast.stmt) -> int:
    is_list = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    is_names = is_list or isinstance(node, ast.Import | ast.ImportFrom)
    return (node.end_lineno or node.lineno) - node.lineno + 1 if is_names else 0


def without_purpose(source: str) -> Iterator[str]:
    """A module that does not say on its first line what it is for."""
    if not ast.get_docstring(ast.parse(source)) or not re.match(r'r?"""\S', source):
        yield "the first line is not a docstring that says what the module is for"


def unfinished(source: str) -> Iterator[str]:
    """Work left for later."""
    for match in UNFINISHED.finditer(source):
        yield f"{match.group()} stands in it"


def outside_standard_library(source: str) -> Iterator[str]:
    """Imports of a rule that are neither the standard library nor other rules."""
    for name in imported(source):
        top = name.partition(".")[0]
        is_rule = name.startswith(("core.domain", "core.errors"))
        if top not in sys.stdlib_module_names and not is_rule:
            yield f"imports {name}"


def impure(source: str) -> Iterator[str]:
    """Clock, chance, input, output or logging in a rule. Docstrings may speak of them."""
    for match in NOT_IN_RULES.finditer(ast.unparse(_without_docstrings(ast.parse(source)))):
        yield f"uses {match.group()}"


def submodules_of_core(source: str) -> Iterator[str]:
    """Imports of a submodule of core where only its public face may be seen."""
    for name in imported(source):
        if name.startswith("core."):
            yield f"imports {name}: outside core only `from core import …`"


def undocumented(face: object) -> Iterator[str]:
    """Public names of a package that are classes or functions without a docstring of their own."""
    for name in getattr(face, "__all__", ()):
        thing = getattr(face, name)
        if isinstance(thing, type) or isroutine(thing):
            text = vars(thing).get("__doc__") if isinstance(thing, type) else thing.__doc__
            if not text or text.startswith(f"{name}("):
                yield f"{name} has no docstring"


def wrong_listing(source: str) -> Iterator[str]:
    """What is wrong with ``__all__``: its order, or a public name that it lacks or invents."""
    tree = ast.parse(source)
    values = [node.value for node in tree.body if isinstance(node, ast.Assign) and "__all__" in _bound(node)]
    if not values:
        yield "there is no __all__"
        return
    listed = ast.literal_eval(values[0])
    if list(listed) != sorted(set(listed)):
        yield "__all__ is not sorted, or names something twice"
    bound = {name for node in tree.body for name in _bound(node) if not name.startswith("_")}
    yield from (f"{name} is public but not in __all__" for name in sorted(bound - set(listed)))
    yield from (f"{name} is in __all__ but is not there" for name in sorted(set(listed) - bound))


def imported(source: str) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and node.module != "__future__":
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.ClassDef | ast.FunctionDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not _is_text(each)] or [ast.Pass()]  # type: ignore[attr-defined]
    return ast.fix_missing_locations(tree)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


Check = Callable[[str], Iterator[str]]

# Migrations are history, generated from the tables and never edited: their length says nothing.
WRITTEN_BY_HAND = [path for path in modules(*MEASURED) if path.parent != ROOT / "core/store/migrations/versions"]

CHECKS: dict[Check, list[Path]] = {
    long_functions: WRITTEN_BY_HAND,
    long_module: WRITTEN_BY_HAND,
    without_purpose: modules(*MEASURED),
    unfinished: modules(*MEASURED),
    outside_standard_library: [*modules("core/domain"), ROOT / "core/errors.py"],
    impure: [*modules("core/domain"), ROOT / "core/errors.py"],
    submodules_of_core: modules(*(room for room in ROOMS if room != "core"), "benchmarks", "fuzz"),
    wrong_listing: [ROOT / "core/__init__.py"],
}

BAD: dict[Check, str] = {
    long_functions: "def long():\n" + "    pass\n" * LONGEST_FUNCTION,
    long_module: '"""Long."""\n' + "pass\n" * LONGEST_MODULE,
    without_purpose: 'import ast\n"""Too late."""\n',
    unfinished: "def later():\n    raise NotImplemented" + "Error\n",
    outside_standard_library: "def sneak():\n    from sqlalchemy import select\n",
    impure: "from datetime import datetime\nNOW = datetime.now()\n",
    submodules_of_core: "from core.store.store import Store\n",
    wrong_listing: '__all__ = ["b", "a"]\na = b = 1\n',
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_module_passes(check: Check) -> None:
    assert CHECKS[check], "the check looks at nothing"
    complaints = [
        f"{path.relative_to(ROOT)}: {complaint}"
        for path in CHECKS[check]
        for complaint in check(path.read_text("utf-8"))
    ]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_check_can_fail(check: Check) -> None:
    assert list(check(BAD[check]))


def test_the_public_face_of_core_is_documented() -> None:
    assert len(core.__all__) > 0
    assert not list(undocumented(core))


def test_an_undocumented_name_is_noticed() -> None:
    class Face:
        __all__ = ("Bare", "bare")
        Bare = type("Bare", (), {})
        bare = staticmethod(lambda: None)

    assert list(undocumented(Face)) == ["Bare has no docstring", "bare has no docstring"]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ('from core.errors import A, B\n__all__ = ["A"]\n', "B is public but not in __all__"),
        ('__all__ = ["A"]\n', "A is in __all__ but is not there"),
        ("A = 1\n", "there is no __all__"),
    ],
)
def test_a_wrong_listing_is_noticed(source: str, complaint: str) -> None:
    assert list(wrong_listing(source)) == [complaint]


def test_core_is_the_one_in_this_repository() -> None:
    """The import names are generic: a stray distribution that is called the same must be noticed at once."""
    assert Path(core.__file__ or "").resolve().parent == ROOT / "core"


def test_every_room_is_under_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    there = {room for room in ROOMS if (ROOT / room).is_dir()}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"benchmarks", "fuzz", "tests"}
    assert set(contracts["root_packages"]) == there == packages


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    """Hold the rooms in ``directory`` against the contracts in its pyproject.toml."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=directory,
        env={"COLUMNS": "200", "PYTHONPATH": str(directory), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_import_contracts_are_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken" in result.stdout


BAD_IMPORTS = {
    ("core.domain.bad", "sqlalchemy"),
    ("core.domain.bad", "logging"),
    ("core.domain.bad", "random"),
    ("core.domain.bad", "time"),
    ("core.domain.bad", "core.store"),
    ("core.errors", "lxml"),
    ("core.store.bad", "core.services"),
    ("core.services.bad", "psycopg"),
    ("core.services.bad", "argon2"),
    ("core.services.bad", "lxml"),
    ("core.services.bad", "soap"),
    ("legacy_mappings.bad", "rest"),
    ("legacy_mappings.bad", "core.domain"),
    ("legacy_mappings.bad", "alembic"),
    ("soap.bad", "rest"),
    ("soap.bad", "core.services"),
    ("soap.bad", "legacy_mappings.planner"),
    ("soap.bad", "flask"),
    ("soap.bad", "jwt"),
    ("rest.bad", "soap"),
    ("rest.bad", "legacy_mappings"),
    ("rest.bad", "core.errors"),
    ("rest.bad", "spyne"),
    ("rest.bad", "click"),
    ("delivery.bad", "rest"),
    ("delivery.bad", "legacy_mappings"),
    ("delivery.bad", "core.store"),
    ("delivery.bad", "flask"),
    ("brobygger.bad", "core.store"),
    ("brobygger.bad", "sqlalchemy"),
}
GOOD_IMPORTS = {
    ("core.services.xml", "lxml"),
    ("core.services.passwords", "argon2"),
    ("core.store.good", "sqlalchemy"),
    ("soap.good", "core"),
    ("soap.good", "legacy_mappings.vocabulary"),
    ("soap.good", "lxml"),
    ("rest.good", "core"),
    ("rest.good", "jwt"),
    ("delivery.good", "core"),
    ("delivery.good", "jwt"),
    ("brobygger.good", "soap"),
}


@pytest.fixture(scope="module")
def skewed_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house of empty rooms under our contracts, with bad and good imports in it."""
    house = tmp_path_factory.mktemp("house")
    (house / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    packages = ("core", "core/domain", "core/store", "core/services", "legacy_mappings", "soap", "rest", "delivery")
    for package in (*packages, "brobygger"):
        (house / package).mkdir()
        (house / package / "__init__.py").touch()
    parts = ("apply", "parity", "planner", "vocabulary")
    for name in ("core.errors", *(f"legacy_mappings.{part}" for part in parts)):
        (house / name.replace(".", "/")).with_suffix(".py").touch()
    for importer, name in sorted(BAD_IMPORTS | GOOD_IMPORTS):
        with (house / importer.replace(".", "/")).with_suffix(".py").open("a") as file:
            file.write(f"import {name}\n")
    return house


def test_every_bad_import_breaks_a_contract_and_no_good_one(skewed_house: Path) -> None:
    result = lint_imports(skewed_house)
    found = set(re.findall(r"(\S+) -> (\S+) \(l\.", result.stdout))
    assert result.returncode == 1
    assert found == BAD_IMPORTS, result.stdout


def machine_traces(name: str, content: bytes) -> Iterator[str]:
    """NUL bytes and paths of somebody's machine in a file of the project."""
    if b"\0" in content:
        yield f"{name}: holds a NUL byte"
    for match in MACHINE_PATH.finditer(content.decode("utf-8", errors="replace")):
        yield f"{name}: names a path of one machine, {match.group()}…"


def test_no_file_holds_traces_of_a_machine() -> None:
    files = files_of_the_project()
    assert len(files) > len(ROOMS)
    complaints = [each for path in files for each in machine_traces(str(path.relative_to(ROOT)), path.read_bytes())]
    assert not complaints, "\n".join(complaints)


def test_traces_of_a_machine_are_noticed() -> None:
    assert len(list(machine_traces("bad", b"\0 see /" + b"home/somebody/x and https://example.no/home/page"))) == 2
