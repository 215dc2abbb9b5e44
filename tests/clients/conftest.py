"""One gateway for all clients, one driver for each, and the matrix that the run ends with."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from tests.clients.columns import COLUMNS, DESCRIBED_AT
from tests.clients.drivers import Driver
from tests.clients.gateway import Gateway, gateway
from tests.clients.toolchains import TOOLCHAINS, Toolchain
from tests.clients.world import World

CELL = "client matrix"
_MARKS = {"passed": "ok", "failed": "FAILED", "skipped": "not here"}


@pytest.fixture(scope="session")
def served_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway that every client calls."""
    with gateway(tmp_path_factory.mktemp("gateway")) as served:
        yield served


@pytest.fixture(scope="session")
def client_world(served_gateway: Gateway) -> Iterator[World]:
    """What the clients meet in the gateway, and a look into its store."""
    world = World(served_gateway)
    yield world
    world.close()


@pytest.fixture(scope="session", params=TOOLCHAINS, ids=lambda each: each.name)
def toolchain(request: pytest.FixtureRequest) -> Toolchain:
    """Each toolchain that is here; one that is not skips loudly, once for all its columns."""
    found: Toolchain = request.param
    if found.missing():
        pytest.skip(found.missing())
    return found


@pytest.fixture(scope="session")
def driver(toolchain: Toolchain, served_gateway: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driver]:
    """The toolchain's driver, with proxies made from the WSDLs that the gateway serves."""
    wsdls = {service: f"{served_gateway.url}{path}" for service, path in DESCRIBED_AT.items()}
    started = Driver(toolchain, wsdls, tmp_path_factory.mktemp("proxies"))
    yield started
    started.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note what came of each cell."""
    report = yield
    params = item.callspec.params if hasattr(item, "callspec") else {}
    if "column" in params and (report.when == "call" or not report.passed):
        # It travels with the report, which may have been made in another process than the summary.
        cell = [params["toolchain"].name, params["column"], _MARKS[report.outcome]]
        report.user_properties.append((CELL, cell))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the matrix: a row for each client, a column for each thing it did."""
    reports = [each for some in terminalreporter.stats.values() for each in some]
    told = [value for each in reports for name, value in getattr(each, "user_properties", ()) if name == CELL]
    matrix = {(client, column): mark for client, column, mark in told}
    if not matrix:
        return
    terminalreporter.section("real clients, with proxies generated from the WSDLs served")
    wide = max(len(each.name) for each in TOOLCHAINS)
    terminalreporter.line("  ".join([" " * wide, *COLUMNS]))
    for each in TOOLCHAINS:
        cells = [matrix.get((each.name, column), "-").ljust(len(column)) for column in COLUMNS]
        terminalreporter.line("  ".join([each.name.ljust(wide), *cells]))
