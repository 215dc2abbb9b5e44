"""Brokered files fetched, whole or in part, and confirmed. Source: pdp-and-tokens §16.1."""

from __future__ import annotations

from typing import NamedTuple

from flask import Response, request
from werkzeug.http import dump_options_header, parse_range_header

from core import Content, confirm_file_transfer, download_file_transfer, read_range
from rest.body import read_uuid
from rest.broker.problem_rows import NOT_SATISFIABLE
from rest.broker.transfers import BASE, READ, broker_caller
from rest.door import Call, Door, as_response, asker, empty
from rest.problem import Area
from rest.problems import write

_READ = frozenset({READ})


class Part(NamedTuple):
    """Which bytes are sent: from ``start``, up to and without ``stop``."""

    start: int
    stop: int


def add_download_routes(door: Door) -> None:
    """Serve the recipients' side."""
    base = f"{BASE}/filetransfer/<transfer_id>"
    door.route("GET", f"{base}/download", download, _READ, Area.BROKER)
    door.route("POST", f"{base}/confirmdownload", confirm, _READ, Area.BROKER)


def download(call: Call, transfer_id: str) -> Response:
    """The file, piece by piece; with ``Range``, the part that is asked for."""
    content = download_file_transfer(call.store, broker_caller(call), read_uuid("fileTransferId", transfer_id))
    asked = _asked(content.size)
    if asked is not None and asked.start >= asked.stop:
        refused = as_response(write(NOT_SATISFIABLE, asker(call.options)))
        refused.headers["Content-Range"] = f"bytes */{content.size}"
        return refused
    part = asked or Part(0, content.size)
    body = read_range(call.store, content.id, part.start, part.stop - part.start)
    response = Response(body, 200, _headers(content, part), content_type="application/octet-stream")
    if asked is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{content.size}"
    return response


def confirm(call: Call, transfer_id: str) -> Response:
    """Say that the file has arrived."""
    confirm_file_transfer(call.store, broker_caller(call), read_uuid("fileTransferId", transfer_id))
    return empty(200)


def _headers(content: Content, part: Part) -> dict[str, str]:
    return {
        "Content-Length": str(part.stop - part.start),
        "Accept-Ranges": "bytes",
        "Content-Disposition": dump_options_header("attachment", {"filename": content.name}),
    }


def _asked(size: int) -> Part | None:
    """The part that the call asks for; None for the whole, as for what is no range or more than one.

    A part that begins behind the end is empty.
    """
    found = parse_range_header(request.headers.get("Range"))
    if found is None or found.units != "bytes" or len(found.ranges) != 1:
        return None
    start, stop = found.ranges[0]
    if start < 0:
        return Part(max(size + start, 0), size)
    return Part(start, size if stop is None else min(stop, size))
