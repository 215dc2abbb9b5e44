"""The model of a contract: its types, and the operations of every endpoint, as frozen records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Binding(StrEnum):
    """How an endpoint is spoken with, which decides SOAP version, credentials and names (soap-svc §2)."""

    BASIC = "Basic"
    WS = "WS"
    EC = "EC"
    EC2 = "EC2"
    ASMX = "ASMX"

    @property
    def addressed(self) -> bool:
        """Whether messages carry addressing headers, which then have taken the prefix ``a``."""
        return self in (Binding.WS, Binding.EC, Binding.EC2)


class Evidence(StrEnum):
    """What a definition rests on, best first."""

    WSDL = "WSDL"
    CLIENT = "client"
    DOCS = "docs"
    INFERRED = "inferred"


class Serializer(StrEnum):
    """Which of the platform's two serializers a type is written by (soap-svc §1, point 4)."""

    DATA_CONTRACT = "DataContract"
    XML = "XmlSerializer"


SCALARS = frozenset(
    {
        "string",
        "int",
        "long",
        "unsignedInt",
        "boolean",
        "dateTime",  # written as Norwegian local time without offset
        "instant",  # a dateTime written with seven decimals and an offset
        "double",
        "base64Binary",
        "guid",
        "stream",  # base64Binary that may travel beside the message
        "reference",  # an int by the contract; a text is read as it is (soap-svc §14, no 9)
        "any",  # an element that says its type itself; read and written as text here
    }
)
"""Types without parts. `Member.type` is one of these words or the key of a type."""

VALUE_TYPES = SCALARS - {"string", "base64Binary", "stream", "any"}
"""Scalars that a list cannot hold nil of."""


@dataclass(frozen=True, slots=True)
class Member:
    """One element inside a type or a message. ``type`` is a word of `SCALARS` or a key of `Contract.types`."""

    name: str
    type: str = "string"
    optional: bool = False
    nillable: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Struct:
    """A type with parts. Each of ``groups`` is in alphabetical order where the serializer is DataContract.

    ``base`` names a type of the same namespace that it extends, whose groups come first; empty for none.
    """

    key: str
    name: str
    namespace: str
    serializer: Serializer
    groups: tuple[tuple[Member, ...], ...]
    base: str = ""

    @property
    def members(self) -> tuple[Member, ...]:
        """The parts in wire order."""
        return tuple(member for group in self.groups for member in group)


@dataclass(frozen=True, slots=True, eq=False)
class ListOf:
    """A type that holds any number of one element. The item's namespace is the list's, not the item type's."""

    key: str
    name: str
    namespace: str
    serializer: Serializer
    item: Member


@dataclass(frozen=True, slots=True, eq=False)
class Enumeration:
    """A type of words."""

    key: str
    name: str
    namespace: str
    serializer: Serializer
    words: tuple[str, ...]


Type = Struct | ListOf | Enumeration


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """The child of a body (or one of a header). ``members`` are in its own namespace, in wire order.

    ``type`` is set, and ``members`` empty, where the element itself holds a plain value.
    """

    name: str
    namespace: str
    serializer: Serializer = Serializer.DATA_CONTRACT
    members: tuple[Member, ...] = ()
    type: str = ""
    nillable: bool = False

    @property
    def qname(self) -> str:
        """``{namespace}name``."""
        return f"{{{self.namespace}}}{self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operation of one endpoint.

    ``use_case`` is the same in all bindings. ``result`` names the member of the response that holds the
    answer; it is empty where the answer is the response itself, or nothing. ``headers`` are those of a
    streamed upload. ``retired`` names what replaces an operation that is answered with a fault, ``mapped``
    what of today the answer is made from where the platform's own data are no more; both are else empty.
    """

    name: str
    use_case: str
    action: str
    response_action: str
    fault_action: str
    request: Element
    response: Element
    result: str
    headers: tuple[Element, ...]
    evidence: Evidence
    retired: str
    mapped: str


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """One address of one service. ``wsdl`` names its stored text; empty where the whole service is retired.

    ``namespace`` is the service's, ``interface`` the part of its actions, ``port_type`` and ``wsdl_service``
    names in the WSDL. ``path`` is as published, and empty where it is not known.
    """

    path: str
    service: str
    binding: Binding
    namespace: str
    interface: str
    port_type: str
    wsdl_service: str
    wsdl: str
    streamed: bool
    evidence: Evidence
    operations: Mapping[str, Operation]


@dataclass(frozen=True, slots=True, eq=False)
class Contract:
    """Everything: the types by key, and every endpoint in the order of the definitions."""

    types: Mapping[str, Type]
    endpoints: tuple[Endpoint, ...]

    def reached_from(self, elements: Iterator[Element]) -> dict[str, Type]:
        """The types that the elements need, themselves and through others, in the order of discovery."""
        found: dict[str, Type] = {}
        waiting = [member.type for element in elements for member in element.members]
        waiting.reverse()
        while waiting:
            key = waiting.pop()
            if key in found or key not in self.types:
                continue
            found[key] = self.types[key]
            waiting.extend(reversed([member.type for member in parts(found[key])]))
        return found


def parts(kind: Type) -> tuple[Member, ...]:
    """The elements directly inside a type."""
    match kind:
        case Struct():
            return kind.members
        case ListOf():
            return (kind.item,)
        case Enumeration():
            return ()
