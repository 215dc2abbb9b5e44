"""Puts the rooms' files together into one OpenAPI document, and serves it to programs and to people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from flask import Flask, Response

from rest.openapi.page import page

JSON_PATH = "/openapi.json"
PAGE_PATH = "/openapi"
METHODS = ("get", "post", "put", "patch", "delete")

_COMMON = "common.json"
_OF_SECURED = {"401": "Unauthorized", "403": "Forbidden"}
_OF_ALL = {"400": "BadRequest", "413": "TooLarge", "500": "Failure", "503": "Unavailable"}
# What a caller may not look at from another site's page: nothing here runs scripts.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def add_contract_routes(app: Flask, public_url: str) -> None:
    """Serve the document, and the same as a page. No token is asked for: nothing in them is secret."""
    app.add_url_rule(JSON_PATH, "GET contract", lambda: _json(contract(public_url)), methods=["GET"])
    app.add_url_rule(PAGE_PATH, "GET contract page", lambda: _page(contract(public_url)), methods=["GET"])


def contract(public_url: str) -> dict[str, Any]:
    """The whole document, for a gateway at ``public_url``."""
    return {**_assembled(), "servers": [{"url": public_url}]}


@cache
def _assembled() -> dict[str, Any]:
    common, rooms = _read(_COMMON), list(_rooms())
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": common["info"],
        "tags": [tag for room in rooms for tag in room.get("tags", ())],
        "paths": _paths(rooms),
        "components": {
            "securitySchemes": common["securitySchemes"],
            "responses": {**common["responses"], **_all_of(rooms, "responses")},
            "parameters": _all_of(rooms, "parameters"),
            "schemas": {**common["schemas"], **_all_of(rooms, "schemas")},
        },
    }


def _rooms() -> Iterator[dict[str, Any]]:
    names = (each.name for each in files("rest.openapi").iterdir())
    yield from (_read(name) for name in sorted(names) if name.endswith(".json") and name != _COMMON)


def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(files("rest.openapi").joinpath(name).read_text("utf-8"))
    return read


def _paths(rooms: list[dict[str, Any]]) -> dict[str, Any]:
    """Every path; the calls of one path may be described in several rooms."""
    found: dict[str, Any] = {}
    for room in rooms:
        for path, item in room["paths"].items():
            found[path] = {**found.get(path, {}), **_with_shared_answers(item)}
    return found


def _all_of(rooms: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return {name: each for room in rooms for name, each in room.get(kind, {}).items()}


def _with_shared_answers(item: dict[str, Any]) -> dict[str, Any]:
    """The path with the answers that every call can get, where it does not tell of them itself."""
    return {name: _operation(each) if name in METHODS else each for name, each in item.items()}


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    shared = {**(_OF_SECURED if operation.get("security") else {}), **_OF_ALL}
    answers = {status: {"$ref": f"#/components/responses/{name}"} for status, name in shared.items()}
    return {**operation, "responses": {**answers, **operation["responses"]}}


def _json(document: dict[str, Any]) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), content_type="application/json; charset=utf-8")


def _page(document: dict[str, Any]) -> Response:
    headers = {"Content-Security-Policy": _POLICY}
    return Response(page(document), headers=headers, content_type="text/html; charset=utf-8")
