"""`brobygger migrate approve` and `key`: a person says yes to everything that a report says was gained."""

from __future__ import annotations

import os
from pathlib import Path

import click

from brobygger.commands.output import json_option, print_json, teaches
from brobygger.commands.parity_options import read_text, signature_path
from core import ErrorCode, InvalidInput
from legacy_mappings.parity import Finding, approve_gained, gained_digest, read_report
from legacy_mappings.signing import fingerprint, new_key, public_key_of, read_signature, verify_report

_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_out = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("report", type=_file)
@click.option("--report-key", type=_file, required=True, help="The public key of who signed the report.")
@click.option("--key", type=_file, required=True, help="The approver's own private key.")
@click.option("--out", type=_out, required=True, help="Write the approval to this file.")
@json_option
@teaches
def approve(report: Path, report_key: Path, key: Path, out: Path, as_json: bool) -> None:
    """Approve every line that REPORT says was gained. The report must be signed; nothing else is approved by it."""
    text = read_text(report)
    verify_report(text, read_text(signature_path(report)), read_text(report_key))
    found = read_report(text)
    lines = found.count(Finding.GAINED)
    if not lines:
        raise InvalidInput(ErrorCode.INVALID_REPORT, "nothing was gained, so there is nothing to approve")
    approval = approve_gained(found, read_text(key))
    out.write_text(approval, encoding="utf-8", newline="\n")
    by = read_signature(approval).key
    if as_json:
        print_json({"lines": lines, "gained": gained_digest(found), "key": by, "out": str(out)})
    else:
        click.echo(f"{lines} gained lines approved by the key {by}: {out}")


@click.command()
@click.argument("file", type=_out)
@json_option
@teaches
def key(file: Path, as_json: bool) -> None:
    """Make a key to sign or approve with: the private one in FILE, the public one in FILE.pub."""
    private = new_key()
    public = public_key_of(private)
    beside = file.with_name(f"{file.name}.pub")
    try:
        with open(file, "x", encoding="ascii", opener=_for_its_owner_only) as opened:
            opened.write(private)
    except FileExistsError as error:
        raise InvalidInput(
            ErrorCode.INVALID_KEY, f"{file.name} is there already; a key is never written over"
        ) from error
    beside.write_text(public, encoding="ascii", newline="\n")
    if as_json:
        print_json({"private": str(file), "public": str(beside), "key": fingerprint(public)})
    else:
        click.echo(f"{file} is to be kept secret; {beside} is for everybody: {fingerprint(public)}")


def _for_its_owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
