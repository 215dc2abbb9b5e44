"""Holds every answer of the door against its own description, and notes what the tests reached."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from rest.openapi.document import JSON_PATH, METHODS, PAGE_PATH, contract

_URI = "urn:contract"
_CODE = re.compile(r"\b(?:AUTH(?:\.VLD)?-\d{5}|AM(?:\.VLD)?-\d{5}|BRO-\d{5}|MP-\d{3}|STD(?:\.VLD)?-\d{5})\b")
_UNDESCRIBED = (JSON_PATH, PAGE_PATH)

Reached = dict[str, str]
"""What was reached, and by which test first: `METHOD /path status`, and codes."""

REACHED: Reached = {}
"""Of this process. The only state that outlives a test: it is what all of them did."""


@dataclass(frozen=True)
class _Template:
    """A path of the description."""

    path: str
    pattern: re.Pattern[str]
    literals: int


class _Described(NamedTuple):
    """The description, and what is made of it once."""

    document: Mapping[str, Any]
    registry: Any
    templates: list[_Template]


@cache
def _description() -> _Described:
    document = contract("http://127.0.0.1")
    resource = Resource.from_contents(dict(document), default_specification=DRAFT202012)
    templates = sorted(map(_template, document["paths"]), key=lambda each: -each.literals)
    return _Described(document, Registry().with_resource(_URI, resource), templates)


@dataclass
class Contract:
    """Holds answers against the description; ``broken`` are the promises that were not kept."""

    broken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.document, self._registry, self._templates = _description()

    def around(self, app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
        """The application with every answer checked."""

        def checked(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
            told: list[Any] = []

            def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                told[:] = [int(status[:3]), {name.lower(): value for name, value in headers}]
                return start_response(status, headers, *more)

            pieces = list(app(environ, start))
            if not path.startswith(_UNDESCRIBED):
                self.check(method, path, told[0], told[1].get("content-type", ""), b"".join(pieces))
            return pieces

        return checked

    def check(self, method: str, path: str, status: int, kind: str, body: bytes) -> None:
        """Hold one answer against the description."""
        found = self._operation(method, path)
        if found is None:
            if status not in (404, 405):
                self.broken.append(f"{method} {path} answers {status} and is not described")
            return
        template, operation = found
        self._note(f"{method} {template} {status}", body if "problem" in kind or status >= 400 else b"")
        complaint = self._complaint(template, method.lower(), operation, status, kind, body)
        if complaint:
            self.broken.append(f"{method} {template} {status}: {complaint}")

    def _operation(self, method: str, path: str) -> tuple[str, Mapping[str, Any]] | None:
        wanted = path.rstrip("/") or "/"
        for each in self._templates:
            operation = self.document["paths"][each.path].get(method.lower())
            if operation is not None and each.pattern.fullmatch(wanted):
                return each.path, operation
        return None

    def _note(self, what: str, problem: bytes) -> None:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0]
        for reached in (what, *_CODE.findall(problem.decode("utf-8", "replace"))):
            REACHED.setdefault(reached, test)

    def _complaint(
        self, template: str, method: str, operation: Mapping[str, Any], status: int, kind: str, body: bytes
    ) -> str:
        answer = operation["responses"].get(str(status))
        if answer is None:
            return f"the status is not described; the body: {body[:300]!r}"
        where = ["paths", template, method, "responses", str(status)]
        if "$ref" in answer:
            where = answer["$ref"].removeprefix("#/").split("/")
            answer = self.document["components"]["responses"][where[-1]]
        if not body:
            return ""
        plain = kind.partition(";")[0]
        if plain not in answer.get("content", {}):
            return f"`{plain}` is not described; the body: {body[:300]!r}"
        if "json" not in plain or "schema" not in answer["content"][plain]:
            return ""
        return self._unlike([*where, "content", plain, "schema"], body)

    def _unlike(self, where: list[str], body: bytes) -> str:
        pointer = "/".join(part.replace("~", "~0").replace("/", "~1") for part in where)
        validator = Draft202012Validator({"$ref": f"{_URI}#/{pointer}"}, registry=self._registry)
        error = best_match(validator.iter_errors(json.loads(body)))
        return "" if error is None else f"{error.json_path}: {error.message[:400]}"


def described(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every operation: method, path, and what is said of it."""
    for path, item in document["paths"].items():
        yield from ((method.upper(), path, item[method]) for method in METHODS if method in item)


def _template(path: str) -> _Template:
    parts = re.split(r"(\{[^}]+\})", path.rstrip("/"))
    pattern = "".join("[^/]*" if part.startswith("{") else f"(?i:{re.escape(part)})" for part in parts)
    return _Template(path, re.compile(pattern), sum(len(part) for part in parts if not part.startswith("{")))
