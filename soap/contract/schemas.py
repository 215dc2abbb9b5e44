"""The XML schemas of an endpoint, one for each namespace, from its operations and the types they need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from soap import ns
from soap.contract.model import (
    Binding,
    Element,
    Endpoint,
    Enumeration,
    ListOf,
    Member,
    Operation,
    Serializer,
    Struct,
    Type,
    parts,
)
from soap.contract.plain import PLAIN
from soap.contract.resolving import contract, type_key

SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
MESSAGE = "http://schemas.microsoft.com/Message"
FAULT_NAME = "AltinnFault"

_XS = "http://www.w3.org/2001/XMLSchema"
# Plain types that XML Schema lacks: where each is at home, and what it restricts.
_AT_HOME = MappingProxyType({"guid": (SERIALIZATION, "guid"), "stream": (MESSAGE, "StreamBody")})
_GUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SIMPLE_TYPES = MappingProxyType(
    {
        SERIALIZATION: (
            '<xs:simpleType name="guid">',
            '  <xs:restriction base="xs:string">',
            f'    <xs:pattern value="{_GUID}"/>',
            "  </xs:restriction>",
            "</xs:simpleType>",
        ),
        MESSAGE: (
            '<xs:simpleType name="StreamBody">',
            '  <xs:restriction base="xs:base64Binary"/>',
            "</xs:simpleType>",
        ),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """One schema: what it defines, and in the order of their prefixes the namespaces it points to."""

    namespace: str
    elements: tuple[Element, ...]
    types: tuple[Type, ...]
    imports: tuple[str, ...]

    def lines(self, locations: Mapping[str, str]) -> Iterator[str]:
        """The text. ``locations`` says where imported namespaces are found; none for those beside this one."""
        prefixes = {self.namespace: "tns", **{imported: f"q{n}" for n, imported in enumerate(self.imports, 1)}}
        declared = "".join(f' xmlns:{prefix}="{address}"' for address, prefix in prefixes.items())
        yield (
            f'<xs:schema xmlns:xs="{_XS}"{declared} elementFormDefault="qualified" targetNamespace="{self.namespace}">'
        )
        for imported in self.imports:
            location = f' schemaLocation="{locations[imported]}"' if imported in locations else ""
            yield f'  <xs:import{location} namespace="{imported}"/>'
        body = _Body(prefixes)
        yield from (f"  {line}" for line in _SIMPLE_TYPES.get(self.namespace, ()))
        yield from (f"  {line}" for element in self.elements for line in body.element(element))
        yield from (f"  {line}" for kind in self.types for line in body.type(kind))
        yield "</xs:schema>"


@cache
def schemas(endpoint: Endpoint) -> tuple[Schema, ...]:
    """The schemas of ``endpoint``, those of its own messages first."""
    fault = contract().types[type_key(ns.ALTINN_FAULT, FAULT_NAME)]
    elements = messages(endpoint.operations.values())
    needed = contract().reached_from(iter(elements))
    types = list(needed.values()) if endpoint.binding is Binding.ASMX else [fault, *needed.values()]
    at_home = [_AT_HOME[member.type][0] for member in _all_members(elements, types) if member.type in _AT_HOME]
    namespaces = dict.fromkeys([each.namespace for each in (*elements, *types)] + at_home)
    return tuple(_schema(namespace, elements, types) for namespace in namespaces)


def messages(operations: Iterable[Operation]) -> list[Element]:
    """Every element that a message of these operations has in its body or header, once."""
    found: dict[str, Element] = {}
    for operation in operations:
        for element in (operation.request, *operation.headers, operation.response):
            found.setdefault(element.qname, element)
    return list(found.values())


def schema_text(endpoint: Endpoint, name: str) -> bytes:
    """The schema that ``?xsd=name`` asks for, ``xsd0`` and up, pointing to the others. Raises KeyError."""
    every = schemas(endpoint)
    numbers = {f"xsd{number}": schema for number, schema in enumerate(every)}
    locations = {schema.namespace: f"?xsd={number}" for number, schema in numbers.items()}
    lines = numbers[name.lower()].lines(locations)
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', *lines, ""]).encode()


def _schema(namespace: str, elements: list[Element], types: list[Type]) -> Schema:
    own_elements = tuple(element for element in elements if element.namespace == namespace)
    own_types = tuple(kind for kind in types if kind.namespace == namespace)
    pointed_to = [_namespace_of(member.type) for member in _all_members(own_elements, own_types)]
    imports = tuple(dict.fromkeys(address for address in pointed_to if address not in (_XS, namespace)))
    return Schema(namespace, own_elements, own_types, imports)


def _all_members(elements: Iterable[Element], types: Iterable[Type]) -> Iterator[Member]:
    for element in elements:
        yield from element.members
        if element.type:
            yield Member(element.name, element.type)
    for kind in types:
        yield from parts(kind)


def _namespace_of(key: str) -> str:
    if key in _AT_HOME:
        return _AT_HOME[key][0]
    return _XS if key in PLAIN else contract().types[key].namespace


@dataclass(frozen=True, slots=True)
class _Body:
    """Writes definitions with the prefixes of one schema."""

    prefixes: Mapping[str, str]

    def element(self, element: Element) -> Iterator[str]:
        if element.type:
            nillable = ' nillable="true"' if element.nillable else ""
            yield f'<xs:element name="{element.name}"{nillable} type="{self.reference(element.type)}"/>'
            return
        yield f'<xs:element name="{element.name}">'
        yield "  <xs:complexType>"
        yield from (f"    {line}" for line in self._sequence(element.members))
        yield "  </xs:complexType>"
        yield "</xs:element>"

    def type(self, kind: Type) -> Iterator[str]:
        match kind:
            case Enumeration(words=words):
                yield f'<xs:simpleType name="{kind.name}">'
                yield '  <xs:restriction base="xs:string">'
                yield from (f'    <xs:enumeration value="{word}"/>' for word in words)
                yield "  </xs:restriction>"
                yield "</xs:simpleType>"
            case Struct(members=members):
                yield from self._complex(kind.name, self._sequence(members))
            case ListOf(item=item):
                yield from self._complex(kind.name, self._sequence([item], most=' maxOccurs="unbounded"'))
        if kind.serializer is Serializer.DATA_CONTRACT:
            # This serializer offers each of its types as an element, too.
            nillable = "" if isinstance(kind, Enumeration) else ' nillable="true"'
            yield f'<xs:element name="{kind.name}"{nillable} type="tns:{kind.name}"/>'

    def reference(self, key: str) -> str:
        if key in _AT_HOME:
            address, name = _AT_HOME[key]
            return f"{self.prefixes[address]}:{name}"
        if key in PLAIN:
            return f"xs:{PLAIN[key].schema_name}"
        kind = contract().types[key]
        return f"{self.prefixes[kind.namespace]}:{kind.name}"

    def _complex(self, name: str, sequence: Iterator[str]) -> Iterator[str]:
        yield f'<xs:complexType name="{name}">'
        yield from (f"  {line}" for line in sequence)
        yield "</xs:complexType>"

    def _sequence(self, members: Iterable[Member], most: str = "") -> Iterator[str]:
        lines = [f"  {self._member(member, most)}" for member in members]
        if not lines:
            yield "<xs:sequence/>"
            return
        yield "<xs:sequence>"
        yield from lines
        yield "</xs:sequence>"

    def _member(self, member: Member, most: str) -> str:
        least = ' minOccurs="0"' if member.optional else ""
        nillable = ' nillable="true"' if member.nillable else ""
        return f'<xs:element{least}{most} name="{member.name}"{nillable} type="{self.reference(member.type)}"/>'
