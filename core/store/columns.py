"""Column types: how each field of a record is kept in a row."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, get_args, get_origin

from sqlalchemy import BigInteger, Boolean, DateTime, Dialect, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from core.domain.plain import codec_for

_SHARED_VALUES = 65_536
# How many different lists are kept decoded: millions of rows share a few thousand of them.


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite has no time zones, so they are dropped on the way in and restored."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Row value of a moment."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Moment of a row value."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainText(TypeDecorator[Any]):
    """A set, tuple, mapping or enumeration as text: JSON, or the word itself. Equal texts share one value."""

    impl = Text
    cache_ok = True

    def __init__(self, hint: Any) -> None:
        super().__init__()
        self.hint = hint
        self._codec = codec_for(hint)
        self._is_word = isinstance(hint, type) and issubclass(hint, StrEnum)
        self._decoded = lru_cache(maxsize=_SHARED_VALUES)(self._decode)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Text of a value."""
        if value is None:
            return None
        plain = self._codec.encode(value)
        return str(plain) if self._is_word else json.dumps(plain, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Value of a text."""
        return None if value is None else self._decoded(value)

    def _decode(self, text: str) -> Any:
        return self._codec.decode(text if self._is_word else json.loads(text))


def column_type(hint: Any) -> tuple[TypeEngine[Any], bool]:
    """The column type for a field of this type, and whether it may be null."""
    arguments = get_args(hint)
    if get_origin(hint) is not frozenset and type(None) in arguments:
        inner = next(argument for argument in arguments if argument is not type(None))
        return column_type(inner)[0], True
    if hasattr(hint, "__supertype__"):
        return column_type(hint.__supertype__)
    simple: dict[Any, TypeEngine[Any]] = {
        str: Text(),
        int: BigInteger(),
        bool: Boolean(),
        datetime: UtcTime(),
    }
    return simple.get(hint) or PlainText(hint), False
