"""Logs: one JSON object a line, no identity number, no password, no stack trace."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest

from brobygger.logs import configure_logs, logged


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged, as configured for serving."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logs("info")
    yield stream
    root.handlers[:], root.level = before


def test_a_line_is_json_with_identity_numbers_masked(lines: io.StringIO) -> None:
    logging.getLogger("brobygger").info("for %s", "01817010055", extra={"facts": {"party": "01817010055"}})
    line = json.loads(lines.getvalue())
    assert line["message"] == "for 018170*****"
    assert line["party"] == "018170*****"


def test_an_exception_is_told_by_type_and_place_not_by_its_text(lines: io.StringIO) -> None:
    try:
        int("passord1")
    except ValueError:
        logging.getLogger("brobygger").exception("broke down")
    line = json.loads(lines.getvalue())
    assert line["exception"] == "ValueError"
    assert "passord1" not in lines.getvalue()
    assert "Traceback" not in lines.getvalue()


def test_an_answer_is_logged_without_its_query(lines: io.StringIO) -> None:
    def application(_environ: object, start_response: object) -> list[bytes]:
        start_response("200 OK", [])  # type: ignore[operator]
        return [b""]

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/api/x", "QUERY_STRING": "pid=01817010055"}
    logged(application)(environ, lambda *_arguments: None)
    line = json.loads(lines.getvalue())
    assert (line["path"], line["status"]) == ("/api/x", 200)
    assert "pid" not in lines.getvalue()
