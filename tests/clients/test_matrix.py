"""Real clients of the old world, each with a proxy generated from the WSDLs we serve, do what they always did."""

from __future__ import annotations

import pytest

from tests.clients.columns import COLUMNS
from tests.clients.drivers import Driver
from tests.clients.toolchains import PHP, Toolchain
from tests.clients.world import World


@pytest.mark.acceptance("A3", "A4")
@pytest.mark.parametrize("column", COLUMNS)
def test_a_real_client(driver: Driver, client_world: World, column: str) -> None:
    COLUMNS[column](driver, client_world)


def test_a_toolchain_that_is_not_here_says_how_to_get_it() -> None:
    absent = Toolchain("Old", ("no-such-program-anywhere",), "old-tools", PHP.prepare)
    assert absent.missing() == "NO Old CLIENT: no-such-program-anywhere is not here; apt-get install old-tools"
