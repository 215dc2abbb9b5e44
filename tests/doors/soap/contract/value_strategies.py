"""Values by type: what a handler may give, or a client send, for each element of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from soap.contract import Element, Member, Serializer, contract
from soap.contract.model import Enumeration, ListOf, Struct
from soap.contract.times import OSLO

# The deepest that a type holds itself here.
_DEEPEST = 3

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"], include_characters="\r\n\t"), max_size=12
)
_LOCAL_TIMES = st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)).map(  # noqa: DTZ001 - local by the contract
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000, tzinfo=OSLO)
)
_INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda time: time.astimezone(OSLO)
)
_INTEGERS = st.integers(-(2**31), 2**31 - 1)
SCALARS: Mapping[str, st.SearchStrategy[Any]] = MappingProxyType(
    {
        "string": TEXTS,
        "any": TEXTS,
        "int": _INTEGERS,
        "reference": _INTEGERS,
        "long": st.integers(-(2**63), 2**63 - 1),
        "unsignedInt": st.integers(0, 2**32 - 1),
        "boolean": st.booleans(),
        "dateTime": _LOCAL_TIMES,
        "instant": _INSTANTS,
        "double": st.decimals(-(10**6), 10**6, places=3),
        "guid": st.uuids().map(str),
        "base64Binary": st.binary(max_size=9),
        "stream": st.binary(max_size=9),
    }
)


def messages(element: Element) -> st.SearchStrategy[dict[str, Any]]:
    """What an element of a body may hold."""
    return _dictionaries(element.members, _DEEPEST)


def _values(key: str, depth: int) -> st.SearchStrategy[Any]:
    if key in SCALARS:
        return SCALARS[key]
    match contract().types[key]:
        case Enumeration(words=words):
            return st.sampled_from(words)
        case Struct(members=members):
            return st.deferred(lambda: _dictionaries(members, depth))
        case ListOf(item=item):
            if depth == 0:
                return st.just([])
            inside = _values(item.type, depth - 1)
            return st.lists(st.none() | inside if item.nillable else inside, max_size=2)


def _dictionaries(members: Iterable[Member], depth: int) -> st.SearchStrategy[dict[str, Any]]:
    members = list(members)

    def one(member: Member) -> st.SearchStrategy[Any]:
        values = _values(member.type, depth)
        return st.none() | values if member.nillable else values

    required = {each.name: one(each) for each in members if not each.optional}
    optional = {each.name: one(each) for each in members if each.optional}
    return st.fixed_dictionaries(required, optional=optional)


def read_back(element: Element, values: Mapping[str, Any]) -> dict[str, Any]:
    """What reading gives of what was written: a serializer that writes nil writes it for what is absent, too."""
    return _filled(element.members, element.serializer, values)


def _filled(members: Iterable[Member], serializer: Serializer, values: Mapping[str, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for member in members:
        if member.name in values:
            filled[member.name] = _of_type(member.type)(values[member.name])
        elif member.nillable and serializer is Serializer.DATA_CONTRACT:
            filled[member.name] = None
    return filled


def _of_type(key: str) -> Callable[[Any], Any]:
    kind = contract().types.get(key)

    def fill(value: Any) -> Any:
        if isinstance(kind, Struct) and value is not None:
            return _filled(kind.members, kind.serializer, value)
        if isinstance(kind, ListOf) and value is not None:
            return [_of_type(kind.item.type)(item) for item in value]
        return value

    return fill
