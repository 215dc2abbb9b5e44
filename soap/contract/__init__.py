"""The contracts of every old service: what each endpoint says, reading requests, writing answers, WSDL."""

from collections.abc import Mapping
from types import MappingProxyType

from soap.contract.model import Binding, Element, Endpoint, Evidence, Member, Operation, Serializer
from soap.contract.plain import Included
from soap.contract.reading import UnreadableRequest, read_headers, read_request
from soap.contract.resolving import contract
from soap.contract.writing import UnwritableAnswer, write_element, write_response

ENDPOINTS: Mapping[str, Endpoint] = MappingProxyType(
    {endpoint.path.lower(): endpoint for endpoint in contract().endpoints if endpoint.path}
)
"""Every endpoint by its path in lower case, those of retired services among them."""


def operation_names() -> frozenset[str]:
    """Every operation of the old services by its name, and by the one it has in all bindings."""
    operations = (each for endpoint in ENDPOINTS.values() for each in endpoint.operations.values())
    return frozenset(name for each in operations for name in (each.name, each.use_case))


__all__ = [
    "Binding",
    "ENDPOINTS",
    "Element",
    "Endpoint",
    "Evidence",
    "Included",
    "Member",
    "Operation",
    "Serializer",
    "UnreadableRequest",
    "UnwritableAnswer",
    "contract",
    "operation_names",
    "read_headers",
    "read_request",
    "write_element",
    "write_response",
]
