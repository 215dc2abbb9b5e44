"""Plant many errors in moved worlds and see that each is found exactly, and that changes that are none are not.

python -m tests.migration.parity [--mutations N] [--neutral N]
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from time import perf_counter

import click

from tests.migration.parity.judging import Judged, change_nothing, opened, plant_errors


@click.command()
@click.option("--mutations", default=1_000, show_default=True, help="Errors to plant.")
@click.option("--neutral", default=200, show_default=True, help="Changes that must go unnoticed.")
def main(mutations: int, neutral: int) -> None:
    """Print how many of each kind were judged rightly; exit code 1 where one was not."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as store:
        errors = _told("errors planted", plant_errors(store, mutations))
        nothing = _told("changes that are none", change_nothing(store, neutral))
    raise SystemExit(0 if errors and nothing else 1)


def _told(title: str, judged: Iterable[Judged]) -> bool:
    began, kinds = perf_counter(), defaultdict[str, list[Judged]](list)
    for each in judged:
        kinds[each.name].append(each)
        if not each.right:
            click.echo(f"{each.name} {each.number}: missed {sorted(each.missed)}, invented {sorted(each.invented)}")
    for name, some in sorted(kinds.items()):
        lines = sum(each.wrong for each in some)
        click.echo(f"{name:26} {sum(each.right for each in some):5} of {len(some):5} right, {lines:6} lines wrong")
    every = [each for some in kinds.values() for each in some]
    right = sum(each.right for each in every)
    click.echo(f"{title}: {right} of {len(every)} judged rightly, in {perf_counter() - began:.0f} s\n")
    return right == len(every)


if __name__ == "__main__":
    main()
