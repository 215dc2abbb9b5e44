"""`brobygger migrate verify`: whether a report is the one that was signed. Needs no store and no network."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from brobygger.commands.migrate_parity import show, told
from brobygger.commands.output import json_option, print_json, teaches
from brobygger.commands.parity_options import Approvals, approvals_options, read_text, settled_file, signature_path
from legacy_mappings.parity import gate, read_report
from legacy_mappings.signing import verify_report

_NEEDS_A_PERSON = 3
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("report", type=_file)
@click.option(
    "--key", type=_file, help="The public key of who signed it; needed unless BROBYGGER_REPORT_KEY settles it."
)
@click.option("--signature", type=_file, help="The signature; else REPORT.sig.")
@json_option
@teaches
@approvals_options
def verify(report: Path, key: Path | None, signature: Path | None, approvals: Approvals, as_json: bool) -> None:
    """Check the signature of REPORT, and tell what it says.

    The exit code is 1 where report or signature were altered or another key signed, 3 where the report is the one
    that was signed and the gate does not let it pass, 0 where it does.
    """
    settled = settled_file("report-key", key)
    if settled is None:
        raise click.UsageError("--key is needed: whose signature must it be?")
    text = read_text(report)
    signed = verify_report(text, read_text(signature or signature_path(report)), read_text(settled))
    found = read_report(text)
    passed = gate(found, approvals.texts, approvals.signatories, most_lost=approvals.most_lost)
    if as_json:
        print_json({"digest": signed.digest, "key": signed.key, **told(found, passed)})
    else:
        click.echo(f"{report.name} is as it was signed\n  {signed.digest}\n  by the key {signed.key}")
        show(found, passed)
    sys.exit(0 if passed.passes else _NEEDS_A_PERSON)
