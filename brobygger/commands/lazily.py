"""A group whose commands are loaded when they are asked for: a small command must not wait for the large ones."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A group of commands by name, each found as ``module:attribute`` at its first use."""

    def __init__(self, *arguments: Any, where: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._where = dict(where)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order they are shown in."""
        return list(self._where)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, loaded now; None where there is none."""
        place = self._where.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        found: click.Command = getattr(import_module(module), attribute)
        return found
