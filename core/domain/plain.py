"""Records as plain values (str, int, bool, list, dict, None) and back, for files, rows and the change log."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, NamedTuple, TypeVar, cast, get_args, get_origin, get_type_hints

from core.domain.vocabulary import Right
from core.errors import ErrorCode, InvalidInput

R = TypeVar("R")


class Codec(NamedTuple):
    """How one field travels: to a plain value and back. An optional field that is left out is None."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    optional: bool = False


def to_plain(record: object) -> dict[str, Any]:
    """The record as a plain mapping. Fields that are None are left out; sets are sorted lists."""
    plain = {}
    for name, codec in codecs_of(cast(Hashable, type(record))).items():
        value = getattr(record, name)
        if value is not None:
            plain[name] = codec.encode(value)
    return plain


def from_plain(record: type[R], plain: Mapping[str, Any]) -> R:
    """The record that ``plain`` describes. Raises InvalidInput for unknown, missing or ill-typed fields."""
    codecs = codecs_of(cast(Hashable, record))
    unknown = set(plain) - set(codecs)
    if unknown:
        raise _invalid(record, f"unknown field `{min(unknown)}`")
    values: dict[str, Any] = {name: None for name, codec in codecs.items() if codec.optional}
    for name, value in plain.items():
        try:
            values[name] = None if value is None else codecs[name].decode(value)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise _invalid(record, f"field `{name}` has a value that cannot be read") from error
    try:
        return record(**values)
    except TypeError as error:
        raise _invalid(record, "a field is missing") from error


@cache
def codecs_of(record: Any) -> dict[str, Codec]:
    """The codec of each field, in the order of the record."""
    hints = get_type_hints(record)
    return {each.name: codec_for(hints[each.name]) for each in fields(record)}


def codec_for(hint: Any) -> Codec:
    """The codec for a field of this type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is UnionType or (arguments and type(None) in arguments):
        inner = codec_for(next(argument for argument in arguments if argument is not type(None)))
        return inner._replace(optional=True)
    if hasattr(hint, "__supertype__"):
        return codec_for(hint.__supertype__)
    if origin is frozenset:
        inner = codec_for(arguments[0])
        return Codec(lambda value: [inner.encode(item) for item in sorted(value)], _many(frozenset, inner))
    if origin is tuple:
        inner = codec_for(arguments[0])
        return Codec(lambda value: [inner.encode(item) for item in value], _many(tuple, inner))
    if hint is Right:
        return Codec(lambda right: [right.service, right.action], lambda pair: Right(_text(pair[0]), _text(pair[1])))
    if hint is datetime:
        return Codec(lambda moment: moment.astimezone(UTC).isoformat(), _moment)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Codec(str, hint)
    if origin is not None:
        return Codec(dict, lambda value: {_text(key): _text(text) for key, text in value.items()})
    return Codec(_same, {str: _text, int: _number, bool: _flag}[hint])


def _many(collection: Callable[[Any], Any], inner: Codec) -> Callable[[Any], Any]:
    def decode(value: Any) -> Any:
        if not isinstance(value, (list, tuple)):
            raise TypeError("not a list")
        return collection(inner.decode(item) for item in value)

    return decode


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not a number")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not true or false")
    return value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC)


def _invalid(record: type, what: str) -> InvalidInput:
    return InvalidInput(ErrorCode.INVALID_WORLD, f"{record.__name__}: {what}")
