"""Texts in what callers send: those that nothing here could keep or send on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core import can_be_kept


def all_can_be_kept(value: Any) -> bool:
    """Whether every text in a JSON value, the names of members too, is without NUL and without half a character."""
    return can_be_kept(_texts_in(value))


def _texts_in(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += [*each, *each.values()]
        elif isinstance(each, list):
            waiting += each
