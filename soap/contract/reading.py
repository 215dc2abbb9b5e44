"""Requests read: any order, any prefix, generous with forms, but no member that is known is ever lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree

from soap import ns
from soap.contract.model import Element, Enumeration, ListOf, Member, Operation, Struct
from soap.contract.plain import PLAIN, XOP, Included
from soap.contract.resolving import contract

_NIL = f"{{{ns.XSI}}}nil"
_INCLUDE = f"{{{XOP}}}Include"

Read = Callable[[Any], Any]
"""Takes an element, returns the value in it."""


class UnreadableRequest(Exception):
    """A request that is not what the contract says. The text names the element, never what stands in it."""


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    read: Read


@dataclass(frozen=True, slots=True)
class _Parts:
    """The members of a type by name, and by name without regard to case."""

    exact: Mapping[str, _Part]
    folded: Mapping[str, _Part]

    def named(self, name: str) -> _Part | None:
        return self.exact.get(name) or self.folded.get(name.lower())


def read_request(operation: Operation, body_element: etree._Element) -> dict[str, Any]:
    """What the child of the body says, by wire name. Raises UnreadableRequest.

    Elements are matched by local name, in any order and, failing that, any case; those the contract does not
    know are passed over. A member that is not there has no key; one that is nil, or a number, word, truth or
    time that is empty, is None.
    """
    return _read_parts(body_element, _request_parts(operation))


def read_headers(operation: Operation, header_element: etree._Element) -> dict[str, Any]:
    """What the headers of a streamed upload say, by wire name, as `read_request`. Raises UnreadableRequest."""
    return _read_parts(header_element, _header_parts(operation))


@cache
def _request_parts(operation: Operation) -> _Parts:
    return _parts(operation.request.members)


@cache
def _header_parts(operation: Operation) -> _Parts:
    return _parts(_as_member(header) for header in operation.headers)


def _as_member(header: Element) -> Member:
    return Member(header.name, header.type, optional=True, nillable=header.nillable)


@cache
def _parts_of_type(key: str) -> _Parts:
    kind = contract().types[key]
    assert isinstance(kind, Struct)  # noqa: S101 - asked for structs only
    return _parts(kind.members)


def _parts(members: Iterable[Member]) -> _Parts:
    exact = {member.name: _Part(member.name, _reader(member.type)) for member in members}
    return _Parts(exact, {name.lower(): part for name, part in exact.items()})


def _reader(key: str) -> Read:
    plain = PLAIN.get(key)
    if plain is not None:
        return _included_reader(key) if key in ("base64Binary", "stream") else _plain_reader(key)
    match contract().types[key]:
        case Struct():
            return lambda element: _read_parts(element, _parts_of_type(key))
        case ListOf(item=item):
            return _list_reader(item)
        case Enumeration(words=words):
            return _word_reader(frozenset(words))


def _read_parts(element: etree._Element, parts: _Parts) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        part = parts.named(child.tag.rpartition("}")[2])
        if part is None:
            continue
        if part.name in values:
            raise UnreadableRequest(f"The element {part.name} stands twice.")
        values[part.name] = None if _is_nil(child) else part.read(child)
    return values


def _plain_reader(key: str) -> Read:
    plain = PLAIN[key]

    def read(element: etree._Element) -> Any:
        text = _text(element)
        if not plain.keeps_empty and not text.strip():
            return None
        try:
            return plain.read(text)
        except ValueError:
            raise UnreadableRequest(f"The element {_name(element)} holds no {plain.schema_name}.") from None

    return read


def _included_reader(key: str) -> Read:
    inline = _plain_reader(key)

    def read(element: etree._Element) -> bytes | Included:
        include = element.find(_INCLUDE)
        content: bytes | Included = inline(element) if include is None else Included(include.get("href", ""))
        return content

    return read


def _word_reader(words: frozenset[str]) -> Read:
    def read(element: etree._Element) -> str | None:
        word = _text(element).strip()
        if word and word not in words:
            raise UnreadableRequest(f"The element {_name(element)} holds none of its words.")
        return word or None

    return read


def _list_reader(item: Member) -> Read:
    wanted = item.name.lower()

    def read(element: etree._Element) -> list[Any]:
        reader = _item_reader(item.type)
        items = [child for child in element.iterchildren("*") if _name(child).lower() == wanted]
        return [None if _is_nil(each) else reader(each) for each in items]

    return read


@cache
def _item_reader(key: str) -> Read:
    """Made when first needed: a list may hold the type that it is a part of."""
    return _reader(key)


def _is_nil(element: etree._Element) -> bool:
    return element.get(_NIL, "").strip() in ("true", "1")


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: etree._Element) -> str:
    """The text of an element, comments passed over. Raises UnreadableRequest for elements inside."""
    text = element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            raise UnreadableRequest(f"The element {_name(element)} holds elements where a text should be.")
        text += child.tail or ""
    return text
