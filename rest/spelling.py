"""Paths as the routes spell them: the case of their fixed parts does not count, that of the values in them does.

Fixed parts win over values, part by part from the left, as with the platform. Source: rest-systemuser §1.1, §2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from werkzeug.routing import Map


@dataclass(slots=True)
class _Node:
    """What may come after some parts of a path. ``methods`` are those of the routes that end here."""

    fixed: dict[str, tuple[str, _Node]] = field(default_factory=dict)
    value: _Node | None = None
    methods: set[str] = field(default_factory=set)


class Spelling:
    """Spells paths as the routes of a map do."""

    def __init__(self, routes: Map) -> None:
        self._root = _Node()
        for rule in routes.iter_rules():
            self._add(_parts(rule.rule), rule.methods or ())

    def _add(self, parts: Sequence[str], methods: Iterable[str]) -> None:
        node = self._root
        for part in parts:
            if "<" in part:
                node.value = node.value or _Node()
                node = node.value
            else:
                _, node = node.fixed.setdefault(part.lower(), (part, _Node()))
        node.methods.update(methods)

    def of(self, path: str, method: str) -> str:
        """The path as the route that serves it has it; as it is where no route does."""
        parts = _parts(path)
        found = _found(self._root, parts, method) or _found(self._root, parts, None)
        if found is None:
            return path
        return "/" + "/".join(found) + ("/" if path.endswith("/") and found else "")


def _parts(path: str) -> list[str]:
    """The parts of a path. One slash at the end is no part."""
    return path.removeprefix("/").removesuffix("/").split("/")


def _found(node: _Node, parts: Sequence[str], method: str | None) -> list[str] | None:
    """The parts as the first route below ``node`` spells them; any method will do where none is asked for."""
    if not parts:
        return [] if node.methods and (method is None or method in node.methods) else None
    first, rest = parts[0], parts[1:]
    if first.lower() in node.fixed:
        spelled, below = node.fixed[first.lower()]
        found = _found(below, rest, method)
        if found is not None:
            return [spelled, *found]
    if node.value is not None and first:
        found = _found(node.value, rest, method)
        if found is not None:
            return [first, *found]
    return None
