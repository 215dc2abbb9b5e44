"""From the notation to the model: names resolved, endpoints with their operations, the EC bindings derived."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from soap.contract.model import (
    SCALARS,
    VALUE_TYPES,
    Binding,
    Contract,
    Element,
    Endpoint,
    Enumeration,
    Evidence,
    ListOf,
    Member,
    Operation,
    Serializer,
    Struct,
    Type,
)
from soap.contract.notation import (
    BindingLine,
    DefinitionError,
    Definitions,
    OperationLine,
    OperationSection,
    ServiceSection,
    TypeLine,
    read_definitions,
    read_member,
)

_BASE = "http://www.altinn.no/services/2009/10"
_EC = re.compile(r"EC(?=$|Streamed)")
_EC2 = re.compile(r"EC2(?=\.|$|Streamed|SF)")


@cache
def contract() -> Contract:
    """The contract that the definition files hold. Raises DefinitionError for what does not resolve."""
    definitions = Definitions()
    folder = files("soap.contract.definitions")
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".contract"):
            read_definitions(file.read_text(encoding="utf-8"), definitions)
    return resolve(definitions)


def resolve(definitions: Definitions) -> Contract:
    """The contract that the definitions make. Raises DefinitionError for a name that nothing defines."""
    names = frozenset(
        f"{definitions.namespaces[namespace]}|{line.name}"
        for line in definitions.types
        for namespace in line.namespaces
    )
    resolver = _Resolver(definitions, names)
    types = {kind.key: kind for line in definitions.types for kind in resolver.types(line)}
    endpoints = tuple(endpoint for service in definitions.services for endpoint in resolver.endpoints(service))
    return Contract(MappingProxyType(types), endpoints)


def type_key(namespace: str, name: str) -> str:
    """The key of a type in `Contract.types`."""
    return f"{namespace}|{name}"


@dataclass(frozen=True, slots=True)
class _Resolver:
    definitions: Definitions
    names: frozenset[str]

    def types(self, line: TypeLine) -> Iterator[Type]:
        serializer = Serializer.XML if line.xml else Serializer.DATA_CONTRACT
        for alias in line.namespaces:
            yield self._type(line, self._namespace(alias), serializer)

    def _type(self, line: TypeLine, namespace: str, serializer: Serializer) -> Type:
        key, name = type_key(namespace, line.name), line.name.partition("/")[0]
        if line.text.startswith("["):
            item = self._item(line.text.strip("[]"), namespace)
            return ListOf(key, name, namespace, serializer, item)
        if "|" in line.text:
            return Enumeration(key, name, namespace, serializer, tuple(line.text.replace("|", " ").split()))
        return Struct(key, name, namespace, serializer, tuple(self._groups(line, namespace)), line.base)

    def _groups(self, line: TypeLine, namespace: str) -> Iterator[tuple[Member, ...]]:
        for other in self.definitions.types:
            if other.name == line.base and other.namespaces == line.namespaces:
                yield from self._groups(other, namespace)
        yield from (self.members(group, namespace) for group in line.text.split(";"))

    def _item(self, text: str, namespace: str) -> Member:
        named = read_member(text)
        kind = named.type if ":" in text else named.name
        return Member(named.name, self._key(kind, namespace), optional=True, nillable=kind not in VALUE_TYPES)

    def members(self, text: str, namespace: str) -> tuple[Member, ...]:
        return tuple(self._resolved(member, namespace) for member in self.definitions.members(text))

    def _resolved(self, member: Member, namespace: str) -> Member:
        return Member(member.name, self._key(member.type, namespace), member.optional, member.nillable)

    def _key(self, kind: str, namespace: str) -> str:
        if kind in SCALARS:
            return kind
        alias, dot, name = kind.partition(".")
        key = type_key(self._namespace(alias), name) if dot else type_key(namespace, kind)
        if key not in self.names:
            raise DefinitionError(f"no type is named {kind!r} (looked for in {namespace})")
        return key

    def _namespace(self, alias: str) -> str:
        try:
            return self.definitions.namespaces[alias]
        except KeyError:
            raise DefinitionError(f"no namespace is named {alias!r}") from None

    def endpoints(self, service: ServiceSection) -> Iterator[Endpoint]:
        for line in service.bindings:
            match line.binding:
                case "ec2":
                    # The older address, retired from 2019, has the same contract (soap-svc §3).
                    older = _without_two(line)
                    yield self._endpoint(service, line, Binding.EC2, "ec")
                    yield self._endpoint(service, older, Binding.EC, "ec")
                case "asmx":
                    yield self._endpoint(service, line, Binding.ASMX, "asmx")
                case name:
                    binding = {"basic": Binding.BASIC, "ws": Binding.WS}[name]
                    yield self._endpoint(service, line, binding, name)

    def _endpoint(self, service: ServiceSection, line: BindingLine, binding: Binding, written_as: str) -> Endpoint:
        namespace = self._namespace(line.namespace)
        operations = [
            self._operation(section, one, line, binding)
            for section in service.operations
            for one in section.lines
            if one.binding == written_as
        ]
        if binding is not Binding.ASMX:
            operations.insert(0, _test_operation())
        return Endpoint(
            path=line.path,
            service=service.name,
            binding=binding,
            namespace=namespace,
            interface=line.interface,
            port_type=_EC.sub("EC2", line.interface) if binding is Binding.EC2 else line.interface,
            wsdl_service=line.wsdl_service,
            wsdl="" if service.retired else line.path.rpartition("/")[2].partition(".")[0],
            streamed=service.streamed,
            evidence=line.evidence,
            operations=_by_qname(operations),
        )

    def _operation(
        self, section: OperationSection, line: OperationLine, endpoint: BindingLine, binding: Binding
    ) -> Operation:
        namespace = self._namespace(endpoint.namespace)
        serializer = Serializer.XML if section.xml else Serializer.DATA_CONTRACT
        asmx = binding is Binding.ASMX
        action = namespace + line.name if asmx else f"{namespace}/{endpoint.interface}/{line.name}"
        members = self.members(line.members, namespace)
        if section.answer:
            body, _, part = line.body.partition("/")
            request = Element(body, namespace, serializer, (Member(part, "stream"),))
            name, _, answer = section.answer.partition(" :")
            response = Element(name, namespace, serializer, self.members(answer, namespace))
            headers = tuple(_header(member, namespace) for member in members)
        else:
            request = Element(line.name, namespace, serializer, members)
            response = Element(f"{line.name}Response", namespace, serializer, self._result(line, namespace))
            headers = ()
        return Operation(
            name=line.name,
            use_case=section.use_case,
            action=action,
            response_action=action if asmx else f"{action}Response",
            fault_action="" if asmx else f"{action}AltinnFaultFault",
            request=request,
            response=response,
            result=f"{line.name}Result" if response.members and not section.answer else "",
            headers=headers,
            evidence=line.evidence,
            retired=section.retired,
            mapped=section.mapped,
        )

    def _result(self, line: OperationLine, namespace: str) -> tuple[Member, ...]:
        if line.result in ("nothing", ""):
            return ()
        result = self._resolved(read_member(line.result), namespace)
        return (Member(f"{line.name}Result", result.type, result.optional, result.nillable),)


def _header(member: Member, namespace: str) -> Element:
    return Element(member.name, namespace, type=member.type, nillable=member.nillable)


def _without_two(line: BindingLine) -> BindingLine:
    evidence = Evidence.DOCS if line.evidence is Evidence.WSDL else line.evidence
    path, name = (_EC2.sub("EC", text) for text in (line.path, line.wsdl_service))
    return BindingLine(line.binding, path, line.namespace, line.interface, name, evidence)


def _test_operation() -> Operation:
    """The operation that every service has: nothing in, nothing out (soap-svc §4)."""
    action = f"{_BASE}/IAltinnContractBase/Test"
    return Operation(
        name="Test",
        use_case="Test",
        action=action,
        response_action=f"{action}Response",
        fault_action=f"{action}AltinnFaultFault",
        request=Element("Test", _BASE),
        response=Element("TestResponse", _BASE),
        result="",
        headers=(),
        evidence=Evidence.WSDL,
        retired="",
        mapped="",
    )


def _by_qname(operations: Iterable[Operation]) -> Mapping[str, Operation]:
    return MappingProxyType({operation.request.qname: operation for operation in operations})
