"""Database files of synthetic worlds, made once and kept in the temporary directory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.world import World
from core import Store, outdated_schema, upgrade_schema

_FORM = 3
# Raised whenever the generator changes, so that no old file is taken for a new one.


def path_of(world: World) -> Path:
    """Where the world's database file is kept."""
    return Path(tempfile.gettempdir()) / f"brobygger-bench-{_FORM}-{world.parties}-{world.seed}.sqlite"


def url_of(path: Path) -> str:
    """The database URL of a file."""
    return f"sqlite:///{path}"


def prepared(world: World) -> Path:
    """The world's database file; made now if it is not there, or of another schema."""
    path = path_of(world)
    if not path.exists() or outdated_schema(url_of(path)) is not None:
        unfinished = path.with_suffix(".unfinished")
        make(world, unfinished)
        unfinished.rename(path)
    return path


def make(world: World, path: Path) -> tuple[int, float]:
    """Write the world to a new database file; how many facts, and in how many seconds."""
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    upgrade_schema(url_of(path))
    store = Store(url_of(path))
    begin = perf_counter()
    count = store.import_facts("benchmark", world.facts())
    seconds = perf_counter() - begin
    store.close()
    return count, seconds
