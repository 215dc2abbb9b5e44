"""The WSDL of an `.asmx` service: one schema, ports for both versions of SOAP (soap-asmx §1.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from soap.contract.model import Element, Endpoint, Enumeration, ListOf, Member, Operation, Struct, Type, parts
from soap.contract.plain import PLAIN
from soap.contract.resolving import contract, type_key
from soap.contract.schemas import messages

_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_XS = "http://www.w3.org/2001/XMLSchema"
_HTTP = "http://schemas.xmlsoap.org/soap/http"
_PORTS = (("soap", ""), ("soap12", "12"))


def asmx_lines(endpoint: Endpoint, host: str) -> Iterator[str]:
    """The lines of the WSDL, with ``host`` before the path in its addresses."""
    operations = list(endpoint.operations.values())
    tns = endpoint.namespace
    yield f'<wsdl:definitions xmlns:wsdl="{_WSDL}" xmlns:soap="{_WSDL}soap/"'
    yield f'                  xmlns:soap12="{_WSDL}soap12/" xmlns:xs="{_XS}"'
    yield f'                  xmlns:tns="{tns}" targetNamespace="{tns}">'
    yield "  <wsdl:types>"
    yield from _indented(4, _schema(operations, tns))
    yield "  </wsdl:types>"
    yield from _indented(2, (line for each in operations for line in _messages(each)))
    yield f'  <wsdl:portType name="{endpoint.port_type}">'
    yield from _indented(4, (line for each in operations for line in _abstract(each)))
    yield "  </wsdl:portType>"
    for prefix, suffix in _PORTS:
        yield f'  <wsdl:binding name="{endpoint.port_type}{suffix}" type="tns:{endpoint.port_type}">'
        yield f'    <{prefix}:binding style="document" transport="{_HTTP}"/>'
        yield from _indented(4, (line for each in operations for line in _bound(each, prefix)))
        yield "  </wsdl:binding>"
    yield f'  <wsdl:service name="{endpoint.wsdl_service}">'
    for prefix, suffix in _PORTS:
        port = endpoint.port_type + suffix
        yield f'    <wsdl:port name="{port}" binding="tns:{port}">'
        yield f'      <{prefix}:address location="{host}{endpoint.path}"/>'
        yield "    </wsdl:port>"
    yield "  </wsdl:service>"
    yield "</wsdl:definitions>"


def _indented(depth: int, lines: Iterable[str]) -> Iterator[str]:
    return (" " * depth + line for line in lines)


def _schema(operations: list[Operation], namespace: str) -> Iterator[str]:
    elements = messages(operations)
    yield f'<xs:schema elementFormDefault="qualified" targetNamespace="{namespace}">'
    yield from _indented(2, (line for element in elements for line in _element(element)))
    # All of them: an element that says its type itself may name one that nothing else points to.
    types = [kind for kind in contract().types.values() if kind.namespace == namespace]
    yield from _indented(2, (line for kind in types for line in _type(kind)))
    yield "</xs:schema>"


def _element(element: Element) -> Iterator[str]:
    yield f'<xs:element name="{element.name}">'
    if element.members:
        yield "  <xs:complexType>"
        yield from _indented(4, _sequence(element.members))
        yield "  </xs:complexType>"
    else:
        yield "  <xs:complexType/>"
    yield "</xs:element>"


def _type(kind: Type) -> Iterator[str]:
    if isinstance(kind, Enumeration):
        yield f'<xs:simpleType name="{kind.name}">'
        yield '  <xs:restriction base="xs:string">'
        yield from (f'    <xs:enumeration value="{word}"/>' for word in kind.words)
        yield "  </xs:restriction>"
        yield "</xs:simpleType>"
        return
    most = "unbounded" if isinstance(kind, ListOf) else "1"
    inside = _sequence(parts(kind), most)
    if isinstance(kind, Struct) and kind.base:
        inside = _extension(kind)
    yield f'<xs:complexType name="{kind.name}">'
    yield from _indented(2, inside)
    yield "</xs:complexType>"


def _extension(kind: Struct) -> Iterator[str]:
    base = contract().types[type_key(kind.namespace, kind.base)]
    yield "<xs:complexContent>"
    yield f'  <xs:extension base="tns:{base.name}">'
    yield from _indented(4, _sequence(kind.members[len(parts(base)) :]))
    yield "  </xs:extension>"
    yield "</xs:complexContent>"


def _sequence(members: Iterable[Member], most: str = "1") -> Iterator[str]:
    yield "<xs:sequence>"
    for member in members:
        least = "0" if member.optional else "1"
        nillable = ' nillable="true"' if member.nillable else ""
        named = f'name="{member.name}"{nillable}{_reference(member.type)}'
        yield f'  <xs:element minOccurs="{least}" maxOccurs="{most}" {named}/>'
    yield "</xs:sequence>"


def _reference(key: str) -> str:
    if key == "any":
        return ""
    return f' type="xs:{PLAIN[key].schema_name}"' if key in PLAIN else f' type="tns:{contract().types[key].name}"'


def _messages(operation: Operation) -> Iterator[str]:
    for suffix, element in (("SoapIn", operation.request), ("SoapOut", operation.response)):
        yield f'<wsdl:message name="{operation.name}{suffix}">'
        yield f'  <wsdl:part name="parameters" element="tns:{element.name}"/>'
        yield "</wsdl:message>"


def _abstract(operation: Operation) -> Iterator[str]:
    yield f'<wsdl:operation name="{operation.name}">'
    yield f'  <wsdl:input message="tns:{operation.name}SoapIn"/>'
    yield f'  <wsdl:output message="tns:{operation.name}SoapOut"/>'
    yield "</wsdl:operation>"


def _bound(operation: Operation, prefix: str) -> Iterator[str]:
    yield f'<wsdl:operation name="{operation.name}">'
    yield f'  <{prefix}:operation soapAction="{operation.action}" style="document"/>'
    yield "  <wsdl:input>"
    yield f'    <{prefix}:body use="literal"/>'
    yield "  </wsdl:input>"
    yield "  <wsdl:output>"
    yield f'    <{prefix}:body use="literal"/>'
    yield "  </wsdl:output>"
    yield "</wsdl:operation>"
