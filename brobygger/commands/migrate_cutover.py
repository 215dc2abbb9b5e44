"""`brobygger migrate cutover`: the new world rules for a cohort, on a signed proof; and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from brobygger.commands.cohorts import budget_options, cohort_options, read_allowance, read_cohort, told_row
from brobygger.commands.output import console, json_option, opened_store, print_json, teaches
from brobygger.commands.parity_options import read_text, settled_file
from core import OPERATOR, AuthorityRow, Place, Store, cut_back
from legacy_mappings.cutting_over import Proof, cut_over_proved
from legacy_mappings.parity import read_signatories

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_CLEAN_DAYS = 7


@click.command()
@cohort_options
@budget_options
@click.option("--report", type=_FILE, help="The parity report that covers the cohort.")
@click.option("--signature", type=_FILE, help="Its signature.")
@click.option("--key", type=_FILE, help="The public key (PEM) it must be signed with.")
@click.option("--approval", "approvals", type=_FILE, multiple=True, help="An approval of what is gained. Repeatable.")
@click.option("--approvers", type=_FILE, help="Who may approve: a JSON list of name and public_key.")
@click.option("--most-lost", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--clean-days", type=click.IntRange(min=0), default=_CLEAN_DAYS, show_default=True)
@click.option("--back", is_flag=True, help="Back to shadow; needs no report.")
@click.option("--reason", default="", help="Why back, for the fall-back log.")
@json_option
@teaches
def cutover(as_json: bool, back: bool, reason: str, **asked: Any) -> None:
    """Let system users' rights decide for a cohort from now on; nothing changes for the client.

    The report must be signed, cover every system, pass the gate, and still hold; the cohort must have stood in shadow
    for the clean days. With --back the old world rules again and the new one is asked too.
    """
    asked["key"] = settled_file("report-key", asked["key"])
    asked["approvers"] = settled_file("approvers", asked["approvers"])
    with opened_store() as store:
        places = read_cohort(store, asked)
        rows = cut_back(store, OPERATOR, places, told=reason) if back else _cut_over(store, places, asked)
    if as_json:
        print_json([told_row(row) for row in rows])
    else:
        told = f"{rows[0].authority} for {len(rows)} places since {rows[0].since.isoformat()}"
        console().print(told, highlight=False)


def _cut_over(store: Store, places: tuple[Place, ...], asked: dict[str, Any]) -> tuple[AuthorityRow, ...]:
    missing = [name for name in ("report", "signature", "key") if asked[name] is None]
    if missing:
        raise click.UsageError(f"--{missing[0]} is needed: a cut-over rests on a signed report")
    proof = Proof(
        report=read_text(asked["report"]),
        signature=read_text(asked["signature"]),
        public_key=read_text(asked["key"]),
        approvals=tuple(map(read_text, asked["approvals"])),
        signatories=read_signatories(read_text(asked["approvers"])) if asked["approvers"] is not None else (),
        most_lost=asked["most_lost"],
    )
    return cut_over_proved(
        store,
        OPERATOR,
        places,
        proof,
        clean_days=asked["clean_days"],
        allowance=read_allowance(asked),
        cohort=asked["cohort"],
    )
