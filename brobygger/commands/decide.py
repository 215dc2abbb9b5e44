"""`brobygger decide`: ask one question of the store and print the answer with its proof."""

from __future__ import annotations

import sys
from typing import Any

import click

from brobygger.commands.asking import question_options, read_question
from brobygger.commands.output import console, json_option, opened_store, print_json, teaches
from core import decide as ask_core
from core import prove


@click.command()
@question_options
@click.option("--for", "party", required=True, help="The party to act for: its number, or its party id (UUID).")
@json_option
@teaches
def decide(party: str, as_json: bool, **asked: Any) -> None:
    """Ask whether somebody may do something for a party. Exit code 0 for a Permit, 3 for anything else."""
    with opened_store() as store:
        snapshot = store.snapshot()
        question = read_question(store, snapshot, party, asked)
    decision = ask_core(snapshot, question)
    proof = prove(snapshot, decision)
    if as_json:
        print_json(proof)
    else:
        _print_proof(proof)
    sys.exit(0 if decision.permitted else 3)


def _print_proof(proof: dict[str, Any]) -> None:
    terminal = console()
    terminal.print(f"[bold]{proof['outcome']}[/bold]  {', '.join(proof['reasons'])}", highlight=False)
    terminal.print(proof["explanation"]["sentence"], highlight=False)
    for fact in proof["via"]:
        shown = ", ".join(f"{name} {value}" for name, value in fact.items() if name != "kind")
        terminal.print(f"  rests on {fact['kind']}: {shown}", highlight=False)
    for each in proof["obligations"]:
        terminal.print(f"  obliges: {each['category']} {each['level']}", highlight=False)
    for fix in proof["explanation"]["fixes"]:
        terminal.print(f"  missing {fix['missing']} for {fix['party']}", highlight=False)
        terminal.print(f"    it could come so: {fix['ground']}", highlight=False)
        terminal.print(f"    who can give it: {fix['giver']}", highlight=False)
    terminal.print(f"  facts seen up to change {proof['sequence']}", highlight=False)
