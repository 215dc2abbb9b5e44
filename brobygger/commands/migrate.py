"""`brobygger migrate`: every old delegation to a system user, with proof that nothing was lost and nothing gained."""

from __future__ import annotations

import click

from brobygger.commands.migrate_apply import apply_command
from brobygger.commands.migrate_approve import approve, key
from brobygger.commands.migrate_cutover import cutover
from brobygger.commands.migrate_dry_run import dry_run_command
from brobygger.commands.migrate_inventory import inventory
from brobygger.commands.migrate_parity import parity
from brobygger.commands.migrate_plan import plan
from brobygger.commands.migrate_report import report
from brobygger.commands.migrate_rollback import rollback
from brobygger.commands.migrate_shadow import shadow
from brobygger.commands.migrate_status import status
from brobygger.commands.migrate_sunset import sunset
from brobygger.commands.migrate_verify import verify


@click.group()
def migrate() -> None:
    """From the old world to system users: inventory, plan, apply, proof, shadow, cut-over, and back.

    Exit codes: 0 all is well, 1 refused, 2 misused, 3 done, but something needs a person.
    """


for command in (
    inventory,
    plan,
    dry_run_command,
    apply_command,
    status,
    rollback,
    parity,
    verify,
    approve,
    key,
    shadow,
    cutover,
    sunset,
    report,
):
    migrate.add_command(command)
