"""What is written is valid by our own schemas, and is read back as it was: every message of every endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from soap.contract import Binding, Element, Endpoint, Operation, contract, read_headers, read_request, write_element
from tests.doors.soap.contract.schema_files import compiled_schema
from tests.doors.soap.contract.value_strategies import SCALARS, messages, read_back

# EC has the elements of EC2, which a test below holds.
SERVED = [each for each in contract().endpoints if each.wsdl and each.binding is not Binding.EC]
EXAMPLES = settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def schema(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> etree.XMLSchema:
    """The validator of the endpoint the test is about."""
    return compiled_schema(request.param, tmp_path_factory.mktemp("schema"))


def each_message() -> Iterator[object]:
    """Every request and response, with the endpoint it belongs to."""
    for endpoint in SERVED:
        for operation in endpoint.operations.values():
            for element in (operation.request, operation.response):
                yield pytest.param(endpoint, endpoint, operation, element, id=f"{endpoint.wsdl}-{element.name}")


@pytest.mark.parametrize(("schema", "endpoint", "operation", "element"), list(each_message()), indirect=["schema"])
@EXAMPLES
@given(data=st.data())
def test_written_valid_and_read_back(
    schema: etree.XMLSchema, endpoint: Endpoint, operation: Operation, element: Element, data: st.DataObject
) -> None:
    values = data.draw(messages(element))
    written = write_element(element, endpoint.binding, values)
    root = etree.fromstring(written)
    assert schema.validate(root), (schema.error_log, written)
    assert read_request(replace(operation, request=element), root) == read_back(element, values)


def uploads() -> Iterator[object]:
    """Every operation whose headers carry values."""
    for endpoint in SERVED:
        for operation in endpoint.operations.values():
            if operation.headers:
                yield pytest.param(operation, id=f"{endpoint.wsdl}-{operation.name}")


@pytest.mark.parametrize("operation", list(uploads()))
@EXAMPLES
@given(data=st.data())
def test_headers_in_any_order_and_case(operation: Operation, data: st.DataObject) -> None:
    texts = st.text("abcæøå<&> ", max_size=8)
    by_type = {**SCALARS, "string": texts}
    values = {each.name: data.draw(by_type[each.type]) for each in operation.headers}
    header = etree.Element("Header")
    for name in data.draw(st.permutations(list(values))):
        spelt = data.draw(st.sampled_from([name, name.lower(), name.upper()]))
        etree.SubElement(header, f"{{{operation.request.namespace}}}{spelt}").text = str(values[name])
    etree.SubElement(header, "{http://www.w3.org/2005/08/addressing}Action").text = operation.action
    assert read_headers(operation, header) == values


def test_both_generations_of_ec_say_the_same() -> None:
    by_path = {endpoint.path: endpoint for endpoint in contract().endpoints}
    newer = [endpoint for endpoint in by_path.values() if endpoint.binding is Binding.EC2]
    assert len(newer) > 10
    for endpoint in newer:
        older = by_path[endpoint.path.replace("EC2", "EC")]
        assert older.binding is Binding.EC
        before, after = ([shape(each) for each in one.operations.values()] for one in (older, endpoint))
        assert before == after


def shape(operation: Operation) -> tuple[object, ...]:
    """What an operation looks like from outside."""
    elements = (operation.request, operation.response, *operation.headers)
    return operation.action, [(each.qname, each.serializer, each.members, each.type) for each in elements]
