"""The stored WSDLs are those of the definitions, whole, valid, and load in a real client without network."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest
import zeep
from lxml import etree

from soap.contract import ENDPOINTS, Binding, Endpoint, contract
from soap.contract.schemas import schema_text, schemas
from soap.contract.wsdl import generated, single_wsdl, wsdl_text
from tests.doors.soap.contract.schema_files import compiled_schema

STORED = Path(__file__).resolve().parents[4] / "soap" / "wsdl"
SERVED = [endpoint for endpoint in contract().endpoints if endpoint.wsdl]


class NoNetwork(zeep.Transport):
    """Loads files only."""

    def load(self, url: str) -> bytes:
        assert url.startswith("/"), f"asked the network for {url}"
        return Path(url).read_bytes()

    def get(self, *asked: object) -> NoReturn:
        raise AssertionError(f"asked the network for {asked}")


def by_wsdl(endpoint: Endpoint) -> str:
    return endpoint.wsdl


@pytest.mark.parametrize("endpoint", SERVED, ids=by_wsdl)
def test_the_stored_text_is_the_generated_one(endpoint: Endpoint) -> None:
    stored = (STORED / f"{endpoint.wsdl}.wsdl").read_text("utf-8")
    assert stored == generated(endpoint), "run `python -m soap.contract`"


def test_nothing_else_is_stored() -> None:
    assert {path.stem for path in STORED.glob("*.wsdl")} == {endpoint.wsdl for endpoint in SERVED}


@pytest.mark.parametrize("endpoint", SERVED, ids=by_wsdl)
def test_a_client_loads_it_without_network(endpoint: Endpoint) -> None:
    client = zeep.Client(str(STORED / f"{endpoint.wsdl}.wsdl"), transport=NoNetwork())
    service = client.wsdl.services[endpoint.wsdl_service]
    for port in service.ports.values():
        operations = port.binding._operations
        assert set(operations) == {operation.name for operation in endpoint.operations.values()}
        for operation in endpoint.operations.values():
            assert operations[operation.name].soapaction == operation.action
            message = operations[operation.name].input
            assert message.body.qname.text == operation.request.qname


@pytest.mark.parametrize("endpoint", SERVED, ids=by_wsdl)
def test_its_schemas_are_valid_and_the_same_one_by_one(endpoint: Endpoint, tmp_path: Path) -> None:
    compiled_schema(endpoint, tmp_path)
    inside = etree.parse(STORED / f"{endpoint.wsdl}.wsdl").iter("{http://www.w3.org/2001/XMLSchema}schema")
    if endpoint.binding is Binding.ASMX:
        return
    for number, schema in enumerate(inside):
        alone = etree.fromstring(schema_text(endpoint, f"XSD{number}"))
        for imported in alone.iter("{http://www.w3.org/2001/XMLSchema}import"):
            target = str(imported.attrib.pop("schemaLocation")).removeprefix("?xsd=")
            told = etree.fromstring(schema_text(endpoint, target)).get("targetNamespace")
            assert told == imported.get("namespace")
        assert normal(alone) == normal(schema)
    assert number + 1 == len(schemas(endpoint))


def normal(schema: etree._Element) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(str(each.tag), sorted((str(k), str(v)) for k, v in each.attrib.items())) for each in schema.iter()]


def test_an_unknown_schema_is_refused() -> None:
    with pytest.raises(KeyError):
        schema_text(SERVED[0], "xsd99")


@pytest.mark.parametrize("endpoint", SERVED, ids=by_wsdl)
def test_only_the_address_is_rewritten(endpoint: Endpoint) -> None:
    stored = (STORED / f"{endpoint.wsdl}.wsdl").read_bytes()
    address = f"https://gate.example.no{endpoint.path}?a=1&b=<2>"
    served = wsdl_text(endpoint, address)
    root = etree.fromstring(served)
    found = [each.get("location") for each in root.iter() if each.get("location")]
    found += [each.text for each in root.iter("{http://www.w3.org/2005/08/addressing}Address")]
    assert found == [address] * (1 if endpoint.binding is Binding.BASIC else 2)
    escaped = address.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()
    assert served.replace(escaped, f"https://localhost{endpoint.path}".encode()) == stored
    assert single_wsdl(endpoint, address) == served


def test_a_retired_endpoint_has_no_wsdl() -> None:
    with pytest.raises(KeyError):
        wsdl_text(ENDPOINTS["/serviceengineexternal/caseec2.svc"], "https://gate.example.no/")


POLICIES = {
    Binding.BASIC: [],
    Binding.WS: ["UsernameToken", "UsingAddressing"],
    Binding.EC: ["SecureConversationToken", "RequireDerivedKeys", "X509Token", "UsingAddressing"],
    Binding.EC2: ["SecureConversationToken", "MustNotSendCancel", "X509Token", "UsingAddressing"],
    Binding.ASMX: [],
}


@pytest.mark.parametrize("endpoint", SERVED, ids=by_wsdl)
def test_it_says_what_its_binding_asks_for(endpoint: Endpoint) -> None:
    root = etree.parse(STORED / f"{endpoint.wsdl}.wsdl").getroot()
    named = {etree.QName(each).localname for each in root.iter() if isinstance(each.tag, str)}
    asked = {name for names in POLICIES.values() for name in names} | {"OptimizedMimeSerialization"}
    expected = set(POLICIES[endpoint.binding]) | ({"OptimizedMimeSerialization"} if endpoint.streamed else set())
    assert named & asked == expected
    assert ("PolicyReference" in named) == bool(expected)
