"""Every WSDL that is served is one that toolchains read: not only those of the matrix."""

from __future__ import annotations

from pathlib import Path

import pytest

from soap.contract import ENDPOINTS
from tests.clients.drivers import Driver
from tests.clients.gateway import Gateway
from tests.clients.toolchains import NODE, PHP, ZEEP, Toolchain


@pytest.mark.parametrize("toolchain", [ZEEP, PHP, NODE], ids=lambda each: each.name)
def test_every_wsdl_is_read(served_gateway: Gateway, toolchain: Toolchain, tmp_path: Path) -> None:
    if toolchain.missing():
        pytest.skip(toolchain.missing())
    described = {each.wsdl: f"{served_gateway.url}{each.path}?wsdl" for each in ENDPOINTS.values() if each.wsdl}
    assert len(described) > 40
    driver = Driver(toolchain, described, tmp_path)
    try:
        assert 'status="OK"' in driver.call("dataexchange", "AltInnStatus").text()
    finally:
        driver.close()
