"""Reads a WSDL, ours or a published one, into what can be compared, and tells the differences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from soap.contract import Endpoint

_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_XS = "{http://www.w3.org/2001/XMLSchema}"
_WSAW = "{http://www.w3.org/2006/05/addressing/wsdl}"
_POLICY = "{http://schemas.xmlsoap.org/ws/2004/09/policy}Policy"
_SOAPS = ("{http://schemas.xmlsoap.org/wsdl/soap/}", "{http://schemas.xmlsoap.org/wsdl/soap12/}")


@dataclass(frozen=True, slots=True)
class Part:
    """An element inside a type."""

    name: str
    type: str
    least: str
    most: str
    nillable: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """A type or an element: its parts in order, or its words, or what it is based on."""

    parts: tuple[Part, ...] = ()
    words: tuple[str, ...] = ()
    base: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """An operation as a binding offers it; names of elements with their namespaces."""

    soap_action: str
    actions: tuple[str, ...]
    received: str
    answered: str
    fault: str
    headers: tuple[str, ...]


@dataclass(slots=True)
class Described:
    """What a WSDL says."""

    names: dict[str, str] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    policy: tuple[str, ...] = ()

    def needed(self, operations: Iterable[str]) -> dict[str, Definition]:
        """The elements and types that these operations reach."""
        waiting = [
            f"element {name}"
            for operation in operations
            for call in [self.calls[operation]]
            for name in (call.received, call.answered, call.fault, *call.headers)
        ]
        found: dict[str, Definition] = {}
        while waiting:
            name = waiting.pop()
            if name in self.definitions and name not in found:
                found[name] = self.definitions[name]
                waiting += [f"type {part.type}" for part in found[name].parts]
                waiting.append(f"type {found[name].base}")
        return found


def describe(texts: Iterable[bytes]) -> Described:
    """What a WSDL and the documents beside it say together."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    roots = [etree.fromstring(text, parser) for text in texts]
    said = Described()
    for root in roots:
        for schema in root.iter(f"{_XS}schema"):
            said.definitions.update(_definitions(schema))
    for root in roots:
        _read_bindings(root, said)
    policies = [policy for root in roots for policy in root.iterchildren(_POLICY)]
    said.policy = tuple(str(etree.QName(each).localname) for policy in policies for each in policy.iter())
    return said


def described_files(paths: Iterable[Path]) -> Described:
    """`describe` of files."""
    return describe(path.read_bytes() for path in paths)


def described_names(endpoint: Endpoint) -> Described:
    """What can be said of an endpoint that has no WSDL of ours: its names."""
    said = Described()
    said.names = {"port type": endpoint.port_type}
    for operation in endpoint.operations.values():
        actions = (operation.action, operation.response_action, operation.fault_action)
        said.calls[operation.name] = Call(operation.action, actions, operation.request.qname, "", "", ())
    return said


def differences(ours: Described, published: Described) -> Iterator[str]:
    """Each difference in a line of its own, ours first."""
    for name in sorted(ours.names.keys() & published.names.keys()):
        if ours.names[name] != published.names[name]:
            yield f"{name}: {ours.names[name]} / {published.names[name]}"
    yield from _only(ours.calls, published.calls, "operation")
    for name in sorted(ours.calls.keys() & published.calls.keys()):
        yield from _different_calls(name, ours.calls[name], published.calls[name])
    if not ours.definitions:
        return
    if ours.policy != published.policy:
        yield f"policy: {_policy_difference(ours.policy, published.policy)}"
    shared = ours.calls.keys() & published.calls.keys()
    mine, theirs = ours.needed(shared), published.needed(shared)
    yield from _only(mine, theirs, "definition")
    for name in sorted(mine.keys() & theirs.keys()):
        yield from (f"{name}: {each}" for each in _different_definitions(mine[name], theirs[name]))


def _only(ours: Mapping[str, object], published: Mapping[str, object], kind: str) -> Iterator[str]:
    yield from (f"{kind} {name}: ours only" for name in sorted(ours.keys() - published.keys()))
    yield from (f"{kind} {name}: published only" for name in sorted(published.keys() - ours.keys()))


def _different_calls(name: str, ours: Call, published: Call) -> Iterator[str]:
    for aspect in ("soap_action", "actions", "received", "answered", "fault", "headers"):
        mine, theirs = getattr(ours, aspect), getattr(published, aspect)
        if mine and mine != theirs:
            yield f"operation {name}: {aspect} {mine} / {theirs}"


def _different_definitions(ours: Definition, published: Definition) -> Iterator[str]:
    yield from (f"word {word}: ours only" for word in ours.words if word not in published.words)
    yield from (f"word {word}: published only" for word in published.words if word not in ours.words)
    if ours.base != published.base:
        yield f"based on {ours.base} / {published.base}"
    mine, theirs = ({part.name: part for part in each.parts} for each in (ours, published))
    yield from _only(mine, theirs, "part")
    both = [name for name in mine if name in theirs]
    if both != [name for name in theirs if name in mine]:
        yield f"order {both} / {[name for name in theirs if name in mine]}"
    for name in both:
        for aspect in ("type", "least", "most", "nillable"):
            pair = getattr(mine[name], aspect), getattr(theirs[name], aspect)
            if pair[0] != pair[1]:
                yield f"part {name}: {aspect} {pair[0]} / {pair[1]}"


def _policy_difference(ours: tuple[str, ...], published: tuple[str, ...]) -> str:
    if sorted(ours) == sorted(published):
        return "in another order"
    mine = sorted(name for name in set(ours) if ours.count(name) > published.count(name))
    theirs = sorted(name for name in set(published) if published.count(name) > ours.count(name))
    return f"ours has more {mine}, published more {theirs}"


def _definitions(schema: etree._Element) -> Iterator[tuple[str, Definition]]:
    namespace = schema.get("targetNamespace", "")
    for child in schema:
        name = f"{{{namespace}}}{child.get('name')}"
        if child.tag == f"{_XS}element":
            inside = child.find(f"{_XS}complexType")
            base = _resolved(child, child.get("type", ""))
            nillable = " nillable" if child.get("nillable") == "true" else ""
            definition = Definition(base=base + nillable) if inside is None else _complex(inside)
            yield f"element {name}", definition
        elif child.tag == f"{_XS}complexType":
            yield f"type {name}", _complex(child)
        elif child.tag == f"{_XS}simpleType" and "2003/10/Serialization/" not in namespace:
            restriction = child.find(f"{_XS}restriction")
            assert restriction is not None
            words = tuple(each.get("value", "") for each in restriction.iterfind(f"{_XS}enumeration"))
            yield f"type {name}", Definition(words=words, base=_resolved(child, restriction.get("base", "")))


def _complex(kind: etree._Element) -> Definition:
    assert not list(kind.iter(f"{_XS}extension", f"{_XS}choice", f"{_XS}attribute", f"{_XS}any")), "a form not compared"
    parts = (
        Part(
            each.get("name", ""),
            _resolved(each, each.get("type", "")),
            each.get("minOccurs", "1"),
            each.get("maxOccurs", "1"),
            each.get("nillable") == "true",
        )
        for each in kind.iterfind(f"{_XS}sequence/{_XS}element")
    )
    return Definition(tuple(parts))


def _resolved(element: etree._Element, name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{element.nsmap.get(prefix or None, '')}}}{local}" if local else ""


def _read_bindings(root: etree._Element, said: Described) -> None:
    messages = {
        message.get("name"): {
            part.get("name", ""): _resolved(part, part.get("element", "")) for part in message.iter(f"{_WSDL}part")
        }
        for message in root.iter(f"{_WSDL}message")
    }
    abstract = {each.get("name"): each for each in root.iterfind(f"{_WSDL}portType/{_WSDL}operation")}
    for binding in root.iter(f"{_WSDL}binding"):
        said.names["port type"] = binding.get("type", "").rpartition(":")[2]
        said.names["binding"] = binding.get("name", "")
        said.names["namespace of the port type"] = root.get("targetNamespace", "")
        for operation in binding.iterfind(f"{_WSDL}operation"):
            name = operation.get("name", "")
            said.calls[name] = _call(operation, abstract[name], messages)
    for service in root.iter(f"{_WSDL}service"):
        said.names["service"] = service.get("name", "")
        said.names["soap"] = str(etree.QName(next(iter(service[0]))).namespace)


def _call(bound: etree._Element, abstract: etree._Element, messages: Mapping[str | None, Mapping[str, str]]) -> Call:
    soap_action = "".join(each.get("soapAction", "") for soap in _SOAPS for each in bound.iterfind(f"{soap}operation"))
    headers = tuple(
        messages[header.get("message", "").rpartition(":")[2]][header.get("part", "")]
        for soap in _SOAPS
        for header in bound.iterfind(f"{_WSDL}input/{soap}header")
    )
    steps = [each for each in abstract if each.tag in (f"{_WSDL}input", f"{_WSDL}output", f"{_WSDL}fault")]
    actions = tuple(each.get(f"{_WSAW}Action", "") for each in steps)
    elements = ["".join(messages[each.get("message", "").rpartition(":")[2]].values()) for each in steps]
    received, answered, fault = (*elements, "")[:3]
    return Call(soap_action, actions, received, answered, fault, headers)
