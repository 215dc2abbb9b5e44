"""The notation of the definition files: text in, records with names still unresolved out.

One file per service. A line that begins with four spaces or more goes on with the line before it; ``#`` begins
a comment line. What stands in the first column opens a section, what stands two spaces in belongs to it::

    namespace receipt9 = S:Intermediary/Receipt/2009/10      W: S: DC: shorten as in soap-svc
    credentials EC2CRED = userName, password                 members that many requests begin with
    types receipt9                                           several names: the types exist in each
      Reference = ReferenceTypeName?:shipment9.ReferenceType, ReferenceValue?^
      ReferenceList = [Reference]                            a list; [Item:type] where the names differ
      Status = NotSet | OK                                   words
    service ReceiptExternal                                  `streamed`, `retired` may follow
      basic /path.svc receipt IReceipt Name                  path, namespace, interface, name in the WSDL
    operation GetReceipt                                     `xml`: the older serializer; `retired "…"`, `mapped "…"`
      ec GetReceiptEC (docs) : EC2CRED, receipt -> ?^:receipt9.ReceiptExternal
    upload SubmitAttachment
      answer Receipt : ReceiptId?:int
      ec SubmitAttachmentEC Body/dataStream : FileName^      what follows the colon are the headers

A member is a name, ``?`` where it may be absent, ``^`` where it may be nil, and ``:type`` unless it is a string.
``;`` instead of ``,`` begins a new alphabetical order. ``Name/EC`` is a second type of the wire name ``Name``;
``Name : Base`` extends a type that stands above it.
The word in brackets is the evidence; without one it is a published WSDL.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from soap.contract.model import Evidence, Member

SHORTENED = {
    "W:": "http://www.altinn.no/services/",
    "S:": "http://schemas.altinn.no/services/",
    "DC:": "http://schemas.datacontract.org/2004/07/",
}

_MEMBER = re.compile(r"(?P<name>\w*)(?P<marks>[?^]*)(?::(?P<type>[\w./-]+))?")
_MARK = re.compile(r"\((WSDL|client|docs|inferred)\)")


class DefinitionError(ValueError):
    """A definition file does not say what it should."""


@dataclass(frozen=True, slots=True)
class TypeLine:
    """``Name = …`` or ``Name : Base = …`` below ``types``."""

    namespaces: tuple[str, ...]
    xml: bool
    name: str
    base: str
    text: str


@dataclass(frozen=True, slots=True)
class BindingLine:
    """One address below ``service``."""

    binding: str
    path: str
    namespace: str
    interface: str
    wsdl_service: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class OperationLine:
    """One binding's form of an operation or upload. ``body`` is empty but for an upload: ``Element/member``."""

    binding: str
    name: str
    body: str
    evidence: Evidence
    members: str
    result: str


@dataclass(frozen=True, slots=True)
class OperationSection:
    """``operation`` or ``upload`` with its lines; ``answer`` is that of an upload."""

    use_case: str
    xml: bool
    retired: str
    mapped: str
    answer: str
    lines: tuple[OperationLine, ...]


@dataclass(frozen=True, slots=True)
class ServiceSection:
    """``service`` with its addresses and operations."""

    name: str
    streamed: bool
    retired: bool
    bindings: tuple[BindingLine, ...]
    operations: tuple[OperationSection, ...]


@dataclass(slots=True)
class Definitions:
    """What the files say, gathered while they are read."""

    namespaces: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, tuple[str, ...]] = field(default_factory=dict)
    types: list[TypeLine] = field(default_factory=list)
    services: list[ServiceSection] = field(default_factory=list)

    def members(self, text: str) -> tuple[Member, ...]:
        """The members in a comma-separated text; names of credentials are replaced by what they stand for."""
        return tuple(member for one in _split(text) for member in self._expanded(read_member(one)))

    def _expanded(self, member: Member) -> Iterator[Member]:
        for name in self.credentials.get(member.name, (member.name,)):
            yield Member(name, member.type, member.optional, member.nillable)


def read_member(text: str) -> Member:
    """One member, its type not yet resolved. The name is empty in a result."""
    matched = _MEMBER.fullmatch(text)
    if matched is None:
        raise DefinitionError(f"{text!r} is not a member")
    marks = matched["marks"]
    return Member(matched["name"], matched["type"] or "string", optional="?" in marks, nillable="^" in marks)


def read_definitions(text: str, into: Definitions) -> None:
    """Add what one file says."""
    for head, entries in _sections(text):
        keyword, _, rest = head.partition(" ")
        match keyword:
            case "namespace":
                name, address = _halves(rest, "=")
                into.namespaces[name] = _lengthened(address)
            case "credentials":
                name, members = _halves(rest, "=")
                into.credentials[name] = tuple(_split(members))
            case "types":
                into.types.extend(_types(rest, entries))
            case "service":
                into.services.append(_service(rest, entries))
            case "operation" | "upload":
                _add_operation(into.services[-1], _operation(rest, entries), into)
            case _:
                raise DefinitionError(f"{keyword!r} opens no section")


def _sections(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each head with the lines below it, continuations joined."""
    section: tuple[str, list[str]] | None = None
    for line in _joined(text):
        if not line.startswith(" "):
            if section is not None:
                yield section
            section = (line, [])
        elif section is None:
            raise DefinitionError(f"{line!r} belongs to no section")
        else:
            section[1].append(line.strip())
    if section is not None:
        yield section


def _joined(text: str) -> Iterator[str]:
    whole = ""
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line.startswith("    "):
            whole += " " + line.strip()
            continue
        if whole:
            yield whole
        whole = line.rstrip()
    if whole:
        yield whole


def _types(rest: str, entries: list[str]) -> Iterator[TypeLine]:
    names = rest.removesuffix(" xml")
    for entry in entries:
        named, text = _halves(entry, "=")
        name, _, base = named.partition(" : ")
        yield TypeLine(tuple(_split(names)), names != rest, name, base, text)


def _service(rest: str, entries: list[str]) -> ServiceSection:
    name, *flags = rest.split()
    bindings = tuple(map(_binding, entries))
    return ServiceSection(name, "streamed" in flags, "retired" in flags, bindings, ())


def _binding(entry: str) -> BindingLine:
    unmarked, evidence = _marked(entry)
    binding, path, namespace, interface, wsdl_service = unmarked.split()
    return BindingLine(binding, path.strip("?"), namespace, interface, wsdl_service.strip("-"), evidence)


def _operation(rest: str, entries: list[str]) -> OperationSection:
    words = shlex.split(rest)
    notes = {word: text for word, text in pairwise(words) if word in ("retired", "mapped")}
    use_case, *flags = words
    answers = [entry.removeprefix("answer ") for entry in entries if entry.startswith("answer ")]
    lines = tuple(_operation_line(entry) for entry in entries if not entry.startswith("answer "))
    return OperationSection(
        use_case, "xml" in flags, notes.get("retired", ""), notes.get("mapped", ""), "".join(answers), lines
    )


def _operation_line(entry: str) -> OperationLine:
    head, _, rest = entry.partition(" :")
    unmarked, evidence = _marked(head)
    binding, name, *body = unmarked.split()
    members, _, result = rest.partition("->")
    return OperationLine(binding, name, "".join(body), evidence, members.strip(), result.strip())


def _add_operation(service: ServiceSection, operation: OperationSection, into: Definitions) -> None:
    into.services[-1] = ServiceSection(
        service.name, service.streamed, service.retired, service.bindings, (*service.operations, operation)
    )


def _marked(text: str) -> tuple[str, Evidence]:
    marks = _MARK.findall(text)
    return _MARK.sub("", text), Evidence(marks[0]) if marks else Evidence.WSDL


def _halves(text: str, separator: str) -> tuple[str, str]:
    first, found, second = text.partition(separator)
    if not found:
        raise DefinitionError(f"{text!r} has no {separator!r}")
    return first.strip(), second.strip()


def _split(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split(",") if part.strip())


def _lengthened(address: str) -> str:
    for short, long in SHORTENED.items():
        if address.startswith(short):
            return long + address.removeprefix(short)
    return address
