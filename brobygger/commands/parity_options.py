"""What the commands about the proof have in common: files read, and the approvals that the gate counts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from brobygger.commands.output import settings_for_commands
from brobygger.settings import PREFIX
from core import ErrorCode, InvalidInput
from legacy_mappings.parity import Signatory, read_signatories

F = TypeVar("F", bound=Callable[..., Any])
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


class Approvals(NamedTuple):
    """What the gate is asked with: approvals as they are in their files, who may give them, and losses let pass."""

    texts: tuple[str, ...]
    signatories: tuple[Signatory, ...]
    most_lost: int


def approvals_options(command: F) -> F:
    """Options that become one parameter, ``approvals``."""

    @click.option("--approvers", type=_file, help="Who may approve: JSON, a list of {name, public_key}.")
    @click.option("--approval", "given", type=_file, multiple=True, help="An approval of what was gained. Repeatable.")
    @click.option("--most-lost", type=click.IntRange(0), default=0, show_default=True, help="Losses without a plan.")
    @functools.wraps(command)
    def run(*, approvers: Path | None, given: tuple[Path, ...], most_lost: int, **options: Any) -> Any:
        settled = settled_file("approvers", approvers)
        signatories = () if settled is None else read_signatories(read_text(settled))
        return command(approvals=Approvals(tuple(map(read_text, given)), signatories, most_lost), **options)

    return run  # type: ignore[return-value]


def settled_file(name: str, given: Path | None) -> Path | None:
    """The file that a setting names, else the one that was given.

    Whoever runs a command must not choose who may approve, where the installation has settled it: another file is a
    usage error.
    """
    settled = {"approvers": settings_for_commands().approvers, "report-key": settings_for_commands().report_key}[name]
    if not settled:
        return given
    if given is not None and given.resolve() != Path(settled).resolve():
        variable = f"{PREFIX}{name.replace('-', '_').upper()}"
        raise click.UsageError(f"{variable} settles this file: another one cannot be named")
    return Path(settled)


def read_text(path: Path) -> str:
    """What is in a file. Raises InvalidInput (`INVALID_REPORT`) where it is no text."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(ErrorCode.INVALID_REPORT, f"{path.name} is not UTF-8 text") from error


def signature_path(report: Path) -> Path:
    """Where the signature of a report is kept: beside it."""
    return report.with_name(f"{report.name}.sig")
