"""`brobygger migrate`: every old delegation to a system user, with proof that nothing was lost and nothing gained."""

from __future__ import annotations

import click

from brobygger.commands.lazily import LazyGroup

_WHERE = {
    "inventory": "brobygger.commands.migrate_inventory:inventory",
    "plan": "brobygger.commands.migrate_plan:plan",
    "dry-run": "brobygger.commands.migrate_dry_run:dry_run_command",
    "apply": "brobygger.commands.migrate_apply:apply_command",
    "status": "brobygger.commands.migrate_status:status",
    "rollback": "brobygger.commands.migrate_rollback:rollback",
    "parity": "brobygger.commands.migrate_parity:parity",
    "verify": "brobygger.commands.migrate_verify:verify",
    "approve": "brobygger.commands.migrate_approve:approve",
    "key": "brobygger.commands.migrate_approve:key",
    "shadow": "brobygger.commands.migrate_shadow:shadow",
    "cutover": "brobygger.commands.migrate_cutover:cutover",
    "sunset": "brobygger.commands.migrate_sunset:sunset",
    "report": "brobygger.commands.migrate_report:report",
}


@click.group(cls=LazyGroup, where=_WHERE)
def migrate() -> None:
    """From the old world to system users: inventory, plan, apply, proof, shadow, cut-over, and back.

    Exit codes: 0 all is well, 1 refused, 2 misused, 3 done, but something needs a person.
    """
