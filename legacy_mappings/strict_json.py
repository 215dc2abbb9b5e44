"""JSON that can be read in one way only: what a person reviewed or signed is what a program takes."""

from __future__ import annotations

import json
from typing import Any


def read_once(text: str) -> Any:
    """The value of a JSON text in which no object has a name twice: readers would not agree on which one counts.

    Raises ValueError, and RecursionError where it is nested without end.
    """
    return json.loads(text, object_pairs_hook=_named_once)


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
