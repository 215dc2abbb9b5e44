"""The command line: `brobygger`."""

from __future__ import annotations

import click

from brobygger.commands.lazily import LazyGroup

_WHERE = {
    "changes": "brobygger.commands.insight:changes",
    "codes": "brobygger.commands.persons:codes",
    "db": "brobygger.commands.database:db",
    "decide": "brobygger.commands.decide:decide",
    "delivery": "brobygger.commands.delivery:delivery",
    "demo": "brobygger.commands.serve:demo",
    "enterprise-user": "brobygger.commands.persons:enterprise_user",
    "explain": "brobygger.commands.insight:explain",
    "grant": "brobygger.commands.grants:grant",
    "mappings": "brobygger.commands.mappings:mappings",
    "migrate": "brobygger.commands.migrate:migrate",
    "person": "brobygger.commands.persons:person",
    "register": "brobygger.commands.register:register",
    "resolve": "brobygger.commands.insight:resolve",
    "serve": "brobygger.commands.serve:serve",
    "system": "brobygger.commands.systems:system",
    "token": "brobygger.commands.tokens:token",
    "what-if": "brobygger.commands.insight:what_if_command",
    "world": "brobygger.commands.world:world",
}


@click.group(cls=LazyGroup, where=_WHERE, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="brobygger")
def main() -> None:
    """Bridge gateway between the closed Altinn SOAP platform and the system users of Altinn 3."""
