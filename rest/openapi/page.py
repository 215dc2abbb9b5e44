"""The contract as a page to read: plain HTML, no scripts, so that it opens anywhere and prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from http import HTTPStatus
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --quiet: #777 }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 68rem; padding: 1rem 1.5rem 6rem }
nav ul { columns: 18rem; padding-left: 1.2rem } h2 { border-top: 1px solid var(--line); padding-top: 1.5rem }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; padding: .3rem .8rem }
details[open] { padding-bottom: 1rem } summary { cursor: pointer; overflow-wrap: anywhere }
summary span { color: var(--quiet) } code, pre { font: .85rem/1.45 ui-monospace, monospace }
b.method { display: inline-block; font: 600 .8rem ui-monospace, monospace; width: 4.2rem }
pre { background: #8881; border-radius: .4rem; overflow: auto; padding: .7rem } table { border-collapse: collapse }
td, th { border-bottom: 1px solid var(--line); padding: .25rem .8rem .25rem 0; text-align: left; vertical-align: top }
@media print { details > * { display: block !important } }
"""
_REFERENCE = "#/components/"


def page(document: Mapping[str, Any]) -> str:
    """The page for an OpenAPI document."""
    info = document["info"]
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(info['title'])}: the API</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(info['title'])}</h1><p>{escape(info['description'])}</p>",
        '<p><a href="/openapi.json">The same as OpenAPI 3.1</a></p>',
        *_contents(document),
        *_rooms(document),
        "<h2 id='schemas'>Schemas</h2>",
        *_schemas(document["components"]["schemas"]),
        "</body></html>",
    ]
    return "".join(parts)


def _contents(document: Mapping[str, Any]) -> Iterator[str]:
    yield "<nav><ul>"
    for tag in document["tags"]:
        yield f"<li><a href='#{_anchor(tag['name'])}'>{escape(tag['name'])}</a></li>"
    yield "<li><a href='#schemas'>Schemas</a></li></ul></nav>"


def _rooms(document: Mapping[str, Any]) -> Iterator[str]:
    for tag in document["tags"]:
        name = tag["name"]
        yield f"<h2 id='{_anchor(name)}'>{escape(name)}</h2><p>{escape(tag.get('description', ''))}</p>"
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if isinstance(operation, dict) and name in operation.get("tags", ()):
                    yield _operation(document, method, path, operation)


def _operation(document: Mapping[str, Any], method: str, path: str, operation: Mapping[str, Any]) -> str:
    return "".join(
        (
            f"<details id='{_anchor(operation['operationId'])}'><summary><b class='method'>{method.upper()}</b> ",
            f"<code>{escape(path)}</code> <span>{escape(operation.get('summary', ''))}</span></summary>",
            f"<p>{escape(operation.get('description', ''))}</p>",
            _scopes(operation.get("security", ())),
            _parameters([_resolved(document, each) for each in operation.get("parameters", ())]),
            _body("Body", operation.get("requestBody", {})),
            *_answers(document, operation["responses"]),
            "</details>",
        )
    )


def _scopes(security: Any) -> str:
    scopes = [scope for each in security for scope in each.get("bearer", ())]
    if not security:
        return "<p>No token.</p>"
    named = " or ".join(f"<code>{escape(scope)}</code>" for scope in scopes)
    return f"<p>Token with {named}.</p>" if named else "<p>Any genuine token.</p>"


def _parameters(parameters: list[Mapping[str, Any]]) -> str:
    if not parameters:
        return ""
    return f"<table>{''.join(_row(each) for each in parameters)}</table>"


def _row(parameter: Mapping[str, Any]) -> str:
    where = f"{parameter['in']}, required" if parameter.get("required") else parameter["in"]
    name, description = escape(parameter["name"]), escape(parameter.get("description", ""))
    return f"<tr><td><code>{name}</code></td><td>{where}</td><td>{description}</td></tr>"


def _answers(document: Mapping[str, Any], answers: Mapping[str, Any]) -> Iterator[str]:
    for status, given in sorted(answers.items()):
        answer = _resolved(document, given)
        phrase = HTTPStatus(int(status)).phrase if status.isdecimal() else ""
        yield f"<h4>{status} {phrase}</h4><p>{escape(answer.get('description', ''))}</p>"
        if not given.get("$ref"):
            yield _body("", answer)


def _body(title: str, body: Mapping[str, Any]) -> str:
    shown = "".join(
        f"<p><code>{escape(kind)}</code>: {_schema(content.get('schema', {}))}</p>{_example(content)}"
        for kind, content in body.get("content", {}).items()
    )
    return f"<h4>{title}</h4>{shown}" if shown and title else shown


def _example(content: Mapping[str, Any]) -> str:
    return _code(content["example"]) if "example" in content else ""


def _schema(schema: Mapping[str, Any]) -> str:
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return f"<a href='#schema-{_anchor(name)}'>{escape(name)}</a>" if name else _code(schema)


def _schemas(schemas: Mapping[str, Any]) -> Iterator[str]:
    for name, schema in sorted(schemas.items()):
        yield f"<details id='schema-{_anchor(name)}'><summary>{escape(name)}</summary>"
        yield f"<p>{escape(schema.get('description', ''))}</p>{_code(schema)}</details>"


def _code(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, ensure_ascii=False, indent=2))}</pre>" if value else ""


def _resolved(document: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = given.get("$ref")
    if reference is None:
        return given
    kind, name = reference.removeprefix(_REFERENCE).split("/")
    found: Mapping[str, Any] = document["components"][kind][name]
    return found


def _anchor(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower())
