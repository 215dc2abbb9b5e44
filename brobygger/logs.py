"""Structured logs: one JSON object a line, with identity numbers masked and passwords never in them."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from core import mask_numbers_in

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_LOGGER = logging.getLogger("brobygger")
_TALKATIVE = ("alembic", "spyne")


class _JsonLines(logging.Formatter):
    """A record as one JSON object. The text of an exception is kept to its type: texts may quote input."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["at"] = _innermost(record.exc_info[2])
        return mask_numbers_in(json.dumps(line, ensure_ascii=False))


def configure_logs(level: str) -> None:
    """Send every logger of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(max(logging.WARNING, root.level))


def logged(application: WSGIApplication) -> WSGIApplication:
    """The application, with one line for each answer. Query strings are left out: they may name people."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _LOGGER.isEnabledFor(logging.INFO):
            return application(environ, start_response)
        began = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            _LOGGER.info(
                "answered",
                extra={
                    "facts": {
                        "method": environ.get("REQUEST_METHOD"),
                        "path": environ.get("PATH_INFO"),
                        "status": int(status[:3]),
                        "milliseconds": round((time.perf_counter() - began) * 1000, 2),
                        "trace": environ.get("HTTP_TRACEPARENT"),
                    }
                },
            )
            return start_response(status, headers, *rest)

        return application(environ, start)

    return serve


def _innermost(traceback: Any) -> str:
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}" if traceback is not None else ""
