"""The command line: `brobygger`."""

from __future__ import annotations

import click

from brobygger.commands.database import db
from brobygger.commands.decide import decide
from brobygger.commands.delivery import delivery
from brobygger.commands.firm import firm
from brobygger.commands.grants import grant
from brobygger.commands.insight import changes, explain, resolve, what_if_command
from brobygger.commands.mappings import mappings
from brobygger.commands.migrate import migrate
from brobygger.commands.persons import codes, enterprise_user, person
from brobygger.commands.register import register
from brobygger.commands.serve import demo, serve
from brobygger.commands.systems import system
from brobygger.commands.tokens import token
from brobygger.commands.world import world


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="brobygger")
def main() -> None:
    """Bridge gateway between the closed Altinn SOAP platform and the system users of Altinn 3."""


for command in (
    changes,
    codes,
    db,
    decide,
    delivery,
    demo,
    enterprise_user,
    explain,
    grant,
    mappings,
    migrate,
    person,
    register,
    resolve,
    serve,
    system,
    token,
    what_if_command,
    world,
):
    main.add_command(command)
world.add_command(firm)
