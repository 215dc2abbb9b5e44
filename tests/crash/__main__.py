"""`python -m tests.crash --kills 200`: kill the gateway under load, and say whether anything was lost or doubled."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.crash.harness import Outcome, crash
from tests.postgres import places_of_postgres, running_server


@contextmanager
def _database(engine: str, folder: Path) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'crash.db'}"
        return
    with contextmanager(running_server)(places_of_postgres()) as server:
        yield server.url(server.create_database())


def lines(outcome: Outcome) -> Iterator[str]:
    """The outcome for people."""
    verdict = outcome.verdict
    for what, times in sorted(outcome.kills.items()):
        yield f"{times:>6}  kills of the {what}"
    yield f"{verdict.acknowledged:>6}  receipts acknowledged, by the client's own log"
    yield f"{verdict.stored:>6}  batches stored, {verdict.kept} known to a later poll, {verdict.archived} archived"
    yield f"{len(verdict.complaints):>6}  complaints, after {outcome.seconds:.0f} seconds"
    yield from verdict.complaints[:20]


def main() -> int:
    """Run, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200, help="of the gateway")
    options.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="brobygger-crash-") as name, _database(given.engine, Path(name)) as url:
        outcome = crash(url, Path(name), given.kills, given.seed)
    sys.stdout.write("\n".join(lines(outcome)) + "\n")
    return 1 if outcome.verdict.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
