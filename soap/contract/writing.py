"""Answers written as WCF wrote them: its prefixes, its order, its nil, whatever the order they are given in.

Some clients match prefixes as text, and a .NET client skips what stands out of order (soap-svc §14, no 1 to 6).
What is known beforehand is prepared once for each operation, so that an answer is a walk over its values.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from soap import ns
from soap.contract.model import Binding, Element, Endpoint, Enumeration, ListOf, Member, Operation, Serializer, Struct
from soap.contract.plain import PLAIN
from soap.contract.resolving import contract

Write = Callable[[Any, list[str]], None]
Scope = tuple[tuple[str, str], ...]
"""The namespaces declared where an element stands, as pairs of prefix and address, outermost first."""

_DECLARED_I = f' xmlns:i="{ns.XSI}"'
_NIL = ' i:nil="true"'
_NIL_XML = ' xsi:nil="true"'
_DECLARED_XSI = f' xmlns:xsi="{ns.XSI}"'


class UnwritableAnswer(Exception):
    """An answer that the contract has no room for: a fault of this program. The text names the member."""


class _Step(NamedTuple):
    """One member: what stands there when it is absent or nil (None: it must not be), and how it is written."""

    name: str
    absent: str | None
    nil: str | None
    write: Write


def write_response(endpoint: Endpoint, operation: Operation, values: Any) -> bytes:
    """The child of the body that answers ``operation``. Raises UnwritableAnswer.

    ``values`` is what stands inside ``<Operation>Result``: a mapping by wire names, a sequence, or a plain
    value; None where there is no result, or none to tell. Of an upload it is the answer's members. A name
    that another version of the type has is passed over; one that no type has is refused.
    """
    if not operation.result:
        return write_element(operation.response, endpoint.binding, values or {})
    members = {} if values is None else {operation.result: values}
    return write_element(operation.response, endpoint.binding, members)


def write_element(element: Element, binding: Binding, members: Mapping[str, Any]) -> bytes:
    """A message's element, of a request or of a response. Raises UnwritableAnswer."""
    out: list[str] = []
    _message_writer(element, binding.addressed)(members, out)
    return "".join(out).encode()


@cache
def _message_writer(element: Element, addressed: bool) -> Write:  # noqa: FBT001 - part of what is remembered
    taken: Scope = (("a", ns.ADDRESSING),) if addressed else ()
    scope = (*taken, ("", element.namespace))
    steps = tuple(_root_step(member, element, scope) for member in element.members)
    opening, name = f'<{element.name} xmlns="{element.namespace}"', element.name
    write_members = _members_writer(steps, name)

    def write(values: Any, out: list[str]) -> None:
        out.append(f"{opening}>")
        before = len(out)
        write_members(values, out)
        if len(out) == before:
            out[-1] = f"{opening}/>"
        else:
            out.append(f"</{name}>")

    return write


def _root_step(member: Member, element: Element, scope: Scope) -> _Step:
    """A member of a message, where the serializer begins anew."""
    kind = contract().types.get(member.type)
    if element.serializer is Serializer.XML:
        return _xml_step(member, scope)
    if kind is None or isinstance(kind, Enumeration):
        return _step(member, member.name, "", scope, _NIL, _DECLARED_I)
    inside, declared = _declare(kind.namespace, (*scope, ("i", ns.XSI)))
    declared += _DECLARED_I
    if isinstance(kind, ListOf):
        inside, more = _declare_items(kind, inside)
        declared += more
    return _step(member, member.name, declared, inside, _NIL, "")


def _inner_step(member: Member, struct: Struct, scope: Scope) -> _Step:
    """A member of a type."""
    if struct.serializer is Serializer.XML:
        return _xml_step(member, scope)
    tag = _tag(member.name, struct.namespace, scope)
    kind = contract().types.get(member.type)
    if kind is None or isinstance(kind, Enumeration):
        return _step(member, tag, "", scope, _NIL, "")
    inside, declared = _declare(kind.namespace, scope)
    if isinstance(kind, ListOf):
        inside, more = _declare_items(kind, inside)
        declared += more
    return _step(member, tag, declared, inside, _NIL, "")


def _xml_step(member: Member, scope: Scope) -> _Step:
    """A member where everything is in one namespace and what is absent is left out."""
    step = _step(member, member.name, "", scope, _NIL_XML, _DECLARED_XSI)
    return _Step(step.name, "" if member.optional or member.nillable else None, step.nil, step.write)


def _step(member: Member, tag: str, declared: str, scope: Scope, nil: str, declared_for_nil: str) -> _Step:
    if member.nillable:
        nothing: str | None = f"<{tag}{nil}{declared}{declared_for_nil}/>"
    else:
        nothing = "" if member.optional else None
    return _Step(member.name, nothing, nothing, _element_writer(member, tag, declared, scope))


def _element_writer(member: Member, tag: str, declared: str, scope: Scope) -> Write:
    plain = PLAIN.get(member.type)
    if plain is not None:
        return _plain_writer(plain.write, member.name, tag, declared)
    kind = contract().types[member.type]
    if isinstance(kind, Enumeration):
        return _plain_writer(_word_writer(frozenset(kind.words)), member.name, tag, declared)
    opening, empty, closing = f"<{tag}{declared}>", f"<{tag}{declared}/>", f"</{tag}>"

    @cache
    def write_content() -> Write:
        return _content_writer(member.type, scope)

    def write(value: Any, out: list[str]) -> None:
        out.append(opening)
        before = len(out)
        write_content()(value, out)
        if len(out) == before:
            out[-1] = empty
        else:
            out.append(closing)

    return write


def _plain_writer(write_plain: Callable[[Any], str], name: str, tag: str, declared: str) -> Write:
    opening, empty, closing = f"<{tag}{declared}>", f"<{tag}{declared}/>", f"</{tag}>"

    def write(value: Any, out: list[str]) -> None:
        try:
            text = write_plain(value)
        except (ValueError, TypeError, AttributeError):
            raise UnwritableAnswer(f"{name} cannot hold a value of type {type(value).__name__}") from None
        out.append(f"{opening}{text}{closing}" if text else empty)

    return write


def _word_writer(words: frozenset[str]) -> Callable[[str], str]:
    def write(word: str) -> str:
        if word not in words:
            raise ValueError
        return word

    return write


@cache
def _content_writer(key: str, scope: Scope) -> Write:
    """The inside of a type. Made when first needed: a type may hold itself."""
    kind = contract().types[key]
    if isinstance(kind, ListOf):
        return _items_writer(kind, scope)
    assert isinstance(kind, Struct)  # noqa: S101 - words have no inside
    return _members_writer(tuple(_inner_step(member, kind, scope) for member in kind.members), kind.name)


def _items_writer(kind: ListOf, scope: Scope) -> Write:
    holder = Struct(kind.key, kind.name, kind.namespace, kind.serializer, ((kind.item,),))
    step = _inner_step(kind.item, holder, scope)
    nil, write_item = step.nil or "", step.write

    def write(items: Sequence[Any], out: list[str]) -> None:
        if isinstance(items, (str, bytes, Mapping)):
            raise UnwritableAnswer(f"{kind.name} is a list")
        for item in items:
            if item is None:
                out.append(nil)
            else:
                write_item(item, out)

    return write


def _members_writer(steps: tuple[_Step, ...], name: str) -> Write:
    names = frozenset(step.name for step in steps)

    def write(values: Mapping[str, Any], out: list[str]) -> None:
        found = 0
        for member, absent, nil, write_member in steps:
            if member in values:
                found += 1
                value = values[member]
                if value is not None:
                    write_member(value, out)
                    continue
                text = nil
            else:
                text = absent
            if text is None:
                raise UnwritableAnswer(f"{name} must have {member}")
            if text:
                out.append(text)
        if found != len(values):
            _refuse_misspelt(values.keys() - names, name)

    return write


def _refuse_misspelt(names: set[str], where: str) -> None:
    unknown = names - _every_name()
    if unknown:
        raise UnwritableAnswer(f"{where} has no {', '.join(sorted(unknown))}")


@cache
def _every_name() -> frozenset[str]:
    structs = (kind for kind in contract().types.values() if isinstance(kind, Struct))
    return frozenset(member.name for struct in structs for member in struct.members)


def _declare_items(kind: ListOf, scope: Scope) -> tuple[Scope, str]:
    """A list declares the namespace of what its items hold on itself, not on each item."""
    item = contract().types.get(kind.item.type)
    if item is None or isinstance(item, Enumeration):
        return scope, ""
    return _declare(item.namespace, scope)


def _declare(namespace: str, scope: Scope) -> tuple[Scope, str]:
    """The scope with the namespace in it, and the declaration that takes: the first letter that is free."""
    if any(address == namespace for _, address in scope):
        return scope, ""
    taken = {prefix for prefix, _ in scope}
    prefix = next(letter for letter in string.ascii_lowercase if letter not in taken and letter != "s")
    return (*scope, (prefix, namespace)), f' xmlns:{prefix}="{namespace}"'


def _tag(name: str, namespace: str, scope: Scope) -> str:
    prefix = next(prefix for prefix, address in scope if address == namespace)
    return f"{prefix}:{name}" if prefix else name
